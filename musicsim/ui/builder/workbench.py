"""The draft in the window: every edit goes through here, and the list follows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.base.errors import MusicsimError
from musicsim.base.events import TrackWanted
from musicsim.library.types import Track, TrackState
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.chooser import LeftOut
from musicsim.playlists.rules.rules import Hidden
from musicsim.services.making import drafts
from musicsim.services.making.draft_history import History
from musicsim.services.making.drafts import Draft, Lacking
from musicsim.services.making.request import PlaylistRequest
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim

SETTLE_MS = 120
"""How long a slider that moves, or a text that is typed, must rest before a list is made."""


class Workbench(QObject):
    """A draft with its history, and the list that is made of it in the background.

    Only one list is made at a time. While one is made, only the last edit is remembered: the thread that makes lists
    also answers the rest of the window.
    """

    draft_changed = Signal()
    list_changed = Signal()
    """There is another list, or another reason why there is none."""
    working_changed = Signal(bool)
    """Whether the list is older than the draft."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._messages = messages
        self._history = History()
        self._asked: PlaylistRequest | None = None
        self._request: PlaylistRequest | Lacking = Lacking.SEEDS
        self._answered: PlaylistRequest | None = None
        self._stale = False
        self._bans = Bans()
        """What was banned when the list was made."""
        self._working = False
        self.made: GeneratedPlaylist | None = None
        """The list; None if there is none."""
        self.left_out: tuple[LeftOut, ...] = ()
        """The first of the tracks that the rules left out of it."""
        self.hidden: dict[Hidden, int] = {}
        """How many tracks the rules left out, by reason."""
        self.problem = ""
        """Why no list could be made."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._ask)
        store.changed.connect(self._follow)
        store.removed.connect(lambda _: self._forget())
        bridge.model_changed.connect(self._ask_again)
        bridge.opinions_changed.connect(self._follow_opinions)

    @property
    def draft(self) -> Draft:
        """The draft as it is now."""
        return self._history.draft

    @property
    def lacking(self) -> Lacking | None:
        """What the draft lacks, if there can't be a list."""
        return self._request if isinstance(self._request, Lacking) else None

    @property
    def shown(self) -> list[int]:
        """The tracks of the list, by their ids."""
        return [] if self.made is None else [match.track.id for match in self.made.matches]

    @property
    def is_working(self) -> bool:
        """Whether the list is older than the draft."""
        return self._working

    @property
    def can_undo(self) -> bool:
        """Whether there is a change to undo."""
        return bool(self._history.past)

    @property
    def can_redo(self) -> bool:
        """Whether there is a change to do again."""
        return bool(self._history.future)

    @property
    def waiting(self) -> frozenset[int]:
        """The seeds of which no track has been listened to yet, by their numbers."""
        return frozenset(
            number
            for number, seed in enumerate(self.draft.seeds)
            if not any(map(self._is_ready, seed.track_ids))
        )

    @property
    def failed(self) -> Track | None:
        """A seed that can't be listened to, such as a silent track, if the seeds wait for nothing else."""
        ids = (i for number in self.waiting for i in self.draft.seeds[number].track_ids)
        tracks = self._store.tracks(ids)
        return tracks[0] if tracks and all(track.problem for track in tracks) else None

    def edit(self, draft: Draft, kind: str = "") -> None:
        """Change the draft; several edits in a row of one kind are undone together, and the list waits for the last."""
        self._move(self._history.edit(draft, kind), SETTLE_MS if kind else 0)

    def undo(self) -> None:
        """Go back by one change."""
        self._move(self._history.undo())

    def redo(self) -> None:
        """Do the change again that was undone last."""
        self._move(self._history.redo())

    def restore(self, draft: Draft) -> None:
        """Begin with a draft of an earlier start."""
        self._history = History(draft)
        self._forget()
        self._settle(0)

    def lock(self, track_ids: Sequence[int], wanted: bool) -> None:
        """Lock tracks in their places, or unlock them."""
        change = drafts.locked if wanted else drafts.unlocked
        self.edit(change(self.draft, track_ids, self.shown))

    def remove(self, track_ids: Sequence[int]) -> None:
        """Remove tracks from the list; others take their places."""
        after = drafts.removed(self.draft, track_ids, self.shown)
        if after == self.draft and track_ids:
            self._messages.tell(
                self.tr("A journey needs its ends. Remove or replace them above the list.")
            )
        self.edit(after)

    def let_in(self, track_ids: Sequence[int]) -> None:
        """Let tracks in that the rules left out."""
        self.edit(drafts.let_in(self.draft, track_ids))

    def _move(self, history: History, delay: int = 0) -> None:
        if history is not self._history:
            changed = history.draft != self.draft
            self._history = history
            if changed:
                self._settle(delay)

    def _settle(self, delay: int) -> None:
        self._request = drafts.request_of(self.draft, _today(), self._is_ready)
        for seed in self.draft.seeds:
            for track_id in seed.track_ids[:1]:
                if not self._is_ready(track_id) and track_id in self._store:
                    self._app.events.emit(TrackWanted(track_id))
        self.draft_changed.emit()
        if isinstance(self._request, Lacking):
            self._timer.stop()
            self._show(None, None)
        else:
            self._set_working(True)
            self._timer.start(delay)

    def _ask(self) -> None:
        """Make the list, unless one is being made: the answer to that asks again."""
        request = self._request
        if self._asked is not None or isinstance(request, Lacking):
            return
        if request == self._answered and not self._stale and self.made is not None:
            self._set_working(False)
            return
        self._asked, self._stale = request, False
        self._set_working(True)
        # Read before the list is made: what is banned in between makes another.
        self._bridge.watch(self._app.finding.bans(), self._note_bans, lambda _: None)
        try:
            future = self._app.playlists.make(request)
        except MusicsimError as error:
            self._settled(request, error)
        else:
            self._bridge.watch(
                future,
                lambda made: self._settled(request, made),
                lambda error: self._settled(request, error),
            )

    def _settled(self, request: PlaylistRequest, answer: GeneratedPlaylist | MusicsimError) -> None:
        self._asked = None
        if request != self._request or self._stale:
            if not self._timer.isActive():
                self._ask()
        elif isinstance(answer, MusicsimError):
            self._show(None, None, str(answer))
        else:
            self._show(answer, request)

    def _show(
        self, made: GeneratedPlaylist | None, request: PlaylistRequest | None, problem: str = ""
    ) -> None:
        ids = [match.track.id for match in made.matches] if made else []
        if ids and ids == self.shown and self._is_other_number(request):
            self._messages.tell(
                self.tr("There is no other list: your rules leave only these tracks.")
            )
        is_held = request is not None and bool(request.held)
        before, counts = (self.left_out, self.hidden) if is_held else ((), {})
        self.made, self._answered, self.problem = made, request, problem
        listed = set(self.shown)
        found = {each.track.id: each for each in (made.left_out if made else ())}
        # For a list of which most was held, hardly any other track was looked at: what was left out before still is.
        new = dict(made.hidden) if made else {}
        self.hidden = {why: max(counts.get(why, 0), new.get(why, 0)) for why in {**counts, **new}}
        left_out = {each.track.id: each for each in before} | found
        self.left_out = tuple(each for i, each in left_out.items() if i not in listed)
        self.list_changed.emit()
        self._set_working(False)

    def _is_other_number(self, request: PlaylistRequest | None) -> bool:
        """Return whether a request asks for another list of the same as the one before."""
        before = self._answered
        return (
            before is not None
            and request is not None
            and request.rng_seed != before.rng_seed
            and replace(before, rng_seed=request.rng_seed, shuffle=request.shuffle, held={})
            == replace(request, held={})
        )

    def _set_working(self, working: bool) -> None:
        if working is not self._working:
            self._working = working
            self.working_changed.emit(working)

    def _is_ready(self, track_id: int) -> bool:
        track = self._store.get(track_id)
        return track is not None and track.state is TrackState.EMBEDDED

    def _follow(self, ids: tuple[int, ...]) -> None:
        """Make the list when a seed has been listened to."""
        if self.draft.track_ids.isdisjoint(ids):
            return
        request = drafts.request_of(self.draft, _today(), self._is_ready)
        if request != self._request:
            self._settle(SETTLE_MS)

    def _ask_again(self) -> None:
        """Make the same list again: another model hears differently, and what is banned must leave it."""
        self._stale = True
        self._settle(SETTLE_MS)

    def _follow_opinions(self) -> None:
        """Make the list again if something else is banned; likes don't count."""

        def compare(bans: Bans) -> None:
            if bans != self._bans:
                self._ask_again()

        if self._answered is not None or self._asked is not None:
            self._bridge.watch(self._app.finding.bans(), compare, lambda _: None)

    def _note_bans(self, bans: Bans) -> None:
        self._bans = bans

    def _forget(self) -> None:
        """Drop what has left the library."""
        after = drafts.pruned(self.draft, self._store.__contains__)
        if after != self.draft:
            count = sum(i not in self._store for i in self.draft.track_ids)
            self._history = replace(self._history, draft=after)
            text = (
                "%n track of your playlist in the making is not in the library any more.",
                "%n tracks of your playlist in the making are not in the library any more.",
            )
            self._messages.tell(formats.counted("builder", count, *text))
            self._settle(SETTLE_MS)


def _today() -> date:
    return date.today()

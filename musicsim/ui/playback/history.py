"""Play history: stored in the catalogue, and shown as it happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musicsim.base.errors import MusicsimError, display_path
from musicsim.library.types import Play
from musicsim.services.history import PlayHistory, Since
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.history_list import GLIMPSE, LIMIT, HistoryList
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.visitors import is_visitor


class History(QObject):
    """Recorder of the player's plays: stores every play, and shows those longer than a glimpse in `list`.

    A track is in the list from its first sound on, so that the list shows the current track and those before it. Plays
    of visitors are not stored, but stay in the list until musicsim closes.

    The list changes at once; another thread updates the catalogue.
    """

    kept_changed = Signal(bool)
    """The listener switched the history on or off."""

    def __init__(
        self,
        history: PlayHistory,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        messages: Messages,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._history = history
        self._bridge = bridge
        self._messages = messages
        self._visits: list[Play] = []
        """This session's plays of visitors, newest first."""
        self._revision = 0
        """Number that grows with each change of the stored history."""
        self._is_failing = False
        self._is_kept = history.is_kept
        self.list = HistoryList(store, theme, self)
        self.list.set_plays(self._latest())
        player.length_found.connect(self._follow_begin)
        player.played.connect(self._follow_end)
        store.removed.connect(self._follow_removal)

    @property
    def is_kept(self) -> bool:
        """Whether plays are remembered."""
        return self._is_kept

    def keep(self, wanted: bool) -> None:
        """Remember plays from now on, or none; those of before stay."""
        if wanted == self._is_kept:
            return
        self._is_kept = wanted
        if not wanted:
            self.list.end(None)
        self._change(lambda: self._history.keep(wanted))
        self.kept_changed.emit(wanted)

    def clear(self, since: Since = Since.EVER) -> None:
        """Forget all plays, or the last ones; the track being heard stays in the list."""

        def work() -> list[Play]:
            self._history.clear(since)
            return self._latest()

        def show(left: list[Play]) -> None:
            self._is_failing = False
            if revision == self._revision:
                self._show(left)
            else:
                self._reload()
            self._messages.tell(
                self.tr("The history was cleared.")
                if since is Since.EVER
                else self.tr("This part of the history was cleared.")
            )

        start = since.start(datetime.now())
        self._visits = [play for play in self._visits if play.started_at < start]
        if since is Since.EVER:
            self.list.set_plays(())
        self._revision += 1
        revision = self._revision
        self._bridge.record(work, show, self._fail)

    def export(self, file: Path) -> None:
        """Write the whole history to a file; see `PlayHistory.export`."""

        def tell(count: int) -> None:
            text = "%n play written to {0}.", "%n plays written to {0}."
            self._messages.tell(
                formats.counted("history", count, *text).format(display_path(file.name))
            )

        self._bridge.record(lambda: self._history.export(file), tell, self._messages.fail)

    def _follow_begin(self, track_id: int, _: float) -> None:
        # A change of its sound reloads a track without ending it. A repeated track has ended before it begins again.
        if self._is_kept and track_id != self.list.current:
            self.list.begin(track_id)

    def _follow_end(self, play: Play) -> None:
        if not self._is_kept:
            return
        self.list.end(play)
        if is_visitor(play.track_id):
            self._visits.insert(0, play)
            del self._visits[LIMIT:]
        else:
            self._change(lambda: self._history.add(play))

    def _follow_removal(self, ids: tuple[int, ...]) -> None:
        # A track that turned out to be another one has passed its plays on to that one.
        self.list.drop(ids)
        self._reload()

    def _change(self, change: Callable[[], None]) -> None:
        def settle(_: None) -> None:
            self._is_failing = False

        self._revision += 1
        self._bridge.record(change, settle, self._fail)

    def _fail(self, error: MusicsimError) -> None:
        # Report it once, not with each track.
        if not self._is_failing:
            self._is_failing = True
            self._messages.fail(
                self.tr("What was played can’t be kept in the history. {0}").format(error)
            )

    def _reload(self) -> None:
        revision = self._revision

        def show(stored: list[Play]) -> None:
            if revision == self._revision:
                self._show(stored)
            else:
                self._reload()

        self._bridge.record(self._latest, show, self._fail)

    def _show(self, stored: list[Play]) -> None:
        plays = [*stored, *self._visits]
        self.list.set_plays(sorted(plays, key=lambda play: play.started_at, reverse=True))

    def _latest(self) -> list[Play]:
        # Read more than fit: consecutive plays of one track share a row.
        return self._history.latest(2 * LIMIT, heard=GLIMPSE)

"""The radio of the window: starts it, keeps the queue filled, and tells it what the listener makes of its tracks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.base.errors import MusicsimError
from musicsim.library.types import Play
from musicsim.services.making.radio import NothingMore, RadioSession, RadioSettings, RadioState
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.services.texts import relaxed_text
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.modes import Repeat
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.radio_names import radio_name
from musicsim.ui.playback.radio_opinions import RadioOpinions
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line
from musicsim.ui.tracks.visitors import is_visitor

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.playlists.generators.radio import RadioTracks

UPCOMING, FEWEST = 10, 5
"""How many tracks of the radio are upcoming, and from how many on it gets more."""
_SEEDS_OF_A_LIST = 5
"""The last tracks of a list that a radio goes on from."""
_LOOKED_AT = 60
"""Upcoming tracks that the radio hears of."""


class RadioDesk(QObject):
    """Link between the radio and the player; at most one radio is on.

    It asks for tracks while some are left, so that the next one is known long before the current one ends.
    """

    changed = Signal()
    """A radio started, ended or goes on in another way, or it has learned something."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        controls: PlaybackControls,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._player = player
        self._queue = player.queue
        self._controls = controls
        self._messages = messages
        self._session: RadioSession | None = None
        self._request = 0
        """Number of the latest request; an answer to an earlier one comes too late."""
        self._is_waiting = False
        self._is_exhausted = False
        """Whether there was nothing more, so that asking again makes no sense until something changes."""
        self._told: set[object] = set()
        self._declined: int | None = None
        """The queue's revision for which the listener wants no radio."""
        self._is_starved = False
        """Whether the player stopped because the next track had not come yet."""
        self._opinions = RadioOpinions(app, bridge, store, self._queue, lambda: self.is_on, self)
        self._opinions.liked.connect(self._note_likes)
        # A moment later, when the queue has gone on to the next track altogether.
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.setInterval(0)
        self._looking.timeout.connect(self._keep_going)
        self._queue.changed.connect(self._looking.start)
        self._queue.removed_from_radio.connect(self._note_removed)
        self._queue.list_started.connect(self._give_way)
        player.modes_changed.connect(self._looking.start)
        player.playing_changed.connect(self._follow_playing)
        player.ran_out.connect(self._note_starved)
        player.played.connect(self._note_play)
        controls.changed.connect(self._follow_settings)
        for more_music in (bridge.tracks_changed, bridge.tracks_removed):
            more_music.connect(self._try_again)
        store.changed.connect(self._leave_out_missing)

    # --- state ---

    @property
    def is_on(self) -> bool:
        """Whether a radio is on."""
        return self._session is not None

    @property
    def name(self) -> str:
        """What the radio is like, such as “Overseas” and 2 more."""
        return "" if self._session is None else radio_name(self._session)

    @property
    def learned_from(self) -> tuple[int, int]:
        """The number of skips, and of likes, that the radio has learned from."""
        return (0, 0) if self._session is None else self._session.learned_from

    @property
    def settings(self) -> RadioSettings:
        """How the radio goes on, or the next one will."""
        return self._controls.settings.radio

    @property
    def goes_on(self) -> bool:
        """Whether a radio begins when the queue ends."""
        return self._controls.settings.goes_on

    def state(self) -> RadioState | None:
        """Return the radio's state, to be saved."""
        return None if self._session is None else self._session.state()

    def restore(self, state: RadioState) -> None:
        """Go on with a saved radio, whose upcoming tracks are in the queue."""
        self._begin(self._app.radio.resume(state))
        self._keep_going()

    # --- commands ---

    def start(self, seeds: Sequence[Seed]) -> None:
        """Start a radio. A song that plays goes on; the radio comes after it and what the listener queued.

        Without anything playing, the seed itself is the first to be heard.
        """
        with self._messages.reporting():
            session = self._app.radio.session(seeds, self.settings)
            if (first := self._first_of(seeds)) is not None:
                session.remember([first])
            self._ask(session, lambda ids: self._put_on(session, ids), first=first)

    def stop(self) -> RadioSession | None:
        """End the radio, and return it for `go_on_with`; the song that plays goes on."""
        session = self._session
        if session is not None:
            self._declined = self._queue.revision
            self._end()
            self._queue.stop_radio()
        return session

    def change(self, settings: RadioSettings) -> None:
        """Go on in another way; what was upcoming of the radio is replaced."""
        self._controls.apply(replace(self._controls.settings, radio=settings))

    def set_goes_on(self, wanted: bool) -> None:
        """Set whether a radio begins when the queue ends."""
        self._controls.apply(replace(self._controls.settings, goes_on=wanted))

    def go_on_with(self, session: RadioSession | None) -> None:
        """Turn a radio on again; its upcoming tracks are in the queue."""
        if session is not None:
            self._begin(session)
        self._keep_going()

    # --- starting ---

    def _first_of(self, seeds: Sequence[Seed]) -> int | None:
        """Return the seed that is heard first; None if it is in the player or missing, or if it is no track."""
        if not seeds or seeds[0].kind is not SeedKind.TRACK:
            return None
        (first, *_) = seeds[0].track_ids
        track = self._store.get(first)
        is_out = track is None or track.missing or first == self._queue.current
        return None if is_out else first

    def _put_on(self, session: RadioSession, ids: Sequence[int]) -> None:
        """Let a new radio come next or, if nothing plays, play it."""
        before, seconds = self._queue.state(), self._player.position / 1000
        radio_before = self._session
        is_seed = any(self._queue.current in seed.track_ids[:1] for seed in session.seeds)
        goes_on = self._player.track is not None and (self._player.playing or is_seed)
        self._begin(session)
        if goes_on:
            self._queue.start_radio(ids)
            self._player.resume()
            text = self.tr("Radio {0}: it begins after this song.").format(self.name)
        else:
            self._player.play_radio(ids)
            text = self.tr("Radio {0}.").format(self.name)
        revision = self._queue.revision

        def undo() -> None:
            if self._queue.revision != revision:
                return
            self._end()
            if goes_on:
                self._queue.put_back(before)
            else:
                self._player.go_back_to(before, seconds)
            self.go_on_with(radio_before)

        replaced = before.rest or before.radio or (before.current is not None and not goes_on)
        action = self.tr("Undo") if replaced else ""
        self._messages.tell(text, action=action, on_action=undo)

    def _begin(self, session: RadioSession) -> None:
        self._request += 1
        self._session = session
        self._is_waiting = self._is_exhausted = False
        self._told.clear()
        self._declined = None
        self._opinions.begin()
        self.changed.emit()

    def _end(self) -> None:
        self._request += 1
        self._session = None
        self._is_waiting = self._is_exhausted = self._is_starved = False
        self.changed.emit()

    def _give_way(self) -> None:
        """End the radio because the listener plays something else."""
        session, name = self._session, self.name
        # A radio that was asked for before comes too late, too.
        self._end()
        if session is None:
            return

        def go_on() -> None:
            self._ask(session, lambda ids: self._put_on(session, ids))

        self._messages.tell(
            self.tr("The radio {0} has ended.").format(name),
            action=self.tr("Go on with it"),
            on_action=go_on,
        )

    # --- keeping the queue filled ---

    def _keep_going(self) -> None:
        session = self._session
        if session is None:
            self._go_on_after_list()
        elif not self._is_waiting and not self._is_exhausted:
            missing = UPCOMING - len(self._queue.upcoming.radio)
            if missing > UPCOMING - FEWEST:
                self._ask(session, self._add, count=missing)

    def _go_on_after_list(self) -> None:
        """Start a radio from the last tracks of a list while the last one plays."""
        queue = self._queue
        if (
            not self.goes_on
            or self._is_waiting
            or not self._player.playing
            or queue.upcoming.rowCount()
            or queue.repeat is not Repeat.OFF
            or self._player.stops_after_this
            or queue.revision == self._declined
        ):
            return
        ids = self._store.in_library(queue.last_heard(_SEEDS_OF_A_LIST))
        if not ids:
            return
        # Once for each list, also if nothing is found.
        self._declined = queue.revision
        seeds = [Seed(SeedKind.TRACK, one_line(t.title), (t.id,)) for t in self._store.tracks(ids)]
        session = self._app.radio.session(seeds, self.settings, is_automatic=True)
        for track_id in ids:
            session.hear(track_id)

        def put_on(found: Sequence[int]) -> None:
            if queue.upcoming.rowCount():
                # The listener has queued something in the meantime.
                self._declined = None
                return
            self._begin(session)
            self._add(found)
            self._messages.tell(
                self.tr("The queue ends here, so similar music follows."),
                action=self.tr("Stop that"),
                on_action=self.stop,
            )

        self._ask(session, put_on)

    def _ask(
        self,
        session: RadioSession,
        then: Callable[[Sequence[int]], None],
        *,
        count: int = UPCOMING,
        first: int | None = None,
    ) -> None:
        """Ask for tracks, and pass them on, with `first` before them."""
        self._request += 1
        request, self._is_waiting = self._request, True
        begins = [] if first is None else [first]
        current = [] if self._queue.current is None else [self._queue.current]
        queue = self._queue.upcoming
        # A list gives way to a new radio, and so does another radio.
        stay = [*queue.by_hand, *(queue.radio if session is self._session else ())][:_LOOKED_AT]

        def arrived(found: RadioTracks) -> None:
            if request == self._request:
                self._is_waiting = False
                then([*begins, *(match.track.id for match in found.matches)])
                self._tell_relaxed(found)

        def failed(error: MusicsimError) -> None:
            if request == self._request:
                self._is_waiting = False
                if begins and isinstance(error, NothingMore):
                    then(begins)
                if session is self._session or session.is_automatic:
                    # Something may change: tracks come back, or have been listened to.
                    self._is_exhausted = True
                    self._tell_once((type(error), self._queue.revision), str(error))
                else:
                    self._messages.fail(error)

        future = session.more(count - len(begins), [*current, *begins, *stay])
        self._bridge.watch(future, arrived, failed)

    def _add(self, ids: Sequence[int]) -> None:
        self._queue.upcoming.add_radio(ids)
        if self._is_starved:
            self._is_starved = False
            self._player.play_upcoming()

    def _tell_relaxed(self, found: RadioTracks) -> None:
        for relaxed in found.relaxed:
            text = self.tr("The radio has few tracks to choose from: {0}.")
            self._tell_once(relaxed.rule, text.format(relaxed_text(relaxed)))

    def _tell_once(self, topic: object, text: str) -> None:
        if topic not in self._told:
            self._told.add(topic)
            self._messages.tell(text)

    # --- what happens ---

    def _note_play(self, play: Play) -> None:
        if self._session is not None and not is_visitor(play.track_id):
            self._session.hear(play.track_id)
            self._session.note(play)
            self.changed.emit()

    def _note_removed(self, ids: tuple[int, ...]) -> None:
        if self._session is not None:
            for track_id in ids:
                self._session.take_out(track_id)
            self.changed.emit()

    def _follow_playing(self, playing: bool) -> None:
        if playing:
            self._is_starved = False
            self._looking.start()

    def _note_starved(self) -> None:
        is_on = self._session is not None and not self._is_exhausted
        self._is_starved = is_on or self._is_waiting

    def _follow_settings(self) -> None:
        session = self._session
        self.changed.emit()
        if session is None:
            self._keep_going()
            return
        if session.is_automatic and not self.goes_on:
            self.stop()
        elif session.state().settings != self.settings:
            planned = self._queue.upcoming.radio
            session.change(self.settings, planned)
            self._is_exhausted = False
            # Those before stay until the others are there, so that the next track is always known.
            self._ask(session, self._queue.upcoming.set_radio)

    def _note_likes(self, ids: tuple[int, ...]) -> None:
        if self._session is not None:
            for track_id in ids:
                self._session.like(track_id)
            self.changed.emit()

    def _leave_out_missing(self) -> None:
        """Let others come in place of tracks on a disk that is not connected any more."""
        tracks = self._store.tracks(self._queue.upcoming.radio)
        self._queue.leave_out(track.id for track in tracks if track.missing)

    def _try_again(self) -> None:
        if self._is_exhausted:
            self._is_exhausted = False
            if self._session is None:
                self._declined = None
            self._keep_going()

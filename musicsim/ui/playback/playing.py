"""Playback of the queue by the engine, one track after the other; no widgets."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.base.lengths import length_text
from musicsim.library.types import EndOfPlay, Track
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.heard import Heard
from musicsim.ui.playback.lineup import Lineup
from musicsim.ui.playback.modes import Repeat
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.playback.protocol import Silence
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line

FAILURES_IN_A_ROW = 5
"""Failures in a row after which the player stops: the drive is gone, not the tracks."""


class Playing(QObject):
    """Link between the engine and the queue; leaves out tracks that can't be played.

    `Player` adds the listener's commands.
    """

    playing_changed = Signal(bool)
    track_changed = Signal(object)
    """Track | None; also when the same track begins again."""
    position_changed = Signal(int)
    """Milliseconds."""
    position_jumped = Signal(int)
    """Milliseconds: the position after a seek, or of a start in the middle of a track."""
    duration_changed = Signal(int)
    """Milliseconds."""
    modes_changed = Signal()
    """Shuffle, repeat, or whether it stops after this track."""
    queue_changed = Signal()
    silence_changed = Signal(object)
    """Silence | None: why nothing can be heard; None once it can."""
    length_found = Signal(int, float)
    """A track's id, and its length in seconds as the decoder found it."""
    ran_out = Signal()
    """It stopped because nothing was upcoming."""
    played = Signal(object)
    """Play: a track is no longer heard."""

    def __init__(
        self,
        store: TrackStore,
        queue: PlayQueue,
        messages: Messages,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self.queue = queue
        self._messages = messages
        self._engine = engine
        self._lineup = Lineup(store, queue)
        self._playing = False
        self._position = 0.0
        self._position_at = 0.0
        """Time at which the position was noted."""
        self._duration = 0.0
        self._stops_after = False
        self._failures = 0
        self._silence: Silence | None = None
        self._heard: Heard | None = None
        self._preparing = QTimer(self)
        self._preparing.setSingleShot(True)
        self._preparing.setInterval(0)
        self._preparing.timeout.connect(self._prepare_next)
        engine.begun.connect(self._follow_begun)
        engine.progress.connect(self._follow_progress)
        engine.ended.connect(self._follow_end)
        engine.unplayable.connect(self._leave_out)
        engine.drained.connect(self._follow_drained)
        engine.silent.connect(self._follow_silence)
        queue.changed.connect(self._preparing.start)
        queue.changed.connect(self.queue_changed)
        queue.modes_changed.connect(self.modes_changed)
        queue.current_changed.connect(self._follow_current)
        store.leaving.connect(self._keep_current)

    @property
    def track(self) -> Track | None:
        """Track in the player."""
        return None if self.queue.current is None else self._store.get(self.queue.current)

    @property
    def playing(self) -> bool:
        """Whether it plays, or would play if there were a device."""
        return self._playing

    @property
    def is_loaded(self) -> bool:
        """Whether the track was started and not stopped since."""
        return bool(self._lineup.token)

    @property
    def position(self) -> int:
        """Position in the track, in milliseconds."""
        position = self._position
        if self._playing and self._silence is None and self._heard is not None:
            # The engine reports it five times a second.
            position += min(time.monotonic() - self._position_at, 0.5)
        return round(1000 * (min(position, self._duration) if self._duration else position))

    @property
    def duration(self) -> int:
        """Length of the track in milliseconds; 0 if unknown."""
        return round(1000 * self._duration)

    @property
    def stops_after_this(self) -> bool:
        """Whether playback stops when the current track ends."""
        return self._stops_after

    @property
    def silence(self) -> Silence | None:
        """Reason why nothing can be heard although it plays."""
        return self._silence

    def close(self) -> None:
        """Stop for good."""
        self._end_play(EndOfPlay.STOPPED)
        self._set_playing(False)
        self._preparing.stop()
        self._lineup.clear()
        self._engine.close()

    def _load(self, position: float, *, paused: bool = False) -> None:
        track = self.track
        if track is None:
            self._unload()
            return
        self._duration = track.tags.duration or 0.0
        self._note_position(position)
        item = self._lineup.begin(track, stops_after=self._stops_after)
        self._set_playing(not paused)
        self._engine.play(
            item,
            position,
            self._lineup.next,
            paused=paused,
            longest_crossfade=self._lineup.mixing.crossfade,
        )
        self.duration_changed.emit(self.duration)
        self.position_changed.emit(round(1000 * position))
        if position:
            self.position_jumped.emit(round(1000 * position))

    def _unload(self) -> None:
        self._lineup.clear()
        self._engine.stop()
        self._set_playing(False)
        self._note_position(0.0)
        self.position_changed.emit(0)

    def _prepare_next(self) -> None:
        """Tell the engine what comes next, unless it already knows."""
        if self._lineup.token and self._lineup.update(stops_after=self._stops_after):
            self._engine.follow(self._lineup.token, self._lineup.next)

    def _follow_begun(self, token: int, seconds: float, position: float) -> None:
        if (track_id := self._lineup.go_on_to(token)) is not None:
            self._failures = 0
            if not self._go_on_to(track_id):
                self._follow_drained(token)
                return
            self._preparing.start()
        elif token != self._lineup.token:
            return
        track = self.track
        if track is None:
            return
        self._duration = seconds
        self._note_position(position)
        if self._heard is None:
            self._heard = Heard(track.id, seconds)
        self._heard.jump(position)
        self.duration_changed.emit(self.duration)
        self.position_changed.emit(round(1000 * position))
        self.length_found.emit(track.id, seconds)

    def _go_on_to(self, track_id: int) -> bool:
        """Move the queue on to the track that began; return False if it has left the library."""
        if track_id == self.queue.current and self.queue.repeat is Repeat.ONE:
            self.track_changed.emit(self.track)
        elif self.queue.upcoming.first(1) == [track_id]:
            self.queue.advance()
        elif track_id in self._store:
            # It was moved, or removed from the queue, at the moment it began.
            self.queue.interpose(track_id)
        else:
            return False
        return True

    def _follow_progress(self, token: int, position: float) -> None:
        if token != self._lineup.token:
            return
        if self._heard is not None:
            self._heard.hear(position)
        self._note_position(position)
        self.position_changed.emit(round(1000 * position))

    def _follow_end(self, token: int, seconds: float, shortfall: float, reason: str | None) -> None:
        track = self.track
        if token != self._lineup.token or track is None:
            return
        if self._heard is not None:
            self._heard.hear_out(seconds)
        self._end_play(EndOfPlay.FINISHED if reason is None else EndOfPlay.FAILED)
        if reason is not None:
            text = self.tr("“{0}” can’t be played any further ({1}).")
            self._messages.fail(text.format(one_line(track.name), reason.strip(" .")))
        elif shortfall:
            text = self.tr("“{0}” ended early: the file is damaged after {1} of {2}.")
            whole = length_text(seconds + shortfall)
            self._messages.fail(text.format(one_line(track.name), length_text(seconds), whole))

    def _leave_out(self, token: int, reason: str) -> None:
        is_current = token == self._lineup.token
        track_id = self.queue.current if is_current else self._lineup.forget(token)
        track = None if track_id is None else self._store.get(track_id)
        if track is None:
            return
        self._failures += 1
        self._tell_unplayable(track, reason)
        if is_current:
            self._end_play(EndOfPlay.FAILED)
            if self._failures >= FAILURES_IN_A_ROW:
                self._unload()
            elif self.queue.repeat is Repeat.ONE:
                # Don't repeat it: continue with the next track, if there is one.
                self._go_on()
        elif self._lineup.drop_next(token):
            is_next = self.queue.upcoming.first(1) == [track_id]
            if self._failures < FAILURES_IN_A_ROW and is_next:
                self.queue.drop_next()
                self._preparing.start()

    def _tell_unplayable(self, track: Track, reason: str) -> None:
        what = self.tr("“{0}” can’t be played").format(one_line(track.name))
        why = self.tr("the file is gone") if not track.path.exists() else reason.strip(" .")
        what = f"{what} ({why})." if why else f"{what}."
        if self._failures >= FAILURES_IN_A_ROW:
            after = self.tr("Playing stops after {0} such tracks in a row.")
            what = f"{what} {after.format(self._failures)}"
        self._messages.fail(what)

    def _follow_drained(self, token: int) -> None:
        if token != self._lineup.token:
            return
        self._end_play(EndOfPlay.FINISHED)
        if self._stops_after:
            self._stops_after = False
            self.modes_changed.emit()
            self._unload()
            if self.queue.repeat is not Repeat.ONE:
                self.queue.advance()
        elif self._failures >= FAILURES_IN_A_ROW:
            self._unload()
        elif self.queue.repeat is Repeat.ONE and self._failures == 0 and self.track is not None:
            self.track_changed.emit(self.track)
            self._load(0.0)
        else:
            self._go_on()

    def _go_on(self) -> None:
        """Play the next track; stop if there is none."""
        if self.queue.advance():
            self._load(0.0)
        else:
            self._unload()
            self.ran_out.emit()

    def _follow_silence(self, why: Silence | None) -> None:
        self._silence = why
        if why is Silence.DEVICE_GONE:
            # The engine has paused: music meant for headphones must not come from the loudspeakers.
            self._note_position(self._position)
            self._set_playing(False)
        self.silence_changed.emit(why)

    def _follow_current(self) -> None:
        if self.queue.current is None:
            self._end_play(EndOfPlay.STOPPED)
            self._stops_after = False
            self._unload()
        # Receivers of `track_changed` must find the new track's own position.
        self._note_position(0.0)
        self._duration = (self.track.tags.duration or 0.0) if self.track is not None else 0.0
        self.track_changed.emit(self.track)

    def _keep_current(self, leaving: Sequence[Track]) -> None:
        """Play a track that leaves the library to its end, as a file that is not in it."""
        track = next((each for each in leaving if each.id == self.queue.current), None)
        if track is None or not self._lineup.token:
            return
        visitor = self._store.take(track.path, None, track.tags)
        self.queue.go_on_as(visitor.id)
        if self._heard is not None:
            self._heard.go_on_as(visitor.id)
            self.length_found.emit(visitor.id, self._duration)
        self.track_changed.emit(visitor)

    def _end_play(self, end: EndOfPlay) -> None:
        heard, self._heard = self._heard, None
        if heard is not None:
            self.played.emit(heard.ended(end))

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)

    def _note_position(self, seconds: float) -> None:
        self._position, self._position_at = seconds, time.monotonic()

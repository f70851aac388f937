"""Plays the queue; no widgets."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.library.types import EndOfPlay, Track
from musicsim.ui.kit import formats
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playback.albums import follows_in_album
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.heard import Heard
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.play_queue import PlayQueue, QueueState
from musicsim.ui.playback.protocol import Item, Silence
from musicsim.ui.tracks.store import TrackStore

FAILURES_IN_A_ROW = 5
"""After so many the player stops: the drive is gone, not the tracks."""

RESTART_MS = 3000
"""Further into a track, "previous" goes to its beginning."""


@dataclass(frozen=True)
class Mixing:
    """How tracks are played."""

    gain: Callable[[Track, bool], float] = lambda track, in_album: 1.0
    """What a track's samples are multiplied with; the second says whether its album is played in order."""
    crossfade: float = 0.0
    """Seconds."""


class Player(QObject):
    """Plays the current track of the queue and those that follow, and leaves out what can't be played."""

    playing_changed = Signal(bool)
    track_changed = Signal(object)
    """Track | None; also when the same track begins again."""
    position_changed = Signal(int)
    """Milliseconds."""
    position_jumped = Signal(int)
    """Milliseconds: where it goes on after a seek, or begins in the middle."""
    duration_changed = Signal(int)
    """Milliseconds."""
    volume_changed = Signal(float)
    modes_changed = Signal()
    """Shuffle, repeat, or whether it stops after this track."""
    queue_changed = Signal()
    silence_changed = Signal(object)
    """Silence | None: why nothing can be heard; None once it can."""
    length_found = Signal(int, float)
    """A track's id and its length in seconds, as the decoder knows it."""
    replaced = Signal(object, float)
    """QueueState and a place in seconds: what the listener had made by hand, and has replaced; see `go_back_to`."""
    played = Signal(object)
    """Play: a track stopped being heard."""

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
        self._mixing = Mixing()
        self._tokens = itertools.count(1)
        self._token = 0
        """What the engine knows the current track by; 0 while it has none."""
        self._told: dict[int, int] = {}
        """Every track, by the engine's token, that it was told to go on with since the current one began."""
        self._next: Item | None = None
        self._next_id: int | None = None
        self._is_next_told = False
        """Whether the engine knows what follows the current track."""
        self._playing = False
        self._position = 0.0
        self._position_at = 0.0
        """When the position was that."""
        self._duration = 0.0
        self._volume = 0.8
        self._fade = 1.0
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
        self._send_volume()
        queue.changed.connect(self._preparing.start)
        queue.changed.connect(self.queue_changed)
        queue.modes_changed.connect(self.modes_changed)
        queue.current_changed.connect(self._follow_current)

    # --- what is ---

    @property
    def track(self) -> Track | None:
        """The track in the player."""
        return None if self.queue.current is None else self._store.get(self.queue.current)

    @property
    def playing(self) -> bool:
        """Whether it plays, or would if there were something to hear it on."""
        return self._playing

    @property
    def is_loaded(self) -> bool:
        """Whether the track was started, and not stopped since."""
        return bool(self._token)

    @property
    def position(self) -> int:
        """How far the track is, in milliseconds."""
        position = self._position
        if self._playing and self._silence is None and self._heard is not None:
            # The engine tells it five times a second.
            position += min(time.monotonic() - self._position_at, 0.5)
        return round(1000 * (min(position, self._duration) if self._duration else position))

    @property
    def duration(self) -> int:
        """How long the track is, in milliseconds; 0 where that is not known."""
        return round(1000 * self._duration)

    @property
    def volume(self) -> float:
        """From 0 to 1, as the ear hears it."""
        return self._volume

    @property
    def shuffle(self) -> Shuffle:
        """How the rest of the list is mixed."""
        return self.queue.shuffle

    @property
    def repeat(self) -> Repeat:
        """What plays after the last track."""
        return self.queue.repeat

    @property
    def stops_after_this(self) -> bool:
        """Whether it stops when the current track ends."""
        return self._stops_after

    @property
    def silence(self) -> Silence | None:
        """Why nothing can be heard though it plays."""
        return self._silence

    @property
    def can_play(self) -> bool:
        """Whether there is something in the player or upcoming."""
        return self.track is not None or self.can_go_next

    @property
    def can_go_next(self) -> bool:
        """Whether there is a next track."""
        return self.queue.upcoming.rowCount() > 0

    @property
    def can_go_previous(self) -> bool:
        """Whether there is something to go back to."""
        return self.track is not None

    def upcoming_ids(self, limit: int) -> list[int]:
        """Return the first of the upcoming tracks."""
        return self.queue.upcoming.first(limit)

    # --- what the listener wants ---

    def set_volume(self, volume: float) -> None:
        """Set how loud it is, from 0 to 1."""
        volume = min(1.0, max(0.0, volume))
        if volume != self._volume:
            self._volume = volume
            self._send_volume()
            self.volume_changed.emit(volume)

    def set_fade(self, fade: float) -> None:
        """Play at a part of the volume for a while, from 0 to 1; the volume itself stays."""
        self._fade = fade
        self._send_volume()

    def _send_volume(self) -> None:
        # Heard loudness grows about as the cube root of the amplitude.
        self._engine.set_volume((self._volume * self._fade) ** 3)

    def set_mixing(self, mixing: Mixing) -> None:
        """Play the current track and all others in another way, as soon as it can be heard."""
        self._mixing = mixing
        if self._token and self.track is not None:
            self._load(self.position / 1000, paused=not self._playing)

    def set_shuffle(self, shuffle: Shuffle) -> None:
        """Mix the rest of the list another way."""
        self.queue.set_shuffle(shuffle)

    def set_repeat(self, repeat: Repeat) -> None:
        """Do something else after the last track."""
        self.queue.set_repeat(repeat)

    def set_stops_after_this(self, stops: bool) -> None:
        """Stop when the current track ends, or don't."""
        if stops != self._stops_after:
            self._stops_after = stops
            self._preparing.start()
            self.modes_changed.emit()

    def play(self, ids: Sequence[int], at: int = 0) -> None:
        """Play a list from one of its tracks on; those whose file is gone are left out of what follows."""
        before = [track.id for track in self._store.tracks(ids[:at]) if not track.missing]
        others = [track.id for track in self._store.tracks(ids[at + 1 :]) if not track.missing]
        self._failures = 0
        made_by_hand = self.queue.is_edited
        state = self.queue.state(), self.position / 1000
        self._end_play(EndOfPlay.SKIPPED)
        self._stops_after = False
        self.queue.start([*before, ids[at], *others], len(before))
        self._load(0.0)
        if made_by_hand:
            self.replaced.emit(*state)

    def enqueue(self, ids: Sequence[int], *, first: bool = False) -> bool:
        """Queue tracks by hand: after what was queued so before, or as the next ones.

        With nothing in the player they play at once, and the answer is False.
        """
        if not self.can_play:
            self.play(ids)
            return False
        if first:
            self.queue.upcoming.insert(0, ids)
        else:
            self.queue.upcoming.add(ids)
        if self.track is None:
            self.play_upcoming()
        return True

    def play_upcoming(self, row: int = 0, *, paused: bool = False) -> None:
        """Go on with an upcoming track, dropping those before it; what was queued by hand can be had back."""
        self._failures = 0
        if row >= self.queue.upcoming.rowCount():
            return
        passed_over = any(self.queue.upcoming.is_by_hand(i) for i in range(row))
        before = self.queue.state(), self.position / 1000
        self._end_play(EndOfPlay.SKIPPED)
        self.queue.advance(row)
        self._load(0.0, paused=paused)
        if passed_over:
            self.replaced.emit(*before)

    def go_back_to(self, state: QueueState, seconds: float) -> None:
        """Play what another queue had in the player, from a place on, and what came after it."""
        self._failures = 0
        self._end_play(EndOfPlay.SKIPPED)
        self.queue.restore(state)
        self._load(seconds)

    def toggle(self) -> None:
        """Play or pause."""
        if self._playing:
            self.pause()
        else:
            self.resume()

    def pause(self) -> None:
        """Stand still."""
        if self._playing:
            self._note_position(self.position / 1000)
            self._set_playing(False)
            self._engine.pause()

    def resume(self) -> None:
        """Go on; with nothing in the player, with what comes next."""
        if self._playing:
            return
        if self.track is None:
            self.play_upcoming()
        elif self._token:
            self._note_position(self._position)
            self._set_playing(True)
            self._engine.resume()
        else:
            self._load(self._position)

    def next(self, *, paused: bool = False) -> None:
        """Go on with the next track, or have it wait at its beginning; after the last one there is silence."""
        if self.can_go_next:
            self.play_upcoming(paused=paused)
        else:
            self._end_play(EndOfPlay.SKIPPED)
            self.stop()

    def previous(self, *, paused: bool = False) -> None:
        """Go to the track's beginning or, near it, to the track before, which may wait there."""
        self._failures = 0
        if self.position < RESTART_MS and self.queue.can_go_back:
            self._end_play(EndOfPlay.SKIPPED)
            self.queue.go_back()
            self._load(0.0, paused=paused)
        else:
            self.seek(0)

    def seek(self, milliseconds: int) -> None:
        """Go to a place in the track; beyond its end, to the next one."""
        if self.track is None:
            return
        if self._duration and milliseconds >= self.duration:
            self.next(paused=not self._playing)
            return
        position = max(0, milliseconds) / 1000
        if self._token and self._heard is None:
            # It has come to its end, or has not begun yet: what the engine says of that is not of this.
            self._load(position, paused=not self._playing)
        elif self._token:
            self._engine.seek(position)
        if self._heard is not None:
            self._heard.jump(position)
        self._note_position(position)
        self.position_jumped.emit(round(1000 * position))
        self.position_changed.emit(round(1000 * position))

    def stop(self) -> None:
        """Stop; the track stays in the player, at its beginning."""
        self._end_play(EndOfPlay.STOPPED)
        self._unload()

    def show_loaded(self, seconds: float) -> None:
        """Have the queue's current track in the player, paused at a place, as when musicsim was closed."""
        if self.track is not None:
            self._duration = self.track.tags.duration or 0.0
            self._note_position(seconds)
            self.duration_changed.emit(self.duration)
            self.position_changed.emit(round(1000 * seconds))

    def close(self) -> None:
        """Stop for good."""
        self._end_play(EndOfPlay.STOPPED)
        self._set_playing(False)
        self._preparing.stop()
        self._token = 0
        self._engine.close()

    # --- the engine ---

    def _load(self, position: float, *, paused: bool = False) -> None:
        track = self.track
        if track is None:
            self._unload()
            return
        self._token = next(self._tokens)
        self._told.clear()
        self._duration = track.tags.duration or 0.0
        self._note_position(position)
        self._tell_next(*self._make_next())
        before = None if self.queue.previous is None else self._store.get(self.queue.previous)
        item = Item(self._token, track.path, self._gain(track, before), 0.0)
        self._set_playing(not paused)
        self._engine.play(
            item, position, self._next, paused=paused, longest_crossfade=self._mixing.crossfade
        )
        self.duration_changed.emit(self.duration)
        self.position_changed.emit(round(1000 * position))
        if position:
            self.position_jumped.emit(round(1000 * position))

    def _unload(self) -> None:
        self._token = 0
        self._next = self._next_id = None
        self._told.clear()
        self._engine.stop()
        self._set_playing(False)
        self._note_position(0.0)
        self.position_changed.emit(0)

    def _make_next(self) -> tuple[Item | None, int | None]:
        """Return what plays when the current track ends by itself, for the engine, and its id."""
        next_id = None if self._stops_after else self.queue.next_after_end()
        following = None if next_id is None else self._store.get(next_id)
        current = self.track
        if following is None or current is None:
            return None, None
        crossfade = 0.0
        if following.id != current.id and not follows_in_album(current, following):
            crossfade = self._mixing.crossfade
        gain = self._gain(following, before=current)
        return Item(next(self._tokens), following.path, gain, crossfade), following.id

    def _gain(self, track: Track, before: Track | None = None) -> float:
        """Return what a track's samples are multiplied with, between the one before it and the one after it."""
        in_album = before is not None and follows_in_album(before, track)
        if not in_album:
            upcoming = self._store.tracks(self.upcoming_ids(2))
            after = [t for t in upcoming if t.id != track.id]
            in_album = bool(after) and follows_in_album(track, after[0])
        return self._mixing.gain(track, in_album)

    def _prepare_next(self) -> None:
        """Tell the engine what comes next, if that is not what it was told."""
        if not self._token:
            return
        item, next_id = self._make_next()
        known = self._next
        if known is not None and item is not None and next_id == self._next_id:
            is_same = replace(item, token=known.token) == known
        else:
            is_same = known is None and item is None
        if is_same and self._is_next_told:
            return
        self._tell_next(item, next_id)
        self._engine.follow(self._token, item)

    def _tell_next(self, item: Item | None, next_id: int | None) -> None:
        self._next, self._next_id, self._is_next_told = item, next_id, True
        if item is not None and next_id is not None:
            self._told[item.token] = next_id

    def _follow_begun(self, token: int, seconds: float, position: float) -> None:
        if token in self._told:
            # Also one that it was told to leave in the moment when it began.
            track_id = self._told[token]
            self._told.clear()
            self._token, self._next, self._next_id, self._is_next_told = token, None, None, False
            self._failures = 0
            if not self._go_on_to(track_id):
                self._follow_drained(token)
                return
            self._preparing.start()
        elif token != self._token:
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
        """Have the queue go on to the track that began; False if that has left the library."""
        if track_id == self.queue.current and self.queue.repeat is Repeat.ONE:
            self.track_changed.emit(self.track)
        elif self.upcoming_ids(1) == [track_id]:
            self.queue.advance()
        elif track_id in self._store:
            # It was moved or taken out of the queue in the moment when it began.
            self.queue.interpose(track_id)
        else:
            return False
        return True

    def _follow_progress(self, token: int, position: float) -> None:
        if token != self._token:
            return
        if self._heard is not None:
            self._heard.hear(position)
        self._note_position(position)
        self.position_changed.emit(round(1000 * position))

    def _follow_end(self, token: int, seconds: float, shortfall: float, reason: str | None) -> None:
        track = self.track
        if token != self._token or track is None:
            return
        if self._heard is not None:
            self._heard.hear_out(seconds)
        self._end_play(EndOfPlay.FINISHED if reason is None else EndOfPlay.FAILED)
        if reason is not None:
            text = self.tr("“{0}” can’t be played any further ({1}).")
            self._messages.fail(text.format(track.name, reason.strip(" .")))
        elif shortfall:
            text = self.tr("“{0}” ended early: the file is damaged after {1} of {2}.")
            whole = formats.length(seconds + shortfall)
            self._messages.fail(text.format(track.name, formats.length(seconds), whole))

    def _leave_out(self, token: int, reason: str) -> None:
        is_current = token == self._token
        track_id = self.queue.current if is_current else self._told.pop(token, None)
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
                # Not the same again: with the next one, if there is one.
                self._go_on()
        elif self._next is not None and token == self._next.token:
            self._next = None
            if self._failures < FAILURES_IN_A_ROW and self.upcoming_ids(1) == [track_id]:
                self.queue.drop_next()
                self._preparing.start()

    def _tell_unplayable(self, track: Track, reason: str) -> None:
        what = self.tr("“{0}” can’t be played").format(track.name)
        why = self.tr("the file is gone") if not track.path.exists() else reason.strip(" .")
        what = f"{what} ({why})." if why else f"{what}."
        if self._failures >= FAILURES_IN_A_ROW:
            after = self.tr("Playing stops after {0} such tracks in a row.")
            what = f"{what} {after.format(self._failures)}"
        self._messages.fail(what)

    def _follow_drained(self, token: int) -> None:
        if token != self._token:
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
        """Play the next track; without one, stop."""
        if self.queue.advance():
            self._load(0.0)
        else:
            self._unload()

    def _follow_silence(self, why: Silence | None) -> None:
        self._silence = why
        if why is Silence.DEVICE_GONE:
            # The engine has paused: what was meant for headphones is not for the loudspeakers.
            self._note_position(self._position)
            self._set_playing(False)
        self.silence_changed.emit(why)

    def _follow_current(self) -> None:
        if self.queue.current is None:
            self._end_play(EndOfPlay.STOPPED)
            self._stops_after = False
            self._unload()
        # Whoever is told of the track is told of its own place.
        self._note_position(0.0)
        self._duration = (self.track.tags.duration or 0.0) if self.track is not None else 0.0
        self.track_changed.emit(self.track)

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

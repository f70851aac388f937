"""The player without widgets: commands of the listener, the desktop and other parts of the window."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from musicsim.library.types import EndOfPlay
from musicsim.ui.kit.messages import Messages
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.lineup import Mixing
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.play_queue import PlayQueue, QueueState
from musicsim.ui.playback.playing import Playing
from musicsim.ui.tracks.store import TrackStore

RESTART_MS = 3000
"""Position in a track from which "previous" goes to its beginning."""


class Player(Playing):
    """Player of the queue's current track and those that follow, with the listener's commands."""

    volume_changed = Signal(float)
    replaced = Signal(object, float)
    """QueueState and a position in seconds: the queue edited by hand that was just replaced; see `go_back_to`."""

    def __init__(
        self,
        store: TrackStore,
        queue: PlayQueue,
        messages: Messages,
        engine: Engine,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(store, queue, messages, engine, parent)
        self._volume = 0.8
        self._fade = 1.0
        self._send_volume()

    # --- state ---

    @property
    def volume(self) -> float:
        """Volume from 0 to 1, as the ear perceives it."""
        return self._volume

    @property
    def shuffle(self) -> Shuffle:
        """Order of the rest of the list."""
        return self.queue.shuffle

    @property
    def repeat(self) -> Repeat:
        """Repeat mode."""
        return self.queue.repeat

    @property
    def can_play(self) -> bool:
        """Whether a track is in the player or upcoming."""
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
        """Return the ids of the first upcoming tracks."""
        return self.queue.upcoming.first(limit)

    # --- commands ---

    def set_volume(self, volume: float) -> None:
        """Set the volume, from 0 to 1."""
        volume = min(1.0, max(0.0, volume))
        if volume != self._volume:
            self._volume = volume
            self._send_volume()
            self.volume_changed.emit(volume)

    def set_fade(self, fade: float) -> None:
        """Play at a fraction of the volume, from 0 to 1; the volume itself stays."""
        self._fade = fade
        self._send_volume()

    def _send_volume(self) -> None:
        # Perceived loudness grows about as the cube root of the amplitude.
        self._engine.set_volume((self._volume * self._fade) ** 3)

    def set_mixing(self, mixing: Mixing) -> None:
        """Change gain and crossfade, and reload the current track with them."""
        self._lineup.mixing = mixing
        if self._lineup.token and self.track is not None:
            self._load(self.position / 1000, paused=not self._playing)

    def set_shuffle(self, shuffle: Shuffle) -> None:
        """Set the order of the rest of the list."""
        self.queue.set_shuffle(shuffle)

    def set_repeat(self, repeat: Repeat) -> None:
        """Set the repeat mode."""
        self.queue.set_repeat(repeat)

    def set_stops_after_this(self, stops: bool) -> None:
        """Set whether to stop when the current track ends."""
        if stops != self._stops_after:
            self._stops_after = stops
            self._preparing.start()
            self.modes_changed.emit()

    def play(self, ids: Sequence[int], at: int = 0) -> None:
        """Play a list from index `at` on; leave out other tracks whose files are gone."""
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

    def play_radio(self, ids: Sequence[int]) -> None:
        """Play the tracks of a radio now, in place of the current track and its list."""
        self._failures = 0
        self._end_play(EndOfPlay.SKIPPED)
        self._stops_after = False
        self.queue.start_radio(ids[1:], now=ids[0])
        self._load(0.0)

    def enqueue(self, ids: Sequence[int], *, first: bool = False) -> bool:
        """Queue tracks by hand: after those queued by hand before or, with `first`, as the next ones.

        If the player is empty, play them at once and return False.
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
        """Continue with an upcoming track, dropping those before it; dropped tracks queued by hand can be restored."""
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
        """Restore another queue, and play its current track from a position in seconds."""
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
        """Pause."""
        if self._playing:
            self._note_position(self.position / 1000)
            self._set_playing(False)
            self._engine.pause()

    def resume(self) -> None:
        """Resume playback; if the player is empty, play what comes next."""
        if self._playing:
            return
        if self.track is None:
            self.play_upcoming()
        elif self._lineup.token:
            self._note_position(self._position)
            self._set_playing(True)
            self._engine.resume()
        else:
            self._load(self._position)

    def next(self, *, paused: bool = False) -> None:
        """Go to the next track, with `paused` waiting at its beginning; after the last track, stop."""
        if self.can_go_next:
            self.play_upcoming(paused=paused)
        else:
            self._end_play(EndOfPlay.SKIPPED)
            self.stop()
            self.ran_out.emit()

    def previous(self, *, paused: bool = False) -> None:
        """Go to the track's beginning or, near it, to the previous track; with `paused`, wait there."""
        self._failures = 0
        if self.position < RESTART_MS and self.queue.can_go_back:
            # To hear the one before again says nothing against this one.
            self._end_play(EndOfPlay.STOPPED)
            self.queue.go_back()
            self._load(0.0, paused=paused)
        else:
            self.seek(0)

    def seek(self, milliseconds: int) -> None:
        """Move to a position in the track; beyond its end, go to the next track."""
        if self.track is None:
            return
        if self._duration and milliseconds >= self.duration:
            self.next(paused=not self._playing)
            return
        position = max(0, milliseconds) / 1000
        if self._lineup.token and self._heard is None:
            # The track has ended or not begun yet: the engine's pending reports don't belong to this seek.
            self._load(position, paused=not self._playing)
        elif self._lineup.token:
            self._engine.seek(position)
        if self._heard is not None:
            self._heard.jump(position)
        self._note_position(position)
        self.position_jumped.emit(round(1000 * position))
        self.position_changed.emit(round(1000 * position))

    def stop(self) -> None:
        """Stop; keep the track in the player, at its beginning."""
        self._end_play(EndOfPlay.STOPPED)
        self._unload()

    def show_loaded(self, seconds: float) -> None:
        """Show the queue's current track in the player, paused at a position, as when musicsim was closed."""
        if self.track is not None:
            self._duration = self.track.tags.duration or 0.0
            self._note_position(seconds)
            self.duration_changed.emit(self.duration)
            self.position_changed.emit(round(1000 * seconds))

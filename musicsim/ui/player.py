"""Plays the queue; no widgets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, Qt, Signal, SignalInstance

from musicsim.library.types import Track
from musicsim.ui.messages import Messages
from musicsim.ui.play_queue import PlayQueue
from musicsim.ui.store import TrackStore

FAILURES_IN_A_ROW = 5
"""After so many the player stops: the drive is gone, not the tracks."""

RESTART_MS = 3000
"""Further into a track, "previous" goes to its beginning."""


class MediaLike(Protocol):
    """What the player needs of `musicsim.ui.media.Media`."""

    playing_changed: SignalInstance
    position_changed: SignalInstance
    duration_changed: SignalInstance
    ended: SignalInstance
    failed: SignalInstance

    def load(self, path: Path) -> None:
        """Take this file."""

    def play(self) -> None:
        """Start, or go on."""

    def pause(self) -> None:
        """Stand still."""

    def stop(self) -> None:
        """Stop, and let go of the file."""

    def seek(self, milliseconds: int) -> None:
        """Go to a place in the file."""

    def set_volume(self, volume: float) -> None:
        """Set how loud it is, from 0 to 1."""


def qt_media() -> MediaLike:
    """Load QtMultimedia."""
    from musicsim.ui.media import Media

    return Media()


class Player(QObject):
    """Starts the current track of the queue, goes on when it ends, and skips what can't be played."""

    playing_changed = Signal(bool)
    track_changed = Signal(object)
    """Track | None"""
    position_changed = Signal(int)
    """Milliseconds."""
    duration_changed = Signal(int)
    """Milliseconds."""

    _broken = Signal(str, int)
    """The reason, and which load it was about."""

    def __init__(
        self,
        store: TrackStore,
        queue: PlayQueue,
        messages: Messages,
        make_media: Callable[[], MediaLike] = qt_media,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self.queue = queue
        self._messages = messages
        self._make_media = make_media
        self._made: MediaLike | None = None
        self._loaded = False
        """Whether the media has the queue's current track."""
        self._playing = False
        self._position = 0
        self._volume = 0.8
        self._failures = 0
        self._loads = 0
        self._broken.connect(self._skip, Qt.ConnectionType.QueuedConnection)
        queue.current_changed.connect(self._show_current)

    @property
    def track(self) -> Track | None:
        """The track in the player."""
        return None if self.queue.current is None else self._store.get(self.queue.current)

    @property
    def playing(self) -> bool:
        """Whether it can be heard."""
        return self._playing

    @property
    def volume(self) -> float:
        """From 0 to 1, as the ear hears it."""
        return self._volume

    def set_volume(self, volume: float) -> None:
        """Set how loud it is, from 0 to 1."""
        self._volume = volume
        if self._made is not None:
            self._made.set_volume(volume)

    def play(self, ids: Sequence[int]) -> None:
        """Play the first of these tracks; the others follow, those whose file is gone left out."""
        first, *others = ids
        playable = [track.id for track in self._store.tracks(others) if not track.missing]
        self._failures = 0
        self.queue.start([first, *playable])
        self._start()

    def play_upcoming(self, row: int = 0) -> None:
        """Go on with an upcoming track."""
        self._failures = 0
        if self.queue.advance(row):
            self._start()

    def toggle(self) -> None:
        """Play or pause."""
        if self._playing:
            self._media.pause()
        elif self._loaded:
            self._media.play()
        elif self.track is not None:
            self._start()
        else:
            self.play_upcoming()

    def next(self) -> None:
        """Go on with the next track; after the last one there is silence."""
        if self.queue.upcoming.rowCount():
            self.play_upcoming()
        else:
            self.stop()

    def previous(self) -> None:
        """Go to the track's beginning or, near it, to the track before."""
        self._failures = 0
        if self._position < RESTART_MS and self.queue.go_back():
            self._start()
        elif self._loaded:
            self.seek(0)

    def seek(self, milliseconds: int) -> None:
        """Go to a place in the track."""
        if self._loaded:
            self._media.seek(milliseconds)

    def stop(self) -> None:
        """Stop; the track stays in the player."""
        if self._made is not None:
            self._made.stop()
        self._loaded = False
        self._set_playing(False)
        self._set_position(0)

    def close(self) -> None:
        """Stop for good."""
        self.stop()
        self._made = None

    @property
    def _media(self) -> MediaLike:
        if self._made is None:
            media = self._made = self._make_media()
            media.set_volume(self._volume)
            media.playing_changed.connect(self._set_playing)
            media.position_changed.connect(self._set_position)
            media.duration_changed.connect(self.duration_changed)
            media.ended.connect(self._end)
            media.failed.connect(self._note_failure)
        return self._made

    def _start(self) -> None:
        track = self.track
        if track is None:
            return
        self._set_position(0)
        self._loaded = True
        self._loads += 1
        self._media.load(track.path)
        self._media.play()

    def _end(self) -> None:
        self._failures = 0
        if self.queue.advance():
            self._start()
        else:
            self.stop()

    def _note_failure(self, reason: str) -> None:
        # Queued: a queue of broken files must not become one deep call.
        self._broken.emit(reason, self._loads)

    def _skip(self, reason: str, load: int) -> None:
        track = self.track
        if track is None or not self._loaded or load != self._loads:
            return
        self._failures += 1
        what = self.tr("“{0}” can’t be played").format(track.name)
        why = self.tr("the file is gone") if not track.path.exists() else reason.strip(" .")
        what = f"{what} ({why})." if why else f"{what}."
        if self._failures >= FAILURES_IN_A_ROW:
            self.stop()
            after = self.tr("Playing stopped after {0} such tracks in a row.")
            self._messages.fail(f"{what} {after.format(self._failures)}")
        elif self.queue.advance():
            self._messages.fail(what)
            self._start()
        else:
            self.stop()
            self._messages.fail(what)

    def _show_current(self) -> None:
        if self.queue.current is None:
            self.stop()
        self.track_changed.emit(self.track)

    def _set_playing(self, playing: bool) -> None:
        if playing != self._playing:
            self._playing = playing
            self.playing_changed.emit(playing)

    def _set_position(self, milliseconds: int) -> None:
        self._position = milliseconds
        if milliseconds > 0:
            self._failures = 0
        self.position_changed.emit(milliseconds)

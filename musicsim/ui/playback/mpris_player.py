"""The two main MPRIS interfaces, for the player and the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from PySide6.QtCore import QTimer, SignalInstance

from musicsim.library.types import Track
from musicsim.ui.playback.bus_object import Argument, BusError, Interface, Method, Property, Typed
from musicsim.ui.playback.modes import Repeat, Shuffle

ROOT = "org.mpris.MediaPlayer2"
PLAYER = "org.mpris.MediaPlayer2.Player"

_LOOP_STATUS = {Repeat.OFF: "None", Repeat.ONE: "Track", Repeat.ALL: "Playlist"}
_REPEAT = {status: repeat for repeat, status in _LOOP_STATUS.items()}
_MIME_TYPES = [
    f"audio/{kind}"
    for kind in (
        "aac", "ac3", "aiff", "amr", "basic", "flac", "mp4", "mpeg", "ogg", "opus", "vnd.dts", "webm",
        "x-aiff", "x-ape", "x-caf", "x-dsf", "x-flac", "x-m4a", "x-matroska", "x-mp3", "x-mpeg", "x-ms-wma",
        "x-musepack", "x-opus+ogg", "x-speex", "x-tta", "x-vorbis+ogg", "x-wav", "x-wavpack",
    )
]  # fmt: skip


class PlayerLike(Protocol):
    """Part of the player that the desktop's media controls need."""

    playing_changed: SignalInstance
    track_changed: SignalInstance
    position_jumped: SignalInstance
    duration_changed: SignalInstance
    volume_changed: SignalInstance
    modes_changed: SignalInstance
    queue_changed: SignalInstance

    @property
    def track(self) -> Track | None:
        """Track in the player."""

    @property
    def playing(self) -> bool:
        """Whether it can be heard."""

    @property
    def is_loaded(self) -> bool:
        """Whether it was started and not stopped since."""

    @property
    def position(self) -> int:
        """Position in the track, in milliseconds."""

    @property
    def duration(self) -> int:
        """Length in milliseconds; 0 if it isn't known yet."""

    @property
    def volume(self) -> float:
        """Volume from 0 to 1."""

    @property
    def shuffle(self) -> Shuffle:
        """Order of the upcoming tracks."""

    @property
    def repeat(self) -> Repeat:
        """Repeat mode."""

    @property
    def can_play(self) -> bool:
        """Whether a track is in the player or upcoming."""

    @property
    def can_go_next(self) -> bool:
        """Whether `next` leads to a track."""

    @property
    def can_go_previous(self) -> bool:
        """Whether `previous` leads anywhere."""

    def upcoming_ids(self, limit: int) -> list[int]:
        """Return the ids of the first upcoming tracks."""

    def toggle(self) -> None:
        """Play or pause."""

    def resume(self) -> None:
        """Play from the paused position."""

    def pause(self) -> None:
        """Pause."""

    def stop(self) -> None:
        """Stop, and go back to the beginning."""

    def next(self, *, paused: bool) -> None:
        """Go to the next track; with `paused`, let it wait at its beginning."""

    def previous(self, *, paused: bool) -> None:
        """Go back; with `paused`, wait there."""

    def seek(self, milliseconds: int) -> None:
        """Move to a position in the track."""

    def set_volume(self, volume: float) -> None:
        """Set the volume, from 0 to 1."""

    def set_shuffle(self, shuffle: Shuffle) -> None:
        """Set the order of the upcoming tracks."""

    def set_repeat(self, repeat: Repeat) -> None:
        """Set the repeat mode."""

    def play_upcoming(self, row: int) -> None:
        """Continue with an upcoming track."""


@dataclass(frozen=True)
class WindowActions:
    """Actions that the desktop may ask of the window."""

    raise_window: Callable[[], None]
    quit: Callable[[], None]
    open_uris: Callable[[list[str]], None]


def root_interface(window: WindowActions, *, has_track_list: bool) -> Interface:
    """Return the interface of the application itself."""
    return Interface(
        ROOT,
        # Deferred: the caller gets its answer before the window is gone.
        methods={
            "Raise": Method(lambda: QTimer.singleShot(0, window.raise_window)),
            "Quit": Method(lambda: QTimer.singleShot(0, window.quit)),
        },
        properties={
            "CanQuit": _constant("b", True),
            "CanRaise": _constant("b", True),
            "HasTrackList": _constant("b", has_track_list),
            "Identity": _constant("s", "musicsim"),
            "DesktopEntry": _constant("s", "musicsim"),
            "SupportedUriSchemes": _constant("as", ["file"]),
            "SupportedMimeTypes": _constant("as", _MIME_TYPES),
        },
    )


def _constant(signature: str, value: object) -> Property:
    return Property(signature, lambda: value, emits="const")


class PlayerControls:
    """MPRIS requests as calls of the player; MPRIS counts in microseconds.

    Parameters
    ----------
    current_path
        Returns the object path of the playing entry; None if nothing plays.
    """

    def __init__(
        self, player: PlayerLike, window: WindowActions, current_path: Callable[[], str | None]
    ) -> None:
        self._player = player
        self._window = window
        self._current_path = current_path

    @property
    def duration(self) -> int:
        """Length of the current track in milliseconds: the player's or, until that is known, the tag reader's."""
        track = self._player.track
        if track is None or self._player.duration > 0:
            return max(0, self._player.duration)
        return round(1000 * (track.tags.duration or 0))

    def interface(self, metadata: Callable[[], dict[str, Typed]]) -> Interface:
        """Return the player's interface."""
        player = self._player
        return Interface(
            PLAYER,
            methods={
                "Next": Method(self._next),
                "Previous": Method(self._previous),
                "Pause": Method(self._pause),
                "PlayPause": Method(player.toggle),
                "Stop": Method(player.stop),
                "Play": Method(self._play),
                "Seek": Method(self._seek, (Argument("Offset", "x"),)),
                "SetPosition": Method(
                    self._set_position, (Argument("TrackId", "o"), Argument("Position", "x"))
                ),
                "OpenUri": Method(self._open, (Argument("Uri", "s"),)),
            },
            properties={
                "PlaybackStatus": Property("s", self._status),
                "LoopStatus": Property(
                    "s", lambda: _LOOP_STATUS[player.repeat], self._set_loop_status
                ),
                "Rate": Property("d", lambda: 1.0, self._set_rate),
                "Shuffle": Property(
                    "b", lambda: player.shuffle is not Shuffle.OFF, self._set_shuffle
                ),
                "Metadata": Property("a{sv}", metadata),
                "Volume": Property("d", lambda: _from_0_to_1(player.volume), self._set_volume),
                "Position": Property("x", lambda: self._position, emits="false"),
                "MinimumRate": Property("d", lambda: 1.0),
                "MaximumRate": Property("d", lambda: 1.0),
                "CanGoNext": Property("b", lambda: player.can_go_next),
                "CanGoPrevious": Property("b", lambda: player.can_go_previous),
                "CanPlay": Property("b", lambda: player.can_play),
                "CanPause": Property("b", lambda: player.track is not None),
                "CanSeek": Property("b", self._can_seek),
                "CanControl": _constant("b", True),
            },
            signals={"Seeked": (Argument("Position", "x"),)},
        )

    @property
    def _position(self) -> int:
        return max(0, self._player.position) * 1000 if self._player.track is not None else 0

    def _status(self) -> str:
        if self._player.playing:
            return "Playing"
        # A track at its beginning was stopped or never started, unless the engine has loaded it.
        return "Paused" if self._position or self._player.is_loaded else "Stopped"

    def _can_seek(self) -> bool:
        return self._player.track is not None and self.duration > 0

    def _next(self) -> None:
        if self._player.can_go_next:
            # The specification requires a paused player to stay paused.
            self._player.next(paused=not self._player.playing)

    def _previous(self) -> None:
        if self._player.can_go_previous:
            self._player.previous(paused=not self._player.playing)

    def _play(self) -> None:
        if not self._player.playing:
            self._player.resume()

    def _pause(self) -> None:
        if self._player.playing:
            self._player.pause()

    def _seek(self, offset: int) -> None:
        if not self._can_seek():
            return
        target = self._position + offset
        if target > self.duration * 1000:
            self._next()
        else:
            self._player.seek(max(0, target) // 1000)

    def _set_position(self, path: str, position: int) -> None:
        # A request for another track is too late: the track that it was meant for has ended.
        meant = path == self._current_path() and self._can_seek()
        if meant and 0 <= position <= self.duration * 1000:
            self._player.seek(position // 1000)

    def _open(self, uri: str) -> None:
        if urlsplit(uri).scheme.lower() != "file":
            raise BusError("NotSupported", f"musicsim opens files, which {uri} is not")
        QTimer.singleShot(0, lambda: self._window.open_uris([uri]))

    def _set_loop_status(self, status: str) -> None:
        if status not in _REPEAT:
            raise BusError("InvalidArgs", f"LoopStatus is one of {', '.join(_REPEAT)}")
        self._player.set_repeat(_REPEAT[status])

    def _set_shuffle(self, on: bool) -> None:
        if on != (self._player.shuffle is not Shuffle.OFF):
            self._player.set_shuffle(Shuffle.TRACKS if on else Shuffle.OFF)

    def _set_volume(self, volume: float) -> None:
        self._player.set_volume(_from_0_to_1(volume))

    def _set_rate(self, rate: float) -> None:
        # There is only one rate, but 0 means pause.
        if rate == 0:
            self._pause()


def _from_0_to_1(volume: float) -> float:
    return min(1.0, max(0.0, float(volume)))

"""The window's side of the playback process: starts it, watches it and relays its events."""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.ui.playback.player_process import PlayerProcess
from musicsim.ui.playback.protocol import (
    Begun,
    Command,
    Device,
    Devices,
    Drained,
    Ended,
    Event,
    Follow,
    Item,
    Measure,
    Measured,
    Pause,
    Play,
    Progress,
    Resume,
    Seek,
    SetVolume,
    Silence,
    Silent,
    Stop,
    Unplayable,
    UseDevice,
)

_log = logging.getLogger(__name__)

_WATCH_MS = 500
_LATE = 2.0
"""Seconds between two checks after which the later one proves nothing: this process or the machine slept."""
_STALLED = 2.5
"""Seconds without the device taking sound before the process is replaced: the sound server may have been, too."""
_LOOK_AGAIN = 4.0
"""Seconds between two searches for a device: without a sound server, Qt does not report a new one."""
_CRASHES = 2
"""A track that crashes the process this often is left out, ..."""
_FORGIVEN = 15.0
"""... unless this many seconds of it were heard in between: more than is decoded ahead."""


class Engine(QObject):
    """Player of items in a separate process; replaces one that hangs or crashes, and continues where it was.

    Parameters
    ----------
    log_file
        Where the process logs errors.
    """

    begun = Signal(int, float, float)
    """A track can be heard: its token, its length and its start position, in seconds."""
    progress = Signal(int, float)
    """A track's token, and the position that is heard, in seconds."""
    ended = Signal(int, float, float, object)
    """A track was heard to its end: token, length, seconds missing from the header's length; str | None: the reason."""
    unplayable = Signal(int, str)
    """A track can't be played and is left out: its token and the reason. It may be the next one."""
    drained = Signal(int)
    """The track with this token has ended, and nothing follows it."""
    silent = Signal(object)
    """Silence | None: why nothing can be heard; None once it can."""
    devices_changed = Signal(object)
    """tuple[Device, ...]"""
    measured = Signal(bytes, object)
    """The key of a requested waveform; bytes | None: the waveform."""

    def __init__(self, log_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process = PlayerProcess(log_file, self)
        self._process.said.connect(self._follow)
        self._process.crashed.connect(self._follow_crash)
        self._closed = False
        self._play: Play | None = None
        """Command for a new process, with the position reached so far."""
        self._told: dict[int, Item] = {}
        """Items announced as next since the current track began; one may have begun before it was withdrawn."""
        self._volume = 1.0
        self._device: bytes | None = None
        self.devices: tuple[Device, ...] = ()
        self._silence: Silence | None = None
        self._stalled_since: float | None = None
        self._looked_at = 0.0
        self._crashes: dict[int, int] = {}
        self._crashed_at = 0.0
        """Position in the track, in seconds."""
        self._watched_at = 0.0
        self._watch = QTimer(self)
        self._watch.setInterval(_WATCH_MS)
        self._watch.timeout.connect(self._look_after)

    # --- commands from the player ---

    def warm_up(self) -> None:
        """Start the process, so that the first track begins at once and the devices are known."""
        if not self._process.is_running and not self._closed:
            self._start()

    def play(
        self,
        item: Item,
        position: float,
        following: Item | None,
        *,
        paused: bool = False,
        longest_crossfade: float = 0.0,
    ) -> None:
        """Play a track from a position, in seconds, instead of the current one."""
        self._play = Play(item, position, following, paused, longest_crossfade)
        self._told.clear()
        self._note_told(following)
        self._say(self._play)

    def follow(self, after: int, item: Item | None) -> None:
        """Continue with this item when the track with the token `after` ends; None: end."""
        if self._play is not None:
            if self._play.item.token == after:
                self._play = replace(self._play, following=item)
                self._note_told(item)
            self._say(Follow(after, item))

    def _note_told(self, item: Item | None) -> None:
        if item is not None:
            self._told[item.token] = item

    def pause(self) -> None:
        """Pause at once."""
        if self._play is not None:
            self._play = replace(self._play, paused=True)
            self._say(Pause())

    def resume(self) -> None:
        """Resume playback."""
        if self._play is None:
            return
        self._play = replace(self._play, paused=False)
        if self._process.is_running and not self.devices:
            # A device may be there by now.
            self._restart()
        else:
            self._say(Resume())

    def seek(self, position: float) -> None:
        """Move to a position in the current track, in seconds."""
        if self._play is not None:
            self._play = replace(self._play, position=position)
            self._say(Seek(self._play.item.token, position))

    def stop(self) -> None:
        """Stop playback, and release the file and the device."""
        self._play = None
        self._set_silence(None)
        if self._process.is_running:
            self._say(Stop())

    def set_volume(self, factor: float) -> None:
        """Multiply the samples by this factor, at once."""
        self._volume = factor
        if self._process.is_running:
            self._say(SetVolume(factor))

    def use_device(self, device: bytes | None) -> None:
        """Play on this device if it is there; None: on the system's default, even when that changes."""
        self._device = device
        if self._process.is_running:
            self._say(UseDevice(device))

    def measure(self, path: Path, key: bytes) -> None:
        """Measure a file's waveform; `measured` reports it."""
        self._say(Measure(path, key))

    def close(self) -> None:
        """Stop for good, without waiting for anything."""
        self._closed = True
        self._play = None
        self._watch.stop()
        self._process.end()

    # --- the process ---

    def _start(self) -> None:
        self._process.start()
        self._stalled_since = None
        self._looked_at = self._watched_at = time.monotonic()
        self._watch.start()
        self._process.send(SetVolume(self._volume), starting=True)
        if self._device is not None:
            self._process.send(UseDevice(self._device), starting=True)

    def _restart(self) -> None:
        self._process.end()
        self._start()
        if self._play is not None:
            self._process.send(self._play, starting=True)

    def _say(self, command: Command) -> None:
        if self._closed:
            return
        starting = not self._process.is_running
        if starting:
            self._start()
        self._process.send(command, starting=starting)

    def _follow(self, event: Event) -> None:
        match event:
            case Devices(devices=devices):
                self.devices = devices
                self.devices_changed.emit(devices)
            case Begun() as begun:
                self._follow_begun(begun)
            case Progress() as heard:
                self._follow_progress(heard)
            case Ended() as end:
                self.ended.emit(end.token, end.seconds, end.shortfall, end.reason)
            case Unplayable(token=token, reason=reason):
                self._leave_out(token, reason)
            case Drained(token=token):
                # A late event is about an earlier track.
                if self._play is not None and self._play.item.token == token:
                    self._play = None
                    self.drained.emit(token)
            case Silent(why=why):
                if why is Silence.DEVICE_GONE and self._play is not None:
                    self._play = replace(self._play, paused=True)
                self._looked_at = time.monotonic()
                self._set_silence(why)
            case Measured(key=key, waveform=waveform):
                self.measured.emit(key, waveform)

    def _follow_begun(self, begun: Begun) -> None:
        play = self._play
        if play is None:
            return
        if begun.token != play.item.token:
            item = self._told.get(begun.token)
            if item is None:
                return
            play = replace(play, item=item, following=None)
            self._told.clear()
        self._play = replace(play, position=begun.position)
        self._set_silence(None)
        self.begun.emit(begun.token, begun.seconds, begun.position)

    def _follow_progress(self, heard: Progress) -> None:
        play = self._play
        if play is None or heard.token != play.item.token:
            return
        if heard.stalled:
            self._stalled_since = self._stalled_since or time.monotonic()
            return
        self._stalled_since = None
        if heard.position != play.position:
            if heard.position > self._crashed_at + _FORGIVEN:
                self._crashes.clear()
            self._play = replace(play, position=heard.position)
            if not play.paused:
                self._set_silence(None)
        self.progress.emit(heard.token, heard.position)

    def _leave_out(self, token: int, reason: str) -> None:
        play = self._play
        if play is not None and play.following is not None and play.following.token == token:
            self._play = replace(play, following=None)
        self.unplayable.emit(token, reason)

    def _follow_crash(self) -> None:
        play = self._play
        if play is None:
            return
        token = play.item.token
        crashes = self._crashes[token] = self._crashes.get(token, 0) + 1
        self._crashed_at = play.position
        _log.warning("the player's process ended unexpectedly, see %s", self._process.log_file)
        if crashes < _CRASHES:
            self._restart()
            return
        self._play = None
        self.unplayable.emit(token, self.tr("its decoder crashed"))
        if play.following is not None:
            self.play(
                play.following,
                0.0,
                None,
                paused=play.paused,
                longest_crossfade=play.longest_crossfade,
            )
        else:
            self.drained.emit(token)

    def _look_after(self) -> None:
        """Replace a process that hangs, or that finds no device although one may be there by now."""
        now = time.monotonic()
        is_late = now - self._watched_at > _LATE
        self._watched_at = now
        if not self._process.is_running:
            return
        if is_late:
            # Read the events of the process first; it may have slept as well.
            self._process.forgive(now)
            self._stalled_since = None
            return
        overdue = self._process.is_overdue(now)
        waits = self._play is not None and not self._play.paused
        no_device = self._silence in (Silence.NO_DEVICE, Silence.NO_ANSWER)
        if waits and self._process.has_done_all and not no_device:
            overdue = self._process.is_mute(now)
        stalled = self._stalled_since is not None and now - self._stalled_since > _STALLED
        if overdue or stalled:
            self._set_silence(Silence.NO_ANSWER if waits else None)
            if waits:
                self._restart()
            else:
                self._process.end()
        elif waits and no_device and not self.devices and now - self._looked_at > _LOOK_AGAIN:
            self._restart()

    def _set_silence(self, why: Silence | None) -> None:
        if why is not self._silence:
            self._silence = why
            self.silent.emit(why)

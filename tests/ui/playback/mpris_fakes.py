"""A player and a bus to try MPRIS with."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from musicsim.library.types import Tags, Track
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.mpris import WindowActions

NAME = "org.mpris.MediaPlayer2.musicsim"
PATH = "/org/mpris/MediaPlayer2"
ROOT = "org.mpris.MediaPlayer2"
PLAYER = f"{ROOT}.Player"
TRACK_LIST = f"{ROOT}.TrackList"

_CONFIGURATION = """<busconfig>
  <type>session</type><listen>unix:dir={0}</listen><auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>"""


def song(track_id: int, tags: Tags | None = None, file: str = "") -> Track:
    return Track(track_id, file or f"/music/{track_id}.flac", tags or Tags(), 1, 1, 0.0)


class FakePlayer(QObject):
    """Plays a list of tracks without a sound, and notes what it is told."""

    playing_changed = Signal(bool)
    track_changed = Signal(object)
    position_jumped = Signal(int)
    duration_changed = Signal(int)
    volume_changed = Signal(float)
    modes_changed = Signal()
    queue_changed = Signal()

    def __init__(self, *tracks: Track) -> None:
        super().__init__()
        self.tracks = list(tracks)
        self.row = 0
        self.playing = False
        self.position = 0
        self.is_loaded = False
        self.duration = 180_000
        self.volume = 0.5
        self.shuffle = Shuffle.OFF
        self.repeat = Repeat.OFF

    @property
    def track(self) -> Track | None:
        return self.tracks[self.row] if self.tracks else None

    @property
    def can_play(self) -> bool:
        return self.track is not None or self.can_go_next

    @property
    def can_go_next(self) -> bool:
        return self.row < len(self.tracks) - 1

    @property
    def can_go_previous(self) -> bool:
        return self.row > 0

    def upcoming_ids(self, limit: int) -> list[int]:
        return [track.id for track in self.tracks[self.row + 1 :]][:limit]

    def find(self, ids) -> list[Track]:
        return list({track.id: track for track in self.tracks if track.id in ids}.values())

    def go(self, row: int, *, paused: bool | None = None) -> None:
        self.row, self.position = row, 0
        if paused is not None:
            self._set_playing(not paused)
        self.queue_changed.emit()
        self.track_changed.emit(self.track)

    def toggle(self) -> None:
        self._set_playing(not self.playing)

    def resume(self) -> None:
        self._set_playing(True)

    def pause(self) -> None:
        self._set_playing(False)

    def stop(self) -> None:
        self.position = 0
        self.is_loaded = False
        self._set_playing(False)

    def next(self, *, paused: bool = False) -> None:
        self.go(self.row + 1, paused=paused)

    def previous(self, *, paused: bool = False) -> None:
        self.go(self.row - 1, paused=paused)

    def seek(self, milliseconds: int) -> None:
        self.position = milliseconds
        self.position_jumped.emit(milliseconds)

    def set_volume(self, volume: float) -> None:
        self.volume = volume
        self.volume_changed.emit(volume)

    def set_shuffle(self, shuffle: Shuffle) -> None:
        self.shuffle = shuffle
        self.modes_changed.emit()

    def set_repeat(self, repeat: Repeat) -> None:
        self.repeat = repeat
        self.modes_changed.emit()

    def play_upcoming(self, row: int) -> None:
        self.go(self.row + 1 + row)

    def _set_playing(self, playing: bool) -> None:
        self.playing = playing
        self.playing_changed.emit(playing)


class Desktop:
    """Other programs on a bus; this one's events are handled while they run."""

    def __init__(self, address: str, qtbot) -> None:
        self.address = address
        self._qtbot = qtbot
        self._monitor = QProcess()
        self._heard = b""

    def run(self, *command: str) -> str:
        """Return what a program prints."""
        process = QProcess()
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("DBUS_SESSION_BUS_ADDRESS", self.address)
        process.setProcessEnvironment(environment)
        with self._qtbot.waitSignal(process.finished, timeout=20_000):
            process.start(command[0], list(command[1:]))
        output = bytes(process.readAllStandardOutput().data()).decode()
        errors = bytes(process.readAllStandardError().data()).decode()
        if process.exitCode():
            raise RuntimeError(f"{' '.join(command)}: {errors}")
        return output.strip()

    def playerctl(self, *arguments: str) -> str:
        return self.run("playerctl", "--player=musicsim", *arguments)

    def busctl(self, *arguments: str) -> Any:
        """Return what busctl prints, read as JSON."""
        output = self.run("busctl", f"--address={self.address}", "--json=short", *arguments)
        return json.loads(output) if output else None

    def get(self, name: str, interface: str = PLAYER) -> Any:
        """Return a property with its type."""
        return self.busctl("get-property", NAME, PATH, interface, name)

    def call(self, interface: str, member: str, *arguments: str) -> Any:
        return self.busctl("call", NAME, PATH, interface, member, *arguments)

    def listen(self) -> None:
        """Take note of the player's signals from now on."""
        match = f"type='signal',path='{PATH}'"
        arguments = [f"--address={self.address}", "--json=short", f"--match={match}", "monitor"]
        self._monitor.start("busctl", arguments)
        # It says on the error channel that it listens.
        self._monitor.setReadChannel(QProcess.ProcessChannel.StandardError)
        self._qtbot.waitUntil(self._monitor.canReadLine, timeout=20_000)

    def signals(self) -> list[tuple[str, Any]]:
        """Return the signals so far, each with its name and arguments."""
        self._heard += bytes(self._monitor.readAllStandardOutput().data())
        messages = [json.loads(line) for line in self._heard.splitlines(keepends=True)]
        return [(each["member"], each["payload"]["data"]) for each in messages]

    def changes(self, interface: str = PLAYER) -> list[dict[str, Any]]:
        """Return the properties of each announcement."""
        return [
            {name: value["data"] for name, value in data[1].items()}
            for member, data in self.signals()
            if member == "PropertiesChanged" and data[0] == interface
        ]

    def close(self) -> None:
        if self._monitor.state() is not QProcess.ProcessState.NotRunning:
            self._monitor.kill()
            self._monitor.waitForFinished()


@contextmanager
def private_bus(folder: Path) -> Iterator[tuple[str, subprocess.Popen]]:
    """Start a bus of one's own: its address and its process."""
    configuration = folder / "bus.conf"
    configuration.write_text(_CONFIGURATION.format(folder))
    command = ["dbus-daemon", f"--config-file={configuration}", "--nofork", "--print-address"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as daemon:
        try:
            yield daemon.stdout.readline().strip(), daemon
        finally:
            daemon.kill()


class Window:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[object] = []
        self.actions = WindowActions(
            lambda: self.asked.append("raise"), lambda: self.asked.append("quit"), self.asked.append
        )


BLUE = Tags("Blue", "Ada", "Colours", "Various", "Jazz", 1999, 3, 2, 180.0)
SONGS = [song(7, BLUE), song(8, Tags("Red")), song(9, Tags("Green"))]

needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="dbus-fast comes on Linux alone")
needs_bus = pytest.mark.skipif(
    sys.platform != "linux" or not shutil.which("dbus-daemon"),
    reason="needs Linux and dbus-daemon",
)
needs_busctl = pytest.mark.skipif(not shutil.which("busctl"), reason="needs systemd's busctl")
needs_playerctl = pytest.mark.skipif(not shutil.which("playerctl"), reason="needs playerctl")

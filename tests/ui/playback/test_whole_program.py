"""The whole program, as a listener has it, with a real sound server: killed, closed, and left without its server."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
import without_connections
from sound_server import IS_THERE, SoundServer

pytestmark = [
    pytest.mark.skipif(not IS_THERE, reason="PulseAudio's programs are not installed"),
    pytest.mark.slow,
]

RATE = 44_100
Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def server() -> Iterator[SoundServer]:
    made = SoundServer(RATE)
    yield made
    made.close()


@pytest.fixture
def start(server: SoundServer, tmp_path: Path) -> Iterator[Start]:
    """Starts the window on a data folder of the test's."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*files: Path, through: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        environment = os.environ | server.environment | {"QT_QPA_PLATFORM": "offscreen"}
        environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        arguments = ["-m", "musicsim", "--data", str(tmp_path / "data"), "gui", *map(str, files)]
        with (tmp_path / "stderr").open("ab") as messages:
            process = subprocess.Popen(
                [*through, sys.executable, *arguments],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=messages,
            )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def songs(tmp_path: Path) -> list[Path]:
    time_axis = np.arange(60 * RATE) / RATE
    paths = []
    for number in range(3):
        path = tmp_path / f"{number}.flac"
        sf.write(path, 0.3 * np.sin(2 * np.pi * (300 + 100 * number) * time_axis), RATE)
        paths.append(path)
    return paths


def wait_until(what: Callable[[], bool], seconds: float = 40.0) -> None:
    """Look again and again at what another process does."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.05)


def kept(tmp_path: Path, name: str) -> dict[str, object]:
    found: dict[str, object] = json.loads((tmp_path / "data" / name).read_text())
    return found


def close(process: subprocess.Popen[bytes], seconds: float = 8.0) -> None:
    process.send_signal(signal.SIGTERM)
    assert process.wait(seconds) == 0


def test_killed_in_the_middle_of_a_track_it_goes_on_there(
    server: SoundServer, start: Start, songs: list[Path], tmp_path: Path
) -> None:
    with server.recording() as recording:
        window = start(*songs)
        wait_until(lambda: len(recording.heard()) > 9 * RATE)
        window.kill()
        window.wait()
        heard = len(recording.heard()) / RATE
        # The process that plays ends with the window.
        wait_until(lambda: not server.pactl("list", "short", "sink-inputs"), 15)

    log = tmp_path / "data" / "player.log"
    written = log.stat().st_mtime_ns
    again = start()
    # The process that plays is started when the window is there.
    wait_until(lambda: log.stat().st_mtime_ns != written)
    close(again, 20)

    assert kept(tmp_path, "place.json")["seconds"] == pytest.approx(heard, abs=5)
    queue = kept(tmp_path, "queue.json")
    files = queue["visitors"]
    assert isinstance(files, dict)
    rest = queue["rest"]
    assert isinstance(rest, list)
    assert [files[str(i)] for i in (queue["current"], *rest)] == [str(song) for song in songs]


def test_it_closes_within_seconds_whatever_the_sound_server_does(
    server: SoundServer, start: Start, songs: list[Path]
) -> None:
    with server.recording() as recording:
        window = start(songs[0])
        wait_until(lambda: len(recording.heard()) > RATE)
        server.kill()
        close(window)
    server.start()

    with server.recording() as recording:
        window = start(songs[0])
        wait_until(lambda: len(recording.heard()) > RATE)
        server.freeze()
        close(window)
        server.thaw()


def test_nothing_of_the_libraries_chatter_reaches_the_terminal(
    server: SoundServer, start: Start, songs: list[Path], tmp_path: Path
) -> None:
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(os.urandom(100_000))
    with server.recording() as recording:
        window = start(broken, songs[0])
        wait_until(lambda: len(recording.heard()) > RATE)
        close(window, 20)

    assert (tmp_path / "stderr").read_text() == ""


@pytest.mark.skipif(not without_connections.IS_POSSIBLE, reason="only Linux watches connections")
def test_no_connection_is_opened_that_nobody_asked_for(
    server: SoundServer, start: Start, songs: list[Path], tmp_path: Path
) -> None:
    """A process that connects to any address ends at once: neither the library nor the network's may."""
    watched = (sys.executable, without_connections.__file__)
    music = tmp_path / "music"
    music.mkdir()
    for song in songs:
        song.rename(music / song.name)
    kept_list = tmp_path / "list.m3u8"
    for command in (
        ("scan", music),
        ("playlist", music / songs[0].name, "--length", "2", "--output", kept_list),
        ("doctor",),
    ):
        arguments = ["-m", "musicsim", "--data", str(tmp_path / "data"), *map(str, command)]
        done = subprocess.run(
            [*watched, sys.executable, *arguments], capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b""), command
    assert kept_list.exists()

    with server.recording() as recording:
        # A new song, which is listened to while another one plays.
        (music / songs[2].name).rename(tmp_path / "moved.flac")
        sf.write(music / "new.flac", 0.1 * np.random.default_rng(0).normal(size=10 * RATE), RATE)
        window = start(kept_list, through=watched)
        wait_until(lambda: len(recording.heard()) > 5 * RATE)
        wait_until(lambda: _embedded(tmp_path / "data") == 4)
        close(window, 20)
    assert (tmp_path / "stderr").read_text() == ""


def _embedded(data: Path) -> int:
    with contextlib.closing(sqlite3.connect(data / "catalogue.sqlite3")) as catalogue:
        count: int = catalogue.execute("SELECT COUNT(*) FROM embeddings").fetchone()[0]
    return count

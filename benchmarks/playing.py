"""Measure playback while the machine is busy: dropouts, processor use, memory, seeking, gaps.

    python benchmarks/playing.py [--seconds 300] [--part window|engine|memory|qt ...]

The benchmark runs its own PulseAudio and records the output of a sink without a loudspeaker. Linux only.

window
    The real window plays albums of noise, without a screen. After 20 s of rest, 100 tracks of 20 s are embedded, a
    folder of 2,000 small files is scanned, and the window is resized ten times a second.
engine
    The engine alone: seeks in each format, in files of 4 minutes, and the gap between two tracks.
memory
    200 tracks of 0.3 s in a row.
qt
    QMediaPlayer with QAudioOutput, as a player in Python would use it, compared with the engine: the gap between two
    tracks, and dropouts while a Python thread computes.

A dropout is silence of more than 5 ms in music without silence. Processor use is that of one core. "Silence at a seek"
is what a listener hears; "command to device" lasts until the device has the sound of the new position.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

_TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(_TESTS))
sys.path.insert(0, str(_TESTS / "ui" / "playback"))
from known_audio import EVERY_FORMAT, FORMATS, STORED, encode, known_file  # noqa: E402
from playing_measures import RATE, Meter, make_tracks, memory, music, silences, slope  # noqa: E402
from sound_server import Recording, SoundServer  # noqa: E402

PEACE = 20.0  # s
EMBEDDED, SMALL = 100, 2_000
SEEKS = 8
SHORT_TRACKS = 200
Row = tuple[str, str]


def child(server: SoundServer, task: str, *arguments: str | Path) -> dict[str, Any]:
    """Return the result of a child process."""
    command = [sys.executable, __file__, "--child", task, *map(str, arguments)]
    environment = {**os.environ, **server.environment, "QT_QPA_PLATFORM": "offscreen"}
    output = subprocess.run(
        command, stdout=subprocess.PIPE, check=True, text=True, env=environment
    ).stdout
    return dict(json.loads(output.strip().splitlines()[-1]))


# --- the window ---


def play_in_window(data: str, folder: str, seconds: str) -> dict[str, Any]:
    """In a child process: play in the window while everything else happens at once."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    from musicsim.app import Musicsim
    from musicsim.ui.main import run_window
    from musicsim.ui.window.instance import Request

    app = Musicsim.open(Path(data))
    heard = sorted(Path(folder, "heard").glob("*.flac"))
    application = QApplication(["musicsim"])
    found: dict[str, Any] = {"memory": []}
    meters: dict[str, Meter] = {}

    def window() -> QMainWindow:
        return next(w for w in application.topLevelWidgets() if isinstance(w, QMainWindow))

    def note(phase: str) -> None:
        for name, meter in meters.items():
            found[f"{name}, {phase}"] = meter.percent()

    def begin() -> None:
        player = window().player._engine._process.pid
        meters.update(player=Meter(player), window=Meter(os.getpid()))
        QTimer.singleShot(round(PEACE * 1000), load)
        sampling.timeout.connect(lambda: found["memory"].append(memory(player)))
        sampling.start(2000)

    def load() -> None:
        note("peace")
        app.collection.add_folder(Path(folder, "embedded"))
        app.collection.add_folder(Path(folder, "small"))
        app.collection.rescan()
        resizing.start(100)
        QTimer.singleShot(round(float(seconds) * 1000), end)

    def resize() -> None:
        window().resize(random.randrange(900, 1920), random.randrange(600, 1080))

    def end() -> None:
        note("load")
        sampling.stop()
        counts = window().store.counts()
        found["library"] = str(counts)
        QApplication.closeAllWindows()

    resizing, sampling = QTimer(), QTimer()
    resizing.timeout.connect(resize)
    QTimer.singleShot(6000, begin)
    run_window(app, Request(heard))
    return found


def measure_window(folder: Path, seconds: float) -> Iterator[Row]:
    """Yield the table's rows for the window."""
    from synthetic import make_music

    count = int((seconds + PEACE) / 50) + 3
    make_tracks(folder / "heard", count, 60.0)
    make_tracks(folder / "embedded", EMBEDDED, 20.0, 1000)
    make_music(folder / "small", SMALL)
    server = SoundServer(RATE)
    try:
        with server.recording() as recording:
            found = child(server, "window", folder / "data", folder, str(seconds))
        heard = silences(recording)
    finally:
        server.close()
    yield "Window: dropouts", heard.dropouts
    for name in ("player", "window"):
        peace, load = (f"{found[f'{name}, {phase}']:.1f} %" for phase in ("peace", "load"))
        yield f"Processor, {name}'s process: peace, load", f"{peace}, {load}"
    yield "Memory of the player's process meanwhile", slope(found["memory"], "min", 30)
    yield "Library at the end", found["library"]


# --- the engine ---


class Bench:
    """An engine, its reports, and a recording of its output."""

    def __init__(self, log: Path) -> None:
        from PySide6.QtCore import QCoreApplication

        from musicsim.ui.playback.engine import Engine

        self.application = QCoreApplication.instance() or QCoreApplication(["benchmark"])
        self.engine = Engine(log)
        self.begun: list[float] = []
        self.engine.begun.connect(lambda *_: self.begun.append(time.monotonic()))
        self.ends = 0
        self.engine.drained.connect(self._note_end)
        self.engine.warm_up()

    def _note_end(self) -> None:
        self.ends += 1

    @property
    def pid(self) -> int | None:
        """The id of the player's process."""
        return self.engine._process.pid

    def until(self, condition: Callable[[], bool], seconds: float = 60.0) -> None:
        """Handle events until a condition holds."""
        by = time.monotonic() + seconds
        while not condition():
            self.application.processEvents()
            time.sleep(0.0005)
            if time.monotonic() > by:
                raise TimeoutError

    def wait(self, seconds: float) -> None:
        """Handle events for a while."""
        by = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > by, seconds + 1)

    def play_all(self, paths: list[Path]) -> None:
        """Play tracks one after the other to the end of the last."""
        from musicsim.ui.playback.protocol import Item

        items = [Item(number + 1, path) for number, path in enumerate(paths)]
        following = {one.token: other for one, other in pairwise(items)}
        tell = self.engine.begun.connect(
            lambda token, *_: self.engine.follow(token, following.get(token))
        )
        ends = self.ends
        self.engine.play(items[0], 0.0, following.get(1))
        self.until(lambda: self.ends > ends, 600)
        self.engine.begun.disconnect(tell)


def format_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield files of four minutes, in all formats that can be made here."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, how in EVERY_FORMAT.items():
        path = folder / f"{name}{how.suffix}"
        if name in STORED:
            known_file(path, how)
        else:
            encode(path, music(240.0, 5, how.rate), FORMATS[name])
        yield name, path


def seek_about(bench: Bench, path: Path, recording: Recording) -> tuple[list[float], list[float]]:
    """Seek several times; return the ms from command to device, and the ms of silence."""
    from musicsim.ui.playback.protocol import Item

    length: list[float] = []
    tell = bench.engine.begun.connect(lambda _, seconds, __: length.append(seconds))
    bench.engine.play(Item(1, path), 0.0, None)
    bench.until(lambda: bool(length))
    bench.wait(0.7)
    begun_at = len(recording.samples())
    times = []
    for place in np.random.default_rng(0).permutation(SEEKS):
        count, asked = len(bench.begun), time.monotonic()
        bench.engine.seek((0.05 + 0.9 * float(place) / SEEKS) * length[0])
        bench.until(lambda count=count: len(bench.begun) > count)
        times.append(1000 * (bench.begun[-1] - asked))
        bench.wait(0.6)
    heard = recording.samples()[begun_at:]
    bench.engine.stop()
    bench.engine.begun.disconnect(tell)
    silent = np.flatnonzero(~np.any(heard, axis=1))
    runs = np.split(silent, np.flatnonzero(np.diff(silent) > 1) + 1)
    return times, sorted(1000 * len(run) / RATE for run in runs)[-SEEKS:]


def measure_engine(folder: Path) -> Iterator[Row]:
    """Yield the table's rows for the engine."""
    with serving() as (server, bench):
        with server.recording() as recording:
            bench.play_all(make_tracks(folder / "gap", 2, 3.0))
        yield "Engine: gap between two tracks", f"{max(silences(recording).runs, default=0):.1f} ms"
        for name, path in format_files(folder / "formats"):
            with server.recording() as recording:
                times, silent = seek_about(bench, path, recording)
            yield (
                f"Seek, {name}",
                f"command to device {statistics.median(times):.0f} ms, at most {max(times):.0f}; "
                f"silence {statistics.median(silent):.0f} ms, at most {max(silent):.0f}",
            )
            path.unlink()


def measure_memory(folder: Path) -> Iterator[Row]:
    """Yield the table's rows for the memory."""
    paths = make_tracks(folder / "short", SHORT_TRACKS, 0.3)
    with serving() as (server, bench), server.recording() as recording:
        values: list[float] = []
        bench.engine.begun.connect(lambda *_: values.append(memory(bench.pid)))
        files = lambda: len(list(Path(f"/proc/{bench.pid}/fd").iterdir()))  # noqa: E731
        bench.until(lambda: bool(bench.engine.devices))
        before = files()
        bench.play_all(paths)
        yield f"Memory over {SHORT_TRACKS} tracks", slope(values, "100 tracks", 100)
        yield "Open files before and after them", f"{before}, {files()}"
        yield "Dropouts amid them", silences(recording).dropouts


class serving:  # noqa: N801
    """A sound server, and an engine that plays on it."""

    def __enter__(self) -> tuple[SoundServer, Bench]:
        self._server = SoundServer(RATE)
        os.environ.update(self._server.environment)
        self._folder = tempfile.TemporaryDirectory()
        self._bench = Bench(Path(self._folder.name, "player.log"))
        return self._server, self._bench

    def __exit__(self, *_: object) -> None:
        self._bench.engine.close()
        self._server.close()
        self._folder.cleanup()


# --- QMediaPlayer ---


def play_by_qt(folder: str, busy: str) -> dict[str, Any]:
    """In a child process: play a folder with QMediaPlayer, with or without a computing thread."""
    from PySide6.QtCore import QCoreApplication, QUrl
    from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer

    application = QCoreApplication(["qt"])
    player = QMediaPlayer()
    output = QAudioOutput()
    player.setAudioOutput(output)
    waiting = sorted(Path(folder).glob("*"))
    meter: list[Meter] = []

    def follow(status: QMediaPlayer.MediaStatus) -> None:
        if status is QMediaPlayer.MediaStatus.EndOfMedia:
            if not waiting:
                application.quit()
                return
            player.setSource(QUrl.fromLocalFile(str(waiting.pop(0))))
            player.play()

    player.mediaStatusChanged.connect(follow)
    player.setSource(QUrl.fromLocalFile(str(waiting.pop(0))))
    player.play()
    meter.append(Meter(os.getpid()))
    if busy == "busy":
        threading.Thread(target=compute, daemon=True).start()
    application.exec()
    return {"processor": meter[0].percent()}


def compute() -> None:
    """Keep the interpreter busy for good."""
    while True:
        sum(number * number for number in range(10_000))


def play_by_engine(folder: str, busy: str) -> dict[str, Any]:
    """In a child process: do the same with the engine."""
    bench = Bench(Path(folder).parent / "player.log")
    bench.until(lambda: bool(bench.engine.devices))
    if busy == "busy":
        threading.Thread(target=compute, daemon=True).start()
    meter = Meter(bench.pid)
    bench.play_all(sorted(Path(folder).glob("*")))
    found = {"processor": meter.percent()}
    bench.engine.close()
    return found


def measure_qt(folder: Path) -> Iterator[Row]:
    """Yield the table's rows for QMediaPlayer."""
    make_tracks(folder / "pair", 2, 15.0)
    for name, task in (("QMediaPlayer", "qt"), ("Engine", "own")):
        for busy in ("idle", "busy"):
            server = SoundServer(RATE)
            try:
                with server.recording() as recording:
                    found = child(server, task, folder / "pair", busy)
                heard = silences(recording)
            finally:
                server.close()
            beside = "beside a busy Python thread" if busy == "busy" else "alone"
            use = "" if busy == "busy" else f"; processor {found['processor']:.1f} %"
            yield f"{name}, two tracks, {beside}", f"{heard.dropouts}{use}"


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "--child":
        tasks = {"window": play_in_window, "qt": play_by_qt, "own": play_by_engine}
        print(json.dumps(tasks[sys.argv[2]](*sys.argv[3:])))
        return
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=300.0, help="of load, for the window")
    parser.add_argument("--part", action="append", choices=("window", "engine", "memory", "qt"))
    options = parser.parse_args()
    parts: dict[str, Callable[[Path], Iterator[Row]]] = {
        "window": lambda folder: measure_window(folder, options.seconds),
        "engine": measure_engine,
        "memory": measure_memory,
        "qt": measure_qt,
    }
    table = Table("", "")
    for name in options.part or parts:
        with tempfile.TemporaryDirectory() as folder:
            for row in parts[name](Path(folder)):
                table.add_row(*row)
                print(*row, sep=": ", flush=True, file=sys.stderr)
    Console().print(table)


if __name__ == "__main__":
    main()

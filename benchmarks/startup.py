"""From the start of the process to the window's first paint, with libraries of several sizes.

    python benchmarks/startup.py [TRACKS ...]

The libraries are synthetic catalogues in temporary folders; every track has an embedding. Each start is a process of
its own, without a screen; the first of each size is not counted. Also said: the memory of the process then, and that
neither TensorFlow nor Chroma was imported.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from musicsim.app import Musicsim
from musicsim.audio import SETTLED
from musicsim.library.catalogue import ScannedFile
from musicsim.library.embeddings import PooledTrack, TrackWindows
from musicsim.library.types import Tags

SIZES = (100, 10_000, 50_000)
RUNS = 5
HEAVY = ("tensorflow", "keras", "chromadb", "av")


def make_library(data: Path, tracks: int) -> None:
    """Fill a catalogue with invented tracks, five artists to a hundred."""
    rng = np.random.default_rng(0)
    with Musicsim.open(data) as app:
        music = data / "music"
        music.mkdir()
        with app.catalogue.database.transaction():
            folder = app.catalogue.add_folder(music)
            for n in range(tracks):
                tags = Tags(
                    title=f"Song {rng.integers(10**6)}",
                    artist=f"Artist {rng.integers(max(tracks // 20, 1))}",
                    album=f"Album {rng.integers(max(tracks // 10, 1))}",
                    genre=f"Genre {rng.integers(30)}",
                    year=int(rng.integers(1950, 2026)),
                    duration=float(rng.uniform(60, 400)),
                )
                path = music / f"{n}.mp3"
                app.catalogue.add_track(folder, ScannedFile(path, 1, 1, str(n).encode(), tags))
        size = 128
        with app.catalogue.database.transaction():
            for track in app.embeddings.pending(app.model.identity):
                vector = rng.normal(size=size).astype(np.float32)
                windows = TrackWindows(np.zeros(1), vector[None])
                pooled = PooledTrack(vector, SETTLED)
                app.embeddings.store(track, app.model.identity, SETTLED, windows, pooled)


def open_window(data: Path, began: float) -> None:
    """In the child: open the window, and print what was seen at its first paint."""
    from musicsim.app import Musicsim

    app = Musicsim.open(data)
    app.start = lambda: None  # the files of this library don't exist
    from PySide6.QtCore import QEvent, QObject, QTimer
    from PySide6.QtWidgets import QApplication, QMainWindow

    class FirstPaint(QObject):
        seen = False

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
            paint = event.type() == QEvent.Type.Paint and isinstance(watched, QMainWindow)
            if paint and not self.seen:
                self.seen = True
                QTimer.singleShot(0, self.report)
            return False

        def report(self) -> None:
            seconds = time.monotonic() - began
            status = Path("/proc/self/status")
            kilobytes = next(
                (
                    int(s.split()[1])
                    for s in status.read_text().splitlines()
                    if s.startswith("VmRSS")
                ),
                0,
            )
            heavy = [name for name in HEAVY if name in sys.modules]
            print(json.dumps({"seconds": seconds, "mb": kilobytes / 1024, "heavy": heavy}))
            QApplication.instance().closeAllWindows()

    application = QApplication(["musicsim"])
    watcher = FirstPaint()
    application.installEventFilter(watcher)
    from musicsim.ui.main import run_window

    run_window(app)


def main() -> None:
    if len(sys.argv) > 2 and sys.argv[1] == "--child":
        open_window(Path(sys.argv[2]), float(sys.argv[3]))
        return
    sizes = [int(size) for size in sys.argv[1:]] or SIZES
    table = Table(
        "Tracks", "First paint, s (median)", "Fastest", "Slowest", "Memory, MB", "Heavy imports"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make_library(Path(folder), size)
            runs = []
            for _ in range(RUNS + 1):
                command = [sys.executable, __file__, "--child", folder, str(time.monotonic())]
                environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
                output = subprocess.run(
                    command, capture_output=True, check=True, text=True, env=environment
                ).stdout
                runs.append(json.loads(output.strip().splitlines()[-1]))
        seconds = [run["seconds"] for run in runs[1:]]
        table.add_row(
            f"{size:,}",
            f"{statistics.median(seconds):.2f}",
            f"{min(seconds):.2f}",
            f"{max(seconds):.2f}",
            f"{max(run['mb'] for run in runs):.0f}",
            ", ".join(runs[-1]["heavy"]) or "none",
        )
    Console().print(table)


if __name__ == "__main__":
    main()

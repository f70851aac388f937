"""Measure whether the engine's memory stays flat over many tracks, and is freed when the worker stops.

    python benchmarks/memory.py FOLDER [--tracks 1000]

The worker process repeatedly embeds the audio files below the folder, three first passes for every settled one. Memory
is its proportional set size; Linux only.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import multiprocessing
import tempfile
import time
from collections import deque
from concurrent.futures import Future
from pathlib import Path

from rich.console import Console
from rich.table import Table

from musicsim.audio import FIRST_PASS, SETTLED
from musicsim.base.resources import resource
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.worker.client import Refused, WorkerClient
from musicsim.worker.protocol import EmbeddedTrack, EmbedTrack, WorkerSettings

IN_FLIGHT = 4
ROWS = 10


def memory(pid: int | None) -> float:
    """Return the proportional set size of a process in MB; 0 without one."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tracks", type=int, default=1000)
    parser.add_argument("--weights", type=Path, default=resource("starter.h5"))
    options = parser.parse_args()
    files = sorted(f for f in options.folder.rglob("*") if f.suffix.lower() in AUDIO_SUFFIXES)
    table = Table("Tracks", "Tracks a second", "Worker's memory")
    with tempfile.TemporaryDirectory() as data:
        worker = WorkerClient(
            WorkerSettings(
                options.weights, None, None, Path(data, "index"), Path(data, "worker.log")
            )
        )
        waiting: deque[Future[EmbeddedTrack]] = deque()
        began = time.monotonic()

        def collect() -> None:
            # Not every file contains music.
            with contextlib.suppress(Refused):
                waiting.popleft().result()

        for number, file in enumerate(itertools.islice(itertools.cycle(files), options.tracks)):
            waiting.append(worker.request(EmbedTrack(file, FIRST_PASS if number % 4 else SETTLED)))
            if len(waiting) == IN_FLIGHT:
                collect()
            if number % (options.tracks // ROWS) == options.tracks // ROWS - 1:
                (process,) = multiprocessing.active_children()
                spent = time.monotonic() - began
                table.add_row(
                    f"{number + 1}", f"{(number + 1) / spent:.1f}", f"{memory(process.pid):.0f} MB"
                )
        while waiting:
            collect()
        worker.close()
        left = sum(memory(process.pid) for process in multiprocessing.active_children())
        table.add_row("let go", "", f"{left:.0f} MB")
    Console().print(table)


if __name__ == "__main__":
    main()

"""Measure how long a query for similar tracks waits while the groups are found, and the memory that this takes.

    python benchmarks/groups_waiting.py [--before FOLDER] [--sizes 100000x512 ...]

The library is that of benchmarks/search.py. A process of its own asks for tracks similar to random ones, one question
after the other: first at rest, then while the groups are found for the first time, and once more while they are
refreshed. Memory is the peak beyond that at rest. With `--before`, a checkout of an earlier commit is measured too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import numpy as np
import search

SIZES = ("10000x128", "100000x512")
PAUSE = 0.2
"""Seconds between two questions: a listener who clicks is slower."""
AT_REST = 100


def in_mb(name: str) -> float:
    """Return a figure of this process's memory; Linux only."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


def measure(folder: Path, tracks: int) -> dict[str, float]:
    """Return milliseconds, seconds and MB."""
    from musicsim.app import Musicsim

    rng = np.random.default_rng(1)
    with Musicsim.open(folder) as app:
        ask = search.asker(app)

        def times(is_over: Callable[[int], bool]) -> list[float]:
            took: list[float] = []
            while not is_over(len(took)):
                track_id = int(rng.integers(1, tracks + 1))
                began = time.perf_counter()
                ask(track_id)
                took.append(1000 * (time.perf_counter() - began))
                threading.Event().wait(PAUSE)
            return took

        times(lambda asked: asked > 0)
        at_rest = times(lambda asked: asked >= AT_REST)
        Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
        start = in_mb("VmRSS")

        def refresh() -> tuple[list[float], float]:
            began = time.perf_counter()
            done: Future[Any] = app.groups.refresh()
            took = times(lambda _: done.done())
            done.result()
            return took, time.perf_counter() - began

        (first, seconds), (again, _) = refresh(), refresh()
        return {
            "at rest": statistics.median(at_rest),
            "worst at rest": max(at_rest),
            "first": statistics.median(first),
            "worst at first": max(first),
            "again": statistics.median(again),
            "worst again": max(again),
            "seconds": seconds,
            "memory": in_mb("VmHWM") - start,
        }


def main() -> None:
    from rich.console import Console
    from rich.table import Table

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--before", type=Path, help="a checkout to compare with")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), metavar="TRACKSxVALUES")
    parser.add_argument("--child", nargs="*", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        task, folder, *numbers = options.child
        if task == "fill":
            search.fill(Path(folder), *map(int, numbers))
            print("{}")
        else:
            print(json.dumps(measure(Path(folder), int(numbers[0]))))
        return
    here = Path(__file__).resolve().parents[1]
    versions = [("now", here)]
    if options.before is not None:
        versions.insert(0, ("before", options.before.resolve()))
    table = Table(title="A query while groups are found: ms (found: s, memory: MB)")
    for number, name in enumerate(
        ("library", "version", "at rest", "worst", "first time", "worst", "refresh", "worst", "found", "memory")
    ):  # fmt: skip
        table.add_column(name, justify="right" if number > 1 else "left")
    for size in options.sizes:
        tracks, dimensions = map(int, size.split("x"))
        for name, root in versions:
            with tempfile.TemporaryDirectory(prefix="musicsim groups ") as folder:
                search.child(root, "fill", folder, tracks, dimensions, script=__file__)
                took = search.child(root, "measure", folder, tracks, script=__file__)
            table.add_row(size, name, *(f"{value:.1f}" for value in took.values()))
    Console().print(table)


if __name__ == "__main__":
    main()

"""Measure the time of a query for similar tracks, at rest and while the library is being embedded.

    python benchmarks/search.py [--before FOLDER] [--sizes 10000x128 100000x128 ...]

The library is synthetic: tracks by artists with albums, and embeddings distributed like those of real music. A separate
process measures each size. It opens the library and asks for the 50 tracks most similar to random tracks, with the
default rules: first at rest, then while another thread stores the embedding of a track 20 times a second, as listening
does. "First" is the first answer after the start, without the time for opening. Memory is that of the process at rest.
It is the only one: nothing is pending, so the worker is not running.

With `--before`, a checkout of an earlier commit is measured in the same run, turn by turn. The last table compares the
two ways to search: comparing with all points, and Chroma in a separate process, with its recall of the 50 nearest.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

SIZES = ("10000x128", "100000x128", "10000x512", "100000x512")
QUESTIONS = 300
NEAREST = 50
STORED_A_SECOND = 20
CLUSTERS = 200
SPREAD = 0.8


def vectors(rng: np.random.Generator, tracks: int, dimensions: int) -> np.ndarray:
    """Return embeddings in clusters, like music of a few hundred styles; shape (N, D)."""
    centres = rng.normal(size=(CLUSTERS, dimensions))
    noise = rng.normal(size=(tracks, dimensions))
    return (centres[rng.integers(CLUSTERS, size=tracks)] + SPREAD * noise).astype("<f4")


def fill(folder: Path, tracks: int, dimensions: int) -> None:
    """Create a library, with the tables of the running version."""
    from musicsim.app import Musicsim

    with Musicsim.open(folder) as app:
        model = getattr(app, "finding", app).model.identity
    rng = np.random.default_rng(0)
    made = vectors(rng, tracks, dimensions)
    database = sqlite3.connect(folder / "catalogue.sqlite3")
    with database:
        database.execute("INSERT INTO folders (id, path) VALUES (1, ?)", (os.fsencode(folder),))
        database.executemany(
            "INSERT INTO tracks (id, folder_id, path, size, mtime_ns, content_key, title, artist, album, album_artist, "
            "genre, year, track_number, duration, added_at) VALUES (?, 1, ?, 1, 1, ?, ?, ?, ?, '', 'Rock', 1999, 1, "
            "200, 1)",
            (
                (
                    i,
                    os.fsencode(folder / f"{i // 10}" / f"{i}.flac"),
                    str(i).encode(),
                    f"Song {i}",
                    f"Artist {i // 40}",
                    f"Album {i // 10}",
                )
                for i in range(1, tracks + 1)
            ),
        )
        database.executemany(
            "INSERT INTO embeddings (track_id, model, windows, vector, created_at, plan) VALUES (?, ?, 8, ?, 1, 1000)",
            ((i, model, made[i - 1].tobytes()) for i in range(1, tracks + 1)),
        )
    database.close()


def memory() -> float:
    """Return the resident memory of this process in MB; Linux only."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def asker(app: Any) -> Callable[[int], object]:
    """Return the function that finds similar tracks, in this version or an earlier one."""
    if hasattr(app, "finding"):
        return lambda track_id: app.finding.similar(track_id).result()
    similar: Callable[[int], object] = app.finder.similar
    return similar


def measure(folder: Path, tracks: int, dimensions: int) -> dict[str, float]:
    """Query at rest and while embeddings are stored; return milliseconds and MB."""
    from musicsim.app import Musicsim

    rng = np.random.default_rng(1)
    with Musicsim.open(folder) as app:
        ask = asker(app)

        def times(count: int) -> list[float]:
            took = []
            for track_id in rng.integers(1, tracks + 1, count).tolist():
                began = time.perf_counter()
                ask(track_id)
                took.append(1000 * (time.perf_counter() - began))
            return took

        (first,) = times(1)
        at_rest = times(QUESTIONS)
        resident = memory()
        stop = threading.Event()
        new = vectors(np.random.default_rng(2), 2000, dimensions)

        def store() -> None:
            database = sqlite3.connect(folder / "catalogue.sqlite3", timeout=10)
            for number, vector in enumerate(new):
                if stop.wait(1 / STORED_A_SECOND):
                    break
                with database:
                    database.execute(
                        "INSERT OR REPLACE INTO embeddings (track_id, model, windows, vector, created_at, plan) "
                        "SELECT track_id, model, 9, ?, 1, 1000 FROM embeddings WHERE track_id = ?",
                        (vector.tobytes(), number + 1),
                    )
            database.close()

        thread = threading.Thread(target=store)
        thread.start()
        busy = times(QUESTIONS)
        stop.set()
        thread.join()
    return {
        "first": first,
        "median": statistics.median(at_rest),
        "p99": float(np.percentile(at_rest, 99)),
        "busy median": statistics.median(busy),
        "busy p99": float(np.percentile(busy, 99)),
        "memory": resident,
    }


def compare(folder: Path, tracks: int, dimensions: int) -> dict[str, float]:
    """Return the median milliseconds of each way to search, and Chroma's recall."""
    from musicsim.similarity.index.chroma import ChromaIndex
    from musicsim.similarity.index.exact import ExactIndex
    from musicsim.similarity.space import Space

    rng = np.random.default_rng(0)
    points = Space().transform(vectors(rng, tracks, dimensions))
    ids = np.arange(1, tracks + 1)
    exact = ExactIndex(ids, points)
    chroma = ChromaIndex(folder / "index", "compared")
    try:
        chroma.add(ids.tolist(), points)
        took: dict[str, list[float]] = {"exact": [], "chroma": []}
        found: list[float] = []
        for row in rng.integers(0, tracks, QUESTIONS // 3).tolist():
            nearest = {}
            for name, index in (("exact", exact), ("chroma", chroma)):
                began = time.perf_counter()
                nearest[name] = set(index.query(points[row], NEAREST).ids.tolist())
                took[name].append(1000 * (time.perf_counter() - began))
            found.append(len(nearest["exact"] & nearest["chroma"]) / NEAREST)
    finally:
        chroma.close()
    return {
        "exact": statistics.median(took["exact"]),
        "chroma": statistics.median(took["chroma"]),
        "recall": statistics.mean(found),
    }


def child(root: Path, task: str, *arguments: object, script: str = __file__) -> dict[str, float]:
    """Run a task of a script in a process with the musicsim of a checkout."""
    command = [sys.executable, "-P", script, "--child", task, *map(str, arguments)]
    environment = os.environ | {"PYTHONPATH": f"{root}{os.pathsep}{Path(script).resolve().parent}"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def show(before: Path | None, sizes: list[str]) -> None:
    from rich.console import Console
    from rich.table import Table

    here = Path(__file__).resolve().parents[1]
    versions = [("now", here)] if before is None else [("before", before.resolve()), ("now", here)]
    table = Table(title="Similar tracks, 50 with rules: ms (memory: MB)")
    columns = ("first", "median", "p99", "busy median", "busy p99", "memory")
    for name in ("library", "version", *columns):
        table.add_column(name, justify="right")
    answering = Table(title="The 50 nearest, without rules: median in ms")
    for name in ("library", "exact", "chroma", "recall of chroma"):
        answering.add_column(name, justify="right")
    for size in sizes:
        tracks, dimensions = map(int, size.split("x"))
        for name, root in versions:
            with tempfile.TemporaryDirectory(prefix="musicsim search ") as folder:
                child(root, "fill", folder, tracks, dimensions)
                took = child(root, "measure", folder, tracks, dimensions)
            table.add_row(size, name, *(f"{took[column]:.1f}" for column in columns))
        with tempfile.TemporaryDirectory(prefix="musicsim search ") as folder:
            compared = child(here, "compare", folder, tracks, dimensions)
        values = (compared["exact"], compared["chroma"], compared["recall"])
        answering.add_row(size, *(f"{value:.3g}" for value in values))
    console = Console()
    console.print(table)
    console.print(answering)


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        task, folder, tracks, dimensions = sys.argv[2:]
        tasks = {"fill": fill, "measure": measure, "compare": compare}
        print(json.dumps(tasks[task](Path(folder), int(tracks), int(dimensions)) or {}))
        return
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", type=Path, help="a checkout of an earlier commit")
    parser.add_argument("--sizes", nargs="+", default=list(SIZES), metavar="TRACKSxVALUES")
    options = parser.parse_args()
    show(options.before, options.sizes)


if __name__ == "__main__":
    main()

"""Measure playlists: even journeys, shorter ways by flow, variety, and how long lists take in a large library.

    python benchmarks/playlists.py [--data FOLDER] [--tracks 100000] [--values 128 512]

The tracks are those of a scanned library (a copy of its data folder: the catalogue may be migrated). A journey's
largest step is compared with its mean, and with the smallest that any way of as many tracks between the same ends can
have (bottleneck shortest path, without rules). Flow is compared with the random order before it, and with the best of
some restarts, as angles and as cosine distances, of which the index of this program is made; the length of a minimum
spanning tree says what no order reaches. The times are those of
`PlaylistMaker.make` in made-up libraries as in benchmarks/synthetic.py, by the clock and by the processor, which counts
where other work runs beside it; the peak is that of the process.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from radio_measures import Library, make_large
from rich.console import Console
from rich.table import Table

from musicsim.app import Musicsim
from musicsim.library.query.filters import Filters
from musicsim.playlists.arranging import Order
from musicsim.playlists.flow import order_by_flow
from musicsim.playlists.generators.journey import journey_through
from musicsim.playlists.rules.artists import artist_key
from musicsim.playlists.rules.rules import Rules
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.similarity.space import Vectors

_ANY = Rules(max_per_artist=None, near_duplicates=True)
_LENGTH = 15
_RESTARTS = 300


def smallest_largest_step(points: Vectors, begin: int, end: int, length: int) -> float:
    """Return the smallest possible largest chord of a way of `length` different-looking places between two tracks.

    Found by bisection over the steps, with breadth-first search for ways of exactly `length - 1` steps. A way may pass
    a track twice, so that this is a lower bound.
    """
    chords = np.sqrt(np.maximum(2 - 2 * points @ points.T, 0))
    np.fill_diagonal(chords, np.inf)
    values = np.unique(chords[np.isfinite(chords)])
    low, high = 0, len(values) - 1
    while low < high:
        middle = (low + high) // 2
        allowed = chords <= values[middle]
        reached = np.zeros(len(points), bool)
        reached[begin] = True
        for _ in range(length - 1):
            reached = allowed[reached].any(axis=0)
        low, high = (low, middle) if reached[end] else (middle + 1, high)
    return float(values[low])


def journeys(library: Library, pairs: int) -> list[tuple[float, float]]:
    """Return for journeys between random tracks the largest step by the mean one, and by the smallest possible."""
    rng = random.Random(0)
    found = []
    while len(found) < pairs:
        begin, end = rng.sample(range(len(library.tracks)), 2)
        stops = [(library.tracks[row], library.points[row]) for row in (begin, end)]
        made = journey_through(stops, library, rules=_ANY, length=_LENGTH)
        rows = [library.row_of[match.track.id] for match in made.matches]
        way = library.points[rows]
        steps = np.sqrt(np.maximum(2 - 2 * np.einsum("nd,nd->n", way[1:], way[:-1]), 0))
        best = smallest_largest_step(library.points, begin, end, len(rows))
        found.append((float(steps.max() / steps.mean()), float(steps.max() / best)))
    return found


def _length(points: Vectors, order: Sequence[int], *, angles: bool) -> float:
    way = points[list(order)]
    cosines = np.clip(np.einsum("nd,nd->n", way[1:], way[:-1]), -1, 1)
    return float((np.arccos(cosines) if angles else 1 - cosines).sum())


def least_length(points: Vectors) -> float:
    """Return a length in cosine distances that no order falls below: that of the minimum spanning tree, by Prim."""
    distances = 1 - points @ points.T
    nearest = distances[0].copy()
    nearest[0] = np.inf
    inside = np.zeros(len(points), bool)
    inside[0] = True
    length = 0.0
    while not inside.all():
        row = int(nearest.argmin())
        length += float(nearest[row])
        inside[row] = True
        nearest = np.where(inside, np.inf, np.minimum(nearest, distances[row]))
    return length


def flows(library: Library, lists: int, size: int = 50) -> list[tuple[float, float, float, float]]:
    """Return by how much flow shortens random lists, and could at most.

    In cosine distance, in angles, by the best of many restarts, and by a bound that no order reaches.
    """
    rng = random.Random(0)
    found = []
    for _ in range(lists):
        points = library.points[
            rng.sample(range(len(library.points)), min(size, len(library.points)))
        ]
        rows = list(range(len(points)))
        order = order_by_flow(points)
        best = min(
            (
                _length(points, [drawn[row] for row in order_by_flow(points[drawn])], angles=False)
                for drawn in (rng.sample(rows, len(rows)) for _ in range(_RESTARTS // lists))
            ),
            default=0.0,
        )
        before = _length(points, rows, angles=False)
        found.append(
            (
                1 - _length(points, order, angles=False) / before,
                1 - _length(points, order, angles=True) / _length(points, rows, angles=True),
                1 - best / before,
                1 - least_length(points) / before,
            )
        )
    return found


def varieties(app: Musicsim, library: Library, variety: float, seeds: int) -> tuple[float, float]:
    """Return the mean number of artists, and the mean cosine between the tracks, of lists of 25."""
    rng = random.Random(0)
    artists, nearness = [], []
    for row in rng.sample(range(len(library.tracks)), seeds):
        request = PlaylistRequest([library.tracks[row].id], variety=variety)
        tracks = [match.track for match in app.playlists.make(request).result().matches]
        artists.append(len({artist_key(track) for track in tracks}))
        points = library.points[[library.row_of[track.id] for track in tracks]]
        cosines = points @ points.T
        nearness.append(float(cosines[np.triu_indices(len(points), 1)].mean()))
    return statistics.mean(artists), statistics.mean(nearness)


def timed(make: Callable[[], object], rounds: int = 15) -> tuple[float, float, float]:
    """Return times in milliseconds, after a call that does not count: median, largest, median of the processor."""
    make()
    times, processor = [], []
    for _ in range(rounds):
        begun, used = time.perf_counter(), time.process_time()
        make()
        times.append(1000 * (time.perf_counter() - begun))
        processor.append(1000 * (time.process_time() - used))
    return statistics.median(times), max(times), statistics.median(processor)


def speed(app: Musicsim) -> list[tuple[str, float, float, float]]:
    """Return what lists take in a library; see `timed`."""
    rng = random.Random(0)
    ids = app.catalogue.tracks.ids()

    def make(seeds: int, **options: object) -> Callable[[], object]:
        return lambda: app.playlists.make(
            PlaylistRequest(rng.sample(ids, seeds), **options)  # type: ignore[arg-type]
        ).result()

    def filtered(filters: Filters, **options: object) -> Callable[[], object]:
        return make(2 if options else 1, rules=Rules(filters=filters), **options)

    (some,) = app.catalogue.tracks.by_id(ids[len(ids) // 2 :][:1])
    return [
        ("25 from one seed", *timed(make(1))),
        ("25 from five seeds", *timed(make(5))),
        ("25, all variety", *timed(make(1, variety=1.0))),
        ("25 as a mix of three", *timed(make(3, mode=Mode.MIX))),
        ("50 by flow", *timed(make(1, length=50, order=Order.FLOW))),
        ("journey of 50", *timed(make(2, length=50, mode=Mode.JOURNEY))),
        ("journey of 300", *timed(make(2, length=300, mode=Mode.JOURNEY), 3)),
        ("25, one year of 65", *timed(filtered(Filters(years=((1999, 1999),))))),
        ("25, a year of none", *timed(filtered(Filters(years=((1900, 1900),))))),
        ("25, one genre of 40", *timed(filtered(Filters(genres=(some.tags.genre,))))),
        ("25, one artist", *timed(filtered(Filters(artists=(some.artist,))))),
        (
            "journey of 50, one artist",
            *timed(filtered(Filters(artists=(some.artist,)), length=50, mode=Mode.JOURNEY)),
        ),
        (
            "flow of 10,000",
            *timed(
                lambda: app.playlists.in_flow(rng.sample(ids, min(10_000, len(ids)))).result(), 3
            ),
        ),
    ]


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="a copy of a scanned library's data folder")
    parser.add_argument("--tracks", type=int, default=100_000, help="of the made-up library")
    parser.add_argument("--values", type=int, nargs="+", default=[128, 512], help="of embeddings")
    options = parser.parse_args()
    console = Console()
    if options.data:
        with Musicsim.open(options.data) as app:
            library = Library.read(app)
            table = Table(
                "measure", "median", "worst", title=f"{len(library.tracks)} scanned tracks"
            )
            by_mean, by_best = zip(*journeys(library, 40), strict=True)
            for name, values in (
                ("journey: largest step / mean", by_mean),
                ("journey: largest step / smallest possible", by_best),
            ):
                table.add_row(name, f"{statistics.median(values):.2f}", f"{max(values):.2f}")
            names = (
                "by cosine distance",
                "by angle",
                f"by cosine distance, best of {_RESTARTS // 10}",
                "by cosine distance, no order reaches",
            )
            for name, values in zip(names, zip(*flows(library, 10), strict=True), strict=True):
                table.add_row(
                    f"flow: shorter {name}",
                    f"{statistics.median(values):.0%}",
                    f"{min(values):.0%}",
                )
            console.print(table)
            table = Table("variety", "artists of 25", "cosine within")
            for variety in (0.0, 0.5, 1.0):
                artists, nearness = varieties(app, library, variety, 40)
                table.add_row(f"{variety:.0%}", f"{artists:.1f}", f"{nearness:.2f}")
            console.print(table)
    for size in options.values if options.tracks else ():
        with (
            tempfile.TemporaryDirectory() as folder,
            make_large(Path(folder), options.tracks, size) as app,
        ):
            app.playlists.make(PlaylistRequest(app.catalogue.tracks.ids()[:1])).result()
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            title = f"{options.tracks:,} made-up tracks, {size} values each"
            table = Table("list", "median ms", "most", "processor ms", title=title)
            for name, *times in speed(app):
                table.add_row(name, *(f"{each:.0f}" for each in times))
            console.print(table)
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            console.print(f"Peak memory beyond that after the first list: {peak / 1024:.0f} MB")


if __name__ == "__main__":
    main()

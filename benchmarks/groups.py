"""Measure the library's groups: how pure they are, how they stay as the library changes, and what they cost.

    python benchmarks/groups.py [--only LABEL...] [--numbers 12] [--sizes 10000x128 100000x512]

The music is that of benchmarks/quality.py: the collections that the starter weights have not heard. Its files are
embedded as they are, with the settled number of windows. The features are kept in a cache.

The first table compares ways of clustering by how well they find the collections again: purity (the share of tracks
that are of their group's most frequent collection), normalised mutual information and the adjusted Rand index, each
the mean over several random numbers. Purity grows with the number of groups, so it is compared at the same number.

The second table has 5 % of the tracks come, go, or both: the share of groups that go on, and of the tracks in both
libraries that stay in their group, in the mean and at worst. It compares groups that go on from the earlier ones with
those that are found without them and matched to them by their tracks, greedily. The third table has a library of a
few tracks grow, and compares its groups with those found at once.

The last table measures time and memory, in a process of its own, on made-up libraries: all groups at first, and once
more after 5 % of the tracks have gone. Memory is the peak beyond that of the points themselves.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from platformdirs import user_cache_path
from quality import read_tracks
from quality_features import WindowEmbeddings, extract
from rich.console import Console
from rich.table import Table
from search import vectors

from musicsim.audio import SETTLED, silence_native_messages
from musicsim.base.resources import resource
from musicsim.similarity.clustering import Clusters, cluster, cluster_count
from musicsim.similarity.hubs import MutualProximity
from musicsim.similarity.space import Space

SIZES = ("10000x128", "100000x128", "100000x512")
SHARE = 0.05
FIRST = 40
"""Tracks of the library that grows."""

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.int64]
Method = Callable[[Floats, int, int], Ints]


# --- ways of clustering: from raw embeddings (N, D), a number of groups and a random number, to labels (N,) ---


def by_kmeans(vectors: Floats, count: int, seed: int) -> Ints:
    """k-means with k-means++, the best of eight starts."""
    rng = np.random.default_rng(seed)
    best, best_fit = np.zeros(len(vectors), np.int64), math.inf
    for _ in range(8):
        centres = vectors[[rng.integers(len(vectors))]]
        while len(centres) < count:
            nearest = _distances(vectors, centres).min(axis=1)
            drawn = rng.choice(len(vectors), p=nearest / nearest.sum())
            centres = np.concatenate([centres, vectors[[drawn]]])
        labels = None
        for _ in range(50):
            distances = _distances(vectors, centres)
            if labels is not None and np.array_equal(labels, distances.argmin(axis=1)):
                break
            labels = distances.argmin(axis=1)
            for label in np.unique(labels):
                centres[label] = vectors[labels == label].mean(axis=0)
        if labels is not None and (fit := float(distances.min(axis=1).sum())) < best_fit:
            best, best_fit = labels, fit
    return best


def _distances(points: Floats, centres: Floats) -> Floats:
    squares = np.sum(points**2, axis=1)[:, np.newaxis] - 2 * points @ centres.T
    return np.maximum(squares + np.sum(centres**2, axis=1), 0)


def by_standardised(vectors: Floats, count: int, seed: int) -> Ints:
    return by_kmeans((vectors - vectors.mean(axis=0)) / vectors.std(axis=0), count, seed)


def by_directions(vectors: Floats, count: int, seed: int) -> Ints:
    return by_kmeans(Space().transform(vectors), count, seed)


def by_half_whitened(vectors: Floats, count: int, seed: int) -> Ints:
    """k-means on 32 principal axes, each divided by the root of its standard deviation."""
    points = Space().transform(vectors)
    centred = points - points.mean(axis=0)
    _, spread, axes = np.linalg.svd(centred, full_matrices=False)
    whitened = centred @ axes[:32].T / np.sqrt(spread[:32] / math.sqrt(len(points)))
    return by_kmeans(Space().transform(whitened), count, seed)


def by_spectrum(vectors: Floats, count: int, seed: int) -> Ints:
    """Spectral clustering (Ng, Jordan and Weiss, NIPS 2001) of each track's eight neighbours by mutual proximity."""
    points = Space().transform(vectors)
    near = np.exp(MutualProximity(points).of(np.arange(len(points))))
    np.fill_diagonal(near, 0)
    nearest = np.argpartition(-near, 8, axis=1)[:, :8]
    graph = np.zeros_like(near)
    np.put_along_axis(graph, nearest, np.take_along_axis(near, nearest, axis=1), axis=1)
    graph = np.maximum(graph, graph.T) + 1e-6
    root = 1 / np.sqrt(graph.sum(axis=1))
    _, axes = np.linalg.eigh(graph * root * root[:, np.newaxis])
    return by_kmeans(Space().transform(axes[:, -count:]), count, seed)


def by_musicsim(vectors: Floats, count: int, seed: int) -> Ints:
    points = Space().transform(vectors)
    return cluster(points, np.arange(len(points)), count=count, rng_seed=seed).labels


METHODS: dict[str, Method] = {
    "k-means, raw": by_kmeans,
    "k-means, standardised": by_standardised,
    "k-means, unit length": by_directions,
    "k-means, half-whitened": by_half_whitened,
    "spectral, mutual proximity": by_spectrum,
    "musicsim": by_musicsim,
}


# --- measures ---


def judge(kinds: Ints, labels: Ints) -> tuple[float, float, float]:
    """Return purity, normalised mutual information (Strehl and Ghosh 2002) and adjusted Rand index (Hubert 1985)."""
    table = np.zeros((kinds.max() + 1, labels.max() + 1))
    np.add.at(table, (kinds, labels), 1)
    total = table.sum()
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    share = table[table > 0] / total
    expected = (np.outer(rows, columns) / total**2)[table > 0]
    information = float(np.sum(share * np.log(share / expected)))
    nmi = information / math.sqrt(_entropy(rows / total) * _entropy(columns / total))
    pairs, of_rows, of_columns = (float(_pairs(n).sum()) for n in (table, rows, columns))
    by_chance = of_rows * of_columns / float(_pairs(total))
    rand = (pairs - by_chance) / ((of_rows + of_columns) / 2 - by_chance)
    return float(table.max(axis=0).sum() / total), nmi, rand


def _entropy(shares: Floats) -> float:
    some = shares[shares > 0]
    return -float(np.sum(some * np.log(some)))


def _pairs(count: npt.ArrayLike) -> Floats:
    return np.asarray(count) * (np.asarray(count) - 1) / 2


def went_on(points: Floats, before: Clusters, old: Ints, new: Ints, seed: int) -> Clusters:
    """Return the groups of the tracks `new` after those of the tracks `old`, ascending."""
    earlier = np.full(len(points), -1)
    earlier[old] = before.labels
    return cluster(
        points[new], new, earlier=earlier[new], earlier_centres=before.centres, rng_seed=seed
    )


def matched(points: Floats, before: Clusters, old: Ints, new: Ints, seed: int) -> Clusters:
    """Return the groups of the tracks `new`, found without the earlier ones and matched to them by their tracks."""
    found = cluster(points[new], new, rng_seed=seed + 1000)
    both, in_old, in_new = np.intersect1d(old, new, return_indices=True)
    shared = np.zeros((len(before.centres), len(found.centres)))
    np.add.at(shared, (before.labels[in_old], found.labels[in_new]), np.ones(len(both)))
    earlier = np.full(len(found.centres), -1)
    while shared.max() > 0:
        first, second = np.unravel_index(shared.argmax(), shared.shape)
        earlier[second] = first
        shared[first], shared[:, second] = 0, 0
    return Clusters(found.labels, found.centres, earlier)


def stability(
    points: Floats, seeds: Sequence[int], how: Callable[..., Clusters], comes: bool, goes: bool
) -> tuple[float, float, float]:
    """Return the mean share of groups that go on, and the mean and least share of tracks that stay."""
    groups, stay = [], []
    some = round(SHARE * len(points))
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(points))
        old = np.sort(order[some:] if comes else order)
        new = np.sort(order[: len(points) - some] if goes else order)
        before = cluster(points[old], old, rng_seed=seed)
        after = how(points, before, old, new, seed)
        groups.append(len(set(after.earlier.tolist()) - {-1}) / len(before.centres))
        _, in_old, in_new = np.intersect1d(old, new, return_indices=True)
        same = before.labels[in_old] == after.earlier[after.labels[in_new]]
        stay.append(float(same.mean()))
    return float(np.mean(groups)), float(np.mean(stay)), min(stay)


def growth(points: Floats, kinds: Ints, seeds: Sequence[int], factor: float) -> list[float]:
    """Return the number, purity and Rand index of groups that grew, and of as many found at once."""
    rows = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(points))
        old = np.sort(order[:FIRST])
        grown = cluster(points[old], old, rng_seed=seed)
        size = float(FIRST)
        while len(old) < len(points):
            size *= factor
            new = np.sort(order[: round(size)])
            grown, old = went_on(points, grown, old, new, seed), new
        count = len(grown.centres)
        at_once = cluster(points, np.arange(len(points)), count=count, rng_seed=seed)
        (purity, _, rand), (other, _, other_rand) = (
            judge(kinds, found.labels) for found in (grown, at_once)
        )
        rows.append((count, purity, other, rand, other_rand))
    return np.mean(rows, axis=0).tolist()


# --- time and memory ---


def measure(tracks: int, dimensions: int) -> dict[str, float]:
    """Return seconds and MB on a made-up library; Linux only, in a process of its own."""
    points = Space().transform(vectors(np.random.default_rng(0), tracks, dimensions))
    ids = np.arange(tracks)
    Path("/proc/self/clear_refs").write_text("5")  # forgets the peak
    start = _memory("VmRSS")
    began, used = time.perf_counter(), time.process_time()
    found = cluster(points, ids)
    first, first_used = time.perf_counter() - began, time.process_time() - used
    peak = _memory("VmHWM") - start
    rest = np.flatnonzero(np.random.default_rng(1).random(tracks) >= SHARE)
    some = points[rest]
    began = time.perf_counter()
    cluster(some, rest, earlier=found.labels[rest], earlier_centres=found.centres)
    again = time.perf_counter() - began
    return {
        "groups": len(found.centres),
        "first": first,
        "processor": first_used,
        "again": again,
        "memory": peak,
    }


def _memory(name: str) -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024


# --- tables ---


def read_vectors(only: Sequence[str], corpus: Path, cache: Path) -> tuple[Floats, Ints]:
    """Return the embeddings of the music (N, D), and its collections as numbers (N,)."""
    tracks = read_tracks(corpus, only)
    settled = WindowEmbeddings("starter.h5", resource("starter.h5")).pass_of(SETTLED)
    files = {track.key: track.path for track in tracks}
    values = extract([settled], files, cache, "Listening")[settled.folder]
    heard = [track for track in tracks if track.key in values]
    _, kinds = np.unique([track.collection for track in heard], return_inverse=True)
    return settled.pooled([values[track.key] for track in heard]), kinds


def table_of(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left")
    return table


def show_purity(embeddings: Floats, kinds: Ints, seeds: Sequence[int]) -> Table:
    usual = cluster_count(len(kinds))
    counts = sorted({usual // 2, usual, 2 * usual, int(kinds.max()) + 1})
    title = f"{len(kinds)} tracks of {kinds.max() + 1} collections: purity, NMI, Rand index"
    table = table_of(title, "", *(f"{count} groups" for count in counts))
    for name, method in METHODS.items():
        cells = []
        for count in counts:
            judged = [judge(kinds, method(embeddings, count, seed)) for seed in seeds]
            cells.append("{:.3f} {:.3f} {:.3f}".format(*np.mean(judged, axis=0)))
        table.add_row(name, *cells)
    return table


def show_small(embeddings: Floats, kinds: Ints, seeds: Sequence[int]) -> Table:
    table = table_of("Purity of small libraries", "tracks", "groups", "k-means, raw", "musicsim")
    for size in (30, 60, 120):
        rows = []
        for seed in seeds:
            some = np.random.default_rng(seed).permutation(len(kinds))[:size]
            labels = by_musicsim(embeddings[some], cluster_count(size), seed)
            count = int(labels.max()) + 1
            raw = by_kmeans(embeddings[some], count, seed)
            rows.append((count, judge(kinds[some], raw)[0], judge(kinds[some], labels)[0]))
        groups, raw_purity, purity = np.mean(rows, axis=0)
        table.add_row(str(size), f"{groups:.1f}", f"{raw_purity:.3f}", f"{purity:.3f}")
    return table


def show_stability(points: Floats, seeds: Sequence[int]) -> Table:
    columns = ("", "groups that go on", "tracks that stay", "at worst")
    table = table_of(f"{SHARE:.0%} of the tracks come or go", *columns)
    for name, how in (("go on", went_on), ("found anew, matched", matched)):
        for what, comes, goes in (("come", True, False), ("go", False, True), ("both", True, True)):
            shares = stability(points, seeds, how, comes, goes)
            table.add_row(f"{name}: {what}", *(f"{share:.1%}" for share in shares))
    return table


def show_growth(points: Floats, kinds: Ints, seeds: Sequence[int]) -> Table:
    table = table_of(
        f"From {FIRST} tracks to {len(kinds)}: grown, found at once",
        "refreshed", "groups", "purity", "at once", "Rand index", "at once",
    )  # fmt: skip
    for name, factor in (("at each 20 % more", 1.2), ("at each three times as many", 3.0)):
        count, *figures = growth(points, kinds, seeds, factor)
        table.add_row(name, f"{count:.1f}", *(f"{figure:.3f}" for figure in figures))
    return table


def show_cost(sizes: Sequence[str]) -> Table:
    columns = ("library", "groups", "first (s)", "processor (s)", "again (s)", "memory (MB)")
    table = table_of("Time and memory", *columns)
    for size in sizes:
        command = [sys.executable, __file__, "--child", size]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        figures = json.loads(done.stdout.splitlines()[-1])
        table.add_row(size, *(f"{figure:.3g}" for figure in figures.values()))
    return table


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        print(json.dumps(measure(*map(int, sys.argv[2].split("x")))))
        return
    cache = user_cache_path("musicsim")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, default=cache / "corpus", help="where the music is")
    parser.add_argument("--cache", type=Path, default=cache / "groups")
    parser.add_argument("--only", nargs="+", default=[], metavar="LABEL", help="collections")
    parser.add_argument("--numbers", type=int, default=12, help="random numbers")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), metavar="TRACKSxVALUES")
    options = parser.parse_args()
    silence_native_messages()
    embeddings, kinds = read_vectors(options.only, options.corpus, options.cache)
    points, seeds = Space().transform(embeddings), range(options.numbers)
    console = Console()
    console.print(show_purity(embeddings, kinds, seeds))
    console.print(show_small(embeddings, kinds, seeds))
    console.print(show_stability(points, seeds))
    console.print(show_growth(points, kinds, seeds))
    console.print(show_cost(options.sizes))


if __name__ == "__main__":
    main()

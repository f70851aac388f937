"""Measure how many windows of a track are necessary, on real music: the curve behind the two passes.

    python benchmarks/sampling.py FOLDER [--plot sampling.png]

Each folder in FOLDER is a collection; tracks of the same collection, or the same artist, are relevant to each other. At
most twenty tracks of a collection are used. Every track is embedded once from beginning to end and kept in a cache. All
plans are then drawn from the cache, so a second run takes minutes. `--a-second 10` is the exact dense plan, a window
every 0.1 s; the default of three a second estimates it at a third of the cost.

The starter weights were trained on the splits `train` and `choose` in `training/packages.csv`, whose results are thus
too good: name a folder with the collections of `report` alone. The plot needs `pip install matplotlib`.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path
from rich.console import Console
from rich.progress import track as progress
from rich.table import Table

from musicsim.audio import (
    DENSE_HOP,
    FIRST_PASS,
    SAMPLE_RATE,
    SETTLED,
    SILENCE,
    AudioError,
    SamplingPlan,
    read_blocks,
    sample_windows,
    silence_native_messages,
)
from musicsim.base.resources import resource
from musicsim.embedding import Model, embed_seconds, read_weights
from musicsim.similarity.measures.evaluation import (
    average_precision,
    hubness,
    mean_average_precision,
    neighbour_overlap,
)
from training.corpus import evenly, tracks_of

TRACKS_A_COLLECTION = 20
WINDOWS = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128)


@dataclass(frozen=True, eq=False)
class Track:
    """One track, embedded from beginning to end."""

    collection: str
    artist: str
    path: Path
    tenths: np.ndarray
    """Start of each window, in tenths of a second."""
    embeddings: np.ndarray
    levels: np.ndarray
    """RMS level of each window in dB re full scale."""

    def pooled(self, which: np.ndarray) -> np.ndarray:
        """Return the mean of some windows, on the unit sphere."""
        mean = self._stands_for()[which] @ self.embeddings[which].astype(np.float64)
        return mean / np.linalg.norm(mean)

    def _stands_for(self) -> np.ndarray:
        """Return the number of the dense plan's windows that each stands for: whole seconds only for themselves."""
        whole = self.tenths % 10 == 0
        unheard_and_others = self.tenths[-1] + 1 - whole.sum()
        return np.where(whole, 1.0, unheard_and_others / max(1, (~whole).sum()))

    def dense(self) -> np.ndarray:
        """Return every window that isn't silent."""
        sounding = np.flatnonzero(self.levels >= SILENCE)
        return sounding if len(sounding) else np.arange(len(self.levels))

    def sample(
        self, windows: int, order: str = "plan", fades: float = SamplingPlan().fades
    ) -> np.ndarray:
        """Return the whole seconds of a plan that are not silent."""
        seconds = np.flatnonzero(self.tenths % 10 == 0)
        count = len(seconds)
        if order == "plan":
            seconds = seconds[SamplingPlan(fades=fades).order(count)]
        elif order == "random":
            seconds = np.random.default_rng(0).permutation(seconds)
        sounding = seconds[self.levels[seconds] >= SILENCE]
        if not len(sounding):
            return self.dense()
        if order == "evenly":
            places = (np.arange(min(windows, len(sounding))) + 0.5) * len(sounding) / windows
            return sounding[np.minimum(places.astype(int), len(sounding) - 1)]
        return sounding[:windows]

    def without_quiet(self, windows: int, decibels: float) -> np.ndarray:
        """Return a sample without windows far below the track's own level."""
        seconds = self.sample(10**6)
        loud = seconds[self.levels[seconds] >= np.percentile(self.levels, 95) - decibels]
        return loud[:windows] if len(loud) else seconds[:windows]


def choose(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """Yield collection, artist and path of the tracks to measure."""
    for collection in sorted(path for path in folder.iterdir() if path.is_dir()):
        for track in evenly(list(tracks_of(collection)), TRACKS_A_COLLECTION):
            yield track.collection, track.artist, track.path


def levels_of(sound: np.ndarray, hop: int) -> np.ndarray:
    """Return the RMS level of each 1-s window of a sound, in dB re full scale."""
    power = np.concatenate(([0.0], np.cumsum(np.square(sound, dtype=np.float64))))
    starts = np.arange(0, len(sound) - SAMPLE_RATE + 1, hop)
    mean = (power[starts + SAMPLE_RATE] - power[starts]) / SAMPLE_RATE
    return 10 * np.log10(np.maximum(mean, 1e-20)).astype(np.float32)


def tenths_to_hear(count: int, a_second: int, seed: int) -> np.ndarray:
    """Return the tenths of a second at which windows begin: the first of each second, and some random others."""
    random = np.random.default_rng(seed)
    heard = [
        start + np.append(0, 1 + random.permutation(9)[: a_second - 1])
        for start in range(0, count, 10)
    ]
    tenths = np.sort(np.concatenate(heard))
    return tenths[tenths < count]


def listen(model: Model, path: Path, a_second: int, kept: Path) -> dict[str, np.ndarray]:
    """Return the windows of a track, from the cache if possible."""
    if not kept.exists():
        sound = np.concatenate(list(read_blocks(path)))
        hop = round(DENSE_HOP * SAMPLE_RATE)
        windows = np.lib.stride_tricks.sliding_window_view(sound, SAMPLE_RATE)[::hop]
        tenths = tenths_to_hear(len(windows), a_second, int(kept.stem, 16))
        half_done = kept.with_suffix(".part.npz")
        np.savez(
            half_done,
            tenths=tenths,
            embeddings=model.embed(windows[tenths]).astype(np.float16),
            levels=levels_of(sound, hop)[tenths],
        )
        half_done.replace(kept)
    with np.load(kept) as stored:
        return dict(stored)


@dataclass(frozen=True, slots=True)
class Figures:
    """The quality of a plan."""

    map: float
    interval: tuple[float, float]
    """Interval of the share of the dense plan's MAP that is kept: 95 % of bootstrap samples of the collections."""
    artist_map: float
    overlap: float
    hubness: float


class Corpus:
    """The tracks, for comparing plans."""

    def __init__(self, tracks: list[Track]) -> None:
        self.tracks = tracks
        self.collections = np.array([track.collection for track in tracks])
        # A track without an artist gets a unique one.
        self.artists = np.array([track.artist or f"?{i}" for i, track in enumerate(tracks)])
        self.dense = np.stack([track.pooled(track.dense()) for track in tracks])
        self._dense_precision = average_precision(self.dense, self.collections)

    def judge(self, choose_windows: Callable[[Track], np.ndarray]) -> Figures:
        """Pool the chosen windows of each track, and compare with the dense plan."""
        points = np.stack([track.pooled(choose_windows(track)) for track in self.tracks])
        precision = average_precision(points, self.collections)
        return Figures(
            float(np.nanmean(precision)),
            self._interval(precision),
            mean_average_precision(points, self.artists),
            float(neighbour_overlap(points, self.dense).mean()),
            hubness(points),
        )

    def _interval(self, precision: np.ndarray) -> tuple[float, float]:
        random = np.random.default_rng(0)
        names = np.unique(self.collections)
        members = {name: np.flatnonzero(self.collections == name) for name in names}
        shares = []
        for _ in range(1000):
            some = np.concatenate([members[name] for name in random.choice(names, len(names))])
            shares.append(np.nanmean(precision[some]) / np.nanmean(self._dense_precision[some]))
        low, high = np.percentile(shares, [2.5, 97.5])
        return float(low), float(high)


def seconds_a_track(model: Model, paths: list[Path]) -> Callable[[int | None], float]:
    """Return a function that measures the mean seconds per track for a plan, None for the dense one."""

    def mean(windows: int | None) -> float:
        began = time.perf_counter()
        heard = 0
        for path in paths[: 3 if windows is None else None]:
            with suppress(AudioError):
                if windows is None:
                    embed_seconds(model, read_blocks(path))
                else:
                    model.embed(sample_windows(path, SamplingPlan(windows)).windows)
                heard += 1
        return (time.perf_counter() - began) / heard

    mean(2)  # compiles
    return mean


def plot(path: Path, rows: list[tuple[int, float, float]], seconds: dict[int, float]) -> None:
    """Plot the share of the MAP that is kept, and the overlap, over the number of windows."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), dpi=120)
    windows = [row[0] for row in rows]
    axes.plot(windows, [100 * row[1] for row in rows], "o-", color="#0072B2")
    axes.plot(windows, [100 * row[2] for row in rows], "s-", color="#D55E00")
    axes.annotate("mean average precision", (windows[7], 100 * rows[7][1]), (0, 10), ha="center",
                  textcoords="offset points", color="#0072B2")  # fmt: skip
    axes.annotate("ten nearest in common", (windows[7], 100 * rows[7][2]), (0, -22), ha="left",
                  textcoords="offset points", color="#D55E00")  # fmt: skip
    for count, name in ((FIRST_PASS, "first pass"), (SETTLED, "settled")):
        axes.axvline(count, color="0.7", zorder=0)
        axes.annotate(f"{name}\n{seconds[count]:.2f} s a track", (count, 42), (4, 0),
                      textcoords="offset points", color="0.35", fontsize=9)  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.set_xticks(windows, [str(count) for count in windows])
    axes.set_ylim(40, 110)
    axes.set_xlabel("seconds listened to, of each track")
    axes.set_ylabel("% of what listening to everything gives")
    axes.spines[["top", "right"]].set_visible(False)
    figure.tight_layout()
    figure.savefig(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, default=resource("starter.h5"))
    parser.add_argument("--cache", type=Path, default=user_cache_path("musicsim") / "sampling")
    parser.add_argument("--a-second", type=int, default=3, choices=range(1, 11), metavar="1..10")
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    silence_native_messages()
    weights = read_weights(arguments.weights)
    model = Model(weights)
    cache = arguments.cache / f"{weights.identity}-{arguments.a_second}"
    cache.mkdir(parents=True, exist_ok=True)
    tracks = []
    for collection, artist, path in progress(list(choose(arguments.folder)), "Listening"):
        name = hashlib.blake2b(path.relative_to(arguments.folder).as_posix().encode())
        try:
            heard = listen(model, path, arguments.a_second, cache / f"{name.hexdigest()[:24]}.npz")
        except AudioError as error:
            print(error)
            continue
        tracks.append(Track(collection, artist, path, **heard))

    corpus = Corpus(tracks)
    measured = seconds_a_track(model, [track.path for track in tracks[:: len(tracks) // 12]])
    everything = corpus.judge(Track.dense)
    table = Table(
        "Plan", "MAP", "kept", "(95 %)", "MAP, artist", "kept", "ten nearest", "hubness", "s a track",
        title=f"{len(tracks)} tracks of {len(set(corpus.collections))} collections, {weights.identity}",
    )  # fmt: skip

    def add(name: str, figures: Figures, seconds: float | None) -> None:
        low, high = figures.interval
        table.add_row(
            name,
            f"{figures.map:.3f}",
            f"{figures.map / everything.map:.1%}",
            f"{low:.1%} - {high:.1%}",
            f"{figures.artist_map:.3f}",
            f"{figures.artist_map / everything.artist_map:.1%}",
            f"{figures.overlap:.1%}",
            f"{figures.hubness:.2f}",
            "" if seconds is None else f"{seconds:.2f}",
        )

    rows = []
    seconds: dict[int, float] = {}
    for count in WINDOWS:
        figures = corpus.judge(lambda track, count=count: track.sample(count))
        seconds[count] = measured(count)
        rows.append((count, figures.map / everything.map, figures.overlap))
        add(str(count), figures, seconds[count])
    add("dense", everything, measured(None))
    table.add_section()
    for count in (FIRST_PASS, SETTLED):
        for order in ("random", "evenly"):
            add(
                f"{count}, {order}",
                corpus.judge(lambda track, count=count, order=order: track.sample(count, order)),
                None,
            )
        for share in (0, 0.05, 0.1, 0.15):
            add(
                f"{count}, {share:.0%} at either end last",
                corpus.judge(
                    lambda track, count=count, share=share: track.sample(count, fades=share)
                ),
                None,
            )
        for quiet in (15, 20, 30):
            add(
                f"{count}, none {quiet} dB below",
                corpus.judge(
                    lambda track, count=count, quiet=quiet: track.without_quiet(count, quiet)
                ),
                None,
            )
    Console(width=120).print(table)
    if arguments.plot:
        plot(arguments.plot, rows, seconds)


if __name__ == "__main__":
    main()

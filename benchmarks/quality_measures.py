"""The measures of `quality.py` for each feature: relevance by collection and by artist within one, and hubs.

The measures themselves are musicsim's. This module selects the parts of a library for them, and computes bootstrap
intervals over its collections, since tracks of one collection are not independent samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.similarity.hubs import MutualProximity
from musicsim.similarity.measures.chance import random_order
from musicsim.similarity.measures.evaluation import (
    anti_hubs,
    average_precision,
    hubness,
    precision_at,
)
from musicsim.similarity.measures.ranking import Similarities, as_similarities

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

K = 10
"""Number of neighbours."""
_RESAMPLES = 10_000


@dataclass(frozen=True, eq=False, slots=True)
class Distances:
    """Similarities for a feature that has no points, only the distances (N, N) of all tracks."""

    matrix: FloatArray

    @property
    def points(self) -> FloatArray:
        """A placeholder: only the number of points, N, is real."""
        return np.zeros((len(self.matrix), 1))

    def of(self, queries: IntArray) -> FloatArray:
        """See `Similarities`."""
        return -self.matrix[queries]


@dataclass(frozen=True, eq=False, slots=True)
class Part:
    """The similarities of some tracks, by their places in `whole`, unchanged from the whole library."""

    whole: Similarities
    places: IntArray

    @property
    def points(self) -> FloatArray:
        """The points of these tracks, shape (n, D)."""
        return self.whole.points[self.places]

    def of(self, queries: IntArray) -> FloatArray:
        """See `Similarities`."""
        return self.whole.of(self.places[queries])[:, self.places]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over the queries, and its 95 % bootstrap interval over the collections."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True, eq=False, slots=True)
class Ranked:
    """The measures of one order of the library.

    Attributes
    ----------
    precision, average_precision
        By collection, for each query; shape (N,).
    artist_average_precision
        By artist within the collection; shape (N,), NaN for a track that is no query there.
    hubness, anti_hubs
        For `K` neighbours.
    """

    precision: FloatArray
    average_precision: FloatArray
    artist_average_precision: FloatArray
    hubness: float
    anti_hubs: float


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """The measures of a feature: unchanged and, if it has points, with mutual proximity."""

    raw: Ranked
    mutual: Ranked | None


class Library:
    """The tracks that are ranked.

    Parameters
    ----------
    collections
        The collection of each track; shape (N,).
    artists
        The artist of each track, "" without a tag; shape (N,).
    """

    def __init__(self, collections: Sequence[str], artists: Sequence[str]) -> None:
        self._collections = np.array(collections)
        self._artists = np.array(artists)
        tagged = {
            name: np.flatnonzero((self._collections == name) & (self._artists != ""))
            for name in np.unique(self._collections)
        }
        self._by_several = [places for places in tagged.values() if self._tells_artists(places)]

    def _tells_artists(self, places: IntArray) -> bool:
        _, tracks = np.unique(self._artists[places], return_counts=True)
        return len(tracks) > 1 and tracks.max() > 1

    @property
    def artist_collections(self) -> list[str]:
        """The collections that can show whether a feature separates artists."""
        return [str(self._collections[places[0]]) for places in self._by_several]

    def judge(self, points: npt.ArrayLike) -> Judged:
        """Measure points (N, D) on the unit sphere."""
        return Judged(self._rank(as_similarities(points)), self._rank(MutualProximity(points)))

    def judge_distances(self, matrix: FloatArray) -> Judged:
        """Measure distances (N, N)."""
        return Judged(self._rank(Distances(matrix)), None)

    def judge_random(self) -> Judged:
        """Return the expected measures of a random order, with the hubs of one such order."""
        chance = random_order(K, self._collections)
        by_artist = np.full(len(self._artists), np.nan)
        for places in self._by_several:
            by_artist[places] = random_order(1, self._artists[places]).average_precision
        count = len(self._collections)
        order = Distances(np.random.default_rng(0).random((count, count)))
        return Judged(
            Ranked(
                chance.precision,
                chance.average_precision,
                by_artist,
                hubness(order, k=K),
                anti_hubs(order, k=K),
            ),
            None,
        )

    def _rank(self, similarities: Similarities) -> Ranked:
        by_artist = np.full(len(self._artists), np.nan)
        for places in self._by_several:
            part = Part(similarities, places)
            by_artist[places] = average_precision(part, self._artists[places])
        return Ranked(
            precision_at(K, similarities, self._collections),
            average_precision(similarities, self._collections),
            by_artist,
            hubness(similarities, k=K),
            anti_hubs(similarities, k=K),
        )

    def estimate(self, values: FloatArray) -> Estimate:
        """Return the mean over the queries of values (N,), without NaN, or of paired differences.

        The bootstrap draws whole collections with replacement, so their sizes vary with them.
        """
        there = ~np.isnan(values)
        names, which = np.unique(self._collections[there], return_inverse=True)
        sums = np.bincount(which, weights=values[there])
        counts = np.bincount(which)
        chances = np.full(len(names), 1 / len(names))
        drawn = np.random.default_rng(0).multinomial(len(names), chances, _RESAMPLES)
        low, high = np.percentile(drawn @ sums / (drawn @ counts), [2.5, 97.5])
        return Estimate(float(values[there].mean()), float(low), float(high))

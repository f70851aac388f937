"""Clustering: the groups of tracks that sound alike, which stay recognisable as the library changes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.similarity.space import Space, Vectors

Labels = npt.NDArray[np.int64]

MOST_LANDMARKS = 2048
"""Points among which clusters are looked for; the others join the nearest."""
NEIGHBOURS = 7
"""Landmarks with which each point is averaged, in a library that is large enough."""
TRIES = 8
"""Starts of k-means, of which the best counts."""
FEWEST = 4
"""Points of a cluster; those of a smaller one join others."""
MOST_CLUSTERS = 60
LOYALTY = 0.1
"""How much nearer, as a cosine, another cluster must be for a point to leave its earlier one."""
OUTGROWN = 1.25
"""Ratio between the wanted and the earlier number of clusters beyond which some are split or dissolved."""

_ITERATIONS = 50
_PORTION = 256
_OWN = 0.3
"""Weight of a point beside the mean of its neighbours."""


@dataclass(frozen=True, eq=False, slots=True)
class Clusters:
    """A partition of points.

    Attributes
    ----------
    labels
        The cluster of each point, -1 for none; shape (N,).
    centres
        The mean direction of each cluster's points; shape (K, D).
    earlier
        The earlier cluster that each one continues, -1 for a new one; shape (K,).
    """

    labels: Labels
    centres: Vectors
    earlier: Labels


def cluster_count(points: int) -> int:
    """Return the usual number of clusters of a number of points: 5 for 30, 13 for 200, 40 for 2,000, at most 60."""
    return int(np.clip(round(0.9 * points**0.5), 1, MOST_CLUSTERS))


def cluster(
    points: Vectors,
    ids: Labels,
    *,
    count: int | None = None,
    earlier: Labels | None = None,
    earlier_centres: Vectors | None = None,
    kept: Collection[int] = (),
    rng_seed: int = 0,
    step: Callable[[], None] = lambda: None,
) -> Clusters:
    """Divide points into clusters; if there are earlier ones, change those as little as necessary.

    The points are centred, which leaves fewer hubs [1]_. Each is averaged with its nearest neighbours, so that the
    points of a cluster move together: a step of diffusion over the graph of neighbours [2]_. Then spherical k-means
    [3]_ divides them, from the best of several starts by k-means++ [4]_. By benchmarks/groups.py this is purer than
    k-means, and as pure as spectral clustering, which has no centres that later points could join.

    Of a large library, only a sample is divided, chosen by a hash of the ids, so that it stays nearly the same when
    points come and go; then every point joins the cluster of the nearest centre.

    Where earlier clusters are given, k-means starts from them, and a point stays in its earlier cluster unless another
    is clearly nearer, as in evolutionary clustering [5]_. If the library has outgrown their number, the loosest are
    split, or the smallest dissolved.

    Parameters
    ----------
    points
        On the unit sphere; shape (N, D). Points at zero, as of silent tracks, are in no cluster.
    ids
        Unique numbers of the points, which make the result independent of their order; shape (N,).
    count
        The number of clusters; by default `cluster_count`. Points that are alike may give fewer.
    earlier
        The index of each point's earlier cluster, -1 for none; shape (N,).
    earlier_centres
        The centres of all earlier clusters; shape (K, D). They count for clusters without points.
    kept
        Indices of earlier clusters that are never dissolved.
    rng_seed
        The same number, points and earlier clusters give the same clusters.
    step
        Called several times a second; it may raise, which ends the search.

    References
    ----------
    .. [1] I. Suzuki, K. Hara, M. Shimbo, M. Saerens and K. Fukumizu, "Centering similarity measures to reduce hubs",
       EMNLP 2013.
    .. [2] R. Coifman and S. Lafon, "Diffusion maps", Applied and Computational Harmonic Analysis 21, 2006.
    .. [3] I. Dhillon and D. Modha, "Concept decompositions for large sparse text data using clustering", Machine
       Learning 42, 2001.
    .. [4] D. Arthur and S. Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
    .. [5] D. Chakrabarti, R. Kumar and A. Tomkins, "Evolutionary clustering", KDD 2006.
    """
    labels: Labels = np.full(len(points), -1)
    if earlier is None or earlier_centres is None:
        earlier = labels
        earlier_centres = np.zeros((0, points.shape[1]), np.float32)
    rng_seed %= 2**63  # NumPy takes no negative ones
    rows = np.flatnonzero(np.any(points, axis=1))
    rows = rows[np.argsort(ids[rows])]
    if not len(rows):
        return _without_points(labels, earlier_centres, kept)
    sample = rows[_sample(ids[rows], rng_seed)]
    landmarks = _Landmarks(points[sample], step)
    count = cluster_count(len(rows)) if count is None else max(count, 1)
    search = _Search(landmarks.features, np.random.default_rng(rng_seed), step)
    if len(earlier_centres):
        search.start_from(earlier[sample], landmarks.centred(earlier_centres))
        search.adapt(count, kept)
    else:
        search.start(count)
    for portion in _portions(len(rows)):
        step()
        some = rows[portion]
        labels[some] = search.assign(landmarks.features_of(points[some]), earlier[some])
    return _finished(points, labels, search.earlier, earlier_centres, kept, step)


def _sample(ids: Labels, rng_seed: int) -> Labels:
    """Return the places of the landmarks among sorted ids, in order."""
    if len(ids) <= MOST_LANDMARKS:
        return np.arange(len(ids))
    # The finaliser of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    mixed = ids.astype(np.uint64) + np.uint64(rng_seed * 0x9E3779B97F4A7C15 % 2**64)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return np.sort(np.argsort(mixed, kind="stable")[:MOST_LANDMARKS])


class _Landmarks:
    """The points among which clusters are looked for, and the features in which they are compared.

    Parameters
    ----------
    points
        On the unit sphere; shape (L, D).
    step
        Called for each portion.

    Attributes
    ----------
    features
        Of the landmarks; shape (L, D).
    """

    def __init__(self, points: Vectors, step: Callable[[], None]) -> None:
        self._middle = points.mean(axis=0)
        self._points = self.centred(points)
        self._neighbours = min(NEIGHBOURS, len(points) // 8)
        portions = []
        for portion in _portions(len(points)):
            step()
            portions.append(self.features_of(points[portion]))
        self.features = np.concatenate(portions)

    def centred(self, points: Vectors) -> Vectors:
        """Return points (N, D) as seen from the landmarks' mean; zero for those that are there."""
        apart = points - self._middle
        apart[np.linalg.norm(apart, axis=1) < 1e-4] = 0
        return Space().transform(apart)

    def features_of(self, points: Vectors) -> Vectors:
        """Return the features of some points: each averaged with its nearest landmarks; shape (n, D)."""
        own = self.centred(points)
        if not self._neighbours:
            return own
        cosines = own @ self._points.T
        # Among the nearest to a landmark is itself, which changes nothing for a copy of it either.
        count = self._neighbours + 1
        nearest = np.argpartition(cosines, -count, axis=1)[:, -count:]
        total = _OWN * own
        for column in nearest.T:
            total += self._points[column] / self._neighbours
        return Space().transform(total)


class _Search:
    """Spherical k-means over the landmarks' features.

    Attributes
    ----------
    earlier
        The earlier cluster that each one continues, -1 for a new one; shape (K,).
    """

    def __init__(
        self, features: Vectors, rng: np.random.Generator, step: Callable[[], None]
    ) -> None:
        self._features = features
        self._rng = rng
        self._step = step
        self._centres = features[:0]
        self._labels = np.full(len(features), -1)
        self.earlier: Labels = np.zeros(0, np.int64)
        self._before = self._labels
        self._stays: Labels = np.zeros(0, np.int64)

    def start(self, count: int) -> None:
        """Find clusters, without earlier ones."""
        self._centres = _kmeans(self._features, count, self._rng, self._step)
        self.earlier = np.full(len(self._centres), -1)
        self._settle()
        self._dissolve(count, ())

    def start_from(self, before: Labels, centres: Vectors) -> None:
        """Start from earlier clusters: those of the landmarks (L,), or centres (K, D) for clusters without any."""
        self._before = before
        self.earlier = np.arange(len(centres))
        self._stays = self.earlier.copy()
        self._centres = _means(self._features, before, centres)
        self._settle()

    def adapt(self, count: int, kept: Collection[int]) -> None:
        """Dissolve clusters that are too small and, if the number has been outgrown, too many; or split some."""
        fits = count / OUTGROWN <= len(self.earlier) <= count * OUTGROWN
        self._dissolve(len(self.earlier) if fits else count, kept)
        if not fits:
            self._split(count)

    def assign(self, features: Vectors, before: Labels) -> Labels:
        """Return the cluster of each feature (n, D), from the cluster that it was in before, or -1."""
        scores = features @ self._centres.T
        if len(self._stays):
            home = np.where(before >= 0, self._stays[before], -1)
            known = np.flatnonzero(home >= 0)
            scores[known, home[known]] += LOYALTY
        labels: Labels = scores.argmax(axis=1)
        return labels

    def _settle(self) -> None:
        """Move the centres until no landmark changes its cluster."""
        for _ in range(_ITERATIONS):
            self._step()
            labels = self.assign(self._features, self._before)
            if np.array_equal(labels, self._labels):
                break
            self._labels = labels
            self._centres = _means(self._features, labels, self._centres)

    def _dissolve(self, count: int, kept: Collection[int]) -> None:
        """Remove the smallest clusters until there are `count`, each large enough."""
        while len(self.earlier) > 1:
            sizes = np.bincount(self._labels, minlength=len(self.earlier))
            sizes[np.isin(self.earlier, list(kept))] = len(self._labels) + 1
            smallest = int(sizes.argmin())
            fits = sizes[smallest] >= FEWEST and len(sizes) <= count
            if fits or sizes[smallest] > len(self._labels):
                return
            self._centres = np.delete(self._centres, smallest, axis=0)
            self.earlier = np.delete(self.earlier, smallest)
            self._stays[self._stays == smallest] = -1
            self._stays[self._stays > smallest] -= 1
            self._labels = np.full(len(self._labels), -1)
            self._settle()

    def _split(self, count: int) -> None:
        """Split the loosest clusters until there are `count`, or none can be split."""
        whole: set[int] = set()
        while len(self.earlier) < count:
            spread = np.bincount(
                self._labels,
                1 - np.sum(self._features * self._centres[self._labels], axis=1),
                len(self.earlier),
            )
            spread[list(whole)] = -1
            loosest = int(spread.argmax())
            if spread[loosest] <= 0:
                break
            members = np.flatnonzero(self._labels == loosest)
            centres = _kmeans(self._features[members], 2, self._rng, self._step)
            parts = (self._features[members] @ centres.T).argmax(axis=1)
            if len(centres) < 2 or np.bincount(parts, minlength=2).min() < FEWEST:
                whole.add(loosest)
                continue
            larger = int(np.bincount(parts).argmax())
            self._labels[members[parts != larger]] = len(self.earlier)
            self._centres[loosest] = centres[larger]
            self._centres = np.concatenate([self._centres, centres[1 - larger : 2 - larger]])
            self.earlier = np.append(self.earlier, -1)
            # The tracks of a split cluster belong to both parts.
            self._stays[self._stays == loosest] = -1
        self._labels = np.full(len(self._labels), -1)
        self._settle()


def _kmeans(
    features: Vectors, count: int, rng: np.random.Generator, step: Callable[[], None]
) -> Vectors:
    """Return the centres of spherical k-means from the best of some starts; at most `count`."""
    best, best_fit = features[:1], -np.inf
    for _ in range(TRIES):
        centres = _seeds(features, count, rng)
        labels = np.full(len(features), -1)
        for _ in range(_ITERATIONS):
            step()
            scores = features @ centres.T
            if np.array_equal(found := scores.argmax(axis=1), labels):
                break
            labels = found
            centres = _means(features, labels, centres)
        if (fit := float(scores.max(axis=1).sum())) > best_fit:
            best, best_fit = centres, fit
    return best


def _seeds(features: Vectors, count: int, rng: np.random.Generator) -> Vectors:
    """Return different features far from each other, by k-means++."""
    chosen = [int(rng.integers(len(features)))]
    farthest = np.full(len(features), np.inf)
    while len(chosen) < count:
        distance = 1 - features @ features[chosen[-1]]
        distance[distance < 1e-5] = 0
        farthest = np.minimum(farthest, distance)
        if not (total := float(farthest.sum(dtype=np.float64))):
            break
        drawn = np.searchsorted(
            np.cumsum(farthest, dtype=np.float64), rng.random() * total, "right"
        )
        chosen.append(min(int(drawn), len(features) - 1))
    return features[chosen]


def _means(
    features: Vectors, labels: Labels, otherwise: Vectors, step: Callable[[], None] = lambda: None
) -> Vectors:
    """Return the mean directions (K, D) of the clusters, and for empty ones those given."""
    numbers = np.arange(len(otherwise))[:, np.newaxis]
    sums = np.zeros(otherwise.shape, np.float32)
    for start in range(0, len(features), MOST_LANDMARKS):
        step()
        some = slice(start, start + MOST_LANDMARKS)
        sums += (labels[some] == numbers).astype(np.float32) @ features[some]
    means = Space().transform(sums)
    empty = ~means.any(axis=1)
    means[empty] = otherwise[empty]
    return means


def _finished(
    points: Vectors,
    labels: Labels,
    earlier: Labels,
    earlier_centres: Vectors,
    kept: Collection[int],
    step: Callable[[], None],
) -> Clusters:
    """Leave out clusters without points, unless they are to be kept, and return the centres of the points."""
    start = np.zeros((len(earlier), points.shape[1]), np.float32)
    known = earlier >= 0
    start[known] = earlier_centres[earlier[known]]
    centres = _means(points, labels, start, step)
    sizes = np.bincount(labels[labels >= 0], minlength=len(earlier))
    stay = np.flatnonzero((sizes > 0) | np.isin(earlier, list(kept)))
    place = np.full(len(earlier) + 1, -1)
    place[stay] = np.arange(len(stay))
    return Clusters(place[labels], centres[stay], earlier[stay])


def _without_points(labels: Labels, centres: Vectors, kept: Collection[int]) -> Clusters:
    stay = np.array(sorted(kept), np.int64)
    return Clusters(labels, centres[stay], stay)


def _portions(count: int) -> Iterator[slice]:
    return (slice(start, start + _PORTION) for start in range(0, count, _PORTION))

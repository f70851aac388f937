"""Ranking all tracks by their similarity to each: by cosine, or by another similarity.

Exact, and computed for some queries at a time, so that no matrix of all pairs is ever held. Equally near tracks keep
their order in `points`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

# Queries ranked together: their similarities to 100,000 tracks take 50 MB, and the order as much again.
_BLOCK = 64


@runtime_checkable
class Similarities(Protocol):
    """A similarity between tracks, for ranking by something other than the cosine."""

    @property
    def points(self) -> FloatArray:
        """The tracks on the unit sphere; shape (N, D)."""

    def of(self, queries: IntArray) -> FloatArray:
        """Return the similarities of some tracks (n,), by place in `points`, to all; higher is nearer; shape (n, N)."""


Rankable = npt.ArrayLike | Similarities
"""The points of tracks on the unit sphere (N, D), ranked by cosine; or another similarity."""


LabelValues = npt.ArrayLike | Sequence[object]
"""For each track a label, a set of labels, or None for none; shape (N,)."""


@dataclass(frozen=True, eq=False, slots=True)
class Cosines:
    """The similarity of search."""

    points: FloatArray

    def of(self, queries: IntArray) -> FloatArray:
        """See `Similarities`."""
        cosines: FloatArray = self.points[queries] @ self.points.T
        return cosines


def as_similarities(points: Rankable) -> Similarities:
    """Return the similarities that rank the tracks.

    Raises
    ------
    ValueError
        If `points` have another shape than (N, D) with N >= 2, or values that are not finite.
    """
    return points if isinstance(points, Similarities) else Cosines(as_points(points))


def as_points(points: npt.ArrayLike) -> FloatArray:
    """Return points as float64; raises like `as_similarities`."""
    checked = np.asarray(points, dtype=np.float64)
    if checked.ndim != 2 or len(checked) < 2:
        raise ValueError(f"points have the shape (N, D) with N of 2 or more, not {checked.shape}")
    if not np.isfinite(checked).all():
        raise ValueError("points have values that are no numbers")
    return checked


class Labels:
    """Labels of tracks, such as their artists or genres.

    Parameters
    ----------
    name
        The name of the values in error messages.
    values
        See `LabelValues`; shape (N,).
    count
        The number of tracks.

    Raises
    ------
    ValueError
        If the number of values is another one.
    """

    def __init__(self, name: str, values: LabelValues, count: int) -> None:
        array = np.asarray(values)
        if array.shape != (count,):
            raise ValueError(f"{name} have the shape {array.shape}, not ({count},)")
        codes: dict[object, int] = {}
        rows = [
            [codes.setdefault(label, len(codes)) for label in _labels_of(value)]
            for value in array.tolist()
        ]
        self._codes = np.full((count, max(map(len, rows))), -1, dtype=np.int64)
        for row, known in zip(self._codes, rows, strict=True):
            row[: len(known)] = known

    def shared(self, queries: IntArray) -> BoolArray:
        """Return which tracks share a label with each query (n,), including itself; shape (n, N)."""
        common = np.zeros((len(queries), len(self._codes)), dtype=np.bool_)
        for own in self._codes[queries].T[:, :, np.newaxis]:
            for others in self._codes.T:
                common |= (own == others) & (own >= 0)
        return common


def _labels_of(value: object) -> frozenset[object] | set[object]:
    if isinstance(value, frozenset | set):
        return value
    return frozenset() if value is None else frozenset([value])


@dataclass(frozen=True, eq=False, slots=True)
class Ranking:
    """The other tracks for some queries, the nearest first.

    Attributes
    ----------
    queries
        Their places in the points; shape (n,).
    order
        Places of all other tracks, those of the query's own group last; shape (n, N - 1).
    candidates
        The number of them outside its group; shape (n,).
    """

    queries: IntArray
    order: IntArray
    candidates: IntArray

    def nearest(self, k: int) -> IntArray:
        """Return the `k` nearest of each query, padded with -1; shape (n, k)."""
        return np.where(self._counts()[:, :k], self.order[:, :k], -1)

    def relevant(self, labels: Labels) -> BoolArray:
        """Return which of the other tracks, in order, share a label with the query; shape (n, N - 1)."""
        shared = np.take_along_axis(labels.shared(self.queries), self.order, axis=1)
        return shared & self._counts()

    def _counts(self) -> BoolArray:
        return np.arange(self.order.shape[1]) < self.candidates[:, np.newaxis]


def blocks(count: int) -> Iterator[IntArray]:
    """Yield the places of `count` tracks, some at a time."""
    for start in range(0, count, _BLOCK):
        yield np.arange(start, min(start + _BLOCK, count), dtype=np.int64)


def rankings(similarities: Similarities, groups: Labels | None = None) -> Iterator[Ranking]:
    """Yield rankings until every track has been a query."""
    count = len(similarities.points)
    for queries in blocks(count):
        distance = -similarities.of(queries)
        candidates = np.full(len(queries), count - 1, dtype=np.int64)
        rows = np.arange(len(queries))
        if groups is not None:
            own = groups.shared(queries)
            own[rows, queries] = False
            distance[own] = np.inf
            candidates -= own.sum(axis=1)
        # The query itself comes after all others, and is cut off.
        distance[rows, queries] = np.nan
        order = np.argsort(distance, axis=1, kind="stable")[:, :-1]
        yield Ranking(queries, order.astype(np.int64, copy=False), candidates)


def nearest(points: Rankable, k: int = 10, *, groups: LabelValues | None = None) -> IntArray:
    """Return the `k` nearest neighbours of each track.

    Parameters
    ----------
    points
        The tracks on the unit sphere, shape (N, D); or `Similarities` such as `MutualProximity`.
    k
        1 to N - 1.
    groups
        Tracks in the query's group are excluded; shape (N,), None for a track without a group.

    Returns
    -------
    ndarray
        Their places in `points`, the nearest first; shape (N, k). Missing neighbours are -1.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.
    """
    similarities = check_k(k, points)
    excluded = group_labels(groups, len(similarities.points))
    return np.concatenate([ranking.nearest(k) for ranking in rankings(similarities, excluded)])


def check_k(k: int, points: Rankable) -> Similarities:
    """Return the similarities that rank the tracks; raise ValueError if they have fewer than `k` neighbours."""
    similarities = as_similarities(points)
    check_count(k, len(similarities.points))
    return similarities


def check_count(k: int, tracks: int) -> None:
    """Raise ValueError if tracks, among this number, have fewer than `k` neighbours."""
    if not 1 <= k < tracks:
        raise ValueError(f"{tracks} tracks do not have {k} neighbours each")


def group_labels(groups: LabelValues | None, count: int) -> Labels | None:
    """Return the groups as labels."""
    return None if groups is None else Labels("groups", groups, count)


def ratio(numerator: FloatArray | IntArray, denominator: IntArray) -> FloatArray:
    """Return the quotients; NaN if the denominator is 0."""
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result

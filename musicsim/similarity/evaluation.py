"""How good a space is: measures of what the nearest tracks are.

Every measure has one value for each query, and every track is a query once: its mean over the tracks is the figure that
is usually quoted. Neighbours are exact, by dot product, without the query itself; of equally near ones the first in
`points` comes first.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

# Queries that are ranked together: their similarities to 100,000 tracks take 50 MB, and the order of these twice that.
_BLOCK = 128


def average_precision(
    points: npt.ArrayLike, labels: npt.ArrayLike, *, groups: npt.ArrayLike | None = None
) -> FloatArray:
    """The precision at the rank of each relevant track, averaged over these, for each query [1]_.

    Parameters
    ----------
    points
        Of the tracks, on the unit sphere; shape (N, D).
    labels
        Tracks with the query's label are the relevant ones; shape (N,).
    groups
        Tracks of the query's group are left out as if they were not there; shape (N,). With the artists as groups this
        is the artist filter [2]_, without which a space that knows an artist's studio seems to know a genre.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1; NaN for a query without any relevant track.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    References
    ----------
    .. [1] C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information Retrieval", Cambridge University
       Press, 2008, section 8.4.
    .. [2] A. Flexer, "A closer look on artist filters for musical genre classification", ISMIR, 2007.
    """
    values = []
    for relevant in _relevance(points, labels, groups):
        found = relevant.cumsum(axis=1)
        precision = found / np.arange(1, relevant.shape[1] + 1)
        total = np.sum(precision * relevant, axis=1)
        values.append(_ratio(total, found[:, -1]))
    return np.concatenate(values)


def mean_average_precision(
    points: npt.ArrayLike, labels: npt.ArrayLike, *, groups: npt.ArrayLike | None = None
) -> float:
    """The mean of `average_precision` over the queries that have a relevant track.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or no query has a relevant track.
    """
    values = average_precision(points, labels, groups=groups)
    if np.isnan(values).all():
        raise ValueError("no track has another one of its label")
    return float(np.nanmean(values))


def precision_at(
    k: int, points: npt.ArrayLike, labels: npt.ArrayLike, *, groups: npt.ArrayLike | None = None
) -> FloatArray:
    """The share of relevant tracks among the `k` nearest, for each query [1]_.

    A query with fewer than `k` relevant tracks does not reach 1, however good the space is.

    Parameters
    ----------
    k
        How many neighbours to look at; 1 to N - 1.
    points, labels, groups
        As for `average_precision`.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1; NaN for a query without any relevant track.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or there are not so many neighbours.

    References
    ----------
    .. [1] C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information Retrieval", Cambridge University
       Press, 2008, section 8.4.
    """
    _check_k(k, points)
    values = []
    for relevant in _relevance(points, labels, groups):
        share = relevant[:, :k].mean(axis=1)
        values.append(np.where(relevant.any(axis=1), share, np.nan))
    return np.concatenate(values)


def nearest(points: npt.ArrayLike, k: int = 10) -> IntArray:
    """The `k` nearest neighbours of each point (N, D), the nearest first, as places in `points`; shape (N, k).

    Raises
    ------
    ValueError
        If `points` have another shape, or there are not so many neighbours.
    """
    points = _check_k(k, points)
    return np.concatenate([order[:, :k] for _, order in _rankings(points)])


def neighbour_overlap(
    points_a: npt.ArrayLike, points_b: npt.ArrayLike, *, k: int = 10
) -> FloatArray:
    """The share of the `k` nearest neighbours that two spaces have in common, for each track.

    The recall of an approximate search [1]_, with one of the spaces as the truth; which one does not matter.

    Parameters
    ----------
    points_a, points_b
        The same tracks in both spaces, on the unit sphere; shapes (N, D) and (N, E).
    k
        1 to N - 1.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1. Two spaces that know nothing of each other have k / (N - 1) in common on average.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or there are not so many neighbours.

    References
    ----------
    .. [1] M. Aumüller, E. Bernhardsson and A. Faithfull, "ANN-Benchmarks: A benchmarking tool for approximate nearest
       neighbor algorithms", Information Systems 87, 2020.
    """
    near_a, near_b = nearest(points_a, k), nearest(points_b, k)
    if len(near_a) != len(near_b):
        raise ValueError(f"{len(near_a)} tracks in one space and {len(near_b)} in the other")
    common = (near_a[:, :, np.newaxis] == near_b[:, np.newaxis, :]).sum(axis=(1, 2))
    share: FloatArray = common / k
    return share


def hubness(points: npt.ArrayLike, *, k: int = 10) -> float:
    """The skewness of how often a track is among the `k` nearest of others [1]_.

    Near 0 every track is found about equally often; above 1 a few hubs are found everywhere, and many tracks nowhere.

    Parameters
    ----------
    points
        On the unit sphere; shape (N, D).
    k
        1 to N - 1.

    Raises
    ------
    ValueError
        If `points` have another shape, or there are not so many neighbours.

    References
    ----------
    .. [1] M. Radovanović, A. Nanopoulos and M. Ivanović, "Hubs in space: Popular nearest neighbors in high-dimensional
       data", Journal of Machine Learning Research 11, 2010.
    """
    near = nearest(points, k)
    occurrence = np.bincount(near.ravel(), minlength=len(near))
    deviation = occurrence - k  # the mean is k whatever the space
    variance = float(np.mean(deviation**2))
    return float(np.mean(deviation**3)) / variance**1.5 if variance else 0.0


def _relevance(
    points: npt.ArrayLike, labels: npt.ArrayLike, groups: npt.ArrayLike | None
) -> Iterator[npt.NDArray[np.bool_]]:
    """Yield for the next queries which of the other tracks are relevant, the nearest first."""
    points = _check(points)
    codes = _codes("labels", labels, len(points))
    group_codes = None if groups is None else _codes("groups", groups, len(points))
    for queries, order in _rankings(points, group_codes):
        relevant = codes[order] == codes[queries, np.newaxis]
        if group_codes is not None:
            relevant &= group_codes[order] != group_codes[queries, np.newaxis]
        yield relevant


def _rankings(
    points: FloatArray, groups: IntArray | None = None
) -> Iterator[tuple[IntArray, IntArray]]:
    """Yield the next queries (n,) and their other tracks, the nearest first and those of their own group last."""
    for start in range(0, len(points), _BLOCK):
        queries = np.arange(start, min(start + _BLOCK, len(points)), dtype=np.int64)
        distance = -(points[queries] @ points.T)
        if groups is not None:
            distance[groups[queries, np.newaxis] == groups] = np.inf
        # The query itself comes after all others, and is cut off.
        distance[np.arange(len(queries)), queries] = np.nan
        yield queries, np.argsort(distance, axis=1, kind="stable")[:, :-1]


def _ratio(numerator: FloatArray, denominator: IntArray) -> FloatArray:
    result = np.full(len(numerator), np.nan)
    np.divide(numerator, denominator, out=result, where=denominator > 0)
    return result


def _check(points: npt.ArrayLike) -> FloatArray:
    checked = np.asarray(points, dtype=np.float64)
    if checked.ndim != 2 or len(checked) < 2:
        raise ValueError(f"points have the shape (N, D) with N of 2 or more, not {checked.shape}")
    if not np.isfinite(checked).all():
        raise ValueError("points have values that are no numbers")
    return checked


def _check_k(k: int, points: npt.ArrayLike) -> FloatArray:
    checked = _check(points)
    if not 1 <= k < len(checked):
        raise ValueError(f"{len(checked)} tracks do not have {k} neighbours each")
    return checked


def _codes(name: str, values: npt.ArrayLike, count: int) -> IntArray:
    array = np.asarray(values)
    if array.shape != (count,):
        raise ValueError(f"{name} have the shape {array.shape}, not ({count},)")
    return np.unique(array, return_inverse=True)[1].astype(np.int64)

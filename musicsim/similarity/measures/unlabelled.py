"""Measures of the nearest tracks that need no labels: overlap, hubness, diversity, novelty."""

from __future__ import annotations

import numpy as np

from musicsim.similarity.measures.ranking import (
    FloatArray,
    IntArray,
    LabelValues,
    Rankable,
    check_k,
    nearest,
    ratio,
)


def neighbour_overlap(points_a: Rankable, points_b: Rankable, *, k: int = 10) -> FloatArray:
    """Return the share of the `k` nearest neighbours that two spaces have in common, for each track.

    This is the recall of an approximate search [1]_, with either space as the truth.

    Parameters
    ----------
    points_a, points_b
        The same tracks in both spaces, on the unit sphere; shapes (N, D) and (N, E).
    k
        1 to N - 1.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1. Unrelated spaces have k / (N - 1) on average.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

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


def hubness(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> float:
    """Return the skewness of how often a track is among the `k` nearest of others [1]_.

    Near 0 every track is found about equally often; above 1 a few hubs are found everywhere, and many tracks nowhere.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

    References
    ----------
    .. [1] M. Radovanović, A. Nanopoulos and M. Ivanović, "Hubs in space: Popular nearest neighbors in high-dimensional
       data", Journal of Machine Learning Research 11, 2010.
    """
    return skewness(occurrence_in(nearest(points, k, groups=groups)))


def anti_hubs(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> float:
    """Return the share of tracks that are never among the `k` nearest [1]_: no track leads to them.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Returns
    -------
    float
        0 to 1. For random neighbours it is (1 - k / (N - 1)) ** (N - 1), nearly 0.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

    References
    ----------
    .. [1] M. Radovanović, A. Nanopoulos and M. Ivanović, "Hubs in space: Popular nearest neighbors in high-dimensional
       data", Journal of Machine Learning Research 11, 2010.
    """
    return float(np.mean(occurrence_in(nearest(points, k, groups=groups)) == 0))


def diversity(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> FloatArray:
    """Return the mean distance 1 - cosine of pairs of the `k` nearest, for each query: the intra-list diversity [1]_.

    The distance is always that of the points, even if another similarity ranked them.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Returns
    -------
    ndarray
        Shape (N,): 0 if all of them sound the same, 1 if they have nothing in common; NaN for a query with fewer than
        two neighbours.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

    References
    ----------
    .. [1] C.-N. Ziegler, S. M. McNee, J. A. Konstan and G. Lausen, "Improving recommendation lists through topic
       diversification", WWW, 2005, which defines it as a similarity.
    """
    similarities = check_k(k, points)
    return diversity_of(nearest(similarities, k, groups=groups), similarities.points)


def novelty(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> FloatArray:
    """Return the mean self-information of the `k` nearest, -log2 of each one's popularity, for each query [1]_ [2]_.

    A library has no other listeners who could make a track well known. Here a track is well known if many others lead
    to it: its popularity is the share of tracks that have it among their `k` nearest.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Returns
    -------
    ndarray
        In bits; shape (N,). On average log2(N / k) if all tracks are found equally often, and less the more some of
        them dominate the lists. NaN for a query without neighbours.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

    References
    ----------
    .. [1] T. Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", Proceedings of the
       National Academy of Sciences 107, 2010.
    .. [2] S. Vargas and P. Castells, "Rank and relevance in novelty and diversity metrics for recommender systems",
       RecSys, 2011.
    """
    return novelty_of(nearest(points, k, groups=groups))


# --- the same for lists: the nearest of every track (N, k), padded with -1 ---


def occurrence_in(near: IntArray) -> IntArray:
    """Return the number of lists that contain each track; shape (N,)."""
    return np.bincount(near[near >= 0], minlength=len(near))


def skewness(values: IntArray) -> float:
    """Return the third standardised moment; 0 if all values are the same."""
    deviation = values - values.mean()
    variance = float(np.mean(deviation**2))
    return float(np.mean(deviation**3)) / variance**1.5 if variance else 0.0


def diversity_of(near: IntArray, points: FloatArray) -> FloatArray:
    """See `diversity`; shape (N,)."""
    values = np.full(len(near), np.nan)
    for query, places in enumerate(near):
        some = points[places[places >= 0]]
        pairs = len(some) * (len(some) - 1)
        if pairs:
            # The squared length of the sum is the sum of the cosines of all pairs, including each point with itself.
            cosines = np.sum(some.sum(axis=0) ** 2) - np.sum(some**2)
            values[query] = 1 - cosines / pairs
    return values


def novelty_of(near: IntArray) -> FloatArray:
    """See `novelty`; shape (N,)."""
    listed = near >= 0
    # A track in a list is found at least once; the information of the others is not used.
    information = -np.log2(np.maximum(occurrence_in(near), 1) / len(near))
    return ratio(np.sum(information[near] * listed, axis=1), listed.sum(axis=1))

"""Measures of the lists of nearest tracks that need no labels: overlap, hubness, diversity, novelty."""

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


def hubness(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> float:
    """The skewness of how often a track is among the `k` nearest of others [1]_.

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
        If the shapes do not fit together, or there are not so many neighbours.

    References
    ----------
    .. [1] M. Radovanović, A. Nanopoulos and M. Ivanović, "Hubs in space: Popular nearest neighbors in high-dimensional
       data", Journal of Machine Learning Research 11, 2010.
    """
    return skewness(occurrence_in(nearest(points, k, groups=groups)))


def anti_hubs(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> float:
    """The share of tracks that are among nobody's `k` nearest [1]_: no track leads to them.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Returns
    -------
    float
        0 to 1; (1 - k / (N - 1)) ** (N - 1), which is next to nothing, where the neighbours are drawn by chance.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or there are not so many neighbours.

    References
    ----------
    .. [1] M. Radovanović, A. Nanopoulos and M. Ivanović, "Hubs in space: Popular nearest neighbors in high-dimensional
       data", Journal of Machine Learning Research 11, 2010.
    """
    return float(np.mean(occurrence_in(nearest(points, k, groups=groups)) == 0))


def diversity(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> FloatArray:
    """The mean distance 1 - cosine of two of the `k` nearest, for each query: the intra-list diversity [1]_.

    The distance is that of the points, whatever has ranked them.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Returns
    -------
    ndarray
        Shape (N,): 0 where all of them sound the same, 1 where they have nothing in common; NaN for a query with fewer
        than two neighbours.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or there are not so many neighbours.

    References
    ----------
    .. [1] C.-N. Ziegler, S. M. McNee, J. A. Konstan and G. Lausen, "Improving recommendation lists through topic
       diversification", WWW, 2005, which has it as a similarity.
    """
    similarities = check_k(k, points)
    return diversity_of(nearest(similarities, k, groups=groups), similarities.points)


def novelty(points: Rankable, *, k: int = 10, groups: LabelValues | None = None) -> FloatArray:
    """The mean self-information of the `k` nearest, -log2 of how often each is found, for each query [1]_ [2]_.

    A library has no other listeners to whom a track could be well known. What makes a track an old acquaintance here is
    that many others lead to it: its popularity is the share of tracks that have it among their `k` nearest.

    Parameters
    ----------
    points, groups
        As for `average_precision`.
    k
        1 to N - 1.

    Returns
    -------
    ndarray
        In bits; shape (N,). On average log2(N / k) where all tracks are found equally often, and less the more some of
        them crowd the lists. NaN for a query without neighbours.

    Raises
    ------
    ValueError
        If the shapes do not fit together, or there are not so many neighbours.

    References
    ----------
    .. [1] T. Zhou et al., "Solving the apparent diversity-accuracy dilemma of recommender systems", Proceedings of the
       National Academy of Sciences 107, 2010.
    .. [2] S. Vargas and P. Castells, "Rank and relevance in novelty and diversity metrics for recommender systems",
       RecSys, 2011.
    """
    return novelty_of(nearest(points, k, groups=groups))


# --- the same of lists: the nearest of every track (N, k), -1 where there are no more ---


def occurrence_in(near: IntArray) -> IntArray:
    """In how many lists each track is; shape (N,)."""
    return np.bincount(near[near >= 0], minlength=len(near))


def skewness(values: IntArray) -> float:
    """The third standardised moment; 0 where all values are the same."""
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
            # The cosines of all pairs add up to the squared length of the sum, with those of each and itself.
            cosines = np.sum(some.sum(axis=0) ** 2) - np.sum(some**2)
            values[query] = 1 - cosines / pairs
    return values


def novelty_of(near: IntArray) -> FloatArray:
    """See `novelty`; shape (N,)."""
    listed = near >= 0
    # Whoever is in a list is found at least once; the others' information is not asked for.
    information = -np.log2(np.maximum(occurrence_in(near), 1) / len(near))
    return ratio(np.sum(information[near] * listed, axis=1), listed.sum(axis=1))

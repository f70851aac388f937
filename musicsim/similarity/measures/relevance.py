"""Measures of the ranks of relevant tracks: precision, recall, average precision.

Every track is a query once. A measure has one value per query; their mean is the figure usually quoted.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from musicsim.similarity.measures.ranking import (
    BoolArray,
    FloatArray,
    Labels,
    LabelValues,
    Rankable,
    as_similarities,
    check_k,
    group_labels,
    rankings,
    ratio,
)


class NothingRelevantError(ValueError):
    """No track shares its label with another one."""


def average_precision(
    points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> FloatArray:
    """Return the mean over the relevant tracks of the precision at their rank, for each query [1]_.

    Parameters
    ----------
    points
        The tracks on the unit sphere, shape (N, D); or `Similarities` such as `MutualProximity`.
    labels
        For each track a label, a set of labels, or None; shape (N,). Tracks that share one with the query are relevant.
        A track without a label is no query and never relevant, but it is ranked with the others.
    groups
        Tracks in the query's group are excluded; shape (N,), None for a track without a group. With artists as groups
        this is the artist filter [2]_. Without it, a space that recognises an artist's studio seems to recognise a
        genre.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1; NaN for a query without any relevant track.

    Raises
    ------
    ValueError
        If the shapes don't match.

    References
    ----------
    .. [1] C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information Retrieval", Cambridge University
       Press, 2008, section 8.4.
    .. [2] A. Flexer, "A closer look on artist filters for musical genre classification", ISMIR, 2007.
    """
    return _by_relevance(average_precision_of, points, labels, groups)


def mean_average_precision(
    points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> float:
    """Return the mean of `average_precision` over the queries with a relevant track.

    Raises
    ------
    NothingRelevantError
        If no query has one.
    ValueError
        If the shapes don't match.
    """
    values = average_precision(points, labels, groups=groups)
    if np.isnan(values).all():
        raise NothingRelevantError("no track has another one of its label")
    return float(np.nanmean(values))


def precision_at(
    k: int, points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> FloatArray:
    """Return the share of relevant tracks among the `k` nearest, for each query [1]_.

    A query with fewer than `k` relevant tracks can't reach 1.

    Parameters
    ----------
    k
        The number of neighbours, 1 to N - 1.
    points, labels, groups
        As for `average_precision`.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1; NaN for a query without any relevant track.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

    References
    ----------
    .. [1] C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information Retrieval", Cambridge University
       Press, 2008, section 8.4.
    """
    similarities = check_k(k, points)
    return _by_relevance(lambda relevant: precision_of(relevant, k), similarities, labels, groups)


def recall_at(
    k: int, points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> FloatArray:
    """Return the share of the relevant tracks that are among the `k` nearest, for each query [1]_.

    A query with more than `k` relevant tracks can't reach 1.

    Parameters
    ----------
    k
        The number of neighbours, 1 to N - 1.
    points, labels, groups
        As for `average_precision`.

    Returns
    -------
    ndarray
        Shape (N,), 0 to 1; NaN for a query without any relevant track.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.

    References
    ----------
    .. [1] C. D. Manning, P. Raghavan and H. Schütze, "Introduction to Information Retrieval", Cambridge University
       Press, 2008, section 8.3.
    """
    similarities = check_k(k, points)
    return _by_relevance(lambda relevant: recall_of(relevant, k), similarities, labels, groups)


def _by_relevance(
    measure: Callable[[BoolArray], FloatArray],
    points: Rankable,
    labels: LabelValues,
    groups: LabelValues | None,
) -> FloatArray:
    similarities = as_similarities(points)
    count = len(similarities.points)
    known, excluded = Labels("labels", labels, count), group_labels(groups, count)
    return np.concatenate(
        [measure(ranking.relevant(known)) for ranking in rankings(similarities, excluded)]
    )


# --- the same for rankings: which of the other tracks are relevant, the nearest first (n, N - 1) ---


def average_precision_of(relevant: BoolArray) -> FloatArray:
    """See `average_precision`; shape (n,)."""
    rows, places = np.nonzero(relevant)
    total = relevant.sum(axis=1)
    found = np.arange(1, len(rows) + 1) - np.repeat(total.cumsum() - total, total)
    precision = np.bincount(rows, weights=found / (places + 1), minlength=len(relevant))
    return ratio(precision, total)


def precision_of(relevant: BoolArray, k: int) -> FloatArray:
    """See `precision_at`; shape (n,)."""
    return np.where(relevant.any(axis=1), relevant[:, :k].mean(axis=1), np.nan)


def recall_of(relevant: BoolArray, k: int) -> FloatArray:
    """See `recall_at`; shape (n,)."""
    return ratio(relevant[:, :k].sum(axis=1), relevant.sum(axis=1))

"""Measures of where the relevant tracks stand among the nearest: precision, recall, average precision.

Every track is a query once, and a measure has one value for each, whose mean is the figure that is usually quoted.
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
    """No track has another one of its label."""


def average_precision(
    points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> FloatArray:
    """The precision at the rank of each relevant track, averaged over these, for each query [1]_.

    Parameters
    ----------
    points
        Of the tracks, on the unit sphere; shape (N, D). Or `Similarities`, such as `MutualProximity`.
    labels
        Of each track a label, a set of labels, or None; shape (N,). Tracks that share one with the query are the
        relevant ones. A track without any is no query, and relevant to none, but it is ranked with the others.
    groups
        Tracks of the query's group are left out as if they were not there; shape (N,), None for a track of no group.
        With the artists as groups this is the artist filter [2]_, without which a space that knows an artist's studio
        seems to know a genre.

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
    return _by_relevance(average_precision_of, points, labels, groups)


def mean_average_precision(
    points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> float:
    """The mean of `average_precision` over the queries that have a relevant track.

    Raises
    ------
    NothingRelevantError
        If no query has one.
    ValueError
        If the shapes do not fit together.
    """
    values = average_precision(points, labels, groups=groups)
    if np.isnan(values).all():
        raise NothingRelevantError("no track has another one of its label")
    return float(np.nanmean(values))


def precision_at(
    k: int, points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
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
    similarities = check_k(k, points)
    return _by_relevance(lambda relevant: precision_of(relevant, k), similarities, labels, groups)


def recall_at(
    k: int, points: Rankable, labels: LabelValues, *, groups: LabelValues | None = None
) -> FloatArray:
    """The share of the relevant tracks that are among the `k` nearest, for each query [1]_.

    A query with more than `k` relevant tracks does not reach 1, however good the space is.

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


# --- the same of rankings: which of the other tracks are relevant, the nearest first (n, N - 1) ---


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

"""The results of a random order, as the baseline for every measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from musicsim.similarity.measures.ranking import (
    FloatArray,
    IntArray,
    Labels,
    LabelValues,
    blocks,
    check_count,
    group_labels,
)


@dataclass(frozen=True, eq=False, slots=True)
class RandomOrder:
    """The expected values for a random order, for each query; NaN for one without any relevant track.

    Attributes
    ----------
    precision, recall
        Among the first k; shape (N,).
    average_precision
        Shape (N,).
    """

    precision: FloatArray
    recall: FloatArray
    average_precision: FloatArray


def random_order(k: int, labels: LabelValues, *, groups: LabelValues | None = None) -> RandomOrder:
    """Return the means of `precision_at`, `recall_at` and `average_precision` over all orders of the other tracks.

    They are exact [1]_. If R of C candidates are relevant, R / C of the first k are relevant, and k / C of the relevant
    ones are among the first k. The track at rank r is relevant with the probability R / C. Then each of the r - 1
    tracks before it is relevant with the probability (R - 1) / (C - 1). So the mean average precision is (H + (R - 1) /
    (C - 1) (C - H)) / C with the harmonic number H = 1 + 1/2 + ... + 1/C.

    Parameters
    ----------
    k
        1 to N - 1.
    labels, groups
        As for `average_precision`.

    Raises
    ------
    ValueError
        If the shapes don't match, or there are fewer than k neighbours.

    References
    ----------
    .. [1] Y. Bestgen, "Exact expected average precision of the random baseline for system evaluation", The Prague
       Bulletin of Mathematical Linguistics 103, 2015.
    """
    check_count(k, len(np.asarray(labels)))
    relevant, candidates = _counts(labels, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(relevant > 0, relevant / candidates, np.nan)
        first = np.minimum(k, candidates)
        harmonic = np.append(0, np.cumsum(1 / np.arange(1, len(relevant))))[candidates]
        others = np.where(candidates > 1, (relevant - 1) / (candidates - 1), 0)
        average_precision = (harmonic + others * (candidates - harmonic)) / candidates
    return RandomOrder(
        precision=share * first / k,
        recall=np.where(relevant > 0, first / np.maximum(candidates, 1), np.nan),
        average_precision=np.where(relevant > 0, average_precision, np.nan),
    )


def _counts(labels: LabelValues, groups: LabelValues | None) -> tuple[IntArray, IntArray]:
    """Return the number of relevant tracks and of candidates for each query; shapes (N,)."""
    count = len(np.asarray(labels))
    known, excluded = Labels("labels", labels, count), group_labels(groups, count)
    relevant, candidates = [], []
    for queries in blocks(count):
        admitted = np.ones((len(queries), count), dtype=np.bool_)
        if excluded is not None:
            admitted &= ~excluded.shared(queries)
        admitted[np.arange(len(queries)), queries] = False
        candidates.append(admitted.sum(axis=1))
        relevant.append((admitted & known.shared(queries)).sum(axis=1))
    return np.concatenate(relevant), np.concatenate(candidates)

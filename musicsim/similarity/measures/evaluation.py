"""Evaluating a space: all measures of the nearest tracks, and all of them at once.

Neighbours are exact and without the query itself, by the cosine of points on the unit sphere or by another similarity
such as `hubs.MutualProximity`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from musicsim.similarity.measures.chance import RandomOrder, random_order
from musicsim.similarity.measures.ranking import (
    FloatArray,
    Labels,
    LabelValues,
    Rankable,
    check_k,
    group_labels,
    nearest,
    rankings,
)
from musicsim.similarity.measures.relevance import (
    NothingRelevantError,
    average_precision,
    average_precision_of,
    mean_average_precision,
    precision_at,
    precision_of,
    recall_at,
    recall_of,
)
from musicsim.similarity.measures.unlabelled import (
    anti_hubs,
    diversity,
    diversity_of,
    hubness,
    neighbour_overlap,
    novelty,
    novelty_of,
    occurrence_in,
    skewness,
)

__all__ = [
    "Evaluation",
    "NothingRelevantError",
    "RandomOrder",
    "anti_hubs",
    "average_precision",
    "diversity",
    "evaluate",
    "hubness",
    "mean_average_precision",
    "nearest",
    "neighbour_overlap",
    "novelty",
    "precision_at",
    "random_order",
    "recall_at",
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """All measures of a space.

    Attributes
    ----------
    tracks, queries
        The number of tracks, and of those with a relevant track.
    k
        The number of neighbours.
    precision, recall, map
        Means over the queries of `precision_at`, `recall_at` and `average_precision`.
    diversity, novelty
        Means over the tracks; NaN if none has enough neighbours.
    hubness, anti_hubs
        See the functions.
    random_precision, random_recall, random_map
        The same means for a random order.
    """

    tracks: int
    queries: int
    k: int
    precision: float
    recall: float
    map: float
    diversity: float
    novelty: float
    hubness: float
    anti_hubs: float
    random_precision: float
    random_recall: float
    random_map: float


def evaluate(
    points: Rankable,
    labels: LabelValues,
    *,
    k: int = 10,
    groups: LabelValues | None = None,
    progress: Callable[[int], None] | None = None,
) -> Evaluation:
    """Compute all measures, ranking every track only once.

    Parameters
    ----------
    points, labels, groups
        As for `average_precision`.
    k
        1 to N - 1.
    progress
        Called with the number of further tracks done.

    Raises
    ------
    NothingRelevantError
        If no query has a relevant track.
    ValueError
        If the shapes don't match, or there are fewer than `k` neighbours.
    """
    similarities = check_k(k, points)
    count = len(similarities.points)
    known, excluded = Labels("labels", labels, count), group_labels(groups, count)
    chance = random_order(k, labels, groups=groups)
    is_query = ~np.isnan(chance.precision)
    if not is_query.any():
        raise NothingRelevantError("no track has another one of its label")
    values, lists = [], []
    for ranking in rankings(similarities, excluded):
        relevant = ranking.relevant(known)
        values.append(
            [precision_of(relevant, k), recall_of(relevant, k), average_precision_of(relevant)]
        )
        lists.append(ranking.nearest(k))
        if progress is not None:
            progress(len(ranking.queries))
    precision, recall, average = np.concatenate(values, axis=1)[:, is_query].mean(axis=1).tolist()
    near = np.concatenate(lists)
    occurrence = occurrence_in(near)
    return Evaluation(
        tracks=count,
        queries=int(is_query.sum()),
        k=k,
        precision=precision,
        recall=recall,
        map=average,
        diversity=_mean(diversity_of(near, similarities.points)),
        novelty=_mean(novelty_of(near)),
        hubness=skewness(occurrence),
        anti_hubs=float(np.mean(occurrence == 0)),
        random_precision=_mean(chance.precision),
        random_recall=_mean(chance.recall),
        random_map=_mean(chance.average_precision),
    )


def _mean(values: FloatArray) -> float:
    there = values[~np.isnan(values)]
    return float(there.mean()) if len(there) else float("nan")

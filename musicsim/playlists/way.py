"""The evenest way through tracks: one of each place's choice, so that no step is much larger than it must be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from musicsim.similarity.space import Vectors

Rows = npt.NDArray[np.intp]
Lengths = npt.NDArray[np.float64]
_Costs = npt.NDArray[np.float64]

_LEEWAY = 1.1
"""A step may be so many times as large as the largest of the way with the smallest largest step."""
_STRAIGHTNESS = 0.3
"""Cost of being away from the straight way by as much as a step may be large; a step of that length costs 1."""
_STRAIGHTNESS_EXPONENT = 6
_TOO_LARGE = 1000.0
"""Times that a larger step costs more: it is taken only if there is no other way."""
_MOST_TIMES = 4.0
"""Steps of more times the limit cost no more."""
_MOST_AT_ONCE = 2000
"""Tracks of which all pairs are compared at once: 50 MB."""
_AGAIN = 1e15
"""Cost of a track that the way has already passed: more than all steps."""
_LEAST_LIMIT = 0.01
"""Smaller steps are rounding errors, or can't be heard."""


def evenest_way(
    points: Vectors,
    choices: Sequence[Rows],
    targets: Vectors,
    lengths: Lengths | None = None,
) -> list[int]:
    """Return one row of each place's choice, so that the steps between them are even and small.

    The way with the smallest largest step is found first (a bottleneck shortest path [1]_). Then, of the ways whose
    steps are hardly larger, the one with the least sum of a high power of the steps and of the distances from the
    targets, by dynamic programming (the Viterbi algorithm [2]_). Each partial way remembers what it has passed, and
    passes nothing twice as long as there is another.

    Parameters
    ----------
    points
        Points on the unit sphere; shape (P, D).
    choices
        For each of N places, the rows of `points` that may be there; at least one.
    targets
        The points where the places are, ideally; shape (N, D).
    lengths
        What `all_lengths` returns for the points, if several ways are searched among them.

    Returns
    -------
    list of int
        A row for each place.

    References
    ----------
    .. [1] M. Pollack, "The maximum capacity through a network", Operations Research 8 (5), 733-736, 1960.
    .. [2] A. J. Viterbi, "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm", IEEE
       Transactions on Information Theory 13 (2), 260-269, 1967.
    """
    steps = _steps(points, choices, all_lengths(points) if lengths is None else lengths)
    limit = max(_LEEWAY * _smallest_largest(steps), _LEAST_LIMIT)
    cost = np.zeros(len(choices[0]))
    passed = _passed(np.zeros((len(choices[0]), len(points)), bool), choices[0])
    before: list[Rows] = []
    for step, here, target in zip(steps, choices[1:], targets[1:], strict=True):
        total = cost[:, None] + _step_costs(step, limit) + _AGAIN * passed[:, here]
        come_from = total.argmin(axis=0)
        away = np.minimum(chords(points[here] @ target) / limit, _MOST_TIMES)
        cost = total[come_from, np.arange(len(here))]
        cost += _STRAIGHTNESS * away**_STRAIGHTNESS_EXPONENT
        passed = _passed(passed[come_from], here)
        before.append(come_from)
    place = int(cost.argmin())
    way = [int(choices[-1][place])]
    for come_from, here in zip(reversed(before), reversed(choices[:-1]), strict=True):
        place = int(come_from[place])
        way.append(int(here[place]))
    return way[::-1]


def chords(cosines: npt.NDArray[np.floating]) -> _Costs:
    """Return the lengths of steps between points on the unit sphere, from their cosines: 0 to 2."""
    lengths: _Costs = np.sqrt(np.maximum(2.0 - 2.0 * cosines.astype(np.float64), 0.0))
    return lengths


def _step_costs(lengths: _Costs, limit: float) -> _Costs:
    """Return the costs of steps: up to 1 for those within the limit, and far more for larger ones.

    It is the 12th power: the higher, the more a single large step counts against many small ones.
    """
    # Products, since a power takes several times as long.
    times = np.minimum(lengths / limit, _MOST_TIMES)
    squares = times * times
    sixth = squares * squares * squares
    costs: _Costs = sixth * sixth
    costs[lengths > limit] *= _TOO_LARGE
    return costs


def all_lengths(points: Vectors) -> Lengths | None:
    """Return the lengths of the steps between all points (P, D), shape (P, P); None if there are too many."""
    # One large product: on a busy machine, BLAS's threads wait for each other at each of many small ones.
    return chords(points @ points.T) if len(points) <= _MOST_AT_ONCE else None


def _steps(points: Vectors, choices: Sequence[Rows], lengths: Lengths | None) -> list[_Costs]:
    """Return the lengths of all steps from each place's choice to the next one's."""
    if lengths is None:
        return [chords(points[one] @ points[other].T) for one, other in pairwise(choices)]
    return [lengths[np.ix_(one, other)] for one, other in pairwise(choices)]


def _smallest_largest(steps: Sequence[_Costs]) -> float:
    """Return the largest step of the way whose largest step is the smallest."""
    largest = np.zeros(steps[0].shape[0] if steps else 1)
    for lengths in steps:
        largest = np.maximum(largest[:, None], lengths).min(axis=0)
    return float(largest.min())


def _passed(before: npt.NDArray[np.bool_], here: Rows) -> npt.NDArray[np.bool_]:
    """Add to what each way has passed (C, P) where it is now (C,)."""
    before[np.arange(len(here)), here] = True
    return before

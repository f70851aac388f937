"""Ordering tracks so that each sounds like the next."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicsim.similarity.space import Vectors

_Distances = npt.NDArray[np.float64]
_Order = npt.NDArray[np.intp]
_Change = tuple[int, _Order]
"""Where a part of the path begins, and its rows in their new order, from 0."""

_AT_A_TIME = 200
"""Tracks of which all pairs are compared to shorten the path; a longer list is improved part by part."""
_LEAST_GAIN = 1e-9
_WORTH_PACKING = 0.8
"""Share of the tracks still to be placed at which the others are dropped: comparing them takes longer."""


def order_by_flow(
    points: Vectors, *, first: int | None = None, last: int | None = None
) -> list[int]:
    """Return an order of tracks in which the steps from track to track are short.

    It begins with the path to the nearest track that is left, and then reverses parts of the path and moves single
    tracks as long as that shortens it (2-opt [1]_ and or-opt [2]_). The same points give the same order.

    Parameters
    ----------
    points
        The tracks' points on the unit sphere; shape (N, D).
    first, last
        Rows that stay at the beginning and at the end; by default any may be there.

    Returns
    -------
    list of int
        Each row once.

    Raises
    ------
    IndexError
        If `first` or `last` is no row.
    ValueError
        If they are the same row of several.

    References
    ----------
    .. [1] G. A. Croes, "A method for solving traveling-salesman problems", Operations Research 6 (6), 791-812, 1958.
    .. [2] I. Or, "Traveling salesman-type combinatorial problems and their relation to the logistics of regional blood
       banking", dissertation, Northwestern University, 1976.
    """
    count = len(points)
    for end in (first, last):
        if end is not None and not 0 <= end < count:
            raise IndexError(f"there is no track {end} among {count}")
    if first is not None and first == last and count > 1:
        raise ValueError("one track can't be both first and last")
    if count < 3:
        rows = list(range(count))
        return rows[::-1] if first == 1 or last == 0 else rows
    path = _from_neighbour_to_neighbour(points, first, last)
    # Parts overlap by half, so that no border between two stays as it is.
    for start in range(0, max(1, count - _AT_A_TIME // 2), _AT_A_TIME // 2):
        part = path[start : start + _AT_A_TIME]
        path[start : start + _AT_A_TIME] = _improved(
            part,
            points,
            is_first_fixed=first is not None or start > 0,
            is_last_fixed=last is not None or start + len(part) < count,
        )
    return [int(row) for row in path]


def step_lengths(points: Vectors) -> _Distances:
    """Return the length of the step between every two of some points on the unit sphere (N, D); shape (N, N).

    It is the chord: 0 for the same point, 2 for opposite ones.
    """
    cosines = points.astype(np.float64) @ points.T.astype(np.float64)
    return np.sqrt(np.maximum(2.0 - 2.0 * cosines, 0.0))


def path_length(points: Vectors) -> float:
    """Return the sum of the steps from each point on the unit sphere to the next; `points` has the shape (N, D)."""
    return float(np.linalg.norm(np.diff(points.astype(np.float64), axis=0), axis=1).sum())


def _from_neighbour_to_neighbour(points: Vectors, first: int | None, last: int | None) -> _Order:
    left = np.ones(len(points), bool)
    if last is not None:
        left[last] = False
    if first is None:
        # The loneliest track would otherwise remain to the end, and take a long step.
        closeness = points @ points.sum(axis=0)
        first = int(np.where(left, closeness, np.inf).argmin())
    path = [first]
    left[first] = False
    rows = np.flatnonzero(left)
    near = points[rows]
    gone = np.zeros(len(rows), bool)
    for count in range(len(rows), 0, -1):
        if count < _WORTH_PACKING * len(rows):
            rows, near, gone = rows[~gone], near[~gone], np.zeros(count, bool)
        cosines = near @ points[path[-1]]
        cosines[gone] = -np.inf
        nearest = int(cosines.argmax())
        path.append(int(rows[nearest]))
        gone[nearest] = True
    if last is not None:
        path.append(last)
    return np.array(path)


def _improved(
    path: _Order, points: Vectors, *, is_first_fixed: bool, is_last_fixed: bool
) -> _Order:
    """Shorten a path until neither reversing a part nor moving a track makes it shorter."""
    # Beyond both ends of the path is nowhere, to which a step costs nothing: so free ends are no special case.
    steps = np.pad(step_lengths(points[path]), 1)
    order = np.arange(len(path))
    while True:
        change = _reversed_best(steps, is_first_fixed, is_last_fixed)
        if change is None:
            change = _moved_best(steps, is_first_fixed, is_last_fixed)
        if change is None:
            return path[order]
        start, rows = change
        changed = slice(start, start + len(rows))
        order[changed] = order[changed][rows]
        padded = slice(start + 1, start + 1 + len(rows))
        steps[padded] = steps[padded][rows]
        steps[:, padded] = steps[:, padded][:, rows]


def _reversed_best(steps: _Distances, is_first_fixed: bool, is_last_fixed: bool) -> _Change | None:
    """Return the part to reverse that shortens the path most; None if none does.

    `steps` are the lengths between the places of the path, with nowhere before and after them.
    """
    rows = np.arange(1, len(steps) - 1)
    # From i to j: what leads into the part and out of it, before and after it is reversed.
    gains = (
        steps[rows - 1, rows][:, None]
        + steps[rows, rows + 1][None, :]
        - steps[:-2, 1:-1]
        - steps[1:-1, 2:]
    )
    gains = np.triu(gains, 1)
    if is_first_fixed:
        gains[0] = 0.0
    if is_last_fixed:
        gains[:, -1] = 0.0
    i, j = np.unravel_index(int(gains.argmax()), gains.shape)
    if gains[i, j] <= _LEAST_GAIN:
        return None
    return int(i), np.arange(j - i, -1, -1)


def _moved_best(steps: _Distances, is_first_fixed: bool, is_last_fixed: bool) -> _Change | None:
    """Return the track to move that shortens the path most; None if none does. See `_reversed_best`."""
    count = len(steps) - 2
    rows = np.arange(1, count + 1)
    freed = steps[rows - 1, rows] + steps[rows, rows + 1]
    freed[1:-1] -= steps[rows[1:-1] - 1, rows[1:-1] + 1]  # at an end nothing has to be joined
    # Into each gap, also before the first and after the last.
    gaps = np.arange(count + 1)
    joined = steps[gaps, gaps + 1]
    gains = freed[None, :] - (steps[:-1, 1:-1] + steps[1:, 1:-1] - joined[:, None])
    own = np.arange(count)
    gains[own, own] = gains[own + 1, own] = 0.0
    if is_first_fixed:
        gains[0], gains[:, 0] = 0.0, 0.0
    if is_last_fixed:
        gains[-1], gains[:, -1] = 0.0, 0.0
    gap, row = np.unravel_index(int(gains.argmax()), gains.shape)
    if gains[gap, row] <= _LEAST_GAIN:
        return None
    if gap <= row:
        return int(gap), np.roll(np.arange(row - gap + 1), 1)
    return int(row), np.roll(np.arange(gap - row), -1)

"""The order of a list: as it was found, by flow, or random; with tracks that stay in their places."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.flow import order_by_flow
from musicsim.playlists.rules.rules import Rules
from musicsim.playlists.rules.spacing import spaced
from musicsim.similarity.space import Vectors


class Order(enum.StrEnum):
    """The order of a playlist."""

    FOUND = "found"
    """As the mode gives it: the most similar first, or from stop to stop."""
    FLOW = "flow"
    """Each track sounds like the next."""
    RANDOM = "random"


def arrange(
    tracks: Sequence[Track],
    points: Vectors,
    order: Order,
    *,
    rules: Rules,
    fixed: frozenset[int] = frozenset(),
    rng_seed: int | None = None,
) -> list[int]:
    """Return the rows of a list in an order, changed where a track would come again too soon.

    Parameters
    ----------
    tracks, points
        The list as it was found, and the tracks' points (N, D).
    order
        The order that is wanted. What is between two fixed tracks stays between them.
    rules
        The rules about what follows what.
    fixed
        The rows that stay where they are.
    rng_seed
        The same number gives the same random order.
    """
    rows: list[int] = []
    rng = random.Random(rng_seed)
    for part in _between(len(tracks), fixed):
        inner = [row for row in part if row not in fixed]
        if order is Order.RANDOM:
            rng.shuffle(inner)
        elif order is Order.FLOW:
            inner = _by_flow(part, points, fixed)
        rows += inner if part[0] not in fixed else [part[0], *inner]
    placed = spaced([tracks[row] for row in rows], rules, fixed=fixed)
    return [rows[row] for row in placed]


def _between(count: int, fixed: frozenset[int]) -> list[list[int]]:
    """Return the rows in parts that begin with each fixed row."""
    parts: list[list[int]] = []
    for row in range(count):
        if row in fixed or not parts:
            parts.append([])
        parts[-1].append(row)
    return parts


def _by_flow(part: Sequence[int], points: Vectors, fixed: frozenset[int]) -> list[int]:
    """Return the rows of a part that aren't fixed, from the fixed one at its beginning to the next one."""
    has_first = part[0] in fixed
    after = part[-1] + 1
    rows = [*part, after] if after in fixed else list(part)
    if len(rows) < 3:
        return [row for row in part if row not in fixed]
    found = order_by_flow(
        np.ascontiguousarray(points[rows]),
        first=0 if has_first else None,
        last=len(rows) - 1 if after in fixed else None,
    )
    return [rows[each] for each in found if rows[each] not in fixed]

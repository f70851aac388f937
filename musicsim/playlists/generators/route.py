"""The route of a journey: its stops in their order, and how many tracks are between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from musicsim.library.types import Track
from musicsim.similarity.space import Vectors

Stop = tuple[Track, Vectors]
"""A track that the journey passes, and its point."""


def in_order(
    route: Sequence[Stop], kept: Mapping[int, Stop], length: int
) -> tuple[list[Stop], dict[int, int]]:
    """Return a route with the stops that stay in their places, and the places of these by their numbers on the way.

    A stop of the route without a place of its own is where it would be without the others.
    """
    last = max(length - 1, len(route) - 1)
    ends = {route[0][0].id, route[-1][0].id}
    places = {
        stop[0].id: (min(max(place, 1), max(1, last - 1)), stop)
        for place, stop in sorted(kept.items())
        if stop[0].id not in ends
    }
    angles = np.cumsum([0.0, *_angles(route)])
    natural = last * angles / angles[-1] if angles[-1] else np.linspace(0, last, len(route))
    inner = [
        (float(places[stop[0].id][0] if stop[0].id in places else place), stop)
        for place, stop in zip(natural[1:-1], route[1:-1], strict=True)
    ]
    passed = {stop[0].id for stop in route}
    inner += [(float(place), stop) for i, (place, stop) in places.items() if i not in passed]
    inner.sort(key=lambda each: each[0])
    stops = [route[0], *(stop for _, stop in inner), route[-1]]
    numbers = {
        number: places[stop[0].id][0]
        for number, stop in enumerate(stops)
        if stop[0].id in places and 0 < number < len(stops) - 1
    }
    return stops, numbers


def _angles(stops: Sequence[Stop]) -> list[float]:
    return [
        float(np.arccos(np.clip(begin[1] @ end[1], -1.0, 1.0))) for begin, end in pairwise(stops)
    ]


def shares_of(stops: Sequence[Stop], length: int, numbers: Mapping[int, int]) -> list[int]:
    """Divide the tracks that are no stops among the legs, by their angles.

    Parameters
    ----------
    numbers
        The places of the stops that have one, by their numbers.
    """
    anchors = [(0, 0), *sorted(numbers.items()), (len(stops) - 1, length - 1)]
    angles = _angles(stops)
    shares: list[int] = []
    for (first, begin), (last, end) in pairwise(anchors):
        free = max(0, end - begin - (last - first))
        shares += _divided(free, angles[first:last])
    return shares


def _divided(free: int, angles: Sequence[float]) -> list[int]:
    total = sum(angles)
    wanted = [free * angle / total if total else free / len(angles) for angle in angles]
    shares = [int(share) for share in wanted]
    # The largest remainders get what is left.
    order = sorted(range(len(wanted)), key=lambda leg: shares[leg] - wanted[leg])
    for leg in order[: free - sum(shares)]:
        shares[leg] += 1
    return shares

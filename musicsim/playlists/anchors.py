"""A few points that stand for many: an album mostly needs one, a playlist of all kinds several."""

from __future__ import annotations

import numpy as np

from musicsim.playlists.neighbourhood import mean_point
from musicsim.similarity.space import Vectors

MOST_ANCHORS = 6
ONE_IS_ENOUGH = 0.6
"""Mean cosine of points to their middle from which on it stands for all of them."""
_MOST_POINTS = 400
"""Points that are looked at; of more, some that are evenly spread over the list."""
_ROUNDS = 10


def anchors(points: Vectors) -> list[tuple[Vectors, float]]:
    """Return points that stand for several on the unit sphere (N, D), each with its share of them.

    Points that are near each other have one, in their middle. Others are divided by spherical k-means [1]_, begun at
    points far from each other [2]_, with the least number of parts in which the points are near their middles.

    References
    ----------
    .. [1] I. S. Dhillon and D. S. Modha, "Concept decompositions for large sparse text data using clustering", Machine
       Learning 42, 143-175, 2001.
    .. [2] T. F. Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 38,
       293-306, 1985.
    """
    if len(points) > _MOST_POINTS:
        points = points[np.linspace(0, len(points) - 1, _MOST_POINTS).astype(int)]
    found: list[tuple[Vectors, float]] = []
    for count in range(1, min(MOST_ANCHORS, len(points)) + 1):
        middles, owner = _divide(points, count)
        found = [
            (middle, float((owner == row).mean()))
            for row, middle in enumerate(middles)
            if (owner == row).any()
        ]
        nearness = np.einsum("nd,nd->n", points, middles[owner])
        if float(nearness.mean()) >= ONE_IS_ENOUGH:
            break
    return found


def _divide(points: Vectors, count: int) -> tuple[Vectors, np.ndarray]:
    """Return the middles of `count` parts (count, D), and each point's part (N,)."""
    first = int((points @ mean_point(points)).argmax())
    rows = [first]
    nearest = points @ points[first]
    while len(rows) < count:
        rows.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, points @ points[rows[-1]])
    middles = points[rows]
    owner = (points @ middles.T).argmax(axis=1)
    for _ in range(_ROUNDS):
        middles = np.stack(
            [
                mean_point(points[owner == row]) if (owner == row).any() else middles[row]
                for row in range(count)
            ]
        )
        again = (points @ middles.T).argmax(axis=1)
        if (again == owner).all():
            break
        owner = again
    return middles, owner

"""A few points that stand for many."""

import numpy as np
import pytest
from hypothesis import given
from random_libraries import libraries

from musicsim.playlists.anchors import MOST_ANCHORS, ONE_IS_ENOUGH, anchors


@given(library=libraries(largest=60))
def test_any_points_have_a_few_anchors_with_all_shares(library):
    found = anchors(library.points)

    assert 1 <= len(found) <= MOST_ANCHORS
    assert sum(share for _, share in found) == pytest.approx(1.0)
    assert all(share > 0 and np.isfinite(point).all() for point, share in found)
    again = anchors(library.points)
    assert all(
        share == other_share and (point == other).all()
        for (point, share), (other, other_share) in zip(found, again, strict=True)
    )
    own = np.stack([point for point, _ in found])
    # Silence is near nothing.
    if library.points.any(axis=1).all() and len(found) < min(MOST_ANCHORS, len(library.points)):
        assert (library.points @ own.T).max(axis=1).mean() >= ONE_IS_ENOUGH - 1e-6


@pytest.mark.parametrize("each", [10, 500])
def test_opposite_places_have_an_anchor_each_and_an_album_has_one(each):
    rng = np.random.default_rng(0)
    places = np.eye(1, 16, dtype=np.float32) * np.array([[1.0], [-1.0]], np.float32)
    points = np.repeat(places, [3 * each, each], axis=0)
    points += 0.05 * rng.normal(size=points.shape).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)

    found = sorted(anchors(points), key=lambda one: -one[1])

    assert [share for _, share in found] == pytest.approx([0.75, 0.25], abs=0.01)
    assert all(max(places @ point) > 0.95 for point, _ in found)
    assert len(anchors(points[: 3 * each])) == 1

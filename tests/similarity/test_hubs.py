from statistics import NormalDist

import numpy as np
import pytest

from musicsim.similarity.hubs import MutualProximity
from musicsim.similarity.measures.evaluation import (
    anti_hubs,
    average_precision,
    hubness,
    nearest,
    neighbour_overlap,
)
from musicsim.similarity.measures.ranking import Similarities


def on_the_sphere(points):
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def with_hubs(count=400, dimensions=64):
    """Tracks that all share something, some of them little else: these are near to everything."""
    rng = np.random.default_rng(1)
    spread = rng.uniform(0.3, 2, size=(count, 1))
    return on_the_sphere(rng.normal(size=(count, dimensions)) * spread + 0.5)


def test_it_is_the_product_of_how_unusual_a_cosine_is_for_each():
    points = with_hubs(30, 5)
    cosines = points @ points.T
    space = MutualProximity(points)
    found = space.of(np.arange(30))
    for one in range(30):
        usual_of_one = np.delete(cosines[one], one)
        assert space.mean[one] == pytest.approx(usual_of_one.mean())
        assert space.std[one] == pytest.approx(usual_of_one.std())
        for other in set(range(30)) - {one}:
            usual_of_other = np.delete(cosines[other], other)
            expected = np.prod(
                [
                    NormalDist(usual.mean(), usual.std()).cdf(cosines[one, other])
                    for usual in (usual_of_one, usual_of_other)
                ]
            )
            assert np.exp(found[one, other]) == pytest.approx(expected, rel=1e-5)


def test_it_goes_both_ways_and_some_queries_are_like_all():
    space = MutualProximity(with_hubs())
    found = space.of(np.arange(400))
    np.testing.assert_allclose(found, found.T, atol=1e-9)
    np.testing.assert_allclose(space.of(np.array([7, 3])), found[[7, 3]], atol=1e-9)


def test_hubs_lose_their_place():
    points = with_hubs()
    space = MutualProximity(points)
    assert isinstance(space, Similarities)
    assert hubness(points) > 3
    assert hubness(space) < hubness(points) / 3
    assert anti_hubs(points) > 0.05
    assert anti_hubs(space) < 0.01


def test_measures_rank_by_it():
    points = with_hubs(100)
    labels = np.arange(100) % 10
    space = MutualProximity(points)
    order = np.argsort(-(space.of(np.arange(100)) - 1e9 * np.eye(100)), axis=1)
    assert nearest(space, 5).tolist() == order[:, :5].tolist()
    assert neighbour_overlap(space, points, k=5).mean() < 1
    hits = labels[order[0, :-1]] == 0
    expected = np.mean(hits.cumsum()[hits] / (np.flatnonzero(hits) + 1))
    assert average_precision(space, labels)[0] == pytest.approx(expected)


def test_the_nearest_of_many_dimensions_are_still_told_apart():
    # So near that their mutual proximity is 1 to a float.
    rng = np.random.default_rng(3)
    points = rng.normal(size=(400, 512))
    points[1:3] = points[0] + rng.normal(size=(2, 512)) * [[0.2], [0.1]]
    space = MutualProximity(on_the_sphere(points))
    assert nearest(space, 2)[0].tolist() == [2, 1]
    assert np.exp(space.of(np.array([0])))[0, [1, 2]].tolist() == [1, 1]


@pytest.mark.parametrize("points", [np.eye(2), np.zeros((3, 2)), np.eye(5)])
def test_tracks_that_are_all_equally_near_stay_so(points):
    space = MutualProximity(points)
    similarity = space.of(np.arange(len(points)))
    others = similarity[~np.eye(len(points), dtype=bool)]
    assert np.ptp(others) == pytest.approx(0, abs=1e-6)


def test_what_is_no_points_is_said():
    with pytest.raises(ValueError, match="shape"):
        MutualProximity(np.zeros(3))
    with pytest.raises(ValueError, match="no numbers"):
        MutualProximity([[np.nan], [1]])

import numpy as np
import pytest

from musicsim.playlists.neighbourhood import away_from, between, mean_point

EAST, NORTH = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def test_the_middle_of_points_is_on_the_sphere():
    np.testing.assert_allclose(mean_point(np.stack([EAST, NORTH])), [0.5**0.5] * 2, rtol=1e-6)
    # There is none between opposite points.
    assert mean_point(np.stack([EAST, -EAST])).tolist() == [1, 0]


@pytest.mark.parametrize("share", [0, 0.25, 0.5, 0.75, 1])
def test_the_way_between_two_points_is_even(share):
    point = between(EAST, NORTH, share)
    angle = share * np.pi / 2
    np.testing.assert_allclose(point, [np.cos(angle), np.sin(angle)], atol=1e-6)


def test_between_the_same_and_opposite_points():
    assert between(EAST, EAST, 0.3).tolist() == [1, 0]
    assert between(EAST, -EAST, 0.3).tolist() == [1, 0]
    assert between(EAST, -EAST, 0.7).tolist() == [-1, 0]


def test_between_silence_and_a_point():
    silence = np.zeros(2, np.float32)
    assert between(silence, silence, 0.3).tolist() == [0, 0]
    np.testing.assert_allclose(between(silence, EAST, 0.3), EAST)


def test_a_point_moves_away_from_others():
    moved = away_from(EAST, np.stack([NORTH]))
    assert moved @ NORTH < 0 < moved @ EAST
    assert np.linalg.norm(moved) == pytest.approx(1)
    assert away_from(EAST, np.zeros((0, 2), np.float32)).tolist() == [1, 0]
    assert away_from(EAST, np.stack([EAST]), share=1).tolist() == [1, 0]

import numpy as np
import pytest

from musicsim.similarity.evaluation import (
    average_precision,
    hubness,
    mean_average_precision,
    nearest,
    neighbour_overlap,
    precision_at,
)

# The nearest of each: 0 has 1, 2, 3; 1 has 0, 2, 3; 2 has 1, 0, 3; 3 has 2, 1, 0.
DEGREES = (0, 10, 30, 70)
NAN = float("nan")


def at(degrees):
    angles = np.radians(degrees)
    return np.column_stack([np.cos(angles), np.sin(angles)]).astype(np.float32)


def random_points(count, dimensions=5):
    points = np.random.default_rng(3).normal(size=(count, dimensions))
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def test_the_nearest_come_in_order_and_without_the_query():
    assert nearest(at(DEGREES), 3).tolist() == [[1, 2, 3], [0, 2, 3], [1, 0, 3], [2, 1, 0]]


def test_the_first_of_equal_tracks_comes_first():
    assert nearest(at((50, 20, 20, 20)), 3).tolist() == [[1, 2, 3], [2, 3, 0], [1, 3, 0], [1, 2, 0]]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        # One relevant track each, at the ranks 2, 3, 2 and 2.
        ("abab", [1 / 2, 1 / 3, 1 / 2, 1 / 2]),
        # Two each, for the first query at the ranks 1 and 3; and one query without any.
        ("aaba", [(1 + 2 / 3) / 2, (1 + 2 / 3) / 2, NAN, (1 / 2 + 2 / 3) / 2]),
        ("aaaa", [1, 1, 1, 1]),
    ],
)
def test_average_precision_of_rankings_done_by_hand(labels, expected):
    points = at(DEGREES)
    np.testing.assert_allclose(average_precision(points, list(labels)), expected)
    assert mean_average_precision(points, list(labels)) == pytest.approx(np.nanmean(expected))


def test_precision_at_counts_the_relevant_ones_among_the_nearest():
    points = at(DEGREES)
    np.testing.assert_allclose(precision_at(1, points, list("aaba")), [1, 1, NAN, 0])
    np.testing.assert_allclose(precision_at(2, points, list("aaba")), [1 / 2, 1 / 2, NAN, 1 / 2])
    np.testing.assert_allclose(precision_at(3, points, list("aaba")), [2 / 3, 2 / 3, NAN, 2 / 3])


def test_tracks_of_the_querys_group_are_as_if_they_were_not_there():
    points, labels, artists = at(DEGREES), list("aaba"), ["one", "one", "two", "three"]
    filtered = average_precision(points, labels, groups=artists)
    np.testing.assert_allclose(filtered, [1 / 2, 1 / 2, NAN, (1 / 2 + 2 / 3) / 2])
    at_two = precision_at(2, points, labels, groups=artists)
    np.testing.assert_allclose(at_two, [1 / 2, 1 / 2, NAN, 1 / 2])


def test_a_query_whose_relevant_tracks_are_all_of_its_group_has_none():
    ungrouped, grouped = (
        average_precision(at(DEGREES), list("aabb"), groups=groups)
        for groups in (None, [1, 1, 2, 3])
    )
    assert not np.isnan(ungrouped).any()
    assert np.isnan(grouped).tolist() == [True, True, False, False]


def test_many_tracks_are_measured_like_each_alone():
    points = random_points(300)
    labels = np.random.default_rng(4).integers(0, 20, 300)
    expected, expected_at_ten = [], []
    for query in range(300):
        others = sorted(set(range(300)) - {query}, key=lambda n: -float(points[query] @ points[n]))
        hits = [labels[other] == labels[query] for other in others]
        ranks = [rank for rank, hit in enumerate(hits, 1) if hit]
        expected.append(np.mean([found / rank for found, rank in enumerate(ranks, 1)]))
        expected_at_ten.append(np.mean(hits[:10]))
    np.testing.assert_allclose(average_precision(points, labels), expected)
    np.testing.assert_allclose(precision_at(10, points, labels), expected_at_ten)


def test_overlap_is_the_share_of_common_neighbours():
    # There the two nearest are 2, 3 of 0; 3, 2 of 1; 0, 3 of 2; 1, 2 of 3.
    one, other = at(DEGREES), at((0, 80, 10, 70))
    np.testing.assert_allclose(neighbour_overlap(one, other, k=1), 0)
    np.testing.assert_allclose(neighbour_overlap(one, other, k=2), [1 / 2, 1 / 2, 1 / 2, 1])
    np.testing.assert_allclose(neighbour_overlap(other, one, k=2), [1 / 2, 1 / 2, 1 / 2, 1])
    np.testing.assert_allclose(neighbour_overlap(one, 7 * one, k=2), 1)


def test_a_track_that_everyone_is_near_to_is_a_hub():
    # In the middle of five that are far from each other: it is found 5 times, the first of them once, the others never.
    hub = np.vstack([np.full(5, 5**-0.5), np.eye(5)])
    assert hubness(hub, k=1) == pytest.approx(10 / (20 / 6) ** 1.5)
    assert hubness(at((0, 1, 90, 91)), k=1) == 0


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: average_precision(at(DEGREES), list("aab")), "labels have the shape"),
        (
            lambda: average_precision(at(DEGREES), list("aabb"), groups=[1]),
            "groups have the shape",
        ),
        (lambda: mean_average_precision(at(DEGREES), list("abcd")), "no track has another one"),
        (lambda: precision_at(0, at(DEGREES), list("aabb")), "0 neighbours"),
        (lambda: nearest(at(DEGREES), 4), "4 tracks do not have 4 neighbours"),
        (lambda: nearest(np.zeros(4), 1), "points have the shape"),
        (lambda: nearest([[NAN], [1]], 1), "no numbers"),
        (lambda: neighbour_overlap(at(DEGREES), at((1, 2, 3)), k=1), "4 tracks in one"),
    ],
)
def test_what_does_not_fit_together_is_said(measure, message):
    with pytest.raises(ValueError, match=message):
        measure()

import numpy as np
import pytest

from musicsim.similarity.hubs import MutualProximity
from musicsim.similarity.measures.evaluation import (
    NothingRelevantError,
    anti_hubs,
    average_precision,
    diversity,
    evaluate,
    hubness,
    mean_average_precision,
    nearest,
    neighbour_overlap,
    novelty,
    precision_at,
    random_order,
    recall_at,
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


def test_recall_at_counts_how_many_of_the_relevant_ones_are_among_the_nearest():
    points = at(DEGREES)
    np.testing.assert_allclose(recall_at(1, points, list("aaba")), [1 / 2, 1 / 2, NAN, 0])
    np.testing.assert_allclose(recall_at(2, points, list("aaba")), [1 / 2, 1 / 2, NAN, 1 / 2])
    np.testing.assert_allclose(recall_at(3, points, list("aaba")), [1, 1, NAN, 1])
    # Of the second track, the first is left out: only the last one is relevant, at rank 2.
    grouped = recall_at(1, points, list("aaba"), groups=[1, 1, 2, 3])
    np.testing.assert_allclose(grouped, [0, 0, NAN, 0])
    grouped = recall_at(2, points, list("aaba"), groups=[1, 1, 2, 3])
    np.testing.assert_allclose(grouped, [1, 1, NAN, 1 / 2])


def test_a_track_without_a_label_is_no_query_and_relevant_to_none_but_stands_in_the_way():
    labels = ["a", None, "a", None]
    np.testing.assert_allclose(average_precision(at(DEGREES), labels), [1 / 2, NAN, 1 / 2, NAN])
    np.testing.assert_allclose(precision_at(2, at(DEGREES), labels), [1 / 2, NAN, 1 / 2, NAN])


def test_of_several_labels_one_in_common_is_enough():
    labels = [{"a", "b"}, {"b"}, {"c", "a"}, set()]
    np.testing.assert_allclose(average_precision(at(DEGREES), labels), [1, 1, 1 / 2, NAN])


def test_tracks_of_no_group_leave_nothing_out():
    assert nearest(at(DEGREES), 3, groups=[None, None, "x", "x"]).tolist() == [
        [1, 2, 3], [0, 2, 3], [1, 0, -1], [1, 0, -1],
    ]  # fmt: skip


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


def test_a_track_that_nobody_is_near_to_is_an_anti_hub():
    # The last one, which is among the two nearest of none.
    assert anti_hubs(at(DEGREES), k=2) == 1 / 4
    assert anti_hubs(at(DEGREES), k=3) == 0
    # Two pairs; with one of them left out, each finds the nearer of the other.
    pairs = at((0, 1, 90, 91))
    assert anti_hubs(pairs, k=1) == 0
    assert anti_hubs(pairs, k=1, groups=[1, 1, 2, 2]) == 1 / 2
    assert hubness(pairs, k=1, groups=[1, 1, 2, 2]) == 0
    # With three of a group, all of these find the last one, and that finds the nearest: 0, 0, 1 and 3 times.
    assert hubness(pairs, k=1, groups=[1, 1, 1, 2]) == pytest.approx(1.5 / 1.5**1.5)


def test_diversity_is_the_mean_distance_of_two_in_a_list():
    def distance(*degrees):
        return 1 - np.cos(np.radians(degrees)).mean()

    two = diversity(at(DEGREES), k=2)
    np.testing.assert_allclose(two, [distance(d) for d in (20, 30, 10, 20)], atol=1e-6)
    three = diversity(at(DEGREES), k=3)
    np.testing.assert_allclose(three[0], distance(20, 60, 40), atol=1e-6)
    np.testing.assert_allclose(three[3], distance(30, 20, 10), atol=1e-6)
    assert np.isnan(diversity(at(DEGREES), k=1)).all()
    # The first two have the others only, at 30 and 70 degrees; the other two are as they were.
    left = diversity(at(DEGREES), k=3, groups=[1, 1, 2, 3])
    np.testing.assert_allclose(left, [distance(40)] * 2 + three[2:].tolist(), atol=1e-6)


def test_novelty_is_low_where_lists_bring_what_all_lists_bring():
    # Among the two nearest are 0: twice, 1 and 2: three times, of four lists.
    rare, common = 1, np.log2(4 / 3)
    expected = [common, (rare + common) / 2, (rare + common) / 2, common]
    np.testing.assert_allclose(novelty(at(DEGREES), k=2), expected)
    # Each is found once.
    np.testing.assert_allclose(novelty(at((0, 1, 90, 91)), k=1), np.log2(4 / 1))
    alone = novelty(at(DEGREES), k=2, groups=[{1, 2}, {1}, {1}, {2}])
    # 0 has none; 1 has 3, 2 has 3, and 3 has 2 and 1.
    np.testing.assert_allclose(alone, [NAN, 1, 1, 2])


def test_all_at_once_is_each_alone():
    points = random_points(150)
    rng = np.random.default_rng(5)
    labels = [None if n == 0 else {n, n + 1} for n in rng.integers(0, 20, 150).tolist()]
    groups = [None if n == 0 else n for n in rng.integers(0, 30, 150).tolist()]
    done: list[int] = []
    for space in (points, MutualProximity(points)):
        found = evaluate(space, labels, k=7, groups=groups, progress=done.append)
        precision = precision_at(7, space, labels, groups=groups)
        chance = random_order(7, labels, groups=groups)
        assert found.tracks == 150
        assert found.queries == 150 - labels.count(None) == (~np.isnan(precision)).sum()
        assert found.k == 7
        assert [
            found.precision, found.recall, found.map, found.diversity, found.novelty,
            found.hubness, found.anti_hubs,
            found.random_precision, found.random_recall, found.random_map,
        ] == pytest.approx([
            np.nanmean(precision),
            np.nanmean(recall_at(7, space, labels, groups=groups)),
            mean_average_precision(space, labels, groups=groups),
            diversity(space, k=7, groups=groups).mean(),
            novelty(space, k=7, groups=groups).mean(),
            hubness(space, k=7, groups=groups),
            anti_hubs(space, k=7, groups=groups),
            np.nanmean(chance.precision),
            np.nanmean(chance.recall),
            np.nanmean(chance.average_precision),
        ])  # fmt: skip
    assert sum(done) == 2 * 150
    assert np.isnan(evaluate(points, labels, k=1).diversity)


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: recall_at(4, at(DEGREES), list("aabb")), "4 neighbours"),
        (lambda: anti_hubs(at(DEGREES), k=4), "4 neighbours"),
        (lambda: diversity(at(DEGREES), k=0), "0 neighbours"),
        (lambda: novelty([[NAN], [1]], k=1), "no numbers"),
        (lambda: novelty(at(DEGREES), k=1, groups=[1]), "groups have the shape"),
        (lambda: evaluate(at(DEGREES), list("aab"), k=1), "labels have the shape"),
        (lambda: evaluate(at(DEGREES), list("aabb")), "10 neighbours"),
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


def test_a_library_in_which_nothing_is_relevant_is_told_apart():
    for measure in (mean_average_precision, lambda *given: evaluate(*given, k=1)):
        with pytest.raises(NothingRelevantError):
            measure(at(DEGREES), ["a", "b", None, None])

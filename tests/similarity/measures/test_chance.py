import itertools

import numpy as np
import pytest

from musicsim.similarity.measures.chance import random_order
from musicsim.similarity.measures.evaluation import average_precision, precision_at, recall_at

NAN = float("nan")


def test_two_relevant_ones_among_three():
    # The places of both are 1 and 2, 1 and 3 or 2 and 3.
    expected = (1 + (1 + 2 / 3) / 2 + (1 / 2 + 2 / 3) / 2) / 3
    found = random_order(2, list("aaba"))
    np.testing.assert_allclose(found.average_precision, [expected, expected, NAN, expected])
    np.testing.assert_allclose(found.precision, [2 / 3, 2 / 3, NAN, 2 / 3])
    np.testing.assert_allclose(found.recall, [2 / 3, 2 / 3, NAN, 2 / 3])


def test_it_is_the_mean_of_all_orders():
    labels = [{"a"}, {"a", "b"}, {"b"}, {"c"}, set(), {"a", "c"}]
    groups = [1, 1, 2, 3, None, 3]
    for k in range(1, 6):
        found = random_order(k, labels, groups=groups)
        for query in range(6):
            others = [
                other
                for other in range(6)
                if other != query and (groups[query] is None or groups[other] != groups[query])
            ]
            relevant = {other for other in others if labels[other] & labels[query]}
            values = []
            for order in itertools.permutations(others) if relevant else ():
                ranks = [rank for rank, other in enumerate(order, 1) if other in relevant]
                hits = len(relevant.intersection(order[:k]))
                average = np.mean([n / rank for n, rank in enumerate(ranks, 1)])
                values.append((hits / k, hits / len(relevant), average))
            expected = np.mean(values, axis=0) if values else [NAN] * 3
            given = [found.precision[query], found.recall[query], found.average_precision[query]]
            np.testing.assert_allclose(given, expected)


def test_points_without_sense_come_out_at_it():
    rng = np.random.default_rng(2)
    labels = rng.integers(0, 8, 400)
    points = rng.normal(size=(400, 50))
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    expected = random_order(10, labels)
    measured = (
        precision_at(10, points, labels),
        recall_at(10, points, labels),
        average_precision(points, labels),
    )
    for values, chance in zip(
        measured,
        (expected.precision, expected.recall, expected.average_precision),
        strict=True,
    ):
        assert values.mean() == pytest.approx(chance.mean(), rel=0.1)


def test_a_single_candidate_is_always_the_first():
    found = random_order(1, [1, 1])
    assert [found.precision[0], found.recall[0], found.average_precision[0]] == [1, 1, 1]


def test_a_query_whose_group_is_everything_has_nothing():
    found = random_order(1, [1, 1, 1], groups=[1, 1, 1])
    assert np.isnan([found.precision, found.recall, found.average_precision]).all()


@pytest.mark.parametrize(
    ("measure", "message"),
    [
        (lambda: random_order(3, [1, 1, 1]), "3 neighbours"),
        (lambda: random_order(1, [1, 1], groups=[1]), "groups have the shape"),
        (lambda: random_order(1, []), "0 tracks"),
    ],
)
def test_what_does_not_fit_together_is_said(measure, message):
    with pytest.raises(ValueError, match=message):
        measure()

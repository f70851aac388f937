"""Clusters of points: what belongs together, and what stays when the library changes."""

import numpy as np
import pytest

from musicsim.similarity import clustering
from musicsim.similarity.clustering import Clusters, cluster, cluster_count
from musicsim.similarity.space import Space


def points_of(
    count: int, kinds: int = 6, *, dimensions: int = 32, spread: float = 0.7, seed: int = 0
):
    """Return points of some kinds of music (N, D), and their kinds (N,)."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(kinds, dimensions))
    kind = np.arange(count) % kinds
    noise = rng.normal(size=(count, dimensions))
    return Space().transform((middles[kind] + spread * noise).astype(np.float32)), kind


def again(before: Clusters, old, points, new, **options) -> Clusters:
    """Return the clusters of the points with the ids `new`, after those of the ids `old`."""
    earlier = np.full(max(old.max(), new.max()) + 1, -1)
    earlier[old] = before.labels
    return cluster(
        points[new], new, earlier=earlier[new], earlier_centres=before.centres, **options
    )


def purity(labels, kinds) -> float:
    return sum(np.bincount(kinds[labels == label]).max() for label in np.unique(labels)) / len(
        kinds
    )


def test_what_is_alike_comes_together():
    points, kinds = points_of(300)

    found = cluster(points, np.arange(300), count=6)

    assert purity(found.labels, kinds) == 1
    assert len(found.centres) == 6
    assert np.allclose(np.linalg.norm(found.centres, axis=1), 1, atol=1e-5)
    assert found.earlier.tolist() == [-1] * 6


def test_a_large_library_is_divided_by_a_sample(monkeypatch):
    monkeypatch.setattr(clustering, "MOST_LANDMARKS", 128)
    points, kinds = points_of(3000)

    found = cluster(points, np.arange(3000), count=6)

    assert purity(found.labels, kinds) == 1
    fewer = np.arange(3000)[np.arange(3000) % 20 != 0]
    later = again(found, np.arange(3000), points, fewer, count=6)
    assert np.array_equal(later.earlier[later.labels], found.labels[fewer])


@pytest.mark.parametrize("tracks", [30, 31, 45, 100, 500])
def test_a_library_of_any_size_has_some_groups(tracks):
    points, _ = points_of(tracks, spread=3)

    found = cluster(points, np.arange(tracks))

    sizes = np.bincount(found.labels)
    assert 3 <= len(sizes) <= cluster_count(tracks)
    assert sizes.min() >= 4


def test_the_same_number_gives_the_same_groups_in_whatever_order_the_tracks_are():
    points, _ = points_of(200, spread=2)
    ids = np.arange(200)
    shuffled = np.random.default_rng(1).permutation(200)

    first, second = cluster(points, ids), cluster(points[shuffled], ids[shuffled])
    other = cluster(points, ids, rng_seed=1)

    assert np.array_equal(first.labels[shuffled], second.labels)
    assert not np.array_equal(first.labels, other.labels)


@pytest.mark.parametrize("rng_seed", [-1, 2**70, 0])
def test_any_whole_number_will_do(rng_seed, monkeypatch):
    monkeypatch.setattr(clustering, "MOST_LANDMARKS", 40)
    points, _ = points_of(60)

    assert len(cluster(points, np.arange(60), rng_seed=rng_seed).centres) > 1


def test_nothing_changes_if_the_library_has_not():
    points, _ = points_of(300, spread=2)
    ids = np.arange(300)
    first = cluster(points, ids)

    later = again(first, ids, points, ids, rng_seed=7)

    assert np.array_equal(later.earlier[later.labels], first.labels)


@pytest.mark.parametrize("seed", range(20))
def test_groups_stay_and_keep_their_tracks_when_one_in_twenty_comes_or_goes(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(40, 400))
    # From well apart to one cloud without any kinds.
    points, _ = points_of(count, int(rng.integers(3, 20)), spread=rng.uniform(0.5, 4), seed=seed)
    order = rng.permutation(count)
    some = count // 20
    old = np.sort(order[some:])
    new = np.sort([order, order[2 * some :], order[:-some]][seed % 3])

    before = cluster(points[old], old, rng_seed=seed)
    later = again(before, old, points, new, rng_seed=seed + 1)

    assert len(set(later.earlier.tolist()) - {-1}) >= 0.95 * len(before.centres)
    was = dict(zip(old.tolist(), before.labels.tolist(), strict=True))
    now = dict(zip(new.tolist(), later.earlier[later.labels].tolist(), strict=True))
    both = was.keys() & now.keys()
    assert sum(was[i] == now[i] for i in both) >= 0.9 * len(both)


def test_a_library_that_has_grown_has_more_groups_and_the_old_ones_are_among_them():
    points, _ = points_of(400, 12)
    old, new = np.arange(40), np.arange(400)

    before = cluster(points[old], old)
    later = again(before, old, points, new)

    assert len(later.centres) == cluster_count(400)
    assert set(later.earlier.tolist()) == {-1, *range(len(before.centres))}


def test_a_library_that_has_shrunk_has_fewer_groups():
    points, _ = points_of(400, 12)
    old, new = np.arange(400), np.arange(40)

    later = again(cluster(points, old), old, points, new)

    assert len(later.centres) <= cluster_count(40)
    assert later.earlier.min() >= 0


def test_what_is_to_be_kept_is_kept_without_any_points():
    points, _ = points_of(120)
    ids = np.arange(120)
    before = cluster(points, ids, count=6)
    rest = ids[before.labels != 2]

    later = again(before, ids, points, rest, count=2, kept=[2])

    assert 2 in later.earlier
    assert np.allclose(np.linalg.norm(later.centres, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((40, 8)),
        np.tile(Space().transform(np.arange(1, 9, dtype=np.float32)), (40, 1)),
        np.repeat(np.eye(8)[:2], 20, axis=0),
        np.concatenate([np.zeros((39, 8)), np.eye(8)[:1]]),
        np.eye(8)[:1],
        np.eye(8)[:0],
        np.eye(40)[:, :1],
        np.concatenate([np.eye(8), -np.eye(8), np.zeros((3, 8))]),
        np.array([[1.0, 0], [-1, 0]] * 20),
    ],
    ids=["silent", "alike", "two", "one sounds", "one", "none", "one value", "far apart", "poles"],
)
def test_odd_libraries_are_divided_too(points):
    points = points.astype(np.float32)
    ids = np.arange(len(points))
    silent = ~points.any(axis=1)

    first = cluster(points, ids)
    later = cluster(
        points,
        ids,
        earlier=first.labels,
        earlier_centres=first.centres,
        kept=[0][: len(first.centres)],
    )

    for found in (first, later):
        assert np.array_equal(found.labels < 0, silent)
        assert set(found.labels.tolist()) - {-1} == set(range(len(found.centres)))
        assert np.isfinite(found.centres).all()


def test_copies_of_a_point_are_in_one_group():
    points, _ = points_of(60, spread=2)
    points = np.concatenate([points, points])

    labels = cluster(points, np.arange(120)).labels

    assert np.array_equal(labels[:60], labels[60:])


def test_a_search_can_be_ended():
    class EnoughError(Exception):
        pass

    def stop() -> None:
        raise EnoughError

    points, _ = points_of(60)
    with pytest.raises(EnoughError):
        cluster(points, np.arange(60), step=stop)

"""Orders in which each track sounds like the next."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.playlists.flow import order_by_flow, path_length, step_lengths


def points(count: int, dimensions: int = 8, seed: int = 0) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(size=(count, dimensions))
    return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)


def on_a_line(count: int) -> np.ndarray:
    angles = np.linspace(0, 1, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)


@given(
    count=st.integers(0, 40),
    seed=st.integers(0, 9),
    has_first=st.booleans(),
    has_last=st.booleans(),
    copies=st.booleans(),
)
def test_each_track_comes_once_and_the_ends_stay(count, seed, has_first, has_last, copies):
    some = points(count, seed=seed)
    if copies and count:
        some[:] = some[0]
    first = 0 if has_first and count else None
    last = count - 1 if has_last and count > 1 else None
    order = order_by_flow(some, first=first, last=last)
    assert sorted(order) == list(range(count))
    assert first is None or order[0] == first
    assert last is None or order[-1] == last
    assert order_by_flow(some, first=first, last=last) == order


@pytest.mark.parametrize("count", [3, 10, 150, 500])
def test_tracks_that_lead_from_one_to_the_next_are_put_in_that_order(count):
    shuffled = np.random.default_rng(1).permutation(count)
    order = shuffled[order_by_flow(on_a_line(count)[shuffled])].tolist()
    assert order in (list(range(count)), list(range(count))[::-1])


@pytest.mark.parametrize(("first", "last"), [(None, None), (2, None), (None, 3), (4, 1)])
@pytest.mark.parametrize("seed", range(5))
def test_it_is_nearly_the_shortest_path(seed, first, last):
    some = points(7, 3, seed)
    found = path_length(some[order_by_flow(some, first=first, last=last)])
    shortest = min(
        path_length(some[list(rows)])
        for rows in permutations(range(7))
        if first in (None, rows[0]) and last in (None, rows[-1])
    )
    assert found <= 1.15 * shortest


def test_a_long_list_is_shorter_than_by_going_to_the_nearest_each_time():
    some = points(700, 4)
    order = order_by_flow(some, first=0)
    left, greedy = set(range(1, 700)), [0]
    while left:
        nearest = max(left, key=lambda row: float(some[row] @ some[greedy[-1]]))
        left.remove(nearest)
        greedy.append(nearest)
    assert path_length(some[order]) < path_length(some[greedy])


def test_steps_and_paths():
    some = np.array([[1, 0], [0, 1], [-1, 0]], np.float32)
    assert step_lengths(some)[0].tolist() == pytest.approx([0, 2**0.5, 2])
    assert path_length(some) == pytest.approx(2 * 2**0.5)
    assert path_length(some[:1]) == 0
    steps = [float(np.linalg.norm(a - b)) for a, b in pairwise(some)]
    assert path_length(some) == pytest.approx(sum(steps))


def test_ends_that_are_not_there_are_refused():
    with pytest.raises(IndexError, match="no track 3"):
        order_by_flow(points(3), first=3)
    with pytest.raises(ValueError, match="both first and last"):
        order_by_flow(points(3), first=1, last=1)
    assert order_by_flow(points(1), first=0, last=0) == [0]
    assert order_by_flow(points(2), first=1) == [1, 0]

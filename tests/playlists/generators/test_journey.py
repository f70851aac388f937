"""Journeys lead from stop to stop in even steps, within the rules."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.types import Tags, Track
from musicsim.playlists.generators import journey
from musicsim.playlists.generators.journey import journey_through
from musicsim.playlists.neighbourhood import Candidate, Neighbourhood
from musicsim.playlists.rules.artists import artist_key
from musicsim.playlists.rules.rules import Rules

EVERYTHING = Rules(max_per_artist=None, near_duplicates=True)


class Library(Neighbourhood):
    """Random tracks, or tracks on a line."""

    def __init__(self, points: np.ndarray, artists: int = 1000, seconds: float = 180.0) -> None:
        self.points = points
        self.tracks = [
            Track(
                number,
                f"/m/{number}.mp3",
                Tags(title=f"T{number}", artist=f"A{number % artists}", duration=seconds),
                1,
                1,
                0.0,
            )
            for number in range(len(points))
        ]

    def candidates(self, point):
        cosines = self.points @ point
        for row in np.argsort(-cosines, kind="stable").tolist():
            yield Candidate(self.tracks[row], float(cosines[row]), self.points[row])

    def stops(self, *rows: int):
        return [(self.tracks[row], self.points[row]) for row in rows]


def random_library(count: int, seed: int, artists: int = 1000) -> Library:
    drawn = np.random.default_rng(seed).normal(size=(count, 6))
    unit = drawn / np.linalg.norm(drawn, axis=1, keepdims=True)
    return Library(unit.astype(np.float32), artists)


def arc(count: int, angle: float = 2.0) -> Library:
    angles = np.linspace(0, angle, count)
    return Library(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32))


def rows(made) -> list[int]:
    return [match.track.id for match in made.matches]


def steps(library: Library, made) -> np.ndarray:
    return np.linalg.norm(np.diff(library.points[rows(made)], axis=0), axis=1)


def test_the_way_along_a_line_is_straight_and_even():
    library = arc(101)
    made = journey_through(library.stops(0, 100), library, rules=EVERYTHING, length=11)
    assert rows(made) == list(range(0, 101, 10))
    assert made.matches[0].similarity == 1
    cosine = float(library.points[0] @ library.points[10])
    assert [match.similarity for match in made.matches[1:]] == pytest.approx(
        [cosine] * 10, abs=1e-3
    )


def test_way_points_are_passed_in_their_order():
    library = arc(201)
    made = journey_through(library.stops(0, 200, 100), library, rules=EVERYTHING, length=31)
    passed = rows(made)
    assert (passed[0], passed[-1]) == (0, 100)
    turn = passed.index(200)
    # The legs get tracks by their lengths, and the steps of both are even.
    assert turn == 20
    assert all(before < after for before, after in pairwise(passed[: turn + 1]))
    assert all(before > after for before, after in pairwise(passed[turn:]))


@given(
    count=st.integers(2, 60),
    seed=st.integers(0, 20),
    length=st.integers(2, 40),
    artists=st.integers(1, 12),
    limit=st.one_of(st.none(), st.integers(1, 3)),
    rng_seed=st.one_of(st.none(), st.integers(0, 3)),
)
def test_no_list_breaks_a_rule_and_the_same_request_gives_the_same_list(
    count, seed, length, artists, limit, rng_seed
):
    library = random_library(count, seed, artists)
    stops = library.stops(0, count - 1)
    rules = Rules(max_per_artist=limit)
    request = {"rules": rules, "length": length, "rng_seed": rng_seed}
    made = journey_through(stops, library, **request)
    passed = rows(made)
    assert (passed[0], passed[-1]) == (0, count - 1)
    assert len(set(passed)) == len(passed) <= max(2, length)
    if limit is not None:
        by_artist = Counter(artist_key(match.track) for match in made.matches)
        stops_of = Counter(artist_key(track) for track, _ in stops)
        assert all(number <= max(limit, stops_of[artist]) for artist, number in by_artist.items())
    if len(passed) < min(length, count):
        assert made.hidden
    assert journey_through(stops, library, **request) == made


def test_another_number_gives_another_list():
    library = random_library(400, 1)
    stops = library.stops(0, 1)
    lists = {
        tuple(rows(journey_through(stops, library, rules=Rules(), length=12, rng_seed=number)))
        for number in range(5)
    }
    assert len(lists) == 5


@pytest.mark.parametrize("seed", range(6))
def test_the_largest_step_is_at_most_twice_the_mean(seed):
    library = random_library(500, seed)
    made = journey_through(library.stops(0, 1), library, rules=Rules(), length=15)
    assert len(made.matches) == 15
    assert steps(library, made).max() <= 2 * steps(library, made).mean()


@pytest.mark.parametrize("minutes", [20, 60, 120])
def test_minutes_are_met_to_a_track(minutes):
    library = Library(random_library(400, 3).points, seconds=200.0)
    made = journey_through(library.stops(0, 1), library, rules=Rules(), minutes=minutes)
    assert abs(made.duration - 60 * minutes) <= 200


def test_minutes_are_met_where_the_stops_are_longer_than_the_rest():
    library = random_library(400, 3)
    long = [
        (
            Track(track.id, track.file, Tags(track.title, track.artist, duration=900.0), 1, 1, 0.0),
            point,
        )
        for track, point in library.stops(0, 1)
    ]
    made = journey_through(long, library, rules=Rules(), minutes=120)
    assert abs(made.duration - 7200) <= 180


def test_the_same_place_twice_and_opposite_ones():
    library = random_library(100, 1)
    there_and_back = [*library.stops(0), *library.stops(0)]
    assert len(journey_through(there_and_back, library, rules=EVERYTHING, length=5).matches) >= 2
    library.points[1] = -library.points[0]
    made = journey_through(library.stops(0, 1), library, rules=EVERYTHING, length=10)
    assert len(made.matches) == 10


def test_a_long_journey_takes_little_memory():
    library = random_library(4000, 5)
    tracemalloc.start()
    try:
        made = journey_through(library.stops(3, 4), library, rules=EVERYTHING, length=400)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(set(rows(made))) == 400
    assert peak < 500e6
    assert steps(library, made).max() < 2 * steps(library, made).mean()


def test_a_journey_that_is_as_long_as_may_be_says_so(monkeypatch):
    monkeypatch.setattr(journey, "LONGEST", 10)
    library = random_library(100, 5)
    made = journey_through(library.stops(3, 4), library, rules=EVERYTHING, length=12)
    assert (len(made.matches), made.most) == (10, 10)
    shorter = journey_through(library.stops(3, 4), library, rules=EVERYTHING, length=9)
    assert shorter.most is None


def test_one_stop_is_no_journey():
    library = random_library(3, 0)
    with pytest.raises(ValueError, match="two tracks at least"):
        journey_through(library.stops(0), library, rules=Rules())

from collections import Counter

import numpy as np
import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.generators.similar import Source, Unwanted, similar_tracks
from musicsim.playlists.generators.similar import playlist_from as playlist_of_sources
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.rules.rules import Hidden, Rule, Rules

COUNT = 60


def track(number: int, duration: float | None = 180.0) -> Track:
    tags = Tags(title=f"T{number}", artist=f"A{number}", duration=duration)
    return Track(number, f"/m/{number}", tags, 1, 1, 0.0)


def candidates(count: int = COUNT, **tags):
    points = np.eye(COUNT, dtype=np.float32)
    for number in range(count):
        yield Candidate(track(number, **tags), 1 - number / 50, points[number])


def playlist_from(seeds, candidates, **options):
    points = np.stack([point for _, point in seeds])
    return playlist_of_sources(seeds, [Source(candidates, points=points)], **options)


def far_point():
    return -np.ones(COUNT, np.float32) / np.sqrt(COUNT)


def test_similar_tracks_are_the_nearest_without_the_seed():
    found = similar_tracks(track(0), far_point(), candidates(), rules=Rules(), limit=5)
    assert [match.track.id for match in found.matches] == [1, 2, 3, 4, 5]
    similarities = [match.similarity for match in found.matches]
    assert similarities == sorted(similarities, reverse=True)


def test_no_more_candidates_are_taken_than_needed():
    supply = candidates()
    similar_tracks(None, far_point(), supply, rules=Rules(), limit=5)
    assert next(supply).track.id == 6


def test_fewer_tracks_than_asked_for_are_all_given():
    found = similar_tracks(None, far_point(), candidates(3), rules=Rules(), limit=5)
    assert len(found.matches) == 3


def test_a_playlist_begins_with_its_seeds_and_has_the_length_asked_for():
    seeds = [(track(50), far_point()), (track(2), far_point())]
    made = playlist_from(seeds, candidates(), rules=Rules(), length=6)
    assert [match.track.id for match in made.matches] == [50, 2, 0, 1, 3, 4]
    assert made.duration == 6 * 180


def test_a_playlist_of_minutes_ends_with_the_track_that_reaches_them():
    made = playlist_from([(track(50), far_point())], candidates(), rules=Rules(), minutes=10)
    assert len(made.matches) == 4
    assert made.duration == 12 * 60


def test_a_drawn_playlist_is_the_same_for_the_same_seed_and_another_for_another():
    def drawn(rng_seed):
        made = playlist_from(
            [(track(50), far_point())], candidates(), rules=Rules(), length=11, rng_seed=rng_seed
        )
        return [match.track.id for match in made.matches]

    assert drawn(1) == drawn(1)
    assert len({tuple(drawn(n)) for n in range(5)}) > 1
    assert all(len(set(drawn(n))) == 11 and set(drawn(n)) <= {50, *range(20)} for n in range(5))
    assert all(drawn(n)[1:] == sorted(drawn(n)[1:]) for n in range(5))


@pytest.mark.parametrize("options", [{"length": 1}, {"minutes": 1}])
def test_a_playlist_that_its_seed_fills_is_the_seed(options):
    made = playlist_from([(track(50), far_point())], candidates(), rules=Rules(), **options)
    assert [match.track.id for match in made.matches] == [50]


def crowd() -> list[Candidate]:
    """Twelve tracks that sound nearly alike, and beside them twelve of which each sounds different."""
    rng = np.random.default_rng(0)
    seed = np.eye(1, 20, dtype=np.float64)[0]

    def near(spread: float) -> np.ndarray:
        drawn = seed + spread * rng.normal(size=20)
        return (drawn / np.linalg.norm(drawn)).astype(np.float32)

    alike = near(0.15)
    points = [alike + 0.01 * near(1) for _ in range(12)] + [near(0.25) for _ in range(12)]
    points = [point / np.linalg.norm(point) for point in points]
    made = [
        Candidate(track(number), float(point[0]), point) for number, point in enumerate(points, 1)
    ]
    return sorted(made, key=lambda candidate: -candidate.cosine)


def likeness(made, among: list[Candidate]) -> float:
    points = {candidate.track.id: candidate.point for candidate in among}
    some = np.stack([points[match.track.id] for match in made.matches[1:]])
    cosines = some @ some.T
    return float(cosines[~np.eye(len(some), dtype=bool)].mean())


def test_with_variety_the_tracks_sound_less_alike():
    seed = [(track(0), np.eye(1, 20, dtype=np.float32)[0])]
    rules = Rules(near_duplicates=True)
    found = [
        likeness(
            playlist_from(seed, iter(crowd()), rules=rules, length=9, variety=variety), crowd()
        )
        for variety in (0.0, 0.5, 1.0)
    ]
    assert found[0] >= found[1] >= found[2]
    assert found[0] > found[2]


@pytest.mark.parametrize("variety", [0.0, 0.3, 1.0])
def test_variety_keeps_the_length_and_the_rules(variety):
    seed = [(track(0), np.eye(1, 20, dtype=np.float32)[0])]
    made = playlist_from(seed, iter(crowd()), rules=Rules(), length=9, variety=variety)
    again = playlist_from(seed, iter(crowd()), rules=Rules(), length=9, variety=variety)
    assert made == again
    assert len({match.track.id for match in made.matches}) == 9
    everything = playlist_from(
        seed, iter(crowd()), rules=Rules(near_duplicates=True), length=99, variety=variety
    )
    assert len(everything.matches) == 25


def test_the_weights_of_a_mix_are_the_shares_of_its_seeds():
    far = [point_at(0), point_at(1)]
    sources = [
        Source(
            [
                Candidate(track(1000 * seed + n + 1), 0.9 - n / 1000, random_point(seed, n))
                for n in range(100)
            ],
            weight,
            seed,
            far[seed][np.newaxis],
        )
        for seed, weight in enumerate((3.0, 1.0))
    ]

    made = playlist_of_sources([], sources, rules=Rules(), length=40)

    assert Counter(match.found_for for match in made.matches) == {0: 30, 1: 10}


def test_what_sounds_more_like_the_unwanted_is_hidden_unless_it_was_let_in():
    near = [Candidate(track(n), 0.5, random_point(0, n)) for n in range(1, 4)]
    unwanted = Unwanted(near[0].point[np.newaxis], np.ones(1, np.float32))

    def ids(rules: Rules) -> list[int]:
        found = playlist_of_sources([], [Source(near)], rules=rules, length=3, unwanted=unwanted)
        assert (found.hidden == {Hidden(Rule.UNLIKE): 1}) is not bool(rules.let_in)
        return [match.track.id for match in found.matches]

    assert ids(Rules()) == [2, 3]
    assert ids(Rules(let_in=frozenset({1}))) == [1, 2, 3]


def point_at(axis: int) -> np.ndarray:
    return np.eye(1, 64, axis, dtype=np.float32)[0]


def random_point(seed: int, number: int) -> np.ndarray:
    point = np.random.default_rng([seed, number]).normal(size=64).astype(np.float32)
    return point / np.linalg.norm(point)

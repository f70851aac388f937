"""Orders in which nothing comes again too soon."""

import itertools
from collections import Counter

import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.rules import spacing
from musicsim.playlists.rules.breaches import breaches
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.playlists.rules.spacing import Spacing, minutes_of, spaced


def track(number: int, artist: str, duration: float | None = 240.0, **fields) -> Track:
    tags = Tags(f"Song {number}", artist, duration=duration)
    return Track(number, f"/m/{number}.mp3", tags, 1, 1, 0.0, **fields)


def listed(artists: str, **fields) -> list[Track]:
    return [track(number, artist, **fields) for number, artist in enumerate(artists)]


def order(tracks: list[Track], rules: Rules, fixed: frozenset[int] = frozenset()) -> str:
    return "".join(tracks[row].tags.artist for row in spaced(tracks, rules, fixed=fixed))


def test_a_list_stays_as_it_is_where_no_rule_is_broken():
    tracks = listed("AABBAB")

    assert spaced(tracks, Rules()) == [0, 1, 2, 3, 4, 5]
    assert spaced(listed("ABCABC"), Rules(artist_window=Window(2))) == [0, 1, 2, 3, 4, 5]


def test_a_track_that_comes_too_soon_waits_and_the_most_frequent_come_as_soon_as_they_may():
    assert order(listed("AABC"), Rules(artist_window=Window(1))) == "ABAC"
    assert order(listed("BCAAAD"), Rules(artist_window=Window(1))) in {"ABACAD", "BACADA"}


def test_what_is_too_soon_before_a_fixed_track_waits_too():
    tracks = listed("ABBCA")

    found = order(tracks, Rules(artist_window=Window(1)), frozenset({2}))

    assert found[2] == "B"
    assert all(a != b for a, b in itertools.pairwise(found))


def test_where_it_is_impossible_as_few_as_possible_come_too_soon():
    found = order(listed("AAAAB"), Rules(artist_window=Window(1)))

    assert found in {"ABAAA", "AABAA"}
    assert order(listed("AAA"), Rules(artist_window=Window(99))) == "AAA"


def test_a_track_of_unknown_length_counts_four_minutes():
    rules = Rules(artist_window=Window(minutes=8))
    for length in (None, 0.0, 240.0):
        tracks = listed("AABCD", duration=length)
        assert minutes_of(tracks[0]) == 4.0
        assert order(tracks, rules) == "ABACD"
    assert order(listed("AABCD", duration=480.0), rules) == "AABCD"
    assert order(listed("AABCD", duration=60.0), rules) == "ABCDA"


def test_half_and_double_tempo_and_fitting_keys_follow_each_other():
    bpms, keys = (60.0, 90.0, 121.0, 89.0), ("C", "F#", "Am", "B")
    tracks = [
        track(number, str(number), bpm=bpm, key=key)
        for number, (bpm, key) in enumerate(zip(bpms, keys, strict=True))
    ]

    assert order(tracks, Rules(tempo_step=3.0)) == "0213"
    assert order(tracks, Rules(matching_keys=True)) == "0213"


@pytest.mark.parametrize("bpm", [0.0, -120.0, float("nan"), float("inf"), None])
def test_a_tempo_that_is_none_breaks_no_rule(bpm):
    rules = Rules(tempo_step=0.0)
    tracks = [track(0, "A", bpm=120.0), track(1, "B", bpm=bpm), track(2, "C", bpm=bpm)]

    assert spaced(tracks, rules) == [0, 1, 2]
    assert not breaches(tracks, rules)


def test_no_window_is_no_rule_about_the_order():
    assert not Spacing(Rules()).matters
    assert Spacing(Rules(album_window=Window(minutes=1))).windows == {
        Rule.ALBUM_WINDOW: Window(minutes=1)
    }


def test_of_a_thousand_tracks_each_is_looked_at_a_few_times_only(monkeypatch):
    asked: Counter[int] = Counter()
    steps: Counter[int] = Counter()
    known = dict(spacing._KEYS)
    own, count = Spacing.steps, Spacing.count_repetitions
    compared: Counter[str] = Counter()

    def key_of(each: Track):
        asked[each.id] += 1
        return known[Rule.ARTIST_WINDOW](each)

    def steps_of(self: Spacing, each: Track) -> int:
        steps[each.id] += 1
        return own(self, each)

    def count_of(self: Spacing, keys) -> int:
        compared["all"] += 1
        return count(self, keys)

    monkeypatch.setattr(Spacing, "count_repetitions", count_of)
    monkeypatch.setitem(spacing._KEYS, Rule.ARTIST_WINDOW, key_of)
    monkeypatch.setattr(Spacing, "steps", steps_of)

    # Too few artists for the window, so that nothing fits.
    rules = Rules(artist_window=Window(99))
    tracks = [track(number, f"Artist {number % 3}") for number in range(1000)]

    assert sorted(spaced(tracks, rules)) == list(range(1000))
    assert max(asked.values()) <= 2
    assert compared["all"] <= 3 * len(tracks)
    assert sum(steps.values()) <= 5 * len(tracks)

import datetime
from dataclasses import replace

import numpy as np
import pytest
from facts_of_tracks import DAY, NOW, FakeWorld, found, track

from musicsim.library.track_facts import PlayFacts
from musicsim.playlists.smart.ready_made import READY_MADE
from musicsim.playlists.smart.rules import (
    Group,
    Order,
    OrderBy,
    PlaylistRule,
    SmartRules,
    SoundRule,
)


def by(order: str, *, descending: bool = False, **others) -> SmartRules:
    return SmartRules(order=Order(OrderBy(order), descending, others.pop("number", 0)), **others)


def test_an_artists_albums_are_in_the_order_of_their_tracks():
    album = {"artist": "Bowie", "album": "Low"}
    tracks = [
        track(1, artist="Zappa", album="Apostrophe"),
        track(2, **album, disc_number=2, track_number=1),
        track(3, **album, disc_number=1, track_number=2),
        track(4, **album, disc_number=1, track_number=1),
        track(5, artist="A guest", album_artist="Bowie", album="Low", track_number=1),
        track(6),
    ]
    assert found(by("artist"), *tracks) == [5, 4, 3, 2, 1, 6], "those without come last"
    assert found(by("artist", descending=True), *tracks) == [1, 5, 4, 3, 2, 6]


def test_unknown_values_come_last_in_both_directions():
    tracks = [track(1, year=None), track(2, year=1999), track(3, year=1980)]
    assert found(by("year"), *tracks) == [3, 2, 1]
    assert found(by("year", descending=True), *tracks) == [2, 3, 1]


def test_what_was_never_played_was_played_longest_ago():
    plays = {1: PlayFacts(1, 0, NOW), 2: PlayFacts(1, 0, NOW - DAY)}
    tracks = [track(1), track(2), track(3)]
    assert found(by("played"), *tracks, plays=plays) == [3, 2, 1]
    assert found(by("played", descending=True), *tracks, plays=plays) == [1, 2, 3]


def test_of_equally_many_plays_the_last_comes_first():
    plays = {1: PlayFacts(2, 0, NOW - DAY), 2: PlayFacts(2, 0, NOW), 3: PlayFacts(5, 0, NOW)}
    rules = by("plays", descending=True, tracks=2)
    assert found(rules, track(1), track(2), track(3), plays=plays) == [3, 2]


@pytest.mark.parametrize("order", [each for each in OrderBy if each is not OrderBy.RANDOM])
def test_ties_are_stable(order):
    tracks = [track(n, title="Same") for n in range(1, 9)]
    same = found(SmartRules(order=Order(order), tracks=3), *tracks)
    assert len(same) == 3
    assert same == found(SmartRules(order=Order(order), tracks=3), *tracks)
    if order is not OrderBy.FLOW:
        assert same == [1, 2, 3]


def test_a_random_order_stays_when_other_tracks_come_and_go():
    tracks = [track(n) for n in range(1, 41)]
    all_of_them = found(by("random"), *tracks)
    assert sorted(all_of_them) == list(range(1, 41)) != all_of_them
    without = found(by("random"), *tracks[:20], *tracks[21:])
    assert without == [i for i in all_of_them if i != 21]
    assert found(by("random", number=1), *tracks) != all_of_them
    assert found(by("random", tracks=10), *tracks) == all_of_them[:10]


def test_a_daily_list_changes_at_midnight_and_not_before():
    tracks = [track(n) for n in range(1, 41)]

    def at(hour: float) -> list[int]:
        return found(by("random", daily=True), *tracks, world=FakeWorld(now=NOW + hour * 3600))

    assert at(0) == at(8.9) == at(-14.9)
    assert at(0) != at(9.1)


def test_minutes_are_filled_and_what_is_too_long_is_passed_over():
    tracks = [
        track(1, year=1, duration=600.0),
        track(2, year=2, duration=3600.0),
        track(3, year=3, duration=None),
        track(4, year=4, duration=299.0),
        track(5, year=5, duration=600.0),
    ]
    rules = by("year", minutes=40)
    # The unknown length counts as the mean, 21 minutes.
    assert found(rules, *tracks) == [1, 3, 4]
    assert found(replace(rules, tracks=2), *tracks) == [1, 3]
    assert found(by("year", minutes=0), *tracks) == []
    assert found(by("year", minutes=-5, tracks=-5), *tracks) == []


def test_the_most_similar_come_first():
    world = FakeWorld(likenesses={(7,): [0.5, 0.9, 0.7], (8,): [0.95, 0.1, 0.1]})
    sounds = Group((SoundRule((7,), 0.1), SoundRule((8,), 0.1)), any=True)
    rules = SmartRules(sounds, Order(OrderBy.SIMILARITY))
    tracks = [track(1), track(2), track(3)]
    assert found(rules, *tracks, world=world) == [1, 2, 3]
    only = replace(rules, group=Group((SoundRule((7,), 0.1),)))
    assert found(only, *tracks, world=world) == [2, 3, 1]


def test_flow_goes_along_a_line():
    where = {n: (np.cos(n / 10), np.sin(n / 10)) for n in range(1, 11)}
    tracks = [track(n) for n in range(1, 13)]
    flowing = found(by("flow"), *tracks, world=FakeWorld(where=where))
    assert flowing[:10] in (list(range(1, 11)), list(range(10, 0, -1)))
    assert sorted(flowing[10:]) == [11, 12], "what has no point yet comes last"


def test_what_is_unwanted_does_not_take_a_place():
    tracks = [track(n, year=n) for n in range(1, 6)]
    assert found(by("year", tracks=2), *tracks, unwanted=(1, 3)) == [2, 4]


def test_one_new_after_every_four_known_near_by_sound():
    tracks = [track(n) for n in range(1, 101)]
    # Two kinds of sound; of each, one in five was never played.
    where = {n: ((1.0, n / 1e4) if n % 2 else (-1.0, n / 1e4)) for n in range(1, 101)}
    plays = {n: PlayFacts(1, 0, NOW) for n in range(1, 101) if n % 10 > 1}
    rules = by("random", known_per_new=4, tracks=50)

    mixed = found(rules, *tracks, plays=plays, world=FakeWorld(where=where))

    assert len(mixed) == len(set(mixed)) == 50
    for start in range(0, 50, 5):
        part = mixed[start : start + 5]
        assert [n in plays for n in part] == [True, True, True, True, False]
        assert len({n % 2 for n in part}) == 1, "near each other"
    assert found(rules, *tracks, plays=plays, world=FakeWorld(where=where)) == mixed


@pytest.mark.parametrize("played", [0, 3, 20])
def test_a_mix_ends_with_what_there_is(played):
    plays = {n: PlayFacts(1, 0, NOW) for n in range(1, played + 1)}
    tracks = [track(n) for n in range(1, 21)]
    mixed = found(by("random", known_per_new=4), *tracks, plays=plays)
    assert sorted(mixed) == list(range(1, 21))


def test_a_mix_keeps_to_its_minutes():
    tracks = [track(n) for n in range(1, 41)]
    assert len(found(by("random", known_per_new=4, minutes=24), *tracks)) == 6


@pytest.mark.parametrize("key", READY_MADE)
def test_ready_made_lists_make_do_with_an_empty_library(key):
    assert found(READY_MADE[key][1]) == []


def test_forgotten_gems_are_liked_or_much_played_and_not_lately():
    plays = {
        1: PlayFacts(9, 0, NOW - 300 * DAY),
        2: PlayFacts(9, 0, NOW - 3 * DAY),
        3: PlayFacts(1, 0, NOW - 300 * DAY),
    }
    tracks = [track(1), track(2), track(3), track(4), track(5, added_at=NOW), track(6)]
    gems = found(READY_MADE["forgotten-gems"][1], *tracks, plays=plays, liked={4, 5})
    assert sorted(gems) == [1, 4]


def test_a_list_of_a_list_is_in_its_own_order():
    world = FakeWorld(playlists={"Sunday": (3, 1)}, zone=datetime.UTC)
    rules = SmartRules(Group((PlaylistRule("Sunday"),)), Order(OrderBy.TITLE))
    assert found(rules, track(1), track(2), track(3), world=world) == [1, 3]


def test_more_known_tracks_than_there_are_take_no_time():
    tracks = [track(number) for number in range(1, 9)]
    plays = {number: PlayFacts(1, 0, NOW) for number in range(1, 7)}
    mixed = found(by("random", known_per_new=10**12), *tracks, plays=plays)
    assert sorted(mixed) == list(range(1, 9))
    assert set(mixed[:6]) == set(range(1, 7))

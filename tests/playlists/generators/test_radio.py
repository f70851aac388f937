"""A radio never ends, repeats nothing within its windows, stays near, and learns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from random_libraries import RandomLibrary, bans_for, libraries

from musicsim.library.types import EndOfPlay, Play, Tags, Track
from musicsim.playlists.feedback import Reaction, Reactions, liking
from musicsim.playlists.generators.radio import (
    Anchor,
    Radio,
    RadioSettings,
    Strictness,
    near_in,
    rules_of_radio,
)
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.rules import Rule, Rules, Window
from musicsim.playlists.sequel import LEAST_EXPECTED

RULES = rules_of_radio(Rules())
SETTINGS = st.builds(RadioSettings, st.sampled_from(Strictness), st.booleans())


def library_of(points: np.ndarray, tags: Callable[[int], Tags]) -> RandomLibrary:
    unit = points / np.linalg.norm(points, axis=1, keepdims=True)
    tracks = tuple(
        Track(number, f"/m/{number}.mp3", tags(number), 1, 1, 0.0) for number in range(len(points))
    )
    return RandomLibrary(tracks, unit.astype(np.float32))


def crowded(kinds: int = 12, of_each: int = 60, artists: int = 3, seed: int = 0) -> RandomLibrary:
    """Kinds of music, each by a few artists of its own."""
    rng = np.random.default_rng(seed)
    middles = rng.normal(size=(kinds, 48))
    points = np.repeat(middles, of_each, axis=0) + 0.9 * rng.normal(size=(kinds * of_each, 48))

    def tags(number: int) -> Tags:
        artist = f"A{number // of_each}-{number % artists}"
        return Tags(f"T{number}", artist, f"{artist} {number % 9}", duration=200.0)

    return library_of(points, tags)


def by_artists(artists: int = 240, of_each: int = 30, kinds: int = 4) -> RandomLibrary:
    """Artists of a few kinds, each with a sound of their own, as in a collection of whole albums."""
    rng = np.random.default_rng(1)
    middles = np.repeat(rng.normal(size=(kinds, 16)), artists // kinds, axis=0)
    middles += 0.5 * rng.normal(size=middles.shape)
    points = np.repeat(middles, of_each, axis=0) + 0.3 * rng.normal(size=(artists * of_each, 16))

    def tags(number: int) -> Tags:
        artist = f"A{number // of_each}"
        return Tags(f"T{number}", artist, f"{artist} {number // 10}", duration=200.0)

    return library_of(points, tags)


def listen(
    radio: Radio,
    library: RandomLibrary,
    count: int,
    reaction: Callable[[Track], float] = lambda track: 0.0,
) -> list[Track]:
    """Hear tracks one by one, as they are given."""
    heard = []
    for _ in range(count):
        found = radio.next(1, near_in(library))
        if not found.matches:
            break
        track = found.matches[0].track
        point = library.point_of(track.id)
        radio.hear(track, point)
        radio.react(Reaction(track, point, reaction(track)))
        heard.append(track)
    return heard


def radio_at(library: RandomLibrary, row: int, **changes: object) -> Radio:
    options = {"rules": RULES, "settings": RadioSettings(), "rng_seed": 1} | changes
    radio = Radio([Anchor(library.points[row])], **options)  # type: ignore[arg-type]
    radio.hear(library.tracks[row], library.points[row])
    return radio


def least_between(keys: Sequence[object]) -> int:
    """Return the smallest number of tracks between two of the same key."""
    last: dict[object, int] = {}
    least = len(keys)
    for place, key in enumerate(keys):
        if key and key in last:
            least = min(least, place - last[key] - 1)
        last[key] = place
    return least


@pytest.mark.parametrize("strictness", Strictness)
def test_two_hundred_tracks_repeat_nothing_and_keep_their_windows(strictness: Strictness) -> None:
    library = crowded()
    heard = listen(radio_at(library, 5, settings=RadioSettings(strictness)), library, 200)

    assert len({track.id for track in heard}) == len(heard) == 200
    assert least_between([artist_key(track) for track in heard]) >= 5
    assert least_between([album_key(track) for track in heard]) >= 10


def test_it_covers_three_times_the_artists_of_going_from_neighbour_to_neighbour() -> None:
    library = by_artists()
    chain, row = [5], 5
    for _ in range(199):
        order = np.argsort(-(library.points @ library.points[row])).tolist()
        row = next(each for each in order if each not in chain)
        chain.append(row)
    by_chain = {artist_key(library.tracks[row]) for row in chain}

    heard = listen(radio_at(library, 5), library, 200)

    assert len(heard) == 200
    assert len({artist_key(track) for track in heard}) >= 3 * len(by_chain)


def test_the_stricter_the_nearer_and_it_does_not_drift() -> None:
    library = crowded()

    def nearness(strictness: Strictness, part: slice) -> float:
        radio = radio_at(library, 5, settings=RadioSettings(strictness))
        heard = listen(radio, library, 60, lambda track: 0.5)[part]
        return float((library.points_of(heard) @ library.points[5]).mean())

    whole = [nearness(strictness, slice(None)) for strictness in Strictness]
    assert whole == sorted(whole, reverse=True)
    locked = Strictness.LOCKED_IN
    # All that is near is heard in the end; what is left is still nearer than the rest of the library.
    assert (
        nearness(locked, slice(40, 60)) > float((library.points @ library.points[5]).mean()) + 0.1
    )


def test_the_vibe_is_what_was_heard_last() -> None:
    library = crowded()
    for follows, expected in ((True, 7), (False, 0)):
        radio = radio_at(library, 5, settings=RadioSettings(Strictness.FOCUSED, follows))
        for row in range(7 * 60, 7 * 60 + 4):
            radio.hear(library.tracks[row], library.points[row])
            radio.react(Reaction(library.tracks[row], library.points[row], 1.0))
        kinds = [track.id // 60 for track in listen(radio, library, 12)]
        assert max(set(kinds), key=kinds.count) == expected


@pytest.mark.parametrize("strictness", Strictness)
def test_after_twenty_skips_of_a_kind_hardly_any_of_it_comes(strictness: Strictness) -> None:
    # Between two kinds, and nearer to the one that is skipped.
    library = crowded(kinds=8, of_each=80, artists=10)
    place = 1.3 * library.points[:80].mean(axis=0) + library.points[80:160].mean(axis=0)
    anchor = Anchor(place / np.linalg.norm(place))
    rules = replace(RULES, song_window=Window(60))

    def radio() -> Radio:
        return Radio([anchor], rules=rules, settings=RadioSettings(strictness), rng_seed=2)

    def is_of_kind(track: Track) -> bool:
        return track.id < 80

    untouched = listen(radio(), library, 80, lambda track: 0.5)
    skips = 0

    def reaction(track: Track) -> float:
        nonlocal skips
        skips += is_of_kind(track)
        return -0.9 if is_of_kind(track) else 0.5

    tuned = radio()
    for _ in range(200):
        if skips < 20:
            listen(tuned, library, 1, reaction)
    after = listen(tuned, library, 40, reaction)

    shares = [sum(map(is_of_kind, tracks)) / len(tracks) for tracks in (untouched, after)]
    assert shares[0] > 0.1
    assert shares[1] <= 0.3 * shares[0]


def test_an_early_skip_says_more_than_a_late_one() -> None:
    def play(share: float, end: EndOfPlay = EndOfPlay.SKIPPED) -> float:
        return liking(Play(1, 0.0, 200.0 * share, 200.0, end))

    assert play(0.0) < play(0.1) < play(0.5) < play(0.8) < play(1.0) <= 0.0
    assert play(1.0, EndOfPlay.FINISHED) > 0
    assert play(0.3, EndOfPlay.STOPPED) == play(0.3, EndOfPlay.FAILED) == 0
    assert liking(Play(1, 0.0, 5.0, 0.0, EndOfPlay.SKIPPED)) < -0.5


def test_one_early_skip_leaves_its_neighbours_in_and_three_that_agree_do_not() -> None:
    library = crowded(kinds=3, of_each=60, artists=20)
    nearest = np.argsort(-(library.points @ library.points[0]))[1:24].tolist()
    skipped, others = nearest[:3], nearest[3:]

    def expected(*rows: int) -> float:
        reactions = Reactions()
        for row in rows:
            reactions.add(Reaction(library.tracks[row], library.points[row], -0.98))
        tracks = [library.tracks[row] for row in others]
        return float(np.median(reactions.expected(tracks, library.points[others])))

    assert LEAST_EXPECTED / 2 < expected(skipped[0]) < 0
    assert expected(*skipped) < LEAST_EXPECTED


def test_likes_pull_and_early_skips_push_more() -> None:
    library = crowded(kinds=2, of_each=60, artists=10)
    middle = library.points.mean(axis=0) / np.linalg.norm(library.points.mean(axis=0))

    def share_of_first(how: float) -> int:
        radio = Radio([Anchor(middle)], rules=RULES, settings=RadioSettings(), rng_seed=3)
        for row in (0, 1, 2):
            radio.hear(library.tracks[row], library.points[row])
            radio.react(Reaction(library.tracks[row], library.points[row], how))
        return sum(track.id < 60 for track in listen(radio, library, 30))

    shares = [share_of_first(how) for how in (-1.0, -0.2, 0.0, 1.0)]
    assert shares == sorted(shares)
    assert shares[0] < shares[2] < shares[3]


def test_several_anchors_get_their_shares() -> None:
    library = crowded()
    places = [Anchor(library.points[:60].mean(axis=0), 3.0, 0)]
    places.append(Anchor(library.points[300:360].mean(axis=0), 1.0, 1))
    radio = Radio(places, rules=RULES, settings=RadioSettings(Strictness.LOCKED_IN))
    found = radio.next(20, near_in(library))
    seeds = [match.found_for for match in found.matches]
    assert (seeds.count(0), seeds.count(1)) == (15, 5)


def test_the_same_radio_gives_the_same_tracks_and_another_number_others() -> None:
    library = crowded()

    def ids(number: int) -> list[int]:
        radio = radio_at(library, 5, rng_seed=number)
        return [track.id for track in listen(radio, library, 30, lambda t: 0.5 - t.id % 2)]

    assert ids(1) == ids(1)
    assert ids(1) != ids(2)


def test_what_is_upcoming_is_not_given_again() -> None:
    library = crowded()
    radio = radio_at(library, 5, settings=RadioSettings(Strictness.LOCKED_IN))
    order = np.argsort(-(library.points @ library.points[5]))[:10].tolist()
    queued = [(library.tracks[row], library.points[row]) for row in order]
    found = radio.next(10, near_in(library), queued)
    assert not {match.track.id for match in found.matches} & set(order)


def test_tracks_that_were_planned_in_vain_may_come_after_all() -> None:
    library = crowded(kinds=1, of_each=12, artists=12)
    radio = radio_at(library, 0)
    planned = [match.track for match in radio.next(11, near_in(library)).matches]
    assert len(planned) == 11
    radio.forget(planned)
    again = radio.next(11, near_in(library))
    assert {match.track.id for match in again.matches} == {track.id for track in planned}
    assert not any(each.rule is Rule.SONG_WINDOW for each in again.relaxed)


def test_a_small_library_goes_on_and_says_that_songs_come_again() -> None:
    library = crowded(kinds=1, of_each=6, artists=6)
    radio = radio_at(library, 0)
    heard = listen(radio, library, 40)
    assert len(heard) == 40
    assert least_between([track.id for track in heard]) >= 2
    (relaxed,) = [r for r in radio.next(1, near_in(library)).relaxed if r.rule is Rule.SONG_WINDOW]
    assert relaxed.wanted == 1000
    assert relaxed.got is not None
    assert 0 < relaxed.got < 6


def test_with_two_tracks_they_take_turns_and_with_one_there_is_nothing() -> None:
    two = crowded(kinds=1, of_each=2)
    heard = [track.id for track in listen(radio_at(two, 0), two, 6)]
    assert heard == [1, 0, 1, 0, 1, 0]
    one = crowded(kinds=1, of_each=1)
    assert listen(radio_at(one, 0), one, 3) == []


def test_one_artist_is_better_than_silence_and_than_repeats() -> None:
    library = crowded(kinds=1, of_each=40, artists=1)
    radio = radio_at(library, 0)
    found = radio.next(39, near_in(library))
    assert len({match.track.id for match in found.matches}) == 39
    assert Rule.ARTIST_WINDOW in {each.rule for each in found.relaxed}


def test_firm_windows_are_kept_at_the_price_of_silence() -> None:
    library = crowded(kinds=1, of_each=40, artists=1)
    rules = replace(RULES, firm=frozenset({Rule.ARTIST_WINDOW, Rule.SONG_WINDOW}))
    assert radio_at(library, 0, rules=rules).next(5, near_in(library)).matches == ()


def test_interludes_and_carols_come_only_where_nothing_else_is_left() -> None:
    def tags(number: int) -> Tags:
        kinds = ("", "Christmas"), (200.0, 20.0)
        return Tags(
            f"T{number}",
            f"A{number}",
            genre=kinds[0][number == 3],
            duration=kinds[1][number == 4],
        )

    points = np.random.default_rng(0).normal(size=(6, 8))
    library = library_of(points, tags)
    rules = rules_of_radio(Rules.for_lists(date(2026, 7, 1)))
    rules = replace(rules, firm=frozenset({Rule.SONG_WINDOW}))
    found = radio_at(library, 0, rules=rules).next(9, near_in(library))
    ids = [match.track.id for match in found.matches]
    assert set(ids[:3]) == {1, 2, 5}
    assert ids[3:] == [4, 3]
    assert {each.rule for each in found.relaxed} == {Rule.SHORT, Rule.SEASON}


def test_what_it_knows_does_not_grow() -> None:
    library = crowded(kinds=10, of_each=20, artists=12)
    rules = replace(RULES, song_window=Window(50))
    radio = radio_at(library, 5, rules=rules)
    listen(radio, library, 310, lambda track: -0.5)
    assert len(radio._memory._tracks) <= 51
    assert len(radio._heard) <= 300
    assert len(radio._reactions) <= 200


@given(data=st.data(), library=libraries(smallest=1, largest=20), settings=SETTINGS)
def test_any_library_in_any_mood(data, library: RandomLibrary, settings: RadioSettings) -> None:
    bans: Bans = data.draw(bans_for(library))
    rules = rules_of_radio(Rules(bans=bans, near_duplicates=data.draw(st.booleans())))
    firm = data.draw(st.sampled_from((frozenset(), frozenset({Rule.SONG_WINDOW}))))
    rules = replace(rules, firm=firm)
    likings = data.draw(st.lists(st.floats(-1, 1), min_size=1, max_size=6))

    def run() -> list[tuple[int, tuple[Rule, ...]]]:
        radio = radio_at(library, 0, rules=rules, settings=settings)
        last, got = library.tracks[0].id, []
        for number in range(12):
            found = radio.next(2, near_in(library))
            for match in found.matches:
                assert match.track.id != last
                assert not match.track.missing
                assert not bans.forbid(match.track)
                last = match.track.id
                point = library.point_of(last)
                radio.hear(match.track, point)
                radio.react(Reaction(match.track, point, likings[number % len(likings)]))
                got.append((last, tuple(each.rule for each in found.relaxed)))
        return got

    got = run()
    assert run() == got
    ids = [track_id for track_id, _ in got]
    if firm:
        assert len(set(ids)) == len(ids)
    elif len(set(ids)) < len(ids):
        assert any(Rule.SONG_WINDOW in relaxed for _, relaxed in got)
    if len(ids) > 0 and not firm:
        others = {t.id for t in library.tracks if not t.missing and not bans.forbid(t)}
        # It goes on for ever once there are two.
        assert len(ids) == 24 or len(others) < 3 or len(set(ids)) < 3

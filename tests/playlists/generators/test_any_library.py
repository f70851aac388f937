"""Whatever the library, its tags and its points: no list breaks a rule, and each request gives one list."""

import math
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from random_libraries import RandomLibrary, broken_rules, libraries, rules_for

from musicsim.playlists.arranging import Order, arrange
from musicsim.playlists.flow import order_by_flow
from musicsim.playlists.generators.journey import journey_through
from musicsim.playlists.generators.similar import Source, playlist_from, similar_tracks
from musicsim.playlists.neighbourhood import mean_point
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.breaches import breaches
from musicsim.playlists.rules.chooser import MOST_LEFT_OUT
from musicsim.playlists.rules.rules import RELAXED_IN_ORDER, Rule, Rules, Window

LENGTHS = st.one_of(
    st.fixed_dictionaries({"length": st.integers(0, 40)}),
    st.fixed_dictionaries({"minutes": st.sampled_from((0.0, 0.5, 3.0, 30.0, 1e6))}),
)
NUMBERS = st.one_of(st.none(), st.integers(0, 3))


RELAXABLE = set(RELAXED_IN_ORDER)


def check(
    made: GeneratedPlaylist, library: RandomLibrary, rules: Rules, seeds, length, *, relaxes=True
) -> None:
    listed = [match.track for match in made.matches]
    named = [track.id for track, _ in seeds]
    assert len({track.id for track in listed} - set(named)) == len(
        [track for track in listed if track.id not in named]
    )
    broken = broken_rules(rules, listed, library.points_of(listed), named=named)
    told = breaches(listed, rules, exempt=frozenset(named))
    assert {each.rule for each in told} == broken
    # What is about the order is up to `spaced`, which firm rules don't make possible.
    of_order = {Rule.KEYS, Rule.TEMPO, Rule.SONG_WINDOW, Rule.ALBUM_WINDOW, Rule.ARTIST_WINDOW}
    assert not broken & rules.firm - of_order
    assert broken <= RELAXABLE
    assert not [track for track in listed if track.missing and track.id not in named]
    assert all(
        math.isfinite(match.similarity) and 0 <= match.similarity <= 1 for match in made.matches
    )
    playable = {track.id for track in library.tracks if not track.missing} | set(named)
    if len(listed) < min(length.get("length", 0), len(playable)):
        assert made.hidden, "too short, and nothing says why"
        assert made.is_short
        if relaxes:
            assert {each.rule for each in made.hidden} <= (set(Rule) - RELAXABLE) | rules.firm
    counted = sum(made.hidden.values())
    assert counted + len(listed) <= len(library.tracks) + len(named)
    assert not {each.track.id for each in made.left_out} & {track.id for track in listed}
    assert len(made.left_out) == min(counted, MOST_LEFT_OUT)


@given(data=st.data(), library=libraries())
def test_playlists_keep_their_rules(data, library):
    rules = data.draw(rules_for(library))
    rows = st.lists(st.integers(0, len(library.tracks) - 1), min_size=1, max_size=3, unique=True)
    seeds = library.stops(*data.draw(rows))
    length = data.draw(LENGTHS)
    options = {
        "rules": rules,
        "rng_seed": data.draw(NUMBERS),
        "variety": data.draw(st.sampled_from((0.0, 0.5, 1.0))),
        **length,
    }
    middle = mean_point(np.stack([point for _, point in seeds]))
    shares = data.draw(st.sampled_from(((1.0,), (1.0, 3.0))))

    def sources():
        points = [middle, library.points[0]]
        return [
            Source(library.candidates(point), weight, number, points[0][None])
            for number, (point, weight) in enumerate(zip(points, shares, strict=False))
        ]

    made = playlist_from(seeds, sources(), **options)
    check(made, library, rules, seeds, length)
    assert [match.track for match in made.matches[: len(seeds)]] == [track for track, _ in seeds]
    assert playlist_from(seeds, sources(), **options) == made
    tracks = [match.track for match in made.matches]
    if tracks:
        order = data.draw(st.sampled_from(Order))
        fixed = frozenset(data.draw(st.lists(st.integers(0, len(tracks) - 1), max_size=3)))
        rows = arrange(
            tracks, library.points_of(tracks), order, rules=rules, fixed=fixed, rng_seed=1
        )
        assert sorted(rows) == list(range(len(tracks)))
        assert all(rows[row] == row for row in fixed)


@given(data=st.data(), library=libraries(smallest=2))
def test_journeys_keep_their_rules(data, library):
    rules = data.draw(rules_for(library))
    rows = st.lists(st.integers(0, len(library.tracks) - 1), min_size=2, max_size=4)
    stops = library.stops(*data.draw(rows))
    length = data.draw(LENGTHS)
    options = {"rules": rules, "rng_seed": data.draw(NUMBERS), **length}
    made = journey_through(stops, library, **options)
    check(made, library, rules, stops, length, relaxes=False)
    passed = [match.track.id for match in made.matches]
    assert (passed[0], passed[-1]) == (stops[0][0].id, stops[-1][0].id)
    assert [track_id for track_id in passed if track_id in {t.id for t, _ in stops}] == [
        track.id for track, _ in stops
    ]
    assert journey_through(stops, library, **options) == made


@given(data=st.data(), library=libraries(), limit=st.integers(0, 30))
def test_similar_tracks_keep_their_rules(data, library, limit):
    rules = replace(data.draw(rules_for(library)), let_in=frozenset())
    seed, point = library.stops(0)[0]
    found = similar_tracks(seed, point, library.candidates(point), rules=rules, limit=limit)
    listed = [match.track for match in found.matches]
    assert len({track.id for track in listed} - {seed.id}) == len(listed) <= limit
    # Of a list of similar tracks, the order says how similar they are.
    rules = replace(rules, artist_window=Window(), album_window=Window(), song_window=Window())
    rules = replace(rules, tempo_step=None, matching_keys=False)
    assert not broken_rules(rules, listed, library.points_of(listed))
    others = [track for track in library.tracks if not track.missing and track.id != seed.id]
    if len(listed) < min(limit, len(others)):
        assert found.hidden


@given(library=libraries(), has_first=st.booleans(), has_last=st.booleans())
def test_flow_orders_any_points(library, has_first, has_last):
    count = len(library.tracks)
    first = 0 if has_first else None
    last = count - 1 if has_last and count > 1 else None
    order = order_by_flow(library.points, first=first, last=last)
    assert sorted(order) == list(range(count))
    assert first is None or order[0] == first
    assert last is None or order[-1] == last

"""In which order a chooser looks at its rules, and how it relaxes them."""

from collections import Counter

import numpy as np
import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.rules import chooser as module
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Hidden, Rule, Rules, Window
from musicsim.playlists.rules.same_song import song_key

POINTS = np.eye(40, dtype=np.float32)


def track(number: int, **tags) -> Track:
    fields = {"title": f"Song {number}", "artist": "Mara", "album": "Hits", "duration": 200.0}
    return Track(number, f"/m/{number}.mp3", Tags(**{**fields, **tags}), 1, 1, 0.0)


def chooser(rules: Rules, **options) -> Chooser:
    return Chooser(rules, (), seeds_count=False, **options)


def admitted(made: Chooser, tracks: list[Track]) -> list[int]:
    return [each.id for each in tracks if made.admit(each, POINTS[each.id])]


@pytest.mark.parametrize(
    "rules", [Rules(max_per_artist=1), Rules(shortest=99.0), Rules(max_per_album=1)]
)
def test_songs_are_not_looked_at_where_a_quicker_rule_hides_nearly_everything(monkeypatch, rules):
    asked: Counter[int] = Counter()

    def counted(each: Track):
        asked[each.id] += 1
        return song_key(each)

    monkeypatch.setattr(module, "song_key", counted)

    admitted(chooser(rules), [track(number) for number in range(40)])

    assert len(asked) <= 1


def test_a_version_of_a_song_is_hidden_as_such_below_the_limit_of_its_artist():
    made = chooser(Rules(max_per_artist=3))

    assert admitted(made, [track(0, title="Halo"), track(1, title="Halo (Live)"), track(2)]) == [
        0,
        2,
    ]
    assert made.hidden == {Hidden(Rule.SAME_SONG): 1}


def test_limits_are_relaxed_by_one_until_there_is_enough():
    made = chooser(Rules(max_per_artist=1))
    admitted(made, [track(number, artist="AB"[number % 2]) for number in range(8)])
    found: list[int] = []

    for each in made.relax(lambda: len(found) >= 3):
        found.append(each)

    assert found == [2, 3, 4]
    assert sum(made.hidden.values()) == 3
    assert not {each.track.id for each in made.left_out} & {0, 1, *found}


@pytest.mark.parametrize(
    "rules",
    [
        Rules(max_per_artist=None, artist_window=Window(3)),
        Rules(max_per_artist=None, album_window=Window(minutes=60.0)),
        Rules(max_per_artist=None, max_per_album=1),
        Rules(max_per_artist=None, longest=1.0),
    ],
)
def test_what_gives_way_lets_all_in(rules):
    made = chooser(rules, length=4)
    before = admitted(made, [track(number) for number in range(8)])

    assert len(before) <= 1
    assert sorted([*before, *made.relax(lambda: False)]) == list(range(8))
    assert not made.hidden


def test_a_firm_rule_never_gives_way():
    made = chooser(Rules(shortest=99.0, firm=frozenset({Rule.SHORT})))

    assert admitted(made, [track(0)]) == []
    assert list(made.relax(lambda: False)) == []
    assert made.hidden == {Hidden(Rule.SHORT, 99.0): 1}


def test_a_version_does_not_come_by_relaxing_another_rule():
    made = chooser(Rules(max_per_artist=1))
    admitted(made, [track(0, title="Halo"), track(1, title="Halo (Live)"), track(2)])

    assert list(made.relax(lambda: False)) == [2]
    assert made.hidden == {Hidden(Rule.SAME_SONG): 1}


def test_what_was_let_in_needs_only_room_in_the_list():
    made = chooser(Rules(max_per_artist=1, shortest=99.0, let_in=frozenset({1})))

    assert admitted(made, [track(0), track(1)]) == [1]
    assert made.allows(track(1), POINTS[1])
    assert not made.allows(track(2), POINTS[2])


def test_a_copy_of_what_is_in_the_list_fits_nowhere():
    made = chooser(Rules())
    assert made.admit(track(0), POINTS[0])

    assert not made.allows(track(1, title="Song 0"), POINTS[1])
    assert not made.allows(track(2), POINTS[0])
    assert made.allows(track(2), POINTS[2])

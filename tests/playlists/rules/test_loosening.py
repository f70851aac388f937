"""Rules that are relaxed as a whole give way in the same order as those of a chooser."""

import itertools
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from musicsim.playlists.rules.relaxing import loosened
from musicsim.playlists.rules.rules import RELAXED_IN_ORDER, Rule, Rules, Window

STRICT = Rules(
    max_per_artist=2,
    max_per_album=1,
    artist_window=Window(3),
    album_window=Window(minutes=9.0),
    song_window=Window(9),
    shortest=1.0,
    longest=15.0,
    genre_groups=(("rock",),),
    today=date(2026, 7, 1),
    tempo_step=5.0,
    matching_keys=True,
)
FIELDS = {
    Rule.KEYS: "matching_keys",
    Rule.TEMPO: "tempo_step",
    Rule.SONG_WINDOW: "song_window",
    Rule.ALBUM_WINDOW: "album_window",
    Rule.ARTIST_WINDOW: "artist_window",
    Rule.ALBUM: "max_per_album",
    Rule.ARTIST: "max_per_artist",
    Rule.LONG: "longest",
    Rule.SHORT: "shortest",
    Rule.SEASON: "today",
    Rule.GENRE: "genre_groups",
}


def changes(rules: Rules) -> list[Rule]:
    """Return which rule each step relaxes; a step relaxes one."""
    steps = list(loosened(rules))
    found = []
    for before, after in itertools.pairwise(steps):
        (rule,) = (r for r, name in FIELDS.items() if getattr(before, name) != getattr(after, name))
        found.append(rule)
    return found


def test_every_rule_gives_way_in_the_stated_order():
    assert list(dict.fromkeys(changes(STRICT))) == list(RELAXED_IN_ORDER)
    assert next(loosened(STRICT)) == STRICT
    last = list(loosened(STRICT))[-1]
    assert last == Rules(max_per_artist=None)


def test_limits_are_doubled_before_they_are_dropped():
    limits = [each.max_per_artist for each in loosened(Rules(max_per_artist=2))]

    assert limits == [2, 4, None]


@given(firm=st.frozensets(st.sampled_from(Rule)))
def test_firm_rules_stay(firm):
    rules = Rules(**{name: getattr(STRICT, name) for name in FIELDS.values()}, firm=firm)

    for each in loosened(rules):
        for rule in firm & FIELDS.keys():
            assert getattr(each, FIELDS[rule]) == getattr(STRICT, FIELDS[rule])
    assert set(changes(rules)) == set(RELAXED_IN_ORDER) - firm


def test_without_rules_there_is_one_step():
    assert list(loosened(Rules(max_per_artist=None))) == [Rules(max_per_artist=None)]

"""What holds for all rules: they are evaluated, kept and read, whatever they ask for."""

import contextlib
import json

import numpy as np
import pytest
from facts_of_tracks import FakeWorld, found
from hypothesis import given, settings
from hypothesis import strategies as st
from rules_of_any_kind import all_rules, groups, histories, libraries, times

from musicsim.playlists.smart.facts import Facts
from musicsim.playlists.smart.matching import matching
from musicsim.playlists.smart.ready_made import READY_MADE
from musicsim.playlists.smart.rules import (
    Field,
    Group,
    PlaylistRule,
    SmartRules,
    SpanRule,
    Unit,
    changes_with_time,
    playlists_in,
)
from musicsim.playlists.smart.storing import SmartRulesError, from_json, renamed, to_json

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@settings(max_examples=60)
@given(
    all_rules, libraries, histories, st.sets(st.integers(1, 9)), st.sets(st.integers(1, 9)), times
)
def test_any_rules_give_a_list_without_what_is_unwanted(
    rules, library, plays, liked, unwanted, now
):
    where = {n: (np.cos(n), np.sin(n)) for n in range(1, 7)}
    world = FakeWorld(now=now, where=where, likenesses={None: [0.5] * len(library)})

    ids = found(rules, *library, plays=plays, liked=liked, unwanted=unwanted, world=world)

    assert len(set(ids)) == len(ids)
    assert not set(ids) & unwanted
    assert set(ids) <= {track.id for track in library}
    if rules.tracks is not None:
        assert len(ids) <= max(rules.tracks, 0)
    assert ids == found(rules, *library, plays=plays, liked=liked, unwanted=unwanted, world=world)


@settings(max_examples=60)
@given(groups, libraries, histories)
def test_a_negated_group_is_the_rest(group, library, plays):
    facts = Facts(library, plays)
    world = FakeWorld(count=len(facts))
    both = [matching(Group((group, other)), facts, world) for other in (group, Group((group,)))]
    assert (both[0] == both[1]).all()
    if any(part for part in group.parts):
        turned = Group(group.parts, group.any, not group.negated)
        straight, opposite = (matching(each, facts, world) for each in (group, turned))
        assert (straight != opposite).all() or (straight.all() and opposite.all())


@settings(max_examples=60)
@given(all_rules)
def test_rules_are_read_as_they_were_written(rules):
    assert from_json(to_json(rules)) == rules
    assert to_json(rules).isascii()


@settings(max_examples=60)
@given(all_rules, st.data())
def test_damaged_rules_are_refused_or_read_as_others(rules, data):
    document = json.loads(to_json(rules))
    place = document
    for _ in range(data.draw(st.integers(0, 4))):
        values = place.values() if isinstance(place, dict) else place
        inner = [each for each in values if isinstance(each, dict | list) and each]
        if not inner:
            break
        place = data.draw(st.sampled_from(inner))
    keys = list(place) if isinstance(place, dict) else list(range(len(place)))
    place[data.draw(st.sampled_from(keys))] = data.draw(_json)
    with contextlib.suppress(SmartRulesError):
        read = from_json(json.dumps(document))
        assert from_json(to_json(read)) == read


@settings(max_examples=60)
@given(_json | st.just({"version": 1}))
def test_what_is_no_rules_is_refused(document):
    with pytest.raises(SmartRulesError):
        from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "null"])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(SmartRulesError, match="can't be read"):
        from_json(text)


def test_rules_of_a_newer_musicsim_ask_for_an_update():
    with pytest.raises(SmartRulesError, match="newer musicsim"):
        from_json(json.dumps({**json.loads(to_json(SmartRules())), "version": 2}))


def test_groups_in_groups_end_somewhere():
    group = Group()
    for _ in range(200):
        group = Group((group, SpanRule(Field.ADDED, 1, Unit.DAYS)))
    assert found(group) == []
    with pytest.raises(SmartRulesError):
        from_json(to_json(SmartRules(group)))


def test_a_renamed_playlist_keeps_its_place_in_rules():
    rules = SmartRules(Group((PlaylistRule("A"), Group((PlaylistRule("B", True),), any=True))))
    assert playlists_in(rules.group) == {"A", "B"}
    assert playlists_in(renamed(rules, "B", "C").group) == {"A", "C"}


def test_lists_that_depend_on_the_day():
    assert [key for key in READY_MADE if changes_with_time(READY_MADE[key][1])] == [
        "for-today",
        "long-not-heard",
        "forgotten-gems",
        "one-new-for-four",
    ]
    inner = Group((Group((SpanRule(Field.ADDED, 1, Unit.DAYS),)),))
    assert changes_with_time(SmartRules(inner))

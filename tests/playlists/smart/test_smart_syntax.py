import datetime
import re

import pytest
from hypothesis import given, settings
from rules_of_any_kind import all_rules

from musicsim.playlists.smart.rules import (
    DateRule,
    Field,
    Group,
    LikedRule,
    NumberRule,
    PlaylistRule,
    SoundRule,
    SpanRule,
    TextMatch,
    TextRule,
    Unit,
    UnknownRule,
)
from musicsim.playlists.smart.storing import SmartRulesError
from musicsim.playlists.smart.syntax import parse_rule, rule_text

IDS = {"Quiet Harbour": 7, "Letters, or not": 8}
NAMES = {number: name for name, number in IDS.items()}


def parse(text: str):
    return parse_rule(text, track=lambda name: IDS[name], folder=lambda folder: f"/home/{folder}")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("artist is David Bowie", TextRule(Field.ARTIST, TextMatch.IS, ("David Bowie",))),
        ("genre is not Rock, Pop", TextRule(Field.GENRE, TextMatch.IS, ("Rock", "Pop"), True)),
        ("not genre is Rock", TextRule(Field.GENRE, TextMatch.IS, ("Rock",), True)),
        ("not genre is not Rock", TextRule(Field.GENRE, TextMatch.IS, ("Rock",))),
        ("title not contains night", TextRule(Field.TITLE, TextMatch.CONTAINS, ("night",), True)),
        (
            'artist is "Now, or Never", "Not"',
            TextRule(Field.ARTIST, TextMatch.IS, ("Now, or Never", "Not")),
        ),
        ("folder is My Music", TextRule(Field.FOLDER, TextMatch.IS, ("/home/My Music",))),
        ("folder is ~/Jazz, Blues", TextRule(Field.FOLDER, TextMatch.IS, ("/home/~/Jazz, Blues",))),
        (
            "folder is Jazz, Blues",
            TextRule(Field.FOLDER, TextMatch.IS, ("/home/Jazz", "/home/Blues")),
        ),
        ("folder contains live", TextRule(Field.FOLDER, TextMatch.CONTAINS, ("live",))),
        ("year 1990-1999", NumberRule(Field.YEAR, 1990, 1999)),
        ("year is 1994", NumberRule(Field.YEAR, 1994, 1994)),
        ("year not -1979", NumberRule(Field.YEAR, None, 1979, True)),
        ("plays 5-", NumberRule(Field.PLAYS, 5, None)),
        ("length 2.5-6", NumberRule(Field.LENGTH, 2.5, 6)),
        ("added in the last 30 days", SpanRule(Field.ADDED, 30, Unit.DAYS)),
        ("played not in last 1 month", SpanRule(Field.PLAYED, 1, Unit.MONTHS, True)),
        (
            "added 2024-01-01..2024-12-31",
            DateRule(Field.ADDED, datetime.date(2024, 1, 1), datetime.date(2024, 12, 31)),
        ),
        ("added ..2024-12-31", DateRule(Field.ADDED, None, datetime.date(2024, 12, 31))),
        (
            "added 2024-12-31",
            DateRule(Field.ADDED, datetime.date(2024, 12, 31), datetime.date(2024, 12, 31)),
        ),
        ("played never", UnknownRule(Field.PLAYED)),
        ("genre not empty", UnknownRule(Field.GENRE, True)),
        ("liked", LikedRule()),
        ("not liked", LikedRule(True)),
        ("sounds like Quiet Harbour at least 65%", SoundRule((7,), 0.65)),
        ('sounds like Quiet Harbour, "Letters, or not"', SoundRule((7, 8), 0.7)),
        ("sounds like lately", SoundRule(None, 0.7)),
        ("in playlist Sunday, slowly", PlaylistRule("Sunday, slowly")),
        ("not in playlist Sunday", PlaylistRule("Sunday", True)),
        ("liked or plays 5-", Group((LikedRule(), NumberRule(Field.PLAYS, 5, None)), any=True)),
    ],
)
def test_rules_are_read_and_written(text, rule):
    assert parse(text) == rule
    written = rule_text(rule, name=NAMES.__getitem__).replace("/home/", "")
    assert parse(written) == rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("Artist Is AC/DC", TextRule(Field.ARTIST, TextMatch.IS, ("AC/DC",))),
        ("NOT Genre is rock", TextRule(Field.GENRE, TextMatch.IS, ("rock",), True)),
        ("album is Not Yet", TextRule(Field.ALBUM, TextMatch.IS, ("Not Yet",))),
        ("Added in the Last 7 Days", SpanRule(Field.ADDED, 7, Unit.DAYS)),
        ("year 1970–1979", NumberRule(Field.YEAR, 1970, 1979)),
        ("year 1970 - 1979", NumberRule(Field.YEAR, 1970, 1979)),
        ('title contains 12" Mix, 7" Mix', TextRule(Field.TITLE, TextMatch.CONTAINS, ('12" Mix', '7" Mix'))),
        ('in playlist 12" Mixes', PlaylistRule('12" Mixes')),
    ],
)  # fmt: skip
def test_rules_may_be_written_in_other_ways(text, rule):
    assert parse(text) == rule
    assert parse(rule_text(rule, name=str)) == rule


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("artist is Now or Never", 'artist is "Now or Never"'),
        ("year >= 1990", "“year 1990-”"),
        ("rating 4 stars", "“rating 4”"),
        ("added today", "“added in the last 30 days”"),
        ("title like night", "“title contains blue”"),
    ],
)
def test_what_is_no_rule_is_answered_with_rules_about_the_same(text, says):
    with pytest.raises(SmartRulesError, match=re.escape(says)):
        parse(text)


@pytest.mark.parametrize(
    "text",
    ["", "not", "or", "liked or", "colour is red", "year", "year x", "year 1990..1999", "genre is", "genre",
     "genre is ,", 'genre is ""', "added yesterday", "added ..", "added 2024-13-01", "plays never", "liked much",
     "in playlist", "added in the last 5 hours", "sounds like"],
)  # fmt: skip
def test_what_is_no_rule_is_refused_with_an_example(text):
    with pytest.raises(SmartRulesError, match=r"Rules look like|Write names"):
        parse(text)


@settings(max_examples=60)
@given(all_rules)
def test_any_rules_can_be_written_for_people(rules):
    assert isinstance(rule_text(rules.group, name=str), str)


def test_a_share_out_of_all_bounds_can_be_written() -> None:
    for share in (1.797693134862316e306, -1e308, float("inf"), 5e-324):
        assert "%" in rule_text(Group((SoundRule(None, share),)), name=str)

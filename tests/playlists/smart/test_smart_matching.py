import datetime
import time

import pytest
from facts_of_tracks import DAY, NOW, FakeWorld, found, track

from musicsim.library.query.filters import Filters
from musicsim.library.track_facts import PlayFacts
from musicsim.library.types import Tags, Track
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

IS, CONTAINS = TextMatch.IS, TextMatch.CONTAINS


def text(field: str, *values: str, match: TextMatch = IS, negated: bool = False) -> TextRule:
    return TextRule(Field(field), match, values, negated)


def test_without_rules_every_track_matches():
    assert found(Group(), track(1), track(2)) == [1, 2]


@pytest.mark.parametrize(
    ("genre", "matches"),
    [
        ("Rock", True),
        ("rock ", True),
        ("Pop; Rock", True),
        ("Rock/Pop", True),
        ("Pop, Rock", True),
        ("Hard Rock", False),
        ("Pop", False),
        ("", False),
    ],
)
def test_a_genre_is_the_whole_tag_or_one_of_several_in_it(genre, matches):
    assert found(text("genre", "Rock"), track(1, genre=genre)) == [1] * matches
    assert found(text("genre", "Rock", negated=True), track(1, genre=genre)) == [1] * (not matches)


@pytest.mark.parametrize(
    ("match", "value", "found_ids"),
    [
        ("is", "*rock*", [1, 2, 3]),
        ("is", "Rock*", [1, 3]),
        ("is", "h?rd rock", [2]),
        ("is", "?rock", []),
        ("contains", "d?ro", [2]),
        ("starts", "h*d", [2]),
        ("ends", "r?ck", [1, 2, 3]),
    ],
)
def test_a_genre_has_the_wildcards_of_filters(match, value, found_ids):
    tracks = [track(1, genre="Rock"), track(2, genre="Pop; Härd Rock"), track(3, genre="Rock-Rock")]
    rule = text("genre", value, "Polka", match=TextMatch(match))
    assert found(rule, *tracks) == found_ids
    if match == "is":
        tagged = [Track(t.id, t.file, Tags(genre=t.genre), 1, 1, 0.0) for t in tracks]
        assert [t.id for t in tagged if Filters(genres=(value,)).admit(t)] == found_ids


def test_only_genres_have_wildcards():
    tracks = [track(1, title="What?", artist="M*A*S*H"), track(2, title="Whats", artist="MASH")]
    assert found(text("title", "what?"), *tracks) == [1]
    assert found(text("artist", "m*a*s*h"), *tracks) == [1]


def test_a_tag_with_a_slash_in_it_can_be_named_whole():
    assert found(text("genre", "R&B/Soul"), track(1, genre="R&B/Soul")) == [1]


def test_one_of_several_values_is_enough_and_negated_none_may_be_there():
    tracks = [track(1, genre="Rock"), track(2, genre="Jazz"), track(3, genre="Pop")]
    assert found(text("genre", "rock", "JAZZ"), *tracks) == [1, 2]
    assert found(text("genre", "rock", "JAZZ", negated=True), *tracks) == [3]


def test_case_and_accents_do_not_matter():
    tracks = [track(1, artist="Motörhead"), track(2, artist="BJÖRK"), track(3, title="Überall")]
    assert found(text("artist", "motorhead", "Björk"), *tracks) == [1, 2]
    assert found(text("title", "uber", match=TextMatch.STARTS), *tracks) == [3]
    assert found(text("title", "ALL", match=TextMatch.ENDS), *tracks) == [3]


def test_an_artist_is_also_the_albums_and_each_of_several():
    tracks = [
        track(1, artist="Guest", album_artist="David Bowie"),
        track(2, artist="Queen, David Bowie", artists=("Queen", "David Bowie")),
        track(3, artist="David Bowie Tribute"),
    ]
    assert found(text("artist", "David Bowie"), *tracks) == [1, 2]
    assert found(text("artist", "bowie", match=CONTAINS), *tracks) == [1, 2, 3]


@pytest.mark.parametrize(
    ("artist", "wanted"),
    [
        ("Logic feat. Rihanna", "Logic, Rihanna, Logic feat. Rihanna"),
        ("Joyner Lucas ft. Logic", "logic"),
        ("Logic (featuring Wiz & Drake)", "Logic, Wiz, Drake, Wiz & Drake"),
        ("Logic; Wiz", "Logic, Wiz"),
        ("Prince (The Artist)", "Prince (The Artist)"),
    ],
)
def test_an_artist_is_also_each_guest_that_the_tag_announces(artist, wanted):
    for name in wanted.split(", "):
        assert found(text("artist", name), track(1, artist=artist)) == [1]
        assert found(text("artist", name, negated=True), track(1, artist=artist)) == []


@pytest.mark.parametrize("artist", ["Simon & Garfunkel", "AC/DC", "Earth, Wind & Fire"])
def test_signs_that_may_be_a_part_of_a_name_announce_nobody(artist):
    assert found(text("artist", "Simon", "AC", "Earth"), track(1, artist=artist)) == []


def test_a_name_with_commas_is_also_found_as_several_values():
    tracks = [track(1, artist="Earth, Wind & Fire"), track(2, artist="Earth"), track(3)]
    assert found(text("artist", "earth", "Wind & Fire"), *tracks) == [1, 2]
    assert found(text("artist", "Earth", "Wind & Fire", negated=True), *tracks) == [3]


def test_double_quotes_in_a_tag_need_not_be_in_the_rule():
    tracks = [track(1, artist='"Weird Al" Yankovic', title="12” Mix"), track(2, title="“Heroes”")]
    assert found(text("artist", "Weird Al Yankovic"), *tracks) == [1]
    assert found(text("artist", '"Weird Al" Yankovic'), *tracks) == [1]
    assert found(text("title", '12" mix'), *tracks) == [1]
    assert found(text("title", "Heroes"), *tracks) == [2]


def test_a_rating_of_0_is_none():
    tracks = [track(1), track(2, rating=2.5), track(3, rating=5.0)]
    assert found(NumberRule(Field.RATING, 0, 0), *tracks) == [1]
    assert found(NumberRule(Field.RATING, 0, 3), *tracks) == [1, 2]
    assert found(NumberRule(Field.RATING, None, 3), *tracks) == [2]
    assert found(NumberRule(Field.RATING, 0, None), *tracks) == [1, 2, 3]


def test_a_title_is_the_files_name_where_the_tag_is_empty():
    tracks = [track(1, title="", file="/m/My Song.v2.mp3"), track(2, title="Other")]
    assert found(text("title", "my song.v2"), *tracks) == [1]
    assert found(UnknownRule(Field.TITLE), *tracks) == [1]


@pytest.mark.parametrize("folder", ["/m/Jazz", "/m/Jazz/", "/m//Jazz/../Jazz"])
def test_a_folder_has_its_subfolders_and_no_sibling_that_begins_alike(folder):
    tracks = [
        track(1, file="/m/Jazz/a.mp3"),
        track(2, file="/m/Jazz/Live/b.mp3"),
        track(3, file="/m/Jazz Fusion/c.mp3"),
        track(4, file="/m/Jazz.mp3"),
    ]
    assert found(text("folder", folder), *tracks) == [1, 2]
    assert found(text("folder", folder, negated=True), *tracks) == [3, 4]
    assert found(text("folder", "/"), *tracks) == [1, 2, 3, 4]


def test_a_folder_may_have_any_bytes_and_signs_in_its_name():
    strange = b"/m/\xff [50%] *".decode(errors="surrogateescape")
    assert found(text("folder", strange), track(1, file=f"{strange}/a.mp3"), track(2)) == [1]


def test_a_format_is_the_suffix():
    tracks = [track(1, file="/m/a.FLAC"), track(2, file="/m/b.mp3"), track(3, file="/m.flac/c")]
    assert found(text("format", "flac"), *tracks) == [1]
    assert found(text("format", ".mp3"), *tracks) == [2]


def test_years_may_be_reversed_and_open_and_unknown_ones_match_none():
    tracks = [track(n, year=year) for n, year in enumerate([1989, 1990, 1999, None, 2000], 1)]
    assert found(NumberRule(Field.YEAR, 1990, 1999), *tracks) == [2, 3]
    assert found(NumberRule(Field.YEAR, 1999, 1990), *tracks) == [2, 3]
    assert found(NumberRule(Field.YEAR, None, 1990), *tracks) == [1, 2]
    assert found(NumberRule(Field.YEAR, 1990, 1999, negated=True), *tracks) == [1, 4, 5]
    assert found(UnknownRule(Field.YEAR), *tracks) == [4]


def test_ratings_are_in_stars_and_unrated_is_no_rating():
    tracks = [track(1, rating=4.5), track(2, rating=1.0), track(3)]
    assert found(NumberRule(Field.RATING, 4, None), *tracks) == [1]
    assert found(NumberRule(Field.RATING, None, 3), *tracks) == [2]
    assert found(UnknownRule(Field.RATING), *tracks) == [3]


def test_lengths_are_in_minutes():
    tracks = [track(1, duration=59.0), track(2, duration=180.0), track(3, duration=None)]
    assert found(NumberRule(Field.LENGTH, 1, 3), *tracks) == [2]
    assert found(NumberRule(Field.LENGTH, 1, 3, negated=True), *tracks) == [1, 3]


def test_what_was_never_played_has_no_plays_and_was_not_played_lately():
    plays = {1: PlayFacts(3, 1, NOW - 2 * DAY), 2: PlayFacts(1, 0, NOW - 300 * DAY)}
    tracks = [track(1), track(2), track(3)]
    assert found(NumberRule(Field.PLAYS, 0, 0), *tracks, plays=plays) == [3]
    assert found(NumberRule(Field.SKIPS, 1, None), *tracks, plays=plays) == [1]
    month = SpanRule(Field.PLAYED, 1, Unit.MONTHS)
    assert found(month, *tracks, plays=plays) == [1]
    not_lately = SpanRule(Field.PLAYED, 1, Unit.MONTHS, negated=True)
    assert found(not_lately, *tracks, plays=plays) == [2, 3]
    assert found(UnknownRule(Field.PLAYED), *tracks, plays=plays) == [3]
    before = DateRule(Field.PLAYED, None, datetime.date(2026, 1, 1))
    assert found(before, *tracks, plays=plays) == [2]


@pytest.mark.parametrize(
    ("count", "unit", "first"),
    [
        (0, Unit.DAYS, "2026-03-31"),
        (1, Unit.DAYS, "2026-03-30"),
        (2, Unit.WEEKS, "2026-03-17"),
        (1, Unit.MONTHS, "2026-02-28"),
        (13, Unit.MONTHS, "2025-02-28"),
        (1, Unit.YEARS, "2025-03-31"),
    ],
)
def test_a_span_begins_with_a_day(count, unit, first):
    begin = datetime.datetime.fromisoformat(first).replace(tzinfo=datetime.UTC).timestamp()
    tracks = [track(1, added_at=begin), track(2, added_at=begin - 1)]
    assert found(SpanRule(Field.ADDED, count, unit), *tracks) == [1]


@pytest.mark.parametrize("count", [10**9, 10**30, -5])
def test_a_span_of_any_length_is_evaluated(count):
    for unit in Unit:
        assert found(SpanRule(Field.ADDED, count, unit), track(1)) == [1] * (count > 0)


def test_days_in_one_zone_are_not_those_in_another():
    # 23:30 in Berlin on the 30th is 11:30 of the next day in Auckland.
    at = datetime.datetime(2026, 3, 30, 21, 30, tzinfo=datetime.UTC).timestamp()
    rule = SpanRule(Field.ADDED, 0, Unit.DAYS)
    berlin, auckland = (datetime.timezone(datetime.timedelta(hours=h)) for h in (2, 13))
    assert found(rule, track(1, added_at=at), world=FakeWorld(zone=berlin)) == []
    world = FakeWorld(now=NOW - DAY / 2, zone=auckland)
    assert found(rule, track(1, added_at=at), world=world) == [1]


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="the system has one time zone")
def test_the_day_on_which_clocks_change_has_23_hours(monkeypatch):
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    try:
        day = DateRule(Field.ADDED, datetime.date(2026, 3, 29), datetime.date(2026, 3, 29))
        begin = datetime.datetime(2026, 3, 28, 23, 0, tzinfo=datetime.UTC).timestamp()
        times = (begin - 1, begin, begin + 23 * 3600 - 1, begin + 23 * 3600)
        tracks = [track(n, added_at=at) for n, at in enumerate(times)]
        assert found(day, *tracks, world=FakeWorld(zone=None)) == [1, 2]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_date_is_a_whole_day_and_dates_may_be_reversed():
    noon = datetime.datetime(2026, 2, 3, 12, tzinfo=datetime.UTC).timestamp()
    day, other = datetime.date(2026, 2, 3), datetime.date(2026, 1, 1)
    assert found(DateRule(Field.ADDED, day, day), track(1, added_at=noon)) == [1]
    assert found(DateRule(Field.ADDED, day, other), track(1, added_at=noon)) == [1]
    for extreme in (datetime.date.min, datetime.date.max):
        assert found(DateRule(Field.ADDED, extreme, extreme), track(1, added_at=noon)) == []


def test_a_file_from_the_future_was_added_now():
    future = track(1, added_at=NOW + 1000 * DAY)
    assert found(SpanRule(Field.ADDED, 1, Unit.DAYS), future) == [1]
    later = DateRule(Field.ADDED, datetime.date(2027, 1, 1), None)
    assert found(later, future) == []


def test_liked():
    assert found(LikedRule(), track(1), track(2), liked={2, 99}) == [2]
    assert found(LikedRule(negated=True), track(1), track(2), liked={2, 99}) == [1]


def test_what_has_no_sound_yet_sounds_like_nothing():
    world = FakeWorld(likenesses={(7,): [0.9, 0.69, float("nan")]})
    tracks = [track(1), track(2), track(3)]
    assert found(SoundRule((7,), 0.7), *tracks, world=world) == [1]
    assert found(SoundRule((7,), 0.7, negated=True), *tracks, world=world) == [2, 3]


def test_a_track_sounds_like_itself_in_spite_of_rounding():
    world = FakeWorld(likenesses={(1,): [0.9999995]})
    assert found(SoundRule((1,), 1.0), track(1), world=world) == [1]


def test_playlists():
    world = FakeWorld(playlists={"Sunday": (2, 2, 99)})
    assert found(PlaylistRule("Sunday"), track(1), track(2), world=world) == [2]
    assert found(PlaylistRule("Monday"), track(1), track(2), world=world) == []
    assert found(PlaylistRule("Monday", negated=True), track(1), world=world) == [1]


def test_groups():
    rock, pop = text("genre", "Rock"), text("genre", "Pop")
    eighties = NumberRule(Field.YEAR, 1980, 1989)
    tracks = [
        track(1, genre="Rock", year=1985),
        track(2, genre="Pop", year=1985),
        track(3, genre="Jazz", year=1985),
        track(4, genre="Rock", year=1995),
    ]
    assert found(Group((rock, eighties)), *tracks) == [1]
    assert found(Group((rock, eighties), any=True), *tracks) == [1, 2, 3, 4]
    assert found(Group((Group((rock, pop), any=True), eighties)), *tracks) == [1, 2]
    assert found(Group((Group((rock, pop), any=True, negated=True), eighties)), *tracks) == [3]


@pytest.mark.parametrize("any_of", [True, False])
@pytest.mark.parametrize("negated", [True, False])
def test_a_rule_without_a_value_says_nothing(any_of, negated):
    rock = text("genre", "Rock")
    empty = (
        text("artist", "", " ", negated=negated),
        NumberRule(Field.YEAR, None, None, negated),
        DateRule(Field.ADDED, None, None, negated),
        SoundRule((), 0.5, negated),
        PlaylistRule(" ", negated),
        Group((), negated=negated),
    )
    tracks = [track(1, genre="Rock"), track(2, genre="Pop")]
    assert found(Group((rock, *empty), any=any_of), *tracks) == [1]
    assert found(Group(empty, any=any_of), *tracks) == [1, 2]

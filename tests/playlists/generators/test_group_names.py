"""The names of groups, and the tracks whose covers stand for them."""

import random

import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.generators.groups import cover_tracks, name_groups, says_little


def track(number: int = 0, *, title: str = "", **tags) -> Track:
    return Track(number, f"/m/{number}.mp3", Tags(title=title, **tags), 1, 1, 0.0)


def tracks(count: int, **tags) -> list[Track]:
    return [track(number, **tags) for number in range(count)]


def test_a_genre_that_most_share_is_the_name():
    rock, jazz = tracks(6, genre="Rock") + tracks(2, genre="Pop"), tracks(5, genre="jazz")

    assert name_groups([rock, jazz]) == ["Rock", "jazz"]


def test_spellings_of_a_genre_count_as_one_and_the_usual_one_is_shown():
    group = tracks(2, genre="hip-hop") + tracks(3, genre="Hip-Hop") + tracks(1, genre="HIP-HOP")

    assert name_groups([group]) == ["Hip-Hop"]


def test_each_genre_of_a_track_counts():
    group = tracks(3, genre="Rock, Indie") + tracks(3, genre="Folk/Indie")

    assert name_groups([group]) == ["Indie"]


def test_two_genres_that_are_about_as_frequent_are_both_named():
    group = tracks(4, genre="Blues") + tracks(3, genre="Soul") + tracks(2, genre="Pop")

    assert name_groups([group]) == ["Blues and Soul"]


def test_half_of_one_genre_and_half_of_another_are_both_named():
    halves = tracks(5, genre="Acoustic") + tracks(5, genre="Rock")
    nearly = tracks(6, genre="Rock; Indie") + tracks(4, genre="Pop")

    assert name_groups([halves, nearly]) == ["Acoustic and Rock", "Indie and Pop"]


def test_groups_of_one_genre_are_told_apart_by_their_decades():
    old, new = tracks(6, genre="Rock", year=1974), tracks(6, genre="Rock", year=1999)

    assert name_groups([old, new]) == ["1970s Rock", "1990s Rock"]


def test_two_decades_in_a_row_count_as_one():
    group = [track(year=year, genre="Rock") for year in (1988, 1989, 1987, 1991, 1992, 1990)]

    assert name_groups([group, tracks(3, genre="Rock")])[0] == "1980s–1990s Rock"


def test_groups_of_one_genre_and_decade_are_told_apart_by_their_artists():
    tags = {"genre": "Rock", "year": 1992}
    first = tracks(5, artist="Nirvana", **tags) + tracks(4, artist="Hole", **tags)
    second = tracks(5, artist="Blur", **tags) + tracks(4, artist="Pulp", **tags)

    assert name_groups([first, second]) == ["Rock with Nirvana", "Rock with Blur"]


def test_an_artist_of_this_group_is_more_typical_than_one_of_every_group():
    common = tracks(4, artist="Everywhere", genre="Rock")
    groups = [[*common, *tracks(3, artist=own, genre="Rock")] for own in ("Ash", "Bis", "Can")]

    assert name_groups(groups) == ["Rock with Ash", "Rock with Bis", "Rock with Can"]


def test_without_genres_the_artists_are_the_name():
    group = tracks(4, artist="Nina Simone") + tracks(3, artist="Etta James") + tracks(1, artist="X")

    assert name_groups([group]) == ["Nina Simone and Etta James"]


@pytest.mark.parametrize(
    ("group", "name"),
    [
        (tracks(4, year=1964), "Music of the 1960s"),
        ([track(artist="Solo", title="A"), track(artist="Duo", title="B")], "Solo"),
        ([track(artist=name) for name in "ABC"], "A and others"),
        ([track(title="So What"), track(title="Blue in Green")], "Like “So What”"),
        ([track(7), track(8)], "Like “7”"),
        ([], "Group 1"),
        (tracks(9, genre="Unknown", artist="Various Artists", title="B"), "Like “B”"),
        ([*tracks(1, genre="Rock", title="B"), *tracks(8)], "Like “B”"),
        (tracks(4, year=19, title="B"), "Like “B”"),
        (tracks(4, genre="\n\u202e", artist=" ", title="B"), "Like “B”"),
        (tracks(4, genre=" ,; /", title="B"), "Like “B”"),
    ],
)
def test_missing_and_meaningless_tags_leave_a_sensible_name(group, name):
    assert name_groups([group]) == [name]


def test_groups_that_share_all_tags_are_told_apart_by_their_most_typical_tracks():
    tags = {"genre": "Polka", "artist": "Band"}
    first, second = ([track(title=title, **tags), *tracks(4, **tags)] for title in ("A", "B"))

    assert name_groups([first, second]) == ["Polka like “A”", "Polka like “B”"]


def test_artists_that_two_groups_share_are_told_apart_by_their_decades():
    old, new = tracks(5, artist="Bowie", year=1973), tracks(5, artist="Bowie", year=1995)

    assert name_groups([old, new]) == ["1970s with Bowie", "1990s with Bowie"]


def test_tracks_of_many_genres_and_decades_are_named_after_their_artists():
    group = [track(artist="A", genre=f"G{n}", year=1900 + 10 * n) for n in range(10)]

    assert name_groups([group]) == ["A"]


def test_artists_of_a_few_tracks_are_not_said_to_be_all():
    group = [
        *tracks(3, artist="A"),
        *tracks(2, artist="B"),
        *(track(artist=str(n)) for n in range(9)),
    ]

    assert name_groups([group]) == ["A, B and others"]


def test_no_two_names_are_the_same():
    names = name_groups([tracks(5, genre="Rock", title="A")] * 3 + [[]], ["rock", "Like “A”"])

    assert len({name.casefold() for name in [*names, "rock", "Like “A”"]}) == 6


def test_a_number_is_the_last_resort():
    assert name_groups([[], [track(title="B")]], ["Like “B”", "group 1"]) == ["Group 2", "Group 3"]
    taken = ["Like “0”", "Group 1", "Group 1 like “0”"]
    assert name_groups([tracks(3, genre="Group 1")], taken) == ["Group 2"]


def in_folder(folder: str, count: int, **tags) -> list[Track]:
    """Tracks without tags, or with few."""
    return [
        Track(n, f"/music/{folder}/{n:02} Track {n}.mp3", Tags(**tags), 1, 1, 0.0)
        for n in range(count)
    ]


def test_groups_without_tags_are_named_after_their_folders():
    radio, concerts = in_folder("Radio", 5), in_folder("Concerts/1987-05-01", 5)

    assert name_groups([radio, concerts]) == ["From “Radio”", "From “1987-05-01”"]
    assert says_little("From “Radio”")


def test_folders_of_one_name_are_told_apart_by_their_decades():
    old, new = in_folder("CD 1", 5, year=1971), in_folder("CD 1", 5, year=1994)
    others = in_folder("Elsewhere", 20)

    assert name_groups([old, new, others])[:2] == ["1970s from “CD 1”", "1990s from “CD 1”"]


def test_a_folder_that_holds_most_of_all_music_names_no_group():
    groups = [in_folder("Downloads", 6, year=1971), in_folder("Downloads", 6, year=1994)]

    assert name_groups(groups) == ["Music of the 1970s", "Music of the 1990s"]


@pytest.mark.parametrize("title", ["Track 7", "AudioTrack 12", "Titel_3", "track#4"])
def test_a_title_that_any_track_may_have_is_no_name(title):
    assert name_groups([tracks(3, title=title)]) == ["Group 1"]


def test_groups_that_nothing_tells_apart_keep_their_genre():
    groups = [tracks(3, genre="Rock", title="Track 1"), tracks(3, genre="Rock", title="Track 1")]

    assert name_groups(groups) == ["Rock 1", "Rock 2"]


TEXTS = (
    *("", " ", "Rock", "rock", "Rock/Pop", ",", "Various Artists", "AC/DC", "x" * 300),
    *("\u202eabc", "a\nb", "\ud800", "日本のロック", "Group 1", "Like “x”"),
)


@pytest.mark.parametrize("seed", range(30))
def test_any_tags_give_names_that_differ_and_can_be_read(seed):
    rng = random.Random(seed)

    def any_track(number: int) -> Track:
        title, artist, album, genre = rng.choices(TEXTS, k=4)
        year = rng.choice((None, 0, -5, 1999, 1984, 99999))
        return track(number, title=title, artist=artist, album=album, genre=genre, year=year)

    groups = [[any_track(n) for n in range(rng.randrange(9))] for _ in range(rng.randrange(1, 9))]

    names = name_groups(groups, rng.choices(TEXTS, k=3))

    assert len({name.casefold() for name in names}) == len(groups)
    assert all(name and name.isprintable() and len(name) < 200 for name in names)


def test_names_of_other_groups_are_not_used_again():
    assert name_groups([tracks(5, genre="Rock", year=1974)], ["Rock"]) == ["1970s Rock"]


def test_long_tags_are_cut():
    assert len(name_groups([tracks(5, genre="R" * 10_000)])[0]) == 40


def test_a_name_that_says_little_is_known_as_one():
    assert says_little("Group 12")
    assert says_little("Like “So What” (2)")
    assert not says_little("Groups of the 1960s")


def test_covers_are_of_different_albums():
    group = [
        track(1, artist="A", album="One"),
        track(2, artist="A", album="one"),
        track(3, artist="B", album="One"),
        track(4),
        track(5),
        track(6, artist="C", album="Two"),
        track(7, artist="C", album="Three"),
    ]

    assert [each.id for each in cover_tracks(group)] == [1, 3, 4, 6]
    assert cover_tracks([]) == []

"""Genres in tags, and groups of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.query.genres import genres_in, groups_of, is_in_group, parse_genre_groups


@pytest.mark.parametrize(
    ("genre", "group", "expected"),
    [
        ("Rock", ("rock",), True),
        ("ROCK", ("Röck",), True),
        ("Hard Rock", ("rock",), False),
        ("Hard Rock", ("*rock",), True),
        ("Hard Rock", ("h?rd rock",), True),
        ("Pop; Rock", ("rock",), True),
        ("Pop/Rock", ("rock",), True),
        ("Pop/Rock", ("pop/rock",), True),
        ("Pop, Rock | Folk", ("folk",), True),
        ("Pop\0Rock", ("rock",), True),
        ("Jazz", ("rock", "j*"), True),
        ("Rock [live]", ("rock [live]",), True),
        ("Rock l", ("rock [live]",), False),
        ("Rock (live)", ("rock (*)",), True),
        ("R.B", ("rxb",), False),
        ("Rock\nPop", ("rock*",), True),
        ("Rock", (), False),
        ("Rock", ("",), False),
        ("", ("*",), False),
        (" ; ", ("*",), True),
        ("Рок", ("рок",), True),
    ],
)
def test_groups_and_their_wildcards(genre, group, expected):
    assert is_in_group(genre, group) is expected


def test_a_tag_may_be_in_several_groups():
    groups = (("*metal*",), ("rock", "*punk*"), ("jazz",))

    assert groups_of("Metal; Punk", groups) == {groups[0], groups[1]}
    assert groups_of("", groups) == frozenset()


def test_the_whole_and_its_parts_are_genres():
    assert genres_in("Hip-Hop/Rap; ;Soul") == ("hip-hop/rap; ;soul", "hip-hop", "rap", "soul")
    assert genres_in(" ") == ()


def test_groups_are_written_one_a_line_with_or_without_a_name():
    text = "Heavy: *metal*; djent ;\n\n  \nQuiet:\nfolk;;singer?songwriter\r\nA: B: jazz"

    assert parse_genre_groups(text) == (
        ("*metal*", "djent"),
        ("folk", "singer?songwriter"),
        ("jazz",),
    )


@given(st.text(max_size=12), st.lists(st.text(max_size=6), max_size=3).map(tuple))
def test_no_text_fails(genre, group):
    assert is_in_group(genre, group) in (True, False)

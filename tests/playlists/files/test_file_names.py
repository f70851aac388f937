"""File names made of what listeners call their playlists."""

import pytest

from musicsim.playlists.files.names import file_name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Evening", "Evening.m3u8"),
        ('AC/DC: "Live" <1992>?', "AC_DC_ _Live_ _1992__.m3u8"),
        ("two\nlines\tand a bell\a", "two_lines_and a bell_.m3u8"),
        ("  ... dots ...  ", "dots.m3u8"),
        ("", "playlist.m3u8"),
        (" . ", "playlist.m3u8"),
        ("Вечер 밤 🌅", "Вечер 밤 🌅.m3u8"),
        ("caf\udce9", "caf_.m3u8"),
        ("../../etc/passwd", "_.._etc_passwd.m3u8"),
        ("C:\\Windows\\x", "C__Windows_x.m3u8"),
        ("songs\u202e3pm", "songs_3pm.m3u8"),
        ("con", "_con.m3u8"),
        ("COM¹", "_COM¹.m3u8"),
        ("conout$", "_conout$.m3u8"),
        ("Aux .1999", "_Aux .1999.m3u8"),
        ("Concert", "Concert.m3u8"),
    ],
)
def test_a_name_is_valid_on_every_platform(name, expected):
    assert file_name(name, ".m3u8") == expected


def test_a_long_name_is_cut_between_characters():
    made = file_name("🌅" * 100, ".m3u8")
    assert made == "🌅" * 50 + ".m3u8"

"""Characters of tags that nobody sees."""

import mutagen
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tagged_files import make

from musicsim.library.tags import read_tags
from musicsim.library.tags.invisible import without_invisible


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("\u202eeulB\u202c", "eulB"),
        ("Bl\u200bue", "Blue"),
        ("\ufeffBlue\ufeff", "Blue"),
        ("Bl\u200due", "Blue"),
        ("B\xadlue \u2067Sky\u2069", "Blue Sky"),
        ("Blue\U000e0041\U000e0042", "Blue"),
        ("Bl\x1b[31mue\x7f", "Bl[31mue"),
        ("\u200dBlue\u200c", "Blue"),
        ("Blue\nSky", "Blue\nSky"),
    ],
)
def test_what_only_deceives_is_removed(text, seen):
    assert without_invisible(text) == seen


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",  # Persian, "I want"
        "क्\u200dष",
        "ශ්\u200dරී",
        "👨\u200d👩\u200d👧",
        "❤\ufe0f\u200d🔥",
        "👩🏽\u200d🎤",
        "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",  # Scotland
        "עברית\u200f!",
        "Émile ",
        "가나다",
    ],
)
def test_what_scripts_and_pictures_need_stays(text):
    assert without_invisible(text) == text


@given(st.text())
def test_what_is_seen_stays(text):
    seen = without_invisible(text)
    assert not set(seen) & set("\u202d\u202e\u200b\ufeff\0\x1b")
    assert list(filter(str.isprintable, seen)) == list(filter(str.isprintable, text))


def test_tags_have_no_such_characters(tmp_path):
    path = make(tmp_path, "flac")
    file = mutagen.File(path)
    file.update(
        {"title": "\u202eBl\u200bue", "artist": ["B\u2066éla", "\u200b"], "date": "1577836800"}
    )
    file.save()
    tags, details = read_tags(path)
    assert (tags.title, details.artists, tags.year) == ("Blue", ("Béla",), None)

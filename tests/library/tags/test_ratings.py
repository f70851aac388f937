"""Ratings in tags, as each program writes them."""

import mutagen
import mutagen.id3
import mutagen.mp4
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutagen.apev2 import APEv2
from mutagen.asf import ASFDWordAttribute
from tagged_files import make

from musicsim.library.tags import read_tags
from musicsim.library.tags.ratings import (
    Popularimeter,
    stars_of_fmps,
    stars_of_popularimeter,
    stars_of_rating,
    stars_of_shared_rating,
)


def rating_of(path) -> float | None:
    return read_tags(path)[1].rating


def with_popm(tmp_path, *ratings: tuple[str, int], **texts: str):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    for email, rating in ratings:
        tags.add(mutagen.id3.POPM(email=email, rating=rating, count=7))
    for name, text in texts.items():
        tags.add(mutagen.id3.TXXX(encoding=3, desc=name, text=text))
    tags.save(path)
    return path


@pytest.mark.parametrize(
    ("email", "values", "stars"),
    [
        ("Windows Media Player 9 Series", (1, 64, 128, 196, 255), (1, 2, 3, 4, 5)),
        ("rating@winamp.com", (1, 64, 128, 196, 255), (1, 2, 3, 4, 5)),
        ("Banshee", (1, 64, 128, 192, 255), (1, 2, 3, 4, 5)),
        ("MusicBee", (13, 1, 54, 64, 118, 128, 186, 196, 242, 255), (0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5)),
        ("no@email", (13, 54, 118, 186, 242), (0.5, 1.5, 2.5, 3.5, 4.5)),
        ("traktor@native-instruments.de", (51, 102, 153, 204, 255), (1, 2, 3, 4, 5)),
        ("", (51, 102, 153, 204, 255), (1, 2, 3, 4, 5)),
        ("quodlibet@lists.sacredchao.net", (63, 127, 191, 255), (1, 2.5, 3.5, 5)),
        # In between, as Windows Explorer shows them.
        ("someone@example.org", (31, 32, 95, 96, 159, 160, 223, 224), (1, 2, 2, 3, 3, 4, 4, 5)),
    ],
)  # fmt: skip
def test_each_program_has_its_own_scale_for_popm(tmp_path, email, values, stars):
    assert tuple(stars_of_popularimeter(Popularimeter(email, value)) for value in values) == stars
    assert rating_of(with_popm(tmp_path, (email, values[0]))) == stars[0]


def test_of_several_popm_the_first_with_a_rating_counts(tmp_path):
    # Banshee writes 0 for no rating.
    assert (
        rating_of(with_popm(tmp_path, ("Banshee", 0), ("no@email", 196), ("nobody@example.org", 1)))
        == 4
    )
    assert rating_of(with_popm(tmp_path, ("Banshee", 0))) is None


def test_a_popm_without_a_counter_and_one_with_a_long_one(tmp_path):
    for counter in (b"", b"\1", b"\0\0\0\7", b"\1" * 9):
        body = b"me@home\0" + b"\xc4" + counter
        frame = b"POPM" + len(body).to_bytes(4, "big") + b"\0\0" + body
        path = make(tmp_path, "mp3")
        path.write_bytes(b"ID3\3\0\0\0\0\0" + bytes([len(frame)]) + frame + path.read_bytes())
        assert rating_of(path) == 4


def test_fmps_rating_says_what_its_scale_is_and_goes_first(tmp_path):
    assert rating_of(with_popm(tmp_path, ("MusicBee", 64), FMPS_Rating="0.9")) == 4.5
    assert rating_of(with_popm(tmp_path, FMPS_RATING_USER="Ann::0.6;;Bob::0.2")) == 3
    # Beyond the scale, or 0: as if there were none.
    assert rating_of(with_popm(tmp_path, ("MusicBee", 64), FMPS_Rating="90")) == 2
    assert rating_of(with_popm(tmp_path, ("MusicBee", 64), FMPS_Rating="0.0")) == 2
    assert rating_of(with_popm(tmp_path, RATING="80")) == 4


@pytest.mark.parametrize("name", ["flac", "ogg", "opus"])
@pytest.mark.parametrize(
    ("field", "text", "stars"),
    [
        ("RATING", "100", 5), ("RATING", "80", 4), ("RATING", "50", 2.5), ("RATING", "20", 1), ("RATING", "10", 0.5),
        ("RATING", "5", 5), ("RATING", "3", 3), ("RATING", "1", 1), ("RATING", "0", None),
        ("RATING", "0.6", 3), ("RATING", "0,6", 3), ("RATING", "1.0", 5), ("RATING", "3.5", 3.5),
        ("RATING", "4/5", 4), ("RATING", "★★★☆☆", 3), ("RATING", "70 %", 3.5), ("RATING", "204", 4),
        ("RATING", "explicit", None), ("RATING", "1000", None), ("RATING", "4/0", None),
        ("FMPS_RATING", "0.7", 3.5), ("FMPS_RATING_USER", "Ann::0.6", 3), ("RATING WMP", "196", 4),
        ("RATING:quodlibet@lists.sacredchao.net", "0.8", 4),
    ],
)  # fmt: skip
def test_ratings_of_vorbis_comments(tmp_path, name, field, text, stars):
    path = make(tmp_path, name)
    file = mutagen.File(path)
    file[field] = text
    file.save()
    assert rating_of(path) == stars


@pytest.mark.parametrize(
    ("key", "value", "stars"),
    [
        ("rate", ["60"], 3),
        ("----:com.apple.iTunes:RATING", [b"90"], 4.5),
        ("----:com.apple.iTunes:FMPS_Rating", [b"0.2"], 1),
        # Explicit words, not how good it is.
        ("rtng", [4], None),
    ],
)
def test_ratings_of_mp4(tmp_path, key, value, stars):
    path = make(tmp_path, "m4a")
    file = mutagen.mp4.MP4(path)
    file[key] = value
    file.save()
    assert rating_of(path) == stars


@pytest.mark.parametrize(("kind", "data"), [(0, b"80"), (21, b"\x50"), (21, b"\0\x50")])
def test_a_rating_of_mp4_that_is_not_marked_as_text(tmp_path, kind, data):
    path = make(tmp_path, "m4a")
    file = mutagen.mp4.MP4(path)
    file["rate"] = ["8" * len(data)]
    file.save()
    content = path.read_bytes()
    before = b"data" + (1).to_bytes(4, "big") + bytes(4) + b"8" * len(data)
    assert content.count(before) == 1
    path.write_bytes(content.replace(before, b"data" + kind.to_bytes(4, "big") + bytes(4) + data))
    assert rating_of(path) == 4


@pytest.mark.parametrize(
    ("key", "value", "stars"),
    [
        ("WM/SharedUserRating", ASFDWordAttribute(1), 1),
        ("WM/SharedUserRating", ASFDWordAttribute(25), 2),
        ("WM/SharedUserRating", ASFDWordAttribute(50), 3),
        ("WM/SharedUserRating", ASFDWordAttribute(99), 5),
        ("WM/SharedUserRating", ASFDWordAttribute(0), None),
        ("WM/SharedUserRating", "75", 4),
        ("FMPS/Rating", "0.5", 2.5),
    ],
)
def test_ratings_of_windows_media(tmp_path, key, value, stars):
    path = make(tmp_path, "wma")
    file = mutagen.File(path)
    file[key] = value
    file.save()
    assert rating_of(path) == stars


@pytest.mark.parametrize(
    ("key", "text", "stars"), [("Rating", "4", 4), ("FMPS_RATING", "0.3", 1.5)]
)
@pytest.mark.parametrize("name", ["wv", "ape", "apev2.mp3"])
def test_ratings_of_apev2(tmp_path, name, key, text, stars):
    path = make(tmp_path, name)
    tags = APEv2()
    tags[key] = text
    tags.save(path)
    assert rating_of(path) == stars


@given(st.text(max_size=30) | st.from_regex(r"\d{1,10}([.,/]\d{0,10})? ?%?", fullmatch=True))
def test_any_text_is_a_number_of_half_stars_or_no_rating(text):
    for stars_of in (stars_of_fmps, stars_of_rating, stars_of_shared_rating):
        assert stars_of(text) in (None, 0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5)

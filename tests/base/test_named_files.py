"""Finding the file that a text names, in every spelling that listeners, playlists and programs use."""

import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from musicsim.base.named_files import FileFinder

pytestmark = pytest.mark.skipif(os.name == "nt", reason="these are paths of other systems")

SONG = "Björk/Début/02 Ça, 100% “Été”….mp3"


@pytest.fixture
def music(tmp_path: Path) -> Path:
    for name in (SONG, "Plain/01 a%20b.mp3", "Plain/02 c d.mp3", "Plain/back\\slash.mp3"):
        path = tmp_path / "music" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "music" / "Lists" / "new").mkdir(parents=True)
    return tmp_path / "music"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (SONG, SONG),
        (unicodedata.normalize("NFD", SONG), SONG),
        (SONG.upper(), SONG),
        (unicodedata.normalize("NFD", SONG).swapcase(), SONG),
        (SONG.replace("/", "\\"), SONG),
        (f".\\..\\music\\{SONG}", SONG),
        (f' "{SONG}" ', SONG),
        ("Bj%C3%B6rk/D%C3%A9but/02%20%C3%87a%2C%20100%25%20%E2%80%9C%C3%89t%C3%A9%E2%80%9D%E2%80%A6.mp3", SONG),
        ("Bj%F6rk/D%E9but/02%20%C7a,%20100%25%20%93%C9t%E9%94%85.mp3", SONG),
        ("bjo%CC%88rk\\d%C3%A9BUT\\02%20%C3%87a, 100% “Été”….mp3", SONG),
        (os.fsdecode(SONG.encode("cp1252")), SONG),
        (os.fsdecode(SONG.encode("mac_roman")), SONG),
        ("Plain/01 a%20b.mp3", "Plain/01 a%20b.mp3"),
        ("Plain/01%20a%2520b.mp3", "Plain/01 a%20b.mp3"),
        ("Plain/02%20c%20d.mp3", "Plain/02 c d.mp3"),
        ("Plain/02\\ c\\ d.mp3", "Plain/02 c d.mp3"),
        ("Plain/back\\slash.mp3", "Plain/back\\slash.mp3"),
        ("file:Plain/02%20c%20d.mp3", "Plain/02 c d.mp3"),
    ],
)  # fmt: skip
def test_a_name_relative_to_a_place(music: Path, text: str, name: str) -> None:
    assert FileFinder([music]).find(text) == music / name


@pytest.mark.parametrize(
    "address",
    [
        "file://{}", "file:{}", "FILE://localhost{}", "file://127.0.0.1/no{}", "file:\\\\\\{}", "file:////{}",
        "File:/{}",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "name", ["Plain/02 c d.mp3", "Plain/02%20c%20d.mp3", "PLAIN/02%20C%20D.MP3"]
)
def test_addresses_of_files(music: Path, address: str, name: str) -> None:
    text = address.format(music / name)
    assert FileFinder([music / "Lists"], [music]).find(text) == music / "Plain" / "02 c d.mp3"


@pytest.mark.parametrize(
    "text",
    [
        "C:\\Music\\Björk\\Début\\02 Ça, 100% “Été”….mp3",
        "d:/Users/me/Music/björk/début/02 ça, 100% “été”….mp3",
        "\\\\NAS\\music\\Björk\\Début\\02 Ça, 100% “Été”….mp3",
        "\\Björk\\Début\\02 Ça, 100% “Été”….mp3",
        "/Volumes/Music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "/storage/emulated/0/Music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "file:///C:/Music/Bj%C3%B6rk/D%C3%A9but/02%20%C3%87a,%20100%25%20“Été”….mp3",
        "file:///C|/Music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "file://D:\\Music\\Björk\\Début\\02 Ça, 100% “Été”….mp3",
        "file://localhost/C:/Music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "file://NAS/music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "file://///NAS/music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "smb://nas/music/Björk/Début/02 Ça, 100% “Été”….mp3",
        "x-file-cifs://NAS/music/Bj%C3%B6rk/D%C3%A9but/02%20%C3%87a%2C%20100%25%20%E2%80%9C%C3%89t%C3%A9%E2%80%9D%E2%80%A6.mp3",
    ],
)
@pytest.mark.parametrize("nearby", [False, True])
def test_a_path_of_another_computer_is_found_by_its_end(
    music: Path, tmp_path: Path, text: str, nearby: bool
) -> None:
    place = music / "Lists" / "new" if nearby else tmp_path
    finder = FileFinder([place], [] if nearby else [music])
    assert finder.find(text) == music / SONG


@pytest.mark.parametrize(
    "text",
    [
        "gone.mp3", "", " ", ".mp3", "\0", "\ud800", "a" * 5000, "/" * 5000,
        "C:\\elsewhere\\gone.mp3", "%00", "%", "file:",
        "file:///%00", "http://radio.example/Plain/02 c d.mp3", "D:\\Other\\02 c d.mp3", "smb://",
        "../" * 100 + "gone.mp3",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(music: Path, text: str) -> None:
    assert FileFinder([music / "Lists"], [music]).find(text) is None


def test_of_several_that_fit_none_is_taken_but_the_one_that_fits_best(tmp_path: Path) -> None:
    for name in ("a/Song.mp3", "A/Song.mp3", "a/one.mp3", "b/e\u0301.mp3"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    if len(list(tmp_path.iterdir())) < 3:
        pytest.skip("this file system takes names without their case")
    finder = FileFinder([tmp_path])
    assert finder.find("a/song.mp3") == tmp_path / "a" / "Song.mp3"
    assert finder.find("A/song.mp3") == tmp_path / "A" / "Song.mp3"
    assert finder.find("A/One.mp3") == tmp_path / "a" / "one.mp3"
    (tmp_path / "a" / "SONG.mp3").write_bytes(b"x")
    (tmp_path / "A" / "song.mp3").unlink(missing_ok=True)
    again = FileFinder([tmp_path])
    assert again.find("a/song.mp3") is None
    assert again.find("b/É.mp3") == tmp_path / "b" / "e\u0301.mp3"


def test_a_file_on_a_disk_that_is_away_may_be_known(tmp_path: Path) -> None:
    away = tmp_path / "disk" / "Ä b.mp3"
    finder = FileFinder([tmp_path], is_there=lambda path: path == away)
    for text in ("disk/Ä b.mp3", "disk\\A\u0308%20b.mp3", f"file://{away}", str(away)):
        assert finder.find(text) == away
    assert finder.find("disk/b.mp3") is None


def _spelled(name: str, how: str) -> str:
    match how:
        case "percent":
            return "".join(f"%{byte:02X}" for byte in os.fsencode(name))
        case "backslash":
            return f"sub\\..\\{name}"
        case "case":
            return name.swapcase()
        case _:
            return unicodedata.normalize(how, name)


@example("ǰ", "case")
@example("ﬁ ß İ ς", "NFD")
@given(
    st.text(min_size=1, max_size=40),
    st.sampled_from(["percent", "backslash", "case", "NFC", "NFD"]),
)
def test_any_name_is_found_in_any_spelling(
    tmp_path_factory: pytest.TempPathFactory, name: str, how: str
) -> None:
    folder = tmp_path_factory.mktemp("named")
    assume(not set(name) & set("/\\\0") and name not in (".", "..") and name != "sub")
    assume(how in ("percent", "backslash") or name == name.strip())
    # Some letters have no way back from their other case.
    assume(how != "case" or name.swapcase().casefold() == name.casefold())
    try:
        (folder / name).write_bytes(b"x")
    except (OSError, ValueError):
        assume(False)
    text = _spelled(name, how)
    assert FileFinder([folder]).find(text) == folder / name

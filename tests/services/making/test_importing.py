"""Importing playlist files into a library: what is found by its place, what by its tags, and what is not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import ScannedFile, Tags, Track
from musicsim.playlists.files.entries import LostEntry
from musicsim.services.making.importing import (
    FoundBy,
    ImportedPlaylist,
    TagMatcher,
    import_playlist,
)


def track(
    number: int, title: str, artist: str, duration: float | None = 100.0, *, missing: bool = False
) -> Track:
    tags = Tags(title, artist, duration=duration)
    return Track(number, f"/m/{number}.mp3", tags, 1, 1, 0.0, missing=missing)


LIBRARY = [
    track(1, "Hello", "Motörhead"),
    track(2, "Hello (2011 Remaster)", "Ann feat. Bob", 240.0),
    track(3, "Don’t Stop – Live", "The Beatles", 180.0),
    track(4, "Twice", "Ann", 60.0),
    track(5, "Twice", "Ann", 62.0),
    track(6, "Twice", "Ann", 90.0),
    track(7, "No length", "Ann", None),
    track(8, "A - B", "C - D", 50.0),
    track(9, "", "Ann", 10.0),
    track(10, "Gone", "Ann", 70.0, missing=True),
    track(11, "Gone", "Ann", 70.0),
]


@pytest.mark.parametrize(
    ("title", "artist", "seconds", "found"),
    [
        ("hello", "MOTORHEAD", 100, 1),
        ("HELLO!", "Motorhead", None, 1),
        ("Motörhead - Hello", "", 102.9, 1),
        ("Motörhead – Hello", "", 97.1, 1),
        ("Hello", "Motörhead", 103.1, None),
        ("Hello", "Somebody", 100, None),
        ("Hello", "", 100, None),
        ("Hello", "Ann", 240, 2),
        # Which version it is can't be told without its length.
        ("Hello", "Ann", None, None),
        ("Hello", "Ann", 200, None),
        ("Dont Stop (Live)", "Beatles, The", 181, 3),
        ("Twice", "Ann", 61, None),
        ("Twice", "Ann", 89, 6),
        ("Twice", "Ann", None, None),
        ("No length", "Ann", 33, 7),
        ("C - D - A - B", "", 50, 8),
        ("", "Ann", 10, None),
        ("Gone", "Ann", 70, 11),
    ],
)
def test_one_track_that_fits(
    title: str, artist: str, seconds: float | None, found: int | None
) -> None:
    track = TagMatcher(LIBRARY).find(LostEntry(0, "x", title, artist, seconds))
    assert (track and track.id) == found


def test_a_missing_track_that_alone_fits_is_found() -> None:
    matcher = TagMatcher([track for track in LIBRARY if track.id != 11])
    found = matcher.find(LostEntry(0, "", "Gone", "Ann"))
    assert found is not None
    assert found.id == 10


@pytest.fixture
def imported(tmp_path: Path):
    """Imports a playlist into a library of Ann - One (60 s), which is there, and Bob - Two (120 s)."""
    catalogue = Catalogue(tmp_path)
    music = tmp_path / "music"
    music.mkdir()
    folder = catalogue.folders.add(music)
    for title, artist, length in (("One", "Ann", 60.0), ("Two", "Bob", 120.0)):
        path = music / f"{title}.mp3"
        path.write_bytes(title.encode())
        tags = Tags(title, artist, duration=length)
        catalogue.files.add(folder, ScannedFile(path, 3, 1, title.encode(), tags))

    def do(name: str, text: str) -> ImportedPlaylist:
        (tmp_path / name).write_text(text, "utf-8")
        return import_playlist(tmp_path / name, catalogue)

    yield do
    catalogue.close()


def missing_of(read) -> tuple[LostEntry, ...]:
    return tuple(each.entry for each in read.not_found)


def found(read: ImportedPlaylist) -> list[tuple[int, str, FoundBy]]:
    return [(each.position, each.track.title, each.by) for each in read.tracks]


def test_what_is_not_found_is_handed_over_as_the_playlist_tells_of_it(imported, tmp_path) -> None:
    (tmp_path / "new.mp3").write_bytes(b"x")
    read = imported(
        "l.m3u8",
        "#EXTM3U\n#EXTINF:121,BOB - two\nC:\\gone\\2.mp3\n"
        "#EXTINF:-1,Radio Ann - One\nhttp://radio.example/x\n"
        "#EXTINF:60,Ann - One\nmusic/One.mp3\n"
        "#EXTINF:61,Ann - One\nhttp://nas.example/rest/stream?id=1\n"
        "#EXTINF:33,Cleo - Three\nmore/3.mp3\nnew.mp3\n/gone/4.mp3\n",
    )
    assert found(read) == [
        (0, "Two", FoundBy.TAGS),
        (2, "One", FoundBy.PLACE),
        (3, "One", FoundBy.TAGS),
    ]
    assert read.elsewhere == ("http://radio.example/x",)
    assert missing_of(read) == (
        LostEntry(4, str(tmp_path / "more" / "3.mp3"), "Three", "Cleo", 33.0),
        LostEntry(5, str(tmp_path / "new.mp3")),
        LostEntry(6, "/gone/4.mp3"),
    )
    assert [(each.written, each.is_there) for each in read.not_found] == [
        ("more/3.mp3", False),
        (str(tmp_path / "new.mp3"), True),
        ("/gone/4.mp3", False),
    ]


def test_a_playlist_of_titles_alone(imported) -> None:
    tracks = [
        {"creator": "Bob", "title": "Two"},
        {"creator": "Cleo", "title": "Three", "duration": 33000},
        {"title": "Four"},
        {},
    ]
    read = imported("l.jspf", json.dumps({"playlist": {"title": "Weekly", "track": tracks}}))
    assert (read.name, found(read)) == ("Weekly", [(0, "Two", FoundBy.TAGS)])
    assert missing_of(read) == (
        LostEntry(1, "", "Three", "Cleo", 33.0),
        LostEntry(2, "", "Four"),
    )
    assert [each.written for each in read.not_found] == ["Cleo - Three", "Four"]


def test_an_artist_with_a_dash_stays_whole(imported) -> None:
    read = imported(
        "l.xspf",
        "<playlist><trackList><track><location>gone.mp3</location><creator>A - B</creator><title>C</title></track>"
        "</trackList></playlist>",
    )
    assert [(entry.artist, entry.title) for entry in missing_of(read)] == [("A - B", "C")]

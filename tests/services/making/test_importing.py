"""Importing playlist files into a library: what is found by its place, what by its tags, and what is not."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import ScannedFile, Tags, Track
from musicsim.playlists.files.entries import LostEntry
from musicsim.services.making import path_ends
from musicsim.services.making.importing import (
    FoundBy,
    ImportedPlaylist,
    TagMatcher,
    find_missing_entries,
    import_playlist,
)
from musicsim.services.making.path_ends import PathMatcher


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
        # As Apple Music writes it.
        ("Hello - Motörhead", "", 100, 1),
        ("Motörhead", "Hello", None, 1),
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


def add(catalogue: Catalogue, path: Path, title: str, artist: str, seconds: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(title.encode())
    (folder,) = catalogue.folders.ids().values()
    tags = Tags(title, artist, duration=seconds)
    catalogue.files.add(folder, ScannedFile(path, 3, 1, title.encode(), tags))


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    """A library of Ann - One (60 s), which is there, and Bob - Two (120 s)."""
    catalogue = Catalogue(tmp_path)
    music = tmp_path / "music"
    music.mkdir()
    catalogue.folders.add(music)
    for title, artist, length in (("One", "Ann", 60.0), ("Two", "Bob", 120.0)):
        add(catalogue, music / f"{title}.mp3", title, artist, length)
    yield catalogue
    catalogue.close()


@pytest.fixture
def imported(tmp_path: Path, catalogue: Catalogue) -> Callable[[str, str], ImportedPlaylist]:
    """Imports a playlist into the library."""

    def do(name: str, text: str) -> ImportedPlaylist:
        (tmp_path / name).write_text(text, "utf-8")
        return import_playlist(tmp_path / name, catalogue)

    return do


PLACED = [
    "/music/Ann & Bob/Été/01 One.flac",
    "/music/Ann & Bob/B/01.flac",
    "/music/Queen/Greatest Hits/02.mp3",
    "/music/a/Same/03.mp3",
    "/music/b/Same/03.mp3",
    "/music/Pixies/Mind/Where is my Mind?.mp3",
]


@pytest.mark.parametrize(
    ("location", "seconds", "found"),
    [
        # MPD, Strawberry, Poweramp, Sansa, and a playlist that was moved.
        ("Ann & Bob/Été/01 One.flac", None, 0),
        ("Music/Ann & Bob/Été/01 One.flac", None, 0),
        ("primary/Music/Ann & Bob/Été/01 One.flac", None, 0),
        ("HARP, MUSIC\\Ann & Bob\\Été\\01 One.flac", None, 0),
        ("../../Ann & Bob/Été/01 One.flac", None, 0),
        ("file:///D:/x/Ann%20&%20Bob/E%CC%81t%C3%A9/01%20ONE.flac", None, 0),
        # A file system that lacks some characters.
        ("/sd/pixies/Mind/Where Is My Mind_.mp3", None, 5),
        # Two names are enough if there are no more, or if the length fits.
        ("B/01.flac", None, 1),
        ("D:\\Cleo\\B\\01.flac", None, None),
        ("D:\\Cleo\\B\\01.flac", 100, 1),
        ("D:\\ABBA\\Greatest Hits\\02.mp3", 200, None),
        ("01.flac", 100, None),
        ("D:\\01.flac", 100, None),
        ("/x/Ann & Bob/B/01.flac", 200, None),
        # Several fit, or one fits better.
        ("Same/03.mp3", 100, None),
        ("x/b/Same/03.mp3", 100, 4),
        ("", None, None),
        ("../..", None, None),
    ],
)
def test_the_end_of_a_path_from_elsewhere(
    location: str, seconds: float | None, found: int | None
) -> None:
    tracks = [
        Track(number, path, Tags("T", "A", duration=100.0), 1, 1, 0.0)
        for number, path in enumerate(PLACED)
    ]
    track = PathMatcher(tracks).find(location, seconds)
    assert (track and track.id) == found


def test_a_path_is_not_compared_with_every_file_of_its_name(monkeypatch) -> None:
    tags = Tags(duration=100.0)
    tracks = [Track(n, f"/m/Artist/{n}/01.mp3", tags, 1, 1, 0.0) for n in range(50)]
    compared: list[object] = []
    same = path_ends._same
    monkeypatch.setattr(path_ends, "_same", lambda *each: compared.append(each) or same(*each))
    assert PathMatcher(tracks).find("/old/Artist/7/01.mp3") == tracks[7]
    assert len(compared) == 1


def test_of_two_equal_paths_the_one_that_is_there_is_meant() -> None:
    tracks = [
        Track(number, f"/{number}/a/b/c.mp3", Tags("T", "A"), 1, 1, 0.0, missing=number == 1)
        for number in (1, 2)
    ]
    track = PathMatcher(tracks).find("/x/a/b/c.mp3")
    assert track == tracks[1]


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


def test_a_playlist_from_elsewhere_is_found_by_the_ends_of_its_paths(
    imported, catalogue: Catalogue, tmp_path: Path
) -> None:
    path = tmp_path / "music" / "in" / "Cleo" / "Album" / "3.mp3"
    add(catalogue, path, "Three", "Cleo", 33.0)
    addresses = "http://nas.example/Cleo/Album/3.mp3\nsmb://nas/share/Cleo/Album/3.mp3\n"
    read = imported("l.m3u8", f"Cleo/Album/3.mp3\nD:\\x\\Cleo\\Album\\3.mp3\n{addresses}")
    assert found(read) == [(at, "Three", FoundBy.PLACE) for at in (0, 1, 3)]
    assert read.elsewhere == ("http://nas.example/Cleo/Album/3.mp3",)


def test_missing_entries_without_titles_turn_up_by_their_paths(
    imported, catalogue: Catalogue, tmp_path: Path
) -> None:
    read = imported("l.m3u8", "music/One.mp3\nD:\\Cleo\\Album\\3.mp3\n")
    made = catalogue.playlists.create("l", read.entries)
    assert find_missing_entries(catalogue) == 0
    add(catalogue, tmp_path / "music" / "in" / "Cleo" / "Album" / "3.mp3", "Three", "Cleo", 33.0)
    assert find_missing_entries(catalogue) == 1
    kept = catalogue.playlists.get(made.id)
    tracks = catalogue.tracks.by_id(kept.track_ids)
    assert ([track.title for track in tracks], kept.missing) == (["One", "Three"], ())

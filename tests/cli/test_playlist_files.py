"""Playlist files on the command line: what is imported, what is said of the rest, and the same look-up for a track."""

import os
import unicodedata
from pathlib import Path

import pytest
from command_line import CommandLine
from three_tracks import NAMES, scan_three_tracks

from musicsim.app import Musicsim
from musicsim.cli.matching import find_track
from musicsim.cli.output import UsageError
from musicsim.library.types import Track


@pytest.fixture
def music(musicsim: CommandLine, tmp_path: Path) -> Path:
    """A music folder of three tracks that are in the library."""
    return scan_three_tracks(musicsim, tmp_path)


def shown(musicsim: CommandLine, name: str) -> list[str]:
    return [
        Path(track["path"]).name for track in musicsim("playlists", "show", name, "--json").json
    ]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.m3u8", "\n".join(f"C:\\Music\\Album\\{name}" for name in NAMES)),
        ("l.m3u8", unicodedata.normalize("NFD", "\n".join(f"music/album/{name}" for name in NAMES))),
        ("l.pls", "[playlist]\n" + "\n".join(f"File{n}=Music/Album/{x}" for n, x in enumerate(NAMES))),
        (
            "l.xspf",
            "<playlist><trackList>"
            + "".join(f"<track><location>Music/Album/{name}</location></track>" for name in NAMES)
            + "</trackList></playlist>",
        ),
    ],
)  # fmt: skip
def test_playlists_of_others_are_imported(musicsim, music, tmp_path, name, text) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    told = musicsim("playlists", "import", tmp_path / name)
    assert (told.code, told.out, told.err) == (0, "3 tracks kept as “l”.\n", "")
    assert shown(musicsim, "l") == NAMES


def test_what_is_not_imported_is_named(musicsim, music, tmp_path) -> None:
    (tmp_path / "other.mp3").write_bytes(b"x")
    lost = ["D:\\gone\\1.mp3", "g%20one.mp3", "other.mp3", "http://radio.example/x"]
    lines = [f"Music/Album/{NAMES[0]}", *lost]
    (tmp_path / "l.m3u8").write_text("\n".join(lines), encoding="utf-8")
    told = musicsim("playlists", "import", tmp_path / "l.m3u8")
    assert (told.code, told.out) == (0, "1 track kept as “l”.\n")
    assert told.err.splitlines() == [
        "musicsim: not found: D:\\gone\\1.mp3",
        "musicsim: not found: g%20one.mp3",
        f"musicsim: not in the library: {tmp_path / 'other.mp3'}",
        "musicsim: not a file on this computer: http://radio.example/x",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("#EXTM3U\n", "lists nothing"),
        ("", "lists nothing"),
        ("http://radio.example/x", "lists no files"),
        ("a.mp3", "The only track of"),
        ("a.mp3\nb.mp3", "None of the 2 tracks of"),
    ],
)
def test_a_playlist_of_which_nothing_is_known_says_why(
    musicsim, music, tmp_path, text, said
) -> None:
    (tmp_path / "l.m3u8").write_text(text)
    told = musicsim("playlists", "import", tmp_path / "l.m3u8")
    assert told.code == 2
    assert said in told.err
    assert "None of the 0" not in told.err
    assert all(line in told.err for line in text.splitlines() if not line.startswith("#"))
    assert musicsim("playlists", "list", "--json").json == []


def test_missing_tracks_are_named(musicsim, music, tmp_path) -> None:
    (tmp_path / "l.m3u8").write_text("\n".join(f"Music/Album/{name}" for name in NAMES), "utf-8")
    assert musicsim("playlists", "import", tmp_path / "l.m3u8").code == 0
    (music / NAMES[1]).unlink()
    with Musicsim.open(musicsim.data) as app:
        app.collection.scan()
    missing = f"missing, or on a disconnected disk: {music / NAMES[1]}"
    told = musicsim("playlists", "show", "l")
    assert [line.endswith("missing") for line in told.out.splitlines()[1:]] == [False, True, False]
    assert missing in told.err
    tracks = musicsim("playlists", "show", "l", "--json").json
    assert [track["missing"] for track in tracks] == [False, True, False]
    told = musicsim("playlists", "export", "l", "-o", tmp_path / "out.m3u8")
    assert told.out == f"3 tracks written to {tmp_path / 'out.m3u8'}.\n"
    assert missing in told.err
    # A playlist that lists it, however it is written, leads to the track as long as the library remembers it.
    (tmp_path / "again.m3u8").write_text("Music/Album/02%20Bjo%CC%88rk.flac", "utf-8")
    told = musicsim("playlists", "import", tmp_path / "again.m3u8")
    assert told.code == 0
    assert missing in told.err


@pytest.mark.parametrize(
    "text",
    [
        "{folder}/{name}",
        "file://{folder}/02%20Bj%C3%B6rk.flac",
        "FILE://localhost{folder}/{name}",
        "Music\\Album\\{name}",
        "music/album/02 BJÖRK.FLAC",
        "Music/Album/02%20Bj%C3%B6rk.flac",
        "Music/Album/02 Bjo\u0308rk.flac",
        "D:\\Stuff\\Album\\{name}",
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="these are paths of other systems")
def test_a_track_is_named_by_its_path_as_others_write_it(
    musicsim, music, monkeypatch, text
) -> None:
    monkeypatch.chdir(music.parents[1])
    with Musicsim.read(musicsim.data) as app:
        track = find_track(app, text.format(folder=music, name=NAMES[1]))
    assert isinstance(track, Track)
    assert track.path == music / NAMES[1]


def test_a_file_outside_of_the_library_is_found_in_the_same_way(
    musicsim, tmp_path, monkeypatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "Été 1.mp3"
    path.write_bytes(b"x")
    with Musicsim.open(musicsim.data) as app:
        assert find_track(app, "E\u0301TE\u0301%201.MP3") == path
        with pytest.raises(UsageError, match="Nothing matches"):
            find_track(app, "été 2.mp3")

import os
from pathlib import Path

import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.locations import Locations, PathStyle
from musicsim.playlists.files.reading import PlaylistEntry, read_playlist
from musicsim.playlists.files.writing import write_playlist

ODD_NAMES = [
    "plain.mp3",
    "Übung 🎵 음악.mp3",
    "#1.mp3",
    "100%.mp3",
    "a%20b.mp3",
    "what?.mp3",
    "two\nlines.mp3",
    " leading.mp3",
    "trailing.mp3 ",
    "-dash.mp3",
    "a:b.mp3",
    "http:x.mp3",
    "cafe\u0301.mp3",
    "\udcff\udce9.mp3",
    "back\\slash.mp3",
    "\u2028.mp3",
    "; a comment.mp3",
    "'quoted'.mp3",
    "\ufeffmark.mp3",
    "\ufffd.mp3",
    "\x81.mp3",
]


def track(path: Path, duration: float | None = 61.4, **tags) -> Track:
    fields = {"title": "Title", "artist": "Artist", **tags}
    return Track(1, str(path), Tags(duration=duration, **fields), 1, 1, 0.0)


def read_m3u(file: Path) -> tuple[str, list[Path]]:
    playlist = read_playlist(file)
    return playlist.name, [entry.path for entry in playlist.entries]


def test_the_format(tmp_path):
    file = tmp_path / "list.m3u8"
    tracks = [track(tmp_path / "a" / "b.mp3"), track(tmp_path.parent / "c.mp3", duration=None)]
    write_playlist(file, tracks, name="My\nlist")
    assert file.read_bytes().decode().split("\n") == [
        "#EXTM3U",
        "#PLAYLIST:My\N{REPLACEMENT CHARACTER}list",
        "#EXTINF:61,Artist - Title",
        "a/b.mp3",
        "#EXTINF:-1,Artist - Title",
        "../c.mp3",
        "",
    ]


def test_a_playlist_in_a_linked_folder_leads_to_the_music(tmp_path):
    (tmp_path / "disk" / "lists").mkdir(parents=True)
    (tmp_path / "lists").symlink_to(tmp_path / "disk" / "lists")
    song = tmp_path / "song.mp3"
    song.write_bytes(b"x")
    write_playlist(tmp_path / "lists" / "l.m3u8", [track(song)], name="x")
    entry = (tmp_path / "lists" / "l.m3u8").read_text("utf-8").splitlines()[3]
    assert (tmp_path / "lists" / entry).read_bytes() == b"x"


def test_absolute_paths(tmp_path):
    file = tmp_path / "list.m3u8"
    write_playlist(file, [track(tmp_path / "b.mp3")], name="x", style=PathStyle(absolute=True))
    assert str(tmp_path / "b.mp3") in file.read_text("utf-8").splitlines()


@pytest.mark.parametrize("absolute", [False, True])
@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_name_comes_back(tmp_path, name, absolute):
    path = tmp_path / "music" / name
    file = tmp_path / "list.m3u8"
    write_playlist(file, [track(path, title="T\nitle")], name="List", style=PathStyle(absolute))
    assert read_m3u(file) == ("List", [path])


@pytest.mark.parametrize("name", ODD_NAMES)
def test_ffmpeg_would_find_the_file_too(tmp_path, name):
    """A player takes a line with "://" for an address and everything else for a path beside the list."""
    import urllib.request

    path = tmp_path / name
    path.write_bytes(b"x")
    file = tmp_path / "list.m3u8"
    write_playlist(file, [track(path)], name="List")
    line = file.read_bytes().decode("utf-8").split("\n")[3]
    found = (
        urllib.request.url2pathname(line.removeprefix("file://"))
        if line.startswith("file://")
        else os.path.join(tmp_path, line)  # noqa: PTH118
    )
    if "\udcff" not in name:
        assert Path(found).read_bytes() == b"x"
    assert not line.startswith("#")


def test_a_playlist_in_a_folder_that_is_not_there_says_so(tmp_path):
    with pytest.raises(PlaylistFileError, match=r"nowhere.*choose another place"):
        write_playlist(tmp_path / "nowhere" / "l.m3u8", [], name="x")


def test_a_write_that_fails_leaves_the_old_playlist(tmp_path, monkeypatch):
    file = tmp_path / "list.m3u8"
    file.write_text("old")

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(PlaylistFileError, match="No space left"):
        write_playlist(file, [track(tmp_path / "a.mp3")], name="x")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_reading_others_playlists(tmp_path):
    file = tmp_path / "old.m3u"
    lines = [
        "\ufeff#EXTM3U",
        "",
        "#EXTINF:1,x",
        "a.mp3",
        "sub\\b.mp3",
        "http://radio/x",
        "/abs/c.mp3",
    ]
    file.write_bytes("\r\n".join(lines).encode("utf-8"))
    assert read_m3u(file) == (
        "old",
        [tmp_path / "a.mp3", tmp_path / "sub" / "b.mp3", Path("/abs/c.mp3")],
    )


def test_old_playlists_in_latin_1_are_read(tmp_path):
    file = tmp_path / "old.m3u"
    file.write_bytes("Björk.mp3\n".encode("latin-1"))
    assert read_m3u(file)[1] == [tmp_path / "Björk.mp3"]


def test_what_is_not_a_playlist_is_refused(tmp_path):
    file = tmp_path / "x.m3u"
    file.write_bytes(b"\0\1\2")
    with pytest.raises(PlaylistFileError, match="not a playlist"):
        read_m3u(file)
    with pytest.raises(PlaylistFileError, match="can't be read"):
        read_m3u(tmp_path / "nowhere.m3u")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("sub\\b.mp3", "sub/b.mp3"),
        (".\\..\\{here}\\sub\\b.mp3", "sub/b.mp3"),
        ("back\\slash.mp3", "back\\slash.mp3"),
        ("My%20Song%20%231.mp3", "My Song #1.mp3"),
        ("a%20b.mp3", "a%20b.mp3"),
        ("caf\u00e9.mp3", "cafe\u0301.mp3"),
        ("cafe\u0301.mp3", "caf\u00e9.mp3"),
        ("next\u2028line.mp3", "next\u2028line.mp3"),
        ("file:{folder}/a%20b.mp3", "a b.mp3"),
        ("FILE://localhost{folder}/%FF.mp3", "\udcff.mp3"),
    ],
)
def test_the_file_that_a_line_means_is_found(tmp_path, line, name):
    file = tmp_path / "list.m3u"
    song = tmp_path / name
    song.parent.mkdir(exist_ok=True)
    song.write_bytes(b"x")
    file.write_text(line.format(folder=tmp_path, here=tmp_path.name) + "\n", encoding="utf-8")
    assert read_m3u(file)[1] == [song]


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ("Björk.mp3".encode("cp1252"), "Björk.mp3"),
        ("Wait… “Now”.mp3".encode("cp1252"), "Wait… “Now”.mp3"),
        (b"\xff\xe9.mp3", "\udcff\udce9.mp3"),
        ("\ufeffÜ.mp3".encode("utf-16-le"), "Ü.mp3"),
        ("\ufeffÜ.mp3\r\n".encode("utf-16-be"), "Ü.mp3"),
    ],
)
def test_other_encodings_are_read(tmp_path, data, name):
    (tmp_path / name).write_bytes(b"x")
    file = tmp_path / "old.m3u"
    file.write_bytes(data)
    assert read_m3u(file)[1] == [tmp_path / name]


def test_one_line_in_latin_1_spoils_no_other(tmp_path):
    file = tmp_path / "old.m3u"
    file.write_bytes("음악.mp3\n".encode() + "Björk.mp3\n".encode("latin-1"))
    assert read_m3u(file)[1] == [tmp_path / "음악.mp3", tmp_path / "Björk.mp3"]


def test_a_playlist_is_read_through_links(tmp_path):
    (tmp_path / "disk" / "lists").mkdir(parents=True)
    (tmp_path / "lists").symlink_to(tmp_path / "disk" / "lists")
    song = tmp_path / "disk" / "song.mp3"
    song.write_bytes(b"x")
    (tmp_path / "disk" / "lists" / "l.m3u8").write_text("../song.mp3\n", encoding="utf-8")
    (tmp_path / "link.m3u8").symlink_to(tmp_path / "lists" / "l.m3u8")
    assert read_m3u(tmp_path / "lists" / "l.m3u8")[1] == [song]
    assert read_m3u(tmp_path / "link.m3u8")[1] == [song]


def test_what_a_playlist_says_of_its_entries(tmp_path):
    file = tmp_path / "list.m3u8"
    file.write_text(
        "#EXTM3U\n#EXTINF:61.5,Ann - Hello, again\n#EXTVLCOPT:x\na.mp3\n"
        "#EXTINF:-1 tvg-id=1,Radio\nhttp://radio.example/x\nb.mp3\n#EXTINF:oops\nc.mp3\n",
        encoding="utf-8",
    )
    playlist = read_playlist(file)
    assert playlist.entries == (
        PlaylistEntry(tmp_path / "a.mp3", "Ann - Hello, again", 61.5, "a.mp3"),
        PlaylistEntry(tmp_path / "b.mp3", lost="b.mp3"),
        PlaylistEntry(tmp_path / "c.mp3", lost="c.mp3"),
    )
    assert playlist.elsewhere == ("http://radio.example/x",)


def test_a_file_of_short_lines_is_given_up_before_it_takes_minutes(tmp_path):
    file = tmp_path / "short.m3u"
    file.write_bytes(b"http://a\n" * 100_000 + b"a.mp3\n")
    with pytest.raises(PlaylistFileError, match="more than 100,000 entries"):
        read_m3u(file)


def test_music_on_another_drive_has_a_whole_path(tmp_path, monkeypatch):
    def relpath(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr("os.path.relpath", relpath)
    music = tmp_path / "a.mp3"
    assert Locations(tmp_path / "lists", PathStyle()).line(music) == str(music)

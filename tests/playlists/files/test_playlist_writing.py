"""Playlists written for other programs: formats, and the paths in them."""

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from musicsim.library.types import Tags, Track
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.locations import (
    Locations,
    PathStyle,
    Prefix,
    Slashes,
    parse_prefix,
)
from musicsim.playlists.files.reading import read_playlist
from musicsim.playlists.files.writing import write_playlist

MUSIC = Path("/home/me/Music")


def track(path: Path, title: str = "Hello", artist: str = "Ann", **tags) -> Track:
    return Track(1, str(path), Tags(title, artist, **tags), 1, 1, 0.0)


def line(path: Path, style: PathStyle, folder: Path = Path("/home/me/Lists")) -> str:
    return Locations(folder, style).line(path)


def to(new: str, **others) -> PathStyle:
    return PathStyle(prefix=Prefix(MUSIC, new), **others)


def test_xspf_is_what_its_specification_says(tmp_path: Path) -> None:
    tracks = [
        track(tmp_path / "a & b" / "ü#1.mp3", album="<Album>", duration=61.4),
        track(tmp_path / "x:y.mp3", "", ""),
    ]
    write_playlist(tmp_path / "l.xspf", tracks, name="My\nlist")
    space = "{http://xspf.org/ns/0/}"
    root = ElementTree.fromstring((tmp_path / "l.xspf").read_bytes())
    assert (root.tag, root.get("version")) == (f"{space}playlist", "1")
    assert [child.tag for child in root] == [f"{space}title", f"{space}trackList"]
    assert [[(e.tag.removeprefix(space), e.text) for e in each] for each in root[1]] == [
        [
            ("location", "a%20%26%20b/%C3%BC%231.mp3"),
            ("creator", "Ann"),
            ("title", "Hello"),
            ("album", "<Album>"),
            ("duration", "61400"),
        ],
        [("location", "./x%3Ay.mp3"), ("title", "x:y")],
    ]


def test_jspf_is_what_its_specification_says(tmp_path: Path) -> None:
    write_playlist(tmp_path / "l.jspf", [track(tmp_path / "ü.mp3", duration=61.4)], name="My list")
    assert json.loads((tmp_path / "l.jspf").read_text("utf-8")) == {
        "playlist": {
            "title": "My list",
            "track": [
                {
                    "location": ["%C3%BC.mp3"],
                    "creator": "Ann",
                    "title": "Hello",
                    "duration": 61400,
                }
            ],
        }
    }


def test_pls(tmp_path: Path) -> None:
    tracks = [track(tmp_path / "ü.mp3", duration=61.4), track(tmp_path / "b.mp3", "", "")]
    write_playlist(tmp_path / "l.pls", tracks, name="My list")
    assert (tmp_path / "l.pls").read_text("utf-8").splitlines() == [
        "[playlist]",
        "X-GNOME-Title=My list",
        "File1=ü.mp3",
        "Title1=Ann - Hello",
        "Length1=61",
        "File2=b.mp3",
        "Title2=b",
        "Length2=-1",
        "NumberOfEntries=2",
        "Version=2",
    ]


def test_m3u_for_old_players_is_in_their_encoding(tmp_path: Path) -> None:
    write_playlist(tmp_path / "l.M3U", [track(tmp_path / "Björk – 1.mp3")], name="List")
    text = (tmp_path / "l.M3U").read_bytes().decode("cp1252")
    assert text.splitlines()[-1] == "Björk – 1.mp3"


@pytest.mark.parametrize(
    ("name", "file", "title", "named"),
    [
        ("List", "음악.mp3", "Hello", "음악.mp3” has the letter “음”"),
        ("List", "a.mp3", "Dvořák", "Ann - Dvořák” has the letter “ř”"),
        ("리스트", "a.mp3", "Hello", "리스트” has the letter “리”"),
    ],
)
def test_m3u_for_old_players_names_what_does_not_fit(
    tmp_path: Path, name: str, file: str, title: str, named: str
) -> None:
    tracks = [track(tmp_path / "b.mp3"), track(tmp_path / file, title), track(tmp_path / "ş.mp3")]
    (tmp_path / "l.m3u").write_text("old")
    with pytest.raises(PlaylistFileError) as raised:
        write_playlist(tmp_path / "l.m3u", tracks, name=name)
    assert named in str(raised.value)
    assert "Choose .m3u8" in str(raised.value)
    assert (tmp_path / "l.m3u").read_text() == "old"


@pytest.mark.parametrize("name", ["list", "list.mp3", "list.wpl"])
def test_a_name_that_tells_no_format_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PlaylistFileError, match=r"must end with \.m3u8, .* or \.pls"):
        write_playlist(tmp_path / name, [], name="x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (PathStyle(), "../Music/A/b.mp3"),
        (PathStyle(slashes=Slashes.BACK), "..\\Music\\A\\b.mp3"),
        (PathStyle(absolute=True), "/home/me/Music/A/b.mp3"),
        (PathStyle(absolute=True, slashes=Slashes.BACK), "\\home\\me\\Music\\A\\b.mp3"),
        (to("/storage/sdcard/Music"), "/storage/sdcard/Music/A/b.mp3"),
        (to("/storage/sdcard/Music/"), "/storage/sdcard/Music/A/b.mp3"),
        (to("\\\\NAS\\music"), "\\\\NAS\\music\\A\\b.mp3"),
        (to("\\\\NAS\\music", slashes=Slashes.FORWARD), "//NAS/music/A/b.mp3"),
        (to("D:\\"), "D:\\A\\b.mp3"),
        (to("D:"), "D:\\A\\b.mp3"),
        (to("D:/Music", slashes=Slashes.FORWARD), "D:/Music/A/b.mp3"),
        (to("/"), "/A/b.mp3"),
        (to("Music"), "Music/A/b.mp3"),
        (to("..\\Music"), "..\\Music\\A\\b.mp3"),
        (to("smb://nas/My music"), "smb://nas/My%20music/A/b.mp3"),
        (to("http://nas:8080/m"), "http://nas:8080/m/A/b.mp3"),
    ],
)
def test_paths_in_every_style(style: PathStyle, expected: str) -> None:
    assert line(MUSIC / "A" / "b.mp3", style) == expected


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (PathStyle(), "file:///home/me/Music/100%25%231.mp3"),
        (to("/storage"), "file:///storage/100%25%231.mp3"),
        (to("D:\\Music"), "file:///D:/Music/100%25%231.mp3"),
        (to("\\\\NAS\\music"), "file://NAS/music/100%25%231.mp3"),
        (to("Music"), "Music/100%25%231.mp3"),
    ],
)
def test_a_name_that_would_be_misread_is_an_address(style: PathStyle, expected: str) -> None:
    assert line(MUSIC / "100%#1.mp3", style) == expected


def test_an_odd_folder_above_both_does_not_matter() -> None:
    assert line(Path("/me/#1/Music/b.mp3"), PathStyle(), Path("/me/#1/Lists")) == "../Music/b.mp3"


def test_only_whole_names_of_folders_are_replaced() -> None:
    style = to("/storage")
    assert line(Path("/home/me/Music2/b.mp3"), style) == "/home/me/Music2/b.mp3"
    assert not Locations(Path("/"), style).is_replaced(Path("/home/me/Music2/b.mp3"))


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("/storage/My music", "file:///storage/My%20music/A/b.mp3"),
        ("\\\\NAS\\music", "file://NAS/music/A/b.mp3"),
        ("D:\\Music", "file:///D:/Music/A/b.mp3"),
        ("My music", "My%20music/A/b.mp3"),
        ("smb://nas/music", "smb://nas/music/A/b.mp3"),
    ],
)
def test_addresses_of_a_replaced_prefix(new: str, expected: str) -> None:
    assert Locations(Path("/home/me/Lists"), to(new)).address(MUSIC / "A" / "b.mp3") == expected


@pytest.mark.parametrize("suffix", [".xspf", ".jspf"])
def test_addresses_have_no_backslashes(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(PlaylistFileError, match="forward slashes"):
        write_playlist(tmp_path / f"l{suffix}", [], name="x", style=PathStyle(slashes=Slashes.BACK))


def test_a_prefix_as_it_is_typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a=b").mkdir()
    assert parse_prefix("music=D:\\x") == Prefix(tmp_path / "music", "D:\\x")
    assert parse_prefix("a=b=/c=d") == Prefix(tmp_path / "a=b", "/c=d")
    for text in ("", "=", "a=", "=b", "a"):
        with pytest.raises(PlaylistFileError, match="OLD=NEW"):
            parse_prefix(text)


def jspf(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "l.jspf"
    file.write_text(text, "utf-8")
    return file


def test_jspf_of_a_service_has_titles_without_files(tmp_path: Path) -> None:
    (tmp_path / "a b.mp3").write_bytes(b"x")
    playlist = read_playlist(
        jspf(
            tmp_path,
            json.dumps(
                {
                    "playlist": {
                        "title": "Weekly \ud800",
                        "track": [
                            {"creator": "Ann", "title": "Hello", "duration": 61500},
                            {"location": "a%20b.mp3", "title": 3, "duration": "x"},
                            {"location": [1, "", "gone/c.mp3"], "creator": "Bob"},
                            "no track",
                            {"duration": float("inf"), "title": "Lost"},
                        ],
                    }
                }
            ),
        )
    )
    assert playlist.name == "Weekly ?"
    assert [(e.path, e.title, e.lost, e.position) for e in playlist.entries] == [
        (tmp_path / "a b.mp3", "", "", 1),
        (tmp_path / "gone" / "c.mp3", "Bob", "gone/c.mp3", 2),
    ]
    assert [(o.position, o.artist, o.title, o.duration) for o in playlist.others] == [
        (0, "Ann", "Hello", 61.5),
        (3, "", "Lost", None),
    ]
    assert playlist.elsewhere == ("Ann - Hello", "Lost")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * 100_000, "too deep"),
        ('{"playlist": ' * 50_000, "too deep"),
        ('{"playlist": 1', "no JSON"),
        ('{"playlist": {"track": [' + "9" * 5_000 + "]}}", "no JSON"),
        ("[]", "no “playlist”"),
        ('{"playlist": []}', "no “playlist”"),
    ],
)
def test_jspf_that_is_none_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(PlaylistFileError, match=why):
        read_playlist(jspf(tmp_path, text))


def test_jspf_without_tracks_is_empty(tmp_path: Path) -> None:
    assert read_playlist(jspf(tmp_path, '{"playlist": {"track": {}}}')).entries == ()
    (tmp_path / "l.txt").write_text('{ "playlist": {"title": "By its content"}}')
    assert read_playlist(tmp_path / "l.txt").name == "By its content"

"""Playlists as other programs write them: every one leads to the same files."""

import contextlib
import os
import unicodedata
from pathlib import Path
from urllib.parse import quote
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from musicsim.base.errors import display_path
from musicsim.library.types import Tags, Track
from musicsim.playlists.files import jspf, m3u, pls, reading
from musicsim.playlists.files import xspf as xml_lists
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES, WRITTEN
from musicsim.playlists.files.locations import PathStyle, Prefix, Slashes
from musicsim.playlists.files.reading import PlaylistEntry, read_playlist
from musicsim.playlists.files.writing import write_playlist

NAMES = [
    "Ann & Bob/Été/01 Don’t Stop… – Live.mp3",
    "Ann & Bob/Été/02 Björk.mp3",
    "Ann & Bob/Été/03 100% Pure.mp3",
    "Ann & Bob/Été/04 Space Song.mp3",
    "春/05 春はゆく.mp3",
    "#1 Hits/06 Ça ira; (=1) [a].mp3",
]
LATIN = [name for name in NAMES if name.isascii() or "春" not in name]


@pytest.fixture
def music(tmp_path: Path) -> Path:
    for name in NAMES:
        path = tmp_path / "music" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "music" / "Playlists").mkdir()
    return tmp_path / "music"


def found(file: Path, music: Path) -> list[str]:
    playlist = read_playlist(file, [music])
    assert all(bool(entry.lost) != entry.path.exists() for entry in playlist.entries)
    return [str(entry.path.relative_to(music)) for entry in playlist.entries if not entry.lost]


def lines(*texts: str, eol: str = "\r\n") -> str:
    return eol.join(["#EXTM3U", *texts, ""])


def backslashed(name: str) -> str:
    return name.replace("/", "\\")


def xspf(locations: list[str], top: str = "") -> str:
    tracks = "".join(
        f"<track><location>{escape(location)}</location><title>T</title><creator>C &amp; D</creator>"
        "<duration>61500</duration></track>"
        for location in locations
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<playlist version="1" xmlns="http://xspf.org/ns/0/" '
        f'xmlns:vlc="http://www.videolan.org/vlc/playlist/ns/0/">{top}<trackList>{tracks}</trackList></playlist>'
    )


# By program: the name of the file, its encoding, how it writes a name, and the names that its encoding has.
M3U = {
    "Winamp": ("l.m3u", "cp1252", lambda name, _: backslashed(f"..\\{name}"), LATIN),
    "Winamp, UTF-8": ("l.m3u8", "utf-8-sig", lambda name, _: backslashed(f"C:\\Music\\{name}"), NAMES),
    "foobar2000": ("l.m3u8", "utf-8-sig", lambda name, _: backslashed(f"D:\\Users\\me\\Music\\{name}"), NAMES),
    "MusicBee": ("l.m3u", "utf-8", lambda name, _: backslashed(f"\\Music\\{name}"), NAMES),
    "MediaMonkey": ("l.m3u", "cp1252", lambda name, _: backslashed(f"\\\\NAS\\music\\{name}"), LATIN),
    "Windows Notepad": ("l.m3u", "utf-16", lambda name, _: backslashed(f"..\\{name}"), NAMES),
    "PowerShell": ("l.m3u8", "utf-16-le", lambda name, _: backslashed(f"..\\{name}"), NAMES),
    "VLC": ("l.m3u8", "utf-8", lambda name, music: (music / name).as_uri(), NAMES),
    "VLC, relative": ("l.m3u", "utf-8", lambda name, _: quote(f"../{name}"), NAMES),
    "VLC for Windows": ("l.m3u", "utf-8", lambda name, _: "file:///C:/Music/" + quote(name), NAMES),
    "Rhythmbox": ("l.m3u", "utf-8", lambda name, _: f"/media/me/disk/{name}", NAMES),
    "Banshee": ("l.m3u", "utf-8", lambda name, _: f"../{name}", NAMES),
    "Clementine": ("l.m3u", "utf-8", lambda name, music: f"file://{music / name}", NAMES),
    "iTunes, old": ("l.m3u", "mac_roman", lambda name, _: f"/Volumes/Disk/iTunes Music/{name}", LATIN),
    "Music": ("l.m3u8", "utf-8", lambda name, _: unicodedata.normalize("NFD", f"/Users/me/Music/{name}"), NAMES),
    "Kodi": ("l.m3u8", "utf-8", lambda name, _: f"smb://nas/share/music/{name}", NAMES),
    "Kodi, other case": ("l.m3u8", "utf-8", lambda name, _: f"nfs://192.168.1.2/export/{name.swapcase()}", NAMES),
    "Sonos": ("l.m3u", "utf-8", lambda name, _: f"//NAS/Music/{name}", NAMES),
    "Sonos, queue": ("l.m3u", "utf-8", lambda name, _: "x-file-cifs://NAS/Music/" + quote(name), NAMES),
    "Navidrome": ("l.m3u", "utf-8", lambda name, _: f"/music/{name}", NAMES),
    "Android": ("l.m3u", "utf-8", lambda name, _: f"/storage/emulated/0/Music/{name}", NAMES),
    "a shell": ("l.m3u", "utf-8", lambda name, _: f"../{name}".replace(" ", "\\ "), NAMES),
    "DOS": ("l.m3u", "cp850", lambda name, _: backslashed(f"..\\{name}"), LATIN[1:]),
    "Windows in Japan": ("l.m3u", "cp932", lambda name, _: backslashed(f"..\\{name}"), ["春/05 春はゆく.mp3"]),
}  # fmt: skip


@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("program", M3U)
def test_m3u(music: Path, program: str, eol: str) -> None:
    name, encoding, written, names = M3U[program]
    file = music / "Playlists" / name
    entries = [text for n in names for text in ("#EXTINF:4,Ann - T", written(n, music))]
    file.write_bytes(lines(*entries, eol=eol).encode(encoding))
    assert found(file, music) == names


def test_what_m3u_says_besides(music: Path) -> None:
    file = music / "l.m3u8"
    file.write_bytes(
        lines(
            "#EXTENC: UTF-8",
            "#PLAYLIST:Évening",
            "#EXTALB:Album",
            "#EXTART:Ann",
            '#EXTINF:4 tvg-id="x" tvg-name="a, b",One, two',
            "#EXTVLCOPT:start-time=1",
            NAMES[0],
            "; a comment of old Winamp",
            "# a comment.mp3",
            "#extinf:5.5,Bob - Three",
            f"./music/../{NAMES[1]}",
            f'"{NAMES[2]}"',
            f"  {NAMES[3]}  ",
            NAMES[5],
        ).encode("utf-8-sig")
    )
    playlist = read_playlist(file)
    assert playlist.name == "Évening"
    assert playlist.entries == (
        PlaylistEntry(music / NAMES[0], "Ann - One, two", 4, artist="Ann"),
        PlaylistEntry(music / NAMES[1], "Bob - Three", 5.5),
        PlaylistEntry(music / NAMES[2]),
        PlaylistEntry(music / NAMES[3]),
        PlaylistEntry(music / NAMES[5]),
    )


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("windows-1251", "Группа крови.mp3"),
        ("koi8-r", "Группа крови.mp3"),
        ("Shift_JIS", "春はゆく.mp3"),
        ("ISO-8859-2", "Žluťoučký kůň.mp3"),
        ("macintosh", "Björk.mp3"),
        ("no such encoding", "Björk.mp3"),
        ("rot13", "Björk.mp3"),
    ],
)
def test_the_declared_encoding(tmp_path: Path, encoding: str, name: str) -> None:
    real = encoding if encoding not in ("no such encoding", "rot13") else "utf-8"
    # The file is not there, so nothing but the declaration shows the encoding.
    (tmp_path / "l.m3u").write_bytes(lines(f"#EXTENC:{encoding}", name).encode(real))
    playlist = read_playlist(tmp_path / "l.m3u")
    assert [entry.lost for entry in playlist.entries] == [name]


PLS = """[Playlist]
X-GNOME-Title=Évening
NumberOfEntries=6
File10={3}
File2={1}
Title2=Ann - Björk
Length2=61
file1={0}
Title1=x
Length1=-1
File3=http://radio.example/stream
 File4 = {4}
Title5=no file
Version=2
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("eol", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "written",
    [str, backslashed, quote, "file:///home/me/Music/{}".format, "E:\\Music\\{}".format],
)
def test_pls(music: Path, encoding: str, eol: str, written) -> None:
    file = music / "l.pls"
    text = PLS.format(*map(written, NAMES)).replace("\n", eol)
    file.write_bytes(text.encode(encoding))
    assert found(file, music) == [NAMES[0], NAMES[1], NAMES[4], NAMES[3]]
    playlist = read_playlist(file, [music])
    assert playlist.name == "Évening"
    assert playlist.entries[1] == PlaylistEntry(music / NAMES[1], "Ann - Björk", 61)
    assert playlist.elsewhere == ("http://radio.example/stream",)


def test_xspf(music: Path) -> None:
    file = music / "Playlists" / "l.xspf"
    for written in (
        lambda name: quote(f"../{name}"),
        lambda name: f"../{name}",
        lambda name: (music / name).as_uri(),
        lambda name: f"file:///C:/Music/{quote(name)}",
        lambda name: backslashed(f"C:\\Music\\{name}"),
    ):
        file.write_text(xspf([written(name) for name in NAMES], "<title>Évening</title>"), "utf-8")
        assert found(file, music) == NAMES
    playlist = read_playlist(file, [music])
    assert playlist.name == "Évening"
    assert playlist.entries[0] == PlaylistEntry(music / NAMES[0], "C & D - T", 61.5, artist="C & D")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252", "iso-8859-1", ""])
def test_xspf_in_other_encodings(music: Path, encoding: str) -> None:
    text = xspf([NAMES[1], NAMES[5]]).replace("UTF-8", encoding)
    if not encoding:
        text = text.partition("\n")[2]
    (music / "l.xspf").write_bytes(text.encode(encoding or "utf-8"))
    assert found(music / "l.xspf", music) == [NAMES[1], NAMES[5]]


def test_xml_of_programs_that_do_not_know_it(music: Path) -> None:
    text = xspf([NAMES[0], NAMES[1]], "<title>&Eacute;ve\x01ning &amp; &copy &#233;</title>")
    (music / "l.xspf").write_text(text.replace("&amp; Bob", "& Bob"), "utf-8")
    assert found(music / "l.xspf", music) == NAMES[:2]
    assert read_playlist(music / "l.xspf").name == "Évening & &copy é"


def test_xspf_with_sections_of_plain_text(music: Path) -> None:
    text = xspf(["x", NAMES[1], NAMES[0]]).replace(">x<", f"><![CDATA[{NAMES[0]}]]><", 1)
    (music / "l.xspf").write_text(text.replace("&amp; Bob", "& Bob"), "utf-8")
    assert found(music / "l.xspf", music) == [NAMES[0], NAMES[1], NAMES[0]]


def test_xspf_with_a_base(music: Path, tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "l.xspf"
    file.parent.mkdir()
    based = f'<playlist xml:base="{music.as_uri()}/" '
    text = xspf([quote(NAMES[0]), (music / NAMES[1]).as_uri()]).replace("<playlist ", based)
    file.write_text(text, "utf-8")
    assert found(file, music) == NAMES[:2]


def test_xspf_of_titles_and_of_several_places(music: Path) -> None:
    text = xspf(["x"]).replace(
        "<location>x</location>",
        f"<location>http://a.example/x</location><location>{escape(NAMES[0])}</location>",
    )
    text = text.replace("</trackList>", "<track><title>Lost</title></track><track/></trackList>")
    (music / "l.xspf").write_text(text, "utf-8")
    assert found(music / "l.xspf", music) == NAMES[:1]
    assert read_playlist(music / "l.xspf").elsewhere == ("Lost", "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "l.wpl",
            '<?wpl version="1.0"?>\n<smil><head><meta name="Generator" content="x"/><title>Évening</title></head>'
            '<body><seq><media src="..\\{0}" tid="{{1}}"/><media src="C:\\Music\\{1}"/></seq></body></smil>',
        ),
        (
            "l.asx",
            '<ASX version="3.0"><Title>Évening</Title><Entry><Title>x</Title><Ref HREF="C:\\Music\\{0}"/></Entry>'
            '<Entry><Ref HREF="mms://radio.example/x"/><Ref HREF="..\\{1}"/></Entry></ASX>',
        ),
        (
            "l.b4s",
            '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<WinampXML><playlist num_entries="2" '
            'label="Évening"><entry Playstring="file:..\\{0}"><Name>x</Name><Length>61000</Length></entry>'
            '<entry Playstring="file:C:\\Music\\{1}"></entry></playlist></WinampXML>',
        ),
    ],
)
def test_other_playlists_in_xml(music: Path, name: str, text: str) -> None:
    file = music / "Playlists" / name
    file.write_text(text.format(*(escape(backslashed(name)) for name in NAMES)), "utf-8")
    assert found(file, music) == NAMES[:2]
    assert read_playlist(file, [music]).name == "Évening"


def test_the_content_says_what_a_playlist_is(music: Path) -> None:
    (music / "l.m3u").write_text(PLS.format(*NAMES), "utf-8")
    assert found(music / "l.m3u", music) == [NAMES[0], NAMES[1], NAMES[4], NAMES[3]]
    (music / "l.pls").write_text(xspf(NAMES), "utf-8")
    assert found(music / "l.pls", music) == NAMES
    (music / "l.txt").write_text(lines(*NAMES), "utf-8")
    assert found(music / "l.txt", music) == NAMES


def test_a_listed_playlist_stands_for_its_entries(music: Path) -> None:
    (music / "Playlists" / "inner.m3u").write_text(
        lines(f"../{NAMES[1]}", "http://radio.example/x", "gone.mp3"), "utf-8"
    )
    (music / "l.pls").write_text(
        f"File1=Playlists/inner.m3u\nFile2={NAMES[0]}\nFile3=Playlists\\INNER.M3U\n", "utf-8"
    )
    playlist = read_playlist(music / "l.pls")
    assert playlist.name == "l"
    assert [(entry.path.name, entry.position) for entry in playlist.entries] == [
        (Path(NAMES[1]).name, 0), ("gone.mp3", 2), (Path(NAMES[0]).name, 3), (Path(NAMES[1]).name, 4), ("gone.mp3", 6),
    ]  # fmt: skip
    assert [other.position for other in playlist.others] == [1, 5]


def test_playlists_that_list_each_other_end(music: Path) -> None:
    (music / "a.m3u").write_text(lines("a.m3u", NAMES[0], "b.m3u"), "utf-8")
    (music / "b.m3u").write_text(lines("./a.m3u", NAMES[1], "more.xspf"), "utf-8")
    (music / "more.xspf").write_text("<html/>", "utf-8")
    # What is no playlist stays a file.
    assert found(music / "a.m3u", music) == [NAMES[0], NAMES[1], "more.xspf"]


def test_playlists_that_list_each_other_many_times_are_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MOST_ENTRIES", 100)
    for number in range(10):
        (tmp_path / f"{number}.m3u").write_text(f"{number + 1}.m3u\n" * 2, "utf-8")
    (tmp_path / "10.m3u").write_text("", "utf-8")
    with pytest.raises(PlaylistFileError, match="more than"):
        read_playlist(tmp_path / "0.m3u")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nhttp://x.example/1.ts\n", "pieces of a stream"),
        ("#EXTM3U\r\n#EXT-X-STREAM-INF:BANDWIDTH=1\r\nhigh.m3u8\r\n", "pieces of a stream"),
        ('FILE "1.flac" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n', "Open that file"),
        ("Name\tKünstler\tAlbum\tGenre\tGröße\tOrt\rOne\tAnn\tA\tB\t1\tHD:One.mp3\r", "Export it there as M3U"),
        ('<?xml version="1.0"?><plist version="1.0"><dict/></plist>', "iTunes or Music. Export"),
        ("<?xml version='1.0'?><rhythmdb-playlists/>", "Rhythmbox. Save each"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_what_programs_keep_in_place_of_playlists_is_named(
    tmp_path: Path, text: str, told: str, encoding: str
) -> None:
    (tmp_path / "l.m3u").write_text(text, encoding, newline="")
    with pytest.raises(PlaylistFileError, match=told):
        read_playlist(tmp_path / "l.m3u")


ENTITIES = """<?xml version="1.0"?><!DOCTYPE playlist [<!ENTITY a "{}">]>
<playlist><trackList><track><location>&a;</location></track></trackList></playlist>"""


@pytest.mark.parametrize(
    "text",
    [
        ENTITIES.format("x" * 1000),
        ENTITIES.replace('"{}"', 'SYSTEM "file:///etc/passwd"'),
        ENTITIES.replace("<!ENTITY a", "<!ENTITY % a"),
        "<playlist>" * 100_000,
        "<playlist><trackList>",
        "<playlist></tracks>",
        "<html><body/></html>",
        "<?xml version='1.0'?>",
        "",
    ],
)
def test_no_file_in_xml_is_expanded_or_takes_long(tmp_path: Path, text: str) -> None:
    file = tmp_path / "l.xspf"
    file.write_text(text, "utf-8")
    with pytest.raises(PlaylistFileError, match=r"l\.xspf can't be read as a playlist"):
        read_playlist(file)


@pytest.mark.parametrize("name", ["l.m3u", "l.m3u8", "l.pls"])
@pytest.mark.parametrize("text", ["", "#EXTM3U\n", "\n\r\n", "[playlist]\nNumberOfEntries=0\n"])
def test_an_empty_playlist_is_one(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    playlist = read_playlist(tmp_path / name)
    assert (playlist.name, playlist.entries, playlist.elsewhere) == ("l", (), ())


def test_what_is_lost_has_its_name_as_written(tmp_path: Path) -> None:
    (tmp_path / "l.m3u").write_text(
        lines("C:\\a\\b.mp3", "..\\c%20d.mp3", "file:///gone/e%20f.mp3", "smb://nas/g.mp3", "g"),
        encoding="utf-8",
    )
    playlist = read_playlist(tmp_path / "l.m3u")
    assert [entry.lost for entry in playlist.entries] == [
        "C:\\a\\b.mp3", "..\\c%20d.mp3", "file:///gone/e%20f.mp3", "g",
    ]  # fmt: skip
    assert playlist.entries[2].path == Path("/gone/e f.mp3")
    assert playlist.elsewhere == ("smb://nas/g.mp3",)


_PARTS = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=30) | st.binary(
    min_size=1, max_size=20
).map(lambda raw: os.fsdecode(raw.replace(b"/", b"").replace(b"\0", b"") or b"x"))


_STYLES = [
    PathStyle(),
    PathStyle(absolute=True),
    PathStyle(slashes=Slashes.BACK),
    PathStyle(absolute=True, slashes=Slashes.BACK),
    PathStyle(prefix=Prefix(Path("/nowhere"), "D:\\Music")),
]


@example(["a", "; b"], True, _STYLES[0], False, ".m3u8")
@example(["#", "#EXTINF:1,x"], False, _STYLES[1], False, ".m3u8")
@example(["\ufeff"], False, _STYLES[1], False, ".m3u8")
@example(["file:"], True, _STYLES[1], True, ".m3u8")
@example(["a:", "b"], False, _STYLES[0], True, ".xspf")
@example(["a%20b"], True, _STYLES[0], True, ".jspf")
@example(["\udcff\n#% "], False, _STYLES[0], False, ".pls")
@example(["\\0"], False, _STYLES[0], False, ".jspf")
@example(["\udce0\udca0"], False, _STYLES[0], False, ".jspf")
@example(["Ã©"], False, _STYLES[0], True, ".m3u")
@example(["ú@", "ú]"], False, _STYLES[0], True, ".m3u")
@example(["a\\"], False, _STYLES[0], False, ".m3u8")
@example(["a\\"], False, _STYLES[4], False, ".xspf")
@settings(max_examples=150)
@given(
    st.lists(_PARTS, min_size=1, max_size=4),
    st.booleans(),
    st.sampled_from(_STYLES),
    st.booleans(),
    st.sampled_from(sorted(WRITTEN)),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    parts: list[str],
    there: bool,
    style: PathStyle,
    beside: bool,
    suffix: str,
) -> None:
    try:
        # Not every text is the name of a file.
        name = os.fsdecode(os.fsencode("/".join(parts)))
    except UnicodeEncodeError:
        assume(False)
    assume(not {".", ".."} & set(name.split("/")))
    folder = tmp_path_factory.mktemp("written")
    path = folder / name
    (folder / "lists").mkdir()
    file = folder / f"l{suffix}" if beside else folder / "lists" / f"l{suffix}"
    assume(path not in (file, file.parent))
    if there:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")
        except OSError:
            assume(False)
    track = Track(1, str(path), Tags(f"T{name}", "Ann", duration=61.0), 1, 1, 0.0)
    # A title is no address, so what can't be shown is lost.
    title = display_path(name).replace("\N{REPLACEMENT CHARACTER}", "?").rstrip()
    try:
        write_playlist(file, [track, track], name="List", style=style)
    except PlaylistFileError as error:
        refused = ".m3u" if suffix == ".m3u" else "slashes"
        assert refused in str(error)  # noqa: PT017
        assert not file.exists()
        return
    playlist = read_playlist(file)
    assert playlist.name == "List"
    assert [entry.path for entry in playlist.entries] == [path, path]
    assert [bool(entry.lost) for entry in playlist.entries] == [not there] * 2
    assert {(entry.title, entry.seconds) for entry in playlist.entries} == {
        (f"Ann - T{title}", 61.0)
    }


@example(b"\xff\xfe", "l.m3u")
@example(b"<?xml?>", "l.xspf")
@example(b"<playlist>&a;", "l.m3u")
@given(st.binary(max_size=200), st.sampled_from(sorted(f"l{s}" for s in PLAYLIST_SUFFIXES)))
def test_any_file_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str
) -> None:
    file = tmp_path_factory.mktemp("any") / name
    file.write_bytes(data)
    with contextlib.suppress(PlaylistFileError):
        assert all(entry.path.is_absolute() for entry in read_playlist(file).entries)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.m3u", "a\n" * 1_001),
        ("l.m3u", "#EXT\n" * 10_001),
        ("l.pls", "[playlist]\n" + "a=b\n" * 4_001),
        ("l.pls", "[playlist]\n" + "".join(f"File{n}=a\n" for n in range(1_001))),
        ("l.xspf", "<playlist>" + "<a/>" * 10_000 + "</playlist>"),
        ("l.xspf", "<playlist>" + "&a" * 10_000 + "</playlist>"),
        ("l.jspf", '{"playlist": {"track": [' + "{}," * 10_001 + "{}]}}"),
    ],
    ids=["m3u", "m3u-comments", "pls", "pls-entries", "xspf", "xspf-references", "jspf"],
)
def test_too_many_entries_are_given_up_before_they_take_minutes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str
) -> None:
    for module in (reading, m3u, pls, xml_lists, jspf):
        monkeypatch.setattr(module, "MOST_ENTRIES", 1_000)
    (tmp_path / name).write_text(text)
    with pytest.raises(PlaylistFileError, match="more than 100,000 entries"):
        read_playlist(tmp_path / name)

"""`playlists export`: files in every format, and copies of the music."""

from pathlib import Path

import mutagen
import numpy as np
import pytest
import soundfile
from command_line import CommandLine
from three_tracks import NAMES, scan_three_tracks

from musicsim.app import Musicsim
from musicsim.playlists.files.reading import read_playlist


@pytest.fixture
def music(musicsim: CommandLine, tmp_path: Path) -> Path:
    """A music folder of three tracks, which are the kept playlist "Sunday"."""
    folder = scan_three_tracks(musicsim, tmp_path)
    with Musicsim.open(musicsim.data) as app:
        app.catalogue.playlists.create("Sunday", [track.id for track in app.catalogue.tracks.all()])
    return folder


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    (tmp_path / "usb").mkdir()
    return tmp_path / "usb"


def export(musicsim: CommandLine, *arguments: str | Path):
    return musicsim("playlists", "export", "Sunday", *arguments)


def listed(file: Path) -> list[str]:
    return [entry.path.name for entry in read_playlist(file).entries]


@pytest.mark.parametrize("suffix", ["m3u8", "xspf", "jspf", "pls", "m3u"])
def test_every_format(musicsim, music, tmp_path, suffix) -> None:
    file = tmp_path / f"l.{suffix}"
    told = export(musicsim, "-o", file)
    assert (told.code, told.out, told.err) == (0, f"3 tracks written to {file}.\n", "")
    assert listed(file) == NAMES
    assert export(musicsim, "-o", file, "--json").json == {
        "file": str(file), "tracks": 3, "missing": [],
    }  # fmt: skip


def test_files_that_no_scan_has_missed_yet_are_named(musicsim, music, tmp_path) -> None:
    (gone,) = music.rglob(NAMES[1])
    gone.unlink()
    file = tmp_path / "l.m3u8"
    assert export(musicsim, "-o", file, "--json").json["missing"] == [str(gone)]
    told = export(musicsim, "-o", file)
    assert (told.code, told.out) == (0, f"3 tracks written to {file}.\n")
    assert f"missing, or on a disconnected disk: {gone}" in told.err
    assert listed(file) == NAMES


def test_paths_for_another_computer(musicsim, music, tmp_path) -> None:
    file = tmp_path / "l.m3u8"
    told = export(musicsim, "-o", file, "--replace-prefix", f"{music.parent}=D:\\Music")
    assert (told.code, told.err) == (0, "")
    lines = file.read_text("utf-8").splitlines()
    assert f"D:\\Music\\Album\\{NAMES[1]}" in lines
    assert f"D:\\Music\\Album\\{NAMES[2]}" in lines
    export(musicsim, "-o", file, "--slashes", "back")
    assert f"Music\\Album\\{NAMES[0]}" in file.read_text("utf-8").splitlines()


def test_files_outside_of_the_prefix_are_named(musicsim, music, tmp_path) -> None:
    told = export(musicsim, "-o", tmp_path / "l.m3u8", "--replace-prefix", "/elsewhere=/storage")
    assert told.code == 0
    assert "3 files are not in /elsewhere, so the whole path is written: 01 Don’t" in told.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["-o", "l.txt"], "must end with"),
        (["-o", "l.m3u8", "--replace-prefix", "x"], "OLD=NEW"),
        (["-o", "l.xspf", "--slashes", "back"], "forward slashes"),
        (["-o", "l.m3u8", "--copy"], "--copy needs --to FOLDER"),
        (["-o", "l.m3u8", "--numbered"], "--numbered needs --copy"),
        (["--to", "."], "add --copy"),
        (["--to", "nowhere", "--copy"], "is the device connected?"),
        (["--to", ".", "--copy", "--paths", "absolute"], "relative"),
        ([], "required"),
    ],
)
def test_wrong_use_says_what_is_right(musicsim, music, tmp_path, monkeypatch, arguments, said):
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    told = export(musicsim, *arguments)
    assert told.code in (1, 2)
    assert said in told.err
    assert sorted(tmp_path.iterdir()) == before


def test_a_copy_with_its_music(musicsim, music, usb) -> None:
    told = export(musicsim, "--to", usb, "--copy", "--numbered")
    folder = usb / "Sunday"
    assert (told.code, told.err) == (0, "")
    assert told.out == f"3 files copied to {folder}.\n"
    names = sorted(path.name for path in folder.iterdir())
    assert names == [
        "001 Don’t Stop….flac", "002 Björk.flac", "003 100% Pure.flac", "Sunday.m3u8",
    ]  # fmt: skip
    assert (folder / names[1]).read_bytes() == (music / NAMES[1]).read_bytes()
    assert listed(folder / "Sunday.m3u8") == names[:3]
    told = export(musicsim, "--to", usb, "--copy", "--numbered", "--json")
    assert told.json == {
        "folder": str(folder),
        "file": str(folder / "Sunday.m3u8"),
        "copied": 0,
        "already_there": 3,
        "kept": [],
        "left_from_earlier": [],
        "not_copied": [],
        "stopped": None,
    }


def test_nothing_is_overwritten_unasked(musicsim, music, usb) -> None:
    (usb / "Sunday").mkdir()
    mine = usb / "Sunday" / "Don’t Stop….flac"
    mine.write_bytes(b"mine")
    told = export(musicsim, "--to", usb, "--copy")
    assert told.code == 2
    assert f"holds other files of the same name: {mine.name}. Nothing was copied." in told.err
    assert list((usb / "Sunday").iterdir()) == [mine]
    told = export(musicsim, "--to", usb, "--copy", "--existing", "rename", "--format", "pls")
    assert told.code == 0
    assert mine.read_bytes() == b"mine"
    assert listed(usb / "Sunday" / "Sunday.pls")[0] == "Don’t Stop… (2).flac"
    told = export(musicsim, "--to", usb, "--copy", "--existing", "skip")
    assert f"1 other file of the same name stays as it was: {mine.name}." in told.out
    assert export(musicsim, "--to", usb, "--copy", "--existing", "replace").code == 0
    assert mine.read_bytes() == (music / NAMES[0]).read_bytes()


def test_what_is_not_copied_is_named(musicsim, music, usb) -> None:
    (music / NAMES[1]).unlink()
    told = export(musicsim, "--to", usb, "--copy")
    assert told.code == 1
    assert "1 file was not copied: 02 Björk.flac: it is not there" in told.out
    assert f"not copied: {music / NAMES[1]}: it is not there" in told.err
    assert listed(usb / "Sunday" / "Sunday.m3u8") == ["Don’t Stop….flac", "100% Pure.flac"]


def test_entries_found_by_their_tags_are_told(musicsim, tmp_path) -> None:
    (tmp_path / "Music").mkdir()
    sound = np.random.default_rng(0).normal(0, 0.1, 48_000).astype("float32")
    with soundfile.SoundFile(tmp_path / "Music" / "1.flac", "w", 24_000, 1) as file:
        file.title, file.artist = "Hello", "Ann"
        file.write(sound)
    with Musicsim.open(musicsim.data) as app:
        app.collection.scan([tmp_path / "Music"])
    (tmp_path / "l.m3u8").write_text("#EXTINF:2,ANN - hello\nC:\\gone.mp3\n", "utf-8")
    told = musicsim("playlists", "import", tmp_path / "l.m3u8")
    assert (told.code, told.err) == (0, "")
    assert "1 of them found by artist, title and length." in told.out


def test_entries_that_are_missing_are_kept_and_found_when_they_turn_up(musicsim, music, tmp_path):
    file, later = tmp_path / "list.m3u8", tmp_path / "Music" / "later"
    file.write_text(
        f"#EXTM3U\n#EXTINF:1,Ann - One More\n/gone/else.mp3\n{music / NAMES[0]}\n"
        "#EXTINF:10,Nobody - Never\n/gone/never.mp3\n",
        "utf-8",
    )
    imported = musicsim("playlists", "import", file)
    assert imported.code == 0
    assert "/gone/else.mp3" in imported.err

    def shown():
        entries = musicsim("playlists", "show", "list", "--json").json
        return [(Path(entry["path"]).name, entry["in_library"]) for entry in entries]

    assert shown() == [("else.mp3", False), (NAMES[0], True), ("never.mp3", False)]
    later.mkdir()
    sound = np.random.default_rng(9).normal(0, 0.1, 22_050).astype("float32")
    soundfile.write(later / "new.flac", sound, 22_050)
    tags = mutagen.File(later / "new.flac")
    tags.update(title="One More", artist="Ann")
    tags.save()
    with Musicsim.open(musicsim.data) as app:
        app.collection.scan()
    assert shown() == [("new.flac", True), (NAMES[0], True), ("never.mp3", False)]

"""What systems, servers and other programs leave among music, and which a listener would not call music."""

import shutil
import struct

import pytest
from scanned_library import Library

from musicsim.base.reasons import Cause, Reason
from musicsim.library.scanning.scanner import scan_file
from musicsim.library.scanning.walking import linked_folders
from musicsim.library.types import TrackState

BINS = [
    # Windows: NTFS, XP, FAT, and by a Linux computer
    "$RECYCLE.BIN/S-1-5-21-1-2-3-1001/$RABC123.mp3",
    "$Recycle.Bin/$RABC123.mp3",
    "RECYCLER/S-1-5-21-1229272821-1592454029-839522115-1003/Dc1.mp3",
    "Recycled/Dc1.mp3",
    "System Volume Information/a.mp3",
    "SYSTEM VOLUME INFORMATION/a.mp3",
    "FOUND.000/DIR0000.CHK/a.mp3",
    "FileHistory/me/PC/Data/C/Users/me/Music/a (2024_10_27 10_00_00 UTC).mp3",
    # macOS
    ".Trashes/501/a.mp3",
    ".Trash/a.mp3",
    "__MACOSX/Album/a.mp3",
    "Network Trash Folder/a.mp3",
    ":2eTemporaryItems/a.mp3",
    ".AppleDouble/a.mp3",
    "Backups.backupdb/Mac/2024-10-27-100000/Macintosh HD/a.mp3",
    # Linux
    ".Trash-1000/files/a.mp3",
    "Trash/files/a.mp3",
    "lost+found/#12345/a.mp3",
    ".snapshots/1/snapshot/a.mp3",
    ".zfs/snapshot/daily/a.mp3",
    # NAS
    "#recycle/a.mp3",
    "#Recycle/a.mp3",
    "#snapshot/GMT+01_2024.10.27/a.mp3",
    "@eaDir/a.mp3/SYNOAUDIO.mp3",
    "@EADIR/a.mp3",
    "@Recycle/a.mp3",
    "@recycle/a.mp3",
    "@Recently-Snapshot/a.mp3",
    ".@__thumb/a.mp3",
    "~snapshot/hourly.0/a.mp3",
    "~SNAPSHOT/a.mp3",
    "@GMT-2024.10.27-01.00.00/a.mp3",
    ".Recycle.Bin/a.mp3",
    ".recycle/me/a.mp3",
    "trashbox/a.mp3",
    "Recycle Bin - Volume_1/a.mp3",
    "_NAS_Recycle_RAID/a.mp3",
    # programs that synchronise, and phones
    ".stversions/a~20240101-101010.mp3",
    ".sync/Archive/a.mp3",
    ".dropbox.cache/2024-10-27/a.mp3",
    "files_trashbin/files/Album.d1712345678/a.mp3",
    "files_versions/Album/a.mp3",
    ".trashed-1712345678-a.mp3",
    ".pending-1712345678-a.mp3",
    ".hidden.mp3",
    "._gone.mp3",
]
MUSIC = [
    "Nektar/Recycled/a.mp3",
    "ZZ Top/Recycler/a.mp3",
    "Alice Cooper/Trash/a.mp3",
    "Lost+Found/a.mp3",
    "The Strypes/Snapshot/a.mp3",
    "Snapshots/a.mp3",
    "#1 Hits/a.mp3",
    "#recycled/a.mp3",
    "@peace/a.mp3",
    "$ign/a.mp3",
    "~/a.mp3",
    "Found/a.mp3",
    "...And Justice for All/a.mp3",
    ".38 Special/a.mp3",
    ".5 The Gray Chapter/a.mp3",
    "Sync/a.mp3",
    "Cache/a.mp3",
]


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def apple_double(padding: int = 100) -> bytes:
    header = b"\x00\x05\x16\x07\x00\x02\x00\x00Mac OS X        " + struct.pack(">H", 2)
    return header + bytes(padding) + b"com.apple.quarantine"


def fill(library: Library, name: str) -> None:
    """Make a file, and what a recycle bin on FAT or by freedesktop.org has beside it."""
    path = library.file(name)
    if name.startswith("Recycled/"):
        library.file("Recycled/INFO2")
    elif name.startswith("Trash/files/"):
        library.file(f"Trash/info/{path.name}.trashinfo")


@pytest.mark.parametrize("below", ["", "a/b/"])
def test_bins_snapshots_caches_and_hidden_files_are_no_music(library, below):
    library.file("kept.mp3")
    for name in BINS:
        if not below or not name.startswith(("Recycled/", "Trash/")):
            fill(library, below + name)
    assert library.scan().added == 1
    assert library.paths() == {"kept.mp3"}
    assert library.catalogue.problems.all() == []
    # One by one, as the watcher hears of them, it is just the same.
    library.scanner.update([path for path in library.music.rglob("*") if path.is_file()])
    assert library.paths() == {"kept.mp3"}


def test_albums_with_such_names_are_music(library):
    for name in MUSIC:
        library.file(name)
    library.scan()
    assert library.paths() == set(MUSIC)


@pytest.mark.parametrize(
    "name",
    [
        "._Song.mp3",
        "._Renamed since.mp3",
        "__MACOSX/Album/._Song.mp3",
        "Album/Song.mp3",
        "Album/:2e_Song.mp3",
        "Album/Song (resource).MP3",
    ],
)
def test_the_attributes_that_a_mac_keeps_apart_are_known_by_their_first_bytes(library, name):
    library.file("kept.mp3")
    path = library.file(name, apple_double(200_000))
    assert library.scan().added == 1
    library.scanner.update([path])
    assert library.paths() == {"kept.mp3"}
    assert library.catalogue.problems.all() == []


def test_attributes_that_an_earlier_version_took_for_music_are_dropped(library):
    path = library.file("a.mp3", apple_double())
    library.file("b.mp3")
    root = library.catalogue.folders.add(library.music)
    library.scan()
    track_id = library.catalogue.files.add(root, scan_file(path, path.stat(), library.music))
    library.catalogue.files.set_problem(track_id, Reason(Cause.NOT_AUDIO), failed=True)
    assert library.catalogue.tracks.by_id([track_id])[0].state is TrackState.FAILED
    library.scan()
    assert library.paths() == {"b.mp3"}
    assert library.catalogue.problems.all() == []


def test_music_in_place_of_attributes_is_found(library):
    path = library.file("a.mp3", apple_double())
    library.scan()
    path.write_bytes(b"a recording")
    library.scan()
    assert library.paths() == {"a.mp3"}


@pytest.mark.parametrize("name", BINS[::5])
@pytest.mark.parametrize("watched", [False, True])
def test_a_song_moved_to_a_bin_is_deleted_and_not_moved(library, name, watched):
    song = library.file("Album/Song.mp3")
    library.file("Album/Other.mp3")
    library.scan()
    fill(library, name)
    bin_ = library.music / name
    shutil.move(song, bin_)
    if watched:
        library.scanner.update([song, bin_])
    else:
        summary = library.scan()
        assert (summary.added, summary.moved, summary.missing) == (0, 0, 1)
    assert library.paths(missing=True) == {"Album/Song.mp3"}
    # The listener takes it out again.
    shutil.move(bin_, song)
    library.scanner.update([song, bin_])
    assert library.paths() == {"Album/Song.mp3", "Album/Other.mp3"}


@pytest.mark.parametrize(
    "name", ["#recycle/Song.mp3", "$RECYCLE.BIN/S-1-5-21-1/$R1.mp3", ".trashed-1-Song.mp3"]
)
def test_the_only_song_moved_to_a_bin_is_deleted_and_its_disk_is_there(library, name):
    song = library.file("Album/Song.mp3")
    library.scan()
    bin_ = library.music / name
    bin_.parent.mkdir(parents=True, exist_ok=True)
    song.rename(bin_)
    assert library.scan().missing == 1
    assert library.catalogue.folders.unavailable() == {}
    assert library.catalogue.problems.all() == []


def test_songs_that_an_earlier_version_followed_into_a_bin_are_missing(library):
    library.file("a.mp3")
    library.file("b.mp3")
    library.scan()
    gone = {track.path.name: track.id for track in library.catalogue.tracks.all()}["a.mp3"]
    bin_ = library.music / "#Recycle" / "a.mp3"
    bin_.parent.mkdir()
    (library.music / "a.mp3").rename(bin_)
    library.catalogue.files.set_paths({gone: bin_})
    library.scan()
    assert library.paths() == {"b.mp3"}
    assert library.paths(missing=True) == {"#Recycle/a.mp3"}


def test_a_bin_can_be_a_music_folder_itself(library):
    for name in ("#recycle/a.mp3", "__MACOSX/b.mp3"):
        path = library.file(name)
        assert library.scanner.scan([path.parent]).added == 1


def test_links_in_snapshots_are_not_followed(library, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("#snapshot/monday", ".zfs/snapshot/x", "kept"):
        (library.music / name).mkdir(parents=True)
        (library.music / name / "link").symlink_to(elsewhere)
    assert linked_folders(library.music, library.music) == [library.music / "kept" / "link"]

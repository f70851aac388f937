import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import mutagen.flac
import numpy as np
import pytest
import soundfile
from known_reasons import because
from scanned_library import Library
from tagged_files import make

from musicsim.base.events import ScanProgress, TracksChanged, TracksRemoved
from musicsim.base.reasons import Cause, Reason
from musicsim.library.scanning import moves
from musicsim.library.scanning.moves import content_key
from musicsim.library.scanning.scanner import FolderError
from musicsim.library.scanning.walking import walk
from musicsim.library.types import TrackState


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def test_audio_files_are_found_and_others_are_not(library):
    library.file("a.mp3")
    library.file("deep/er/b.FLAC")
    library.file("cover.jpg")
    library.file("notes.txt")
    summary = library.scan()
    assert summary.added == 2
    assert library.paths() == {"a.mp3", "deep/er/b.FLAC"}


def test_a_number_before_a_title_is_the_tracks_if_its_folder_is_numbered(library):
    for name in ("1 Red.mp3", "2 Blue.flac", "3 Sea.ogg", "4 cover.jpg"):
        library.file(f"Ada/Sky/{name}")
    for name in ("99 Luftballons.mp3", "50 Cent - In da Club.mp3", "98 scans.jpg", "Blue.mp3"):
        library.file(f"Downloads/{name}")
    library.scan()
    found = {(t.artist, t.tags.track_number, t.title) for t in library.catalogue.tracks.all()}
    assert found == {
        ("Ada", 1, "Red"), ("Ada", 2, "Blue"), ("Ada", 3, "Sea"), ("", None, "99 Luftballons"),
        ("50 Cent", None, "In da Club"), ("", None, "Blue"),
    }  # fmt: skip


def test_a_second_scan_changes_nothing(library):
    library.file("a.mp3")
    library.scan()
    summary = library.scan()
    assert (summary.added, summary.changed, summary.missing, summary.unchanged) == (0, 0, 0, 1)


@pytest.mark.parametrize("there", [True, False])
def test_a_scan_that_finds_nothing_new_has_nothing_to_copy(library, there):
    library.file("a.mp3")
    library.scan()
    if not there:
        library.music.rename(library.music.with_name("unplugged"))
        library.scanner.scan()
    library.catalogue.back_up()
    copy = library.catalogue.database.path.with_name("catalogue.sqlite3.backup")
    copy.unlink()
    library.scanner.scan()
    library.catalogue.back_up()
    assert not copy.exists()


def test_names_stand_in_for_tags_and_follow_a_move(library):
    path = library.file("Ada/Sky (1999)/03 Blue.mp3")
    library.scan()
    (track,) = library.catalogue.tracks.all()
    assert (track.name, track.tags.album, track.tags.track_number) == ("Ada - Blue", "Sky", 3)
    path.parent.rename(path.parent.with_name("Sea"))
    library.scan()
    (track,) = library.catalogue.tracks.all()
    assert (track.name, track.tags.album) == ("Ada - Blue", "Sea")


def test_a_changed_file_is_pending_again(library):
    path = library.file("a.mp3")
    library.scan()
    track = library.catalogue.tracks.all()[0]
    library.catalogue.files.set_problem(track.id, because("broken"), failed=True)
    path.write_bytes(b"a whole new recording")
    assert library.scan().changed == 1
    (changed,) = library.catalogue.tracks.all()
    assert (changed.id, changed.state, changed.problem) == (track.id, TrackState.PENDING, None)


def test_a_touched_file_is_not_changed(library):
    path = library.file("a.mp3")
    library.scan()
    os.utime(path, ns=(1, 1))
    summary = library.scan()
    assert (summary.changed, summary.unchanged) == (0, 1)
    assert library.scan().unchanged == 1
    assert library.catalogue.tracks.all()[0].mtime_ns == 1


def test_new_tags_are_seen_where_the_tagger_keeps_the_time_and_the_size(library):
    path = make(library.music, "flac")
    file = mutagen.flac.FLAC(path)
    file["title"] = "Old"
    file.save()
    library.scan()
    before = path.stat()
    file["title"] = "New"
    file.save()
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert path.stat().st_size == before.st_size
    library.scan()
    assert [track.title for track in library.catalogue.tracks.all()] == ["New"]


def test_a_file_from_the_far_future_hinders_no_other(library):
    path = library.file("a.mp3")
    library.file("b.mp3")
    year_2300 = 10_413_792_000
    os.utime(path, (year_2300, year_2300))
    if path.stat().st_mtime_ns != year_2300 * 10**9:
        pytest.skip("this file system has no such time")
    assert library.scan().added == 2
    summary = library.scan()
    assert (summary.changed, summary.unchanged) == (0, 2)


def test_a_deleted_file_is_missing_and_comes_back(library):
    path = library.file("a.mp3")
    library.file("b.mp3")
    library.scan()
    content = path.read_bytes()
    status = path.stat()
    path.unlink()
    assert library.scan().missing == 1
    assert library.paths(missing=True) == {"a.mp3"}
    assert library.scan().missing == 0
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    library.scan()
    assert library.paths() == {"a.mp3", "b.mp3"}


def test_a_moved_folder_keeps_its_tracks(library):
    for n in range(5):
        library.file(f"old/{n}.mp3")
    library.scan()
    before = {track.id for track in library.catalogue.tracks.all()}
    (library.music / "old").rename(library.music / "new")
    summary = library.scan()
    assert (summary.moved, summary.added, summary.missing) == (5, 0, 0)
    assert {track.id for track in library.catalogue.tracks.all()} == before
    assert library.paths() == {f"new/{n}.mp3" for n in range(5)}


def test_a_move_between_music_folders_is_neither_new_nor_missing(library, tmp_path):
    path = library.file("a.mp3")
    other = tmp_path / "other"
    other.mkdir()
    library.scanner.scan([library.music, other])
    path.rename(other / "b.mp3")
    summary = library.scanner.scan()
    assert (summary.moved, summary.added, summary.missing) == (1, 0, 0)


def names_by_id(library) -> dict[int, tuple[str, bool]]:
    return {track.id: (track.path.name, track.missing) for track in library.catalogue.tracks.all()}


def test_renumbered_files_keep_their_tracks(library):
    one, two = library.file("01.mp3"), library.file("02.mp3")
    library.scan()
    first, second = (library.catalogue.tracks.at(path).id for path in (one, two))
    two.rename(library.music / "03.mp3")
    one.rename(two)
    summary = library.scan()
    assert (summary.moved, summary.changed, summary.added, summary.missing) == (2, 0, 0, 0)
    assert names_by_id(library) == {first: ("02.mp3", False), second: ("03.mp3", False)}
    assert library.scan().unchanged == 2


def test_what_is_new_is_read_once_though_something_else_has_changed(library, monkeypatch):
    known = library.file("known.mp3", b"1")
    library.scan()
    known.write_bytes(b"changed")
    for n in range(5):
        library.file(f"{n}.mp3", b"new" * (n + 10))
    read = []
    monkeypatch.setattr(
        moves, "content_key", lambda path, size: read.append(path) or content_key(path, size)
    )

    summary = library.scan()

    assert (summary.added, summary.changed) == (5, 1)
    assert read == []


def test_swapped_files_keep_their_tracks(library):
    one, two = library.file("01.mp3"), library.file("02.mp3")
    library.scan()
    first, second = (library.catalogue.tracks.at(path).id for path in (one, two))
    one.rename(library.music / "x")
    two.rename(one)
    (library.music / "x").rename(two)
    assert library.scan().moved == 2
    assert names_by_id(library) == {first: ("02.mp3", False), second: ("01.mp3", False)}


def test_renumbered_files_keep_their_tracks_while_they_are_watched(library):
    one, two = library.file("01.mp3"), library.file("02.mp3")
    library.scan()
    first, second = (library.catalogue.tracks.at(path).id for path in (one, two))
    three = library.music / "03.mp3"
    two.rename(three)
    one.rename(two)
    library.scanner.update([one, two, three])
    assert names_by_id(library) == {first: ("02.mp3", False), second: ("03.mp3", False)}


def test_swapped_files_keep_their_tracks_in_folders_that_are_looked_at_one_after_the_other(library):
    one, two = library.file("a/01.mp3"), library.file("b/02.mp3")
    for n in range(5):
        library.file(f"{n}.mp3")
    library.scan()
    first, second = (library.catalogue.tracks.at(path).id for path in (one, two))
    one.rename(library.music / "x")
    two.rename(one)
    (library.music / "x").rename(two)
    for path in (one, two):
        library.scanner.update([path])
    names = names_by_id(library)
    assert (names[first], names[second]) == (("02.mp3", False), ("01.mp3", False))


@pytest.mark.parametrize(("seconds", "follows"), [(2, True), (1, False)])
def test_a_file_whose_old_name_another_sound_has_keeps_its_track(library, seconds, follows):
    one = make(library.music, "wav")
    library.scan()
    one.rename(library.music / "other.wav")
    make(library.music, "wav")
    sound, rate = soundfile.read(one)
    # As long as before it may be the same file with other tags, and a copy of it as it was.
    soundfile.write(one, np.tile(sound, seconds) / 2, rate)
    summary = library.scan()
    assert (summary.moved, summary.added) == ((1, 1) if follows else (0, 1))
    assert names_by_id(library)[1] == ("other.wav" if follows else "a.wav", False)


def test_inserting_a_file_and_renumbering_the_others_keeps_their_tracks(library):
    for n in (1, 2, 3):
        path = make(library.music, "wav")
        sound, rate = soundfile.read(path)
        soundfile.write(library.music / f"0{n}.wav", np.tile(sound, n), rate)
        path.unlink()
    library.scan()
    for n in (3, 2, 1):
        (library.music / f"0{n}.wav").rename(library.music / f"0{n + 1}.wav")
    soundfile.write(library.music / "01.wav", np.tile(sound, 5), rate)
    summary = library.scan()
    assert (summary.moved, summary.added, summary.changed) == (3, 1, 0)
    names = names_by_id(library)
    assert [names[n][0] for n in (1, 2, 3, 4)] == ["02.wav", "03.wav", "04.wav", "01.wav"]


def test_a_track_replaced_by_another_is_missing(library):
    one, two = library.file("01.mp3"), library.file("02.mp3")
    library.scan()
    first, second = (library.catalogue.tracks.at(path).id for path in (one, two))
    one.replace(two)
    summary = library.scan()
    assert (summary.moved, summary.missing) == (1, 1)
    assert names_by_id(library)[first] == ("02.mp3", False)
    assert names_by_id(library)[second][1]
    assert library.scan().missing == 0


def test_a_copy_over_a_known_file_is_a_change(library):
    one, two = library.file("01.mp3"), library.file("02.mp3")
    library.scan()
    two.write_bytes(one.read_bytes())
    summary = library.scan()
    assert (summary.changed, summary.moved, summary.missing) == (1, 0, 0)


def test_a_move_to_another_disk_is_a_copy_whose_original_is_deleted_later(library, tmp_path):
    for n in range(3):
        library.file(f"album/{n}.mp3", b"%d" % n)
    library.scan()
    ids = [track.id for track in library.catalogue.tracks.all()]
    kept = library.catalogue.playlists.create("Evening", ids)
    other = tmp_path / "other disk"
    library.catalogue.folders.add(other)
    shutil.copytree(library.music / "album", other / "album")
    library.scanner.update({other / "album"})
    assert len(library.catalogue.tracks.all()) == 6
    shutil.rmtree(library.music / "album")
    library.scanner.update({library.music / "album"})
    tracks = library.catalogue.tracks.all()
    assert [track.id for track in tracks] == ids
    assert [track.path for track in tracks] == [other / f"album/{n}.mp3" for n in range(3)]
    assert not any(track.missing for track in tracks)
    assert library.catalogue.playlists.named("Evening").track_ids == kept.track_ids
    removed = [e.track_ids for e in library.events if isinstance(e, TracksRemoved)]
    assert len(removed[-1]) == 3
    assert library.scan().unchanged == 0


def test_a_copy_is_not_a_move(library):
    path = library.file("a.mp3")
    library.scan()
    shutil.copy(path, library.music / "b.mp3")
    summary = library.scan()
    assert (summary.moved, summary.added) == (0, 1)


def test_a_music_folder_out_of_reach_is_not_an_empty_one(library):
    library.file("a.mp3")
    library.scan()
    library.music.rename(library.music.with_name("unplugged"))
    assert library.scanner.scan().missing == 0
    counts = library.catalogue.tracks.counts()
    assert (counts.tracks, counts.missing, counts.unavailable) == (1, 0, 1)
    (problem,) = library.catalogue.problems.all()
    assert problem.path == library.music
    assert "not connected" in str(problem.reason)
    library.music.with_name("unplugged").rename(library.music)
    assert library.scanner.scan().added == 0
    assert library.paths() == {"a.mp3"}
    assert library.catalogue.problems.all() == []
    assert library.catalogue.folders.unavailable() == {}


def unplug(library, count: int) -> None:
    """Take so many files away, and leave the music folder where it is."""
    library.music.with_name("unplugged").mkdir()
    for path in sorted(library.music.iterdir())[:count]:
        path.rename(library.music.with_name("unplugged") / path.name)


@pytest.mark.parametrize(("files", "taken"), [(3, 3), (40, 40), (40, 25)])
def test_an_empty_mount_point_is_no_emptied_library(library, files, taken):
    for n in range(files):
        library.file(f"{n:02}.mp3")
    library.scan()
    ids = library.catalogue.tracks.ids()
    unplug(library, taken)
    for _ in range(2):  # also when it has been so for a while
        assert library.scan().missing == 0
        counts = library.catalogue.tracks.counts()
        assert (counts.missing, counts.unavailable) == (0, taken)
        reason = library.catalogue.folders.unavailable()[library.music]
        assert reason == Reason(Cause.FILES_GONE, (taken, files))
    for path in library.music.with_name("unplugged").iterdir():
        path.rename(library.music / path.name)
    assert library.scan().unchanged == files
    assert library.catalogue.folders.unavailable() == {}
    assert len(library.paths()) == files
    assert library.catalogue.tracks.ids() == ids


def test_some_deleted_files_are_no_reason_to_worry(library):
    for n in range(40):
        library.file(f"{n:02}.mp3")
    library.scan()
    unplug(library, 15)
    assert library.scan().missing == 15
    assert library.catalogue.tracks.counts().missing == 15
    assert library.catalogue.problems.all() == []


def test_a_folder_that_may_not_be_read_is_listed_and_its_tracks_stay(library, monkeypatch):
    library.file("open/a.mp3")
    library.file("closed/b.mp3")
    library.scan()
    real = os.scandir

    def scandir(path):
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    # Not by chmod: the tests may run as root, whom nothing is forbidden.
    monkeypatch.setattr(os, "scandir", scandir)
    assert library.scan().missing == 0
    (problem,) = library.catalogue.problems.all()
    assert (problem.path.name, str(problem.reason)) == ("closed", "no permission to read it")


SCAN_AS_ANY_USER = """
import os, sys
from pathlib import Path
from musicsim.app import Musicsim

top, closed, mode = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
with Musicsim.open(top / "data") as app:
    app.collection.scan([top / "music", top / "other"])
    if not os.geteuid():  # root, whom nothing is forbidden
        for path in (top, *top.rglob("*")):
            os.chown(path, 65534, 65534)
        os.setegid(65534)
        os.seteuid(65534)
    (top / "other" / "new.mp3").write_bytes(b"new")
    closed.chmod(mode)
    try:
        added = app.collection.scan().added
    finally:
        closed.chmod(0o755)
    counts = app.catalogue.tracks.counts()
    print(added, counts.missing, counts.unavailable)
    for problem in app.catalogue.problems.all():
        print(problem.path, problem.reason)
"""


@pytest.mark.parametrize(
    ("closed", "mode", "named", "unavailable"),
    [
        *(("music", mode, "music", 4) for mode in (0o000, 0o444, 0o111)),
        *(("music/sub", mode, "music/sub", 0) for mode in (0o000, 0o444, 0o111)),
        *(("private", mode, "music/link", 0) for mode in (0o000, 0o444)),
    ],
)
def test_a_folder_without_permissions_is_named_and_hinders_no_other(
    closed, mode, named, unavailable
):
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are closed to other users
        top = Path(folder)
        for name in (
            "music/sub/a.mp3",
            "music/sub/in/b.mp3",
            "music/sub/c.mp3",
            "private/in/d.mp3",
        ):
            path = top / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(name.encode())
        (top / "music" / "link").symlink_to(top / "private" / "in")
        (top / "other").mkdir()
        done = subprocess.run(
            [sys.executable, "-c", SCAN_AS_ANY_USER, folder, str(top / closed), str(mode)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines() == [
            f"1 0 {unavailable}",
            f"{top / named} no permission to read it",
        ]


@pytest.mark.parametrize("number", [errno.ENOTCONN, errno.ESTALE, errno.EIO])
def test_a_broken_network_drive_is_named_and_hinders_no_other(
    library, tmp_path, monkeypatch, number
):
    other = tmp_path / "other"
    other.mkdir()
    library.file("a.mp3")
    library.scanner.scan([library.music, other])
    (other / "new.mp3").write_bytes(b"new")
    real = os.stat

    def stat(path, **options):
        if not isinstance(path, int) and Path(os.fsdecode(path)).is_relative_to(library.music):
            raise OSError(number, os.strerror(number), path)
        return real(path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", stat)
        assert library.scanner.scan().added == 1
    assert os.strerror(number) in str(library.catalogue.folders.unavailable()[library.music])


def test_folders_deeper_than_a_path_may_be_long_are_named(library):
    library.file("a.mp3")
    folder = os.open(library.music, os.O_RDONLY)
    try:
        for _ in range(20):
            os.mkdir("d" * 240, dir_fd=folder)
            folder, above = os.open("d" * 240, os.O_RDONLY, dir_fd=folder), folder
            os.close(above)
    finally:
        os.close(folder)
    assert library.scan().added == 1
    (problem,) = library.catalogue.problems.all()
    assert problem.path.name == "d" * 240
    assert "too long" in str(problem.reason)


def test_a_file_that_may_not_be_read_fails_and_is_tried_again(library, monkeypatch):
    path = library.file("a.mp3")
    real = Path.open

    def refuse(self, *args, **options):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", refuse)
        library.scan()
    (track,) = library.catalogue.tracks.all()
    assert (track.state, track.problem) == (TrackState.FAILED, Reason(Cause.NO_PERMISSION))
    library.scan()
    assert library.catalogue.tracks.all()[0].state is TrackState.PENDING


def test_an_empty_file_is_a_problem(library):
    library.file("a.mp3", b"")
    library.scan()
    assert library.catalogue.problems.all()[0].reason == Reason(Cause.EMPTY)


def test_a_symlink_loop_ends(library):
    library.file("a/b/c.mp3")
    (library.music / "a" / "b" / "up").symlink_to(library.music)
    (library.music / "a" / "self").symlink_to("self")
    assert library.scan().added == 1
    assert library.catalogue.problems.all() == []


def test_a_file_system_without_numbers_of_its_files_is_gone_through_once(library, monkeypatch):
    library.file("a/1.mp3")
    library.file("b/2.mp3")
    (library.music / "b" / "up").symlink_to(library.music)
    real = os.stat

    def stat(path, **options):
        status = real(path, **options)
        return os.stat_result((status.st_mode, 0, *status[2:]))

    with monkeypatch.context() as patch:
        patch.setattr(os, "stat", stat)
        found = walk(library.music, library.music, cancelled=lambda: False, tell=lambda *_: None)
    assert {path.name for path in found.files} == {"1.mp3", "2.mp3"}
    assert len(found.files) == 2


def test_a_link_to_a_folder_of_the_library_takes_nothing_over(library, tmp_path):
    library.file("Albums/a.mp3")
    library.scan()
    (library.music / "A link").symlink_to("Albums")
    (library.music / "Z link").symlink_to("Albums")
    summary = library.scan()
    assert (summary.added, summary.missing, summary.unchanged) == (0, 0, 1)
    (tmp_path / "again").symlink_to(library.music)
    assert library.scanner.scan([tmp_path / "again"]).unchanged == 1
    assert library.catalogue.folders.all() == [library.music]


def test_a_music_folder_removed_while_it_is_scanned_ends_the_scan(library):
    for n in range(250):
        library.file(f"{n}.mp3")

    def remove(event) -> None:
        if isinstance(event, TracksChanged):
            library.catalogue.folders.remove(library.music)

    library.scanner._events.subscribe(remove)
    library.scan()
    assert library.catalogue.tracks.all() == []
    library.scanner.update([library.music / "0.mp3"])


def test_a_file_gone_before_it_is_read_is_no_track(library, monkeypatch):
    path = library.file("a.mp3")
    library.file("b.mp3")
    real = Path.open

    def vanish(self, *args, **options):
        if self == path:
            path.unlink()
        return real(self, *args, **options)

    monkeypatch.setattr(Path, "open", vanish)
    library.scan()
    assert library.paths() == {"b.mp3"}
    assert library.catalogue.problems.all() == []


def test_a_copy_of_a_file_out_of_reach_is_not_a_move(library, monkeypatch):
    path = library.file("closed/a.mp3")
    library.scan()
    library.file("b.mp3", path.read_bytes())
    real = Path.lstat

    def refuse(self):
        if self == path:
            raise PermissionError(13, "Permission denied")
        return real(self)

    monkeypatch.setattr(Path, "lstat", refuse)
    assert library.scan().moved == 0
    assert library.paths() == {"closed/a.mp3", "b.mp3"}


def test_a_library_of_which_everything_is_renamed_and_retagged_is_there(library):
    paths = [library.file(f"{n:02}.mp3") for n in range(24)]
    library.scan()
    for n, path in enumerate(paths):
        path.unlink()
        library.file(f"album/{n:02}.mp3")
    summary = library.scan()
    assert (summary.added, summary.missing) == (24, 24)
    assert library.catalogue.folders.unavailable() == {}


def test_a_disk_that_goes_while_it_is_watched_is_no_deletion(library):
    for n in range(30):
        library.file(f"{'disk' if n < 27 else 'here'}/{n:02}.mp3")
    library.scan()
    (library.music / "disk").rename(library.music.with_name("unplugged"))
    library.scanner.update({library.music / "disk"})
    library.scan()
    counts = library.catalogue.tracks.counts()
    assert (counts.missing, counts.unavailable) == (0, 27)
    library.music.with_name("unplugged").rename(library.music / "disk")
    library.scanner.update({library.music / "disk"})
    library.scan()
    assert len(library.paths()) == 30
    assert library.catalogue.folders.unavailable() == {}


def test_what_is_left_out_from_now_on_does_not_look_like_an_unplugged_disk(library):
    for n in range(30):
        library.file(f"{'podcasts' if n < 20 else 'music'}/{n:02}.mp3")
    library.scan()
    library.file(".musicsimignore", b"podcasts/")
    assert library.scan().missing == 20
    assert library.catalogue.folders.unavailable() == {}


def test_a_music_folder_of_which_all_was_moved_to_another_is_just_empty(library, tmp_path):
    for n in range(3):
        library.file(f"{n}.mp3", b"%d" % n)
    library.scan()
    other = tmp_path / "other"
    other.mkdir()
    for path in library.music.iterdir():
        path.rename(other / path.name)
    summary = library.scanner.scan([library.music, other])
    assert (summary.added, summary.moved, summary.missing) == (0, 3, 0)
    assert library.catalogue.folders.unavailable() == {}


def test_what_left_a_watched_folder_for_another_is_not_out_of_reach(library, tmp_path):
    for n in range(30):
        library.file(f"{'big' if n < 25 else 'small'}/{n:02}.mp3")
    other = tmp_path / "other"
    other.mkdir()
    library.scanner.scan([library.music, other])
    (library.music / "big").rename(other / "big")
    library.scanner.update({library.music / "big", other / "big"})
    assert library.catalogue.folders.unavailable() == {}
    assert not any(track.missing for track in library.catalogue.tracks.all())


def test_what_was_deleted_before_the_disk_went_need_not_come_back_with_it(library):
    for n in range(40):
        library.file(f"{n:02}.mp3")
    library.scan()
    for count in (16, 10):
        for path in sorted(library.music.iterdir())[:count]:
            path.unlink()
        library.scan()
    away = library.music.with_name("unplugged")
    library.music.rename(away)
    library.scanner.scan()
    away.rename(library.music)
    library.scanner.scan()
    assert library.catalogue.folders.unavailable() == {}
    assert library.catalogue.tracks.counts().missing == 26


def test_a_disk_that_is_away_for_months_keeps_its_tracks_from_copies(library, tmp_path):
    original = library.file("a.mp3", b"same")
    library.scan()
    other = tmp_path / "other"
    other.mkdir()
    (other / "a.mp3").write_bytes(b"same")
    library.scanner.scan([other])
    library.music.rename(tmp_path / "unplugged")
    library.scanner.scan()
    with library.catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET missing_since = 1000 WHERE missing_since IS NOT NULL")
    assert library.scanner.forget_missing(2000) == []
    assert [track.path for track in library.catalogue.tracks.all()] == [original, other / "a.mp3"]
    # Nor does it matter to take a folder out that is not there any more.
    assert library.scanner.remove_folder(tmp_path / "none") == []
    assert len(library.catalogue.tracks.all()) == 2


@pytest.mark.parametrize("leave", ["forget", "remove"])
def test_playlists_follow_to_the_copies_when_the_originals_are_given_up(library, tmp_path, leave):
    for n in range(3):
        library.file(f"{n}.mp3", b"%d" % n)
    library.scan()
    ids = tuple(library.catalogue.tracks.ids())
    library.catalogue.playlists.create("Evening", ids)
    # On another disk, where the first one may come back as well.
    other = tmp_path / "other"
    shutil.copytree(library.music, other)
    library.music.rename(tmp_path / "unplugged")
    library.catalogue.folders.add(other)
    library.scanner.scan()
    assert len(library.catalogue.tracks.all()) == 6
    if leave == "forget":
        assert library.scanner.forget_missing() == []
    else:
        assert library.scanner.remove_folder(library.music) == []
    assert library.catalogue.playlists.named("Evening").track_ids == ids
    assert [track.path for track in library.catalogue.tracks.all()] == sorted(other.iterdir())


def test_a_folder_of_the_library_by_another_name_is_no_other_folder(library, tmp_path):
    library.file("album/a.mp3")
    library.scan()
    alias = tmp_path / "alias"
    alias.symlink_to(library.music.parent)
    for name in ("", "music", "music/album"):
        assert library.scanner.scan([alias / name]).unchanged == 1
    assert len(library.catalogue.tracks.all()) == 1
    known = library.scanner.known_path(alias / "music" / "album" / "a.mp3")
    assert known == library.music / "album" / "a.mp3"
    known.unlink()
    assert library.scanner.known_path(alias / "music" / "album" / "a.mp3") == known


def test_a_link_to_nothing_is_listed(library):
    (library.music / "gone.mp3").symlink_to(library.music / "nowhere.mp3")
    library.file("a.mp3")
    assert library.scan().added == 1
    assert [problem.path.name for problem in library.catalogue.problems.all()] == ["gone.mp3"]


def test_a_pipe_named_like_music_is_listed_and_not_read(library):
    os.mkfifo(library.music / "pipe.mp3")
    assert library.scan().added == 0
    assert library.catalogue.problems.all()[0].reason == Reason(Cause.NOT_REGULAR)


@pytest.mark.parametrize(
    "name",
    [
        "🎵 emoji.mp3",
        "two\nlines.mp3",
        "#1.mp3",
        "...And More/song.mp3",
        "...And More.mp3",
        ".38 Special/song.mp3",
        ".38 Special.mp3",
        "cafe\u0301.mp3",
        "-n.mp3",
        " spaces .mp3",
        "\udcff\udce9.mp3",
    ],
)
def test_odd_names_are_music_all_the_same(library, name):
    library.file(name)
    assert library.scan().added == 1
    assert library.paths() == {name}
    assert library.scan().unchanged == 1


def test_a_music_folder_may_be_hidden_itself(library):
    library.file(".music/a.mp3")
    assert library.scanner.scan([library.music / ".music"]).added == 1


@pytest.mark.parametrize("around_first", [False, True])
def test_a_hidden_music_folder_stays_one_inside_another(library, around_first):
    hidden = library.file(".mine/in/a.mp3").parents[1]
    library.file(".not mine/b.mp3")
    library.file("c.mp3")
    folders = [hidden, library.music]
    for folder in reversed(folders) if around_first else folders:
        library.scanner.scan([folder])
    assert library.scanner.scan().missing == 0
    assert library.paths() == {".mine/in/a.mp3", "c.mp3"}
    # Also while it is watched, and both are heard of at once.
    library.file(".mine/d.mp3")
    library.scanner.update([library.music, hidden / "d.mp3"])
    assert library.paths() == {".mine/in/a.mp3", ".mine/d.mp3", "c.mp3"}


def test_a_hidden_music_folder_that_went_missing_inside_another_comes_back(library):
    hidden = library.file(".mine/a.mp3").parent
    library.scanner.scan([hidden])
    (track,) = library.catalogue.tracks.all()
    # As earlier versions had it: the folder around it had taken it over, and left it out.
    with library.catalogue.database.transaction() as db:
        db.execute("UPDATE folders SET path = ?", (os.fsencode(library.music),))
    library.catalogue.files.set_missing([track.id], True)
    library.scanner.scan([hidden])
    assert [(t.id, t.missing) for t in library.catalogue.tracks.all()] == [(track.id, False)]


def test_a_folder_with_nomedia_is_left_out_and_comes_back(library):
    library.file("audiobooks/a/1.mp3")
    library.file("2.mp3")
    library.scan()
    mark = library.file("audiobooks/.nomedia", b"")
    library.scanner.update([mark])
    assert library.paths() == {"2.mp3"}
    assert library.scan().missing == 0
    mark.unlink()
    library.scanner.update([mark])
    assert library.paths() == {"2.mp3", "audiobooks/a/1.mp3"}


def test_ignore_files_are_followed_as_git_does(library):
    library.file(".musicsimignore", b"# talk\n*.wav\n/speech/\nb/skip*\n!b/skip-not.mp3\n")
    library.file("b/.musicsimignore", "!take.wav\n\u00e9t\u00e9.mp3\n".encode())
    for name in (
        "a.mp3", "a.wav", "speech/1.mp3", "c/speech/2.mp3", "b/skip-1.mp3", "b/skip-not.mp3", "b/take.wav",
        "b/\u00e9t\u00e9.mp3", "\u00e9t\u00e9.mp3",
    ):  # fmt: skip
        library.file(name)
    library.scan()
    kept = {"a.mp3", "c/speech/2.mp3", "b/skip-not.mp3", "b/take.wav", "\u00e9t\u00e9.mp3"}
    assert library.paths() == kept
    # Looked at one by one, as the watcher has them, they are left out just so.
    library.scanner.update(
        [path for path in library.music.rglob("*") if path.suffix in (".mp3", ".wav")]
    )
    assert library.paths() == kept


def test_a_changed_ignore_file_counts_at_once(library):
    library.file("a.mp3")
    library.file("b.mp3")
    library.scan()
    ignore = library.file(".musicsimignore", b"b*")
    library.scanner.update([ignore])
    assert library.paths() == {"a.mp3"}
    assert library.paths(missing=True) == {"b.mp3"}


@pytest.mark.parametrize(
    "lines",
    [b"!\n", b"[z-a]x\n", b"\\\n", b"*.x\n" * 501, b"#" * 2**16 + b"\n"],
    ids=["not", "range", "backslash", "many", "long"],
)
def test_an_ignore_file_that_makes_no_sense_is_a_problem_and_hides_nothing(library, lines):
    library.file("a.mp3")
    ignore = library.file(".musicsimignore", b"a.mp3\n" + lines)
    library.scan()
    assert library.paths() == {"a.mp3"}
    (problem,) = library.catalogue.problems.all()
    assert problem.path == ignore
    assert "pattern" in str(problem.reason)


@pytest.mark.parametrize(
    "pattern", ["*a" * 12 + "b", "**/" * 30 + "x", "a?" * 40, "[a-z]*" * 20 + "!", "*" * 1000]
)
def test_no_pattern_takes_long(library, pattern):
    library.file(f"{'a' * 200}/{'a' * 240}.mp3")
    library.file("/".join("a" * 40) + "/y.mp3")
    library.file(".musicsimignore", pattern.encode())
    library.scan()
    hidden = pattern == "*" * 1000
    assert len(library.paths()) == (0 if hidden else 2)


def test_names_and_patterns_that_are_no_text_are_compared(library):
    library.file(os.fsdecode(b"caf\xe9/1.mp3"))
    library.file(os.fsdecode(b"th\xe9/2.mp3"))
    library.file(".musicsimignore", b"caf\xe9/\n")
    library.scan()
    assert library.paths() == {os.fsdecode(b"th\xe9/2.mp3")}


def test_an_ignore_file_that_makes_no_sense_is_no_news_at_each_change_below_it(library):
    library.file("sub/a.mp3")
    library.file(".musicsimignore", b"!\n")
    library.scan()
    (problem,) = library.catalogue.problems.all()
    library.events.clear()
    library.scanner.update([library.file("sub/b.mp3").parent])
    # Nor is anything told of progress, which nobody would tell the end of.
    assert {type(event) for event in library.events} == {TracksChanged}
    assert library.catalogue.problems.all() == [problem]


@pytest.mark.parametrize("other", ["b.mp3", "../more/b.mp3"])
def test_copies_that_are_all_deleted_are_all_missing(library, other):
    first, second = library.file("a.mp3", b"the same"), library.file(other, b"the same")
    library.file("kept.mp3")
    library.file("../more/kept.mp3", b"kept, too")
    library.scanner.scan([library.music, second.parent])
    first.unlink()
    second.unlink()
    library.scanner.scan()
    missing = [track.path.name for track in library.catalogue.tracks.all() if track.missing]
    assert missing == ["a.mp3", "b.mp3"]
    assert library.catalogue.tracks.counts().missing == 2


def test_a_pipe_in_place_of_an_ignore_file_is_a_problem_and_not_waited_for(library):
    library.file("a.mp3")
    os.mkfifo(library.music / ".musicsimignore")
    assert library.scan().added == 1
    (problem,) = library.catalogue.problems.all()
    assert (problem.path.name, str(problem.reason)) == (
        ".musicsimignore",
        "this is not a regular file",
    )


def test_a_folder_a_thousand_levels_deep_can_be_scanned_alone(library):
    library.file(".musicsimignore", b"b.mp3")
    deep = library.music
    for _ in range(1200):
        deep /= "a"
        deep.mkdir()
    try:
        for name in ("a.mp3", "b.mp3"):
            (deep / name).write_bytes(b"sound")
        library.catalogue.folders.add(library.music)
        assert library.scanner.scan([deep]).added == 1
        library.scanner.update([deep / "a.mp3"])
        assert library.catalogue.tracks.counts().missing == 0
    finally:
        # What tidies up after the tests does so by recursion.
        for path in list(deep.iterdir()):
            path.unlink()
        os.removedirs(deep)


def test_a_subfolder_of_a_music_folder_can_be_scanned_alone(library):
    library.file("a/1.mp3")
    library.file("b/2.mp3")
    library.scan()
    library.file("a/3.mp3")
    library.file("b/4.mp3")
    assert library.scanner.scan([library.music / "a"]).added == 1
    assert library.catalogue.folders.all() == [library.music]
    assert library.paths() == {"a/1.mp3", "b/2.mp3", "a/3.mp3"}


def test_update_looks_only_where_something_happened(library):
    library.file("a/1.mp3")
    gone = library.file("b/2.mp3")
    library.scan()
    new = library.file("c/d/3.mp3")
    library.file("a/unseen.mp3")
    gone.unlink()
    library.scanner.update([new, gone, Path("/elsewhere/x.mp3")])
    assert library.paths() == {"a/1.mp3", "c/d/3.mp3"}
    assert library.paths(missing=True) == {"b/2.mp3"}


def test_update_leaves_out_what_a_scan_leaves_out(library):
    library.scan()
    paths = [
        library.file(name)
        for name in (".Trash-1000/a.mp3", "@eaDir/b.mp3", "c.mp3", "._c.mp3", "cover.jpg")
    ]
    library.scanner.update(paths)
    assert library.paths() == {"c.mp3"}
    assert library.catalogue.problems.all() == []


def test_update_of_a_deleted_folder_misses_its_tracks(library):
    library.file("a/1.mp3")
    library.file("a/2.mp3")
    library.scan()
    shutil.rmtree(library.music / "a")
    library.scanner.update([library.music / "a"])
    assert library.paths(missing=True) == {"a/1.mp3", "a/2.mp3"}


def test_a_folder_that_is_not_there_is_refused(library, tmp_path):
    with pytest.raises(FolderError, match=r"nowhere.*Choose a folder"):
        library.scanner.scan([tmp_path / "nowhere"])
    file = library.file("a.mp3")
    with pytest.raises(FolderError, match="not a folder"):
        library.scanner.scan([file])


def test_a_cancelled_scan_keeps_what_it_has_and_misses_nothing(library):
    for n in range(250):
        library.file(f"{n}.mp3")
    library.scan()
    for n in range(250, 500):
        library.file(f"{n}.mp3")
    stored = []

    def cancelled() -> bool:
        stored[:] = [event for event in library.events if isinstance(event, TracksChanged)]
        return len(stored) > 3

    library.scanner.scan([library.music], cancelled=cancelled)
    assert 250 < library.catalogue.tracks.counts().tracks < 500
    assert library.paths(missing=True) == set()
    assert library.scan().missing == 0
    assert library.catalogue.tracks.counts().tracks == 500


def test_tracks_turn_up_in_batches_while_it_scans(library):
    for n in range(250):
        library.file(f"{n}.mp3")
    library.scan()
    batches = [event for event in library.events if isinstance(event, TracksChanged)]
    assert sum(len(batch.track_ids) for batch in batches) == 250
    assert len(batches) == 3
    assert any(isinstance(event, ScanProgress) for event in library.events)


def test_a_length_that_the_decoder_corrected_stays_until_the_file_changes(library):
    path = library.file("a.mp3")
    library.scan()
    (track,) = library.catalogue.tracks.all()
    library.catalogue.files.correct_duration(track.id, track.tags.duration, 61.5)

    library.scan()
    assert [track.tags.duration for track in library.catalogue.tracks.all()] == [61.5]
    path.write_bytes(b"another one")
    library.scan()
    assert [track.tags.duration for track in library.catalogue.tracks.all()] == [
        track.tags.duration
    ]

"""Copies of a playlist's music for a folder or a device."""

import errno
import os
import resource
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.types import Tags, Track
from musicsim.playlists.files import copy_plan
from musicsim.playlists.files.copy_plan import Existing, plan_copies
from musicsim.playlists.files.copying import CopyProgress, CopyResult, Stopped, copy_playlist
from musicsim.playlists.files.entries import PlaylistFileError
from musicsim.playlists.files.locations import Slashes
from musicsim.playlists.files.names import CopyNames
from musicsim.playlists.files.reading import read_playlist
from musicsim.services.making.exporting import copied_text

MIB = 1024 * 1024


@pytest.fixture
def device(tmp_path: Path) -> Path:
    (tmp_path / "device").mkdir()
    return tmp_path / "device"


@pytest.fixture
def tracks(tmp_path: Path) -> list[Track]:
    """Three tracks with files of 100,000 bytes."""
    (tmp_path / "music").mkdir()
    return [
        made(tmp_path, number, title) for number, title in enumerate(("One", "Two", "Three"), 1)
    ]


def made(tmp_path: Path, number: int, title: str, size: int = 100_000) -> Track:
    path = tmp_path / "music" / f"{number}.mp3"
    path.write_bytes(bytes([number]) * size)
    os.utime(path, (1_000_000_000, 1_000_000_000))
    return Track(number, str(path), Tags(title, "Ann", duration=61.0), size, 1, 0.0)


def copied(
    tracks: list[Track], device: Path, existing: Existing = Existing.SKIP, **options
) -> CopyResult:
    return copy_playlist(plan_copies(tracks, device, name="Sunday", **options), existing)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()[:3]
        for path in folder.rglob("*")
        if path.is_file()
    }


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_music_and_the_playlist_are_in_a_folder_of_the_playlist(tracks, device) -> None:
    told: list[CopyProgress] = []
    plan = plan_copies([*tracks, tracks[0]], device, name="Sunday")
    result = copy_playlist(plan, Existing.SKIP, progress=told.append)
    folder = device / "Sunday"
    assert result == CopyResult(folder, folder / "Sunday.m3u8", 3, 0)
    assert names(folder) == [
        "Ann - One.mp3", "Ann - Three.mp3", "Ann - Two.mp3", "Sunday.m3u8",
    ]  # fmt: skip
    assert (folder / "Ann - Two.mp3").read_bytes() == tracks[1].path.read_bytes()
    assert (folder / "Ann - Two.mp3").stat().st_mtime == 1_000_000_000
    lines = (folder / "Sunday.m3u8").read_text("utf-8").splitlines()
    assert [line for line in lines if line[0] != "#"] == [
        "Ann - One.mp3", "Ann - Two.mp3", "Ann - Three.mp3", "Ann - One.mp3",
    ]  # fmt: skip
    assert read_playlist(result.playlist).entries[0].title == "Ann - One"
    assert told[-1] == CopyProgress(3, 3, 300_000, 300_000, "Ann - Three.mp3")
    assert [p.bytes for p in told] == sorted(p.bytes for p in told)


def test_numbered_in_another_format(tracks, device) -> None:
    result = copied(tracks, device, numbered=True, suffix=".xspf")
    assert names(result.folder) == [
        "001 Ann - One.mp3", "002 Ann - Two.mp3", "003 Ann - Three.mp3", "Sunday.xspf",
    ]  # fmt: skip
    assert len(read_playlist(result.playlist).entries) == 3


def test_a_name_with_an_odd_folder_above_is_relative(tracks, tmp_path) -> None:
    device = tmp_path / "USB #1 100%25"
    device.mkdir()
    tracks = [
        replace(tracks[0], tags=Tags("a#b 50%25?", "AC/DC")),
        replace(tracks[1], tags=Tags("100% Pure Love", "Crystal Waters")),
    ]
    result = copied(tracks, device, slashes=Slashes.BACK)
    lines = result.playlist.read_text("utf-8").splitlines()
    assert [line for line in lines if line[0] != "#"] == [
        "AC_DC - a_b 50_25_.mp3", "Crystal Waters - 100% Pure Love.mp3",
    ]  # fmt: skip


def test_the_second_time_only_what_is_new_is_copied(tracks, device) -> None:
    copied(tracks[:2], device)
    times = [(device / "Sunday" / f"Ann - {name}.mp3").stat().st_ino for name in ("One", "Two")]
    result = copied(tracks, device, Existing.REPLACE)
    assert (result.copied, result.there, result.playlist) == (
        1, 2, device / "Sunday" / "Sunday.m3u8",
    )  # fmt: skip
    assert times == [
        (device / "Sunday" / f"Ann - {name}.mp3").stat().st_ino for name in ("One", "Two")
    ]
    assert len(read_playlist(result.playlist).entries) == 3


@pytest.mark.parametrize("place", [0, 50_000, 99_999])
def test_a_file_of_the_same_size_with_other_bytes_is_another(tracks, device, place) -> None:
    copied(tracks, device)
    file = device / "Sunday" / "Ann - One.mp3"
    changed = bytearray(file.read_bytes())
    changed[place] = 0
    file.write_bytes(changed)
    assert plan_copies(tracks, device, name="Sunday").others == ("Ann - One.mp3",)


def others(device: Path) -> None:
    (device / "Sunday").mkdir()
    (device / "Sunday" / "Ann - One.mp3").write_bytes(b"mine")
    (device / "Sunday" / "Sunday.m3u8").write_bytes(b"my list")


def test_new_tags_of_the_same_size_are_noticed_wherever_they_are(tmp_path, device) -> None:
    (tmp_path / "music").mkdir()
    tracks = [made(tmp_path, 1, "One", 1_000_000)]
    copied(tracks, device)
    with tracks[0].path.open("r+b") as file:
        file.seek(300_000)
        file.write(b"new")
    os.utime(tracks[0].path, (1_000_000_010, 1_000_000_010))
    plan = plan_copies(tracks, device, name="Sunday")
    assert plan.others == ("Ann - One.mp3",)
    copy_playlist(plan, Existing.REPLACE)
    os.utime(tracks[0].path, (1_000_000_020, 1_000_000_020))
    assert copied(tracks, device).there == 1, "only its time is new"


@pytest.mark.parametrize("existing", list(Existing))
def test_numbered_copies_of_another_order_are_named_and_stay(tracks, device, existing) -> None:
    assert copied(tracks, device, numbered=True).earlier == ()
    mine = device / "Sunday" / "Mine.mp3"
    mine.write_bytes(b"mine")
    one, two, _ = tracks

    result = copied([two, one], device, existing, numbered=True)

    left = ("001 Ann - One.mp3", "002 Ann - Two.mp3", "003 Ann - Three.mp3")
    assert result.earlier == left
    assert {*left, "001 Ann - Two.mp3", "002 Ann - One.mp3", mine.name} <= set(names(result.folder))
    assert copied_text(result).splitlines()[-1] == (
        f"3 files of an earlier copy are left there: {', '.join(left)}."
    )


def test_others_files_stay_when_they_are_skipped(tracks, device) -> None:
    others(device)
    result = copied(tracks, device, Existing.SKIP)
    assert (result.copied, result.playlist) == (2, None)
    assert result.kept == ("Ann - One.mp3", "Sunday.m3u8")
    assert content(device / "Sunday")["Ann - One.mp3"] == b"min"
    assert content(device / "Sunday")["Sunday.m3u8"] == b"my "


def test_others_files_are_replaced(tracks, device) -> None:
    others(device)
    result = copied(tracks, device, Existing.REPLACE)
    assert (result.copied, result.kept) == (3, ())
    assert content(device / "Sunday")["Ann - One.mp3"] == b"\1\1\1"
    assert len(read_playlist(device / "Sunday" / "Sunday.m3u8").entries) == 3


def test_others_files_stay_beside_numbered_ones(tracks, device) -> None:
    others(device)
    (device / "Sunday" / "Ann - One (2).mp3").write_bytes(b"mine too")
    for copies, there in ((3, 0), (0, 3)):
        result = copied(tracks, device, Existing.RENAME)
        assert (result.copied, result.there) == (copies, there)
        assert result.playlist == device / "Sunday" / "Sunday (2).m3u8"
        listed = [entry.path.name for entry in read_playlist(result.playlist).entries]
        assert listed == ["Ann - One (3).mp3", "Ann - Two.mp3", "Ann - Three.mp3"]
        assert len(names(device / "Sunday")) == 7
    assert content(device / "Sunday")["Ann - One.mp3"] == b"min"
    assert content(device / "Sunday")["Sunday.m3u8"] == b"my "


def test_what_cannot_be_copied_is_named_and_the_rest_is_copied(tracks, device, tmp_path) -> None:
    tracks[0].path.unlink()
    tracks[1].path.unlink()
    os.mkfifo(tracks[1].path)
    late = made(tmp_path, 4, "Late")
    plan = plan_copies([*tracks, late], device, name="Sunday")
    late.path.unlink()
    result = copy_playlist(plan, Existing.SKIP)
    assert [(left.path, str(left.reason)[:25]) for left in result.left_out] == [
        (tracks[0].path, "it is not there, or the d"),
        (tracks[1].path, "this is not a regular fil"),
        (late.path, "it is not there, or the d"),
    ]
    assert names(result.folder) == ["Ann - Three.mp3", "Sunday.m3u8"]
    assert [e.path.name for e in read_playlist(result.playlist).entries] == ["Ann - Three.mp3"]


def test_a_playlist_of_which_nothing_can_be_copied_is_not_written(tracks, device) -> None:
    for track in tracks:
        track.path.unlink()
    result = copied(tracks, device)
    assert (result.playlist, len(result.left_out)) == (None, 3)
    assert content(device) == {}


def test_cancelled_and_gone_on_with(tracks, device, tmp_path) -> None:
    tracks[1] = made(tmp_path, 2, "Two", 5 * MIB)
    plan = plan_copies(tracks, device, name="Sunday")
    seen: list[int] = []

    def cancelled() -> bool:
        return bool(seen) and seen[-1] > 2 * MIB

    result = copy_playlist(
        plan, Existing.SKIP, progress=lambda p: seen.append(p.bytes), is_cancelled=cancelled
    )
    assert (result.stopped, result.copied, result.playlist) == (Stopped.CANCELLED, 1, None)
    assert list(content(device / "Sunday")) == ["Ann - One.mp3"]
    result = copied(tracks, device)
    assert (result.stopped, result.copied, result.there) == (None, 2, 1)
    assert result.playlist is not None


def test_too_little_room_is_told_before_anything_is_copied(tracks, device) -> None:
    copied(tracks[:1], device)
    plan = plan_copies(tracks, device, name="Sunday")
    # Only what has still to be copied counts.
    needed = 2 * 102_400 + 4096
    plan = replace(plan, room=needed - 1, block=4096)
    result = copy_playlist(plan, Existing.SKIP)
    assert (result.stopped, result.needed, result.room) == (Stopped.NO_ROOM, needed, needed - 1)
    assert names(device / "Sunday") == ["Ann - One.mp3", "Sunday.m3u8"]
    assert copy_playlist(replace(plan, room=needed), Existing.REPLACE).copied == 2


def test_replacing_needs_room_for_one_file_at_a_time(tracks, device) -> None:
    (device / "Sunday").mkdir()
    for name in ("One", "Two", "Three"):
        (device / "Sunday" / f"Ann - {name}.mp3").write_bytes(b"x" * 100_000)
    plan = replace(plan_copies(tracks, device, name="Sunday"), block=1)
    assert plan.needed(Existing.REPLACE) == 100_000 + 601
    assert plan.needed(Existing.RENAME) == 300_000 + 601
    assert plan.needed(Existing.SKIP) == 601


@pytest.fixture
def small_device(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KB."""
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    yield place
    subprocess.run(["umount", place], check=True)


def test_a_full_device_keeps_no_half_file(tracks, small_device) -> None:
    plan = plan_copies(tracks, small_device, name="Sunday")
    assert copy_playlist(plan, Existing.SKIP).stopped is Stopped.NO_ROOM
    # Another program took the room meanwhile.
    result = copy_playlist(replace(plan, room=None), Existing.SKIP)
    assert (result.stopped, result.copied, result.playlist) == (Stopped.FULL, 2, None)
    assert names(small_device / "Sunday") == ["Ann - One.mp3", "Ann - Two.mp3"]
    assert (small_device / "Sunday" / "Ann - Two.mp3").stat().st_size == 100_000


def test_a_device_that_fails_ends_copying(tracks, device, monkeypatch) -> None:
    for number, stopped in (
        (errno.ENOSPC, Stopped.FULL),
        (errno.EIO, Stopped.GONE),
        (errno.EROFS, Stopped.REFUSED),
    ):
        synced = []

        def fails(file, number=number, synced=synced) -> None:
            synced.append(file)
            if len(synced) == 2:
                raise OSError(number, os.strerror(number))

        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", fails)
            result = copied(tracks, device / stopped.value)
        folder = device / stopped.value / "Sunday"
        assert (result.stopped, result.detail) == (stopped, os.strerror(number))
        assert (result.copied, names(folder)) == (1, ["Ann - One.mp3"])


def test_a_device_that_is_pulled_out_ends_copying(tracks, device) -> None:
    plan = plan_copies(tracks, device, name="Sunday")

    def pulled(progress: CopyProgress) -> None:
        if progress.files == 1 and device.exists():
            device.rename(device.with_name("pulled"))

    result = copy_playlist(plan, Existing.SKIP, progress=pulled)
    assert (result.stopped, result.copied) == (Stopped.GONE, 1)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write anywhere")
def test_a_folder_that_nobody_may_write_to(tracks, device) -> None:
    device.chmod(0o500)
    assert copied(tracks, device).stopped is Stopped.REFUSED


def test_a_file_in_place_of_the_folder(tracks, device) -> None:
    (device / "Sunday").write_bytes(b"mine")
    assert copied(tracks, device).stopped is Stopped.REFUSED
    assert (device / "Sunday").read_bytes() == b"mine"


def test_fat32_holds_no_file_of_4_gb(tracks, device, monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(copy_plan, "FAT_LIMIT", 100_000)
    monkeypatch.setattr(copy_plan, "file_system_of", lambda _: "vfat")
    large = made(tmp_path, 4, "Large", 100_001)
    result = copied([*tracks, large], device)
    assert [(left.path, "FAT32" in str(left.reason)) for left in result.left_out] == [
        (large.path, True)
    ]
    assert len(read_playlist(result.playlist).entries) == 3


def test_a_file_that_the_device_finds_too_large_is_left_out(tracks, device, tmp_path) -> None:
    large = made(tmp_path, 4, "Large", 200_000)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, limits[1]))
    try:
        result = copied([large, *tracks], device)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [(left.path, "FAT32" in str(left.reason)) for left in result.left_out] == [
        (large.path, True)
    ]
    assert (result.copied, len(names(result.folder))) == (3, 4)


def test_old_beginnings_of_copies_are_removed(tracks, device) -> None:
    (device / "Sunday").mkdir()
    old, new = (device / "Sunday" / f".musicsim-{n}.part" for n in (1, 2))
    for file in (old, new):
        file.write_bytes(b"x")
    os.utime(old, (1, 1))
    copied(tracks, device)
    assert (old.exists(), new.exists()) == (False, True)


def test_a_format_that_cannot_hold_the_playlist_is_refused_first(tracks, device) -> None:
    tracks[2] = replace(tracks[2], tags=Tags("음악"))
    with pytest.raises(PlaylistFileError, match=r"Choose \.m3u8"):
        copied(tracks, device, suffix=".m3u")
    assert content(device) == {}


def test_a_device_without_a_size_has_room(tracks, device, monkeypatch) -> None:
    import shutil

    monkeypatch.setattr(shutil, "disk_usage", lambda _: _Nothing)
    assert plan_copies(tracks, device, name="Sunday").room is None

    def fails(_: Path) -> None:
        raise OSError(errno.ENOSYS, "no")

    monkeypatch.setattr(shutil, "disk_usage", fails)
    assert plan_copies(tracks, device, name="Sunday").room is None


class _Nothing:
    total = free = 0


@pytest.mark.parametrize(
    ("name", "suffix", "expected"),
    [
        ("AC/DC - T.N.T.", ".mp3", "AC_DC - T.N.T.mp3"),
        ('What? <Who>: "x" | * \\', ".mp3", "What_ _Who__ _x_ _ _ _.mp3"),
        (" . dots. ", "", "dots"),
        ("CON", ".mp3", "_CON.mp3"),
        ("lpt1.x", ".mp3", "_lpt1.x.mp3"),
        ("COM0", "", "_COM0"),
        ("Cafe\u0301", ".mp3", "Café.mp3"),
        ("a\nb\udcff", ".mp3", "a_b_.mp3"),
        ("...", ".mp3", "playlist.mp3"),
        ("x", ".mp3. ", "x.mp3"),
        ("x", ".a:b", "x.a_b"),
        ("밤" * 300, ".flac", "밤" * 66 + ".flac"),
        ("a" * 199 + " b", ".mp3", "a" * 199 + ".mp3"),
    ],
)
def test_names_for_fat(name: str, suffix: str, expected: str) -> None:
    assert CopyNames().name(name, suffix) == expected


def test_names_that_fat_does_not_tell_apart_get_numbers() -> None:
    free = CopyNames(["Sunday.m3u8"])
    assert [free.name(n, ".mp3") for n in ("Ann", "ANN", "ann", "Ann (2)", "É", "e\u0301")] == [
        "Ann.mp3", "ANN (2).mp3", "ann (3).mp3", "Ann (2) (2).mp3", "É.mp3", "é (2).mp3",
    ]  # fmt: skip
    assert free.name("SUNDAY", ".M3U8") == "SUNDAY (2).M3U8"


@given(st.lists(st.tuples(st.text(max_size=300), st.text(max_size=30)), max_size=8))
def test_any_name_becomes_one_for_fat(wanted: list[tuple[str, str]]) -> None:
    free = CopyNames()
    given_names = [free.name(name, suffix) for name, suffix in wanted]
    assert len({name.casefold() for name in given_names}) == len(wanted)
    for name in given_names:
        assert 0 < len(name.encode()) <= 255
        assert name == name.strip(" .")
        assert not set(name) & set('<>:"/\\|?*#')
        assert name.isprintable()

"""A data folder whose disk is full, or can't be written: a small one in memory, which takes the right to mount one."""

import contextlib
import functools
import os
import queue
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import Told
from indexed import Index
from library import FaultyLibrary

from musicsim.app import Musicsim
from musicsim.base.events import EmbeddingProgress, Event, Notice
from musicsim.services import notices

TRACKS = 10
"""Before the disk is full."""
MORE = 30
SECONDS = 20
ROOMY = 256 * 2**20

stress = functools.partial(pytest.param, marks=pytest.mark.stress)


@dataclass
class Disk:
    """A disk that can be made larger, smaller and read-only."""

    folder: Path

    def _remount(self, options: str) -> None:
        command = ["mount", "-o", f"remount,{options}", self.folder]
        subprocess.run(command, check=True, capture_output=True)

    def make_room(self) -> None:
        self._remount(f"size={ROOMY}")

    def leave(self, kilobytes: int) -> None:
        """Leave so much room and no more."""
        self._remount(f"size={shutil.disk_usage(self.folder).used + kilobytes * 1024}")

    def protect(self) -> None:
        self._remount("ro")

    def release(self) -> None:
        self._remount("rw")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """An empty disk, where the data folder of the test's library is."""
    folder = tmp_path / "data"
    folder.mkdir()
    if not sys.platform.startswith("linux") or os.geteuid():
        pytest.skip("only root can mount a small disk, and this is made for Linux's")
    command = ["mount", "-t", "tmpfs", "-o", f"size={ROOMY}", "musicsim-test", folder]
    mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    if mounted.returncode:
        pytest.skip(f"a small disk can't be mounted here: {mounted.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        # Even if a process still has a file open there.
        subprocess.run(["umount", "--lazy", folder], check=True, capture_output=True)


def check_refusal(told: Told, *words: str) -> None:
    """It ended with a message for the listener."""
    assert told.code == 1
    assert "Traceback" not in told.err
    said = " ".join(told.err.split())
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("room", "culprit"),
    [
        stress(8, "catalogue.sqlite3"),  # nothing fits beside it
        stress(40, "windows.sqlite3"),  # likewise
        stress(80, "catalogue.sqlite3"),  # the first of what the scan finds
        (400, ".sqlite3"),  # something of what was embedded
        stress(1000, ".sqlite3"),
    ],
)
def test_a_scan_that_fills_the_disk_goes_on_when_there_is_room(
    library: FaultyLibrary, disk: Disk, room: int, culprit: str
):
    library.seconds = SECONDS
    library.fill(TRACKS)
    library.scan()
    before = library.embedded()
    disk.leave(room)
    library.fill(MORE, first=TRACKS)
    check_refusal(library.musicsim("scan"), str(library.data), culprit, "is full: make room there")
    # What was there can be seen and used.
    status = library.musicsim("status", "--json")
    assert status.code == 0, status.err
    assert status.json["embedded"] >= TRACKS
    found = library.musicsim("similar", library.music / "00" / "0000.wav", "--raw", "--json")
    assert found.code == 0, found.err
    assert len(found.json["results"]) >= TRACKS - 1
    disk.make_room()
    before = library.embedded_since(before)
    result = library.scan()
    assert result["failed"] == []
    library.embedded_since(before)
    library.check(TRACKS + MORE)


@pytest.mark.logs
@pytest.mark.parametrize(
    ("room", "topic"),
    [
        (90, "scan"),  # for what the scan finds
        (200, "worker"),  # for what is embedded
        stress(120, "scan"),
        stress(160, "worker"),
        stress(250, "worker"),
    ],
)
def test_what_runs_in_the_background_goes_on_by_itself_when_there_is_room(
    library: FaultyLibrary, disk: Disk, monkeypatch: pytest.MonkeyPatch, room: int, topic: str
):
    library.fill(1)
    library.scan()
    before = library.embedded()
    disk.leave(room)
    library.fill(TRACKS, first=1)
    with background(library, monkeypatch) as (told, in_force):
        full = wait_for(told, lambda event: "is full" in notice_in(event))
        assert full.topic == topic
        assert "tries again by itself" in full.text
        disk.make_room()
        wait_for(told, lambda event: has_finished(event) and len(library.embedded()) == TRACKS + 1)
    assert in_force[topic] == ""
    library.embedded_since(before)
    library.check(TRACKS + 1)


@pytest.mark.logs
def test_the_index_is_made_by_itself_when_there_is_room(
    library: FaultyLibrary, disk: Disk, monkeypatch: pytest.MonkeyPatch
):
    library.fill(TRACKS)
    library.scan()
    shutil.rmtree(library.data / "index")
    disk.leave(300)
    library.fill(1, first=TRACKS)
    with background(library, monkeypatch) as (told, in_force):
        incomplete = wait_for(told, lambda event: "index is not complete" in notice_in(event))
        assert "tries again by itself" in incomplete.text
        disk.make_room()
        wait_for(told, lambda event: event == Notice("index", ""))
    assert not any(in_force.values())
    assert library.musicsim("status", "--json").json["index"]["healthy"]
    library.check(TRACKS + 1)


@contextlib.contextmanager
def background(
    library: FaultyLibrary, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[queue.SimpleQueue[Event], dict[str, str]]]:
    """Watch and listen as the window does, but with short pauses; yield what happens, and the notices in force."""
    monkeypatch.setattr(notices, "FIRST_PAUSE", 0.2)
    monkeypatch.setattr(notices, "LONGEST_PAUSE", 0.2)
    told: queue.SimpleQueue[Event] = queue.SimpleQueue()
    in_force: dict[str, str] = {}

    def follow(event: Event) -> None:
        if isinstance(event, Notice):
            in_force[event.topic] = event.text
        told.put(event)

    with Musicsim.open(library.data) as app:
        app.events.subscribe(follow)
        app.start()
        yield told, in_force


def wait_for(told: queue.SimpleQueue[Event], is_it: Callable[[Event], bool]) -> Event:
    while not is_it(event := told.get(timeout=60)):
        pass
    return event


def notice_in(event: Event) -> str:
    return event.text if isinstance(event, Notice) else ""


def has_finished(event: Event) -> bool:
    return isinstance(event, EmbeddingProgress) and event.finished


def test_a_scan_that_has_no_room_for_the_index_says_so(library: FaultyLibrary, disk: Disk):
    library.fill(TRACKS)
    library.scan()
    shutil.rmtree(library.data / "index")
    disk.leave(300)
    library.fill(1, first=TRACKS)
    scan = library.musicsim("scan", "--json")
    check_refusal(scan, str(library.data / "index"), "has room", "musicsim doctor")
    assert scan.json["added"] == 1
    assert len(library.embedded()) == TRACKS + 1
    disk.make_room()
    library.check(TRACKS + 1)


@pytest.mark.parametrize("room", [13_500, stress(330), stress(100), stress(2_000), stress(18_000)])
def test_an_index_that_fills_the_disk_is_written_when_there_is_room(
    disk: Disk, tmp_path: Path, room: int
):
    index = Index(tmp_path)
    disk.leave(room)
    doctor = index.library.musicsim("doctor", "--json")
    assert (doctor.code, doctor.err) == (1, "")
    (check,) = [check for check in doctor.json["checks"] if not check["ok"]]
    assert check["name"] == "index"
    assert str(index.folder) in check["detail"]
    assert "make sure that its disk has room" in check["detail"]
    status = index.library.musicsim("status")
    assert (status.code, status.err) == (0, "")
    assert "search is exact meanwhile" in status.out
    disk.make_room()
    index.check()


def test_a_data_folder_that_cannot_be_written_can_be_read(library: FaultyLibrary, disk: Disk):
    library.fill(TRACKS)
    library.scan()
    track, new = library.music / "00" / "0000.wav", library.music / "00" / "0009.wav"
    disk.protect()
    status = library.musicsim("status", "--json").json
    assert (status["embedded"], status["index"]["healthy"]) == (TRACKS, True)
    assert len(library.musicsim("similar", track, "--raw", "--json").json["results"]) == TRACKS - 1
    assert library.musicsim("playlist", track, "--length", "3").code == 0
    assert library.musicsim("similar", new.rename(library.music.parent / "new.wav")).code == 0
    for command in (["scan"], ["watch"], ["doctor"], ["playlist", track, "--name", "Evening"]):
        refused = library.musicsim(*command)
        check_refusal(refused, str(library.data), "Read-only file system", "--data")
    disk.release()
    (library.music.parent / "new.wav").rename(new)
    library.check(TRACKS)

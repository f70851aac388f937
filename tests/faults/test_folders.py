"""Music folders in which much happens at once, or that go away."""

import os
import subprocess

import pytest
from library import FaultyLibrary, write_noise
from processes import when_listened


@pytest.mark.parametrize("folders", [60, pytest.param(1000, marks=pytest.mark.stress)])
def test_renamed_folders(library: FaultyLibrary, folders: int):
    for n in range(folders):
        write_noise(library.music / f"{n}" / "a.wav", n, seconds=1)
    assert library.scan("--depth", "quick")["added"] == folders
    before = {
        (one.track, one.id, one.created_at) for one in library.embedded(whole_paths=True).values()
    }
    for n in range(folders):
        # Every other one into another folder, and some under names that others had.
        target = library.music / ("moved" if n % 2 else "") / f"{(n + 2) % folders} again"
        target.parent.mkdir(exist_ok=True)
        (library.music / f"{n}").rename(target)
    result = library.scan()
    assert (result["added"], result["moved"], result["missing"]) == (0, folders, 0)
    assert (result["tracks"], result["cost"]["windows"]) == (folders, 0)
    after = library.embedded(whole_paths=True)
    assert len(after) == folders
    assert {(one.track, one.id, one.created_at) for one in after.values()} == before
    assert library.musicsim("doctor", "--json").json["healthy"]


def test_a_music_folder_that_vanishes_in_mid_scan_comes_back(library: FaultyLibrary):
    tracks = 30  # more than are sent to the worker at a time
    library.fill(tracks)
    away = library.music.with_name("unplugged")
    for listened in (1, 5):
        with when_listened({listened: lambda: library.music.rename(away)}):
            library.musicsim("scan", library.music)
        # Nothing is held against files that were out of reach.
        listed = library.musicsim("status", "--json").json
        assert (listed["failed"], listed["missing"]) == (0, 0)
        assert listed["embedded"] < tracks
        away.rename(library.music)
    library.scan()
    library.check(tracks)


@pytest.mark.stress
@pytest.mark.parametrize("seconds", [1.5, 2.5, 3.5, 4.5, 6.0, 8.0])
def test_a_music_folder_that_vanishes_at_any_moment_comes_back(
    library: FaultyLibrary, seconds: float
):
    library.fill(40)
    away = library.music.with_name("unplugged")
    scan = subprocess.Popen(
        library.musicsim.command("scan", library.music),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        scan.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        library.music.rename(away)
        scan.wait(timeout=120)
        listed = library.musicsim("status", "--json").json
        assert (listed["failed"], listed["missing"]) == (0, 0)
        away.rename(library.music)
    library.scan()
    library.check(40)


@pytest.mark.parametrize(
    "dropped", [300, pytest.param(5000, marks=[pytest.mark.stress, pytest.mark.timeout(900)])]
)
def test_many_files_dropped_at_once_while_it_watches(library: FaultyLibrary, dropped: int):
    library.fill(1)
    library.scan()
    with subprocess.Popen(
        library.musicsim.command("watch"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as watch:
        assert watch.stdout is not None
        try:
            assert "Following the folders" in watch.stdout.readline()
            # Most are no music, so that this is about finding them: each must be listed with its reason.
            for n in range(dropped):
                path = library.music / "new" / f"{n}.wav"
                if n % 50:
                    path.write_text(f"no music, for the {n}th time")
                else:
                    write_noise(path, n, seconds=1)
            # By file, and without those seen between their creation and their first byte, which follow.
            heard: dict[str, str] = {}
            while len(heard) < dropped and (line := watch.stdout.readline()):
                told, _, path = line.rstrip().partition(": ")
                if told in ("listened to", "failed") and "is empty" not in path:
                    heard[path] = line
        finally:
            watch.terminate()
    assert len(heard) == dropped
    music = dropped // 50
    assert sum("text file" in line for line in heard.values()) == dropped - music
    listed = library.musicsim("status", "--json").json
    assert (listed["tracks"], listed["embedded"]) == (dropped + 1, music + 1)
    assert listed["failed"] == dropped - music
    # An embedding that is made again has another number.
    _, first, *_, last = sorted(one.id for one in library.embedded().values())
    assert last - first == music - 1
    assert library.musicsim("doctor", "--json").json["healthy"]

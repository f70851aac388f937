"""Music folders in which much happens at once, or that go away."""

import os
import subprocess

import pytest
from library import FaultyLibrary, write_noise

FOLDERS = 1000
DROPPED = 5000


@pytest.mark.slow
def test_a_thousand_renamed_folders(library: FaultyLibrary):
    for n in range(FOLDERS):
        write_noise(library.music / f"{n}" / "a.wav", n, seconds=1)
    assert library.scan("--depth", "quick")["added"] == FOLDERS
    before = {
        (one.track, one.id, one.created_at) for one in library.embedded(whole_paths=True).values()
    }
    for n in range(FOLDERS):
        # Every other one into another folder, and some under names that others had.
        target = library.music / ("moved" if n % 2 else "") / f"{(n + 2) % FOLDERS} again"
        target.parent.mkdir(exist_ok=True)
        (library.music / f"{n}").rename(target)
    result = library.scan()
    assert (result["added"], result["moved"], result["missing"]) == (0, FOLDERS, 0)
    assert (result["tracks"], result["cost"]["windows"]) == (FOLDERS, 0)
    after = library.embedded(whole_paths=True)
    assert len(after) == FOLDERS
    assert {(one.track, one.id, one.created_at) for one in after.values()} == before
    assert library.musicsim("doctor", "--json").json["healthy"]


@pytest.mark.slow
def test_a_music_folder_that_vanishes_in_mid_scan_comes_back(library: FaultyLibrary):
    library.fill(40)
    away = library.music.with_name("unplugged")
    for seconds in (1.5, 2.5, 3.5, 4.5):
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
            # Nothing is held against files that were out of reach.
            listed = library.musicsim("status", "--json").json
            assert (listed["failed"], listed["missing"]) == (0, 0)
            away.rename(library.music)
    library.scan()
    library.check(40)


@pytest.mark.slow
def test_thousands_of_files_dropped_at_once_while_it_watches(library: FaultyLibrary):
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
            for n in range(DROPPED):
                path = library.music / "new" / f"{n}.wav"
                if n % 50:
                    path.write_text(f"no music, for the {n}th time")
                else:
                    write_noise(path, n, seconds=1)
            heard: set[str] = set()
            while len(heard) < DROPPED and (line := watch.stdout.readline()):
                if line.startswith(("listened to: ", "failed: ")):
                    heard.add(line)
        finally:
            watch.terminate()
    assert len(heard) == DROPPED
    music = DROPPED // 50
    assert sum("text file" in line for line in heard) == DROPPED - music
    listed = library.musicsim("status", "--json").json
    assert (listed["tracks"], listed["embedded"]) == (DROPPED + 1, music + 1)
    assert listed["failed"] == DROPPED - music
    # An embedding that is made again has another number.
    _, first, *_, last = sorted(one.id for one in library.embedded().values())
    assert last - first == music - 1
    assert library.musicsim("doctor", "--json").json["healthy"]

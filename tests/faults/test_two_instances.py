"""More than one musicsim on the same data folder: one does the work, and none of it is done twice."""

import json
import subprocess

import pytest
from library import FaultyLibrary

TRACKS = 15
SECONDS = 40
"""So many that the first is still at it when the others have had their say."""


def begin(library: FaultyLibrary, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        library.musicsim.command(*arguments, library.music, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_second_scan_is_turned_away_at_once_and_the_first_completes(library: FaultyLibrary):
    library.seconds = SECONDS
    library.fill(TRACKS)
    with begin(library, "--verbose", "scan") as first:
        assert first.stderr is not None
        assert first.stdout is not None
        listened = (line for line in first.stderr if ".wav: Cost(" in line)
        next(listened)
        for command in (["scan", library.music], ["scan"], ["doctor"], ["watch"]):
            second = library.musicsim(*command)
            assert second.code == 75
            assert second.err == (
                f"musicsim: Another musicsim is using {library.data}: close it, or choose another data folder "
                "with --data.\n"
            )
            # It did not wait for the first one.
            assert first.poll() is None
        # Whoever only reads finds what is there by now.
        status = library.musicsim("status", "--json").json
        assert status["tracks"] == TRACKS
        assert 0 < status["embedded"] <= TRACKS
        track = sorted(library.embedded(whole_paths=True))[0]
        similar = library.musicsim("similar", track, "--raw", "--json")
        assert similar.code == 0, similar.err
        assert first.poll() is None
        for _ in listened:
            pass
        result = json.loads(first.stdout.read())
    assert first.returncode == 0
    assert (result["added"], result["failed"]) == (TRACKS, [])
    library.check(TRACKS)


@pytest.mark.parametrize("at_once", [3, pytest.param(10, marks=pytest.mark.stress)])
def test_of_many_scans_at_the_same_moment_one_does_the_work(library: FaultyLibrary, at_once: int):
    library.fill(TRACKS)
    scans = [begin(library, "scan") for _ in range(at_once)]
    told = [scan.communicate(timeout=200) for scan in scans]
    assert sorted(scan.returncode for scan in scans) == [0] + [75] * (at_once - 1)
    for scan, (out, err) in zip(scans, told, strict=True):
        if scan.returncode:
            assert out == ""
            assert err.startswith("musicsim: Another musicsim is using ")
        else:
            assert err == ""
            assert json.loads(out)["added"] == TRACKS
    library.check(TRACKS)

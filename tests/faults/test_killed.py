"""A scan that is killed, itself or its worker: the next one completes, and nothing is embedded twice."""

import json
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from command_line import CommandLine
from library import Embedded, FaultyLibrary
from processes import kill_worker

from musicsim.audio import FIRST_PASS, SETTLED

KILLS = 50
SIDE_BY_SIDE = 2
TRACKS = 16
SECONDS = 30
"""Long enough that the second pass takes its time, too."""


def moments(count: int, end: float, seed: int) -> Iterator[float]:
    """Seconds from 0 to `end`, in any order and spread over all of it; beyond `count`, wherever it may be."""
    rng = random.Random(seed)
    yield from rng.sample([(n + rng.random()) / count * end for n in range(count)], count)
    while True:
        yield rng.uniform(0, end)


def kill_scans(library: FaultyLibrary, count: int, whole: float, seed: int) -> set[int]:
    """Kill so many scans, which take up to `whole` seconds; returns the passes that they were killed in."""
    before: dict[str, Embedded] = {}
    passes: set[int] = set()
    killed = 0
    for moment in moments(count, whole, seed):
        scan = subprocess.Popen(
            library.musicsim.command("scan", library.music),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            assert scan.wait(timeout=moment) == 0
        except subprocess.TimeoutExpired:
            scan.kill()
            scan.wait()
            killed += 1
            before = library.embedded_since(before)
            passes.add(max((one.plan for one in before.values()), default=0))
            if killed == count:
                break
        else:
            assert len(library.embedded_since(before)) == TRACKS
            library.check_windows(TRACKS)
            shutil.rmtree(library.data)
            before = {}
    library.scan()
    library.embedded_since(before)
    library.check(TRACKS)
    return passes


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_fifty_kills_lose_nothing_and_embed_nothing_twice(tmp_path: Path):
    libraries = [
        FaultyLibrary(tmp_path / "music", CommandLine(tmp_path / f"data {n}"), SECONDS)
        for n in range(SIDE_BY_SIDE)
    ]
    libraries[0].fill(TRACKS)
    share = KILLS // SIDE_BY_SIDE

    def run(number: int) -> set[int]:
        library = libraries[number]
        began = time.monotonic()
        library.scan()
        whole = time.monotonic() - began
        shutil.rmtree(library.data)
        return kill_scans(library, share, whole, seed=number)

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        passes = set().union(*pool.map(run, range(SIDE_BY_SIDE)))
    # In the midst of everything: before the first track was embedded, and in either pass.
    assert passes == {0, FIRST_PASS, SETTLED}


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
def test_a_worker_that_is_killed_blames_no_file(library: FaultyLibrary):
    library.seconds = SECONDS
    library.fill(TRACKS)
    with subprocess.Popen(
        library.musicsim.command("--verbose", "scan", library.music, "--json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as scan:
        assert scan.stdout is not None
        assert scan.stderr is not None
        killed: set[int] = set()
        for seconds in (0, 0.5, 2):  # while it starts and loads the model
            kill_worker(scan, killed, seconds)
        listened = 0
        for line in scan.stderr:
            listened += ".wav: Cost(" in line
            # In either pass, and further apart than the tracks that it has at a time.
            if ".wav: Cost(" in line and listened in (8, TRACKS, TRACKS + 8):
                kill_worker(scan, killed)
        told = scan.stdout.read()
    assert scan.returncode == 0, told
    result = json.loads(told)
    assert (result["tracks"], result["failed"]) == (TRACKS, [])
    assert len(killed) == 6
    library.check(TRACKS)

"""A scan that is killed, itself or its worker: the next one completes, and nothing is embedded twice."""

import random
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
from library import Embedded, FaultyLibrary
from processes import kill, when_listened, workers_but

from musicsim.audio import FIRST_PASS, SETTLED


def moments(count: int, end: float, seed: int) -> Iterator[float]:
    """Seconds from 0 to `end`, in any order and spread over all of it; beyond `count`, wherever it may be."""
    rng = random.Random(seed)
    yield from rng.sample([(n + rng.random()) / count * end for n in range(count)], count)
    while True:
        yield rng.uniform(0, end)


def kill_scans(library: FaultyLibrary, count: int, tracks: int, whole: float) -> set[int]:
    """Kill so many scans, which take up to `whole` seconds; returns the passes that they were killed in."""
    before: dict[str, Embedded] = {}
    passes: set[int] = set()
    killed = 0
    for moment in moments(count, whole, seed=0):
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
            assert len(library.embedded_since(before)) == tracks
            library.check_windows(tracks)
            shutil.rmtree(library.data)
            before = {}
    library.scan()
    library.embedded_since(before)
    library.check(tracks)
    return passes


@pytest.mark.parametrize(
    ("kills", "tracks", "seconds"),
    [
        (2, 4, 20),
        # Each second pass takes its time, too.
        pytest.param(50, 16, 30, marks=[pytest.mark.stress, pytest.mark.timeout(3600)]),
    ],
)
def test_kills_lose_nothing_and_embed_nothing_twice(
    library: FaultyLibrary, kills: int, tracks: int, seconds: int
):
    library.seconds = seconds
    library.fill(tracks)
    began = time.monotonic()
    assert library.musicsim.process("scan", library.music).code == 0
    whole = time.monotonic() - began
    shutil.rmtree(library.data)
    passes = kill_scans(library, kills, tracks, whole)
    if kills > 10:
        # In the midst of everything: before the first track was embedded, and in either pass.
        assert passes == {0, FIRST_PASS, SETTLED}


def test_a_worker_that_is_killed_blames_no_file(library: FaultyLibrary):
    tracks = 10
    library.seconds = 20
    library.fill(tracks)
    killed: set[int] = set()
    over = threading.Event()

    def kill_at_the_start() -> None:
        for seconds in (0, 0.2, 1):  # while it starts and loads the model
            while not (workers := workers_but(killed)) and not over.wait(0.01):
                pass
            over.wait(seconds)
            kill(workers, killed)

    starter = threading.Thread(target=kill_at_the_start)
    starter.start()
    # In either pass, and further apart than the tracks that it has at a time.
    with when_listened({n: lambda: kill(workers_but(killed), killed) for n in (4, 10, 14)}):
        result = library.scan()
    over.set()
    starter.join()
    assert (result["tracks"], result["failed"]) == (tracks, [])
    assert len(killed) == 6
    library.check(tracks)

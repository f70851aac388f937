"""Killed while Chroma writes: the index comes back whole, from the catalogue alone."""

import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from indexed import TRACKS, Index
from processes import kill_worker

KILLS = 20
SIDE_BY_SIDE = 2

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="this system has no process groups"),
]


def kill_writes(index: Index, count: int) -> None:
    began = time.monotonic()
    with index.begin_to_write() as command:
        began = time.monotonic()
        assert command.wait(timeout=60) == 0
    writing = time.monotonic() - began
    killed = 0
    while killed < count:
        index.have_something_to_write()
        with index.begin_to_write() as command:
            try:
                command.wait(timeout=index.random.uniform(0, writing))
            except subprocess.TimeoutExpired:
                # The worker too, which writes.
                os.killpg(command.pid, signal.SIGKILL)
                killed += 1
        index.check()
    index.library.check(TRACKS)


def test_twenty_kills_while_chroma_writes(tmp_path: Path):
    indexes = [Index(tmp_path / f"{n}", seed=n) for n in range(SIDE_BY_SIDE)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda index: kill_writes(index, KILLS // SIDE_BY_SIDE), indexes))


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
def test_another_worker_ends_what_a_killed_one_was_writing(tmp_path: Path):
    index = Index(tmp_path)
    for seconds in (0, 0.3, 0.6):
        shutil.rmtree(index.folder, ignore_errors=True)
        with index.begin_to_write() as command:
            kill_worker(command, set(), seconds)
            assert command.stdout is not None
            assert b'"healthy": true' in command.stdout.read()
        assert command.returncode == 0
        index.check()

"""Killed while Chroma writes: the index comes back whole, from the catalogue alone."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from indexed import TRACKS, Index
from processes import kill_worker

pytestmark = [
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


@pytest.mark.parametrize("kills", [pytest.param(20, marks=pytest.mark.stress)])
def test_kills_while_chroma_writes(tmp_path: Path, kills: int):
    kill_writes(Index(tmp_path), kills)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the worker in /proc")
@pytest.mark.parametrize(
    "seconds",
    [0.3, pytest.param(0, marks=pytest.mark.stress), pytest.param(0.6, marks=pytest.mark.stress)],
)
def test_another_worker_ends_what_a_killed_one_was_writing(tmp_path: Path, seconds: float):
    index = Index(tmp_path)
    with index.begin_to_write() as command:
        kill_worker(command, set(), seconds)
        assert command.stdout is not None
        assert b'"healthy": true' in command.stdout.read()
    assert command.returncode == 0
    index.check()

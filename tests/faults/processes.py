"""The worker of a command that runs, in this process or in one of its own, and its end."""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any


def worker_of(command: subprocess.Popen[Any]) -> int | None:
    """The process that decodes and embeds, once there is one; for Linux, which tells whose child a process is."""
    for task in Path(f"/proc/{command.pid}/task").glob("*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for pid in map(int, (task / "children").read_text().split()):
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    return pid
    return None


def kill_worker(command: subprocess.Popen[Any], killed: set[int], after: float = 0) -> None:
    """Kill the worker so many seconds after it has begun; not one that was killed and is still dying."""
    until = time.monotonic() + 60
    while (worker := worker_of(command)) in (None, *killed) and time.monotonic() < until:
        with contextlib.suppress(subprocess.TimeoutExpired):
            command.wait(timeout=0.02)
    assert worker is not None
    with contextlib.suppress(subprocess.TimeoutExpired):
        command.wait(timeout=after)
    # On a fast machine it may have done all there was to do by then.
    with contextlib.suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
        killed.add(worker)


def workers_but(killed: set[int]) -> list[BaseProcess]:
    """The workers of commands in this process, but for those that are dying."""
    return [worker for worker in multiprocessing.active_children() if worker.pid not in killed]


def kill(workers: Iterable[BaseProcess], killed: set[int]) -> None:
    for worker in workers:
        assert worker.pid is not None
        killed.add(worker.pid)
        worker.kill()


@contextlib.contextmanager
def when_listened(deeds: Mapping[int, Callable[[], object]]) -> Iterator[None]:
    """Do something when a command in this process has listened to so many tracks, passes counted one by one."""
    listened = 0

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            nonlocal listened
            if ": Cost(" in record.getMessage():
                listened += 1
                deeds.get(listened, lambda: None)()

    handler, log = Listener(), logging.getLogger("musicsim.services.listening.embedder")
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        log.setLevel(level)
        log.removeHandler(handler)

"""The worker process of a command that runs, and its end. For Linux, which tells whose child a process is."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any


def worker_of(command: subprocess.Popen[Any]) -> int | None:
    """The process that decodes and embeds, once there is one."""
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

"""How many folders the system watches, and why it refuses to watch one."""

from __future__ import annotations

import errno
from math import inf
from pathlib import Path

INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
LIMIT_REACHED = "the system's limit of watched folders is reached"


def reason_unwatched(error: OSError | RuntimeError) -> str:
    """Return why something can't be watched, in plain words."""
    if isinstance(error, RecursionError):
        return "its folders lie too deep in each other"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EMFILE):
        return LIMIT_REACHED
    return getattr(error, "strerror", None) or str(error)


def inotify_limit() -> float:
    """Return how many folders the system can watch for one user; infinity without a limit."""
    try:
        return int(INOTIFY_LIMIT.read_text())
    except (OSError, ValueError):
        return inf

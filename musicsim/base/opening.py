"""Opening a file of unknown kind."""

from __future__ import annotations

import os


def open_at_once(path: str, flags: int) -> int:
    """Open a path without waiting for another program, as a pipe would; the `opener` of `open` and `io.FileIO`."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))

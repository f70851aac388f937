"""Keeping what native libraries print out of sight."""

from __future__ import annotations

import contextlib
import os
import sys


def silence_native_messages() -> None:
    """Send what native libraries print to standard error nowhere, for the rest of this process.

    FFmpeg keeps quiet by itself, as PyAV sets it up. But libsndfile's MP3 decoder, libmpg123, prints lines such as
    "Note: Trying to resync..." to file descriptor 2 for every damaged file, and offers no switch that libsndfile
    passes on. So descriptor 2 is pointed at the null device, and `sys.stderr` at a copy of the original: Python's own
    messages, tracebacks and logging handlers that are set up afterwards still arrive. Child processes that are started
    afterwards inherit the null device.

    For the worker process only: it concerns the whole process. Call it once, before logging is set up.
    """
    # There may be no descriptor 2 at all, such as in a Windows program without a console.
    with contextlib.suppress(OSError):
        original = os.dup(2)
        sys.stderr = os.fdopen(
            original, "w", encoding="utf-8", errors="backslashreplace", buffering=1
        )
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    if null != 2:
        os.close(null)

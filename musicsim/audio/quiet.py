"""Hiding the messages that native libraries print."""

from __future__ import annotations

import contextlib
import os
import sys


def silence_native_messages() -> None:
    """Discard the messages of native libraries on standard error, for the rest of this process.

    PyAV already silences FFmpeg. But libsndfile's MP3 decoder, libmpg123, prints lines such as "Note: Trying to
    resync..." to file descriptor 2 for every damaged file, and libsndfile offers no way to turn that off. So descriptor
    2 is redirected to the null device, and `sys.stderr` to a copy of the original. Python's own messages, tracebacks
    and logging handlers that are set up afterwards still appear. Child processes started afterwards inherit the null
    device.

    For the worker process only, since it affects the whole process. Call it once, before logging is set up.
    """
    # There may be no descriptor 2, as in a Windows program without a console.
    with contextlib.suppress(OSError):
        original = os.dup(2)
        sys.stderr = os.fdopen(
            original, "w", encoding="utf-8", errors="backslashreplace", buffering=1
        )
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    if null != 2:
        os.close(null)

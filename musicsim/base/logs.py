"""Log files that stay small, however long a process runs and however many write to one."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

if sys.platform != "win32":
    import fcntl

LONGEST_LOG = 2**20
"""Bytes; a longer log is moved to the file with the ending ".old", and begins again."""
_LONGEST_MESSAGE = 64 * 2**10
"""Characters; of a longer message the end is kept, where a traceback names the error."""


class BoundedLog(logging.StreamHandler[TextIO]):
    """Appends messages to a file, and keeps it within a bound; messages are discarded if it can't be written.

    Every process appends to the same file, which is emptied in place. So nobody has to open another one: neither
    other processes, nor `faulthandler`, which may write to `stream`.

    Parameters
    ----------
    afresh
        Empty the file first.
    """

    def __init__(self, path: Path, *, afresh: bool = False) -> None:
        try:
            if afresh:
                path.write_bytes(b"")
            super().__init__(_open(path))
        except OSError:
            super().__init__(_open(Path(os.devnull)))
        self._path = path
        self._shorten()

    def format(self, record: logging.LogRecord) -> str:
        """Return the message, or its end if it is very long."""
        text = super().format(record)
        return text if len(text) <= _LONGEST_MESSAGE else "…" + text[-_LONGEST_MESSAGE:]

    def emit(self, record: logging.LogRecord) -> None:
        """Write a message."""
        super().emit(record)
        self._shorten()

    def close(self) -> None:
        """Close the file."""
        super().close()
        self.stream.close()

    def _shorten(self) -> None:
        with contextlib.suppress(OSError), _alone(self.stream) as is_alone:
            # Asked only now: another process may just have emptied it.
            if is_alone and os.fstat(self.stream.fileno()).st_size > LONGEST_LOG:
                try:
                    self._keep_old()
                finally:
                    # Even where there is no room for a copy.
                    os.ftruncate(self.stream.fileno(), 0)

    def _keep_old(self) -> None:
        """Copy the end of the log, which is longer than the bound if a process was stopped while it wrote."""
        old = self._path.with_name(self._path.name + ".old")
        with self._path.open("rb") as log:
            log.seek(-LONGEST_LOG, os.SEEK_END)
            # Written where it stays: after a crash in between, the log is still there.
            old.write_bytes(log.read(LONGEST_LOG))


def _open(path: Path) -> TextIO:
    return path.open("a", encoding="utf-8", errors="backslashreplace")


@contextlib.contextmanager
def _alone(stream: TextIO) -> Iterator[bool]:
    """Yield whether no other process is moving the log; they needn't wait for each other."""
    if sys.platform == "win32":
        yield True
        return
    try:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
        return
    try:
        yield True
    finally:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)

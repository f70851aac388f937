"""Atomic writing of files for the listener."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_text(file: Path, text: str) -> None:
    """Write UTF-8 text. An existing file is replaced, or stays unchanged if writing fails.

    Raises
    ------
    OSError
        If it can't be written.
    """
    write_bytes(file, text.encode())


def write_bytes(file: Path, content: bytes) -> None:
    """Write bytes. An existing file is replaced, or stays unchanged if writing fails.

    Raises
    ------
    OSError
        If it can't be written.
    """
    # Not NamedTemporaryFile: its files are readable only by their owner. The thread's id is in the name because two
    # threads may write at once; the name is short, however long the file's is.
    partial = file.parent / f".musicsim-{os.getpid()}-{threading.get_ident()}{file.suffix}"
    try:
        with partial.open("xb") as output:
            output.write(content)
            # Otherwise a power cut may leave an empty file in place of the earlier one.
            output.flush()
            os.fsync(output.fileno())
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)

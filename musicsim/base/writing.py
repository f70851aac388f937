"""Writing files for the listener, whole or not at all."""

from __future__ import annotations

import os
import threading
from pathlib import Path


def write_text(file: Path, text: str) -> None:
    """Write UTF-8 text; an existing file is replaced, and stays as it is if that fails.

    Raises
    ------
    OSError
        If it can't be written.
    """
    # Not NamedTemporaryFile: its files are for their owner alone, and these are for anyone who may read.
    # With the thread's number, since two may write beside each other; a short name, whatever the file's is.
    partial = file.parent / f".musicsim-{os.getpid()}-{threading.get_ident()}{file.suffix}"
    try:
        with partial.open("x", encoding="utf-8", newline="") as output:
            output.write(text)
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)

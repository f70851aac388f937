"""Paths as the database stores them: bytes, since a file name need not be text."""

from __future__ import annotations

import os
from pathlib import Path

AT_OR_BELOW = "(path = ? OR path > ? AND path < ?)"
"""The SQL condition for the parameters of `at_or_below`."""


def at_or_below(path: Path) -> tuple[bytes, bytes, bytes]:
    """Return the parameters of `AT_OR_BELOW`: the path itself, and everything that starts with it and a separator."""
    text = os.fsencode(path)
    below = text.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return text, below, below[:-1] + bytes([below[-1] + 1])


def stored_path(value: bytes) -> Path:
    """Return the path in a column."""
    return Path(os.fsdecode(value))

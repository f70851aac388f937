"""Paths as the database stores them: bytes, since the name of a file need not be text."""

from __future__ import annotations

import os
from pathlib import Path

AT_OR_BELOW = "(path = ? OR path > ? AND path < ?)"
"""The SQL condition that `at_or_below` has the parameters of."""


def at_or_below(path: Path) -> tuple[bytes, bytes, bytes]:
    """The parameters of `AT_OR_BELOW`: the path itself, and all that begins with it and a separator."""
    text = os.fsencode(path)
    below = text.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return text, below, below[:-1] + bytes([below[-1] + 1])


def stored_path(value: bytes) -> Path:
    """The path that a column holds."""
    return Path(os.fsdecode(value))

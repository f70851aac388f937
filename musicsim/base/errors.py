"""The one root of the errors that the world causes, as against bugs."""

from __future__ import annotations

import os


class MusicsimError(Exception):
    """Something outside the program went wrong: a file, a disk, a folder, another process.

    The message says what happened, to which file, and what can be done: it is shown to the listener as it is.
    """


def display_path(path: str | bytes | os.PathLike[str]) -> str:
    """Return a path as text that can be printed anywhere: no line breaks, no bytes that are not text."""
    text = os.fsdecode(path)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

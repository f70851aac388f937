"""The one root of the errors that the world causes, as opposed to bugs."""

from __future__ import annotations

import os


class MusicsimError(Exception):
    """A failure outside the program: of a file, a disk, a folder or another process.

    The message says what happened, to which file, and what can be done. It is shown to the listener unchanged.
    """


class TemporaryError(MusicsimError):
    """A failure that may end while the program runs, such as a full disk: what failed can be tried again."""


def display_path(path: str | bytes | os.PathLike[str]) -> str:
    """Return a path as printable text: without line breaks and bytes that are not text."""
    text = os.fsdecode(path)
    text = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)

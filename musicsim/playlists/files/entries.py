"""The content of playlist files, as the modules for their formats hand it over."""

from __future__ import annotations

import os
from dataclasses import dataclass

from musicsim.base.errors import MusicsimError


class PlaylistFileError(MusicsimError):
    """A playlist file can't be read or written."""


MOST_ENTRIES = 100_000


class ListError(ValueError):
    """The content of a file can't be read as a playlist."""


class TooManyEntriesError(ListError):
    """There are more entries than in any playlist: each is looked for in several ways, which would take minutes."""

    def __init__(self) -> None:
        super().__init__(f"it has more than {MOST_ENTRIES:,} entries")


@dataclass(frozen=True, slots=True)
class Listed:
    """An entry as it is written in a playlist."""

    names: tuple[str, ...]
    """Readings of the file's name, path or address, the likelier first; or several places of it. May be empty."""
    title: str = ""
    """Its title, often "Artist - Title"; empty if missing."""
    seconds: float | None = None
    """Its length; None if missing."""
    may_be_comment: bool = False
    """Whether it counts only if there is such a file."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a playlist."""

    entries: tuple[Listed, ...]
    name: str = ""
    """The playlist's own name; empty if missing."""


def names_of(raw: bytes, text: str) -> tuple[str, ...]:
    """Return the readings of a name: exact if it is UTF-8, else as decoded, and with bytes that are not text.

    A name may begin or end with a blank, although blanks around it are likelier to be no part of it.

    Parameters
    ----------
    raw
        The name as it is in the playlist.
    text
        The same, decoded.
    """
    exact = os.fsdecode(raw)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return text.strip(), exact.strip(), exact
    return exact.strip(), exact

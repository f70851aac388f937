"""The content of playlist files, as the modules for their formats hand it over."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from musicsim.base.addresses import is_address
from musicsim.base.errors import MusicsimError


class PlaylistFileError(MusicsimError):
    """A playlist file can't be read or written."""


MOST_ENTRIES = 100_000


class ListError(ValueError):
    """The content of a file can't be read as a playlist.

    Attributes
    ----------
    remedy
        What can be done, as a sentence.
    """

    def __init__(
        self, why: str, remedy: str = "Save it again as M3U or XSPF, in parts if it is large."
    ) -> None:
        super().__init__(why)
        self.remedy = remedy


class TooManyEntriesError(ListError):
    """There are more entries than in any playlist: each is looked for in several ways, which would take minutes."""

    def __init__(self) -> None:
        super().__init__(f"it has more than {MOST_ENTRIES:,} entries")


class UnwritableError(ValueError):
    """An entry can't be written in a format; the message says which, why, and what can be done."""


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
    artist: str = ""
    """Its artist, if the playlist states it apart; the title then is "Artist - Title"."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The content of a playlist."""

    entries: tuple[Listed, ...]
    name: str = ""
    """The playlist's own name; empty if missing."""


@dataclass(frozen=True, slots=True)
class LostEntry:
    """An entry of a playlist for which the library has no track.

    Attributes
    ----------
    position
        Its place among all entries of the playlist, from 0.
    location
        Its path or address as it is written in the playlist; empty for a title without a file.
    title, artist
        As far as the playlist tells.
    duration
        Seconds; None if unknown.
    """

    position: int
    location: str
    title: str = ""
    artist: str = ""
    duration: float | None = None


@dataclass(frozen=True, slots=True)
class WrittenEntry:
    """An entry that is written into a playlist."""

    line: str
    """The path, or an address."""
    address: str
    """The same as an address: `file:`, or relative and percent-encoded."""
    title: str
    artist: str = ""
    album: str = ""
    seconds: float | None = None

    @property
    def name(self) -> str:
        """`Artist - Title`, or the title alone."""
        return f"{self.artist} - {self.title}" if self.artist else self.title


def listed_title(artist: str, title: str) -> tuple[str, str]:
    """Return the title and the artist of a `Listed` for those that a playlist states apart."""
    if artist and title:
        return f"{artist} - {title}", artist
    return title or artist, ""


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


def names_of_addresses(addresses: Iterable[str]) -> tuple[str, ...]:
    """Return the readings of the places in a format that has addresses, which may be relative.

    Some programs write paths all the same, whose "%" is itself.
    """
    names: list[str] = []
    for address in filter(None, addresses):
        if "%" in address and not is_address(address):
            # Half of a surrogate pair is in no file's name.
            with contextlib.suppress(UnicodeEncodeError):
                names.append(os.fsdecode(unquote_to_bytes(os.fsencode(address))))
        names.append(address)
    return tuple(names)

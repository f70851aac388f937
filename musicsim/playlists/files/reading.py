"""Reading playlists of any program, and finding the files that they list."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from musicsim.base.addresses import is_address, paths_in_address
from musicsim.base.errors import display_path
from musicsim.base.named_files import FileFinder
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    ListError,
    Listing,
    LostEntry,
    PlaylistFileError,
    TooManyEntriesError,
)
from musicsim.playlists.files.formats import PLAYLIST_SUFFIXES, parse
from musicsim.playlists.files.regular_file import read_bytes

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DEEPEST = 20
"""Playlists in each other."""


@dataclass(frozen=True, slots=True)
class PlaylistEntry:
    """A file listed in a playlist."""

    path: Path
    """Absolute. Of a file that can't be found, the likeliest."""
    title: str = ""
    """Its title in the playlist, often "Artist - Title"; empty if missing."""
    seconds: float | None = None
    """Its length according to the playlist, in seconds."""
    lost: str = ""
    """Its name as it is written in the playlist, if the file can't be found."""
    artist: str = ""
    """Its artist, if the playlist states it apart; the title then is "Artist - Title"."""
    position: int = field(default=0, compare=False)
    """Its place among all entries, from 0."""


@dataclass(frozen=True, slots=True)
class PlaylistFile:
    """The content of a playlist file."""

    name: str
    """The playlist's name, else the file's."""
    entries: tuple[PlaylistEntry, ...]
    others: tuple[LostEntry, ...] = ()
    """Entries that are not files on this computer: addresses, such as those of radio stations, and titles without a
    file."""

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """The `others` as they are written: their address or, without one, their title."""
        return tuple(other.location or _whole(other) for other in self.others)


def read_playlist(
    file: Path,
    roots: Sequence[Path] = (),
    is_there: Callable[[Path], bool] = os.path.lexists,
) -> PlaylistFile:
    """Read a playlist written by any program: M3U, PLS, XML or JSPF, by its content rather than its name.

    See `FileFinder` for the way in which the listed files are found. Relative paths start from the playlist, also from
    the target of a link. A listed playlist stands for its entries; one that lists itself adds nothing.

    Parameters
    ----------
    file
        The playlist.
    roots
        Music folders, in which the files of playlists from other computers are looked for.
    is_there
        Whether there is a file at a path; may also know files that are on a disconnected disk.

    Raises
    ------
    PlaylistFileError
        If the file can't be read, is no playlist, or is larger than any.
    """
    reading = _Reading(roots, is_there)
    try:
        listing = _parse(file)
        reading.add(file, listing)
    except ListError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be read as a playlist: {error}. {error.remedy}"
        ) from error
    return PlaylistFile(listing.name or file.stem, tuple(reading.entries), tuple(reading.others))


class _Reading:
    """The entries of a playlist, with those of the playlists that it lists."""

    def __init__(self, roots: Sequence[Path], is_there: Callable[[Path], bool]) -> None:
        self.entries: list[PlaylistEntry] = []
        self.others: list[LostEntry] = []
        self._roots = roots
        self._is_there = is_there
        self._lists = 0

    def add(self, file: Path, listing: Listing, above: frozenset[Path] = frozenset()) -> None:
        """Add the content of a playlist that is listed in others, each in the one above it."""
        above |= {file.resolve()}
        # The playlist may be a link to one beside its music.
        places = [file.parent.absolute(), file.parent.resolve(), file.resolve().parent]
        finder = FileFinder(list(dict.fromkeys(places)), self._roots, self._is_there)
        for listed in listing.entries:
            position = len(self.entries) + len(self.others)
            path, lost = finder.find(*listed.names), ""
            if path is not None and (inner := self._inner(path, above)) is not None:
                self.add(path, inner, above)
                continue
            if path is None:
                if listed.may_be_comment:
                    continue
                lost = listed.names[0] if listed.names else listed.title
                path = _likeliest(places[0], listed)
            if path is None:
                self.others.append(_missing(position, listed))
            else:
                self.entries.append(
                    PlaylistEntry(path, listed.title, listed.seconds, lost, listed.artist, position)
                )

    def _inner(self, path: Path, above: frozenset[Path]) -> Listing | None:
        """Return the content of a listed playlist, which is empty for one of those above; None for other files."""
        if path.suffix.lower() not in PLAYLIST_SUFFIXES or len(above) > _DEEPEST:
            return None
        self._lists += 1
        if self._lists + len(self.entries) + len(self.others) > MOST_ENTRIES:
            raise TooManyEntriesError
        if path.resolve() in above:
            return Listing(())
        try:
            return _parse(path)
        except (ListError, PlaylistFileError):
            return None


def _missing(position: int, listed: Listed) -> LostEntry:
    location = listed.names[0] if listed.names else ""
    title = listed.title.removeprefix(f"{listed.artist} - ") if listed.artist else listed.title
    return LostEntry(position, location, title, listed.artist, listed.seconds)


def _whole(entry: LostEntry) -> str:
    return f"{entry.artist} - {entry.title}" if entry.artist else entry.title


def _likeliest(place: Path, listed: Listed) -> Path | None:
    """Return the path of a file that can't be found; None for an address of something else."""
    if not listed.names:
        return None
    name = listed.names[0]
    if is_address(name) and name[:5].casefold() != "file:":
        return None
    if addressed := paths_in_address(name):
        name = addressed[0]
    elif os.sep != "\\" and "\\" in listed.names[-1]:  # an encoded one is part of a name
        name = name.replace("\\", "/")
    return Path(os.path.normpath(place / name))


def _parse(file: Path) -> Listing:
    listing = parse(_read(file), file.suffix.lower())
    if len(listing.entries) > MOST_ENTRIES:
        raise TooManyEntriesError
    return listing


def _read(file: Path) -> bytes:
    """Return the bytes of a playlist, as UTF-8 if they are UTF-16 or UTF-32."""
    data = read_bytes(file)
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), _utf_16(data))
    if encoding is not None:
        data = data.decode(encoding, "replace").encode("utf-8", "replace")
    if b"\0" in data:
        raise PlaylistFileError(f"{display_path(file)} is not a playlist: it holds binary data.")
    return data.removeprefix(codecs.BOM_UTF8)


def _utf_16(data: bytes) -> str | None:
    """Return the encoding of UTF-16 without a byte order mark, by the zeros of ASCII letters; None for others."""
    for encoding, high, low in (
        ("utf-16-le", data[1::2], data[::2]),
        ("utf-16-be", data[::2], data[1::2]),
    ):
        if 8 * high.count(0) >= len(data) and not low.count(0) and b"." in low:
            return encoding
    return None

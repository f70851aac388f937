"""Reading playlists of any program, and finding the files that they list."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from musicsim.base.addresses import is_address, paths_in_address
from musicsim.base.errors import display_path
from musicsim.base.named_files import FileFinder
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    ListError,
    Listing,
    PlaylistFileError,
    TooManyEntriesError,
)
from musicsim.playlists.files.m3u import M3U_SUFFIXES, parse_m3u
from musicsim.playlists.files.pls import PLS_SUFFIXES, parse_pls
from musicsim.playlists.files.regular_file import read_bytes
from musicsim.playlists.files.xspf import XML_SUFFIXES, parse_xml

PLAYLIST_SUFFIXES = M3U_SUFFIXES | PLS_SUFFIXES | XML_SUFFIXES
"""Lower-case suffixes with their dot."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PLS = re.compile(rb"\s*\[playlist\]", re.IGNORECASE)
_XML = re.compile(rb"\s*<(?:\?|!|playlist\b|smil\b|asx\b|winampxml\b)", re.IGNORECASE)


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


@dataclass(frozen=True, slots=True)
class PlaylistFile:
    """The content of a playlist file."""

    name: str
    """The playlist's name, else the file's."""
    entries: tuple[PlaylistEntry, ...]
    elsewhere: tuple[str, ...] = ()
    """Entries left out because they are not files on this computer: addresses, such as those of radio stations, and
    titles without a file."""


def read_playlist(
    file: Path,
    roots: Sequence[Path] = (),
    is_there: Callable[[Path], bool] = os.path.lexists,
) -> PlaylistFile:
    """Read a playlist written by any program: M3U, PLS or XML, by its content rather than its name.

    See `FileFinder` for the way in which the listed files are found. Relative paths start from the playlist, also from
    the target of a link.

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
    try:
        listing = _parse(file)
    except ListError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be read as a playlist: {error}. Save it again as M3U or XSPF, in parts if "
            "it is large."
        ) from error
    # The playlist may be a link to one beside its music.
    places = [file.parent.absolute(), file.parent.resolve(), file.resolve().parent]
    finder = FileFinder(list(dict.fromkeys(places)), roots, is_there)
    entries: list[PlaylistEntry] = []
    elsewhere: list[str] = []
    for listed in listing.entries:
        path, lost = finder.find(*listed.names), ""
        if path is None:
            if listed.may_be_comment:
                continue
            lost = listed.names[0] if listed.names else listed.title
            path = _likeliest(places[0], listed)
        if path is None:
            elsewhere.append(lost)
        else:
            entries.append(PlaylistEntry(path, listed.title, listed.seconds, lost))
    return PlaylistFile(listing.name or file.stem, tuple(entries), tuple(elsewhere))


def _likeliest(place: Path, listed: Listed) -> Path | None:
    """Return the path of a file that can't be found; None for an address of something else."""
    if not listed.names:
        return None
    name = listed.names[0]
    if is_address(name) and name[:5].casefold() != "file:":
        return None
    if addressed := paths_in_address(name):
        name = addressed[0]
    elif os.sep != "\\":
        name = name.replace("\\", "/")
    return Path(os.path.normpath(place / name))


def _parse(file: Path) -> Listing:
    data = _read(file)
    suffix = file.suffix.lower()
    if _PLS.match(data):
        listing = parse_pls(data)
    elif _XML.match(data) or suffix in XML_SUFFIXES:
        listing = parse_xml(data)
    else:
        listing = parse_pls(data) if suffix in PLS_SUFFIXES else parse_m3u(data)
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

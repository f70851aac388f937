"""The formats of playlist files, by their suffixes: one place that knows them all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from musicsim.base.errors import display_path
from musicsim.playlists.files.entries import Listing, PlaylistFileError, WrittenEntry
from musicsim.playlists.files.jspf import JSPF_SUFFIXES, jspf_bytes, parse_jspf
from musicsim.playlists.files.m3u import M3U_SUFFIXES, m3u8_bytes, m3u_bytes, parse_m3u
from musicsim.playlists.files.others import refuse_others
from musicsim.playlists.files.pls import PLS_SUFFIXES, parse_pls, pls_bytes
from musicsim.playlists.files.xspf import XML_SUFFIXES, parse_xml, xspf_bytes

PLAYLIST_SUFFIXES = M3U_SUFFIXES | PLS_SUFFIXES | XML_SUFFIXES | JSPF_SUFFIXES
"""Lower-case suffixes, with their dot, of the files that can be read."""

_PLS = re.compile(rb"\s*\[playlist\]", re.IGNORECASE)
_XML = re.compile(rb"\s*<(?:\?|!|playlist\b|smil\b|asx\b|winampxml\b)", re.IGNORECASE)
_JSPF = re.compile(rb"\s*\{\s*\"playlist\"\s*:")


@dataclass(frozen=True, slots=True)
class WrittenFormat:
    """A format in which playlists are written.

    Attributes
    ----------
    suffix
        Lower case, with its dot.
    name
        As programs call it.
    to_bytes
        Returns the content of a file from the playlist's name and entries.
    has_addresses
        Whether it holds addresses, which always have forward slashes.
    """

    suffix: str
    name: str
    to_bytes: Callable[[str, Sequence[WrittenEntry]], bytes]
    has_addresses: bool = False


WRITTEN = {
    each.suffix: each
    for each in (
        WrittenFormat(".m3u8", "M3U8", m3u8_bytes),
        WrittenFormat(".m3u", "M3U", m3u_bytes),
        WrittenFormat(".xspf", "XSPF", xspf_bytes, has_addresses=True),
        WrittenFormat(".jspf", "JSPF", jspf_bytes, has_addresses=True),
        WrittenFormat(".pls", "PLS", pls_bytes),
    )
}
"""The formats by suffix; the one that most programs read comes first."""


def written_format(file: Path) -> WrittenFormat:
    """Return the format in which a file of this name is written.

    Raises
    ------
    PlaylistFileError
        If there is none.
    """
    found = WRITTEN.get(file.suffix.lower())
    if found is None:
        *others, last = WRITTEN
        raise PlaylistFileError(
            f"{display_path(file)} can't be written: its name must end with {', '.join(others)} or {last}, which tells "
            "the format."
        )
    return found


def parse(data: bytes, suffix: str) -> Listing:
    """Read the content of a playlist file, by what it looks like rather than by its suffix.

    Raises
    ------
    ListError
        If it can't be read.
    """
    if _PLS.match(data):
        return parse_pls(data)
    if _XML.match(data) or suffix in XML_SUFFIXES:
        return parse_xml(data)
    if _JSPF.match(data) or suffix in JSPF_SUFFIXES:
        return parse_jspf(data)
    if suffix in PLS_SUFFIXES:
        return parse_pls(data)
    refuse_others(data)
    return parse_m3u(data)

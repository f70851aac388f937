"""Reading and writing PLS playlists, as Winamp, Totem, Rhythmbox and radio stations write them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from musicsim.base.encodings import decode_all
from musicsim.base.errors import display_path
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    Listing,
    TooManyEntriesError,
    WrittenEntry,
    names_of,
)

PLS_SUFFIXES = frozenset({".pls"})
"""Lower-case suffixes with their dot."""

_LINES_AN_ENTRY = 4
_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_ENTRY = re.compile(r"(file|title|length)(\d{1,9})", re.IGNORECASE)
_NAMES = frozenset({"playlistname", "x-gnome-title"})
_SECONDS = re.compile(r"\d{1,9}(?:\.\d+)?")


def parse_pls(data: bytes) -> Listing:
    """Read the content of a PLS file; entries come by their number, whatever the order of the lines.

    Raises
    ------
    TooManyEntriesError
        If there are far more than `MOST_ENTRIES`.
    """
    lines = [line for line in _LINE_BREAK.split(data) if b"=" in line]
    if len(lines) > _LINES_AN_ENTRY * MOST_ENTRIES:
        raise TooManyEntriesError
    name = ""
    files: dict[int, tuple[str, ...]] = {}
    others: dict[tuple[str, int], str] = {}
    for line, text in zip(lines, decode_all(lines), strict=True):
        key, _, value = text.partition("=")
        key, value = key.strip().casefold(), value.strip()
        if key in _NAMES:
            name = value
        elif (entry := _ENTRY.fullmatch(key)) is None or not value:
            continue
        elif entry[1] == "file":
            files.setdefault(int(entry[2]), names_of(line.partition(b"=")[2], value))
        else:
            others[entry[1], int(entry[2])] = value
    return Listing(tuple(_listed(number, files[number], others) for number in sorted(files)), name)


def _listed(number: int, names: tuple[str, ...], others: Mapping[tuple[str, int], str]) -> Listed:
    seconds = _SECONDS.match(others.get(("length", number), ""))
    return Listed(
        names, others.get(("title", number), ""), float(seconds[0]) or None if seconds else None
    )


def pls_bytes(name: str, entries: Sequence[WrittenEntry]) -> bytes:
    """Return the content of a playlist, in UTF-8."""
    lines = ["[playlist]", f"X-GNOME-Title={display_path(name).strip()}"]
    for number, entry in enumerate(entries, 1):
        seconds = -1 if entry.seconds is None else round(entry.seconds)
        lines += [
            f"File{number}={entry.line}",
            f"Title{number}={display_path(entry.name).strip()}",
            f"Length{number}={seconds}",
        ]
    return "\n".join((*lines, f"NumberOfEntries={len(entries)}", "Version=2", "")).encode()

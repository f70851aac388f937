"""Reading M3U playlists of any program, and writing them: in UTF-8 (M3U8), and in Windows-1252 for old players."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence

from musicsim.base.encodings import decode_all
from musicsim.base.errors import display_path
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    Listing,
    TooManyEntriesError,
    UnwritableError,
    WrittenEntry,
    names_of,
)

M3U_SUFFIXES = frozenset({".m3u", ".m3u8"})
"""Lower-case suffixes with their dot."""

_OLD = "windows-1252"
_LINES_AN_ENTRY = 10
_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*#EXTENC:\s*([\w.:-]+)", re.IGNORECASE)
_INFORMATION = re.compile(
    r"\s*([-+]?\d{1,9}(?:\.\d+)?)(?:\s+[\w-]+=(?:\"[^\"]*\"|[^\s,]*))*\s*,?(.*)", re.DOTALL
)
"""Seconds, attributes such as `tvg-name="A, B"`, and the title."""


def m3u8_bytes(name: str, entries: Sequence[WrittenEntry]) -> bytes:
    """Return the content of a playlist in UTF-8."""
    return _text(name, entries).encode()


def m3u_bytes(name: str, entries: Sequence[WrittenEntry]) -> bytes:
    """Return the content of a playlist in Windows-1252, which old players expect.

    Raises
    ------
    UnwritableError
        If it has letters that this encoding lacks.
    """
    for text in (_one_line(name), *(text for e in entries for text in (e.line, _one_line(e.name)))):
        _check_fits(text)
    text = _text(name, entries)
    if not text.isascii():
        # Otherwise its lines might look like words of another encoding.
        text = text.replace("\n", f"\n#EXTENC:{_OLD}\n", 1)
    return text.encode(_OLD)


def _check_fits(text: str) -> None:
    try:
        raw = text.encode(_OLD)
    except UnicodeEncodeError as error:
        raise UnwritableError(
            f"“{display_path(text)}” has the letter “{display_path(text[error.start])}”, which a .m3u file can't hold. "
            "Choose .m3u8, which holds every letter"
        ) from None
    if not raw.isascii():
        with contextlib.suppress(UnicodeDecodeError):
            raise UnwritableError(
                f"“{text}” would be read as “{display_path(raw.decode())}” in a .m3u file. Choose .m3u8"
            )


def _text(name: str, entries: Sequence[WrittenEntry]) -> str:
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(name)}"]
    for entry in entries:
        seconds = -1 if entry.seconds is None else round(entry.seconds)
        lines += [f"#EXTINF:{seconds},{_one_line(entry.name)}", entry.line]
    return "\n".join(lines) + "\n"


def parse_m3u(data: bytes) -> Listing:
    """Read the content of an M3U file written by any program.

    Its encoding is UTF-8, or the one that it declares by `#EXTENC:`, or one that its names show; see
    `musicsim.base.encodings`.

    Raises
    ------
    TooManyEntriesError
        If there are more than `MOST_ENTRIES`.
    """
    # Split before decoding, since names may contain the other line breaks of Unicode and Windows-1252.
    lines = _LINE_BREAK.split(data)
    # Counted before they are decoded, which takes minutes and gigabytes for ten megabytes of short lines.
    if (
        len(lines) > _LINES_AN_ENTRY * MOST_ENTRIES
        or sum(bool(line) and not line.startswith(b"#EXT") for line in lines) > MOST_ENTRIES
    ):
        raise TooManyEntriesError
    lines = [line for line in lines if line.strip()]
    declared = next((found[1] for line in lines if (found := _ENCODING.match(line))), None)
    encoding = None if declared is None else declared.decode("ascii", "ignore")
    name, title, artist, seconds = "", "", "", None
    entries: list[Listed] = []
    # A program that writes this line knows several encodings; musicsim itself writes it with Windows-1252.
    texts = decode_all(lines, encoding, is_chosen=True)
    for line, text in zip(lines, texts, strict=True):
        text = text.strip()
        key, colon, value = text.partition(":")
        key, value = key.upper() if colon else "", value.strip()
        if key == "#PLAYLIST":
            name = value or name
        elif key == "#EXTINF":
            title, seconds = _information(value)
        elif key == "#EXTART":
            artist = value
        elif not key.startswith("#EXT"):
            whole = f"{artist} - {title}" if artist and title and " - " not in title else title
            # A name may begin or end with a blank, or be of bytes that are no text.
            entries.append(
                Listed(
                    names_of(line, text),
                    whole,
                    seconds,
                    # The sign of a comment also begins names, such as "#1 Crush.mp3".
                    may_be_comment=text.startswith(("#", ";")),
                    artist=artist if artist and whole.startswith(f"{artist} - ") else "",
                )
            )
            if not text.startswith(("#", ";")):
                title, artist, seconds = "", "", None
    return Listing(tuple(entries), name)


def _information(text: str) -> tuple[str, float | None]:
    """Return the title and the seconds in the text after "#EXTINF:", such as "61,Artist - Title"."""
    found = _INFORMATION.match(text)
    if found is None:
        return text.partition(",")[2].strip(), None
    seconds = float(found[1])
    return found[2].strip(), seconds if seconds > 0 else None


def _one_line(text: str) -> str:
    return display_path(text).strip()

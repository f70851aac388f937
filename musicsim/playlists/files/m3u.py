"""Reading M3U playlists of any program, and writing them, always in UTF-8 (M3U8)."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from musicsim.base.encodings import decode_all
from musicsim.base.errors import display_path
from musicsim.base.writing import write_text
from musicsim.library.types import Track
from musicsim.playlists.files.entries import (
    MOST_ENTRIES,
    Listed,
    Listing,
    PlaylistFileError,
    TooManyEntriesError,
    names_of,
)

M3U_SUFFIXES = frozenset({".m3u", ".m3u8"})
"""Lower-case suffixes with their dot."""

_LINES_AN_ENTRY = 10
_LINE_BREAK = re.compile(rb"\r\n|\n|\r")
_ENCODING = re.compile(rb"(?:\xef\xbb\xbf)?\s*#EXTENC:\s*([\w.:-]+)", re.IGNORECASE)
_INFORMATION = re.compile(
    r"\s*([-+]?\d{1,9}(?:\.\d+)?)(?:\s+[\w-]+=(?:\"[^\"]*\"|[^\s,]*))*\s*,?(.*)", re.DOTALL
)
"""Seconds, attributes such as `tvg-name="A, B"`, and the title."""


def write_m3u(file: Path, tracks: Sequence[Track], *, name: str, absolute: bool = False) -> None:
    """Write a playlist; the file appears complete or not at all.

    Parameters
    ----------
    file
        The target; an existing file is replaced.
    tracks
        The tracks, in order.
    name
        The playlist's name, for players that show it.
    absolute
        Write absolute paths. By default they are relative to the playlist, so that it can move together with the music.
        A track on another drive always gets an absolute path.

    Raises
    ------
    PlaylistFileError
        If the file can't be written.
    """
    lines = ["#EXTM3U", f"#PLAYLIST:{_one_line(name)}"]
    for track in tracks:
        seconds = -1 if track.tags.duration is None else round(track.tags.duration)
        lines += [
            f"#EXTINF:{seconds},{_one_line(track.name)}",
            entry_for(track.path, None if absolute else file.parent),
        ]
    try:
        write_text(file, "\n".join(lines) + "\n")
    except OSError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be written ({error.strerror or error}): choose another place."
        ) from error


def entry_for(path: Path, base: Path | None) -> str:
    """Return the line by which a player finds a file, relative to the folder `base` if there is one and it is possible.

    Most names are written unchanged. A name that would be misread becomes a percent-encoded `file:` address, which is
    absolute. These are names with a line break, a space at an end, or bytes that are not text, and names in which a
    player that expects addresses would see an escape or a fragment.
    """
    target = Path(os.path.abspath(path))  # noqa: PTH100 (keeps a link that the listener chose)
    text = target.as_posix()
    if not text.isprintable() or text != text.strip() or any(mark in text for mark in "%#?\\"):
        return target.as_uri()
    if base is not None:
        try:
            # ".." in a linked folder leads out of the link's target.
            here = base.absolute()
            if (real := here.resolve()) != here:
                here, target = real, target.resolve()
            relative = Path(os.path.relpath(target, here)).as_posix()
        except ValueError:  # another drive
            return str(target)
        # A line that begins with "#" or ";" is a comment, and "x:" might be an address.
        return f"./{relative}" if relative[0] in "#;-" or ":" in relative else relative
    return str(target)


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
    for line, text in zip(lines, decode_all(lines, encoding), strict=True):
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

"""Files that programs write beside their playlists or in place of them, and that would be read as nonsense."""

from __future__ import annotations

import re

from musicsim.playlists.files.entries import ListError

_STREAM = re.compile(rb"^#EXT-X-(?:TARGETDURATION|STREAM-INF):", re.MULTILINE)
_SHEET = re.compile(
    rb"^[ \t]*TRACK[ \t]+\d{1,2}[ \t]+AUDIO[ \t]*\r?$", re.MULTILINE | re.IGNORECASE
)
_LINE = re.compile(rb"[^\r\n]+")
_COLUMNS = 5
_HEAD = 64 * 1024
"""Bytes in which such a file shows what it is."""


def refuse_others(data: bytes) -> None:
    """Raise an error for text that is no playlist: pieces of a stream, a cue sheet, or a table of iTunes.

    Raises
    ------
    ListError
        If it is one of these; it says what can be done instead.
    """
    head = data[:_HEAD]
    if _STREAM.search(head):
        raise ListError("it lists the pieces of a stream", "musicsim plays files on this computer.")
    if _SHEET.search(head):
        raise ListError(
            "it is a cue sheet, which divides one file into tracks", "Open that file instead."
        )
    first = _LINE.search(head)
    if first and first[0].count(b"\t") >= _COLUMNS:
        raise ListError(
            "it is a table, as iTunes and Music export playlists as text",
            "Export it there as M3U.",
        )

"""The texts in the chunks of WAV and AIFF."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Literal

from musicsim.library.tags.bounds import LONGEST_TEXT, MOST_VALUES
from musicsim.library.tags.stand_ins import as_text

Order = Literal["big", "little"]

_MOST_CHUNKS = 1000
_LONG = 0xFFFFFFFF
"""The size of RF64's sound, which an earlier chunk has in 64 bits."""
_BYTES_A_CHARACTER = 4
_ID3 = (b"id3 ", b"ID3 ")
# By the names of Vorbis comments.
_INFO = {
    b"INAM": "title", b"TITL": "title", b"IART": "artist", b"IPRD": "album", b"IALB": "album",
    b"IAAR": "albumartist", b"IGNR": "genre", b"ICRD": "date", b"IYER": "year", b"ITRK": "tracknumber",
    b"IPRT": "tracknumber", b"TRCK": "tracknumber", b"IMUS": "composer", b"ICOM": "composer",
}  # fmt: skip
_AIFF = {b"NAME": "title", b"AUTH": "artist"}
_CODE_PAGES = {
    65001: "utf-8",
    1200: "utf-16-le",
    1201: "utf-16-be",
    936: "gb18030",
    20866: "koi8-r",
}
_ISO = 28590
"""Plus the number of a part of ISO 8859, it is Windows' code page for it."""


@dataclass(slots=True)
class Chunks:
    """The tags in a file's chunks.

    Attributes
    ----------
    texts
        The values by the names of Vorbis comments, with bytes that are no UTF-8 as lone surrogates.
    declared
        The encoding that the file declares; empty without one.
    id3
        The places of ID3 tags.
    """

    texts: dict[str, list[str]] = field(default_factory=dict)
    declared: str = ""
    id3: list[int] = field(default_factory=list)


def read_chunks(file: BinaryIO, start: int) -> Chunks:
    """Read the chunks of a WAV or AIFF file that begins at some place."""
    found = Chunks()
    size = file.seek(0, os.SEEK_END)
    file.seek(start)
    is_aiff = file.read(12)[:4] == b"FORM"
    left = iter(range(_MOST_CHUNKS))
    order: Order = "big" if is_aiff else "little"
    for name, at, length in _chunks(file, start + 12, size, order, left):
        if name in _ID3:
            found.id3.append(at)
        elif is_aiff and name in _AIFF:
            _add(found, _AIFF[name], file, at, length)
        elif name == b"CSET":
            page = int.from_bytes(file.read(2), "little")
            found.declared = _CODE_PAGES.get(page) or (
                f"iso8859-{page - _ISO}" if 0 < page - _ISO < 20 else f"cp{page}"
            )
        elif name == b"LIST" and file.read(4) == b"INFO":
            for key, where, many in _chunks(file, at + 4, at + length, order, left):
                if key in _INFO:
                    _add(found, _INFO[key], file, where, many)
    return found


def _chunks(
    file: BinaryIO, at: int, end: int, order: Order, left: Iterator[int]
) -> Iterator[tuple[bytes, int, int]]:
    """Yield the name, place and size of the chunks in some part of a file, which is then at the chunk's place.

    No more are read than are left for the whole file.
    """
    size = long = 0
    for _ in left:
        file.seek(at)
        head = file.read(9)
        if size % 2 and head[:1] == b"\0":
            # An even number of bytes is due, but not all programs write it.
            at, head = at + 1, head[1:]
        if len(head) < 8 or at >= end:
            return
        name, at, size = head[:4], at + 8, int.from_bytes(head[4:8], order)
        file.seek(at)
        if name == b"ds64":
            long = int.from_bytes(file.read(16)[8:], "little")
            file.seek(at)
        elif name == b"data" and size == _LONG:
            size = long
        yield name, at, min(size, end - at)
        at += size


def _add(found: Chunks, name: str, file: BinaryIO, at: int, size: int) -> None:
    values = found.texts.setdefault(name, [])
    if len(values) < MOST_VALUES:
        file.seek(at)
        values.append(
            as_text(file.read(min(size, LONGEST_TEXT * _BYTES_A_CHARACTER)).rstrip(b"\0 "))
        )

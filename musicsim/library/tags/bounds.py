"""Bounds for tags: a file of a megabyte can hold a text of gigabytes, compressed or many times over.

And a file can claim gigabytes that take no room on the disk. mutagen reads into memory what a header says, and makes
objects of all that it finds, without any bound (1.48).

`musicsim.library.tags.frames` has those for the frames of ID3.
"""

from __future__ import annotations

import io
import threading
import zlib
from typing import BinaryIO

from mutagen.id3 import _frames

LONGEST_TEXT = 4096
"""Characters that are kept of a text."""
MOST_VALUES = 100
"""Values that are kept of a field."""
_MOST_INFLATED = 48 * 2**20
"""Bytes to which all compressed frames of a file may inflate: room for a large cover."""
LARGEST_ID3 = 64 * 2**20
"""Bytes of all ID3 tags at the start of a file."""
LARGEST_READ = 80 * 2**20
"""Bytes that are read at a time: room for the largest ID3 tag or cover."""
_MOST_READ = 256 * 2**20
"""Bytes that are read of a file for its tags."""
_MOST_READS = 200_000
"""Each may become an object, such as MP4's atoms."""
_ID3_HEADER = 10
_HAS_FOOTER = 0x10


class TooMuchError(Exception):
    """Tags take more than any honest file's."""


class BoundedFile(io.BufferedReader):
    """A file of which only so much can be read, so that reading its tags ends, and fits into memory."""

    def __init__(self, raw: io.FileIO, buffer_size: int = io.DEFAULT_BUFFER_SIZE) -> None:
        super().__init__(raw, buffer_size)
        self._left = _MOST_READ
        self._reads_left = _MOST_READS

    def read(self, size: int | None = -1, /) -> bytes:
        """Read some bytes, or all that follow; raise `TooMuchError` for too many."""
        # A damaged header may claim any size.
        most = LARGEST_READ + 1
        data = super().read(most if size is None or size < 0 else min(size, most))
        self._left -= len(data)
        self._reads_left -= 1
        if len(data) > LARGEST_READ or self._left < 0 or self._reads_left < 0:
            raise TooMuchError("too much is to be read")
        return data


class _BoundedZlib:
    """Stands in for `zlib` where mutagen inflates ID3 frames, which it does without any bound (1.48)."""

    error = zlib.error

    def __init__(self) -> None:
        self._budget = threading.local()

    def begin_file(self) -> None:
        self._budget.left = _MOST_INFLATED

    def decompress(self, data: bytes) -> bytes:
        left: int = getattr(self._budget, "left", _MOST_INFLATED)
        inflating = zlib.decompressobj()
        # One byte more tells whether it ends in time.
        inflated = inflating.decompress(data, left + 1)
        if len(inflated) > left:
            raise zlib.error("the frame is too large")
        if not inflating.eof:
            raise zlib.error("the frame is cut short")
        self._budget.left = left - len(inflated)
        return inflated


_bounded = _BoundedZlib()
_frames.zlib = _bounded


def id3_size(head: bytes) -> int | None:
    """Return the size in bytes of an ID3 tag that begins like this, with its header and footer; None if none does."""
    if head[:3] != b"ID3" or len(head) < _ID3_HEADER:
        return None
    # Seven bits of each byte.
    size = sum(
        (byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True)
    )
    return size + _ID3_HEADER * (2 if head[5] & _HAS_FOOTER else 1)


def begin_file(file: BinaryIO) -> bool:
    """Prepare for reading another file's tags in this thread; return False if they are too large to be read."""
    _bounded.begin_file()
    head = file.read(_ID3_HEADER)
    file.seek(0)
    return (id3_size(head) or 0) <= LARGEST_ID3

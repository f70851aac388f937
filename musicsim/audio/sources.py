"""What the decoders of streams inside files share: files that are parts of others, and facts kept by file."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from musicsim.audio.files import AudioFile

T = TypeVar("T")

_FILES_KEPT = 100


class VirtualFile(io.RawIOBase):
    """A file of `size` bytes that is not on the disk as such; `readinto` reads from `_position`, and moves it."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size
        self._position = 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """Go to a position, counted from the start of this file."""
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise ValueError("a position before the start")
        self._position = origin + offset
        return self._position

    def tell(self) -> int:
        """Return the position."""
        return self._position


class KnownByFile(Generic[T]):
    """Facts about the last files, by device, inode, size and time: each seek of the player opens its file again."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[int, int, int, int], T] = OrderedDict()

    def of(self, file: AudioFile, find: Callable[[], T]) -> T:
        """Return the fact about a file; `find` is called if it isn't known yet."""
        status = os.fstat(file.fileno())
        key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if key not in self._known:
            self._known[key] = find()
            while len(self._known) > _FILES_KEPT:
                self._known.popitem(last=False)
        return self._known[key]

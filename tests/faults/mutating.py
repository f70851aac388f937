"""Spoils files in the ways in which disks, downloads and programs do, and in some that nobody thought of."""

from __future__ import annotations

import random
from collections.abc import Callable

_HEADER = 4096
_SIZES = (b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x7f\x7f\x7f\x7f", b"\0\0\0\0", b"\x80\0\0\0")
"""What a size of four bytes, whichever end comes first, or seven bits each, makes the most of."""


class Mutator:
    """Draws what it does; the same for the same seed.

    Parameters
    ----------
    contents
        Of whole files, parts of which get into others.
    """

    def __init__(self, contents: list[bytes], seed: int) -> None:
        self._contents = contents
        self._random = random.Random(seed)
        self._ways: list[Callable[[bytearray], None]] = [
            self._flip_bits,
            self._overwrite,
            self._cut_off,
            self._insert,
            self._remove,
            self._swap_header,
            self._zero_header,
            self._change_sizes,
            self._repeat,
        ]

    def mutate(self, content: bytes) -> bytes:
        """Spoil a file in one way or two."""
        spoilt = bytearray(content)
        for way in self._random.sample(self._ways, self._random.choice((1, 1, 2))):
            way(spoilt)
        return bytes(spoilt)

    def _place(self, content: bytearray) -> int:
        """Somewhere in it; every other time in its header, where it hurts most."""
        end = min(len(content), _HEADER) if self._random.random() < 0.5 else len(content)
        return self._random.randrange(end) if end else 0

    def _length(self) -> int:
        """Short as a rule, and now and then long."""
        return int(2 ** self._random.uniform(0, 15))

    def _flip_bits(self, content: bytearray) -> None:
        for _ in range(min(len(content), self._random.choice((1, 4, 16, 256)))):
            content[self._place(content)] ^= 1 << self._random.randrange(8)

    def _overwrite(self, content: bytearray) -> None:
        place = self._place(content)
        length = len(content[place : place + self._length()])
        content[place : place + length] = self._random.randbytes(length)

    def _cut_off(self, content: bytearray) -> None:
        del content[self._place(content) :]

    def _insert(self, content: bytearray) -> None:
        place = self._place(content)
        content[place:place] = self._random.randbytes(self._length())

    def _remove(self, content: bytearray) -> None:
        place = self._place(content)
        del content[place : place + self._length()]

    def _swap_header(self, content: bytearray) -> None:
        length = self._length()
        content[:length] = self._random.choice(self._contents)[:length]

    def _zero_header(self, content: bytearray) -> None:
        length = min(len(content), self._length())
        content[:length] = bytes(length)

    def _change_sizes(self, content: bytearray) -> None:
        for _ in range(self._random.choice((1, 3, 10))):
            place = self._place(content)
            content[place : place + 4] = self._random.choice(_SIZES)

    def _repeat(self, content: bytearray) -> None:
        place, length = self._place(content), self._length()
        content[place:place] = content[place : place + length] * self._random.choice((1, 2, 5))

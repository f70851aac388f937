"""The links of chained Ogg files: complete streams one after the other (RFC 3533, section 4)."""

from __future__ import annotations

import os
from typing import BinaryIO

_PAGE = b"OggS\0"
_FIRST_PAGE = 0x02
_HEADER = 27
"""Bytes of a page before its table of segments."""
_USUAL_PAGE, _LONGEST_PAGE = 16_384, 65_307
_SMALL = 2**20
"""Bytes of a file that is searched at once: streams may begin in the same second, with the same serial number."""
_PROBES = 6
"""Places in which to look for a page of another stream before a larger file is searched."""
_CHUNK = 2**20


def link_starts(file: BinaryIO) -> tuple[int, ...]:
    """Return the byte at which each link of an Ogg file starts; nothing if it has only one, and for other files.

    Parameters
    ----------
    file
        An open file, whose position changes.
    """
    size = file.seek(0, os.SEEK_END)
    if _at(file, 0, 5) != _PAGE or not _seems_chained(file, size):
        return ()
    starts = _search(file)
    return starts if len(starts) > 1 else ()


def _at(file: BinaryIO, position: int, size: int) -> bytes:
    file.seek(position)
    return file.read(size)


def _seems_chained(file: BinaryIO, size: int) -> bool:
    """Return whether the file is small, or some pages don't belong to the streams with which it begins."""
    if size <= _SMALL:
        return True
    sequences: dict[bytes, int] = {}
    position = 0
    while (page := _at(file, position, _HEADER + 255))[:5] == _PAGE and page[5] & _FIRST_PAGE:
        sequences[page[14:18]] = 0
        position += _HEADER + page[26] + sum(page[_HEADER : _HEADER + page[26]])
    for probe in range(1, _PROBES + 1):
        end = size * probe // _PROBES
        for reach in (_USUAL_PAGE, _LONGEST_PAGE):
            begin = max(0, end - reach - _HEADER)
            data = _at(file, begin, end - begin)
            place = data.rfind(_PAGE, 0, max(0, len(data) - _HEADER + 5))
            if place >= 0:
                break
        else:
            continue
        serial, number = data[place + 14 : place + 18], data[place + 18 : place + 22]
        sequence = int.from_bytes(number, "little")
        if sequence < sequences.get(serial, sequence + 1):
            return True
        sequences[serial] = sequence
    return False


def _search(file: BinaryIO) -> tuple[int, ...]:
    """Return where first pages follow other pages, by going from page to page."""
    starts = []
    position = 0
    was_first = False
    while len(page := _at(file, position, _HEADER + 255)) >= _HEADER:
        if page[:5] != _PAGE:
            # Damage, or something else between the pages.
            found = _next_page(file, position + 1)
            if found is None:
                break
            position = found
            was_first = False
            continue
        is_first = bool(page[5] & _FIRST_PAGE)
        if is_first and not was_first:
            starts.append(position)
        was_first = is_first
        position += _HEADER + page[26] + sum(page[_HEADER : _HEADER + page[26]])
    return tuple(starts)


def _next_page(file: BinaryIO, position: int) -> int | None:
    while len(data := _at(file, position, _CHUNK)) >= len(_PAGE):
        if (place := data.find(_PAGE)) >= 0:
            return position + place
        position += len(data) - len(_PAGE) + 1
    return None

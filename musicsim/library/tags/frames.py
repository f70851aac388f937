"""Reading the frames of ID3 within bounds of time and memory.

mutagen (1.48) copies the rest of a tag for each frame, and the rest of a frame for each of its values, so that a file
of a few megabytes takes hours. It also gives up a tag for one frame with certain damage.
"""

from __future__ import annotations

import contextlib
import struct
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from mutagen.id3 import ID3Tags, _frames, _specs, _tags
from mutagen.id3._util import unsynch

from musicsim.library.tags.bounds import MOST_VALUES

_V2_3, _V2_4 = (2, 3, 0), (2, 4, 0)
_MOST_FRAMES = 5000
_MOST_ALIKE = 20
"""Frames that mutagen joins, or tells apart only by their order."""


def _read_frames(
    header: Any, data: bytes, known: Mapping[str, Any]
) -> tuple[list[Any], list[bytes], bytes]:
    """Return the frames in the data of a tag; the lists of unknown frames and of other data are empty."""
    if header.version < _V2_4 and header.f_unsynch:
        with contextlib.suppress(ValueError):
            data = unsynch.decode(data)
    frames: list[Any] = []
    alike: Counter[str] = Counter()
    for name, flags, content in _split(header, data, known):
        kind = known.get(name)
        if kind is not None and content:
            with contextlib.suppress(Exception):  # of many kinds, on damage
                frame = kind._fromData(header, flags, content)
                alike[frame.HashKey] += 1
                if alike[frame.HashKey] <= _MOST_ALIKE:
                    frames.append(frame)
    return frames, [], b""


def _split(header: Any, data: bytes, known: Mapping[str, Any]) -> Iterator[tuple[str, int, bytes]]:
    """Yield the name, flags and content of each frame."""
    is_short = header.version < _V2_3
    # Some programs write the sizes of 2.4 as those of 2.3.
    size_of = _tags.determine_bpi(data, known) if header.version >= _V2_4 else int
    at, length = 0, 6 if is_short else 10
    for _ in range(_MOST_FRAMES):
        head = data[at : at + length]
        if len(head) < length or not head[:3].strip(b"\0"):
            return
        if is_short:
            raw, size, flags = head[:3], int.from_bytes(head[3:]), 0
        else:
            raw, number, flags = struct.unpack(">4sLH", head)
            size = size_of(number)
        at += length
        name = raw.decode("latin-1")
        if raw.endswith(b"\0") and (old := _frames.Frames_2_2.get(name[:3])):
            # A name of 2.2 in a tag of 2.3.
            name = old.__base__.__name__
        yield name, flags, data[at : at + size]
        at += size


def _read_values(spec: Any, header: Any, frame: Any, data: bytes) -> tuple[list[Any], bytes]:
    """Read the values of a frame, as many as are kept."""
    values: list[Any] = []
    while data and len(values) < MOST_VALUES:
        record = []
        for part in spec.specs:
            value, data = part.read(header, frame, data)
            record.append(value)
        values.append(record if len(spec.specs) != 1 else record[0])
    return values, b""


def _read_first_line(
    spec: Any, header: Any, frame: Any, data: bytes
) -> tuple[list[tuple[str, int]], bytes]:
    """Read the first line of lyrics with times; only whether there are any is of interest."""
    text, _ = _specs.EncodedTextSpec.read(spec, header, frame, data)
    return ([(text, 0)] if text else []), b""


def _read_nothing(_spec: Any, _header: Any, _frame: Any, _data: bytes) -> tuple[list[Any], bytes]:
    return [], b""


def _read_no_frames(_spec: Any, _header: Any, _frame: Any, _data: bytes) -> tuple[Any, bytes]:
    return ID3Tags(), b""


_tags.read_frames = _read_frames
_specs.MultiSpec.read = _read_values
_specs.SynchronizedTextSpec.read = _read_first_line
# Tempi, equalisers and the frames of chapters.
_specs.KeyEventSpec.read = _read_nothing
_specs.VolumeAdjustmentsSpec.read = _read_nothing
_specs.ID3FramesSpec.read = _read_no_frames

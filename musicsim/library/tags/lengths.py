"""Lengths that mutagen gets wrong, from the frames or fragments themselves where that is cheap.

The rest of a wrong length is corrected by listening.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import os
from collections.abc import Iterator
from typing import Any, BinaryIO

import mutagen
from mutagen.mp3 import MP3, MPEGInfo
from mutagen.mp4 import MP4
from mutagen.ogg import OggFileType

from musicsim.base.ogg import link_starts

_LARGEST_READ = 2**26
"""Bytes of an MP3 file that are read to count its frames: 64 MiB take 0.3 s. Also those of a link of an Ogg file."""
_PROBES = 8
"""Places in which to compare the bit rate of an MP3 file without a header."""
_PROBE = 8192
_TAG_HEADER = 10
_ID3V1 = 128
_FOOTER = 32
"""Bytes of the footer of an APEv2 tag."""
_JOINED = 0.05
"""Share of an MP3 file beyond the bytes that its header states, which shows that more was appended."""
_KBPS = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
"""Bit rates of layer III: of MPEG 1, and of MPEG 2 and 2.5."""
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_MOST_GAPS = 100
"""Places without a frame in an MP3 file after which its frames are no longer counted."""
_LONGEST_GAP = 2**16
_MOST_BOXES = 2**16
_Frame = tuple[int, float, int]
"""Bytes, seconds and bit rate of a frame."""


def correct_length(found: Any, file: BinaryIO) -> None:
    """Correct the length that mutagen found in an open file, if its frames show another one.

    Parameters
    ----------
    found
        Mutagen's file, or its header alone; its `length` is set.
    """
    size = file.seek(0, os.SEEK_END)
    length = None
    # A damaged file lacks some of the numbers, or has impossible ones.
    with contextlib.suppress(LookupError, ValueError, ArithmeticError):
        if isinstance(found, MP3 | MPEGInfo):
            length = _mp3_length(file, size)
        elif isinstance(found, OggFileType):
            length = _length_of_links(file, size)
        elif isinstance(found, MP4) and not found.info.length:
            length = _length_of_fragments(file, size)
    if length:
        getattr(found, "info", found).length = length


def _mp3_length(file: BinaryIO, size: int) -> float | None:
    """Return the seconds of all frames of an MP3 file that was joined, or has no header; None for all others."""
    start = _after_tags(file)
    end = size - _bytes_at_the_end(file, size)
    head = _at(file, start, _PROBE)
    first = _frame_in(head)
    if first is None or end - start > _LARGEST_READ:
        return None
    place, frame_like = first
    frame = head[place : place + frame_like[0]]
    marker = max(frame.find(b"Xing"), frame.find(b"Info"))
    if marker >= 0:
        flags = frame[marker + 7]
        if flags & 3 != 3:
            return None
        stated = int.from_bytes(frame[marker + 12 : marker + 16])
        if not stated or end - start - place - stated <= max(_PROBE, _JOINED * stated):
            return None
    elif b"VBRI" in frame or not _varies(file, start, end, frame_like):
        return None
    return _seconds_of_frames(_at(file, start, end - start))


def _at(file: BinaryIO, position: int, size: int) -> bytes:
    file.seek(position)
    return file.read(max(0, size))


def _after_tags(file: BinaryIO) -> int:
    position = 0
    while tag := _tag_size(_at(file, position, _TAG_HEADER)):
        position += tag
    return position


def _tag_size(head: bytes) -> int:
    """Return the bytes of the ID3v2 tag that begins so; 0 if it is none."""
    if len(head) < _TAG_HEADER or not head.startswith(b"ID3") or max(head[6:10]) > 0x7F:
        return 0
    a, b, c, d = head[6:10]
    return _TAG_HEADER + (a << 21 | b << 14 | c << 7 | d) + (_TAG_HEADER if head[5] & 0x10 else 0)


def _bytes_at_the_end(file: BinaryIO, size: int) -> int:
    """Return the bytes of ID3v1 and APEv2 tags at the end."""
    tags = _ID3V1 if _at(file, max(0, size - _ID3V1), 3) == b"TAG" else 0
    footer = _at(file, max(0, size - tags - _FOOTER), _FOOTER)
    if footer.startswith(b"APETAGEX"):
        tags += _FOOTER + int.from_bytes(footer[12:16], "little")
    return tags


def _varies(file: BinaryIO, start: int, end: int, first: _Frame) -> bool:
    """Return whether some frames of an MP3 file have another length or bit rate than its first."""
    for probe in range(_PROBES):
        data = _at(file, start + (end - start) * probe // _PROBES, _PROBE)
        place = 0
        for _ in range(4):
            found = _frame_in(data, place)
            if found is None:
                break
            place = found[0] + found[1][0]
            if found[1][1:] != first[1:]:
                return True
    return False


def _frame_in(data: bytes, start: int = 0) -> tuple[int, _Frame] | None:
    """Return the first frame that another one follows, and where it starts."""
    end = start + _LONGEST_GAP
    place = data.find(b"\xff", start, end)
    while place >= 0:
        frame = _frame(data[place : place + 4])
        if frame is not None and _frame(data[place + frame[0] : place + frame[0] + 4]) is not None:
            return place, frame
        place = data.find(b"\xff", place + 1, end)
    return None


def _frame(header: bytes) -> _Frame | None:
    """Return a frame of layer III by its header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    version, kbps, rate = header[1] >> 3 & 3, header[2] >> 4, header[2] >> 2 & 3
    if version == 1 or not 0 < kbps < 15 or rate == 3:
        return None
    bit_rate, hertz = _KBPS[version != 3][kbps], _RATES[version][rate]
    samples = 1152 if version == 3 else 576
    size = samples * bit_rate * 125 // hertz + (header[2] >> 1 & 1)
    return size, samples / hertz, bit_rate


def _seconds_of_frames(data: bytes) -> float | None:
    """Return the seconds of all frames, passing over tags between them; None if there is much damage."""
    known: dict[bytes, _Frame | None] = {}
    seconds = 0.0
    place = gaps = 0
    while place + 4 <= len(data):
        # All that counts, so that there are few different ones.
        header = data[place : place + 3]
        frame = known.get(header)
        if frame is None and header not in known:
            frame = known[header] = _frame(header + b"\0")
        if frame is not None:
            place += frame[0]
            seconds += frame[1]
            continue
        if tag := _tag_size(data[place : place + _TAG_HEADER]):
            place += tag
            continue
        gaps += 1
        if gaps > _MOST_GAPS:
            return None
        found = _frame_in(data, place + 1)
        place = place + _LONGEST_GAP if found is None else found[0]
    return seconds


def _length_of_links(file: BinaryIO, size: int) -> float | None:
    """Return the seconds of all links of a chained Ogg file; None for all others. Mutagen knows only the first."""
    starts = link_starts(file)
    seconds = 0.0
    for start, end in itertools.pairwise((*starts, size)):
        if end - start > _LARGEST_READ:
            return None
        # A damaged link has no length.
        with contextlib.suppress(mutagen.MutagenError):
            link = mutagen.File(io.BytesIO(_at(file, start, end - start)))
            seconds += link.info.length if link is not None else 0.0
    return seconds if starts else None


def _length_of_fragments(file: BinaryIO, size: int) -> float | None:
    """Return the seconds of a fragmented MP4 file's first track with sound; None if it has none."""
    track = scale = default = duration = 0
    for kind, start, end in itertools.islice(_boxes(file, 0, size), _MOST_BOXES):
        if kind == b"moov":
            track, scale = _sound_track(file, start, end)
            for part, at, to in _boxes(file, start, end):
                if part == b"mvex":
                    for box, place, _ in _boxes(file, at, to):
                        values = _numbers(file, place + 4, 3)
                        if box == b"trex" and values and values[0] == track:
                            default = values[2]
        elif kind == b"moof" and scale:
            duration += sum(
                _duration_of_fragment(file, at, to, track, default)
                for part, at, to in _boxes(file, start, end)
                if part == b"traf"
            )
    return duration / scale if scale else None


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the type of each box, and where its content starts and ends."""
    while start + 8 <= end:
        header = _at(file, start, 16)
        length, content = int.from_bytes(header[:4]), start + 8
        if length == 1:
            length, content = int.from_bytes(header[8:16]), start + 16
        elif length == 0:
            length = end - start
        if length < content - start or start + length > end:
            return
        yield header[4:8], content, start + length
        start += length


def _numbers(file: BinaryIO, position: int, count: int) -> list[int]:
    data = _at(file, position, 4 * count)
    return [int.from_bytes(data[at : at + 4]) for at in range(0, len(data) - 3, 4)]


def _sound_track(file: BinaryIO, start: int, end: int) -> tuple[int, int]:
    """Return the number and the ticks per second of the first track with sound; 0 without one."""
    for kind, at, to in _boxes(file, start, end):
        if kind != b"trak":
            continue
        number = scale = 0
        is_sound = False
        for part, place, until in _boxes(file, at, to):
            # Version 1 has times of 64 bits.
            if part == b"tkhd":
                number = _numbers(file, place + (20 if _at(file, place, 1) == b"\1" else 12), 1)[0]
            elif part == b"mdia":
                for box, within, _ in _boxes(file, place, until):
                    if box == b"mdhd":
                        skip = 20 if _at(file, within, 1) == b"\1" else 12
                        scale = _numbers(file, within + skip, 1)[0]
                    elif box == b"hdlr":
                        is_sound = _at(file, within + 8, 4) == b"soun"
        if is_sound and scale:
            return number, scale
    return 0, 0


def _duration_of_fragment(file: BinaryIO, start: int, end: int, track: int, default: int) -> int:
    """Return the ticks of a track in a fragment (ISO/IEC 14496-12, sections 8.8.7 and 8.8.8)."""
    total = 0
    for kind, at, to in _boxes(file, start, end):
        flags = int.from_bytes(_at(file, at + 1, 3))
        if kind == b"tfhd":
            if _numbers(file, at + 4, 1) != [track]:
                return 0
            if flags & 0x08:
                skip = 8 + (8 if flags & 0x01 else 0) + (4 if flags & 0x02 else 0)
                default = _numbers(file, at + skip, 1)[0]
        elif kind == b"trun":
            (count,) = _numbers(file, at + 4, 1)
            if not flags & 0x100:
                total += count * default
                continue
            fields = sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
            skip = 8 + (4 if flags & 0x01 else 0) + (4 if flags & 0x04 else 0)
            stored = min(count * fields, (to - at - skip) // 4)
            total += sum(_numbers(file, at + skip, stored)[::fields])
    return total

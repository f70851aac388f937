"""The position of a packet's sound, read from the packet itself where FFmpeg's timestamps are wrong."""

from __future__ import annotations

_LONGEST_NUMBER = 7
"""Bytes of the largest number in the header of a FLAC frame."""
FLAC_HEADER = 4 + _LONGEST_NUMBER
"""Bytes at the start of a FLAC frame that are sure to include its number."""


def flac_position(header: bytes, block_size: int) -> int | None:
    """Return the first sample of a FLAC frame; None if the header isn't a frame's.

    Each frame has a number, coded like UTF-8 (RFC 9639, section 9.1.5).

    Parameters
    ----------
    header
        The first `FLAC_HEADER` bytes of the frame.
    block_size
        Samples per frame, in a stream of frames of equal size.
    """
    if len(header) < 5 or header[0] != 0xFF or header[1] & 0xFE != 0xF8:
        return None
    first = header[4]
    if first < 0x80:
        number = first
    else:
        length = 8 - (first ^ 0xFF).bit_length()
        if not 2 <= length <= _LONGEST_NUMBER or len(header) < 4 + length:
            return None
        number = first & 0x7F >> length
        for byte in header[5 : 4 + length]:
            number = number << 6 | byte & 0x3F
    counts_samples = header[1] & 1
    return number if counts_samples else number * block_size


def flac_block_size(stream_info: bytes | None) -> int:
    """Return the samples per frame from a FLAC stream's header; its last frame may have fewer."""
    return int.from_bytes((stream_info or b"")[2:4], "big")

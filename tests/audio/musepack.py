"""Musepack files that no encoder at hand writes."""

from __future__ import annotations

_HEADER = 24
_LENGTH_BITS = 20


def repeated_musepack_7(content: bytes, times: int) -> bytes:
    """Return a file of stream version 7 with the frames of another one several times over.

    Frames are not aligned to bytes: each is its length in 20 bits, and as many bits; in words of 32, the lowest byte
    first. Where the frames begin again it is no music, but it is decoded the same from wherever decoding begins.
    """
    words = [content[at : at + 4][::-1] for at in range(_HEADER, len(content) // 4 * 4, 4)]
    bits = "".join(f"{int.from_bytes(word, 'big'):032b}" for word in words)
    count = int.from_bytes(content[4:8], "little")
    # The stream begins with the rest of the header: 8 bits, the encoder's version.
    end = begin = 8
    for _ in range(count):
        end += _LENGTH_BITS + int(bits[end : end + _LENGTH_BITS], 2)
    frames = bits[begin:end] * times
    stream = bits[:begin] + frames + "0" * (-(begin + len(frames)) % 32)
    words = [int(stream[at : at + 32], 2).to_bytes(4, "little") for at in range(0, len(stream), 32)]
    return (
        content[:4] + (count * times).to_bytes(4, "little") + content[8:_HEADER] + b"".join(words)
    )

"""Small files that are long: silence takes next to no room."""

from __future__ import annotations

import struct
from pathlib import Path

RATE = 8_000
_BLOCK = 65_535
"""Samples in a FLAC frame: the most that there can be."""


def write_silent_flac(path: Path, seconds: int, *, stated: int | None = None) -> None:
    """Write a FLAC file of silence at 8 kHz (RFC 9639), 2 bytes a second; its header may state another length."""
    frames = seconds * RATE // _BLOCK
    total = (stated or seconds) * RATE if stated else frames * _BLOCK
    # Mono, 16 bits; sizes of frames and the sound's checksum are unknown.
    info = struct.pack(">HH", _BLOCK, _BLOCK) + bytes(6)
    info += (RATE << 44 | 0 << 41 | 15 << 36 | total).to_bytes(8) + bytes(16)
    parts = [b"fLaC\x80", len(info).to_bytes(3), info]
    for number in range(frames):
        header = b"\xff\xf8\x74\x08" + _as_utf8(number) + struct.pack(">H", _BLOCK - 1)
        header += bytes([_crc(header, 8, 0x07)])
        # One constant subframe of the value 0.
        frame = header + b"\0\0\0"
        parts.append(frame + _crc(frame, 16, 0x8005).to_bytes(2))
    path.write_bytes(b"".join(parts))


def write_sparse_wav(path: Path, seconds: int) -> None:
    """Write an RF64 file of silence (EBU Tech 3306) that takes next to no room on the disk: it is one large hole."""
    size = 2 * RATE * seconds
    sizes = struct.pack("<QQQI", size + 72, size, size // 2, 0)
    shape = struct.pack("<HHIIHH", 1, 1, RATE, 2 * RATE, 2, 16)
    with path.open("wb") as file:
        file.write(b"RF64\xff\xff\xff\xffWAVE")
        file.write(b"ds64" + struct.pack("<I", len(sizes)) + sizes)
        file.write(b"fmt " + struct.pack("<I", len(shape)) + shape)
        file.write(b"data\xff\xff\xff\xff")
        file.truncate(file.tell() + size)


def _as_utf8(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass")


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    top, mask = 1 << bits - 1, (1 << bits) - 1
    value = 0
    for byte in data:
        value ^= byte << bits - 8
        for _ in range(8):
            value = (value << 1 ^ polynomial if value & top else value << 1) & mask
    return value

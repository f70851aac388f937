"""Stand-ins for the parts of mutagen that turn bytes into text, or that give up all of a file for one bad field.

mutagen (1.48) drops ID3 frames and MP4 atoms that are not in the encoding they declare, replaces characters of Vorbis
comments, and doesn't return any of APEv2's items if one is bad. With these stand-ins, bytes that are no UTF-8 stay in
the text as lone surrogates, as in file names (PEP 383), and `undecoded` decodes them together. MP4's atoms need no
stand-in, since mutagen keeps those that it couldn't read.
"""

from __future__ import annotations

import codecs
import struct
import unicodedata
from typing import Any, BinaryIO

import mutagen
from mutagen import apev2
from mutagen._vorbis import VComment, is_valid_key
from mutagen.id3 import _specs

_LATIN_1, _UTF_16, _UTF_16_BE, _UTF_8 = range(4)
_ID3_V2_4 = (2, 4, 0)
_BOMS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_RESERVED = 3
"""The type of an APEv2 item that is not in use."""
_MOST_ITEMS = 2**16
"""Items of an APEv2 tag, and Vorbis comments, that are read."""


def as_text(raw: bytes) -> str:
    """Return text in UTF-8, with all other bytes as lone surrogates."""
    return raw.decode("utf-8", "surrogateescape")


def _read_text(_spec: Any, header: Any, frame: Any, data: bytes) -> tuple[str, bytes]:
    """Read a text of an ID3 frame up to its zero; return also the rest of the frame."""
    if frame.encoding in (_UTF_16, _UTF_16_BE):
        end = _end_of_utf_16(data)
        text, rest = _utf_16(data[:end], frame.encoding), data[end + 2 :]
    else:
        raw, _, rest = data.partition(b"\0")
        text = raw.decode("latin-1") if frame.encoding == _LATIN_1 else as_text(raw)
    # Before 2.4 a text has one value, and zeros behind it are no empty ones.
    if header.version < _ID3_V2_4 and not rest.strip(b"\0"):
        rest = b""
    return text, rest


def _end_of_utf_16(data: bytes) -> int:
    end = data.find(b"\0\0")
    while end % 2 and end != -1:
        end = data.find(b"\0\0", end + 1)
    return len(data) if end == -1 else end


def _utf_16(raw: bytes, encoding: int) -> str:
    if encoding == _UTF_16 and not raw.startswith(_BOMS):
        # Without its mark, it may as well be in an 8-bit encoding.
        if (text := as_text(raw.removesuffix(b"\0"))).isprintable():
            return text
        # Characters of one script begin with the same byte.
        is_big = len(set(raw[::2])) < len(set(raw[1::2]))
        read = raw.decode("utf-16-be" if is_big else "utf-16-le", "ignore")
        # Letters of other encodings become characters that nobody uses.
        return text if any(unicodedata.category(c) in ("Co", "Cn") for c in read) else read
    return raw.decode("utf-16" if encoding == _UTF_16 else "utf-16-be", "ignore").lstrip("\ufeff")


def _load_comments(
    comments: Any, file: BinaryIO, errors: str = "replace", framing: bool = True
) -> None:
    """Read Vorbis comments, as many as there are."""
    try:
        comments.vendor = _block(file).decode("utf-8", "replace")
        for _ in range(min(_number(file), _MOST_ITEMS)):
            name, _, value = _block(file).partition(b"=")
            key = name.decode("latin-1")
            if is_valid_key(key):
                comments.append((key, as_text(value)))
        if framing:
            file.read(1)
    except (EOFError, OverflowError, mutagen.MutagenError):
        return  # the rest is missing


def _number(file: BinaryIO) -> int:
    raw = file.read(4)
    if len(raw) < 4:
        raise EOFError
    return int.from_bytes(raw, "little")


def _block(file: BinaryIO) -> bytes:
    size = _number(file)
    raw = file.read(size)
    if len(raw) < size:
        raise EOFError
    return raw


def _parse_items(tags: Any, data: bytes, count: int) -> None:
    """Read APEv2's items, as many as there are."""
    start = 0
    for _ in range(min(count, _MOST_ITEMS)):
        end = data.find(b"\0", start + 8)
        if end == -1:
            return
        size, flags = struct.unpack_from("<2I", data, start)
        key = data[start + 8 : end].decode("latin-1")
        start = end + 1 + size
        kind = flags >> 1 & 3
        if start <= len(data) and kind != _RESERVED and apev2.is_valid_apev2_key(key):
            tags[key] = apev2._get_value_type(kind)._new(data[end + 1 : start])


def _parse_value(value: Any, data: bytes) -> None:
    value.value = as_text(data)


_specs.EncodedTextSpec.read = _read_text
VComment.load = _load_comments
apev2.APEv2._APEv2__parse_tag = _parse_items
apev2._APEUtf8Value._parse = _parse_value

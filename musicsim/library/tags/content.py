"""The format of a file by its first bytes; its name may say another."""

from __future__ import annotations

import errno
import importlib
import os
from dataclasses import dataclass
from typing import Any, BinaryIO

HEAD = 128
"""Bytes by which a format is known."""


@dataclass(frozen=True, slots=True)
class Content:
    """A format, and by what it is read."""

    module: str = ""
    """A module of mutagen, and a class in it; empty if mutagen doesn't know the format."""
    name: str = ""
    is_header: bool = False
    """Whether the class is that of the header alone, which takes the place where the file begins."""
    ffmpeg: str = ""
    """FFmpeg's name of the format, where it may find tags that mutagen misses."""
    is_chunks: bool = False
    """Whether its tags are in chunks; see `musicsim.library.tags.chunks`."""

    def mutagen_class(self) -> Any:
        """Return mutagen's class."""
        return getattr(importlib.import_module(f"mutagen.{self.module}"), self.name)


MPEG = Content("mp3", "MPEGInfo", is_header=True)
_WAVE = Content("wave", "WaveStreamInfo", is_chunks=True)
_AIFF = Content("aiff", "AIFFInfo", is_chunks=True)
_MP4 = Content("mp4", "MP4", ffmpeg="mov")

_STARTS = (
    (b"fLaC", Content("flac", "FLAC")),
    (b"wvpk", Content("wavpack", "WavPack")),
    (b"MAC ", Content("monkeysaudio", "MonkeysAudio")),
    (b"MP+", Content("musepack", "Musepack")),
    (b"MPCK", Content("musepack", "Musepack")),
    (b"TTA1", Content("trueaudio", "TrueAudioInfo", is_header=True)),
    (b"tBaK", Content("tak", "TAK")),
    (b"OFR ", Content("optimfrog", "OptimFROG")),
    (b"DSD ", Content("dsf", "DSF")),
    (b"FRM8", Content("dsdiff", "DSDIFF")),
    (b"\x0b\x77", Content("ac3", "AC3")),
    (b"ADIF", Content("aac", "AAC")),
    (bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c"), Content("asf", "ASF", ffmpeg="asf")),
    (b"\x1a\x45\xdf\xa3", Content(ffmpeg="matroska")),
    (b"caff", Content(ffmpeg="caf")),
    (b".snd", Content(ffmpeg="au")),
    (bytes.fromhex("726966662e91cf11a5d628db04c10000"), Content(ffmpeg="w64")),
)
# In the first page of Ogg.
_IN_OGG = (
    (b"OpusHead", Content("oggopus", "OggOpus")),
    (b"\x01vorbis", Content("oggvorbis", "OggVorbis")),
    (b"\x7fFLAC", Content("oggflac", "OggFLAC")),
    (b"fLaC", Content("oggflac", "OggFLAC")),
    (b"Speex   ", Content("oggspeex", "OggSpeex")),
)
_FORMS = {b"WAVE": _WAVE, b"AIFF": _AIFF, b"AIFC": _AIFF}
_ATOMS = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot"})


def content_of(head: bytes) -> Content | None:
    """Return the format that the first bytes of a file are of; None for an unknown one."""
    if head[:4] in (b"RIFF", b"RF64", b"BW64", b"FORM"):
        return _FORMS.get(head[8:12])
    if head[:4] == b"OggS":
        return next((content for mark, content in _IN_OGG if mark in head), Content(ffmpeg="ogg"))
    if head[4:8] in _ATOMS:
        return _MP4
    for start, content in _STARTS:
        if head.startswith(start):
            return content
    return _of_mpeg(head)


def _of_mpeg(head: bytes) -> Content | None:
    """Return the format of a frame of MPEG audio; its header has eleven set bits, and no reserved values."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    if head[1] & 0xF6 == 0xF0:
        return Content("aac", "AAC")
    version, layer, rate, frequency = (
        head[1] >> 3 & 3,
        head[1] >> 1 & 3,
        head[2] >> 4,
        head[2] >> 2 & 3,
    )
    return None if version == 1 or layer == 0 or rate == 15 or frequency == 3 else MPEG


class Part:
    """A file from some place on, which mutagen reads like a file; it has no name, and can only be read."""

    def __init__(self, file: BinaryIO, start: int) -> None:
        self._file = file
        self._start = start
        file.seek(start)

    def read(self, size: int = -1) -> bytes:
        """Read some bytes, or all that follow."""
        return self._file.read(size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """Go to a place; fails before the beginning of the part, as a file does before its own."""
        if whence == os.SEEK_CUR:
            offset += self._file.tell()
        elif whence == os.SEEK_END:
            offset += self._file.seek(0, os.SEEK_END)
        else:
            offset += self._start
        if offset < self._start:
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return self._file.seek(offset) - self._start

    def tell(self) -> int:
        """Return the place in the part."""
        return self._file.tell() - self._start

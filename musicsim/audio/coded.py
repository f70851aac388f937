"""DTS and AC-3 streams in lossless files, as on DTS CDs: to a decoder of PCM, they are loud noise.

The stream is stored as if it were 16-bit stereo PCM: bare, in words of 14 bits, or in the bursts of an S/PDIF cable
(IEC 61937). The first track of a disc may begin with silence (DeaDBeeF-Player/deadbeef issue 2755). FFmpeg recognises
such a stream at the start of a WAV file, so it gets the samples of any lossless file as a WAV file that starts there.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import numpy as np

from musicsim.audio.errors import CannotSeek, Undecodable
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile
from musicsim.audio.signal import Channels
from musicsim.audio.sndfile import SndfileDecoder
from musicsim.audio.sources import KnownByFile, VirtualFile
from musicsim.base.reasons import Cause, Reason

_BY_SNDFILE = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"riff", b"caff")
_BY_FFMPEG = (b"wvpk", b"TTA1", b"MAC ")
_SYNCS = (
    b"\x72\xf8\x1f\x4e",  # IEC 61937, which may hold any of the others
    b"\xf8\x72\x4e\x1f",
    b"\xfe\x7f\x01\x80",  # DTS, little-endian
    b"\x7f\xfe\x80\x01",
    b"\xff\x1f\x00\xe8",  # DTS in words of 14 bits
    b"\x1f\xff\xe8\x00",
)
_AC3_SYNCS = (b"\x0b\x77", b"\x77\x0b")
_AC3_NEWEST = 10
"""The highest version of AC-3 ("bsid") whose header has this form."""
_FRAMES = 5
"""Frames in a row at equal distances that prove a stream: four bytes of music may look like its start."""
_LONGEST_FRAME = 24_576
"""Bytes of a burst of IEC 61937 for AC-3 and DTS."""
_BLOCK = 12_288
"""Samples in which to look for the first frames: more than `_FRAMES` of the longest have."""
_LONGEST_LEAD_IN = 25
"""Blocks of mostly silence, 7 s, after which a stream may start."""
_FRAME_BYTES = 4
_CODECS = ("ac3", "dca", "eac3")
_starts: KnownByFile[int | None] = KnownByFile()


def coded_start(file: AudioFile) -> int | None:
    """Return the sample at which a DTS or AC-3 stream starts in a lossless file; None if it has sound."""
    make = _source_of(file)
    if make is None:
        return None
    return _starts.of(file, lambda: _search(file, make))


def _source_of(file: AudioFile) -> type[SndfileDecoder] | type[FFmpegDecoder] | None:
    head = file.at(0, 4)
    if head in _BY_SNDFILE:
        return SndfileDecoder
    return FFmpegDecoder if head in _BY_FFMPEG else None


def _search(file: AudioFile, make: type[SndfileDecoder] | type[FFmpegDecoder]) -> int | None:
    with suppress(Undecodable, CannotSeek), closing(make(file, is_hasty=True)) as decoder:
        if decoder.channels != 2:
            return None
        position = 0
        before = b""
        sounding = 0
        for block in itertools.islice(decoder.blocks(0, _BLOCK), _LONGEST_LEAD_IN):
            data = before + _as_words(block)
            found = _first_frame(data)
            if found is not None:
                return position + found // _FRAME_BYTES
            # A stream may start late in a block.
            sounding += bool(2 * np.count_nonzero(block) > block.size)
            if sounding > 1:
                return None
            before = data[-_BLOCK * _FRAME_BYTES :]
            position += (len(data) - len(before)) // _FRAME_BYTES
    return None


def _first_frame(data: bytes) -> int | None:
    """Return where the first of `_FRAMES` frames at equal distances starts; None without them."""
    for sync in (*_SYNCS, *_AC3_SYNCS):
        places = _places(data, sync)
        for first in range(len(places) - _FRAMES + 1):
            distances = np.diff(places[first : first + _FRAMES])
            # Frames of AC-3 at 44.1 kHz differ by a word.
            if np.ptp(distances) <= 2 and 16 <= distances[0] <= _LONGEST_FRAME:
                return places[first]
    return None


def _places(data: bytes, sync: bytes) -> list[int]:
    places = []
    place = data.find(sync)
    while place >= 0:
        if sync not in _AC3_SYNCS or _is_ac3(data, place):
            places.append(place)
        place = data.find(sync, place + 1)
    return places


def _is_ac3(data: bytes, place: int) -> bool:
    """Return whether the version of AC-3 and its sample rate are possible."""
    header = data[place : place + 6]
    if len(header) < 6 or place % 2:
        return False
    if header.startswith(_AC3_SYNCS[1]):
        header = header[1::-1] + header[3:1:-1] + header[5:3:-1]
    return 6 <= header[5] >> 3 <= _AC3_NEWEST and header[4] >> 6 != 3


def _as_words(block: Channels) -> bytes:
    """Return samples as 16-bit PCM, little-endian; exact for samples that were such."""
    # Samples of damaged files may be no numbers, or absurdly large.
    sane = np.clip(np.nan_to_num(block.T), -1, 1)
    words = np.clip(np.rint(sane * np.float32(32_768)), -32_768, 32_767).astype("<i2")
    return bytes(words.tobytes())


class CodedDecoder(FFmpegDecoder):
    """Sound of a DTS or AC-3 stream in a lossless file; see `Decoder`.

    Positions in the stream are found only by decoding everything before them.
    """

    def __init__(
        self, file: AudioFile, frames: int | None = None, *, is_hasty: bool = False
    ) -> None:
        make = _source_of(file)
        assert make is not None
        self._source = make(file, is_hasty=is_hasty)
        try:
            pcm = _PcmAsWav(self._source, coded_start(file) or 0)
            super().__init__(AudioFile(pcm, pcm.size), frames, is_hasty=is_hasty)
            if self._stream.codec_context.name not in _CODECS:
                raise Undecodable(Reason(Cause.UNKNOWN_CODEC))
        except Undecodable:
            self._source.close()
            raise

    def _duration(self) -> float:
        """Return the length in seconds according to the packets: a stream may be shorter than its PCM, or longer."""
        return self._duration_of_packets()

    @staticmethod
    def _seeks_exactly(container: str, codec: str) -> bool:
        return False


class _PcmAsWav(VirtualFile):
    """The samples of a decoder from one on, as a 16-bit WAV file."""

    def __init__(self, source: SndfileDecoder | FFmpegDecoder, start: int) -> None:
        self._source = source
        self._start = start
        size = max(0, source.frames - start) * _FRAME_BYTES
        rate = source.rate
        stated = min(size, 2**32 - 64)
        self._header = b"RIFF" + struct.pack("<I", 36 + stated) + b"WAVEfmt "
        self._header += struct.pack("<IHHIIHH", 16, 1, 2, rate, rate * _FRAME_BYTES, 4, 16)
        self._header += b"data" + struct.pack("<I", stated)
        super().__init__(len(self._header) + size)
        self._blocks: Iterator[Channels] | None = None
        self._data = b""
        self._data_at = -1
        """The byte of the PCM at which `_data` starts."""

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer and return the number of bytes read; 0 at the end."""
        before_sound = len(self._header) - self._position
        data = self._header[self._position :] if before_sound > 0 else self._pcm(-before_sound)
        data = data[: len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def _pcm(self, position: int) -> bytes:
        """Return some bytes of the PCM from a position."""
        if self._blocks is None or not self._data_at <= position <= self._data_at + len(self._data):
            frame = position // _FRAME_BYTES
            try:
                self._blocks = self._source.blocks(self._start + frame, _BLOCK)
                self._data = _as_words(next(self._blocks, np.empty((2, 0), np.float32)))
                self._data_at = frame * _FRAME_BYTES
            except (CannotSeek, Undecodable):
                return b""
        if position == self._data_at + len(self._data):
            self._data_at = position
            self._data = _as_words(next(self._blocks, np.empty((2, 0), np.float32)))
        return self._data[position - self._data_at :]

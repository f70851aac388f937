"""Chained Ogg, and joined WAV and AIFF: complete streams one after the other in one file, as recorded radio has them.

Each of these links may have its own rate and channels (RFC 3533, section 4). FFmpeg reads through them only if they are
alike and takes the last link's length for the file's; libsndfile stops after the first one. So every link is decoded by
itself, like a file.
"""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import soxr

from musicsim.audio.errors import Undecodable
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile
from musicsim.audio.signal import BLOCK, Channels, stereo
from musicsim.audio.sndfile import SndfileDecoder
from musicsim.audio.sources import KnownByFile, VirtualFile
from musicsim.base import ogg

LinkDecoder = FFmpegDecoder | SndfileDecoder
DecodersFor = Callable[[AudioFile], Sequence[type[FFmpegDecoder] | type[SndfileDecoder]]]

_starts: KnownByFile[tuple[int, ...]] = KnownByFile()
_MARGIN = 0.05
"""Seconds decoded before the requested position of a link that is resampled."""


class FilePart(VirtualFile):
    """A part of an open file, with a position of its own."""

    def __init__(self, file: AudioFile, start: int, end: int) -> None:
        super().__init__(end - start)
        self._file = file
        self._start = start

    def readinto(self, buffer: Any, /) -> int:
        """Fill a buffer and return the number of bytes read."""
        count = min(len(buffer), max(0, self.size - self._position))
        data = self._file.at(self._start + self._position, count)
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)


def link_starts(file: AudioFile) -> tuple[int, ...]:
    """Return the byte at which each link of an Ogg, WAV or AIFF file starts; nothing if it has only one."""
    return _starts.of(file, lambda: ogg.link_starts(file) or _joined_starts(file))


def _joined_starts(file: AudioFile) -> tuple[int, ...]:
    """Return where the parts of a joined WAV or AIFF file start, by the sizes that they state."""
    head = file.at(0, 12)
    starts = []
    position = 0
    while head[:4] in (b"RIFF", b"FORM"):
        part = file.at(position, 12)
        if part[:4] != head[:4] or part[8:] != head[8:]:
            break
        starts.append(position)
        size = int.from_bytes(part[4:8], "little" if head[:4] == b"RIFF" else "big")
        position += 8 + size + size % 2
    return tuple(starts) if len(starts) > 1 else ()


def _pre_skip(link: AudioFile) -> int:
    """Return the samples that a decoder of Opus drops at the start; FFmpeg counts them (RFC 7845, section 5.1)."""
    # After the header of the first page, whose table has one segment.
    head = link.at(28, 12)
    return int.from_bytes(head[10:12], "little") if head.startswith(b"OpusHead") else 0


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that can be decoded: its bytes, its decoder, and its rate, channels and length."""

    start: int
    end: int
    make: type[FFmpegDecoder] | type[SndfileDecoder]
    rate: int
    channels: int
    frames: int


class ChainDecoder:
    """Sound of a file with several links; see `Decoder`.

    Its rate is that of most of its seconds, and the other links are resampled. If the links differ in channels, all are
    mixed to stereo.

    Parameters
    ----------
    decoders_for
        Returns the decoders to try for a link.
    """

    def __init__(
        self,
        file: AudioFile,
        frames: int | None = None,
        *,
        is_hasty: bool = False,
        decoders_for: DecodersFor,
    ) -> None:
        self._file = file
        self._is_hasty = is_hasty
        starts = link_starts(file)
        self._links: list[_Link] = []
        is_incomplete = False
        failures: list[Undecodable] = []
        for start, end in zip(starts, (*starts[1:], file.size), strict=True):
            link = self._opened(start, end, decoders_for, failures)
            if link is None:
                is_incomplete = True
            else:
                self._links.append(link)
        if not self._links:
            raise failures[0] if failures else Undecodable
        seconds: dict[int, float] = {}
        for link in self._links:
            seconds[link.rate] = seconds.get(link.rate, 0.0) + link.frames / link.rate
        self.rate: int = max(seconds, key=lambda rate: seconds[rate])
        counts = {link.channels for link in self._links}
        self._is_mixed = len(counts) > 1
        self.channels: int = 2 if self._is_mixed else counts.pop()
        lengths = [self._at_rate(link.frames, link) for link in self._links]
        self._starts = [0, *itertools.accumulate(lengths)]
        self.frames: int = self._starts[-1] if frames is None else frames
        self.is_estimate = False
        self.lost = 0.0
        # Nothing says how long the links are that can't be decoded.
        self.is_broken_off = is_incomplete
        self.delay, self.padding = 0, 0
        self.music: int | None = None

    def _opened(
        self, start: int, end: int, decoders_for: DecodersFor, failures: list[Undecodable]
    ) -> _Link | None:
        part = self._part(start, end)
        for make in decoders_for(part):
            try:
                with closing(make(part, is_hasty=self._is_hasty)) as decoder:
                    frames = max(0, decoder.frames - _pre_skip(part))
                    return _Link(start, end, make, decoder.rate, decoder.channels, frames)
            except Undecodable as failure:
                failures.append(failure)
        return None

    def _part(self, start: int, end: int) -> AudioFile:
        return AudioFile(FilePart(self._file, start, end), end - start)

    def _at_rate(self, samples: int, link: _Link) -> int:
        return round(samples * self.rate / link.rate)

    def blocks(self, start: int = 0, size: int = BLOCK) -> Iterator[Channels]:
        """Yield the sound from a sample to the end; see `Decoder.blocks`."""
        first = min(max(0, bisect_right(self._starts, start) - 1), len(self._links) - 1)
        begin = start - self._starts[first]
        for link in self._links[first:]:
            part = self._part(link.start, link.end)
            decoder = link.make(part, link.frames, is_hasty=self._is_hasty)
            try:
                yield from self._conformed(decoder, link, begin, size)
            finally:
                self.lost += decoder.lost
                self.is_broken_off = self.is_broken_off or decoder.is_broken_off
                decoder.close()
            begin = 0

    def _conformed(
        self, decoder: LinkDecoder, link: _Link, begin: int, size: int
    ) -> Iterator[Channels]:
        """Yield a link's sound from one of this decoder's samples, with its rate and channels."""
        if link.rate == self.rate:
            for block in decoder.blocks(begin, size):
                yield self._mixed(block)
            return
        # Whole seconds correspond exactly.
        second = max(0, int(begin / self.rate - _MARGIN))
        skipped = begin - second * self.rate
        stream = soxr.ResampleStream(link.rate, self.rate, self.channels)
        end = np.empty((link.channels, 0), np.float32)
        for block in itertools.chain(decoder.blocks(second * link.rate, size), [end]):
            interleaved = _interleaved(self._mixed(block))
            resampled = stream.resample_chunk(interleaved, last=block is end)
            sound = resampled.reshape(-1, self.channels).T
            taken = sound[:, skipped:]
            skipped = max(0, skipped - sound.shape[1])
            if taken.size:
                yield np.ascontiguousarray(taken)

    def _mixed(self, block: Channels) -> Channels:
        if not self._is_mixed:
            return block
        return np.ascontiguousarray(stereo(block).T)

    def close(self) -> None:
        """Release the file; see `Decoder.close`."""


def _interleaved(block: Channels) -> Channels:
    return block[0] if len(block) == 1 else np.ascontiguousarray(block.T)

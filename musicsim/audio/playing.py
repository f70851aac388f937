"""Reading a file for playback: in stereo, at its own rate, from any position, without the encoder's padding."""

from __future__ import annotations

import contextlib
import os
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from musicsim.audio.decoder import Decoder, ends_early, exact_decoders_for, why_undecodable
from musicsim.audio.errors import AudioError, CannotSeek, Undecodable
from musicsim.audio.files import AudioFile, open_audio
from musicsim.audio.reading import silenced
from musicsim.audio.signal import Stereo, stereo
from musicsim.base.reasons import reason_of

BLOCK = 8192
"""Samples decoded at a time: small enough that a file starts at once."""
_LENGTHS_KEPT = 100
_lengths: OrderedDict[tuple[int, int, int, int], int] = OrderedDict()
"""Lengths in samples found by the first decoder of a file, by the file's device, inode, size and time. A file without a
stated length must be read through to find it, and each seek opens the file again."""


class StereoReader:
    """An open file whose sound can be read from any position, repeatedly.

    Call `close` at the end, or use it in a `with` statement.

    Parameters
    ----------
    path
        The file; its name says nothing about its format.

    Attributes
    ----------
    rate
        Samples a second.
    frames
        Samples per channel: as in the header and, once everything is read, the real number. For MP3 files without a
        stated length that are longer than about half an hour, an estimate from the bit rate.
    shortfall
        Seconds that the header promised but that could not be decoded; known once everything is read.

    Raises
    ------
    AudioError
        If the file can't be read or decoded.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._undo = contextlib.ExitStack()
        self._file: AudioFile = self._undo.enter_context(open_audio(path))
        self._makers = exact_decoders_for(self._file)
        self._decoders: dict[int, Decoder | None] = {}
        """The open decoders, by their index among the makers; None for one that can't decode this file."""
        self._length: int | None = None
        """The length in the decoder's header, including delay and padding."""
        self.shortfall = 0.0
        status = os.fstat(self._file.fileno())
        self._key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        failures: list[Undecodable] = []
        first = next(self._opened(failures), None)
        if first is None:
            reason = why_undecodable(self._file, failures)
            # If the disk fails, this raises that error instead.
            self._undo.close()
            raise AudioError(path, reason)
        self.rate: int = first.rate
        self._length = first.frames
        self._is_estimate = first.is_estimate
        if not self._is_estimate:
            self._remember(first.frames)
        self._delay, self._music = first.delay, first.music
        self.frames = max(0, first.frames - first.delay) if self._music is None else self._music

    def __enter__(self) -> StereoReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        for decoder in self._decoders.values():
            if decoder is not None:
                decoder.close()
        self._decoders.clear()
        # A disk failure was reported when it happened.
        with contextlib.suppress(AudioError):
            self._undo.close()

    def blocks(self, start: int = 0) -> Iterator[Stereo]:
        """Yield the sound from a sample to the end, exactly.

        Damage is skipped where possible, with the other decoder if need be. Otherwise it ends the sound: see
        `shortfall`.

        Raises
        ------
        AudioError
            If the disk fails, or nothing can be decoded.
        """
        position = start
        for sound in self._whole_blocks(start + self._delay):
            if self._music is not None:
                sound = sound[: max(0, self._music - position)]
            position += len(sound)
            if len(sound):
                yield sound
        if self._file.failure is not None:
            raise AudioError(self._path, reason_of(self._file.failure))
        if position == start >= self.frames and not self._is_estimate:
            # Nothing is there, and nothing was promised.
            return
        missing = (self.frames - position) / self.rate
        # If more was decoded than the header promised, the header was wrong.
        is_short = ends_early(self._seconds(position), self._seconds(self.frames))
        self.shortfall = missing if is_short and not self._is_estimate else 0.0
        self.frames = position

    def _whole_blocks(self, start: int) -> Iterator[Stereo]:
        """Yield the sound from a decoder's sample, without the padding at the end."""
        assert self._length is not None
        if start >= self._length + self.rate and not self._is_estimate:
            return
        position = start
        held: Stereo | None = None
        padding = 0
        for decoder in self._opened([]):
            with contextlib.suppress(Undecodable, CannotSeek):
                for channels in decoder.blocks(position, BLOCK):
                    if held is not None:
                        yield held
                    held = stereo(silenced(channels))
                    position += len(held)
            padding = decoder.padding
            # If the sound ended early, the next decoder may find a way past the damage.
            is_short = ends_early(self._seconds(position), self._seconds(self._length))
            if position > start and (not is_short or self._is_estimate):
                break
        if position == start:
            yield from self._from_the_beginning(start)
        elif held is not None:
            yield held[: len(held) - padding]

    def _from_the_beginning(self, start: int) -> Iterator[Stereo]:
        """Yield the sound from a decoder's sample by decoding everything before it, the only way left."""
        decoder = next(self._opened([]))
        position = 0
        with contextlib.suppress(Undecodable):
            for channels in decoder.blocks(0, BLOCK):
                count = channels.shape[1]
                if position + count > start:
                    yield stereo(silenced(channels[:, max(0, start - position) :]))
                position += count

    def _remember(self, length: int) -> None:
        _lengths[self._key] = length
        if len(_lengths) > _LENGTHS_KEPT:
            with contextlib.suppress(KeyError):
                _lengths.popitem(last=False)

    def _seconds(self, samples: int) -> float:
        return samples / self.rate

    def _opened(self, failures: list[Undecodable]) -> Iterator[Decoder]:
        """Yield the decoders that can decode this file; put the failures of the others into `failures`."""
        for place, make in enumerate(self._makers):
            if place not in self._decoders:
                try:
                    length = _lengths.get(self._key) if self._length is None else self._length
                    decoder = make(self._file, length, is_hasty=True)
                except Undecodable as failure:
                    failures.append(failure)
                    self._decoders[place] = None
                    continue
                if self._length is not None and decoder.rate != self.rate:
                    decoder.close()
                    self._decoders[place] = None
                    continue
                self._decoders[place] = decoder
            if (known := self._decoders[place]) is not None:
                yield known

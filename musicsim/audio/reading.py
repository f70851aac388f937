"""Reading a whole file at 48 kHz, as a stream."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import soxr

from musicsim.audio.decoder import decoders_for, ends_early, why_undecodable
from musicsim.audio.downmix import Downmix
from musicsim.audio.errors import AudioError, CannotSeek, Undecodable
from musicsim.audio.files import AudioFile, open_audio
from musicsim.audio.loudness import LoudnessMeter
from musicsim.audio.signal import LOUDEST, SAMPLE_RATE, Channels, Sound, is_sane
from musicsim.base.errors import display_path

_log = logging.getLogger(__name__)


def read_blocks(
    path: Path, *, block_seconds: float = 10.0, meter: LoudnessMeter | None = None
) -> Iterator[Sound]:
    """Decode a whole file, in constant memory.

    Samples that are not finite become silence. If the file ends early, so does the stream. Both are logged.

    Parameters
    ----------
    path
        The file; its name says nothing about its format.
    block_seconds
        The length of a block.
    meter
        Receives all channels of the decoded sound.

    Yields
    ------
    numpy.ndarray
        Mono sound at 48 kHz, shape (samples,), float32: blocks of the requested length, and a shorter last one.

    Raises
    ------
    AudioError
        If the file can't be read or decoded, at the latest when the first block is requested.
    """
    size = max(1, round(block_seconds * SAMPLE_RATE))
    with open_audio(path) as file:
        block = np.empty(size, np.float32)
        filled = 0
        for sound in _resampled(
            _downmixed(decoded(path, file), Downmix(path, decoders_for(file)[0]), meter)
        ):
            taken = 0
            while taken < len(sound):
                part = sound[taken : taken + size - filled]
                block[filled : filled + len(part)] = part
                taken += len(part)
                filled += len(part)
                if filled == size:
                    yield block
                    block = np.empty(size, np.float32)
                    filled = 0
        if filled:
            yield block[:filled]


def decoded(path: Path, file: AudioFile) -> Generator[tuple[int, Channels], None, None]:
    """Yield the file's own sample rate, which is constant, and the next sound at it; see `read_blocks`.

    If one decoder finds no way past damage, the other one continues from there. Private to this package.
    """
    failures: list[Undecodable] = []
    rate = position = expected = 0
    damaged = is_broken_off = False
    for make in decoders_for(file):
        try:
            with closing(make(file)) as decoder:
                if rate not in (0, decoder.rate):
                    continue
                rate, expected = decoder.rate, max(expected, decoder.frames)
                for sound in decoder.blocks(position):
                    position += sound.shape[1]
                    damaged = damaged or not is_sane(sound)
                    yield rate, silenced(sound)
                is_broken_off = decoder.is_broken_off
        except CannotSeek:
            continue
        except Undecodable as failure:
            failures.append(failure)
            continue
        if position and not ends_early(position / rate, expected / rate):
            break
    else:
        if not position:
            raise AudioError(path, why_undecodable(file, failures))
        seconds = (position / rate, expected / rate)
        _log.warning("%s: only %.1f of %.1f s can be decoded", display_path(path), *seconds)
        is_broken_off = False
    if is_broken_off:
        _log.warning("%s: parts of it can't be decoded", display_path(path))
    if damaged:
        _log.warning("%s: samples that are no numbers are left out", display_path(path))


def silenced(sound: Channels) -> Channels:
    """Return sound with samples that are not finite, or absurdly large, set to zero."""
    return sound if is_sane(sound) else np.where(np.abs(sound) < LOUDEST, sound, np.float32(0))


def _downmixed(
    sounds: Iterator[tuple[int, Channels]], downmix: Downmix, meter: LoudnessMeter | None
) -> Iterator[tuple[int, Sound]]:
    for rate, sound in sounds:
        if meter is not None:
            meter.hear(sound, rate)
        # Where the downmix changes, nothing has been lost before.
        downmix.changes_by(sound)
        yield rate, downmix(sound)


def _resampled(sounds: Iterator[tuple[int, Sound]]) -> Iterator[Sound]:
    stream: soxr.ResampleStream | None = None
    for rate, sound in sounds:
        if rate == SAMPLE_RATE:
            yield sound
            continue
        if stream is None:
            stream = soxr.ResampleStream(rate, SAMPLE_RATE, 1)
        yield stream.resample_chunk(sound)
    if stream is not None:
        yield stream.resample_chunk(np.empty(0, np.float32), last=True)

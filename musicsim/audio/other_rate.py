"""Frames whose sample rate differs from that of their file, as in joined MP3 files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import numpy as np
import numpy.typing as npt
import soxr

from musicsim.audio.signal import Channels, Samples

_CONVINCING = 8
"""Frames in a row, 0.2 s of MP3, after which another rate is no damaged header."""


class OtherRate:
    """Resamples runs of frames with another rate; shorter runs are damage.

    Parameters
    ----------
    rate
        Samples a second of the file.
    """

    def __init__(self, rate: int) -> None:
        self._rate = rate
        self._run_rate = 0
        self._run: list[Samples] = []
        self._stream: soxr.ResampleStream | None = None
        self._channels = 0
        self._forgotten = 0.0

    def add(self, rate: int, samples: Samples) -> bool:
        """Add a frame, shape (channels, samples); return whether the run is long enough to be sound."""
        if rate != self._run_rate or (self._stream is not None and len(samples) != self._channels):
            self._forget()
            self._run_rate = rate
            self._channels = len(samples)
        self._run.append(samples)
        return self._stream is not None or len(self._run) >= _CONVINCING

    def taken(self) -> Iterator[Channels]:
        """Yield the run so far at the file's rate, shape (channels, samples)."""
        if self._stream is None:
            self._channels = len(self._run[-1])
            self._stream = soxr.ResampleStream(self._run_rate, self._rate, self._channels)
        run, self._run = self._run, []
        for samples in run:
            if len(samples) == self._channels:
                yield self._resampled(samples, last=False)

    def ended(self) -> Iterator[Channels]:
        """Yield the rest of the run, since a frame with the file's own rate follows, or none."""
        if self._stream is not None:
            yield self._resampled(np.empty((self._channels, 0), np.float32), last=True)
        self._forget()

    def forgotten(self) -> float:
        """Return the seconds of damage since the last call."""
        seconds, self._forgotten = self._forgotten, 0.0
        return seconds

    def _forget(self) -> None:
        if self._run:
            self._forgotten += sum(samples.shape[1] for samples in self._run) / self._run_rate
        self._run, self._stream, self._run_rate = [], None, 0

    def _resampled(self, samples: Samples, *, last: bool) -> Channels:
        assert self._stream is not None
        sound = to_float(samples)
        interleaved = sound[0] if len(sound) == 1 else np.ascontiguousarray(sound.T)
        resampled = self._stream.resample_chunk(interleaved, last=last)
        return cast(Channels, np.ascontiguousarray(resampled.reshape(-1, self._channels).T))


def to_float(samples: npt.NDArray[np.generic]) -> Channels:
    """Return samples of any type of FFmpeg's with full scale from -1 to 1."""
    if samples.dtype == np.uint8:
        return samples.astype(np.float32) / np.float32(128) - np.float32(1)
    if np.issubdtype(samples.dtype, np.signedinteger):
        return samples.astype(np.float32) / np.float32(2 ** (8 * samples.itemsize - 1))
    return samples.astype(np.float32, copy=False)

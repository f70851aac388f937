"""The outline of a whole file: its level from beginning to end, in a fixed number of columns."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.audio.errors import AudioError
from musicsim.audio.files import open_audio
from musicsim.audio.reading import decoded
from musicsim.audio.signal import Channels, Sound
from musicsim.base.reasons import Cause, Reason

COLUMNS = 800
"""Columns of a waveform: one for every second pixel of a bar across a wide screen."""

# Version, columns and seconds; then the two rows of columns, and a checksum of everything.
_HEADER = struct.Struct("<2sHd")
_CHECKSUM = struct.Struct("<I")
_VERSION = b"w1"

_FIRST_HOP = 16
_BINS = 16_384
"""Twice the number left after a merge: at least ten per column."""


@dataclass(frozen=True, slots=True)
class Waveform:
    """The level of a file from beginning to end.

    The columns divide the duration evenly. A level is 255 times the cube root of the amplitude, which roughly follows
    perceived loudness: 255 is full scale, 118 is -20 dB, 55 is -40 dB.

    Attributes
    ----------
    peaks
        The largest amplitude of each column; one byte per column.
    rms
        The root mean square of each column; one byte per column.
    duration
        Seconds that were decoded, whatever the header states.
    """

    peaks: bytes
    rms: bytes
    duration: float

    def to_bytes(self) -> bytes:
        """Return the waveform as bytes for `from_bytes`: about two per column."""
        body = _HEADER.pack(_VERSION, len(self.peaks), self.duration) + self.peaks + self.rms
        return body + _CHECKSUM.pack(zlib.crc32(body))

    @classmethod
    def from_bytes(cls, data: bytes | None) -> Waveform | None:
        """Return the waveform in some bytes; None if they are damaged, of another version, or None."""
        if data is None or len(data) < _HEADER.size + _CHECKSUM.size:
            return None
        body, checksum = data[: -_CHECKSUM.size], data[-_CHECKSUM.size :]
        version, columns, duration = _HEADER.unpack_from(body)
        levels = body[_HEADER.size :]
        if (
            version != _VERSION
            or _CHECKSUM.unpack(checksum) != (zlib.crc32(body),)
            or not columns
            or len(levels) != 2 * columns
            or not 0 < duration < math.inf
        ):
            return None
        return cls(levels[:columns], levels[columns:], duration)


def waveform(
    path: Path, *, columns: int = COLUMNS, cancelled: Callable[[], bool] = lambda: False
) -> Waveform | None:
    """Decode a whole file and return its outline, in constant memory.

    For a damaged file, return the outline of the decodable part.

    Parameters
    ----------
    path
        The file; its name says nothing about its format.
    columns
        How many to return.
    cancelled
        Called about once per second of sound; decoding stops when it returns True.

    Returns
    -------
    Waveform or None
        None if cancelled.

    Raises
    ------
    AudioError
        If the file can't be read or decoded at all.
    """
    bins = _Bins()
    duration = 0.0
    # At the file's own rate: resampling takes as long as decoding FLAC, and adds nothing.
    with open_audio(path) as file, closing(decoded(path, file)) as blocks:
        for rate, channels in blocks:
            if cancelled():
                return None
            # The loudest channel at each moment, since two opposite channels would cancel out.
            bins.add(np.abs(_without_offset(channels)).max(axis=0))
            duration += channels.shape[1] / rate
    if not bins.samples:
        raise AudioError(path, Reason(Cause.NO_SOUND))
    peaks, rms = bins.columns(columns)
    return Waveform(_levels(peaks), _levels(rms), duration)


def _without_offset(channels: Channels) -> Channels:
    """Return sound without a constant offset that is larger than the sound: it would look like music."""
    offsets = channels.mean(axis=1, keepdims=True)
    deviations = channels.std(axis=1, keepdims=True)
    offsets[np.abs(offsets) <= deviations] = 0
    return channels - offsets if offsets.any() else channels


def _levels(amplitudes: npt.NDArray[np.float64]) -> bytes:
    return (255 * np.cbrt(np.minimum(amplitudes, 1.0))).round().astype(np.uint8).tobytes()


class _Bins:
    """Peak and energy of short, even stretches of sound of unknown length.

    When all bins are full, neighbours are merged, so there are always enough for the columns and never more.
    """

    def __init__(self) -> None:
        self.samples = 0
        self._hop = _FIRST_HOP
        self._peaks = np.zeros(_BINS)
        self._energies = np.zeros(_BINS)

    def add(self, sound: Sound) -> None:
        """Add the next samples, any number of them."""
        while len(sound):
            if self.samples == _BINS * self._hop:
                self._merge()
            position, within = divmod(self.samples, self._hop)
            if within or len(sound) < self._hop:
                count, hops = min(self._hop - within, len(sound)), 1
            else:
                hops = min(len(sound) // self._hop, _BINS - position)
                count = hops * self._hop
            parts = sound[:count].reshape(hops, -1)
            place = slice(position, position + hops)
            # Not with abs: two passes without a copy take half as long.
            peaks = np.maximum(parts.max(axis=1), -parts.min(axis=1))
            self._peaks[place] = np.maximum(self._peaks[place], peaks)
            self._energies[place] += np.einsum("ij,ij->i", parts, parts)
            self.samples += count
            sound = sound[count:]

    def _merge(self) -> None:
        half = _BINS // 2
        self._peaks[:half] = self._peaks.reshape(-1, 2).max(axis=1)
        self._energies[:half] = self._energies.reshape(-1, 2).sum(axis=1)
        self._peaks[half:] = self._energies[half:] = 0
        self._hop *= 2

    def columns(self, count: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return peak and RMS of equal parts of the whole, each of shape (count,)."""
        used = -(-self.samples // self._hop)
        edges = np.linspace(0, self.samples, count + 1)
        starts = np.minimum((edges[:-1] / self._hop).astype(int), used - 1)
        ends = np.clip(np.ceil(edges[1:] / self._hop).astype(int), starts + 1, used)
        peaks = np.array(
            [self._peaks[start:end].max() for start, end in zip(starts, ends, strict=True)]
        )
        # A bin at an edge is shared between two columns.
        bounds = np.minimum(np.arange(used + 1) * self._hop, self.samples)
        energy = np.concatenate(([0.0], np.cumsum(self._energies[:used])))
        powers = np.diff(np.interp(edges, bounds, energy)) / np.diff(edges)
        return peaks, np.sqrt(np.maximum(powers, 0.0))

"""Loudness by ITU-R BS.1770-4 [1]_, measured on the seconds of a track that are listened to.

K-weighted power is taken of blocks of 400 ms that overlap by 75 % and lie within one second each. Blocks below -70 LUFS
are left out, then those more than 10 LU below the mean of the rest.

A sample of seconds estimates the loudness of the whole track. `tests/audio/test_loudness.py` has the standard's test
signals.

References
----------
.. [1] Recommendation ITU-R BS.1770-4, "Algorithms to measure audio programme loudness and true-peak audio level", 2015.
.. [2] EBU Tech 3341, "Loudness metering: 'EBU mode' metering to supplement loudness normalisation", 2016.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.audio.signal import Channels, is_sane

_FILTER_RATE = 48_000
# Numerator and denominator of the two filters at 48 kHz, from tables 1 and 2 of BS.1770-4: the effect of the head, and
# a high-pass at 38 Hz.
_HEAD = (
    (1.53512485958697, -2.69169618940638, 1.19839281085285),
    (1.0, -1.69065929318241, 0.73248077421585),
)
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))
_OFFSET = -0.691
"""LU; makes a sine of 997 Hz at 0 dBFS in one of the front channels read -3.01 LUFS."""

_STEPS = 10
"""Steps a second: a block begins at each."""
_STEPS_A_BLOCK = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
_SETTLING = 0.05
"""Seconds after which the filters' answer has died away (by 98 dB)."""

# Weights by number of channels, in the order that WAV, FLAC and FFmpeg share: left, right, centre, low frequencies (not
# counted), then the rear and side ones, those at the side 1.5 dB up. One channel is heard from two loudspeakers.
_SIDE = 10**0.15
_WEIGHTS: dict[int, tuple[float, ...]] = {
    1: (2.0,),
    2: (1.0, 1.0),
    3: (1.0, 1.0, 1.0),
    4: (1.0, 1.0, _SIDE, _SIDE),
    5: (1.0, 1.0, 1.0, _SIDE, _SIDE),
    6: (1.0, 1.0, 1.0, 0.0, _SIDE, _SIDE),
    7: (1.0, 1.0, 1.0, 0.0, 1.0, _SIDE, _SIDE),
    8: (1.0, 1.0, 1.0, 0.0, 1.0, 1.0, _SIDE, _SIDE),
}


@dataclass(frozen=True, slots=True)
class MeasuredLoudness:
    """How loud a track is, as far as it was heard.

    Attributes
    ----------
    lufs
        Integrated loudness in LUFS. One channel counts as two with the same sound, since two loudspeakers play it.
    peak
        The largest sample of any channel, 1 at full scale: a lower bound of the peak of the whole track, and of what
        lies between the samples.
    seconds
        How many seconds were heard.
    """

    lufs: float
    peak: float
    seconds: int


@dataclass(frozen=True, slots=True, eq=False)
class HeardSecond:
    """What a second of sound adds to the measurement.

    Attributes
    ----------
    powers
        The K-weighted power of each block of 400 ms, summed over the channels with their weights; shape (N,), N <= 7.
    peak
        The largest sample of any channel.
    """

    powers: npt.NDArray[np.float64]
    peak: float


class LoudnessMeter:
    """Measures sound that comes piece by piece, from its beginning."""

    def __init__(self) -> None:
        self._sound: Channels | None = None
        self._lead = 0
        self._heard: list[HeardSecond] = []

    def hear(self, sound: Channels, rate: int) -> None:
        """Take the next sound into account; shape (channels, samples), always at the same rate."""
        if self._sound is None or len(self._sound) != len(sound):
            # Another decoder may go on with other channels where the first one gave up.
            self._sound, self._lead = sound, 0
        else:
            self._sound = np.concatenate((self._sound, sound), axis=1)
        while self._sound.shape[1] >= self._lead + rate:
            end = self._lead + rate
            self._heard.append(hear_second(self._sound[:, :end], rate, self._lead))
            self._lead = round(_SETTLING * rate)
            self._sound = self._sound[:, end - self._lead :]

    def loudness(self) -> MeasuredLoudness | None:
        """Return how loud the whole seconds were; see `loudness_of`."""
        return loudness_of(self._heard)


def hear_second(sound: Channels, rate: int, lead: int = 0) -> HeardSecond:
    """Measure the blocks within one second.

    Parameters
    ----------
    sound
        Shape (channels, samples); with some sound before and after the second, as far as there is any: the filters
        settle there.
    rate
        Samples a second.
    lead
        Where in `sound` the second begins, in samples.

    Returns
    -------
    HeardSecond
        Without a block where it sounds for less than 400 ms, or its samples are no numbers.
    """
    second = sound[:, lead : lead + rate]
    step = rate // _STEPS
    steps = second.shape[1] // step
    if steps < _STEPS_A_BLOCK or not is_sane(sound):
        return HeardSecond(np.empty(0), 0.0)
    parts = k_weighted(sound, rate)[:, lead : lead + steps * step].reshape(len(sound), steps, step)
    powers = np.einsum("cst,cst->cs", parts, parts).astype(np.float64) / step
    # The mean power of a block is the mean of those of its steps.
    blocks = np.lib.stride_tricks.sliding_window_view(powers, _STEPS_A_BLOCK, axis=1).mean(axis=-1)
    return HeardSecond(_weights(len(sound)) @ blocks, float(np.abs(second).max()))


def loudness_of(heard: Sequence[HeardSecond]) -> MeasuredLoudness | None:
    """Return how loud some seconds are together; None for silence, and where none of them has a block."""
    heard = [second for second in heard if len(second.powers)]
    if not heard:
        return None
    lufs = gated_loudness(np.concatenate([second.powers for second in heard]))
    if lufs is None:
        return None
    return MeasuredLoudness(lufs, max(second.peak for second in heard), len(heard))


def gated_loudness(powers: npt.NDArray[np.float64]) -> float | None:
    """Return the loudness of blocks in LUFS.

    Parameters
    ----------
    powers
        The K-weighted power of each, summed over the channels with their weights; shape (N,).

    Returns
    -------
    float or None
        None where all of them are below the absolute gate.
    """
    heard = powers[powers > 10 ** ((_ABSOLUTE_GATE - _OFFSET) / 10)]
    if not len(heard):
        return None
    gate = heard.mean() * 10 ** (_RELATIVE_GATE / 10)
    return float(_OFFSET + 10 * np.log10(heard[heard > gate].mean()))


def k_weighted(sound: Channels, rate: int) -> Channels:
    """Filter sound of shape (channels, samples) by the K-weighting of BS.1770-4; silence is before it.

    The filters are applied in the frequency domain, by their response at 48 kHz: so they sound the same at any rate.
    """
    size = _fast_size(sound.shape[1], rate)
    response = _response(rate, size)
    weighted = np.empty_like(sound)
    # One by one: together they don't fit into the cache, and take twice the time.
    for channel, out in zip(sound, weighted, strict=True):
        out[:] = np.fft.irfft(np.fft.rfft(channel, size) * response, size)[: len(out)]
    return weighted


def _fast_size(length: int, rate: int) -> int:
    """Return a size for the transform: with room for the filters' answer, and a multiple of quarter seconds.

    The usual rates have small factors only, which makes their quarters quick to transform.
    """
    quarter = max(4, rate // 4)
    return -(-(length + round(_SETTLING * rate)) // quarter) * quarter


@functools.lru_cache(maxsize=8)
def _response(rate: int, size: int) -> npt.NDArray[np.complex64]:
    """Return the response of both filters at the frequencies of a transform; above 24 kHz, that at 24 kHz."""
    frequencies = np.minimum(np.fft.rfftfreq(size, 1 / rate), _FILTER_RATE / 2)
    delay = np.exp(-2j * np.pi * frequencies / _FILTER_RATE)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    response: npt.NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in (_HEAD, _HIGH_PASS):
        response *= (np.array(numerator) @ powers) / (np.array(denominator) @ powers)
    return response.astype(np.complex64)


def _weights(channels: int) -> npt.NDArray[np.float64]:
    # Of a layout that the standard does not know, all channels count alike.
    return np.array(_WEIGHTS.get(channels, (1.0,) * channels))

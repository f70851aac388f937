"""Loudness by ITU-R BS.1770-4 [1]_, measured on the seconds of a track that are listened to.

K-weighted power is taken of blocks of 400 ms that overlap by 75 % and lie within one second each. Blocks below -70 LUFS
are left out, then those more than 10 LU below the mean of the rest.

The power of a block is the mean of those of its four steps of 100 ms, and that of a step comes from its spectrum
(Parseval's theorem), as if the step went on for ever. Filtering the samples takes four times as long, and makes a
difference of .06 LU at most in the loudness of 57 tracks, none in the mean.

A sample of seconds estimates the loudness of the whole track. On 61 tracks of game music, 12 seconds were 0.4 LU off in
the median (95 % within 1.05), the 52 of the next pass 0.13 (95 % within 0.54). The seconds of a whole track were within
0.13 LU of all its blocks for 95 % of the tracks, and 0.8 off for one whose beat is one a second.
`tests/audio/test_loudness.py` has the standard's test signals, and those of EBU Tech 3341 [2]_ that apply.

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
# Weights by number of channels, in the order that WAV, FLAC and FFmpeg share: left, right, centre, low frequencies (not
# counted), then the rear and side ones, those at the side 1.5 dB up. One channel is heard from two loudspeakers;
# foobar2000 counts it so as well (complexlogic/rsgain issue 125).
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
        self._heard: list[HeardSecond] = []

    def hear(self, sound: Channels, rate: int) -> None:
        """Take the next sound into account; shape (channels, samples), always at the same rate."""
        if self._sound is not None and len(self._sound) == len(sound):
            sound = np.concatenate((self._sound, sound), axis=1)
        # Otherwise another decoder goes on with other channels where the first one gave up.
        whole = sound.shape[1] // rate * rate
        for start in range(0, whole, rate):
            self._heard.append(hear_second(sound[:, start : start + rate], rate))
        self._sound = sound[:, whole:]

    def loudness(self) -> MeasuredLoudness | None:
        """Return how loud the whole seconds were; see `loudness_of`."""
        return loudness_of(self._heard)


def hear_second(sound: Channels, rate: int) -> HeardSecond:
    """Measure the blocks within one second, or in what there is of it.

    Parameters
    ----------
    sound
        Shape (channels, samples).
    rate
        Samples a second.

    Returns
    -------
    HeardSecond
        Without a block where it sounds for less than 400 ms, or its samples are no numbers.
    """
    size = rate // _STEPS
    steps = sound.shape[1] // size
    if steps < _STEPS_A_BLOCK or not is_sane(sound):
        return HeardSecond(np.empty(0), 0.0)
    power_of = _power_response(rate, size)
    powers = np.zeros(steps)
    # One by one: together they don't fit into the cache.
    for channel, weight in zip(sound, _weights(len(sound)), strict=True):
        spectra = np.fft.rfft(channel[: steps * size].reshape(steps, size))
        powers += weight * ((np.square(spectra.real) + np.square(spectra.imag)) @ power_of)
    blocks = np.lib.stride_tricks.sliding_window_view(powers, _STEPS_A_BLOCK).mean(axis=-1)
    return HeardSecond(blocks, float(np.abs(sound).max()))


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


def k_weighting(frequencies: npt.NDArray[np.floating]) -> npt.NDArray[np.complex128]:
    """Return the response of both filters at some frequencies in hertz; above 24 kHz, that at 24 kHz.

    The standard gives the filters at 48 kHz. Their response is used at all rates, so that they sound the same.
    """
    delay = np.exp(-2j * np.pi * np.minimum(frequencies, _FILTER_RATE / 2) / _FILTER_RATE)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    response: npt.NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in (_HEAD, _HIGH_PASS):
        response *= (np.array(numerator) @ powers) / (np.array(denominator) @ powers)
    return response


@functools.lru_cache(maxsize=8)
def _power_response(rate: int, size: int) -> npt.NDArray[np.float32]:
    """Return what to weight the squares of a spectrum by, so that their sum is the K-weighted power."""
    weights = np.square(np.abs(k_weighting(np.fft.rfftfreq(size, 1 / rate)))) / size**2
    # All but the first and, of an even size, the last stand for a negative frequency too.
    weights[1 : (size + 1) // 2] *= 2
    return weights.astype(np.float32)


def _weights(channels: int) -> npt.NDArray[np.float64]:
    # Of a layout that the standard does not know, all channels count alike.
    return np.array(_WEIGHTS.get(channels, (1.0,) * channels))

"""Loudness by ITU-R BS.1770-4 [1]_, measured on the sampled seconds of a track.

The K-weighted power is measured in blocks of 400 ms that overlap by 75 % and don't cross a second's boundary. Blocks
below -70 LUFS are left out, then those more than 10 LU below the mean of the rest.

The power of a block is the mean over its four steps of 100 ms. The power of a step comes from its spectrum (Parseval's
theorem), as if the step continued for ever. Filtering the samples instead takes four times as long; the loudness of 57
tracks differed by at most 0.06 LU, and by nothing in the mean.

A sample of seconds estimates the loudness of the whole track. On 61 tracks of game music, 12 seconds were 0.4 LU off in
the median (95 % within 1.05), the 52 of the next pass 0.13 (95 % within 0.54). All seconds of a track were within 0.13
LU of all its blocks for 95 % of the tracks; a track with one beat a second was 0.8 LU off.
`tests/audio/test_loudness.py` has the standard's test signals, and the applicable ones of EBU Tech 3341 [2]_.

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
"""LU; a sine of 997 Hz at 0 dBFS in one front channel then reads -3.01 LUFS."""

_STEPS = 10
"""Steps a second; a block begins at each."""
_STEPS_A_BLOCK = 4
_ABSOLUTE_GATE = -70.0
_RELATIVE_GATE = -10.0
# Weights by number of channels, in the order of WAV, FLAC and FFmpeg: left, right, centre, low frequencies (not
# counted), then the rear and side ones, with the side ones 1.5 dB up. Mono counts twice, since two loudspeakers play
# it; foobar2000 does the same (complexlogic/rsgain issue 125).
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
    """The measured loudness of a track.

    Attributes
    ----------
    lufs
        Integrated loudness in LUFS. Mono counts as two channels with the same sound, since two loudspeakers play it.
    peak
        The largest measured sample of any channel, 1 at full scale: a lower bound of the peak of the whole track, and
        of its true peak between the samples.
    seconds
        How many seconds were measured.
    """

    lufs: float
    peak: float
    seconds: int


@dataclass(frozen=True, slots=True, eq=False)
class HeardSecond:
    """The measurement of one second of sound.

    Attributes
    ----------
    powers
        The K-weighted power of each block of 400 ms, as the weighted sum over the channels; shape (N,), N <= 7.
    peak
        The largest sample of any channel.
    """

    powers: npt.NDArray[np.float64]
    peak: float


class LoudnessMeter:
    """Measures the loudness of sound that arrives piece by piece, from its beginning."""

    def __init__(self) -> None:
        self._sound: Channels | None = None
        self._heard: list[HeardSecond] = []

    def hear(self, sound: Channels, rate: int) -> None:
        """Add the next sound, shape (channels, samples), always at the same rate."""
        if self._sound is not None and len(self._sound) == len(sound):
            sound = np.concatenate((self._sound, sound), axis=1)
        # If another decoder takes over, it may return another number of channels.
        whole = sound.shape[1] // rate * rate
        for start in range(0, whole, rate):
            self._heard.append(hear_second(sound[:, start : start + rate], rate))
        self._sound = sound[:, whole:]

    def loudness(self) -> MeasuredLoudness | None:
        """Return the loudness of the whole seconds; see `loudness_of`."""
        return loudness_of(self._heard)


def hear_second(sound: Channels, rate: int) -> HeardSecond:
    """Measure the blocks within one second, or a part of it.

    Parameters
    ----------
    sound
        Shape (channels, samples).
    rate
        Samples a second.

    Returns
    -------
    HeardSecond
        Without blocks if the sound is shorter than 400 ms, or its samples are not finite.
    """
    size = rate // _STEPS
    steps = sound.shape[1] // size
    if steps < _STEPS_A_BLOCK or not is_sane(sound):
        return HeardSecond(np.empty(0), 0.0)
    power_of = _power_response(rate, size)
    powers = np.zeros(steps)
    # One by one: together they don't fit into the processor's cache.
    for channel, weight in zip(sound, _weights(len(sound)), strict=True):
        spectra = np.fft.rfft(channel[: steps * size].reshape(steps, size))
        powers += weight * ((np.square(spectra.real) + np.square(spectra.imag)) @ power_of)
    blocks = np.lib.stride_tricks.sliding_window_view(powers, _STEPS_A_BLOCK).mean(axis=-1)
    return HeardSecond(blocks, float(np.abs(sound).max()))


def loudness_of(heard: Sequence[HeardSecond]) -> MeasuredLoudness | None:
    """Return the joint loudness of some seconds; None for silence, and if none has a block."""
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
        The K-weighted power of each, as the weighted sum over the channels; shape (N,).

    Returns
    -------
    float or None
        None if all of them are below the absolute gate.
    """
    heard = powers[powers > 10 ** ((_ABSOLUTE_GATE - _OFFSET) / 10)]
    if not len(heard):
        return None
    gate = heard.mean() * 10 ** (_RELATIVE_GATE / 10)
    return float(_OFFSET + 10 * np.log10(heard[heard > gate].mean()))


def k_weighting(frequencies: npt.NDArray[np.floating]) -> npt.NDArray[np.complex128]:
    """Return the response of both filters at some frequencies in hertz; above 24 kHz, the response at 24 kHz.

    The standard gives the filters at 48 kHz. The same response is used at all rates, so that loudness doesn't depend on
    the rate.
    """
    delay = np.exp(-2j * np.pi * np.minimum(frequencies, _FILTER_RATE / 2) / _FILTER_RATE)
    powers = np.stack([np.ones_like(delay), delay, delay**2])
    response: npt.NDArray[np.complex128] = np.ones_like(delay)
    for numerator, denominator in (_HEAD, _HIGH_PASS):
        response *= (np.array(numerator) @ powers) / (np.array(denominator) @ powers)
    return response


@functools.lru_cache(maxsize=8)
def _power_response(rate: int, size: int) -> npt.NDArray[np.float32]:
    """Return the weights for the squares of a spectrum that make their sum the K-weighted power."""
    weights = np.square(np.abs(k_weighting(np.fft.rfftfreq(size, 1 / rate)))) / size**2
    # Each coefficient but the first and, for an even size, the last also stands for a negative frequency.
    weights[1 : (size + 1) // 2] *= 2
    return weights.astype(np.float32)


def _weights(channels: int) -> npt.NDArray[np.float64]:
    # All channels count alike in a layout that the standard doesn't cover.
    return np.array(_WEIGHTS.get(channels, (1.0,) * channels))

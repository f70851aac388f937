"""Small operations on sound: downmix, resampling, level."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import soxr

from musicsim.audio.errors import Undecodable
from musicsim.base.reasons import Cause, Reason

Sound = npt.NDArray[np.float32]
"""Mono sound, shape (samples,), full scale from -1 to 1."""
Stereo = npt.NDArray[np.float32]
"""Stereo sound, shape (samples, 2), full scale from -1 to 1."""
Channels = npt.NDArray[np.float32]
"""Sound of some channels, shape (channels, samples), full scale from -1 to 1."""
Samples = npt.NDArray[Any]
"""Samples as a decoder returns them, shape (channels, samples)."""
SAMPLE_RATE = 48_000
"""Samples a second of all sound that leaves this package: the rate that OpenL3 expects."""

BLOCK = 32_768
"""Samples in a block of a decoder, unless requested otherwise."""

LONGEST = 1_000_000
"""Seconds, more than eleven days: a header that states more has no length, or a wrong one."""

# Damaged headers claim 0, 1 or 4,294,967,295 Hz. The lowest rate ever used is 4 kHz, the highest DSD512 as PCM.
_RATES = range(1_000, 3_000_000)
LOUDEST = 1e9
"""Samples above full scale are common in float files; above this they are damage."""


def check_rate(rate: int) -> None:
    """Raise `Undecodable` for an impossible sample rate."""
    if rate not in _RATES:
        raise Undecodable(Reason(Cause.SAMPLE_RATE, (rate,)))


def mono(channels: Channels) -> Sound:
    """Return the mean over the channels of sound (channels, samples), as a copy."""
    # Channel by channel, since numpy's mean over a short axis of interleaved samples takes five times as long.
    total: Sound = channels[0].copy()
    for channel in channels[1:]:
        total += channel
    if len(channels) > 1:
        total /= np.float32(len(channels))
    return total


# Weights of left and right for the other channels, in the order of WAV and FFmpeg, by number of channels (ITU-R BS.775:
# centre and surround at -3 dB, no low-frequency effects).
_SIDE = 0.5**0.5
_LEFT, _RIGHT, _CENTRE, _NOTHING = (1.0, 0.0), (0.0, 1.0), (_SIDE, _SIDE), (0.0, 0.0)
_BACK_LEFT, _BACK_RIGHT, _BACK = (_SIDE, 0.0), (0.0, _SIDE), (0.5, 0.5)
_DOWNMIX = {
    3: (_LEFT, _RIGHT, _CENTRE),
    4: (_LEFT, _RIGHT, _BACK_LEFT, _BACK_RIGHT),
    5: (_LEFT, _RIGHT, _CENTRE, _BACK_LEFT, _BACK_RIGHT),
    6: (_LEFT, _RIGHT, _CENTRE, _NOTHING, _BACK_LEFT, _BACK_RIGHT),
    7: (_LEFT, _RIGHT, _CENTRE, _NOTHING, _BACK, _BACK_LEFT, _BACK_RIGHT),
    8: (_LEFT, _RIGHT, _CENTRE, _NOTHING, *(_BACK_LEFT, _BACK_RIGHT) * 2),
}


def stereo(channels: Channels) -> Stereo:
    """Return sound of shape (channels, samples) as stereo, as a copy of shape (samples, 2).

    Mono goes to both sides. More than two channels are mixed down by ITU-R BS.775, which may exceed full scale. Of more
    than eight channels, whose layout is unknown, the first two are taken.
    """
    mixed = np.empty((channels.shape[1], 2), np.float32)
    if weights := _DOWNMIX.get(len(channels)):
        np.matmul(channels.T, np.asarray(weights, np.float32), out=mixed)
    else:
        mixed[:, 0] = channels[0]
        mixed[:, 1] = channels[min(1, len(channels) - 1)]
    return mixed


def is_sane(sound: Sound | Channels) -> bool:
    """Return whether all samples are finite, and of a plausible size."""
    return bool((np.abs(sound) < LOUDEST).all())


def is_silent(sound: Sound, threshold: float) -> bool:
    """Return whether the RMS level of some samples is below a threshold in dB re full scale.

    A constant offset, as some converters and 8-bit files have it, is not sound.
    """
    power = np.square(sound, dtype=np.float64).mean() - sound.mean(dtype=np.float64) ** 2
    return bool(power < 10 ** (threshold / 10))


def resample(sound: Sound, rate: int, start: int, count: int) -> Sound:
    """Return a part of a piece of sound, resampled to 48 kHz.

    Parameters
    ----------
    sound
        At `rate`. If possible, it includes some sound before and after the part, since the filter reaches there.
    rate
        Samples a second.
    start
        The first sample of the part in `sound`.
    count
        How many samples at 48 kHz to return; zeros after the end of the sound.
    """
    if rate != SAMPLE_RATE:
        sound = soxr.resample(sound, rate, SAMPLE_RATE)
        start = round(start * SAMPLE_RATE / rate)
    window = np.zeros(count, np.float32)
    part = sound[start : start + count]
    window[: len(part)] = part
    return window

"""The front ends: from windows to the spectrograms in decibels that the network sees."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import (
    HOP_SIZE,
    SAMPLE_RATE,
    ModelDescription,
)

_QUIETEST = 1e-10
# Slaney's mel scale: linear below 1 kHz, 27 steps for each factor of 6.4 above.
_LINEAR_HERTZ_PER_MEL = 200 / 3
_CORNER_HERTZ = 1000.0
_CORNER_MEL = _CORNER_HERTZ / _LINEAR_HERTZ_PER_MEL
_LOG_STEP = math.log(6.4) / 27


def mel_filters(
    bands: int, fft_size: int, sample_rate: int = SAMPLE_RATE
) -> npt.NDArray[np.float32]:
    """Return triangular filters from 0 to half the sample rate on Slaney's mel scale, each of the same area.

    From M. Slaney, "Auditory Toolbox", Interval Research Technical Report 1998-010; also librosa's default.

    Returns
    -------
    ndarray
        Shape (fft_size // 2 + 1, bands), for multiplying magnitudes from the right.
    """
    nyquist = sample_rate / 2
    highest = _CORNER_MEL + math.log(nyquist / _CORNER_HERTZ) / _LOG_STEP
    mels = np.linspace(0, highest, bands + 2)
    hertz = np.where(
        mels < _CORNER_MEL,
        mels * _LINEAR_HERTZ_PER_MEL,
        _CORNER_HERTZ * np.exp(_LOG_STEP * (mels - _CORNER_MEL)),
    )
    bins = np.linspace(0, nyquist, fft_size // 2 + 1)[:, np.newaxis]
    low, centre, high = hertz[:-2], hertz[1:-1], hertz[2:]
    rising = (bins - low) / (centre - low)
    falling = (high - bins) / (high - centre)
    triangles = np.maximum(0, np.minimum(rising, falling))
    filters: npt.NDArray[np.float64] = triangles * (2 / (high - low))
    return filters.astype(np.float32)


def front_end(description: ModelDescription) -> Callable[[Any], Any]:
    """Return the front end as a function of tensors: windows (B, 48000) to decibels (B, bands, frames).

    The decibels are relative to the loudest point of the window, so that level makes no difference. As in OpenL3, a
    magnitude is treated as a power: ten times the logarithm.
    """
    import tensorflow as tf

    fft_size = description.fft_size
    bins = fft_size // 2 + 1
    # Exactly OpenL3's window: 80 dB of magnitudes treated as powers reach down to 160 dB, where the rounding of the
    # window matters. One rounded from float64 changes embeddings by up to 0.8 %.
    hann = tf.signal.hann_window(fft_size)
    filters = mel_filters(description.bands, fft_size) if description.is_mel else None
    used = None
    if description.bands_used is not None:
        used = np.arange(description.bands) < description.bands_used

    def decibels(windows: Any) -> Any:
        padded = tf.pad(windows, [[0, 0], [0, description.end_padding]])
        spectrum = tf.signal.rfft(tf.signal.frame(padded, fft_size, HOP_SIZE) * hann)
        # Not tf.abs, which guards against overflow and takes three times as long.
        magnitudes = tf.sqrt(tf.square(tf.math.real(spectrum)) + tf.square(tf.math.imag(spectrum)))
        if filters is not None:
            # One large product is quicker than one per window.
            flat = tf.matmul(tf.reshape(magnitudes, (-1, bins)), filters)
            magnitudes = tf.reshape(flat, (-1, description.frames, description.bands))
        levels = (10 / math.log(10)) * tf.math.log(tf.maximum(magnitudes, _QUIETEST))
        if used is not None:
            # Before finding the loudest point, so that it is in none of these bands.
            levels = tf.where(used, levels, -math.inf)
        levels -= tf.reduce_max(levels, axis=(1, 2), keepdims=True)
        return tf.transpose(tf.maximum(levels, -description.dynamic_range), (0, 2, 1))

    return decibels

"""Augmentation of spectrograms for training, so that the network learns the music and not its mastering."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicsim.embedding.description import DYNAMIC_RANGE, ModelDescription
from musicsim.embedding.runtime import import_tensorflow

TILT = 5.0
"""Largest equalisation in decibels at either end of the spectrum. The front end's decibels are half of the usual
ones."""
RIPPLE = 2.0
"""Largest amplitude in decibels of the two slow waves of equalisation over the spectrum."""
PITCH = 3.0
"""Largest shift of an example up or down, in bands; for mel128, above 1 kHz, nearly two semitones."""
TEMPO = 1.2
"""Largest factor by which an example is made faster or slower."""
LOWEST_LIMIT = 72
"""Lowest band above which an example of mel128 may be empty: 6 kHz, as in a poor stream."""
LIMITED = 0.5
"""The share of examples with such a limit."""
HIGHEST_FLOOR = -30.0
"""Highest level, in dB, of the noise or coding floor that may hide quiet parts."""
FLOORED = 0.3
"""The share of examples with such a floor."""
MASKED_BANDS, MASKED_FRAMES = 16, 40
"""The widest masks of SpecAugment: Park et al., "SpecAugment: A Simple Data Augmentation Method for Automatic Speech
Recognition", Interspeech 2019."""


def as_seen(decibels: Any, description: ModelDescription) -> Any:
    """Return spectrograms (B, bands, frames) as from the front end, without unused bands and levels.

    Decibels are relative to the loudest remaining point.
    """
    tf = import_tensorflow()
    if description.bands_used is not None:
        used = (np.arange(description.bands) < description.bands_used)[:, np.newaxis]
        decibels = tf.where(used, decibels, -np.inf)
    decibels -= tf.reduce_max(decibels, axis=(1, 2), keepdims=True)
    return tf.maximum(decibels, -description.dynamic_range)


def warp(decibels: Any, pitch: Any, tempo: Any) -> Any:
    """Move spectrograms (B, bands, frames) up by `pitch` bands, and play them `tempo` times as fast, (B, 1, 1) each.

    The outermost band or frame is repeated beyond the edges.
    """
    tf = import_tensorflow()
    _, bands, frames = decibels.shape
    band = tf.range(bands, dtype=tf.float32)
    frame = tf.range(frames, dtype=tf.float32)
    source = tf.clip_by_value(band[tf.newaxis, :, tf.newaxis] - pitch, 0, bands - 1)
    moved = tf.matmul(tf.nn.relu(1 - tf.abs(source - band)), decibels)
    middle = (frames - 1) / 2
    source = (frame[tf.newaxis, tf.newaxis, :] - middle) * tempo + middle
    source = tf.clip_by_value(source, 0, frames - 1)
    return tf.matmul(moved, tf.nn.relu(1 - tf.abs(source - frame[:, tf.newaxis])))


def augment(decibels: Any, description: ModelDescription, seed: Any) -> Any:
    """Alter spectrograms (B, bands, frames), each differently.

    Parameters
    ----------
    seed
        Two integers; the same ones give the same result.
    """
    tf = import_tensorflow()
    count = tf.shape(decibels)[0]
    draws = tf.random.stateless_uniform((14, count, 1, 1), seed)
    decibels = warp(decibels, PITCH * (2 * draws[12] - 1), TEMPO ** (2 * draws[13] - 1))
    band = tf.range(description.bands, dtype=tf.float32)[tf.newaxis, :, tf.newaxis]
    frame = tf.range(description.frames, dtype=tf.float32)[tf.newaxis, tf.newaxis, :]
    height = band / description.bands

    equaliser = TILT * (2 * draws[0] - 1) * (2 * height - 1)
    for wave, (strength, phase) in enumerate(((draws[1], draws[2]), (draws[3], draws[4])), 1):
        equaliser += RIPPLE * strength * tf.cos(2 * np.pi * (wave * height + phase))
    # Silence stays silent.
    decibels = tf.where(decibels > -DYNAMIC_RANGE, decibels + equaliser, -DYNAMIC_RANGE)

    limit = LOWEST_LIMIT + draws[5] * (description.bands - LOWEST_LIMIT)
    limited = (draws[6] < LIMITED) & (band >= limit)
    width = draws[7] * MASKED_BANDS
    start = draws[8] * (description.bands - width)
    limited |= (band >= start) & (band < start + width)
    width = draws[9] * MASKED_FRAMES
    start = draws[10] * (description.frames - width)
    limited |= (frame >= start) & (frame < start + width)
    decibels = tf.where(limited, -DYNAMIC_RANGE, decibels)

    decibels = as_seen(decibels, description)
    lowest = -description.dynamic_range
    floor = tf.random.stateless_uniform((count, 1, 1), seed + 1, lowest, HIGHEST_FLOOR)
    floor = tf.where(draws[11] < FLOORED, floor, lowest)
    # A band limit is sharper than any floor.
    return as_seen(tf.where(limited, -DYNAMIC_RANGE, tf.maximum(decibels, floor)), description)

"""Embedding whole arrays and files, like OpenL3's own functions."""

from __future__ import annotations

import math
import os
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from musicsim.audio import read_blocks
from musicsim.embedding.ahead import read_ahead
from musicsim.embedding.description import SAMPLE_RATE
from musicsim.embedding.framing import FloatArray, Times, cut_windows, embed_blocks
from musicsim.embedding.model import Model


def embed_audio(
    model: Model,
    audio: npt.ArrayLike,
    sample_rate: float,
    *,
    hop_size: float = 0.1,
    center: bool = True,
) -> tuple[FloatArray, Times]:
    """Embed an array of sound, as `openl3.get_audio_embedding` does.

    Parameters
    ----------
    model
        From `load_model`.
    audio
        Samples of any level: shape (N,), or (N, channels), whose mean is used.
    sample_rate
        Samples a second; the sound is resampled if this isn't 48,000.
    hop_size
        Seconds from one 1-s window to the next; 0.1 is an overlap of 90 %.
    center
        Whether to put half a second of silence in front, so that a window's timestamp is its middle.

    Returns
    -------
    embedding : ndarray
        One per window, shape (T, D), float32. The last windows are padded with silence.
    timestamps : ndarray
        Shape (T,), float64, seconds.

    Raises
    ------
    ValueError
        If the audio is empty, has another shape or values that are not finite; if the rate is not positive; or if the
        hop is less than a sample.
    """
    windows = windows_of(audio, sample_rate, hop_size=hop_size, center=center)
    return model.embed(windows), np.arange(len(windows), dtype=np.float64) * hop_size


def windows_of(
    audio: npt.ArrayLike, sample_rate: float, *, hop_size: float = 0.1, center: bool = True
) -> FloatArray:
    """Cut an array of sound into the windows that `embed_audio` embeds.

    ``model.spectrogram(windows)`` then returns the front end's output, and ``model.embed(windows)`` the network's. For
    a file, use ``cut_windows(read_blocks(path))``.

    Parameters
    ----------
    audio, sample_rate, hop_size, center
        As for `embed_audio`.

    Returns
    -------
    ndarray
        Shape (T, 48000), float32: a read-only view of the sound.

    Raises
    ------
    ValueError
        As `embed_audio`.
    """
    blocks = [_mono(audio, sample_rate)]
    # With a batch that never fills, all windows come at once, at the end.
    [windows] = cut_windows(blocks, hop_size=hop_size, center=center, batch_size=sys.maxsize)
    return windows


def embed_file(
    model: Model, path: str | os.PathLike[str], *, hop_size: float = 0.1, center: bool = True
) -> tuple[FloatArray, Times]:
    """Embed an audio file, as `openl3.get_audio_embedding` embeds its content.

    The file is decoded piece by piece while the network works. Only the result grows with its length: 20 kB per second
    of sound at the default hop for 512 values. For hours of sound, let `save_embeddings` write the output of
    `embed_blocks` as it arrives.

    Parameters
    ----------
    model, hop_size, center
        As for `embed_audio`.
    path
        A file in any format that musicsim plays.

    Returns
    -------
    embedding : ndarray
        Shape (T, D), float32.
    timestamps : ndarray
        Shape (T,), float64, seconds.

    Raises
    ------
    AudioError
        If the file can't be read or decoded.
    ValueError
        If the hop is less than a sample.
    """
    embeddings = [np.empty((0, model.embedding_size), np.float32)]
    timestamps = [np.empty(0)]
    with closing(read_ahead(read_blocks(Path(path)))) as blocks:
        for part, times in embed_blocks(model, blocks, hop_size=hop_size, center=center):
            embeddings.append(part)
            timestamps.append(times)
    return np.concatenate(embeddings), np.concatenate(timestamps)


def _mono(audio: npt.ArrayLike, sample_rate: float) -> FloatArray:
    samples = np.asarray(audio)
    if samples.ndim not in (1, 2):
        raise ValueError(
            f"audio has the shape (samples,) or (samples, channels), not {samples.shape}"
        )
    if samples.size == 0:
        raise ValueError("the audio is empty")
    if not (sample_rate > 0 and math.isfinite(sample_rate)):
        raise ValueError(f"a sample rate is a positive number, not {sample_rate}")
    if samples.ndim == 2:
        samples = samples.mean(axis=1)
    # Values too large for float32 are detected below.
    with np.errstate(over="ignore"):
        sound = samples.astype(np.float32)
    if not np.isfinite(sound).all():
        raise ValueError("the audio holds what is no number, or too large a one")
    if sample_rate != SAMPLE_RATE:
        sound = soxr.resample(sound, sample_rate, SAMPLE_RATE)
        if not len(sound):
            raise ValueError("the audio is shorter than a sample at 48 kHz")
    return sound

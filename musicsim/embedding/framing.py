"""Cutting a stream of sound into OpenL3's windows, and pooling their embeddings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import SAMPLE_RATE, WINDOW_SIZE
from musicsim.embedding.model import Model

FloatArray = npt.NDArray[np.float32]
Times = npt.NDArray[np.float64]


def pool(embeddings: FloatArray) -> FloatArray:
    """Return the mean (D,) of a track's window embeddings (N, D).

    Raises
    ------
    ValueError
        If there are no windows.
    """
    if len(embeddings) == 0:
        raise ValueError("there is no window to pool")
    # Average in float64, since a long track has thousands of windows.
    mean: npt.NDArray[np.float64] = np.mean(embeddings, axis=0, dtype=np.float64)
    return mean.astype(np.float32)


def embed_blocks(
    model: Model, blocks: Iterable[FloatArray], *, hop_size: float = 0.1, center: bool = True
) -> Iterator[tuple[FloatArray, Times]]:
    """Embed a stream of sound as `openl3.get_audio_embedding` embeds a whole signal, in constant memory.

    Parameters
    ----------
    model
        The model that embeds; only one thread at a time may use it.
    blocks
        The sound in order, mono at 48 kHz, in arrays (samples,) of any sizes.
    hop_size
        Seconds from one window to the next.
    center
        Whether to put half a second of silence in front, so that a window's timestamp is its middle.

    Yields
    ------
    embeddings : ndarray
        Embeddings of the next windows, shape (n, D); see `cut_windows`.
    timestamps : ndarray
        Their times in seconds; shape (n,).

    Raises
    ------
    ValueError
        If `hop_size` is less than a sample, or not a number.
    """
    cut = cut_windows(blocks, hop_size=hop_size, center=center, batch_size=model.batch_size)
    return _embedded(model, cut, hop_size)


def cut_windows(
    blocks: Iterable[FloatArray],
    *,
    hop_size: float = 0.1,
    center: bool = True,
    batch_size: int = 1,
) -> Iterator[FloatArray]:
    """Cut a stream of sound into the same windows as OpenL3.

    Sound shorter than a window gives one window, padded with silence. So is the last window if the sound ends in it. A
    stream without samples gives no window.

    Parameters
    ----------
    blocks, hop_size, center
        As for `embed_blocks`.
    batch_size
        How many windows to yield at a time; the network takes as long for an incomplete batch.

    Yields
    ------
    ndarray
        The next windows, shape (batch_size, 48000), fewer at the end: a read-only view of the sound.

    Raises
    ------
    ValueError
        If `hop_size` is less than a sample, or not a number.
    """
    if not math.isfinite(hop_size):
        raise ValueError(f"a hop is a number of seconds, not {hop_size}")
    # OpenL3 also truncates the fraction of a sample.
    hop = int(hop_size * SAMPLE_RATE)
    if hop < 1:
        raise ValueError(f"a hop of {hop_size} s is less than one sample")
    return _windows(blocks, hop, center, batch_size)


def _embedded(
    model: Model, cut: Iterator[FloatArray], hop_size: float
) -> Iterator[tuple[FloatArray, Times]]:
    done = 0
    for windows in cut:
        timestamps = np.arange(done, done + len(windows), dtype=np.float64) * hop_size
        done += len(windows)
        yield model.embed(windows), timestamps


def _windows(
    blocks: Iterable[FloatArray], hop: int, center: bool, batch_size: int
) -> Iterator[FloatArray]:
    is_first = True
    is_empty = True
    # The sound that is still needed. The next window begins at its start or, if the hop is longer than a window, `skip`
    # samples later.
    sound = np.zeros(WINDOW_SIZE // 2 if center else 0, np.float32)
    skip = 0

    def next_windows(count: int) -> Iterator[FloatArray]:
        windows = np.lib.stride_tricks.sliding_window_view(sound[skip:], WINDOW_SIZE)[::hop]
        for start in range(0, count, batch_size):
            yield windows[start : min(start + batch_size, count)]

    for block in blocks:
        is_empty = is_empty and len(block) == 0
        sound = np.concatenate([sound, block])
        complete = max(0, 1 + (len(sound) - skip - WINDOW_SIZE) // hop)
        count = complete - complete % batch_size
        if count:
            yield from next_windows(count)
            is_first = False
        skip += count * hop
        sound, skip = sound[skip:], max(0, skip - len(sound))
    if is_empty:
        return

    # As many more as in OpenL3: until the last sample is in a window, and at least one.
    beyond = len(sound) - skip - WINDOW_SIZE
    count = max(1 + -(-beyond // hop), 1 if is_first else 0)
    if count > 0:
        end = skip + (count - 1) * hop + WINDOW_SIZE
        sound = np.pad(sound, (0, max(0, end - len(sound))))
        yield from next_windows(count)

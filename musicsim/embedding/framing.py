"""Cutting a stream of sound into OpenL3's windows, and pooling the windows' embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import SAMPLE_RATE, WINDOW_SIZE
from musicsim.embedding.model import Model

FloatArray = npt.NDArray[np.float32]


def pool(embeddings: FloatArray) -> FloatArray:
    """The mean (D,) of a track's window embeddings (N, D).

    Raises
    ------
    ValueError
        If there is no window.
    """
    if len(embeddings) == 0:
        raise ValueError("there is no window to pool")
    # float64 on the way: a long track has thousands of windows.
    mean: npt.NDArray[np.float64] = np.mean(embeddings, axis=0, dtype=np.float64)
    return mean.astype(np.float32)


def embed_blocks(
    model: Model, blocks: Iterable[FloatArray], *, hop_size: float = 0.1, center: bool = True
) -> Iterator[tuple[FloatArray, npt.NDArray[np.float64]]]:
    """Embed a stream of sound as `openl3.get_audio_embedding` embeds a whole signal, in constant memory.

    Parameters
    ----------
    blocks
        The sound in order, mono at 48 kHz, in arrays (samples,) of any sizes.
    hop_size
        Seconds from one window to the next.
    center
        Whether half a second of silence goes in front, so that a window's timestamp is its middle.

    Yields
    ------
    embeddings : ndarray
        Shape (n, D), the next windows'. Sound shorter than a window is one window, filled up with silence, as is the
        last one where the sound ends in it; a stream without any sample gives none.
    timestamps : ndarray
        Their times in seconds; shape (n,).

    Raises
    ------
    ValueError
        If `hop_size` is less than a sample.
    """
    # OpenL3 cuts off the fraction of a sample as well.
    hop = int(hop_size * SAMPLE_RATE)
    if hop < 1:
        raise ValueError(f"a hop of {hop_size} s is less than one sample")
    return _embed_blocks(model, blocks, hop, hop_size, center)


def _embed_blocks(
    model: Model, blocks: Iterable[FloatArray], hop: int, hop_size: float, center: bool
) -> Iterator[tuple[FloatArray, npt.NDArray[np.float64]]]:
    done = 0
    is_empty = True
    # The sound that is still needed; the next window begins at its start or, where the hop is longer than a window,
    # `skip` samples later.
    sound = np.zeros(WINDOW_SIZE // 2 if center else 0, np.float32)
    skip = 0

    def embed(count: int) -> tuple[FloatArray, npt.NDArray[np.float64]]:
        windows = np.lib.stride_tricks.sliding_window_view(sound[skip:], WINDOW_SIZE)[::hop]
        timestamps = np.arange(done, done + count, dtype=np.float64) * hop_size
        return model.embed(windows[:count]), timestamps

    for block in blocks:
        is_empty = is_empty and len(block) == 0
        sound = np.concatenate([sound, block])
        complete = max(0, 1 + (len(sound) - skip - WINDOW_SIZE) // hop)
        # Whole batches only: the network takes as long for a part of one.
        count = complete - complete % model.batch_size
        if count:
            yield embed(count)
        done += count
        skip += count * hop
        sound, skip = sound[skip:], max(0, skip - len(sound))
    if is_empty:
        return

    # As many more as OpenL3 makes of the whole: until the last sample is in a window, and one at least.
    beyond = len(sound) - skip - WINDOW_SIZE
    count = max(1 + -(-beyond // hop), 0 if done else 1)
    if count:
        end = skip + (count - 1) * hop + WINDOW_SIZE
        sound = np.pad(sound, (0, max(0, end - len(sound))))
        yield embed(count)

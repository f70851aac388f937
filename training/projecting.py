"""From the network's output for windows to the embedding: a projection fitted on the training's tracks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.embedding.weights import Linear

FloatArray = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Space:
    """A way to join the heads to an embedding.

    Attributes
    ----------
    size
        Values of an embedding.
    teacher
        The weight of the teachers' features relative to the contrast.
    whitening
        Each component is divided by this power of its standard deviation: 0 leaves components unchanged, 1 makes all
        alike. Larger values give fewer hubs, but at 1 noise counts as much as music.
    """

    size: int = 128
    teacher: float = 0.7
    whitening: float = 0.75


def fit_projection(
    tracks: FloatArray,
    affine: tuple[FloatArray, FloatArray],
    kernels: tuple[FloatArray, FloatArray],
    space: Space,
) -> Linear:
    """Fit one dense layer for two steps: the heads, standardised and joined, then their principal components.

    Parameters
    ----------
    tracks
        The mean over the windows of each track's flattened pooling, (T, F).
    affine, kernels
        The results of the heads' methods of the same names.
    space
        The way to join them.

    Returns
    -------
    Linear
        Kernel (F, D) and bias (D,); the tracks' embeddings have mean 0.
    """
    scale, _ = affine
    parts = []
    for kernel, weight in zip(kernels, (1.0, space.teacher), strict=True):
        matrix = scale[:, np.newaxis].astype(np.float64) * kernel
        spread = (tracks @ matrix).std(axis=0)
        # Each head counts as a whole, regardless of its number of values.
        parts.append(matrix * (weight / (spread * np.sqrt(kernel.shape[1]))))
    joined = np.concatenate(parts, axis=1)
    values = tracks @ joined
    mean = values.mean(axis=0)
    _, spreads, components = np.linalg.svd(values - mean, full_matrices=False)
    size = min(space.size, int((spreads > 1e-6 * spreads[0]).sum()))
    deviations = spreads[:size] / np.sqrt(len(tracks))
    rotation = components[:size].T / deviations**space.whitening
    kernel = joined @ rotation
    return Linear(kernel.astype(np.float32), (-mean @ rotation).astype(np.float32))


def track_means(values: FloatArray, owner: npt.NDArray[np.int64]) -> FloatArray:
    """Return the mean (T, F) of each track's windows (W, F), which are adjacent."""
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    sums = np.add.reduceat(values.astype(np.float64), starts, axis=0)
    counts = np.diff(np.append(starts, len(owner)))
    return (sums / counts[:, np.newaxis]).astype(np.float32)

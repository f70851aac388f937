"""Checkpoints in the shapes of musicnn's, with random values."""

from __future__ import annotations

import numpy as np

from training.musicnn import BANDS, POOLED_SIZE

_TIMBRAL, _TEMPORAL, _MIDDLE = 204, 51, 64
_FRONT = 2 * _TIMBRAL + 3 * _TEMPORAL


def musicnn_variables(seed: int) -> dict[str, np.ndarray]:
    """Random values under the names and in the shapes of musicnn's checkpoints."""
    random = np.random.default_rng(seed)
    kernels = [(7, int(0.4 * BANDS), 1, _TIMBRAL), (7, int(0.7 * BANDS), 1, _TIMBRAL)]
    kernels += [(length, 1, 1, _TEMPORAL) for length in (128, 64, 32)]
    kernels += [(7, _FRONT, 1, _MIDDLE), (7, _MIDDLE, 1, _MIDDLE), (7, _MIDDLE, 1, _MIDDLE)]
    norms = [1, *(kernel[-1] for kernel in kernels), POOLED_SIZE, 200]
    values = {}

    def name(kind: str, number: int) -> str:
        return f"{kind}_{number}" if number else kind

    for i, shape in enumerate(kernels):
        scale = 1 / np.sqrt(np.prod(shape[:3]))
        values[f"{name('conv2d', i)}/kernel"] = random.normal(0, scale, shape)
        values[f"{name('conv2d', i)}/bias"] = random.normal(0, 0.1, shape[-1])
    for i, channels in enumerate(norms):
        layer = name("batch_normalization", i)
        values[f"{layer}/gamma"] = random.uniform(0.8, 1.2, channels)
        values[f"{layer}/beta"] = random.normal(0, 0.1, channels)
        values[f"{layer}/moving_mean"] = random.normal(0, 0.1, channels)
        values[f"{layer}/moving_variance"] = random.uniform(0.8, 1.2, channels)
    for i, shape in enumerate([(POOLED_SIZE, 200), (200, 50)]):
        values[f"{name('dense', i)}/kernel"] = random.normal(0, 1 / np.sqrt(shape[0]), shape)
        values[f"{name('dense', i)}/bias"] = random.normal(0, 0.1, shape[1])
    # Of the optimiser, and not wanted.
    values["conv2d/kernel/Adam"] = np.zeros(3)
    return {name: np.asarray(value, np.float32) for name, value in values.items()}

"""The network after the front end, in Keras."""

from __future__ import annotations

from typing import Any

import numpy as np

from musicsim.embedding.description import POOLED_AFTER
from musicsim.embedding.weights import BatchNorm, Linear, Weights


def build_network(weights: Weights, precision: str) -> Any:
    """Return a Keras model from spectrograms (B, bands, frames, 1) in decibels to embeddings (B, D), both float32.

    Parameters
    ----------
    precision
        The Keras data type of the convolutions, ``"float32"`` or ``"bfloat16"``.
    """
    import keras

    description = weights.description
    # A user's keras.json may have other defaults, so each layer gets them explicitly.
    image: dict[str, Any] = {"data_format": "channels_last", "dtype": precision}
    float32 = {"dtype": "float32"}
    first, *others = weights.batch_norms
    scale, offset = first.as_affine(description.bn_epsilon)
    last = len(weights.convolutions) - 1

    spectrogram = keras.Input((description.bands, description.frames, 1), **float32)
    # Not folded: the first convolution zero-pads the output of this batch-norm.
    hidden = keras.layers.Rescaling(scale.item(), offset.item(), **float32)(spectrogram)
    for i, width in enumerate(description.widths):
        hidden = keras.layers.Conv2D(
            width, 3, padding="same", activation=None if i == last else "relu", **image
        )(hidden)
        if i in POOLED_AFTER:
            hidden = keras.layers.MaxPooling2D(2, **image)(hidden)
    hidden = keras.layers.MaxPooling2D(description.pool_size, padding="same", **image)(hidden)
    embedding = keras.layers.Flatten(data_format="channels_last", **float32)(hidden)
    if description.projection_size is not None:
        embedding = keras.layers.Dense(description.projection_size, **float32)(embedding)
    network = keras.Model(spectrogram, embedding)

    folded = [
        _fold(convolution, batch_norm, description.bn_epsilon)
        for convolution, batch_norm in zip(weights.convolutions[:last], others, strict=True)
    ]
    linear = [*folded, weights.convolutions[last]]
    if weights.projection is not None:
        linear.append(weights.projection)
    network.set_weights([values for layer in linear for values in (layer.kernel, layer.bias)])
    return network


def _fold(convolution: Linear, batch_norm: BatchNorm, epsilon: float) -> Linear:
    """Return one convolution equivalent to a convolution and the batch-norm after it."""
    scale, offset = batch_norm.as_affine(epsilon)
    return Linear(
        np.asarray(convolution.kernel * scale, np.float32),
        np.asarray(convolution.bias * scale + offset, np.float32),
    )

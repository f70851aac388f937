"""The network during training: OpenL3's blocks with their batch-norms, and the heads that only training needs.

It uses TensorFlow's own fused operations: on a processor, Keras's batch-norm takes twice as long in training.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import POOLED_AFTER, ModelDescription
from musicsim.embedding.runtime import Precision, import_tensorflow
from musicsim.embedding.weights import BatchNorm, Linear

FloatArray = npt.NDArray[np.float32]

# A moving average over about the last hundred steps.
_MOMENTUM = 0.99


class TrainableNetwork:
    """OpenL3's blocks up to the flattened last pooling.

    Parameters
    ----------
    description
        Widths, pooling and front end; its projection is fitted after the training.
    seed
        The seed of the initial weights.
    precision
        The initial data type of the convolutions.

    Attributes
    ----------
    precision
        The current data type of the convolutions.
    trained
        The variables that gradients update.
    """

    def __init__(self, description: ModelDescription, seed: int, precision: Precision) -> None:
        tf = import_tensorflow()
        self.description = description
        self.precision: Precision = precision
        random = np.random.default_rng(seed)
        inputs = (1, *description.widths[:-1])
        self._kernels = [
            # He's initialisation.
            tf.Variable(random.normal(0, np.sqrt(2 / (9 * c)), (3, 3, c, width)), dtype=tf.float32)
            for c, width in zip(inputs, description.widths, strict=True)
        ]
        self._last_bias = tf.Variable(tf.zeros(description.widths[-1]))
        self._gammas = [tf.Variable(tf.ones(c)) for c in inputs]
        self._betas = [tf.Variable(tf.zeros(c)) for c in inputs]
        self._means = [tf.Variable(tf.zeros(c), trainable=False) for c in inputs]
        self._variances = [tf.Variable(tf.ones(c), trainable=False) for c in inputs]
        self.trained = [*self._kernels, self._last_bias, *self._gammas, *self._betas]

    @property
    def variables(self) -> list[Any]:
        """The variables in a checkpoint."""
        return [*self.trained, *self._means, *self._variances]

    def __call__(self, spectrograms: Any, *, training: bool) -> Any:
        """Return the flattened pooling (B, F), float32, of decibels (B, bands, frames)."""
        tf = import_tensorflow()
        # In float32, since rounding decibels to bfloat16 would matter.
        hidden = self._batch_norm(0, spectrograms[..., tf.newaxis], training)
        hidden = tf.cast(hidden, self.precision)
        for i, kernel in enumerate(self._kernels):
            hidden = tf.nn.conv2d(hidden, tf.cast(kernel, self.precision), 1, "SAME")
            if i + 1 < len(self._kernels):
                hidden = tf.nn.relu(self._batch_norm(i + 1, hidden, training))
            else:
                hidden = hidden + tf.cast(self._last_bias, self.precision)
            if i in POOLED_AFTER:
                hidden = tf.nn.max_pool2d(hidden, 2, 2, "VALID")
        size = self.description.pool_size
        hidden = tf.nn.max_pool2d(hidden, size, size, "SAME")
        return tf.cast(tf.reshape(hidden, (-1, self.description.flattened_size)), tf.float32)

    def batch_norms(self) -> tuple[BatchNorm, ...]:
        """Return the batch-norms in the form of a weight file."""
        parts = zip(self._gammas, self._betas, self._means, self._variances, strict=True)
        return tuple(BatchNorm(*(part.numpy() for part in parts_of_one)) for parts_of_one in parts)

    def convolutions(self) -> tuple[Linear, ...]:
        """Return the convolutions in the form of a weight file; those before a batch-norm need no bias."""
        kernels = [kernel.numpy() for kernel in self._kernels]
        biases = [np.zeros(kernel.shape[-1], np.float32) for kernel in kernels]
        biases[-1] = self._last_bias.numpy()
        return tuple(Linear(*layer) for layer in zip(kernels, biases, strict=True))

    def round_kernels(self) -> None:
        """Round the kernels, after folding them with their batch-norms like the program, to bfloat16.

        The remaining difference between float32 and bfloat16 is the rounding of activations.
        """
        tf = import_tensorflow()
        epsilon = self.description.bn_epsilon
        scales = [batch_norm.as_affine(epsilon)[0] for batch_norm in self.batch_norms()[1:]]
        # The last convolution has no batch-norm after it.
        scales.append(np.ones(1, np.float32))
        for kernel, scale in zip(self._kernels, scales, strict=True):
            # A channel silenced by its batch-norm needs no rounding.
            by = tf.constant(np.where(scale == 0, 1.0, scale), tf.float32)
            kernel.assign(tf.cast(tf.cast(kernel * by, tf.bfloat16), tf.float32) / by)

    def _batch_norm(self, number: int, values: Any, training: bool) -> Any:
        tf = import_tensorflow()
        mean, variance = self._means[number], self._variances[number]
        normalised, batch_mean, batch_variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=values,
            scale=self._gammas[number],
            offset=self._betas[number],
            mean=tf.zeros(0) if training else mean,
            variance=tf.zeros(0) if training else variance,
            epsilon=self.description.bn_epsilon,
            is_training=training,
        )
        if training:
            mean.assign_sub((1 - _MOMENTUM) * (mean - batch_mean))
            variance.assign_sub((1 - _MOMENTUM) * (variance - batch_variance))
        return normalised

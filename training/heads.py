"""The network's heads in training, and their losses."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.embedding.runtime import import_tensorflow
from training.batches import Music
from training.recipe import Recipe

FloatArray = npt.NDArray[np.float32]

_TINY = 1e-12


class Heads:
    """The training's heads: linear layers after a batch-norm, and their losses.

    Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural Network", 2015, for the teachers; Khosla et al.,
    "Supervised Contrastive Learning", NeurIPS 2020, for the contrasts, with the track and the collection as the class.
    """

    def __init__(self, recipe: Recipe, music: Music) -> None:
        tf = import_tensorflow()
        self._recipe = recipe
        random = np.random.default_rng((recipe.seed, 1))
        inputs = recipe.description.flattened_size
        sizes = (music.features.shape[1], music.tags.shape[1], recipe.contrast_size)

        def linear(outputs: int) -> tuple[Any, Any]:
            kernel = random.normal(0, 1 / np.sqrt(inputs), (inputs, outputs))
            return tf.Variable(kernel, dtype=tf.float32), tf.Variable(tf.zeros(outputs))

        self._teacher, self._tag, self._contrast = (linear(size) for size in sizes)
        self._scale, self._offset = tf.Variable(tf.ones(inputs)), tf.Variable(tf.zeros(inputs))
        self._mean, self._variance = tf.Variable(tf.zeros(inputs)), tf.Variable(tf.ones(inputs))
        self._feature_mean = music.features.mean(axis=0)
        self._feature_std = music.features.std(axis=0) + 1e-6
        self.trained = [*self._teacher, *self._tag, *self._contrast, self._scale, self._offset]
        self.variables = [*self.trained, self._mean, self._variance]

    def standardised(self, features: FloatArray) -> FloatArray:
        """Return the teachers' features (B, 400) standardised over the music."""
        standardised: FloatArray = (features - self._feature_mean) / self._feature_std
        return standardised

    def losses(
        self, flattened: Any, features: Any, tags: Any, owner: Any, collection: Any
    ) -> dict[str, Any]:
        """Return the weighted losses, by name."""
        tf = import_tensorflow()
        recipe = self._recipe
        mean, variance = tf.nn.moments(flattened, 0)
        self._mean.assign_sub(0.01 * (self._mean - mean))
        self._variance.assign_sub(0.01 * (self._variance - variance))
        hidden = tf.nn.batch_normalization(
            flattened, mean, variance, self._offset, self._scale, 1e-3
        )
        guess = _linear(hidden, self._teacher)
        difference = tf.reduce_mean(tf.square(guess - features))
        cosine = tf.reduce_sum(_unit(guess) * _unit(features), axis=1)
        tag = tf.nn.sigmoid_cross_entropy_with_logits(tags, _linear(hidden, self._tag))
        likeness = _unit(_linear(hidden, self._contrast))
        likeness = tf.matmul(likeness, likeness, transpose_b=True) / recipe.temperature

        same = owner[:, tf.newaxis] == owner
        related = (collection[:, tf.newaxis] == collection) & ~same
        other = tf.cast(~same & ~related, tf.float32)
        self_ = tf.eye(tf.shape(owner)[0])
        siblings = tf.cast(same, tf.float32) - self_
        relatives = tf.cast(related, tf.float32)
        return {
            "teacher": recipe.teacher * (tf.reduce_mean(1 - cosine) + 0.5 * difference),
            "tag": recipe.tag * tf.reduce_mean(tag),
            "contrast": recipe.contrast
            * _contrast(likeness, siblings, other + recipe.rivals * relatives),
            "family": recipe.family * _contrast(likeness, relatives, other),
        }

    def guess(self, flattened: FloatArray) -> FloatArray:
        """Return a trained network's prediction of the teachers' standardised features: (B, F) to (B, 400)."""
        scale, offset = self.affine()
        kernel, bias = (variable.numpy() for variable in self._teacher)
        guessed: FloatArray = (flattened * scale + offset) @ kernel + bias
        return guessed

    def affine(self) -> tuple[FloatArray, FloatArray]:
        """Return the batch-norm before the heads as a scale and an offset, (F,) each."""
        scale = self._scale.numpy() / np.sqrt(self._variance.numpy() + 1e-3)
        return scale, self._offset.numpy() - self._mean.numpy() * scale

    def kernels(self) -> tuple[FloatArray, FloatArray]:
        """Return the linear layers of contrast and teachers, (F, C) and (F, 400); a space needs no biases."""
        return self._contrast[0].numpy(), self._teacher[0].numpy()


def _contrast(likeness: Any, positives: Any, negatives: Any) -> Any:
    """Return the contrastive loss in nats: the mean over windows that have positives; 0 without any."""
    tf = import_tensorflow()
    likeness -= tf.stop_gradient(tf.reduce_max(likeness, axis=1, keepdims=True))
    odds = tf.exp(likeness)
    against = tf.reduce_sum(odds * negatives, axis=1, keepdims=True)
    each = tf.math.log(odds + against + _TINY) - likeness
    count = tf.reduce_sum(positives, axis=1)
    mean = tf.math.divide_no_nan(tf.reduce_sum(each * positives, axis=1), count)
    has_one = tf.cast(count > 0, tf.float32)
    return tf.math.divide_no_nan(tf.reduce_sum(mean), tf.reduce_sum(has_one))


def _linear(values: Any, layer: tuple[Any, Any]) -> Any:
    kernel, bias = layer
    return import_tensorflow().matmul(values, kernel) + bias


def _unit(values: Any) -> Any:
    return import_tensorflow().math.l2_normalize(values, axis=1)

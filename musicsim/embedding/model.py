"""The loaded model, which turns windows of sound into embeddings."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import SAMPLE_RATE, WINDOW_SIZE
from musicsim.embedding.frontend import front_end
from musicsim.embedding.network import build_network
from musicsim.embedding.runtime import (
    Precision,
    fastest_precision,
    has_gpu,
    import_tensorflow,
    use_threads,
)
from musicsim.embedding.weights import Weights

FloatArray = npt.NDArray[np.float32]

LEAST_COSINE = 0.9999
"""Least cosine of a window's bfloat16 and float32 embeddings for bfloat16 to be chosen."""

# Both divide the windows of a first pass and of a settled plan, or nearly so, since a half-empty batch costs as much. A
# processor gains less than 10 % from larger batches, which take more memory.
_BATCH = 4
_GPU_BATCH = 16


@dataclass(frozen=True, slots=True)
class Spent:
    """The cost of a model's embeddings since it was created, including the compilation in the first call.

    Attributes
    ----------
    front_end, network
        Seconds by the clock, from sound to spectrogram and from spectrogram to embedding. With a GPU, the front end
        returns early, and the network's time includes the wait.
    windows
        How many windows were embedded.
    """

    front_end: float = 0.0
    network: float = 0.0
    windows: int = 0

    def __sub__(self, before: Spent) -> Spent:
        """Return the cost added since `before`."""
        return Spent(
            self.front_end - before.front_end,
            self.network - before.network,
            self.windows - before.windows,
        )


class Model:
    """An OpenL3-style network, compiled for one batch size.

    The constructor imports TensorFlow, if this process has not done so yet, and builds the network. The first call
    compiles it. Only one thread at a time may use it.

    Parameters
    ----------
    weights
        The network and its weights.
    batch_size
        Windows per batch; None takes 4, and 16 on a GPU.
    threads
        Processor cores to use; None takes all, or as many as the process's first model. Applies to every model of the
        process.
    precision
        The data type of the convolutions. ``"bfloat16"`` takes as little as half the time on machines that support it
        (see `fastest_precision`). ``"auto"`` chooses it there if a one-second trial of these weights agrees with
        ``"float32"`` to a cosine of `LEAST_COSINE`. Use ``"float32"`` to get OpenL3's numbers, not only its angles.

    Attributes
    ----------
    description
        The network.
    identity
        The weights' identity, stored with every vector; the same in each precision.
    batch_size
        Windows per batch.
    precision
        The data type of the convolutions, ``"float32"`` or ``"bfloat16"``.
    spent
        The cost of its embeddings so far.

    Raises
    ------
    ValueError
        If `threads` is less than 1.
    RuntimeError
        If TensorFlow already computes on another number of threads in this process.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        batch_size: int | None = None,
        threads: int | None = None,
        precision: Precision | Literal["auto"] = "auto",
    ) -> None:
        tf = import_tensorflow()
        if threads is not None:
            use_threads(threads)
        self.description = weights.description
        self.identity = weights.identity
        self.batch_size = batch_size or (_GPU_BATCH if has_gpu() else _BATCH)
        self.spent = Spent()
        # The front end is limited by memory: XLA fuses its steps and takes a third off its time. The convolutions stay
        # with oneDNN, which is quicker there.
        self._spectrogram = tf.function(
            front_end(weights.description),
            input_signature=[tf.TensorSpec((self.batch_size, WINDOW_SIZE), tf.float32)],
            jit_compile=True,
            # Nothing needs conversion, and a conversion leaves files in the temporary folder.
            autograph=False,
        )
        self.precision: Precision = fastest_precision() if precision == "auto" else precision
        network = build_network(weights, self.precision)
        self._network = self._compiled(network)
        if precision == "auto" and self.precision != "float32":
            exact = build_network(weights, "float32")
            if not self._agrees_with(exact):
                self.precision, self._network = "float32", self._compiled(exact)

    @property
    def embedding_size(self) -> int:
        """Values of an embedding."""
        return self.description.embedding_size

    def embed(self, windows: npt.ArrayLike) -> FloatArray:
        """Embed windows of any level.

        Parameters
        ----------
        windows
            Mono sound at 48 kHz; shape (N, 48000). N may be 0.

        Returns
        -------
        ndarray
            Shape (N, D), float32.

        Raises
        ------
        ValueError
            If the windows have another shape.
        """
        windows = _checked(windows)
        embeddings = np.empty((len(windows), self.embedding_size), np.float32)
        for some, batch in self._batches(windows):
            began = time.perf_counter()
            spectrograms = self._spectrogram(batch)
            seen = time.perf_counter()
            embeddings[some] = self._network(spectrograms).numpy()[: len(windows[some])]
            ended = time.perf_counter()
            self.spent = Spent(
                front_end=self.spent.front_end + seen - began,
                network=self.spent.network + ended - seen,
                windows=self.spent.windows + len(windows[some]),
            )
        return embeddings

    def spectrogram(self, windows: npt.ArrayLike) -> FloatArray:
        """Return the network's input for windows (N, 48000): decibels below their loudest points, (N, bands, frames).

        Raises
        ------
        ValueError
            If the windows have another shape.
        """
        windows = _checked(windows)
        shape = (len(windows), self.description.bands, self.description.frames)
        spectrograms = np.empty(shape, np.float32)
        for some, batch in self._batches(windows):
            spectrograms[some] = self._spectrogram(batch).numpy()[: len(windows[some])]
        return spectrograms

    def _compiled(self, network: Any) -> Any:
        tf = import_tensorflow()
        shape = (self.batch_size, self.description.bands, self.description.frames)
        return tf.function(
            lambda spectrograms: network(spectrograms[..., tf.newaxis], training=False),
            input_signature=[tf.TensorSpec(shape, tf.float32)],
            autograph=False,
        )

    def _agrees_with(self, exact: Any) -> bool:
        """Return whether the embeddings of a trial sound match those of the uncompiled network `exact`."""
        windows = _trial_sound()
        for some, batch in self._batches(windows):
            count = len(windows[some])
            spectrograms = self._spectrogram(batch)
            found = self._network(spectrograms).numpy()[:count]
            expected = exact(spectrograms[:count, ..., np.newaxis], training=False).numpy()
            norms = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
            # Not `<`, which is false for NaN.
            if not ((found * expected).sum(axis=1) >= LEAST_COSINE * norms).all():
                return False
        return True

    def _batches(self, windows: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
        """Yield batches of one size, the last padded with silence, and the slice of `windows` in each."""
        for start in range(0, len(windows), self.batch_size):
            some = slice(start, start + self.batch_size)
            batch = np.zeros((self.batch_size, WINDOW_SIZE), np.float32)
            batch[: len(windows[some])] = windows[some]
            yield some, batch


def _checked(windows: npt.ArrayLike) -> npt.NDArray[Any]:
    windows = np.asarray(windows)
    if windows.ndim != 2 or windows.shape[1] != WINDOW_SIZE:
        raise ValueError(f"windows have the shape (N, {WINDOW_SIZE}), not {windows.shape}")
    return windows


def _trial_sound() -> FloatArray:
    """Return four windows (4, 48000) as different as music is: a chord, beats, the two together, and noise."""
    random = np.random.default_rng(0)
    seconds = np.arange(WINDOW_SIZE) / SAMPLE_RATE
    noise = random.normal(0, 0.1, WINDOW_SIZE)
    chord = sum(
        np.sin(2 * np.pi * pitch * harmonic * seconds) / harmonic
        for pitch in (220.0, 277.2, 329.6)
        for harmonic in range(1, 9)
    )
    beats = noise * np.exp(-40 * (seconds % 0.25))
    return np.stack([chord, beats, 0.1 * chord + beats, noise]).astype(np.float32)

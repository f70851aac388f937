"""The loaded model: windows of sound in, embeddings out."""

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
"""Between a window's embedding in bfloat16 and the one in float32, for bfloat16 to be chosen."""

# Both divide the windows of a first pass and of a settled plan, or nearly so: a batch costs as much when half empty. A
# processor gains less than a tenth by larger ones, which take more memory.
_BATCH = 4
_GPU_BATCH = 16


@dataclass(frozen=True, slots=True)
class Spent:
    """What a model's embeddings have cost since it was made, the compilation with the first of them included.

    Attributes
    ----------
    front_end, network
        Seconds by the clock, from sound to spectrogram and from there to the embedding. A GPU works on while the front
        end returns, and the network is what waits for it.
    windows
        How many windows were embedded.
    """

    front_end: float = 0.0
    network: float = 0.0
    windows: int = 0

    def __sub__(self, before: Spent) -> Spent:
        """What came on top of `before`."""
        return Spent(
            self.front_end - before.front_end,
            self.network - before.network,
            self.windows - before.windows,
        )


class Model:
    """An OpenL3-style network, compiled for one batch size.

    Making one imports TensorFlow, if this process has not done so yet, and builds the network; the first call compiles
    it. One thread at a time may use it.

    Parameters
    ----------
    weights
        The network and its weights.
    batch_size
        Windows that go through the network together; None takes 4, and 16 on a GPU.
    threads
        Processor cores to use; None takes all, or as many as the process's first model. Holds for every model of the
        process.
    precision
        What the convolutions compute in. ``"bfloat16"`` takes as little as half the time where the machine has it (see
        `fastest_precision`). ``"auto"`` takes it there, if a second's trial of these weights agrees with
        ``"float32"`` to a cosine of `LEAST_COSINE`. Where the numbers are to be OpenL3's, not only its angles, ask for
        ``"float32"``.

    Attributes
    ----------
    description
        The network.
    identity
        The weights', which goes with every vector; the same in each precision.
    batch_size
        Windows that go through the network together.
    precision
        What the convolutions compute in, ``"float32"`` or ``"bfloat16"``.
    spent
        What its embeddings have cost until now.

    Raises
    ------
    ValueError
        If `threads` is less than 1.
    RuntimeError
        If TensorFlow has begun to compute in this process on another number of threads.
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
        # The front end waits for memory: XLA fuses its steps and takes a third off its time. The convolutions stay with
        # oneDNN, whose are quicker than XLA's.
        self._spectrogram = tf.function(
            front_end(weights.description),
            input_signature=[tf.TensorSpec((self.batch_size, WINDOW_SIZE), tf.float32)],
            jit_compile=True,
            # There is nothing to convert, and what is converted leaves files in the temporary folder.
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
        """Embed windows, whatever their level.

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
        """What the network sees of windows (N, 48000): decibels below each one's loudest point, (N, bands, frames).

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
        """Whether the embeddings of some sound are those of the network `exact`, which is not compiled for it."""
        windows = _trial_sound()
        for some, batch in self._batches(windows):
            count = len(windows[some])
            spectrograms = self._spectrogram(batch)
            found = self._network(spectrograms).numpy()[:count]
            expected = exact(spectrograms[:count, ..., np.newaxis], training=False).numpy()
            norms = np.linalg.norm(found, axis=1) * np.linalg.norm(expected, axis=1)
            # Not any `<`: what is no number is not less.
            if not ((found * expected).sum(axis=1) >= LEAST_COSINE * norms).all():
                return False
        return True

    def _batches(self, windows: FloatArray) -> Iterator[tuple[slice, FloatArray]]:
        """Yield batches of one size, the last filled up with silence, and where in `windows` each one's are."""
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
    """Four windows (4, 48000) as different as music is: a chord, beats, the two together, and noise."""
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

"""The loaded model: windows of sound in, embeddings out."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import WINDOW_SIZE, ModelDescription
from musicsim.embedding.frontend import front_end
from musicsim.embedding.network import build_network
from musicsim.embedding.weights import Weights

FloatArray = npt.NDArray[np.float32]
Precision = Literal["float32", "bfloat16"]

# The largest layer of a batch takes four bytes for each of these, and two such layers live at a time.
_LARGEST_LAYER = 2**24
_LARGEST_BATCH = 16


class Model:
    """An OpenL3-style network, compiled for one batch size.

    Making one imports TensorFlow, if this process has not done so yet, and builds the network; the first call compiles
    it. One thread at a time may use it.

    Parameters
    ----------
    weights
        The network and its weights.
    batch_size
        Windows that go through the network together; None takes as many as are quick without taking much memory.
    threads
        Processor cores to use; None takes all. Holds for every model of the process, so it must be given to the first.
    precision
        What the convolutions compute in. ``"bfloat16"`` takes as little as half the time where the processor has
        it (see `fastest_precision`) and agrees with ``"float32"`` to a cosine of 0.9999.

    Raises
    ------
    RuntimeError
        If `threads` is given after TensorFlow has started with another number.
    """

    def __init__(
        self,
        weights: Weights,
        *,
        batch_size: int | None = None,
        threads: int | None = None,
        precision: Precision = "float32",
    ) -> None:
        tf = import_tensorflow()
        if (
            threads is not None
            and tf.config.threading.get_intra_op_parallelism_threads() != threads
        ):
            tf.config.threading.set_intra_op_parallelism_threads(threads)
        self.description = weights.description
        self.identity = weights.identity
        self.batch_size = batch_size or _usual_batch_size(weights.description)

        network = build_network(weights, precision)
        batch = tf.TensorSpec((self.batch_size, WINDOW_SIZE), tf.float32)
        # The front end waits for memory: XLA fuses its steps and takes a third off its time. The convolutions stay with
        # oneDNN, whose are quicker than XLA's.
        self._spectrogram = tf.function(
            front_end(weights.description),
            input_signature=[batch],
            jit_compile=True,
            # There is nothing to convert, and what is converted leaves files in the temporary folder.
            autograph=False,
        )
        self._embed = tf.function(
            lambda windows: network(self._spectrogram(windows)[..., tf.newaxis], training=False),
            input_signature=[batch],
            autograph=False,
        )

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
        return self._in_batches(self._embed, windows, (self.embedding_size,))

    def spectrogram(self, windows: npt.ArrayLike) -> FloatArray:
        """What the network sees of windows (N, 48000): decibels below each one's loudest point, (N, bands, frames).

        Raises
        ------
        ValueError
            If the windows have another shape.
        """
        shape = (self.description.bands, self.description.frames)
        return self._in_batches(self._spectrogram, windows, shape)

    def _in_batches(
        self, compiled: Callable[[Any], Any], windows: npt.ArrayLike, shape: tuple[int, ...]
    ) -> FloatArray:
        windows = np.asarray(windows)
        if windows.ndim != 2 or windows.shape[1] != WINDOW_SIZE:
            raise ValueError(f"windows have the shape (N, {WINDOW_SIZE}), not {windows.shape}")
        results = np.empty((len(windows), *shape), np.float32)
        for start in range(0, len(windows), self.batch_size):
            some = windows[start : start + self.batch_size]
            batch = np.zeros((self.batch_size, WINDOW_SIZE), np.float32)
            batch[: len(some)] = some
            results[start : start + len(some)] = compiled(batch).numpy()[: len(some)]
        return results


def fastest_precision() -> Precision:
    """The precision in which this machine is quickest: bfloat16 where the processor computes in it.

    Only Linux tells which processors do; elsewhere it is float32.
    """
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return "float32"
    flags = next((line for line in facts.splitlines() if line.startswith("flags")), "").split()
    return "bfloat16" if {"avx512_bf16", "amx_bf16"} & set(flags) else "float32"


def _usual_batch_size(description: ModelDescription) -> int:
    largest = description.bands * description.frames * max(description.widths[:2])
    fitting = max(1, min(_LARGEST_BATCH, _LARGEST_LAYER // largest))
    return 1 << (fitting.bit_length() - 1)


def import_tensorflow() -> Any:
    """Import TensorFlow, with Keras on it, quietly; it takes two seconds the first time."""
    if "tensorflow" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        # Warnings of its own that a listener can do nothing about; errors still come through.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        # Where there is a GPU after all, leave its memory to others.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        with _stderr_held_back():
            import tensorflow  # noqa: F401
    import tensorflow as tf

    return tf


@contextlib.contextmanager
def _stderr_held_back() -> Iterator[None]:
    """Hold back what native code writes to standard error, and give it out only if the block fails.

    TensorFlow 2.16 and later announce oneDNN on import whatever the log level is (tensorflow/tensorflow issue 100442).
    """
    try:
        kept = os.dup(2)
    # A program without a console has no standard error.
    except OSError:
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)

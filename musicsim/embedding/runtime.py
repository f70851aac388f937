"""TensorFlow in this process: imported quietly, on as many threads as wanted, and what this machine computes well."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

Precision = Literal["float32", "bfloat16"]

# Ampere, the first of NVIDIA's with bfloat16 in its tensor cores.
_BFLOAT16_SINCE = (8, 0)


def import_tensorflow() -> Any:
    """Import TensorFlow, with Keras on it, quietly; it takes two seconds the first time."""
    if "tensorflow" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        # Warnings of its own that a listener can do nothing about; errors still come through.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        # Of a GPU's memory only what is needed: the desktop needs the rest.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        with _stderr_held_back():
            import tensorflow  # noqa: F401
    import tensorflow as tf

    return tf


def use_threads(threads: int) -> None:
    """Have TensorFlow compute on so many threads, in every model of this process.

    Raises
    ------
    ValueError
        If there is to be none.
    RuntimeError
        If TensorFlow has begun to compute, on another number of them.
    """
    if threads < 1:
        raise ValueError(f"no network runs on {threads} threads")
    threading = import_tensorflow().config.threading
    # TensorFlow says 0 for all of them.
    current = threading.get_intra_op_parallelism_threads() or usable_cores()
    if threads == current:
        return
    try:
        threading.set_intra_op_parallelism_threads(threads)
    except RuntimeError as error:
        raise RuntimeError(
            f"TensorFlow runs on {current} threads in this process and can't change to {threads}: "
            "the first model decides"
        ) from error


def has_gpu() -> bool:
    """Whether TensorFlow computes on a GPU."""
    return bool(import_tensorflow().config.get_visible_devices("GPU"))


def fastest_precision() -> Precision:
    """The precision in which this machine is quickest: bfloat16 where its GPU, or else its processor, computes in it.

    Of processors only Linux tells; elsewhere it is float32.
    """
    config = import_tensorflow().config
    if gpus := config.get_visible_devices("GPU"):
        details = config.experimental.get_device_details(gpus[0])
        capability = details.get("compute_capability", (0, 0))
        return "bfloat16" if capability >= _BFLOAT16_SINCE else "float32"
    return "bfloat16" if {"avx512_bf16", "amx_bf16"} & _processor_flags() else "float32"


def _processor_flags() -> set[str]:
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return set()
    return set(next((line for line in facts.splitlines() if line.startswith("flags")), "").split())


def usable_cores() -> int:
    """How many cores this process may use."""
    # Linux alone tells them apart from all.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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

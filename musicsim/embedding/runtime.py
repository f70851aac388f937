"""TensorFlow in this process: quiet import, number of threads, and the machine's best precision."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

Precision = Literal["float32", "bfloat16"]

# Ampere, NVIDIA's first with bfloat16 in its tensor cores.
_BFLOAT16_SINCE = (8, 0)


def import_tensorflow() -> Any:
    """Import TensorFlow and Keras quietly; the first time takes 2 s."""
    if "tensorflow" not in sys.modules:
        os.environ["KERAS_BACKEND"] = "tensorflow"
        # Hides warnings that the listener can do nothing about; errors still appear.
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
        # Take GPU memory only as needed, since the desktop needs the rest.
        os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
        with _stderr_held_back():
            import tensorflow  # noqa: F401
    import tensorflow as tf

    return tf


def use_threads(threads: int) -> None:
    """Set the number of TensorFlow's threads, for every model of this process.

    Raises
    ------
    ValueError
        If `threads` is less than 1.
    RuntimeError
        If TensorFlow already computes on another number of threads.
    """
    if threads < 1:
        raise ValueError(f"no network runs on {threads} threads")
    threading = import_tensorflow().config.threading
    # TensorFlow returns 0 for all cores.
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
    """Return whether TensorFlow computes on a GPU."""
    return bool(import_tensorflow().config.get_visible_devices("GPU"))


def fastest_precision() -> Precision:
    """Return the machine's fastest precision: bfloat16 if its GPU, or else its processor, supports it.

    Only Linux reports this for processors; elsewhere it is float32.
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
    """Return the number of cores that this process may use."""
    # Only Linux can tell these from all cores.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextlib.contextmanager
def _stderr_held_back() -> Iterator[None]:
    """Hold back native output on standard error, and release it only if the block fails.

    TensorFlow 2.16 and later announce oneDNN on import at any log level (tensorflow/tensorflow issue 100442).
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

"""How fast the network is, how long it takes to start, and what memory it needs.

    python benchmarks/engine.py

Each row is a process of its own: `import` is TensorFlow's, `load` is reading and building, `first` is the first call,
which compiles; `window` is the quickest of ten tracks of 32 windows, all in, from sound to embedding. The full-size
network has random weights, which take as long as trained ones.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

from musicsim.embedding import Model, ModelDescription, Precision, Weights, read_weights
from musicsim.embedding.model import import_tensorflow
from musicsim.embedding.weights import BatchNorm, Linear
from musicsim.resources import resource as find_resource

WINDOWS = 32
TRACKS = 10
_MODELS = ("starter", "mel256 512")
_PRECISIONS: tuple[Precision, ...] = ("float32", "bfloat16")


def random_weights() -> Weights:
    random = np.random.default_rng(0)
    description = ModelDescription.official("mel256", 512)
    inputs = (1, *description.widths[:-1])
    return Weights(
        description=description,
        identity="random",
        batch_norms=tuple(
            BatchNorm(*(np.ones(channels, np.float32) for _ in range(4))) for channels in inputs
        ),
        convolutions=tuple(
            Linear(
                random.normal(0, (2 / 9 / fan_in) ** 0.5, (3, 3, fan_in, fan_out)).astype("f4"),
                np.zeros(fan_out, np.float32),
            )
            for fan_in, fan_out in zip(inputs, description.widths, strict=True)
        ),
    )


def measure(model_name: str, precision: Precision) -> list[str]:
    starts = [time.perf_counter()]
    import_tensorflow()
    starts.append(time.perf_counter())
    is_starter = model_name == "starter"
    weights = read_weights(find_resource("starter.h5")) if is_starter else random_weights()
    model = Model(weights, precision=precision)
    windows = np.random.default_rng(0).normal(0, 0.1, (WINDOWS, 48_000)).astype(np.float32)
    starts.append(time.perf_counter())
    model.embed(windows[:1])
    for _ in range(TRACKS):
        starts.append(time.perf_counter())
        model.embed(windows)
    starts.append(time.perf_counter())
    spent = np.diff(starts)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
    return [
        model_name,
        precision,
        str(model.batch_size),
        f"{spent[3:].min() / WINDOWS * 1e3:.2f} ms",
        *(f"{seconds:.2f} s" for seconds in spent[:3]),
        f"{peak} MB",
    ]


def main() -> None:
    table = Table("model", "precision", "batch", "window", "import", "load", "first", "peak memory")
    rows = [(model, precision) for model in _MODELS for precision in _PRECISIONS]
    context = multiprocessing.get_context("spawn")
    for row in track(rows, "Measuring", transient=True):
        # A new process for each: imports and peaks of memory don't come back.
        with context.Pool(1) as pool:
            table.add_row(*pool.apply(measure, row))
    Console(width=100).print(table)


if __name__ == "__main__":
    main()

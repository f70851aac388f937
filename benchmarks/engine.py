"""Measure the engine's speed against OpenL3 0.4.2's method, its start-up time and its memory.

    python benchmarks/engine.py [--whole]

OpenL3's method is Keras `predict` on the float32 graph with unfolded batch-norms, 32 windows at a time, with a window
every 0.1 s of the file. The others are musicsim's plans. Each row runs in its own process. The rows of a model take
turns, so that other load on the machine slows all of them alike, and the median turn of each counts. The full-size
network has random weights, which take as long as trained ones.
"""

from __future__ import annotations

import argparse
import contextlib
import enum
import math
import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import soundfile as sf
from decoding import RATE, music
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from musicsim.audio import FIRST_PASS, SETTLED, SamplingPlan, read_blocks, sample_windows
from musicsim.base.resources import resource as find_resource
from musicsim.embedding import (
    SAMPLE_RATE,
    WINDOW_SIZE,
    Model,
    ModelDescription,
    Precision,
    Weights,
    fastest_precision,
    read_weights,
)
from musicsim.embedding.description import POOLED_AFTER
from musicsim.embedding.framing import cut_windows
from musicsim.embedding.frontend import front_end
from musicsim.embedding.runtime import import_tensorflow
from musicsim.embedding.weights import BatchNorm, Linear

SECONDS = 240
HOP = 0.1
OPENL3_BATCH = 32
PART = 32
"""Number of the 2,396 windows that are measured per turn when every window should be embedded."""
TURNS = 5
MODELS = ("mel256 512", "starter")


class Way(enum.Enum):
    """A way to embed a track."""

    OPENL3 = "OpenL3's way"
    DENSE = "every window"
    SETTLED = f"settled, {SETTLED}"
    FIRST_PASS = f"first pass, {FIRST_PASS}"


@dataclass(frozen=True)
class Start:
    """Seconds for importing TensorFlow, for reading and building, and for the first call, which compiles."""

    importing: float
    loading: float
    first: float


@dataclass(frozen=True)
class Turn:
    """One embedding of the track.

    Attributes
    ----------
    window, track
        Seconds from sound to the embeddings, and from the file to the embeddings.
    share
        The share of the matmul peak that the convolutions reached.
    memory
        Peak memory in bytes so far.
    """

    window: float
    track: float
    share: float
    memory: int


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


def openl3_network(weights: Weights) -> Any:
    """Return OpenL3 0.4.2's network, a Keras model from windows (B, 48000) to embeddings."""
    import keras

    layers = keras.layers
    description = weights.description
    decibels = front_end(description)
    values = []

    def add(layer: Any, hidden: Any, *arrays: np.ndarray) -> Any:
        hidden = layer(hidden)
        values.append((layer, arrays))
        return hidden

    def normalise(hidden: Any, norm: BatchNorm) -> Any:
        arrays = norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance
        layer = layers.BatchNormalization(epsilon=description.bn_epsilon)
        return add(layer, hidden, *arrays)

    sound = keras.Input((WINDOW_SIZE,))
    hidden = layers.Lambda(lambda windows: decibels(windows)[..., None])(sound)
    hidden = normalise(hidden, weights.batch_norms[0])
    for i, linear in enumerate(weights.convolutions):
        layer = layers.Conv2D(description.widths[i], 3, padding="same")
        hidden = add(layer, hidden, linear.kernel, linear.bias)
        if i + 1 < len(weights.batch_norms):
            hidden = layers.Activation("relu")(normalise(hidden, weights.batch_norms[i + 1]))
        if i in POOLED_AFTER:
            hidden = layers.MaxPooling2D(2)(hidden)
    hidden = layers.Flatten()(layers.MaxPooling2D(description.pool_size, padding="same")(hidden))
    if weights.projection is not None:
        layer = layers.Dense(description.embedding_size)
        hidden = add(layer, hidden, weights.projection.kernel, weights.projection.bias)
    for layer, arrays in values:
        layer.set_weights(arrays)
    return keras.Model(sound, hidden)


def convolution_flops(description: ModelDescription) -> int:
    """Return the convolutions' operations per window; a multiplication and an addition count as two."""
    bands, frames = description.bands, description.frames
    flops = 0
    for i, (fan_in, fan_out) in enumerate(
        zip((1, *description.widths), description.widths, strict=False)
    ):
        flops += 2 * 9 * fan_in * fan_out * bands * frames
        if i in POOLED_AFTER:
            bands, frames = bands // 2, frames // 2
    return flops


def matmul_peak() -> float:
    """Return the peak float32 operations a second in a product of two large matrices, by oneDNN or XLA."""
    tf = import_tensorflow()
    best = 0.0
    for size in (1024, 2048):
        matrix = tf.random.normal((size, size))
        for by_xla in (False, True):
            product = tf.function(tf.matmul, jit_compile=by_xla, autograph=False)
            product(matrix, matrix)
            spent = quickest(lambda p=product, m=matrix: p(m, m).numpy(), 5)
            best = max(best, 2 * size**3 / spent)
    return best


def quickest(work: Callable[[], object], times: int) -> float:
    spent = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        spent.append(time.perf_counter() - began)
    return min(spent)


def openl3_windows(path: Path) -> np.ndarray:
    """Return all windows of a file, centred, in one array (N, 48000), as OpenL3 holds them."""
    sound = np.concatenate([np.zeros(WINDOW_SIZE // 2, np.float32), *read_blocks(path)])
    hop = int(HOP * SAMPLE_RATE)
    count = 1 + math.ceil((len(sound) - WINDOW_SIZE) / hop)
    sound = np.pad(sound, (0, (count - 1) * hop + WINDOW_SIZE - len(sound)))
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(sound, WINDOW_SIZE)[::hop])


class Row:
    """One way to embed the track, in its own process.

    Parameters
    ----------
    model_name, way, precision
        The configuration to measure.
    path
        The track.
    whole
        Whether to embed every window, even if a part of them is enough.
    """

    def __init__(
        self, model_name: str, way: Way, precision: Precision, path: Path, whole: bool
    ) -> None:
        self._way, self._path = way, path
        began = time.perf_counter()
        import_tensorflow()
        imported = time.perf_counter()
        is_starter = model_name == "starter"
        weights = read_weights(find_resource("starter.h5")) if is_starter else random_weights()
        self._embed: Callable[[np.ndarray], object]
        if way is Way.OPENL3:
            network = openl3_network(weights)
            self._embed = lambda windows: network.predict(
                windows, batch_size=OPENL3_BATCH, verbose=0
            )
        else:
            self._embed = Model(weights, precision=precision).embed
        loaded = time.perf_counter()
        # One whole batch, since Keras compiles each batch size separately.
        self._embed(np.zeros((OPENL3_BATCH if way is Way.OPENL3 else 1, WINDOW_SIZE), np.float32))
        self.start = Start(imported - began, loaded - imported, time.perf_counter() - loaded)
        self._flops = convolution_flops(weights.description)
        self._whole = whole
        began = time.perf_counter()
        if way is Way.OPENL3:
            self._windows = openl3_windows(path)
            self._total = len(self._windows)
        elif way is Way.DENSE:
            self._total = sum(map(len, cut_windows(read_blocks(path), hop_size=HOP)))
        self._decoding = time.perf_counter() - began

    def turn(self) -> Turn:
        """Embed the track."""
        if self._way in (Way.OPENL3, Way.DENSE):
            done, spent = 0, 0.0
            for windows in self._dense_windows():
                began = time.perf_counter()
                self._embed(windows)
                spent += time.perf_counter() - began
                done += len(windows)
            window = spent / done
            track = self._decoding + window * self._total
        else:
            plan = SamplingPlan(SETTLED if self._way is Way.SETTLED else FIRST_PASS)
            began = time.perf_counter()
            windows = sample_windows(self._path, plan).windows
            decoded = time.perf_counter()
            self._embed(windows)
            ended = time.perf_counter()
            window, track = (ended - decoded) / len(windows), ended - began
        unit = 1 if sys.platform == "darwin" else 2**10
        return Turn(
            window=window,
            track=track,
            share=self._flops / window / matmul_peak(),
            memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
        )

    def _dense_windows(self) -> Iterable[np.ndarray]:
        if self._way is Way.OPENL3:
            return [self._windows if self._whole else self._windows[:PART]]
        windows = cut_windows(read_blocks(self._path), hop_size=HOP, batch_size=PART)
        return windows if self._whole else [next(windows)[:PART]]


_row: Row


def start_row(*arguments: Any) -> Start:
    global _row
    _row = Row(*arguments)
    return _row.start


def take_turn() -> Turn:
    return _row.turn()


def measure(
    model: str, ways: list[tuple[Way, Precision]], path: Path, whole: bool, progress: Progress
) -> Iterator[list[str]]:
    """Measure the rows of a model, OpenL3's way first, and yield their cells."""
    context = multiprocessing.get_context("spawn")
    turns = 1 if whole else TURNS
    task = progress.add_task(model, total=(turns + 1) * len(ways))
    with contextlib.ExitStack() as stack:
        # A new process for each, since imports and memory peaks persist.
        pools = [stack.enter_context(context.Pool(1)) for _ in ways]
        starts = []
        for pool, (way, precision) in zip(pools, ways, strict=True):
            starts.append(pool.apply(start_row, (model, way, precision, path, whole)))
            progress.advance(task)
        taken: list[list[Turn]] = [[] for _ in ways]
        for _ in range(turns):
            for pool, of_row in zip(pools, taken, strict=True):
                of_row.append(pool.apply(take_turn))
                progress.advance(task)
    windows = [statistics.median(turn.window for turn in of_row) for of_row in taken]
    tracks = [statistics.median(turn.track for turn in of_row) for of_row in taken]
    for i, (way, precision) in enumerate(ways):
        start, of_row = starts[i], taken[i]
        yield [
            way.value,
            precision,
            f"{windows[i] * 1e3:.1f} ms",
            f"{windows[0] / windows[i]:.2f}",
            f"{tracks[i]:.2f} s",
            f"{tracks[0] / tracks[i]:.3g}",
            f"{statistics.median(turn.share for turn in of_row):.0%}",
            f"{start.importing:.1f} s",
            f"{start.loading:.1f} s",
            f"{start.first:.1f} s",
            f"{max(turn.memory for turn in of_row) / 2**20:.0f} MB",
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast the engine is against OpenL3's way.")
    parser.add_argument(
        "--whole", action="store_true", help="measure each window, which takes long"
    )
    whole = parser.parse_args().whole
    table = Table(
        "network", "way", "precision", "window", "× as fast", "track", "× as fast",
        "of matmul peak", "import", "load", "first", "memory",
    )  # fmt: skip
    has_bfloat16 = fastest_precision() == "bfloat16"
    ways: list[tuple[Way, Precision]] = [(way, "float32") for way in Way]
    if has_bfloat16:
        ways += [(way, "bfloat16") for way in Way if way is not Way.OPENL3]
    with tempfile.TemporaryDirectory() as folder, Progress(transient=True) as progress:
        path = Path(folder) / "track.mp3"
        sf.write(path, music(SECONDS), RATE)
        for model in MODELS:
            table.add_section()
            for cells in measure(model, ways, path, whole, progress):
                table.add_row(model, *cells)
    console = Console(width=150)
    console.print(table)
    notes = [
        "window: from sound to embedding, the front end included. track: from a 4-minute MP3 file to its embeddings,"
        " decoding included. × as fast: as OpenL3's way.",
        "of matmul peak: what the convolutions compute in a window's time, against the most that large float32"
        " products reach in the same process.",
        "first: the first call, which compiles. memory: the peak; OpenL3 holds all of a track's windows at once.",
    ]
    if not whole:
        notes.append(
            f"OpenL3's way and every window: {PART} windows a turn, scaled to the track's; it is decoded whole."
            " --whole measures each."
        )
    if not has_bfloat16:
        notes.append("bfloat16: not measured, this machine does not compute in it.")
    console.print("\n".join(notes), highlight=False)


if __name__ == "__main__":
    main()

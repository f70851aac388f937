"""The seeded sound and weights for which the official OpenL3 computed `tests/data/openl3/expected.npz`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import h5py
import numpy as np

DATA = Path(__file__).parents[1] / "data" / "openl3"
WEIGHTS_SEED = 11
WIDTHS = (64, 64, 128, 128, 256, 256, 512, 512)

Layer = tuple[str, dict[str, np.ndarray]]


class Case(NamedTuple):
    seed: int
    sample_rate: int
    seconds: float
    channels: int
    center: bool
    hop_size: float


CASES = (
    Case(1, 48_000, 3.3, 1, True, 0.5),
    Case(2, 48_000, 2.0, 2, False, 1.0),
    Case(3, 44_100, 2.5, 1, True, 0.1),
    Case(4, 48_000, 0.4, 1, True, 1.0),
)


def signal(seed: int, sample_rate: int, seconds: float, channels: int) -> np.ndarray:
    """Five sinusoids, a sweep, a burst of noise every 0.4 s and a silence; (samples,) or (samples, channels)."""
    random = np.random.RandomState(seed)
    size = int(sample_rate * seconds)
    time = np.arange(size) / sample_rate
    sound = np.zeros((size, channels))
    for channel in range(channels):
        mix = np.zeros(size)
        for step in random.randint(0, 40, 5):
            amplitude = random.uniform(0.05, 0.2)
            phase = random.uniform(0, 6)
            mix += amplitude * np.sin(2 * np.pi * (110 * 2 ** (step / 12)) * time + phase)
        mix += 0.2 * np.sin(2 * np.pi * (100 * time + 2000 * time**2 / max(seconds, 1)))
        for onset in np.arange(0, seconds, 0.4):
            first = int(onset * sample_rate)
            length = min(int(0.05 * sample_rate), size - first)
            decay = np.exp(-np.arange(length) / (0.01 * sample_rate))
            mix[first : first + length] += random.normal(0, 0.3, length) * decay
        sound[:, channel] = mix
    sound[int(0.8 * size) : int(0.9 * size)] = 0
    return (sound / np.abs(sound).max() * 0.9).astype(np.float32).squeeze()


def layers(seed: int = WEIGHTS_SEED) -> Iterator[Layer]:
    """The layers of an official weight file, in its order, with random values."""
    random = np.random.RandomState(seed)

    def batch_norm(channels: int, mean: float, variance: float) -> dict[str, np.ndarray]:
        return {
            "gamma": random.uniform(0.8, 1.2, channels),
            "beta": random.normal(0, 0.1, channels),
            "moving_mean": mean + random.normal(0, 0.05, channels),
            "moving_variance": variance * random.uniform(0.9, 1.1, channels),
        }

    def convolution(inputs: int, outputs: int) -> dict[str, np.ndarray]:
        spread = np.sqrt(2 / (9 * inputs))
        return {
            "kernel": random.normal(0, spread, (3, 3, inputs, outputs)),
            "bias": random.normal(0, 0.05, outputs),
        }

    def numbered(name: str, number: int) -> str:
        return f"{name}_{number}" if number else name

    yield "input_1", {}
    yield "batch_normalization", batch_norm(1, -45.0, 350.0)
    inputs = 1
    for i, outputs in enumerate(WIDTHS[:-1]):
        yield numbered("conv2d", i), convolution(inputs, outputs)
        yield numbered("batch_normalization", i + 1), batch_norm(outputs, 0.0, 1.0)
        yield numbered("activation", i), {}
        if i % 2:
            yield numbered("max_pooling2d", i // 2), {}
        inputs = outputs
    yield "audio_embedding_layer", convolution(inputs, WIDTHS[-1])


def write_weights(
    path: Path, *, group: str = "/", change: Callable[[list[Layer]], list[Layer]] = list
) -> Path:
    """Write the seeded weights in the official layout, after `change`; in a group where `group` names one."""
    with h5py.File(path, "w") as file:
        root = file.require_group(group)
        names = []
        for layer, weights in change(list(layers())):
            names.append(layer.encode())
            paths = [f"{layer}/{weight}:0" for weight in weights]
            root.create_group(layer).attrs["weight_names"] = [p.encode() for p in paths]
            for weight_path, values in zip(paths, weights.values(), strict=True):
                root[layer][weight_path] = values.astype(np.float32)
        root.attrs["layer_names"] = names
    return path

"""Writing a weight file after training, in OpenL3's layout with musicsim's description in it."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np
import numpy.typing as npt

from musicsim.embedding.description import SAMPLE_RATE
from musicsim.embedding.runtime import import_tensorflow
from musicsim.embedding.weights import BatchNorm, Linear
from training.fitting import Training

FloatArray = npt.NDArray[np.float32]


def write_weights(
    path: Path, name: str, training: Training, projection: Linear, tracks: FloatArray
) -> None:
    """Write a weight file that `musicsim models use` accepts.

    Parameters
    ----------
    path
        The file, which is replaced if it exists.
    name
        The name of the model.
    training
        The training with the network.
    projection
        The result of `fit_projection`.
    tracks
        The tracks that the projection was fitted on, (T, F); their embeddings' statistics go into the file.
    """
    network = training.network
    batch_norms, convolutions = network.batch_norms(), network.convolutions()
    layers: list[tuple[str, BatchNorm | Linear]] = []
    for i, (batch_norm, convolution) in enumerate(zip(batch_norms, convolutions, strict=True)):
        number = f"_{i}" if i else ""
        layers.append((f"batch_normalization{number}", batch_norm))
        is_last = i == len(convolutions) - 1
        layers.append(("audio_embedding_layer" if is_last else f"conv2d{number}", convolution))
    layers.append(("projection", projection))
    embeddings = tracks @ projection.kernel + projection.bias
    description = {
        "format": 1,
        "name": name,
        "input_repr": network.description.input_repr,
        "widths": network.description.widths,
        "pool_size": network.description.pool_size,
        "bn_epsilon": network.description.bn_epsilon,
        "bands_used": network.description.bands_used,
        "dynamic_range": network.description.dynamic_range,
        "projection_size": projection.kernel.shape[1],
    }
    half_done = path.with_name(f".{path.name}.part")
    with h5py.File(half_done, "w") as file:
        file.attrs["musicsim"] = json.dumps(description)
        file.attrs["layer_names"] = [layer for layer, _ in layers]
        for layer, weights in layers:
            _write_layer(file, layer, weights)
        file["reference/mean"] = embeddings.mean(axis=0).astype(np.float32)
        file["reference/std"] = embeddings.std(axis=0).astype(np.float32)
    half_done.replace(path)


def write_check(path: Path, training: Training, projection: Linear, windows: FloatArray) -> None:
    """Write the training network's results for some windows (N, 48000), to compare with the program's own.

    The file has `mel_first`, the network's input for the first window, and `embedding` (N, D). The network then
    computes in float32.
    """
    from musicsim.embedding.frontend import front_end

    tf = import_tensorflow()
    seen = front_end(training.network.description)(tf.constant(windows))
    training.network.precision = "float32"
    flattened = training.network(seen, training=False).numpy()
    np.savez(
        path, mel_first=seen.numpy()[0], embedding=flattened @ projection.kernel + projection.bias
    )


def _write_layer(file: h5py.File, layer: str, weights: BatchNorm | Linear) -> None:
    group = file.create_group(layer)
    names = []
    for kind, values in vars(weights).items():
        name = f"{layer}/{kind}:0"
        # Half precision is enough for kernels: its rounding is below the noise of the training.
        group[name] = values.astype(np.float16) if kind == "kernel" else values
        names.append(name)
    group.attrs["weight_names"] = names


def trial_windows() -> FloatArray:
    """Return four seconds of seeded sound as windows (4, 48000), for `write_check`."""
    random = np.random.default_rng(5)
    time = np.arange(4 * SAMPLE_RATE) / SAMPLE_RATE
    sound = sum(
        strength * np.sin(2 * np.pi * pitch * time)
        for pitch, strength in zip(
            random.uniform(60, 8000, 20), random.uniform(0.01, 0.1, 20), strict=True
        )
    )
    sound = sound * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * time)) + random.normal(0, 0.02, len(time))
    windows: FloatArray = sound.astype(np.float32).reshape(4, SAMPLE_RATE)
    return windows

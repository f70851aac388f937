"""The teachers: musicnn's two networks, read from the checkpoints in its wheel and run in TensorFlow 2.

J. Pons and X. Serra, "musicnn: Pre-trained convolutional neural networks for music audio tagging", ISMIR late-breaking
demo, 2019; the layers are those of its models.py. The wheel is under the ISC licence. Its own code needs TensorFlow 1
and can't be installed on a current Python, so only the weights are taken from it.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from musicsim.embedding.frontend import mel_filters
from musicsim.embedding.runtime import import_tensorflow
from training.corpus import CorpusError

FloatArray = npt.NDArray[np.float32]
DataSet = Literal["MTT", "MSD"]

SAMPLE_RATE = 16_000
PATCH_FRAMES = 187
"""Frames in the three seconds of a network's input."""
HOP_SIZE = 256
BANDS = 96
PENULTIMATE_SIZE, POOLED_SIZE, TAGS = 200, 1506, 50
TRAINED_ON: Final[tuple[DataSet, ...]] = ("MTT", "MSD")
"""MagnaTagATune and the Million Song Dataset."""

_WHEEL = "musicnn==0.1.0"
_FFT_SIZE = 512
_EPSILON = 1e-3
_BATCH = 32


def fetch_wheel(folder: Path) -> Path:
    """Return musicnn's wheel, fetched by pip unless it is there.

    Raises
    ------
    CorpusError
        If it is not available.
    """
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.glob("musicnn-*.whl"))
    if not found:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "-d", str(folder)]
        try:
            subprocess.run([*pip, _WHEEL], check=True, capture_output=True, text=True)
        except subprocess.CalledProcessError as error:
            raise CorpusError(f"{_WHEEL} can't be fetched.\n{error.stderr.strip()}") from error
        found = sorted(folder.glob("musicnn-*.whl"))
    return found[-1]


def log_mel(sound: FloatArray) -> FloatArray:
    """Return musicnn's spectrogram of mono sound at 16 kHz.

    Parameters
    ----------
    sound
        Shape (samples,).

    Returns
    -------
    ndarray
        Shape (frames, 96), one frame every 256 samples, the first centred on the first sample.
    """
    padded = np.pad(sound, _FFT_SIZE // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, _FFT_SIZE)[::HOP_SIZE]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_FFT_SIZE) / _FFT_SIZE)).astype(np.float32)
    power = np.abs(np.fft.rfft(frames * hann, axis=1)) ** 2
    mel = power.astype(np.float32) @ mel_filters(BANDS, _FFT_SIZE, SAMPLE_RATE)
    level: FloatArray = np.log10(10_000 * mel + 1).astype(np.float32)
    return level


def patches_at(spectrogram: FloatArray, centres: npt.ArrayLike) -> FloatArray:
    """Return three seconds of a spectrogram (frames, 96) around each centre (N,), in seconds: (N, 187, 96).

    Patches at the ends are moved inwards; a shorter spectrogram is padded with silence.
    """
    missing = PATCH_FRAMES - len(spectrogram)
    if missing > 0:
        spectrogram = np.pad(spectrogram, ((0, missing), (0, 0)))
    starts = np.round(np.asarray(centres) * SAMPLE_RATE / HOP_SIZE - PATCH_FRAMES / 2).astype(int)
    starts = np.clip(starts, 0, len(spectrogram) - PATCH_FRAMES)
    return np.stack([spectrogram[start : start + PATCH_FRAMES] for start in starts])


class Musicnn:
    """One of musicnn's networks.

    Parameters
    ----------
    wheel
        The result of `fetch_wheel`.
    trained_on
        The data set that it was trained on.
    """

    def __init__(self, wheel: Path, trained_on: DataSet) -> None:
        tf = import_tensorflow()
        weights = _read_checkpoint(wheel, trained_on)
        self._network = tf.function(
            lambda patches: _forward(tf, weights, patches),
            input_signature=[tf.TensorSpec((_BATCH, PATCH_FRAMES, BANDS), tf.float32)],
            autograph=False,
        )

    def __call__(self, patches: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the hidden features and the tags of patches (N, 187, 96).

        Returns
        -------
        penultimate
            The output of the last hidden layer, (N, 200).
        pooled
            The maximum and the mean over time before it, (N, 1506).
        tags
            Probabilities, (N, 50).
        """
        parts = []
        for start in range(0, len(patches), _BATCH):
            some = patches[start : start + _BATCH]
            batch = np.zeros((_BATCH, PATCH_FRAMES, BANDS), np.float32)
            batch[: len(some)] = some
            parts.append([output.numpy()[: len(some)] for output in self._network(batch)])
        penultimate, pooled, tags = (np.concatenate(part) for part in zip(*parts, strict=True))
        return penultimate, pooled, tags


def _read_checkpoint(wheel: Path, trained_on: DataSet) -> dict[str, Any]:
    tf = import_tensorflow()
    with tempfile.TemporaryDirectory() as scratch, zipfile.ZipFile(wheel) as archive:
        prefix = Path(scratch) / "model"
        # TensorFlow doesn't find files whose names are only a suffix, like those in the wheel.
        for suffix in (".index", ".data-00000-of-00001"):
            content = archive.read(f"musicnn/{trained_on}_musicnn/{suffix}")
            prefix.with_name(prefix.name + suffix).write_bytes(content)
        reader = tf.train.load_checkpoint(str(prefix))
        names = [name for name in reader.get_variable_to_shape_map() if "Adam" not in name]
        return {name: reader.get_tensor(name) for name in names}


def _forward(tf: Any, weights: dict[str, Any], patches: Any) -> tuple[Any, Any, Any]:
    def numbered(kind: str, number: int) -> str:
        return f"{kind}_{number}" if number else kind

    def batch_norm(number: int, values: Any) -> Any:
        name = numbered("batch_normalization", number)
        scale = weights[f"{name}/gamma"] / np.sqrt(weights[f"{name}/moving_variance"] + _EPSILON)
        return values * scale + (weights[f"{name}/beta"] - weights[f"{name}/moving_mean"] * scale)

    def convolve(number: int, values: Any, padding: str = "VALID") -> Any:
        name = numbered("conv2d", number)
        values = tf.nn.conv2d(values, weights[f"{name}/kernel"], 1, padding)
        return batch_norm(number + 1, tf.nn.relu(values + weights[f"{name}/bias"]))

    def in_time(values: Any) -> Any:
        return tf.pad(values, [[0, 0], [3, 3], [0, 0], [0, 0]])

    normalised = batch_norm(0, patches[..., tf.newaxis])
    timbral = [convolve(i, in_time(normalised)) for i in (0, 1)]
    temporal = [convolve(i, normalised, "SAME") for i in (2, 3, 4)]
    # Maximum over all frequencies; the result is (N, frames, features, 1).
    layers = [tf.concat([tf.reduce_max(v, 2) for v in (*timbral, *temporal)], 2)[..., tf.newaxis]]
    for i in (5, 6, 7):
        hidden = tf.transpose(convolve(i, in_time(layers[-1])), (0, 1, 3, 2))
        layers.append(hidden if i == 5 else hidden + layers[-1])
    features = tf.concat(layers, 2)[..., 0]
    pooled = tf.stack([tf.reduce_max(features, 1), tf.reduce_mean(features, 1)], 2)
    # The features of maximum and mean are side by side, as in the checkpoint.
    pooled = tf.reshape(pooled, (-1, POOLED_SIZE))
    dense = tf.nn.relu(batch_norm(9, pooled) @ weights["dense/kernel"] + weights["dense/bias"])
    penultimate = batch_norm(10, dense)
    logits = penultimate @ weights["dense_1/kernel"] + weights["dense_1/bias"]
    return penultimate, pooled, tf.sigmoid(logits)

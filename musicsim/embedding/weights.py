"""Reading weight files: OpenL3's own HDF5 layout, and the same with musicsim's description added."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import h5py
import numpy as np
import numpy.typing as npt

from musicsim.embedding.content import WeightsError, read_content, sha256_of
from musicsim.embedding.description import (
    CONTENT_TYPES,
    DYNAMIC_RANGE,
    INPUT_REPRS,
    OFFICIAL_EMBEDDING_SIZES,
    ContentType,
    InputRepr,
    ModelDescription,
    Widths,
)
from musicsim.embedding.hdf5 import FAILURES, array, attribute, member, open_content
from musicsim.embedding.names import check_name

FloatArray = npt.NDArray[np.float32]

DEFAULT_EMBEDDING_SIZE = 512
"""Default size for the official networks: 6144 costs twelve times the disk space and gains little for whole tracks."""

_OFFICIAL_NAME: Final = re.compile(
    rf"openl3_audio_(?P<input_repr>{'|'.join(INPUT_REPRS)})_(?P<content_type>{'|'.join(CONTENT_TYPES)})"
    r"(?:-v\d+_\d+_\d+)?\.h5"
)


@dataclass(frozen=True, eq=False)
class BatchNorm:
    """The four vectors (C,) of a batch-norm."""

    gamma: FloatArray
    beta: FloatArray
    moving_mean: FloatArray
    moving_variance: FloatArray

    def as_affine(self, epsilon: float) -> tuple[FloatArray, FloatArray]:
        """Return the scale (C,) and the offset (C,) with the same effect on a channel."""
        scale = self.gamma.astype(np.float64) / np.sqrt(self.moving_variance + np.float64(epsilon))
        offset = self.beta - self.moving_mean * scale
        return scale.astype(np.float32), offset.astype(np.float32)


@dataclass(frozen=True, eq=False)
class Linear:
    """A convolution's kernel (3, 3, inputs, outputs) or a dense layer's (inputs, outputs), and its bias (outputs,)."""

    kernel: FloatArray
    bias: FloatArray


@dataclass(frozen=True, eq=False)
class Weights:
    """A network's weights, as float32.

    Attributes
    ----------
    description
        The network they belong to.
    identity
        Stored with every vector made by them: the model's name and the first twelve hexadecimal digits of the file's
        SHA-256, as in ``"starter-0123456789ab"``.
    batch_norms
        Eight: one before the first convolution, one after each but the last.
    convolutions
        Eight.
    projection
        The dense layer after the pooling, if any.
    reference_mean, reference_std
        Statistics of track embeddings on the training music, (D,), if the file has them.
    """

    description: ModelDescription
    identity: str
    batch_norms: tuple[BatchNorm, ...]
    convolutions: tuple[Linear, ...]
    projection: Linear | None = None
    reference_mean: FloatArray | None = None
    reference_std: FloatArray | None = None

    @property
    def self_standardised(self) -> bool:
        """Whether the projection standardises the embeddings, so that they are compared unchanged."""
        return self.projection is not None


def official_name(path: Path) -> tuple[InputRepr, ContentType] | None:
    """Return the front end and content in the name of an official weight file, or None for any other name.

    Such a name is ``openl3_audio_<input_repr>_<content_type>.h5``, optionally with ``-v0_4_0`` before the suffix.
    """
    match = _OFFICIAL_NAME.fullmatch(path.name)
    if match is None:
        return None
    [input_repr] = (known for known in INPUT_REPRS if known == match["input_repr"])
    [content_type] = (known for known in CONTENT_TYPES if known == match["content_type"])
    return input_repr, content_type


def read_weights(
    path: Path,
    *,
    input_repr: InputRepr | None = None,
    embedding_size: int | None = None,
    sha256: str | None = None,
) -> Weights:
    """Read a whole weight file.

    A damaged file may end the process that reads it, or keep it busy for ever, since the HDF5 library trusts what it
    reads. `check_weights` reads a file that has not been read before in a process of its own.

    Parameters
    ----------
    path
        An official OpenL3 audio file (weights alone, or a whole model), or one that describes itself like the starter
        weights. Kernels may be stored in float16.
    input_repr, embedding_size
        Facts that an official file lacks. If None, the file's name gives the front end, and the size is 512. Otherwise
        they take precedence over the name; a file that describes itself must agree with them.
    sha256
        The file's SHA-256 in hexadecimal, or the first digits of it; compared before anything else is done.

    Raises
    ------
    WeightsError
        If the file is missing, too large, truncated or not HDF5, if its SHA-256 is another one, if it lacks layers or
        has other shapes than the network, or if nothing tells its front end.
    """
    content = read_content(path, sha256)
    if content.startswith(b"\x1f\x8b"):
        raise WeightsError(
            path, "the weight file is still compressed", "unpack it with gunzip first"
        )
    with open_content(path, content) as file:
        try:
            described = _described(path, file)
            if described is None:
                name, description = _official(path, input_repr, embedding_size)
            else:
                name, description = described
                _check_agreement(path, description, input_repr, embedding_size)
            batch_norms, convolutions, projection = _read_layers(path, file, description)
            size = (description.embedding_size,)
            mean = std = None
            if member(path, file, "reference") is not None:
                mean = array(path, file, "reference/mean", size)
                std = array(path, file, "reference/std", size)
        except FAILURES as error:
            raise WeightsError(path, f"the file is damaged ({error})") from error
    return Weights(
        description=description,
        identity=f"{name}-{sha256_of(content)[:12]}",
        batch_norms=batch_norms,
        convolutions=convolutions,
        projection=projection,
        reference_mean=mean,
        reference_std=std,
    )


def _described(path: Path, file: h5py.File) -> tuple[str, ModelDescription] | None:
    try:
        text = attribute(path, file, "musicsim")
        if text is None:
            return None
        facts: Mapping[str, Any] = json.loads(text)
        if facts["format"] != 1:
            raise WeightsError(
                path,
                f"these weights are of format {facts['format']}, and this musicsim knows format 1",
                "update musicsim, or choose another model",
            )
        description = ModelDescription(
            input_repr=facts["input_repr"],
            widths=cast("Widths", tuple(facts["widths"])),
            pool_size=cast("tuple[int, int]", tuple(facts["pool_size"])),
            bn_epsilon=facts["bn_epsilon"],
            bands_used=facts.get("bands_used"),
            projection_size=facts.get("projection_size"),
            dynamic_range=facts.get("dynamic_range", DYNAMIC_RANGE),
        )
        return check_name(facts["name"]), description
    except FAILURES as error:
        raise WeightsError(
            path, f"the description of its network can't be understood ({error})"
        ) from error


def _official(
    path: Path, input_repr: InputRepr | None, embedding_size: int | None
) -> tuple[str, ModelDescription]:
    named = official_name(path)
    if input_repr is None:
        if named is None:
            raise WeightsError(
                path,
                "the file does not say which front end its network needs",
                "name the input representation (mel256, mel128 or linear), or give the file its official name, "
                "such as openl3_audio_mel256_music.h5",
            )
        input_repr = named[0]
    size = DEFAULT_EMBEDDING_SIZE if embedding_size is None else embedding_size
    if size not in OFFICIAL_EMBEDDING_SIZES:
        raise WeightsError(
            path,
            f"OpenL3 makes no embeddings of {size} values",
            "choose an embedding size of 512 or 6144",
        )
    parts = ["openl3", input_repr, *([named[1]] if named else []), str(size)]
    return "-".join(parts), ModelDescription.official(input_repr, size)


def _check_agreement(
    path: Path,
    description: ModelDescription,
    input_repr: InputRepr | None,
    embedding_size: int | None,
) -> None:
    if input_repr not in (None, description.input_repr):
        raise WeightsError(
            path,
            f"its network needs the input representation {description.input_repr}, not {input_repr}",
            "leave the input representation out, or choose another model",
        )
    if embedding_size not in (None, description.embedding_size):
        raise WeightsError(
            path,
            f"its network makes embeddings of {description.embedding_size} values, not {embedding_size}",
            "leave the embedding size out, or choose another model",
        )


def _read_layers(
    path: Path, file: h5py.File, description: ModelDescription
) -> tuple[tuple[BatchNorm, ...], tuple[Linear, ...], Linear | None]:
    """Read the network's layers in the order in which Keras stored them, since their names vary from file to file."""
    layers = _layers(path, file)
    batch_norms = [layer for layer in layers if "gamma" in layer]
    linear = [layer for layer in layers if "kernel" in layer]
    projections = 0 if description.projection_size is None else 1
    if len(batch_norms) != 8 or len(linear) != 8 + projections:
        raise WeightsError(
            path,
            f"it has {len(batch_norms)} batch-norm layers and {len(linear)} layers with kernels, and its network has "
            f"8 and {8 + projections}: these are not the weights of an OpenL3 audio network",
        )
    inputs = (1, *description.widths)

    def read(layer: Mapping[str, str], weight: str, shape: tuple[int, ...]) -> FloatArray:
        if weight not in layer:
            raise WeightsError(path, f"the layer with {next(iter(layer.values()))} has no {weight}")
        return array(path, file, layer[weight], shape)

    def read_batch_norm(layer: Mapping[str, str], channels: int) -> BatchNorm:
        shape = (channels,)
        variance = read(layer, "moving_variance", shape)
        if (variance < 0).any():
            raise WeightsError(path, f"{layer['moving_variance']} holds negative variances")
        return BatchNorm(
            gamma=read(layer, "gamma", shape),
            beta=read(layer, "beta", shape),
            moving_mean=read(layer, "moving_mean", shape),
            moving_variance=variance,
        )

    def read_linear(layer: Mapping[str, str], shape: tuple[int, ...]) -> Linear:
        return Linear(read(layer, "kernel", shape), read(layer, "bias", shape[-1:]))

    return (
        tuple(
            read_batch_norm(layer, channels)
            for layer, channels in zip(batch_norms, inputs[:-1], strict=True)
        ),
        tuple(
            read_linear(layer, (3, 3, *channels))
            for layer, channels in zip(linear[:8], itertools.pairwise(inputs), strict=True)
        ),
        read_linear(linear[8], (description.flattened_size, description.embedding_size))
        if projections
        else None,
    )


def _layers(path: Path, file: h5py.File) -> list[dict[str, str]]:
    """Return the layers in order: each weight's name, without path and ``:0``, and its path in the file."""
    # A file of a whole model has the same layout one group down.
    whole_model = member(path, file, "model_weights")
    prefix, root = ("", file) if whole_model is None else ("model_weights/", whole_model)
    names = attribute(path, root, "layer_names")
    if names is None:
        raise WeightsError(path, "it does not list any layers, as OpenL3's weight files do")
    layers = []
    for layer in map(_text, names):
        group = member(path, root, layer)
        if group is None:
            raise WeightsError(path, f"the layer {layer} is missing")
        layers.append(
            {
                weight.rpartition("/")[2].partition(":")[0]: f"{prefix}{layer}/{weight}"
                for weight in map(_text, attribute(path, group, "weight_names"))
            }
        )
    return layers


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)

from __future__ import annotations

import gzip
import json
import re
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from openl3_reference import WIDTHS, layers, write_weights

from musicsim.base.errors import MusicsimError
from musicsim.base.resources import resource
from musicsim.embedding import ModelDescription, WeightsError, read_weights


def assert_same(read, expected):
    assert len(read.convolutions) == len(read.batch_norms) == 8
    wanted = dict(expected)
    np.testing.assert_array_equal(
        read.convolutions[0].kernel, wanted["conv2d"]["kernel"].astype(np.float32)
    )
    np.testing.assert_array_equal(
        read.convolutions[7].bias, wanted["audio_embedding_layer"]["bias"].astype(np.float32)
    )
    for i, batch_norm in enumerate(read.batch_norms):
        stored = wanted[f"batch_normalization_{i}" if i else "batch_normalization"]
        for name in ("gamma", "beta", "moving_mean", "moving_variance"):
            np.testing.assert_array_equal(
                getattr(batch_norm, name), stored[name].astype(np.float32)
            )


def test_official_file_is_read_by_its_name(tmp_path: Path, official_file: Path):
    path = shutil.copy(official_file, tmp_path / "openl3_audio_mel256_music-v0_4_0.h5")
    weights = read_weights(path)
    assert weights.description == ModelDescription("mel256", WIDTHS, (32, 24))
    assert weights.description.embedding_size == 512
    assert re.fullmatch(r"openl3-mel256-music-512-[0-9a-f]{12}", weights.identity)
    assert not weights.self_standardised
    assert weights.projection is None
    assert weights.reference_mean is None
    assert_same(weights, layers())


def test_what_the_caller_says_goes_before_the_name(tmp_path: Path, official_file: Path):
    path = shutil.copy(official_file, tmp_path / "openl3_audio_mel256_env.h5")
    weights = read_weights(path, input_repr="linear", embedding_size=6144)
    assert weights.description.input_repr == "linear"
    assert weights.description.embedding_size == 6144
    assert weights.identity.startswith("openl3-linear-env-6144-")


def test_same_weights_for_another_network_have_another_identity(official_file: Path):
    identities = {
        read_weights(official_file, input_repr=input_repr, embedding_size=size).identity
        for input_repr in ("mel128", "mel256", "linear")
        for size in (512, 6144)
    }
    assert len(identities) == 6


def test_whole_model_file_is_read(tmp_path: Path):
    path = write_weights(tmp_path / "model.h5", group="model_weights")
    assert_same(read_weights(path, input_repr="mel128"), layers())


def test_layers_are_known_by_order_and_kind_not_by_name(tmp_path: Path):
    """Keras numbers its layers on through a session, and old files hold the front end's weights as well."""

    def rename(stored):
        front_end = ("melspectrogram_1", {"real_kernels": np.zeros((2, 2))})
        return [front_end, *((f"{name}_77", weights) for name, weights in stored)]

    path = write_weights(tmp_path / "renamed.h5", change=rename)
    assert_same(read_weights(path, input_repr="mel128"), layers())


def test_starter_weights_describe_themselves():
    weights = read_weights(resource("starter.h5"))
    assert weights.description.input_repr == "mel128"
    assert weights.description.bands_used == 112
    assert weights.description.embedding_size == 128
    assert re.fullmatch(r"starter-[0-9a-f]{12}", weights.identity)
    assert weights.self_standardised
    assert weights.reference_mean.shape == weights.reference_std.shape == (128,)
    # Stored in half precision.
    assert weights.convolutions[0].kernel.dtype == np.float32


def drop_last_convolution(stored):
    return stored[:-1]


def widen_last_convolution(stored):
    name, weights = stored[-1]
    return [*stored[:-1], (name, {**weights, "kernel": np.zeros((3, 3, 512, 513))})]


def poison_first_batch_norm(stored):
    name, weights = stored[1]
    return [stored[0], (name, {**weights, "beta": np.array([np.nan])}), *stored[2:]]


def negate_first_variance(stored):
    name, weights = stored[1]
    return [stored[0], (name, {**weights, "moving_variance": np.array([-1.0])}), *stored[2:]]


def drop_first_bias(stored):
    name, weights = stored[2]
    return [*stored[:2], (name, {"kernel": weights["kernel"]}), *stored[3:]]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (drop_last_convolution, "7 layers with kernels"),
        (
            widen_last_convolution,
            r"audio_embedding_layer/kernel:0 has the shape \(3, 3, 512, 513\)",
        ),
        (poison_first_batch_norm, "beta:0 holds values that are not numbers"),
        (negate_first_variance, "moving_variance:0 holds negative variances"),
        (drop_first_bias, "has no bias"),
    ],
)
def test_weights_of_another_network_are_refused(tmp_path: Path, change, problem: str):
    path = write_weights(tmp_path / "other.h5", change=change)
    with pytest.raises(WeightsError, match=problem) as refusal:
        read_weights(path, input_repr="mel256")
    assert str(path) in str(refusal.value)
    assert refusal.value.path == path


def test_listed_layer_that_is_missing(tmp_path: Path, official_file: Path):
    path = shutil.copy(official_file, tmp_path / "holes.h5")
    with h5py.File(path, "a") as file:
        del file["conv2d_3"]
    with pytest.raises(WeightsError, match="the layer conv2d_3 is missing"):
        read_weights(path, input_repr="mel256")


def test_hdf5_of_another_kind(tmp_path: Path):
    path = tmp_path / "measurements.h5"
    with h5py.File(path, "w") as file:
        file["temperature"] = [20.0, 21.0]
    with pytest.raises(WeightsError, match="does not list any layers"):
        read_weights(path, input_repr="mel256")


@pytest.mark.parametrize(
    "content", [b"", b"version https://git-lfs.github.com/spec/v1\n", b"\0" * 9000]
)
def test_file_that_is_not_hdf5(tmp_path: Path, content: bytes):
    path = tmp_path / "openl3_audio_mel256_music.h5"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=r"not an HDF5 weight file.*get the file again"):
        read_weights(path)


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.999])
def test_truncated_file(tmp_path: Path, share: float):
    whole = resource("starter.h5").read_bytes()
    path = tmp_path / "starter.h5"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(WeightsError, match="cut short"):
        read_weights(path)


def test_damage_in_the_middle(tmp_path: Path):
    content = bytearray(resource("starter.h5").read_bytes())
    # Where the file keeps what is in a group.
    middle = content.rindex(b"SNOD")
    content[middle : middle + 64] = b"\xff" * 64
    path = tmp_path / "starter.h5"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="damaged"):
        read_weights(path)


def test_file_as_it_is_downloaded(tmp_path: Path, official_file: Path):
    path = tmp_path / "openl3_audio_mel256_music-v0_4_0.h5.gz"
    path.write_bytes(gzip.compress(official_file.read_bytes()[:1000]))
    with pytest.raises(WeightsError, match="unpack it with gunzip"):
        read_weights(path)


def test_missing_file_and_folder(tmp_path: Path):
    for path in (tmp_path / "nowhere.h5", tmp_path):
        with pytest.raises(WeightsError, match=r"can't be read.*choose another model"):
            read_weights(path)


def test_file_that_does_not_say_its_front_end(official_file: Path):
    with pytest.raises(WeightsError, match="name the input representation"):
        read_weights(official_file)


def test_size_that_openl3_does_not_have(official_file: Path):
    with pytest.raises(WeightsError, match="512 or 6144"):
        read_weights(official_file, input_repr="mel256", embedding_size=1000)


@pytest.mark.parametrize("asked", [{"input_repr": "mel256"}, {"embedding_size": 512}])
def test_starter_weights_are_not_taken_for_what_they_are_not(asked):
    with pytest.raises(WeightsError, match="leave the"):
        read_weights(resource("starter.h5"), **asked)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"format": 2}, "update musicsim"),
        ({"input_repr": "mel64"}, "input_repr is one of"),
        ({"widths": [16, 16]}, "eight positive whole numbers"),
        ({"widths": 16}, "can't be understood"),
        ({"pool_size": [4, 0]}, "two positive whole numbers"),
        ({"bands_used": 129}, "from 1 to 128"),
        ({"bn_epsilon": "small"}, "can't be understood"),
        ({"dynamic_range": 0}, "positive, and at most 80"),
        ({"dynamic_range": 90}, "positive, and at most 80"),
        ({"pool_size": [2, 24]}, r"projection/kernel:0 has the shape \(1024, 128\)"),
        ({"projection_size": None}, "9 layers with kernels"),
    ],
)
def test_description_that_does_not_hold(tmp_path: Path, change, problem: str):
    path = shutil.copy(resource("starter.h5"), tmp_path / "mine.h5")
    with h5py.File(path, "a") as file:
        file.attrs["musicsim"] = json.dumps(json.loads(file.attrs["musicsim"]) | change)
    with pytest.raises(WeightsError, match=problem):
        read_weights(path)


def test_message_is_printable(tmp_path: Path):
    path = tmp_path / "two\nlines\udcff.h5"
    with pytest.raises(MusicsimError) as refusal:
        read_weights(path)
    assert str(refusal.value).isprintable()

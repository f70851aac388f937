"""Our embeddings beside those of the `openl3` package, and of its regression data, where they are on this machine."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from openl3_reference import signal

from musicsim.base.data_folder import default_data_folder, models_folder_of
from musicsim.embedding import WeightFile, embed_audio, embed_file, find_weights, load_model
from musicsim.embedding.official import OFFICIAL_MODELS

# A checkout of github.com/marl/openl3, whose tests/data holds the chirp and what OpenL3 made of it.
CHECKOUT = os.environ.get("OPENL3_CHECKOUT")


@pytest.fixture(scope="module")
def official() -> dict[str, WeightFile]:
    """The official weight files of this machine, by name; not the listener's own: a test's home is empty."""
    folder = Path(os.environ.get("OPENL3_WEIGHTS") or models_folder_of(default_data_folder()))
    return {file.name: file for file in find_weights(folder) if file.source == "installed"}


def file_of(official: dict[str, WeightFile], name: str) -> Path:
    if name not in official:
        pytest.skip(
            f"the weights {name} are not here: name their folder by OPENL3_WEIGHTS, or install the openl3 package"
        )
    return official[name].path


@pytest.mark.parametrize("embedding_size", [512, 6144])
@pytest.mark.parametrize("content_type", ["music", "env"])
@pytest.mark.parametrize("input_repr", ["mel256", "mel128", "linear"])
@pytest.mark.slow
def test_embeddings_are_those_of_the_openl3_package(
    official, tmp_path: Path, input_repr, content_type, embedding_size: int
):
    if importlib.util.find_spec("openl3") is None:
        pytest.skip("the openl3 package is not installed: pip install 'musicsim[openl3]'")
    # The weights that the package itself reads.
    file = file_of(official, f"openl3-{input_repr}-{content_type}")
    sound = signal(6, 48_000, 2.2, 2)
    np.save(tmp_path / "sound.npy", sound)
    # In a process of its own: it needs another Keras, which TensorFlow chooses when it is imported.
    script = (
        "import sys, numpy, openl3\n"
        "folder, input_repr, content_type, size, weights = sys.argv[1:]\n"
        "model = openl3.models.load_audio_embedding_model_from_path(weights, input_repr, int(size))\n"
        "sound = numpy.load(folder + '/sound.npy')\n"
        "embedding, timestamps = openl3.get_audio_embedding(\n"
        "    sound, 48_000, model=model, hop_size=0.5, verbose=False)\n"
        "numpy.savez(folder + '/theirs.npz', embedding=embedding, timestamps=timestamps)\n"
    )
    subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            tmp_path,
            input_repr,
            content_type,
            str(embedding_size),
            file,
        ],
        env={**os.environ, "TF_USE_LEGACY_KERAS": "1", "TF_CPP_MIN_LOG_LEVEL": "3"},
        check=True,
    )
    model = load_model(
        file,
        input_repr=input_repr,
        content_type=content_type,
        embedding_size=embedding_size,
        precision="float32",
    )
    embedding, timestamps = embed_audio(model, sound, 48_000, hop_size=0.5)
    with np.load(tmp_path / "theirs.npz") as theirs:
        np.testing.assert_array_equal(timestamps, theirs["timestamps"])
        errors = np.linalg.norm(embedding - theirs["embedding"], axis=1)
        assert (errors / np.linalg.norm(theirs["embedding"], axis=1)).max() < 1e-3


@pytest.mark.parametrize(
    ("regression", "model", "options"),
    [
        ("chirp_44k", ("mel256", "music", 6144), {"hop_size": 0.1, "center": True}),
        ("chirp_44k_linear", ("linear", "env", 512), {"hop_size": 0.5, "center": False}),
    ],
)
@pytest.mark.slow
def test_the_regression_data_of_openl3(official, regression: str, model, options):
    """As its tests/test_regression.py, but by directions: the sound is resampled, there by resampy."""
    input_repr, content_type, embedding_size = model
    weights = file_of(official, f"openl3-{input_repr}-{content_type}")
    if not CHECKOUT:
        pytest.skip(
            "OpenL3's regression data are not here: name a checkout of it by OPENL3_CHECKOUT"
        )
    data = Path(CHECKOUT, "tests", "data")
    loaded = load_model(weights, embedding_size=embedding_size, precision="float32")
    ours, timestamps = embed_file(loaded, data / "audio" / "chirp_44k.wav", **options)
    with np.load(data / "regression" / f"{regression}.npz") as theirs:
        np.testing.assert_allclose(timestamps, theirs["timestamps"], atol=1e-5)
        expected = theirs["embedding"]
    norms = np.linalg.norm(ours, axis=1) * np.linalg.norm(expected, axis=1)
    assert ((ours * expected).sum(axis=1) / norms).min() > 0.999


def test_the_weights_are_those_that_were_published(official):
    path = file_of(official, "openl3-mel256-music")
    [published] = (model for model in OFFICIAL_MODELS if model.name == "openl3-mel256-music")
    assert hashlib.sha256(path.read_bytes()).hexdigest() == published.file_sha256

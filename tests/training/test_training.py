"""From music to a weight file that the program loads, in a handful of steps."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from musicsim.demo import DemoTrack
from musicsim.embedding import Model, read_weights
from musicsim.embedding.runtime import import_tensorflow
from training.__main__ import main
from training.exporting import trial_windows

STEPS = 6
_SMALL = [
    "widths=[16,16,16,16,16,16,16,16]",
    f"steps={STEPS}",
    "tracks=4",
    "warm_up=2",
    "contrast_size=16",
]

Train = Callable[..., int]


@pytest.fixture(scope="module")
def place(
    demo_library: list[DemoTrack], musicnn_wheel: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A folder with some music of three artists, and a cache that has the teachers."""
    folder = tmp_path_factory.mktemp("training on my own music")
    for style in sorted({track.style for track in demo_library})[:3]:
        some = [track for track in demo_library if track.style == style][:4]
        for track in some:
            target = folder / "music" / style / track.path.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(track.path, target)
    (folder / "music" / "broken.mp3").write_bytes(b"no music")
    (folder / "cache" / "teacher").mkdir(parents=True)
    shutil.copy2(musicnn_wheel, folder / "cache" / "teacher")
    return folder


@pytest.fixture(scope="module")
def train(place: Path) -> Train:
    def run(run: str, output: str, *changes: str, options: tuple[str, ...] = ()) -> int:
        folders = ["--music", str(place / "music"), "--cache", str(place / "cache")]
        files = ["--run", run, "--name", "mine", "-o", str(place / output)]
        return main([*folders, *files, *options, "--set", *_SMALL, *changes])

    return run


@pytest.fixture(scope="module")
def trained(place: Path, train: Train) -> Path:
    assert train("first", "first.h5", options=("--check", str(place / "check.npz"))) == 0
    return place / "first.h5"


@pytest.mark.stress
def test_a_training_on_ones_own_music_gives_a_model(trained: Path, place: Path):
    weights = read_weights(trained)
    assert weights.identity.startswith("mine-")
    assert weights.self_standardised
    model = Model(weights, precision="float32")
    embeddings = model.embed(trial_windows())
    with np.load(place / "check.npz") as check:
        [seen] = model.spectrogram(trial_windows()[:1])
        assert np.abs(seen - check["mel_first"]).mean() < 0.03
        error = np.linalg.norm(embeddings - check["embedding"], axis=1)
        # In half precision where the machine has it, and with kernels that were rounded.
        assert (error < 0.1 * np.linalg.norm(check["embedding"], axis=1)).all()


@pytest.mark.stress
def test_a_file_knows_the_statistics_of_its_music(trained: Path):
    weights = read_weights(trained)
    assert weights.reference_mean is not None
    assert weights.reference_std is not None
    np.testing.assert_allclose(weights.reference_mean, 0, atol=1e-3)
    assert (weights.reference_std > 0).all()


@pytest.mark.stress
def test_kernels_are_the_same_in_half_precision(trained: Path):
    weights = read_weights(trained)
    tf = import_tensorflow()
    scales = [norm.as_affine(weights.description.bn_epsilon)[0] for norm in weights.batch_norms[1:]]
    for layer, scale in zip(weights.convolutions, [*scales, np.ones(1)], strict=True):
        folded = layer.kernel * scale
        halved = tf.cast(tf.cast(folded, tf.bfloat16), tf.float32).numpy()
        # float16, in which the file keeps them, rounds by at most 2**-11 but for the very smallest.
        np.testing.assert_allclose(halved, folded, rtol=2**-10, atol=1e-6)


@pytest.mark.stress
def test_a_training_is_judged_by_precision_and_by_what_its_teachers_hear(
    trained: Path, train: Train, capsys: pytest.CaptureFixture[str]
):
    assert train("first", "none.h5", options=("--splits", "train", "--judge")) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "MAP, copies" in told
    assert re.search(r"teachers' features the network guesses -?\d+\.\d\d by window, ", told)


@pytest.mark.stress
def test_an_interrupted_training_goes_on_where_it_was(
    trained: Path, place: Path, train: Train, monkeypatch: pytest.MonkeyPatch
):
    from training.fitting import Training

    take = Training._next

    def interrupted(training: Training) -> dict[str, object]:
        if training.step == STEPS // 2:
            training._keep()
            raise KeyboardInterrupt
        return take(training)

    with monkeypatch.context() as patch:
        patch.setattr(Training, "_next", interrupted)
        assert train("second", "second.h5") == 130
    assert not (place / "second.h5").exists()
    assert train("second", "second.h5") == 0
    whole, resumed = (read_weights(place / name) for name in ("first.h5", "second.h5"))
    for one, other in zip(whole.convolutions, resumed.convolutions, strict=True):
        np.testing.assert_allclose(one.kernel, other.kernel, atol=2e-3)


@pytest.mark.stress
def test_a_checkpoint_of_another_recipe_is_refused(
    trained: Path, train: Train, capsys: pytest.CaptureFixture[str]
):
    assert train("first", "third.h5", "seed=1") == 1
    assert "another recipe" in capsys.readouterr().err


def test_a_recipe_has_no_unknown_parts(train: Train, capsys: pytest.CaptureFixture[str]):
    assert train("first", "third.h5", "leraning_rate=1") == 1
    assert "leraning_rate" in capsys.readouterr().err


def test_a_folder_without_music_is_named_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["--music", str(tmp_path), "--cache", str(tmp_path / "cache")]) == 1
    assert "no music" in capsys.readouterr().err

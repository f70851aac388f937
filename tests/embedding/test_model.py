from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soxr
from openl3_reference import CASES, DATA, signal

import musicsim.embedding.model as model_module
import musicsim.embedding.runtime as runtime
from musicsim.embedding import (
    Model,
    ModelDescription,
    Spent,
    Weights,
    WeightsError,
    embed_blocks,
    fastest_precision,
    read_weights,
)
from musicsim.embedding.runtime import import_tensorflow
from musicsim.embedding.weights import BatchNorm, Linear
from training.exporting import trial_windows


def relative_errors(embeddings: np.ndarray, expected: np.ndarray) -> np.ndarray:
    return np.linalg.norm(embeddings - expected, axis=1) / np.linalg.norm(expected, axis=1)


def cosines(embeddings: np.ndarray, expected: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(embeddings, axis=1) * np.linalg.norm(expected, axis=1)
    return (embeddings * expected).sum(axis=1) / norms


@pytest.fixture(scope="module")
def check():
    with np.load(DATA / "starter_check.npz") as file:
        return dict(file)


@pytest.fixture(scope="module")
def expected():
    with np.load(DATA / "expected.npz") as file:
        return dict(file)


def test_starter_embeddings_are_those_of_its_training(starter: Model, check):
    embeddings = starter.embed(trial_windows())
    assert embeddings.dtype == np.float32
    assert embeddings.shape == (4, starter.embedding_size)
    assert relative_errors(embeddings, check["embedding"]).max() < 0.005


def test_starter_spectrogram_is_that_of_its_training(starter: Model, check):
    [spectrogram] = starter.spectrogram(trial_windows()[:1])
    assert spectrogram.shape == check["mel_first"].shape
    assert np.abs(spectrogram - check["mel_first"]).mean() < 0.03
    assert spectrogram.max() == pytest.approx(0, abs=1e-5)
    assert (spectrogram[112:] == -starter.description.dynamic_range).all()


def test_tone_is_where_it_belongs(starter: Model):
    """1 kHz is mel 15 of 61.2 on Slaney's scale, so it is in the middle of 129 steps' 31st or 32nd."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    [spectrogram] = starter.spectrogram([tone])
    assert set(spectrogram[:, 10:180].argmax(axis=0)) <= {30, 31}


@pytest.mark.parametrize("count", [0, 1, 16, 37])
def test_any_number_of_windows(starter: Model, count: int):
    windows = np.random.default_rng(count).normal(0, 0.1, (count, 48_000)).astype(np.float32)
    embeddings = starter.embed(windows)
    assert embeddings.shape == (count, 128)
    for window, embedding in zip(windows[-2:], embeddings[-2:], strict=True):
        np.testing.assert_allclose(starter.embed([window])[0], embedding, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("gain", [0.5, 0.01, 8.0])
def test_level_does_not_matter(starter: Model, four_windows, gain: float):
    loud = starter.embed(four_windows)
    assert relative_errors(starter.embed(gain * four_windows), loud).max() < 2e-3


def test_nothing_above_15_khz_decides(starter: Model, four_windows):
    whistle = np.hanning(48_000) * np.sin(2 * np.pi * 17_000 * np.arange(48_000) / 48_000)
    whistling = starter.embed(four_windows + 0.1 * whistle)
    assert cosines(whistling, starter.embed(four_windows)).min() > 0.999
    # Not even for the level, where it is the loudest.
    [spectrogram] = starter.spectrogram(0.01 * four_windows[:1] + whistle)
    assert spectrogram.max() == pytest.approx(0, abs=1e-5)


def test_dynamic_range_is_that_of_the_description(starter_weights: Weights, four_windows):
    narrow = replace(starter_weights.description, dynamic_range=20.0)
    seen = Model(replace(starter_weights, description=narrow)).spectrogram(four_windows)
    wide = replace(starter_weights.description, dynamic_range=80.0)
    whole = Model(replace(starter_weights, description=wide)).spectrogram(four_windows)
    assert whole.min() == -80
    np.testing.assert_allclose(seen, np.maximum(whole, -20), atol=1e-4)


def test_silence_has_an_embedding_all_the_same(starter: Model):
    assert np.isfinite(starter.embed(np.zeros((1, 48_000)))).all()


@pytest.mark.parametrize("shape", [(48_000,), (2, 44_100), (1, 48_000, 1)])
def test_windows_of_another_shape_are_refused(starter: Model, shape: tuple[int, ...]):
    with pytest.raises(ValueError, match="48000"):
        starter.embed(np.zeros(shape, np.float32))


def test_half_precision_hears_the_same(starter: Model, starter_weights: Weights, four_windows):
    half = Model(starter_weights, precision="bfloat16")
    assert half.identity == starter.identity
    embeddings = half.embed(four_windows)
    assert embeddings.dtype == np.float32
    assert cosines(embeddings, starter.embed(four_windows)).min() > 0.9995


@pytest.mark.parametrize(
    ("flags", "capability", "fastest"),
    [
        ({"avx2", "avx512f"}, None, "float32"),
        ({"avx2", "avx512_bf16"}, None, "bfloat16"),
        ({"amx_bf16"}, None, "bfloat16"),
        (set(), None, "float32"),
        ({"avx512_bf16"}, (7, 5), "float32"),
        ({"avx2"}, (8, 6), "bfloat16"),
    ],
)
def test_fastest_precision_is_what_the_machine_computes_in(
    monkeypatch, flags: set[str], capability: tuple[int, int] | None, fastest: str
):
    """A GPU decides where there is one, whatever the processor can do."""
    config = import_tensorflow().config
    gpus = [] if capability is None else ["a GPU"]
    monkeypatch.setattr(runtime, "_processor_flags", lambda: flags)
    monkeypatch.setattr(config, "get_visible_devices", lambda kind: gpus)
    monkeypatch.setattr(
        config.experimental, "get_device_details", lambda gpu: {"compute_capability": capability}
    )
    assert fastest_precision() == fastest


def small_weights(*, projected: bool) -> Weights:
    """A small network; with a projection that takes away all of its embeddings but what bfloat16 rounds off."""
    random = np.random.default_rng(0)
    widths = (4, 4, 4, 4, 4, 4, 4, 4)
    offset = np.float32(1000 if projected else 0)
    description = ModelDescription(
        "mel128", widths, (16, 24), projection_size=4 if projected else None
    )
    inputs = (1, *widths[:-1])
    return Weights(
        description=description,
        identity="small",
        batch_norms=tuple(
            BatchNorm(*(np.ones(channels, np.float32) for _ in range(4))) for channels in inputs
        ),
        convolutions=tuple(
            Linear(
                random.normal(0, (2 / 9 / fan_in) ** 0.5, (3, 3, fan_in, 4)).astype(np.float32),
                np.full(4, offset if last else 0, np.float32),
            )
            for fan_in, last in zip(inputs, [False] * 7 + [True], strict=True)
        ),
        projection=Linear(np.eye(4, dtype=np.float32), np.full(4, -offset)) if projected else None,
    )


@pytest.mark.parametrize(
    ("fastest", "projected", "chosen"),
    [
        ("bfloat16", False, "bfloat16"),
        ("bfloat16", True, "float32"),
        ("float32", False, "float32"),
    ],
)
def test_fast_precision_is_chosen_where_it_hears_the_same(
    monkeypatch, four_windows, fastest: str, projected: bool, chosen: str
):
    monkeypatch.setattr(model_module, "fastest_precision", lambda: fastest)
    weights = small_weights(projected=projected)
    model = Model(weights)
    assert model.precision == chosen
    exact = Model(weights, precision="float32").embed(four_windows)
    assert cosines(model.embed(four_windows), exact).min() > 0.9999
    if projected:
        half = Model(weights, precision="bfloat16").embed(four_windows)
        assert cosines(half, exact).min() < 0.9999


def test_each_half_is_compiled_once(monkeypatch):
    compiled = []

    def counting(build):
        def built(*args):
            function = build(*args)

            def counted(*args, **options):
                compiled.append(build.__name__)
                return function(*args, **options)

            return counted

        return built

    monkeypatch.setattr(model_module, "front_end", counting(model_module.front_end))
    monkeypatch.setattr(model_module, "build_network", counting(model_module.build_network))
    model = Model(small_weights(projected=False), batch_size=3, precision="float32")
    for count in (1, 3, 7, 2, 0):
        model.embed(np.zeros((count, 48_000), np.float32))
        model.spectrogram(np.zeros((count, 48_000), np.float32))
    assert sorted(compiled) == ["build_network", "front_end"]


def test_cost_of_each_stage_is_counted(starter: Model, four_windows):
    before = starter.spent
    starter.embed(np.concatenate([four_windows] * 5))
    starter.spectrogram(four_windows)
    spent = starter.spent - before
    assert spent.windows == 20
    assert spent.front_end > 0
    assert spent.network > 0
    assert Model(small_weights(projected=False)).spent == Spent()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("input_repr", "embedding_size"),
    [
        ("mel256", 512),
        ("mel128", 512),
        ("linear", 512),
        ("mel128", 6144),
        pytest.param("mel256", 6144, marks=pytest.mark.stress),
        pytest.param("linear", 6144, marks=pytest.mark.stress),
    ],
)
def test_official_network_agrees_with_openl3(
    official_file: Path, expected, input_repr, embedding_size: int
):
    weights = read_weights(official_file, input_repr=input_repr, embedding_size=embedding_size)
    model = Model(weights, precision="float32")
    for number, case in enumerate(CASES):
        sound = signal(case.seed, case.sample_rate, case.seconds, case.channels)
        if sound.ndim == 2:
            sound = sound.mean(axis=1)
        resampled = case.sample_rate != 48_000
        if resampled and (input_repr, embedding_size) != ("mel128", 512):
            # Two thirds of the windows. Resampled sound goes through the same network.
            continue
        if resampled:
            sound = soxr.resample(sound, case.sample_rate, 48_000)
        parts = list(
            embed_blocks(
                model, np.array_split(sound, 3), hop_size=case.hop_size, center=case.center
            )
        )
        embeddings = np.concatenate([part[0] for part in parts])
        timestamps = np.concatenate([part[1] for part in parts])
        # The file keeps every 12th value of the large embeddings.
        kept = embeddings if embedding_size == 512 else embeddings[:, ::12]
        key = f"{input_repr}_{embedding_size}_{number}"
        assert embeddings.shape[1] == embedding_size
        assert kept.shape == expected[f"{key}_embedding"].shape
        np.testing.assert_array_equal(timestamps, expected[f"{key}_timestamps"])
        if resampled:
            assert cosines(kept, expected[f"{key}_embedding"]).min() > 0.999
        else:
            assert relative_errors(kept, expected[f"{key}_embedding"]).max() < 1e-4


def run(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )


def test_import_leaves_tensorflow_alone():
    done = run(
        "import sys, musicsim.embedding\nsys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_threads_are_those_of_the_first_model():
    """All cores may be asked for by their number, and what can't be changed any more is refused."""
    done = run(
        "import os\n"
        "from musicsim.embedding import Model, read_weights\n"
        "from musicsim.base.resources import resource\n"
        "weights = read_weights(resource('starter.h5'))\n"
        "cores = os.cpu_count()\n"
        "if hasattr(os, 'sched_getaffinity'):\n"
        "    cores = len(os.sched_getaffinity(0))\n"
        "Model(weights)\n"
        "Model(weights, threads=cores)\n"
        "for threads in (cores + 1, 0):\n"
        "    try:\n"
        "        Model(weights, threads=threads)\n"
        "    except (RuntimeError, ValueError) as error:\n"
        "        print(type(error).__name__, error)\n"
        "print(cores)\n"
    )
    assert done.returncode == 0, done.stderr
    other, none, cores = done.stdout.splitlines()
    assert other.startswith(f"RuntimeError TensorFlow runs on {cores} threads in this process")
    assert none.startswith("ValueError")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_tracks_are_embedded_quietly_and_in_little_memory():
    done = run(
        "import re\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from musicsim.embedding import Model, read_weights\n"
        "from musicsim.base.resources import resource\n"
        "model = Model(read_weights(resource('starter.h5')), threads=1)\n"
        "windows = np.random.default_rng(0).normal(0, 0.1, (33, 48_000)).astype(np.float32)\n"
        "for _ in range(10):\n"
        "    model.embed(windows)\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])\n"
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert int(done.stdout) / 1024 < 900


@pytest.mark.slow
def test_what_tensorflow_said_is_told_when_it_can_not_be_imported(tmp_path: Path):
    (tmp_path / "tensorflow.py").write_text(
        "import os; os.write(2, b'no AVX here\\n'); raise ImportError('broken')"
    )
    done = run(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n"
        "from musicsim.embedding import Model, read_weights\n"
        "from musicsim.base.resources import resource\n"
        "Model(read_weights(resource('starter.h5')))\n"
    )
    assert done.returncode != 0
    assert "no AVX here" in done.stderr


def test_errors_of_weights_are_the_listeners(tmp_path: Path):
    with pytest.raises(WeightsError, match=r"gone\.h5"):
        Model(read_weights(tmp_path / "gone.h5"))

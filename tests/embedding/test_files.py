"""Embedding from Python: arrays, files, and what is written for them."""

from __future__ import annotations

import errno
import io
import os
import re
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from known_reasons import because
from openl3_reference import signal

from musicsim.audio import AudioError
from musicsim.base.errors import MusicsimError
from musicsim.embedding import (
    Model,
    WeightsError,
    embed_audio,
    embed_file,
    load_model,
    read_ahead,
    save_embeddings,
    windows_of,
)

GUIDE = Path(__file__).parents[2] / "docs/python.md"


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# --- the model ---


@pytest.fixture
def models_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    return folder


def test_the_best_model_here_is_loaded_unless_one_is_named(models_folder: Path):
    assert load_model(models_folder=models_folder).identity.startswith("starter-")
    assert load_model("starter", models_folder=models_folder).embedding_size == 128


def test_a_model_is_loaded_by_its_file(models_folder: Path, official_file: Path):
    model = load_model(
        official_file, input_repr="linear", embedding_size=6144, models_folder=models_folder
    )
    assert model.description.input_repr == "linear"
    assert model.embedding_size == 6144


def test_official_models_are_asked_for_as_in_openl3(models_folder: Path, official_file: Path):
    for kind in ("mel128_music", "mel256_env"):
        (models_folder / f"openl3_audio_{kind}-v0_4_0.h5").symlink_to(official_file)
    mel128 = load_model(input_repr="mel128", models_folder=models_folder)
    assert (mel128.description.input_repr, mel128.embedding_size) == ("mel128", 512)
    assert mel128.identity.startswith("openl3-mel128-music-")
    large = load_model(content_type="env", embedding_size=6144, models_folder=models_folder)
    assert (large.description.input_repr, large.embedding_size) == ("mel256", 6144)
    assert large.identity.startswith("openl3-mel256-env-")


@pytest.mark.parametrize(
    "asked",
    [
        {"weights": "openl3-mel256-music"},
        {"input_repr": "mel256"},
        {"content_type": "music"},
        {"embedding_size": 512},
    ],
)
def test_how_to_get_a_model_that_is_not_here_is_told(models_folder: Path, asked):
    with pytest.raises(WeightsError, match=r"musicsim models fetch openl3-mel256-music"):
        load_model(**asked, models_folder=models_folder)


def test_a_model_of_another_kind_than_asked_for_is_refused(
    models_folder: Path, official_file: Path
):
    path = models_folder / "openl3_audio_mel256_music.h5"
    path.symlink_to(official_file)
    with pytest.raises(WeightsError, match="for music, not for env"):
        load_model(path, content_type="env", models_folder=models_folder)
    with pytest.raises(WeightsError, match="for mel256, not for linear"):
        load_model("openl3-mel256-music", input_repr="linear", models_folder=models_folder)
    with pytest.raises(ValueError, match="input_repr is one of"):
        load_model(input_repr="mel64", models_folder=models_folder)


def test_a_file_that_is_no_model_is_named(models_folder: Path, tmp_path: Path):
    with pytest.raises(WeightsError, match=r"nowhere\.h5"):
        load_model(tmp_path / "nowhere.h5", models_folder=models_folder)


# --- arrays and files ---


def test_an_array_is_embedded_as_the_sound_that_it_is(starter: Model):
    stereo = signal(2, 44_100, 2.5, 2)
    embedding, timestamps = embed_audio(starter, stereo, 44_100, hop_size=0.25)
    assert (embedding.dtype, timestamps.dtype) == (np.float32, np.float64)
    np.testing.assert_array_equal(timestamps, np.arange(len(embedding)) * 0.25)
    at_48k = soxr.resample(stereo.mean(axis=1), 44_100, 48_000)
    windows = windows_of(at_48k, 48_000, hop_size=0.25)
    # From 0 to 2.5 s, half a second of silence in front.
    assert windows.shape == (9, 48_000)
    assert not windows[0, :24_000].any()
    np.testing.assert_array_equal(windows[2], at_48k[:48_000])
    np.testing.assert_allclose(embedding, starter.embed(windows), rtol=1e-4, atol=1e-5)
    quieter, _ = embed_audio(starter, stereo.astype(np.float64) / 8, 44_100, hop_size=0.25)
    np.testing.assert_allclose(quieter, embedding, atol=2e-2)


def test_the_front_end_alone(starter: Model):
    windows = windows_of(signal(1, 48_000, 2.0, 1), 48_000, hop_size=1.0, center=False)
    assert starter.spectrogram(windows).shape == (2, 128, 199)


@pytest.mark.parametrize(
    ("audio", "rate", "problem"),
    [
        ([], 48_000, "empty"),
        (np.zeros((0, 2)), 48_000, "empty"),
        ([0.0, np.nan], 48_000, "no number"),
        ([0.0, np.inf], 44_100, "no number"),
        ([0.0, 1e300], 48_000, "no number"),
        (np.zeros((2, 2, 2)), 48_000, "shape"),
        (0.5, 48_000, "shape"),
        ([0.0], 0, "sample rate"),
        ([0.0], float("nan"), "sample rate"),
    ],
)
def test_what_is_no_sound_is_refused(starter: Model, audio, rate, problem: str):
    with pytest.raises(ValueError, match=problem):
        embed_audio(starter, audio, rate)


@pytest.mark.parametrize("hop_size", [0, -1, 1e-6, float("nan"), float("inf")])
def test_what_is_no_hop_is_refused(starter: Model, hop_size: float):
    with pytest.raises(ValueError, match="hop"):
        embed_audio(starter, [0.0], 48_000, hop_size=hop_size)


def test_a_file_is_embedded_as_the_array_in_it(starter: Model, tmp_path: Path):
    sound = signal(3, 48_000, 13.3, 2)
    soundfile.write(tmp_path / "a.wav", sound, 48_000, subtype="FLOAT")
    from_file = embed_file(starter, tmp_path / "a.wav", hop_size=0.5, center=False)
    from_array = embed_audio(starter, sound, 48_000, hop_size=0.5, center=False)
    np.testing.assert_array_equal(from_file[1], from_array[1])
    np.testing.assert_allclose(from_file[0], from_array[0], rtol=1e-3, atol=1e-4)


def test_a_file_that_is_no_sound_is_named(starter: Model, tmp_path: Path):
    (tmp_path / "a.mp3").write_text("Dear music,")
    with pytest.raises(AudioError, match=r"a\.mp3: this is a text file"):
        embed_file(starter, tmp_path / "a.mp3")


def test_the_guide_shows_what_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    [example] = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    soundfile.write("song.wav", signal(1, 44_100, 2.0, 2), 44_100)
    names: dict[str, object] = {}
    exec(compile(example, GUIDE.name, "exec"), names)
    assert names["embedding"].shape == (16, 128)
    assert names["timestamps"].shape == (16,)
    assert names["seen"].shape == (3, 128, 199)


# --- .npz files ---


def parts(*counts: int):
    done = 0
    for count in counts:
        rows = np.arange(done, done + count, dtype=np.float32)
        yield np.stack([rows, -rows], axis=1), rows.astype(np.float64) / 10
        done += count


def test_parts_become_the_file_that_numpy_would_write(tmp_path: Path):
    target = tmp_path / "a.npz"
    target.write_text("something old")
    assert save_embeddings(target, parts(3, 4), 2) == 7
    [(embedding, timestamps)] = parts(7)
    expected = io.BytesIO()
    np.savez(expected, embedding=embedding, timestamps=timestamps)
    expected.seek(0)
    with np.load(target) as file, np.load(expected) as whole:
        assert list(file) == list(whole)
        for name in whole:
            np.testing.assert_array_equal(file[name], whole[name], strict=True)
    assert target.stat().st_size == len(expected.getvalue())
    assert names_in(tmp_path) == ["a.npz"]


def test_no_part_is_an_empty_file_of_the_right_shape(tmp_path: Path):
    assert save_embeddings(tmp_path / "a.npz", [], 2) == 0
    with np.load(tmp_path / "a.npz") as file:
        assert (file["embedding"].shape, file["timestamps"].shape) == ((0, 2), (0,))


@pytest.mark.parametrize(
    "failure", [KeyboardInterrupt, AudioError(Path("a.mp3"), because("damaged"))]
)
def test_what_fails_on_the_way_leaves_what_was_there(tmp_path: Path, failure):
    def failing():
        yield from parts(3)
        raise failure

    target = tmp_path / "a.npz"
    target.write_text("something old")
    with pytest.raises((KeyboardInterrupt, AudioError)):
        save_embeddings(target, failing(), 2)
    assert target.read_text() == "something old"
    assert names_in(tmp_path) == ["a.npz"]


def test_a_full_disk_is_told_and_freed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("shutil.copyfileobj", full)
    with pytest.raises(MusicsimError, match=r"a\.npz can't be written \(No space left.*make room"):
        save_embeddings(tmp_path / "a.npz", parts(3), 2)
    assert names_in(tmp_path) == []


# --- one thread ahead of the other ---


def readers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "read-ahead"]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_what_is_read_ahead_comes_in_order(size: int):
    assert list(read_ahead(range(50), size)) == list(range(50))
    assert not readers()


def test_no_more_is_read_ahead_than_asked_for():
    made: list[int] = []
    wanted, too_many = threading.Event(), threading.Event()

    def numbers():
        for number in range(100):
            made.append(number)
            if number == 2:
                wanted.set()
            if number == 3:
                too_many.set()
            yield number

    with closing(read_ahead(numbers(), 2)) as ahead:
        assert next(ahead) == 0
        assert wanted.wait(30)
        assert not too_many.wait(0.2)
    assert made == [0, 1, 2]


def test_the_thread_ends_when_no_more_is_wanted():
    closed = threading.Event()

    def endless():
        try:
            while True:
                yield 0
        finally:
            closed.set()

    source = endless()
    for _ in read_ahead(source):
        break
    assert closed.is_set()
    assert not readers()


def test_what_goes_wrong_ahead_is_raised_behind():
    def failing():
        yield 1
        raise AudioError(Path("a.mp3"), because("damaged"))

    ahead = read_ahead(failing())
    assert next(ahead) == 1
    with pytest.raises(AudioError, match="damaged"):
        next(ahead)
    assert not readers()


# --- memory ---


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_memory_does_not_grow_with_the_length(tmp_path: Path):
    """Ten minutes take no more than one, of which 6,000 windows of 6144 values would be 147 MB."""
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "from musicsim.audio import read_blocks\n"
        "from musicsim.embedding import embed_blocks, read_ahead, save_embeddings\n"
        "class Large:\n"
        "    batch_size, embedding_size = 4, 6144\n"
        "    def embed(self, windows):\n"
        "        return np.repeat(windows[:, :1], 6144, axis=1)\n"
        "blocks = read_ahead(read_blocks(Path(sys.argv[1])))\n"
        "save_embeddings(Path(sys.argv[2]), embed_blocks(Large(), blocks), 6144)\n"
        "print(re.search(r'VmHWM:\\s+(\\d+) kB', Path('/proc/self/status').read_text())[1])\n"
    )

    def peak(minutes: int) -> float:
        """Megabytes."""
        path = tmp_path / f"{minutes}.flac"
        noise = np.random.default_rng(0).normal(0, 0.1, 60 * 8_000).astype(np.float32)
        with soundfile.SoundFile(path, "w", 8_000, 1) as file:
            for _ in range(minutes):
                file.write(noise)
        done = subprocess.run(
            [sys.executable, "-c", script, path, path.with_suffix(".npz")],
            capture_output=True,
            text=True,
            check=True,
        )
        with np.load(path.with_suffix(".npz"), mmap_mode="r") as file:
            assert file["timestamps"].shape == (600 * minutes - 4,)
        return int(done.stdout) / 1024

    assert peak(10) < peak(1) + 40

from __future__ import annotations

import logging
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from known_audio import EVERY_FORMAT, FORMATS, Make, known_sound

from musicsim.audio import SAMPLE_RATE, AudioError, read_blocks


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_the_blocks_are_the_whole_file(files: dict[str, Path], name: str):
    how = EVERY_FORMAT[name]

    blocks = list(read_blocks(files[name]))

    assert {len(block) for block in blocks[: how.seconds // 10]} == {10 * SAMPLE_RATE}
    assert all(block.dtype == np.float32 and block.ndim == 1 for block in blocks)
    sound = np.concatenate(blocks)
    true = how.heard()
    assert len(sound) == pytest.approx(len(true), abs=0.1 * SAMPLE_RATE)
    if how.lossless:
        np.testing.assert_allclose(sound[: len(true)], true[: len(sound)], atol=2e-4)
    else:
        end = (how.seconds - 1) * SAMPLE_RATE
        levels = [np.square(part[:end]).mean() for part in (sound, true)]
        assert levels[0] == pytest.approx(levels[1], rel=0.1)


def test_the_length_of_a_block_is_free(files: dict[str, Path]):
    short = list(read_blocks(files["flac"], block_seconds=0.7))

    assert {len(block) for block in short[:-1]} == {33_600}
    np.testing.assert_array_equal(
        np.concatenate(short), np.concatenate(list(read_blocks(files["flac"])))
    )


def test_a_jingle_is_one_short_block(make: Make):
    path = make("wav", known_sound(0.3, 44_100))

    assert [len(block) for block in read_blocks(path)] == [14_400]


@pytest.mark.parametrize("name", ["flac", "mp3"])
def test_memory_does_not_grow_with_the_file(make: Make, name: str):
    def peak(seconds: int) -> int:
        path = make(name, known_sound(seconds, 44_100))
        tracemalloc.start()
        for _ in read_blocks(path, block_seconds=2):
            pass
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(5)  # imports
    assert peak(60) < 1.2 * peak(15)


@pytest.mark.logs
@pytest.mark.parametrize("name", ["flac", "mp3", "wav"])
def test_of_a_file_that_is_cut_short_the_rest_is_read(
    files: dict[str, Path], tmp_path: Path, name: str
):
    content = files[name].read_bytes()
    path = tmp_path / "cut short"
    path.write_bytes(content[: len(content) // 2])

    assert sum(map(len, read_blocks(path))) == pytest.approx(18 * SAMPLE_RATE, rel=0.1)


def test_the_other_decoder_goes_on_behind_damage(
    files: dict[str, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    content = bytearray(files["flac"].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3_000] = np.random.default_rng(0).bytes(3_000)
    path = tmp_path / "a.flac"
    path.write_bytes(content)

    sound = np.concatenate(list(read_blocks(path)))

    true = FORMATS["flac"].heard()
    assert len(sound) == pytest.approx(len(true), abs=0.5 * SAMPLE_RATE)
    last = slice(30 * SAMPLE_RATE, 35 * SAMPLE_RATE)
    np.testing.assert_allclose(sound[last], true[last], atol=2e-4)
    assert not caplog.records


def test_a_file_that_ends_early_is_logged(
    files: dict[str, Path], tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    content = files["flac"].read_bytes()
    path = tmp_path / "a.flac"
    path.write_bytes(content[: len(content) // 2])

    with caplog.at_level(logging.WARNING):
        list(read_blocks(path))

    (record,) = caplog.records
    assert "of 36.0 s can be decoded" in record.getMessage()


def test_samples_that_are_no_numbers_become_silence(make: Make, caplog: pytest.LogCaptureFixture):
    sound = known_sound(3, 44_100).copy()
    sound[44_100:66_150] = np.nan

    read = np.concatenate(list(read_blocks(make("wav float", sound))))

    assert np.isfinite(read).all()
    assert not read[50_000:70_000].any()
    assert len(caplog.records) == 1


def test_the_error_comes_with_the_first_block(tmp_path: Path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"text")

    with pytest.raises(AudioError, match="text file"):
        next(read_blocks(path))


def test_a_file_can_be_left_half_read(files: dict[str, Path]):
    blocks = read_blocks(files["mp3"])
    next(blocks)
    blocks.close()

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from known_audio import Make, known_sound

from musicsim.audio import (
    SAMPLE_RATE,
    AudioError,
    SampledAudio,
    SamplingPlan,
    fingerprint,
    read_blocks,
    sample_windows,
)

RATE = 44_100
PLANS = pytest.mark.parametrize("windows", [8, 32], ids=["seeking", "streaming"])


def music(seconds: float = 20) -> np.ndarray:
    return known_sound(seconds, RATE, 1)[:, 0] / 2


def write(path: Path, *channels: np.ndarray, subtype: str = "PCM_16") -> Path:
    # The halves and quarters that the tests use are exact in 16 bits.
    sound = np.round(np.stack(channels, axis=1) * 16_384) / 16_384
    sf.write(path, sound, RATE, subtype=subtype)
    return path


def identity(sampled: SampledAudio) -> bytes:
    return fingerprint(sampled.windows, sampled.duration)


@PLANS
@pytest.mark.parametrize(("left", "right"), [(1, -1), (-1, 1), (1, -0.97), (-0.97, 1), (1, -0.75)])
def test_of_channels_that_cancel_each_other_the_louder_one_is_heard(
    tmp_path: Path, windows: int, left: float, right: float
):
    crossed = write(tmp_path / "a.flac", left * music(), right * music())
    louder = left if abs(left) >= abs(right) else right
    whole = write(tmp_path / "b.flac", louder * music(), louder * music())

    heard, expected = (sample_windows(path, SamplingPlan(windows)) for path in (crossed, whole))

    assert identity(heard) == identity(expected)
    np.testing.assert_array_equal(heard.windows, expected.windows)
    assert heard.offsets.tolist() == expected.offsets.tolist()


def test_so_it_is_in_more_channels_and_when_everything_is_read(tmp_path: Path):
    sound, silence = music(12), np.zeros(12 * RATE)
    path = write(tmp_path / "a.flac", silence, silence, silence, silence, sound, -sound)
    alone = write(tmp_path / "b.flac", sound)

    assert identity(sample_windows(path, SamplingPlan())) == identity(
        sample_windows(alone, SamplingPlan())
    )
    read, expected = (np.concatenate(list(read_blocks(file))) for file in (path, alone))
    np.testing.assert_array_equal(read, expected)


@pytest.mark.parametrize("name", ["mp3", "vorbis", "opus", "aac"])
def test_so_it_is_in_lossy_formats(make: Make, name: str):
    rate = 48_000 if name == "opus" else RATE
    sound = known_sound(16, rate, 1)[:, 0] / 2
    sampled = sample_windows(make(name, np.stack([sound, -sound], axis=1)), SamplingPlan(8))

    level = np.sqrt(np.square(sampled.windows).mean(axis=1))
    assert len(level) == 8
    assert level.min() > 0.5 * np.sqrt(np.square(sound).mean())


def test_a_later_pass_hears_the_same_channel(tmp_path: Path):
    path = write(tmp_path / "a.flac", music(), -0.97 * music())
    first = sample_windows(path, SamplingPlan(8))
    later = sample_windows(path, SamplingPlan(24), listened=first.offsets)
    whole = sample_windows(path, SamplingPlan(24))

    np.testing.assert_array_equal(np.concatenate([first.windows, later.windows]), whole.windows)


@PLANS
def test_a_second_that_cancels_is_no_reason_to_leave_out_a_channel(tmp_path: Path, windows: int):
    left, right = music(), 0.5 * np.roll(music(), 999)
    flat = slice(10 * RATE, 11 * RATE)
    right[flat] = -left[flat]
    path = write(tmp_path / "a.wav", left, right, subtype="FLOAT")

    sampled = sample_windows(path, SamplingPlan(windows))

    assert 10 not in sampled.offsets
    mean = (np.stack([left, right], axis=1) * 16_384).round().mean(axis=1) / 16_384
    for window, offset in zip(sampled.windows, sampled.offsets, strict=True):
        start = int(offset) * RATE
        assert np.std(window) == pytest.approx(np.std(mean[start : start + RATE]), rel=0.01)


def test_some_cancelling_seconds_in_much_silence_are_found(tmp_path: Path):
    sound = np.zeros(100 * RATE)
    sound[97 * RATE : 99 * RATE] = music(2)
    path = write(tmp_path / "a.flac", sound, -sound)

    assert sorted(sample_windows(path, SamplingPlan()).offsets) == [97, 98]


@pytest.mark.parametrize("channels", [2, 6, 8])
def test_one_channel_of_many_and_unrelated_ones_still_give_the_mean(tmp_path: Path, channels: int):
    random = np.random.default_rng(0)
    for sounding in (1, channels):
        sound = random.standard_normal((6 * RATE, channels)) / 10
        sound[:, sounding:] = 0
        path = tmp_path / "a.wav"
        sf.write(path, sound, RATE, subtype="FLOAT")

        read = np.concatenate(list(read_blocks(path)))

        assert np.std(read) == pytest.approx(np.std(sound.mean(axis=1)), rel=0.1)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_U8", "FLOAT"])
@pytest.mark.parametrize("seconds", [0.5, 20, 100])
def test_a_constant_offset_is_silence(tmp_path: Path, subtype: str, seconds: float):
    path = tmp_path / "a.wav"
    sf.write(path, np.full((round(seconds * RATE), 2), [0.3, -0.1]), RATE, subtype=subtype)

    with pytest.raises(AudioError, match="no sound: the whole track is silent"):
        sample_windows(path, SamplingPlan())


def test_seconds_with_nothing_but_an_offset_are_replaced(tmp_path: Path):
    sound = music() + 0.1
    sound[5 * RATE : 12 * RATE] = 0.1
    path = write(tmp_path / "a.flac", sound, sound)

    offsets = sample_windows(path, SamplingPlan(13)).offsets

    assert not set(range(5, 12)) & set(offsets)


def test_an_offset_hides_nothing_that_cancels(tmp_path: Path):
    path = write(tmp_path / "a.flac", music(8) + 0.2, 0.2 - music(8))

    sampled = sample_windows(path, SamplingPlan())

    assert np.std(sampled.windows) == pytest.approx(np.std(music(8)), rel=0.05)
    assert sampled.windows.shape == (8, SAMPLE_RATE)

"""Loudness against the test signals of ITU-R BS.1770-4 and EBU Tech 3341, and of files as they are sampled."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from known_audio import EVERY_FORMAT, Format, Make, with_opus_header_gain

from musicsim.audio import (
    LoudnessMeter,
    MeasuredLoudness,
    SamplingPlan,
    read_blocks,
    sample_windows,
)
from musicsim.audio.loudness import hear_second, k_weighting, loudness_of

RATE = 48_000


def sine(
    seconds: float, decibels: float = 0.0, *, frequency: float = 1000, rate: int = RATE
) -> np.ndarray:
    """Return a sine whose peak is at a level in dB re full scale."""
    time = np.arange(round(seconds * rate)) / rate
    return (10 ** (decibels / 20) * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def noise(seconds: float, channels: int = 2, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """Return noise that two channels have nothing of in common, shape (channels, samples)."""
    random = np.random.default_rng(seed)
    return (0.1 * random.standard_normal((channels, round(seconds * rate)))).astype(np.float32)


def measured(sound: np.ndarray, rate: int = RATE) -> MeasuredLoudness | None:
    """Measure sound of shape (channels, samples) as it comes from a decoder."""
    meter = LoudnessMeter()
    for start in range(0, sound.shape[1], 32_768):
        meter.hear(sound[:, start : start + 32_768], rate)
    return meter.loudness()


def levels(*parts: tuple[float, float]) -> np.ndarray:
    """Return a stereo sine of 1 kHz with several levels: (seconds, dB re full scale)."""
    return np.stack([np.concatenate([sine(*part) for part in parts])] * 2)


@pytest.mark.parametrize("rate", [8_000, 44_100, 48_000, 96_000, 192_000])
def test_the_reference_sine_of_the_standard(rate: int) -> None:
    one = sine(2, frequency=997, rate=rate)
    in_one_channel = measured(np.stack([one, 0 * one]), rate)
    assert in_one_channel.lufs == pytest.approx(-3.01, abs=0.02)
    assert in_one_channel.peak == pytest.approx(1, abs=0.005)
    assert measured(np.stack([one, one]), rate).lufs == pytest.approx(0, abs=0.02)
    # Two loudspeakers play a single channel.
    assert measured(one[None], rate).lufs == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize(
    ("case", "parts", "lufs"),
    [
        (1, [(20, -23)], -23),
        (2, [(20, -33)], -33),
        (3, [(10, -36), (60, -23), (10, -36)], -23),
        (4, [(10, -72), (10, -36), (60, -23), (10, -36), (10, -72)], -23),
        (5, [(20, -26), (20.1, -20), (20, -26)], -23),
    ],
)
def test_the_cases_of_ebu_tech_3341(
    case: int, parts: list[tuple[float, float]], lufs: float
) -> None:
    assert measured(levels(*parts)).lufs == pytest.approx(lufs, abs=0.1), case


def test_the_case_of_ebu_tech_3341_with_five_channels() -> None:
    sound = np.stack([sine(20, level) for level in (-28, -28, -24, -30, -30)])
    assert measured(sound).lufs == pytest.approx(-23, abs=0.1)
    low = np.zeros((1, sound.shape[1]), np.float32) + 0.5 * sine(20, frequency=60)
    with_low = np.concatenate([sound[:3], low, sound[3:]])
    assert measured(with_low).lufs == pytest.approx(-23, abs=0.1)


def test_the_filters_are_the_standards_biquads() -> None:
    sound = noise(0.5, 1)[0].astype(float)
    expected = sound
    for (b0, b1, b2), (a1, a2) in (
        (
            (1.53512485958697, -2.69169618940638, 1.19839281085285),
            (-1.69065929318241, 0.73248077421585),
        ),
        ((1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621)),
    ):
        x1 = x2 = y1 = y2 = 0.0
        filtered = []
        for x in expected.tolist():
            y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
            x1, x2, y1, y2 = x, x1, y, y1
            filtered.append(y)
        expected = np.array(filtered)
    weighted = np.fft.irfft(
        np.fft.rfft(sound, 2**16) * k_weighting(np.fft.rfftfreq(2**16, 1 / RATE))
    )
    np.testing.assert_allclose(weighted[: len(sound)], expected, atol=1e-6)


@pytest.mark.parametrize("frequency", [31, 65, 440, 5_000])
def test_the_power_of_a_step_is_that_of_filtered_samples(frequency: int) -> None:
    """Nearly: where a step cuts through a wave of deep bass, it is a little off."""
    sound = (sine(1, -6, frequency=frequency) + noise(1, 1)[0] / 100)[None]
    spectrum = np.fft.rfft(sound[0]) * k_weighting(np.fft.rfftfreq(RATE, 1 / RATE))
    filtered = np.fft.irfft(spectrum)
    blocks = [2 * np.square(filtered[i * 4800 : i * 4800 + 19_200]).mean() for i in range(7)]
    difference = 10 * np.log10(hear_second(sound, RATE).powers / blocks)
    assert np.abs(difference).max() < (0.3 if frequency < 100 else 0.02)


@pytest.mark.parametrize("decibels", [-75, -math.inf])
def test_silence_has_no_loudness(decibels: float) -> None:
    assert measured(levels((3, decibels))) is None
    assert loudness_of([]) is None


def test_less_than_a_block_has_no_loudness(make: Make) -> None:
    assert sample_windows(make("flac", noise(0.3, 1, 44_100)[0]), SamplingPlan()).loudness is None
    short = sample_windows(make("flac", noise(0.5, 1, 44_100)[0]), SamplingPlan()).loudness
    assert short.seconds == 1


def test_samples_that_are_no_numbers_count_for_nothing() -> None:
    sound = levels((4, -20))
    expected = measured(sound).lufs
    sound[0, 70_000] = np.nan
    sound[1, 150_000] = np.inf
    found = measured(sound)
    assert (found.lufs, found.peak) == (pytest.approx(expected, abs=0.01), pytest.approx(0.1))
    assert found.seconds == 2


def expected_of(how: Format, offsets: np.ndarray) -> MeasuredLoudness:
    """What the known sound of a format measures at some seconds, each by itself."""
    seconds = how.sound().T.reshape(2, how.seconds, how.rate)
    return loudness_of([hear_second(seconds[:, i], how.rate) for i in offsets.astype(int)])


@pytest.mark.parametrize("windows", [8, 32], ids=["seeking", "streaming"])
@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_every_format_has_the_loudness_of_its_source(
    files: dict[str, Path], name: str, windows: int
) -> None:
    how = EVERY_FORMAT[name]
    sampled = sample_windows(files[name], SamplingPlan(windows))
    expected = expected_of(how, sampled.offsets)
    # LAME makes it softer by a quarter of a decibel; Musepack overshoots.
    tolerance, overshoot = (0.01, 0.01) if how.lossless else (0.5, 0.2)
    assert sampled.loudness.lufs == pytest.approx(expected.lufs, abs=tolerance)
    assert sampled.loudness.peak == pytest.approx(expected.peak, rel=overshoot)
    assert sampled.loudness.seconds == len(sampled.windows)


@pytest.mark.parametrize("name", ["flac", "mp3", "opus"])
def test_all_channels_count_and_not_their_mean(make: Make, name: str) -> None:
    """Of the mean, uncorrelated channels would have 6 dB less, and opposite ones nothing."""
    rate = EVERY_FORMAT[name].rate
    left = noise(20, 1, rate)[0]
    loudness = {}
    for what, right in (
        ("same", left),
        ("other", noise(20, 1, rate, seed=1)[0]),
        ("against", -0.9 * left),
    ):
        path = make(name, np.stack([left, right], axis=1), name=f"{what} {name}")
        loudness[what] = sample_windows(path, SamplingPlan(6)).loudness.lufs
    assert loudness["other"] == pytest.approx(loudness["same"], abs=0.3)
    lower = 10 * math.log10((1 + 0.9**2) / 2)
    assert loudness["against"] == pytest.approx(loudness["same"] + lower, abs=0.5)


@pytest.mark.parametrize("name", ["flac", "mp3"])
def test_a_whole_file_is_measured_as_it_is_read(files: dict[str, Path], name: str) -> None:
    how = EVERY_FORMAT[name]
    meter = LoudnessMeter()
    for _ in read_blocks(files[name], meter=meter):
        pass
    found, expected = meter.loudness(), measured(how.sound().T, how.rate)
    assert found.lufs == pytest.approx(expected.lufs, abs=0.01 if how.lossless else 0.5)
    assert found.seconds == expected.seconds == how.seconds


def test_seconds_that_are_sampled_stand_for_the_track(tmp_path: Path) -> None:
    """A quiet third is heard in its share, by every pass."""
    parts = [noise(40, rate=44_100) * level for level in (1.0, 0.5, 0.4)]
    path = tmp_path / "a.wav"
    sf.write(path, np.concatenate(parts, axis=1).T, 44_100)
    meter = LoudnessMeter()
    assert sum(map(len, read_blocks(path, meter=meter))) == 120 * RATE
    first = sample_windows(path, SamplingPlan(12))
    later = sample_windows(path, SamplingPlan(64), listened=first.offsets)
    for sampled in (first, later):
        assert sampled.loudness.lufs == pytest.approx(meter.loudness().lufs, abs=0.5)


@pytest.mark.parametrize("decibels", [-6, 6])
def test_the_output_gain_of_opus_is_applied_by_both_decoders(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, decibels: int
) -> None:
    """RFC 7845, 5.1: so loudness and R128 gains are of sound that has it."""
    from musicsim.audio import sampling
    from musicsim.audio.ffmpeg import FFmpegDecoder
    from musicsim.audio.sndfile import SndfileDecoder

    path = with_opus_header_gain(files["opus"], tmp_path / "a.opus", decibels)
    plan = SamplingPlan(8)
    for decoder in (FFmpegDecoder, SndfileDecoder):
        monkeypatch.setattr(sampling, "decoders_for", lambda _, make=decoder: (make,))
        without = sample_windows(files["opus"], plan).loudness.lufs
        assert sample_windows(path, plan).loudness.lufs == pytest.approx(
            without + decibels, abs=0.1
        )

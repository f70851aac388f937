"""Files that consist of several complete streams: chained Ogg, joined WAV, AIFF, MP3 and AAC."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from known_audio import FORMATS, Format, encode

from musicsim.audio import SAMPLE_RATE, SamplingPlan, read_blocks, sample_windows, waveform
from musicsim.audio.playing import StereoReader

LINKS = ((44_100, 2, 3), (22_050, 2, 4), (44_100, 1, 2), (48_000, 2, 5))
"""Rate, channels and seconds of each link."""
ALIKE = ((44_100, 2, 3), (44_100, 2, 5))
PITCHES = (300, 700, 1100, 1500)
CHAINED = ("vorbis", "opus", "flac in ogg", "wav", "aiff")


def pitch_of(sound: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(sound))
    return float(spectrum.argmax() * rate / len(sound))


def link(folder: Path, how: Format, number: int, rate: int, channels: int, seconds: int) -> Path:
    rate = 48_000 if how.codec == "libopus" else rate
    time = np.arange(seconds * rate) / rate
    sound = np.sin(2 * np.pi * PITCHES[number] * time)[:, None] * np.linspace(0.4, 0.3, channels)
    how = replace(how, rate=rate)
    return encode(folder / f"{number}{how.suffix}", sound.astype(np.float32), how)


def joined(folder: Path, name: str, links=LINKS) -> tuple[Path, list[Path]]:
    parts = [link(folder, FORMATS[name], n, *how) for n, how in enumerate(links)]
    path = folder / f"joined{FORMATS[name].suffix}"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path, parts


def read(path: Path) -> np.ndarray:
    return np.concatenate(list(read_blocks(path)))


def played(path: Path, start: int = 0) -> np.ndarray:
    with StereoReader(path) as reader:
        return np.concatenate(list(reader.blocks(start)))


@pytest.mark.parametrize("name", [*CHAINED, "mp3", "aac adts"])
def test_every_link_is_heard(tmp_path: Path, name: str):
    path, _ = joined(tmp_path, name)
    total = sum(seconds for *_, seconds in LINKS)

    sampled = sample_windows(path, SamplingPlan(total))

    assert sampled.warning is None
    assert sampled.duration == pytest.approx(total, abs=0.3)
    starts = np.cumsum([0, *(seconds for *_, seconds in LINKS)])
    for window, offset in zip(sampled.windows, sampled.offsets, strict=True):
        number = int(np.searchsorted(starts, offset, "right")) - 1
        if number < len(PITCHES):
            middle = window[SAMPLE_RATE // 3 : -SAMPLE_RATE // 3]
            assert pitch_of(middle, SAMPLE_RATE) == pytest.approx(PITCHES[number], abs=5)
    assert len(read(path)) / SAMPLE_RATE == pytest.approx(total, abs=0.3)
    outline = waveform(path)
    assert outline is not None
    assert outline.duration == pytest.approx(total, abs=0.3)
    # Encoders put up to 0.1 s of silence around each part.
    assert np.mean(np.frombuffer(outline.peaks, np.uint8) > 100) > 0.95
    with StereoReader(path) as reader:
        assert sum(map(len, reader.blocks())) / reader.rate == pytest.approx(total, abs=0.3)
        assert reader.shortfall == 0


@pytest.mark.parametrize("name", CHAINED)
def test_links_that_are_alike_are_played_without_a_gap(tmp_path: Path, name: str):
    path, parts = joined(tmp_path, name, ALIKE)

    whole = played(path)

    np.testing.assert_array_equal(whole, np.concatenate([played(part) for part in parts]))
    rate = 48_000 if name == "opus" else 44_100
    for start in (rate, 3 * rate - 1, 3 * rate, 3 * rate + 100, 6 * rate):
        np.testing.assert_allclose(played(path, start), whole[start:], atol=2e-3)


@pytest.mark.parametrize("name", CHAINED)
def test_the_length_is_right_before_anything_is_played(tmp_path: Path, name: str):
    path, _ = joined(tmp_path, name)
    with StereoReader(path) as reader:
        before = reader.frames
        assert sum(map(len, reader.blocks())) == pytest.approx(before, abs=reader.rate // 1000)


def test_playing_can_begin_in_a_link_of_another_rate(tmp_path: Path):
    path, _ = joined(tmp_path, "flac in ogg", LINKS[:2])
    whole = played(path)
    with StereoReader(path) as reader:
        start = 5 * reader.rate + 12_345
    np.testing.assert_allclose(played(path, start), whole[start:], atol=1e-3)


def test_a_stream_that_comes_twice_is_found_between_others(tmp_path: Path):
    path, parts = joined(tmp_path, "vorbis", ALIKE)
    path.write_bytes(b"".join(parts[n].read_bytes() for n in (0, 1, 0)))
    assert sample_windows(path, SamplingPlan()).duration == pytest.approx(11, abs=0.05)


def test_a_link_that_is_damaged_is_mentioned_and_the_others_are_heard(tmp_path: Path):
    path, parts = joined(tmp_path, "vorbis", (*ALIKE, ALIKE[0]))
    damaged = bytearray(parts[1].read_bytes())
    damaged[58:] = bytes(len(damaged) - 58)
    path.write_bytes(parts[0].read_bytes() + damaged + parts[2].read_bytes())

    sampled = sample_windows(path, SamplingPlan())

    assert sampled.duration == pytest.approx(6, abs=0.05)
    assert str(sampled.warning) == "parts of the file are damaged"


def test_a_frame_with_another_rate_is_damage(files: dict[str, Path], tmp_path: Path):
    content = bytearray(files["aac adts"].read_bytes())
    place = 0
    for _ in range(11):
        # The index of the sample rate in the header of ADTS: 32 kHz instead of 44.1, now and then.
        place = content.index(content[:2], place + 60_000)
        content[place + 2] = content[place + 2] & 0xC3 | 5 << 2
    path = tmp_path / "a.aac"
    path.write_bytes(content)

    sampled = sample_windows(path, SamplingPlan(32))

    assert str(sampled.warning) == "parts of the file are damaged"
    assert sampled.duration == pytest.approx(36, abs=0.1)


def test_a_large_file_is_searched_where_pages_belong_to_another_stream(tmp_path: Path):
    path, parts = joined(tmp_path, "flac in ogg", ((44_100, 2, 3), (22_050, 1, 4)))
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (8 * 44_100, 2)).astype(np.float32)
    large = encode(tmp_path / "large.oga", noise, FORMATS["flac in ogg"])
    path.write_bytes(b"".join(part.read_bytes() for part in (*parts, large)))
    assert path.stat().st_size > 2**20
    assert sample_windows(path, SamplingPlan()).duration == pytest.approx(15, abs=0.05)
    assert sample_windows(large, SamplingPlan()).duration == pytest.approx(8, abs=0.05)

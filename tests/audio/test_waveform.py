from __future__ import annotations

import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf
from known_audio import EVERY_FORMAT, FORMATS, Make, known_sound

from musicsim.audio import AudioError, Waveform, waveform
from musicsim.audio.waveform import COLUMNS


def drawn(path: Path, **how) -> Waveform:
    found = waveform(path, **how)
    assert found is not None
    return found


def amplitudes(levels: bytes) -> np.ndarray:
    return (np.frombuffer(levels, np.uint8) / 255) ** 3


def expected(sound: np.ndarray, columns: int) -> tuple[np.ndarray, np.ndarray]:
    """Peak and RMS of even parts of a mono sound, computed the plain way."""
    parts = np.array_split(sound.astype(np.float64), columns)
    peaks = np.array([np.abs(part).max() for part in parts])
    return peaks, np.array([np.sqrt(np.square(part).mean()) for part in parts])


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_the_columns_are_those_of_the_whole_file(files: dict[str, Path], name: str):
    how = EVERY_FORMAT[name]
    columns = 4 * how.seconds

    found = drawn(files[name], columns=columns)

    assert found.duration == pytest.approx(how.seconds, abs=0.1)
    # Of the loudest channel at each moment.
    peaks, rms = expected(np.abs(how.sound()).max(axis=1), columns)
    # The last one may lack what an encoder cut off, or have what it added.
    inner = slice(0, -1)
    np.testing.assert_allclose(amplitudes(found.rms)[inner], rms[inner], rtol=0.2, atol=0.02)
    np.testing.assert_allclose(amplitudes(found.peaks)[inner], peaks[inner], rtol=0.2, atol=0.04)


@pytest.mark.parametrize("samples", [7, 300, 800, 13_230, 16 * 16_384, 16 * 16_384 + 1, 1_000_003])
def test_every_length_fills_the_columns(make: Make, samples: int):
    # Louder and louder, so that a column in the wrong place shows.
    sound = np.sin(np.arange(samples)) * np.linspace(0, 1, samples)

    found = drawn(make("wav float", sound.astype(np.float32)))

    assert len(found.peaks) == len(found.rms) == COLUMNS
    assert found.duration == pytest.approx(samples / 44_100)
    loudness = amplitudes(found.rms).reshape(10, -1).mean(axis=1)
    if samples > COLUMNS:
        np.testing.assert_allclose(loudness, np.linspace(0.05, 0.95, 10) / 2**0.5, atol=0.02)
    assert max(found.peaks) > 200


def test_where_the_sound_begins_is_right_to_a_column(make: Make):
    sound = known_sound(60).copy()
    sound[: 24 * 44_100] = 0
    peaks = amplitudes(drawn(make("flac", sound), columns=100).peaks)

    assert not peaks[:39].any()
    assert peaks[41:].min() > 0.05


def test_silence_is_flat(make: Make):
    found = drawn(make("flac", np.zeros(44_100, np.float32)))

    assert not any(found.peaks)
    assert not any(found.rms)
    assert found.duration == 1


def test_what_is_no_number_or_over_full_scale_breaks_nothing(
    make: Make, caplog: pytest.LogCaptureFixture
):
    sound = np.full(4 * 1600, 0.5, np.float32)
    sound[1600:3200] = np.nan
    sound[3200:4800] = np.inf
    sound[4800:] = 40

    found = drawn(make("wav float", sound), columns=4)

    assert list(found.rms) == [202, 0, 0, 255]
    assert list(found.peaks) == [202, 0, 0, 255]
    assert len(caplog.records) == 1


@pytest.mark.logs
@pytest.mark.parametrize("name", ["flac", "mp3", "wav", "vorbis", "aac adts"])
def test_a_file_that_is_cut_short_gives_what_is_left(
    files: dict[str, Path], tmp_path: Path, name: str
):
    content = files[name].read_bytes()
    path = tmp_path / "cut short"
    path.write_bytes(content[: len(content) // 2])

    found = drawn(path)

    # Not what its header promises.
    assert found.duration == pytest.approx(18, rel=0.15)
    assert max(found.rms[-40:]) > 100


def test_behind_damage_it_goes_on(files: dict[str, Path], tmp_path: Path):
    content = bytearray(files["flac"].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3_000] = np.random.default_rng(0).bytes(3_000)
    path = tmp_path / "a.flac"
    path.write_bytes(content)

    found = drawn(path)

    assert found.duration == pytest.approx(36, abs=0.5)
    assert max(found.rms[-40:]) > 100


def test_the_length_of_vbr_without_a_header_is_what_was_decoded(files: dict[str, Path]):
    assert drawn(files["mp3 vbr without header"]).duration == pytest.approx(36, abs=0.1)


def test_what_is_no_sound_is_an_error(tmp_path: Path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"text")

    with pytest.raises(AudioError, match="text file"):
        waveform(path)


def test_it_can_be_given_up(files: dict[str, Path]):
    asked = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) == 3

    assert waveform(files["mp3"], cancelled=cancelled) is None
    assert len(asked) == 3


def test_it_is_asked_often_whether_to_go_on(files: dict[str, Path]):
    asked = []

    assert waveform(files["mp3"], cancelled=lambda: bool(asked.append(True))) is not None
    assert len(asked) >= FORMATS["mp3"].seconds


@pytest.mark.parametrize("name", ["flac", "mp3"])
def test_memory_does_not_grow_with_the_file(make: Make, name: str):
    def peak(seconds: int) -> int:
        path = make(name, known_sound(seconds, 44_100))
        tracemalloc.start()
        waveform(path)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    peak(5)  # imports
    assert peak(60) < 1.2 * peak(15)


def test_bytes_are_read_as_they_were_written():
    written = Waveform(bytes(range(200)), bytes(200), 12.5)

    assert Waveform.from_bytes(written.to_bytes()) == written
    assert len(written.to_bytes()) < 420


def test_garbage_is_no_waveform():
    good = Waveform(bytes(range(200)), bytes(200), 12.5).to_bytes()
    rng = np.random.default_rng(0)
    for place in range(len(good)):
        damaged = bytearray(good)
        damaged[place] ^= 1 << rng.integers(8)
        assert Waveform.from_bytes(bytes(damaged)) is None
    for length in (*range(40), 300):
        assert Waveform.from_bytes(good[:length]) is None
        assert Waveform.from_bytes(rng.bytes(length)) is None
    assert Waveform.from_bytes(good + b"\0") is None
    assert Waveform.from_bytes(None) is None


@pytest.mark.parametrize("duration", [0.0, -1.0, float("nan"), float("inf")])
def test_a_duration_that_is_none_makes_no_waveform(duration: float):
    assert Waveform.from_bytes(Waveform(b"\1", b"\1", duration).to_bytes()) is None


def test_no_columns_are_no_waveform():
    assert Waveform.from_bytes(Waveform(b"", b"", 1.0).to_bytes()) is None


def test_the_bytes_of_another_version_are_no_waveform():
    data = bytearray(Waveform(b"\1", b"\1", 1.0).to_bytes())
    data[1:2] = b"9"
    data[-4:] = struct.pack("<I", zlib.crc32(data[:-4]))

    assert Waveform.from_bytes(bytes(data)) is None


def test_reading_the_bytes_loads_no_decoder():
    program = "import sys; from musicsim.audio import Waveform; print('av' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert told.stdout.strip() == b"False"


def test_a_constant_offset_is_no_sound(tmp_path: Path):
    path = tmp_path / "a.wav"
    sound = np.full((4 * 8_000, 2), [0.5, -0.25])
    sound[2 * 8_000 :] += np.sin(np.arange(2 * 8_000))[:, None] / 8
    sf.write(path, sound, 8_000, subtype="FLOAT")

    outline = waveform(path, columns=4)

    assert outline is not None
    assert outline.peaks[0] < 10  # the mean of a block that is also sound is not quite the offset
    assert outline.peaks[3] == pytest.approx(255 * 0.5, abs=1)

"""A file as it is heard: whole, in stereo, from any place on, without what the encoder added."""

from __future__ import annotations

import io
import os
from collections import OrderedDict
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import mutagen.mp4
import numpy as np
import pytest
import soundfile as sf
from known_audio import EVERY_FORMAT, FORMATS, Format, encode, known_sound
from musepack import repeated_musepack_7

from musicsim.audio.errors import AudioError
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile
from musicsim.audio.packets import flac_position
from musicsim.audio.playing import StereoReader

RATE = 44_100
CODED = 0.05
"""RMS difference that a codec's noise may have, of sound at about 0.2."""
NO_LENGTH = {"aac adts", "ac3", "mp2", "mp3 cbr without header", "mp3 vbr without header", "wma"}
"""Formats that tell neither an encoder's delay nor its padding."""


def heard(path: Path, start: int = 0) -> np.ndarray:
    with StereoReader(path) as reader:
        return joined(reader.blocks(start))


def joined(blocks: Iterator[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.empty((0, 2), np.float32), *blocks])


def rms(sound: np.ndarray) -> float:
    return float(np.sqrt(np.square(sound, dtype=np.float64).mean()))


def lag(part: np.ndarray, whole: np.ndarray) -> int:
    """By how many samples sound is late."""
    size = 2 ** (len(whole) + len(part)).bit_length()
    spectrum = np.fft.rfft(part, size) * np.conj(np.fft.rfft(whole, size))
    place = int(np.argmax(np.fft.irfft(spectrum)))
    return place if place < size // 2 else place - size


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_every_format_is_heard_whole_and_in_stereo(files: dict[str, Path], name: str) -> None:
    how = EVERY_FORMAT[name]
    known = how.sound()

    with StereoReader(files[name]) as reader:
        promised = reader.frames
        sound = joined(reader.blocks())
        assert reader.rate == how.rate
        assert reader.shortfall == 0

    late = 0
    if name in NO_LENGTH:
        assert len(sound) == pytest.approx(len(known), abs=how.rate * 0.15)
        late = lag(sound[: 5 * how.rate, 0], known[: 5 * how.rate, 0])
        assert abs(late) <= max(1, round(how.late * how.rate))
    else:
        assert len(sound) == len(known)
        assert promised == pytest.approx(len(known), abs=how.rate // 100)
    count = min(len(known), len(sound) - late) - how.rate
    difference = (
        sound[late:][:count] - known[:count] if late >= 0 else sound[:count] - known[-late:][:count]
    )
    assert rms(difference) < (3e-4 if how.lossless else CODED * how.gain)
    # Each side its own: the right one is the quieter.
    assert rms(sound[:, 1]) / rms(sound[:, 0]) == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_any_place_is_reached_exactly(files: dict[str, Path], name: str) -> None:
    whole = heard(files[name])
    places = [1, *np.random.default_rng(3).integers(0, len(whole), 6), len(whole) - 100]
    # Windows Media has its timestamps in whole milliseconds.
    inexact = range(-25, 26) if name == "wma" else range(1)

    def difference(part: np.ndarray, place: int) -> float:
        expected = whole[place : place + len(part)]
        return rms(part[: len(expected)] - expected)

    with StereoReader(files[name]) as reader:
        for place in map(int, places):
            part = joined(islice(reader.blocks(place), 3))
            assert len(part) > 0
            # Musepack's noise is another one each time.
            allowed = 1e-6 if EVERY_FORMAT[name].lossless else 1e-4
            assert (
                min(difference(part, place + off) for off in inexact if place + off >= 0) < allowed
            )


def test_any_place_of_vorbis_is_reached_exactly(tmp_path: Path) -> None:
    # Noise, and a tone of which the last page is cut in the middle.
    sound = np.random.default_rng(0).normal(0, 0.1, (6 * RATE + 77, 2))
    sound[3 * RATE :] = np.sin(2 * np.pi * 440 * np.arange(3 * RATE + 77) / RATE)[:, None]
    path = tmp_path / "noise.ogg"
    sf.write(path, sound, RATE, format="OGG", subtype="VORBIS")
    whole = heard(path)

    with StereoReader(path) as reader:
        for place in range(0, len(whole), 3511):
            part = joined(islice(reader.blocks(place), 2))
            np.testing.assert_allclose(part, whole[place : place + len(part)], atol=1e-5)


@pytest.mark.parametrize("name", ["flac in ogg", "musepack 7", "musepack 8", "mp3", "opus", "aac"])
def test_a_place_is_reached_without_decoding_all_before_it(
    files: dict[str, Path], tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files[name]
    if name == "musepack 7":
        path = tmp_path / "long.mpc"
        path.write_bytes(repeated_musepack_7(files[name].read_bytes(), 6))
    decoded = 0
    frames = FFmpegDecoder._frames

    def counted(decoder: FFmpegDecoder) -> Iterator[tuple]:
        nonlocal decoded
        for found in frames(decoder):
            decoded += found[-1].samples
            yield found

    whole = heard(path)
    monkeypatch.setattr(FFmpegDecoder, "_frames", counted)
    with StereoReader(path) as reader:
        place = len(whole) - 2 * reader.rate
        parts = [joined(islice(reader.blocks(place), 3)) for _ in range(2)]

    for part in parts:
        assert rms(part - whole[place : place + len(part)]) < 5e-3
    assert decoded < len(whole)


def test_the_second_packet_of_musepack_8_is_reached(files: dict[str, Path]) -> None:
    # FFmpeg takes the second entry of the table to seek by for it, which is for the third.
    whole = heard(files["musepack 8"])

    for place in (64 * 1152, 64 * 1152 + 20_000, 2 * 64 * 1152 - 1000):
        part = heard(files["musepack 8"], place)
        assert len(part) == len(whole) - place
        assert rms(part - whole[place:]) < 1e-3


@pytest.mark.parametrize(
    ("head", "position"),
    [
        ("fff8591800", 0),
        ("fff859187f", 127 * 4096),
        ("fff85918c280", 128 * 4096),
        ("fff85918f480808000", 2**20 * 4096),
        ("fff95918c280", 128),
        ("fff95918fe8080a0808080", 2**23),
        ("fff85918ff8080808080", None),
        ("fff8591880", None),
        ("fff85918c2", None),
        ("fff85918", None),
        ("7f464c414301", None),
    ],
)
def test_the_number_of_a_flac_frame(head: str, position: int | None) -> None:
    assert flac_position(bytes.fromhex(head), 4096) == position


def test_one_channel_is_heard_from_both_sides(tmp_path: Path) -> None:
    path = tmp_path / "mono.wav"
    sf.write(path, known_sound(1, channels=1), RATE, "FLOAT")

    np.testing.assert_array_equal(heard(path), np.repeat(known_sound(1, channels=1), 2, axis=1))


@pytest.mark.parametrize(
    ("channel", "sides"),
    [
        (0, (1, 0)),
        (1, (0, 1)),
        (2, (0.7071, 0.7071)),
        (3, (0, 0)),
        (4, (0.7071, 0)),
        (5, (0, 0.7071)),
    ],
)
@pytest.mark.parametrize("suffix", [".wav", ".flac"])
def test_surround_is_mixed_down(
    tmp_path: Path, suffix: str, channel: int, sides: tuple[float, float]
) -> None:
    sound = np.zeros((RATE // 4, 6), np.float32)
    sound[:, channel] = known_sound(0.25, channels=1)[:, 0]
    path = tmp_path / f"surround{suffix}"
    sf.write(path, sound, RATE)

    expected = sound[:, channel : channel + 1] * np.array(sides)
    np.testing.assert_allclose(heard(path), expected, atol=1e-4)


@pytest.mark.parametrize("channels", [7, 8, 12])
def test_any_number_of_channels_plays(tmp_path: Path, channels: int) -> None:
    path = tmp_path / "many.wav"
    sf.write(path, known_sound(0.5, channels=channels), RATE, "FLOAT")

    sound = heard(path)

    assert sound.shape == (RATE // 2, 2)
    assert rms(sound) > 0.1


@pytest.mark.parametrize("rate", [8_000, 11_025, 192_000, 384_000])
def test_rates_far_from_the_usual(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "rate.wav"
    sf.write(path, known_sound(1, rate), rate, "FLOAT")

    with StereoReader(path) as reader:
        assert reader.rate == rate
        np.testing.assert_array_equal(
            joined(reader.blocks(rate // 2)), known_sound(1, rate)[rate // 2 :]
        )


@pytest.mark.parametrize("name", ["mp3", "mp3 cbr without header", "mp3 vbr"])
def test_a_place_in_a_long_mp3_is_reached_to_a_packet(
    files: dict[str, Path], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = heard(files[name])
    monkeypatch.setattr("musicsim.audio.ffmpeg._LONG_MP3", 1000)
    monkeypatch.setattr("musicsim.audio.playing._lengths", OrderedDict())

    with StereoReader(files[name]) as reader:
        assert reader.frames == pytest.approx(len(whole), abs=0.1 * RATE)
        for place in (100_000, 700_001, 1_400_000):
            part = joined(islice(reader.blocks(place), 4))[:20_000]
            # With a margin, since the start of a piece may lie before it.
            around = whole[place - 5000 : place + len(part) + 5000]
            off = lag(around[:, 0], part[:, 0]) - 5000
            assert abs(off) <= (0 if name == "mp3 vbr" else 1152)
        joined(reader.blocks(RATE))
        assert reader.shortfall == 0
        assert reader.frames == pytest.approx(len(whole), abs=1152)


def test_the_length_of_a_file_is_counted_once(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicsim.audio.playing._lengths", OrderedDict())
    counted: list[FFmpegDecoder] = []
    count = FFmpegDecoder._duration_of_packets

    def noted(decoder: FFmpegDecoder) -> float:
        counted.append(decoder)
        return count(decoder)

    monkeypatch.setattr(FFmpegDecoder, "_duration_of_packets", noted)
    path = tmp_path / "1.aac"
    path.write_bytes(files["aac adts"].read_bytes())
    lengths = []
    for _ in range(3):
        with StereoReader(path) as reader:
            lengths.append(reader.frames)
    assert len(counted) == 1
    assert len(set(lengths)) == 1

    path.write_bytes(path.read_bytes()[:200_000])
    with StereoReader(path) as reader:
        assert reader.frames < lengths[0]
    assert len(counted) == 2


# --- what encoders add ---


def encoded_aac(path: Path, sound: np.ndarray, **options: str) -> Path:
    return encode(path, sound, Format(".m4a", "aac", bit_rate=192_000, container_options=options))


def test_an_edit_list_says_what_is_music(tmp_path: Path) -> None:
    sound = known_sound(3)[: 3 * RATE - 777]

    decoded = heard(encoded_aac(tmp_path / "edits.m4a", sound))

    assert len(decoded) == len(sound)
    assert rms(decoded - sound) < CODED


def test_itunes_says_what_is_music(tmp_path: Path) -> None:
    sound = known_sound(3)[: 3 * RATE - 777]
    path = encoded_aac(tmp_path / "itunes.m4a", sound, use_editlist="0")
    without = len(heard(path))
    delay = 1024
    file = mutagen.mp4.MP4(path)
    numbers = (0, delay, without - delay - len(sound), len(sound))
    text = " " + " ".join(f"{n:08X}" for n in numbers[:3]) + f" {numbers[3]:016X}"
    file["----:com.apple.iTunes:iTunSMPB"] = mutagen.mp4.MP4FreeForm(text.encode())
    file.save()

    decoded = heard(path)

    assert len(decoded) == len(sound)
    assert rms(decoded - sound) < CODED


@pytest.mark.parametrize(
    "options",
    [{"bit_rate": 128_000}, {"codec_options": {"global_quality": "472", "flags": "+qscale"}}],
)
@pytest.mark.parametrize("samples", [100, 1000, 1152, 50_000, 2 * RATE + 1])
def test_lame_says_what_is_music(tmp_path: Path, samples: int, options: dict) -> None:
    sound = known_sound(3)[RATE // 4 :][:samples]

    decoded = heard(encode(tmp_path / "lame.mp3", sound, Format(".mp3", "libmp3lame", **options)))

    assert len(decoded) == samples
    if samples > 10_000:
        assert rms(decoded - sound) < CODED


@pytest.mark.parametrize("samples", [100, 960, 48_001])
def test_opus_says_what_is_music(tmp_path: Path, samples: int) -> None:
    sound = known_sound(3, 48_000)[12_000:][:samples]

    decoded = heard(encode(tmp_path / "pre-skip.opus", sound, FORMATS["opus"]))

    assert len(decoded) == samples
    if samples > 10_000:
        assert rms(decoded - sound) < CODED


@pytest.mark.parametrize("samples", [1, 100, 30_000, 61_007, 2 * RATE + 5])
def test_vorbis_that_ends_with_short_blocks(tmp_path: Path, samples: int) -> None:
    # libsndfile's encoder takes short blocks for a pure tone.
    tone = 0.3 * np.sin(2 * np.pi * 440 * np.arange(samples) / RATE)
    path = tmp_path / "tone.ogg"
    sf.write(path, np.stack((tone, tone), 1), RATE, format="OGG", subtype="VORBIS")

    decoded = heard(path)

    assert len(decoded) == samples
    if samples > 10_000:
        assert rms(decoded[:, 0] - tone) < 0.01


@pytest.mark.parametrize("name", ["musepack 7", "musepack 8"])
def test_musepack_begins_without_the_delay_of_its_filter_bank(
    files: dict[str, Path], name: str
) -> None:
    sound, known = heard(files[name]), EVERY_FORMAT[name].sound()

    assert len(sound) == len(known)
    assert lag(sound[: 5 * 32_000, 0], known[: 5 * 32_000, 0]) == 0


# --- what is damaged ---


def test_damage_in_a_flac_file_is_passed_over_by_the_other_decoder(
    files: dict[str, Path], tmp_path: Path
) -> None:
    content = bytearray(files["flac"].read_bytes())
    middle = len(content) // 2
    content[middle : middle + 3000] = os.urandom(3000)
    path = tmp_path / "damaged.flac"
    path.write_bytes(content)
    known = FORMATS["flac"].sound()

    with StereoReader(path) as reader:
        sound = joined(reader.blocks())
        assert reader.shortfall == 0

    assert len(sound) == len(known)
    assert (np.abs(sound - known).max(axis=1) > 1e-3).mean() < 0.02


@pytest.mark.parametrize(
    "name", ["flac", "wavpack", "mp3", "wav", "flac in ogg", "tta", "musepack 7"]
)
def test_a_file_that_is_cut_short_says_so(
    files: dict[str, Path], tmp_path: Path, name: str
) -> None:
    how = EVERY_FORMAT[name]
    content = files[name].read_bytes()
    path = tmp_path / f"cut{how.suffix}"
    path.write_bytes(content[: len(content) // 2])

    with StereoReader(path) as reader:
        sound = joined(reader.blocks())
        shortfall = reader.shortfall

    if name not in ("wav", "flac in ogg"):
        # Those have no length but that of what is there.
        assert shortfall == pytest.approx(how.seconds - len(sound) / how.rate, abs=0.1)
    assert how.seconds / 3 < len(sound) / how.rate < how.seconds * 2 / 3


def test_a_disk_that_fails_in_the_middle_is_told(
    files: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = files["flac"]
    last = path.stat().st_size // 2
    read = io.FileIO.readinto

    class Failing(io.FileIO):
        def readinto(self, buffer) -> int | None:
            if self.tell() > last:
                raise OSError(5, "Input/output error")
            return read(self, buffer)

    monkeypatch.setattr("musicsim.audio.files.io.FileIO", Failing)
    sound: list[np.ndarray] = []

    with StereoReader(path) as reader, pytest.raises(AudioError) as told:
        sound.extend(reader.blocks())

    assert "Input/output error" in str(told.value.reason)
    assert 10 < sum(map(len, sound)) / RATE < 26


def test_a_file_that_shrinks_while_it_is_read_ends_early(
    files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "shrinks.wav"
    path.write_bytes(files["wav"].read_bytes())

    with StereoReader(path) as reader:
        blocks = reader.blocks()
        first = next(blocks)
        os.truncate(path, path.stat().st_size // 2)
        rest = joined(blocks)
        assert reader.shortfall == pytest.approx(18, abs=0.1)

    np.testing.assert_array_equal(
        np.concatenate((first, rest)), heard(files["wav"])[: len(first) + len(rest)]
    )


def test_samples_that_are_no_numbers_are_silent(tmp_path: Path) -> None:
    sound = known_sound(1).copy()
    sound[1000:1010] = np.nan
    sound[2000:2010] = np.inf
    sound[3000:3010] = 1e30
    sound[4000:4010] = 4.0
    path = tmp_path / "nan.wav"
    sf.write(path, sound, RATE, "FLOAT")

    decoded = heard(path)

    assert len(decoded) == RATE
    assert np.isfinite(decoded).all()
    assert not decoded[1000:1010].any()
    assert not decoded[2000:2010].any()
    assert not decoded[3000:3010].any()
    assert (decoded[4000:4010] == 4.0).all(), "the limiter's business"


@pytest.mark.parametrize("content", [b"", b"text", bytes(5000)])
def test_what_is_no_audio_says_why(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "none.mp3"
    path.write_bytes(content)

    with pytest.raises(AudioError):
        StereoReader(path)


def test_a_pipe_or_a_device_is_never_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.mp3"
    os.mkfifo(pipe)

    for path in (pipe, Path("/dev/zero"), tmp_path):
        with pytest.raises(AudioError, match=r"a folder, not a file|not a regular file"):
            StereoReader(path)


def test_files_are_closed(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[AudioFile] = []
    begin = AudioFile.__init__

    def noted(file: AudioFile, raw: io.FileIO) -> None:
        begin(file, raw)
        opened.append(file)

    monkeypatch.setattr(AudioFile, "__init__", noted)
    for name in ("flac", "mp3", "vorbis"):
        with StereoReader(files[name]) as reader:
            next(reader.blocks(5000))

    assert len(opened) == 3
    assert all(file.closed for file in opened)

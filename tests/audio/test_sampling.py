from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import mutagen.asf
import numpy as np
import pytest
import soundfile as sf
import soxr
from known_audio import EVERY_FORMAT, FORMATS, Format, Make, known_sound

from musicsim.audio import SAMPLE_RATE, AudioError, SampledAudio, SamplingPlan, sample_windows

SEEKING = SamplingPlan(windows=8)
"""Few enough windows of 36 s that seeking to them is quicker than decoding all."""
STREAMING = SamplingPlan(windows=32)


def noise(seconds: float, rate: int = 44_100) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(round(seconds * rate)).astype(np.float32) * 0.1


def silence(seconds: float, rate: int = 44_100) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.float32)


def lag(window: np.ndarray, true: np.ndarray) -> int:
    """Return by how many samples a window is late, from the peak of the cross-correlation."""
    size = 2 * len(true)
    spectrum = np.fft.rfft(window, size) * np.conj(np.fft.rfft(true, size))
    peak = int(np.fft.irfft(spectrum).argmax())
    return peak if peak < len(true) else peak - size


def check(sampled: SampledAudio, source: np.ndarray, late: float, lossless: bool) -> None:
    for window, offset in zip(sampled.windows, sampled.offsets, strict=True):
        start = round(offset * SAMPLE_RATE)
        true = source[start : start + SAMPLE_RATE]
        shift = lag(window, true)
        assert abs(shift) <= 1 + late * SAMPLE_RATE
        shifted = np.roll(window, -shift)[2400:-2400]
        true = true[2400:-2400]
        similarity = shifted @ true / np.linalg.norm(shifted) / np.linalg.norm(true)
        assert similarity > 0.98
        if lossless and not late:
            np.testing.assert_allclose(window, source[start : start + SAMPLE_RATE], atol=2e-4)


@pytest.mark.parametrize("plan", [SEEKING, STREAMING], ids=["seeking", "streaming"])
@pytest.mark.parametrize("name", EVERY_FORMAT)
def test_windows_are_the_source_at_their_offsets(
    files: dict[str, Path], name: str, plan: SamplingPlan
):
    how = EVERY_FORMAT[name]

    sampled = sample_windows(files[name], plan)

    assert sampled.windows.shape == (min(plan.windows, how.seconds), SAMPLE_RATE)
    assert sampled.windows.dtype == np.float32
    assert sampled.offsets.dtype == np.float64
    assert sampled.offsets.tolist() == plan.offsets(how.seconds)
    assert sampled.duration == pytest.approx(how.seconds, abs=0.1)
    assert sampled.warning is None
    check(sampled, how.heard(), how.late, how.lossless)


def test_a_longer_sample_begins_with_the_shorter_one(files: dict[str, Path]):
    short = sample_windows(files["flac"], SEEKING)
    long = sample_windows(files["flac"], STREAMING)

    np.testing.assert_array_equal(long.offsets[:8], short.offsets)
    np.testing.assert_allclose(long.windows[:8], short.windows, atol=1e-6)


@pytest.mark.parametrize("windows", [12, 24], ids=["seeking", "streaming"])
def test_a_later_pass_gives_what_the_earlier_one_left(files: dict[str, Path], windows: int):
    first = sample_windows(files["flac"], SEEKING)
    later = sample_windows(files["flac"], SamplingPlan(windows), listened=first.offsets)
    whole = sample_windows(files["flac"], SamplingPlan(windows))

    offsets = np.concatenate([first.offsets, later.offsets])
    np.testing.assert_array_equal(offsets, whole.offsets)
    sound = np.concatenate([first.windows, later.windows])
    np.testing.assert_allclose(sound, whole.windows, atol=1e-6)


def test_a_later_pass_over_a_short_track_has_nothing_to_add(make: Make):
    path = make("flac", noise(3.5))
    first = sample_windows(path, SamplingPlan(8))
    for plan in (SamplingPlan(3), SamplingPlan(64)):
        later = sample_windows(path, plan, listened=first.offsets)
        assert later.windows.shape == (0, SAMPLE_RATE)
        assert later.offsets.shape == (0,)
        assert later.duration == pytest.approx(3.5)


def test_a_later_pass_looks_past_silence_too(make: Make):
    path = make("flac", np.concatenate([noise(20), silence(2), noise(18)]))
    first = sample_windows(path, SamplingPlan(4))
    later = sample_windows(path, SamplingPlan(8), listened=first.offsets)
    order = [second for second in SamplingPlan().order(40).tolist() if second not in (20, 21)]
    assert [*first.offsets, *later.offsets] == order[:8]


def test_the_time_spent_is_told_apart(files: dict[str, Path]):
    sampled = sample_windows(files["flac"], SEEKING)
    assert sampled.decoding > 0
    assert sampled.resampling > 0


@pytest.mark.parametrize("name", ["flac", "mp3", "mp3 vbr without header", "vorbis", "opus", "mp2"])
def test_seeking_gives_the_same_samples_as_decoding_all(make: Make, name: str):
    rate = FORMATS[name].rate
    # Beats make encoders change block sizes and save up bits, which makes it hard to begin in the middle.
    beats = np.exp(-30 * (np.arange(36 * rate) / rate % 0.37)).astype(np.float32)
    path = make(name, noise(36, rate) * beats + known_sound(36, rate, 1)[:, 0] / 2)

    seeking = sample_windows(path, SEEKING)
    streaming = sample_windows(path, STREAMING)

    np.testing.assert_array_equal(seeking.offsets, streaming.offsets[:8])
    np.testing.assert_allclose(seeking.windows, streaming.windows[:8], atol=2e-3)


@pytest.mark.parametrize("rate", [8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000])
def test_resampling_leaves_no_trace_at_the_edges(tmp_path: Path, rate: int):
    sound = noise(20, rate)
    path = tmp_path / "noise.wav"
    sf.write(path, sound, rate, subtype="FLOAT")
    whole = soxr.resample(sound, rate, SAMPLE_RATE)

    sampled = sample_windows(path, SamplingPlan(windows=5))

    for window, offset in zip(sampled.windows, sampled.offsets, strict=True):
        start = int(offset) * SAMPLE_RATE
        np.testing.assert_allclose(window, whole[start : start + SAMPLE_RATE], atol=1e-5)


def test_a_vbr_mp3_without_a_header_is_read_whole(files: dict[str, Path]):
    path = files["mp3 vbr without header"]
    # Otherwise this is not the file that the test is about.
    assert b"Xing" not in path.read_bytes()
    assert sf.info(path).duration < 30

    assert sample_windows(path, STREAMING).duration == pytest.approx(36, abs=0.1)


@pytest.mark.parametrize(
    ("name", "wrong_name"),
    [
        ("flac", "a.mp3"),
        ("mp3", "a.flac"),
        ("vorbis", "a.wav"),
        ("aac", "a.ogg"),
        ("wav", "a"),
        ("musepack 7", "a.ape"),
        ("musepack 8", "a.mp+"),
        ("monkey's audio", "a.mpc"),
    ],
)
def test_files_are_known_by_their_content(
    files: dict[str, Path], tmp_path: Path, name: str, wrong_name: str
):
    path = tmp_path / wrong_name
    path.write_bytes(files[name].read_bytes())

    assert len(sample_windows(path, SEEKING).windows) == 8


@pytest.mark.parametrize("channels", [1, 2, 6])
def test_the_downmix_is_the_mean_over_the_channels(tmp_path: Path, channels: int):
    sound = known_sound(3, SAMPLE_RATE, channels)
    path = tmp_path / "a.wav"
    sf.write(path, sound, SAMPLE_RATE, subtype="FLOAT")

    sampled = sample_windows(path, SamplingPlan())

    expected = sound.mean(axis=1).reshape(3, -1)[sampled.offsets.astype(int)]
    np.testing.assert_allclose(sampled.windows, expected, atol=1e-6)


def test_eight_bits_at_8_khz(tmp_path: Path):
    path = tmp_path / "a.wav"
    sf.write(path, known_sound(5, 8_000, 1), 8_000, subtype="PCM_U8")

    sampled = sample_windows(path, SamplingPlan())

    assert len(sampled.windows) == 5
    true = (
        Format(".wav", rate=8_000, seconds=5).heard().reshape(5, -1) * 2 / 1.6
    )  # one channel is at 0.5, the mean of two at 0.4
    np.testing.assert_allclose(sampled.windows, true[sampled.offsets.astype(int)], atol=0.02)


def test_a_jingle_is_padded_with_zeros(make: Make):
    sampled = sample_windows(make("flac", noise(0.3)), SamplingPlan())

    assert sampled.windows.shape == (1, SAMPLE_RATE)
    assert sampled.offsets.tolist() == [0.0]
    assert sampled.duration == pytest.approx(0.3, abs=0.001)
    sounding = round(0.3 * SAMPLE_RATE)
    assert np.abs(sampled.windows[0, : sounding - 10]).max() > 0.05
    assert not sampled.windows[0, sounding + 10 :].any()


@pytest.mark.parametrize("name", ["mp3", "aac", "vorbis", "opus"])
def test_a_jingle_in_every_lossy_format(make: Make, name: str):
    sampled = sample_windows(make(name, noise(0.3, FORMATS[name].rate)), SamplingPlan())

    assert len(sampled.windows) == 1


def test_silent_seconds_are_replaced_by_the_next_of_the_order(make: Make):
    plan = SamplingPlan(windows=4)
    # The first of the order, the middle, is silent.
    path = make("flac", np.concatenate([noise(20), silence(2), noise(18)]))

    sampled = sample_windows(path, plan)

    order = [second for second in plan.order(40).tolist() if second not in (20, 21)]
    assert sampled.offsets.tolist() == order[:4]


def test_a_track_that_is_half_silent_gets_all_its_windows(make: Make):
    path = make("flac", np.concatenate([silence(60), noise(40)]))

    sampled = sample_windows(path, SamplingPlan(windows=32))

    assert len(sampled.windows) == 32
    assert sampled.offsets.min() >= 60


@pytest.mark.parametrize("name", ["flac", "mp3"])
@pytest.mark.parametrize("start", [97, 145])
def test_a_little_sound_in_much_silence_is_found(make: Make, name: str, start: int):
    sound = silence(150)
    sound[start * 44_100 :][: 5 * 44_100] = noise(5)

    sampled = sample_windows(make(name, sound), SamplingPlan())

    assert sorted(sampled.offsets)[:5] == [start, start + 1, start + 2, start + 3, start + 4]


def test_sound_in_the_last_part_of_a_second_is_found(make: Make):
    path = make("flac", np.concatenate([silence(100), noise(0.4)]))

    sampled = sample_windows(path, SamplingPlan())

    assert sampled.offsets.tolist() == [100.0]


@pytest.mark.parametrize("seconds", [0.5, 20, 100])
def test_silence_is_an_error(make: Make, seconds: float):
    path = make("flac", silence(seconds))

    with pytest.raises(AudioError) as caught:
        sample_windows(path, SamplingPlan())

    assert caught.value.path == path
    assert str(caught.value.reason) == "no sound: the whole track is silent"


def test_a_file_without_samples_is_an_error(make: Make):
    with pytest.raises(AudioError, match="there is no sound in it"):
        sample_windows(make("wav", silence(0)), SamplingPlan())


def test_samples_that_are_no_numbers_are_left_out(make: Make):
    sound = noise(40)
    sound[20 * 44_100 : 22 * 44_100] = np.nan
    sound[10 * 44_100] = np.inf

    sampled = sample_windows(make("wav float", sound), SamplingPlan(windows=8))

    assert str(sampled.warning) == "parts of the file are damaged"
    assert len(sampled.windows) == 8
    assert np.isfinite(sampled.windows).all()
    assert not {10.0, 20.0, 21.0} & set(sampled.offsets)


def test_nothing_but_samples_that_are_no_numbers_is_damage(make: Make):
    with pytest.raises(AudioError, match="no numbers"):
        sample_windows(make("wav float", noise(3) * np.nan), SamplingPlan())


# The others have an index, without which there is no decoding them, at their end.
CUT_SHORT = sorted(EVERY_FORMAT.keys() - {"aac", "alac", "musepack 8"})
WITHOUT_A_LENGTH = {"mp3 cbr without header", "mp3 vbr without header", "mp2", "aac adts", "ac3"}


@pytest.mark.parametrize("plan", [SEEKING, STREAMING], ids=["seeking", "streaming"])
@pytest.mark.parametrize("name", CUT_SHORT)
def test_of_a_file_that_is_cut_short_the_rest_is_taken(
    files: dict[str, Path], tmp_path: Path, name: str, plan: SamplingPlan
):
    how = EVERY_FORMAT[name]
    whole = files[name].read_bytes()
    path = tmp_path / "cut short"
    path.write_bytes(whole[: len(whole) // 2])

    sampled = sample_windows(path, plan)

    assert len(sampled.windows) >= 8
    assert sampled.offsets.max() + 1 <= sampled.duration
    assert 0.4 < sampled.duration / how.seconds < 0.6
    assert (sampled.warning is None) == (name in WITHOUT_A_LENGTH)
    if sampled.warning:
        assert str(sampled.warning).startswith("the file ends early: ")
    check(sampled, how.heard(), how.late, lossless=False)


@pytest.mark.parametrize("name", ["flac", "mp3", "wavpack", "musepack 7", "monkey's audio"])
def test_a_missing_end_is_noticed_where_no_window_was_wanted(
    files: dict[str, Path], tmp_path: Path, name: str
):
    whole = files[name].read_bytes()
    path = tmp_path / "cut short"
    path.write_bytes(whole[: len(whole) * 9 // 10])

    sampled = sample_windows(path, SamplingPlan(windows=1))

    assert sampled.offsets.tolist() == [EVERY_FORMAT[name].seconds / 2]
    assert sampled.warning is not None


def test_the_warning_says_how_much_there_is(files: dict[str, Path], tmp_path: Path):
    path = tmp_path / "a.wav"
    path.write_bytes(files["wav"].read_bytes()[: 44 + 12 * 44_100 * 4])

    told = str(sample_windows(path, SEEKING).warning)
    assert told == "the file ends early: only 12 of 36 s can be decoded"


def damaged_in_the_middle(whole: Path, folder: Path) -> Path:
    """Return a copy with two kilobytes of noise in it."""
    damaged = bytearray(whole.read_bytes())
    middle = len(damaged) // 2
    # WavPack's blocks are half a second long, and FFmpeg finds no way past one without its header.
    damaged[middle : middle + 2_000] = np.random.default_rng(0).bytes(2_000)
    path = folder / "damaged"
    path.write_bytes(damaged)
    return path


@pytest.mark.parametrize(
    "name", ["flac", "mp3", "aac", "vorbis", "opus", "wavpack", "monkey's audio"]
)
def test_damage_in_the_middle_does_not_end_the_track(
    files: dict[str, Path], tmp_path: Path, name: str
):
    sampled = sample_windows(damaged_in_the_middle(files[name], tmp_path), STREAMING)

    how = EVERY_FORMAT[name]
    assert sampled.duration > how.seconds - 2
    assert sampled.offsets.max() >= how.seconds - 3


@pytest.mark.parametrize("name", ["musepack 7", "musepack 8"])
def test_of_what_no_decoder_finds_a_way_through_the_beginning_is_taken(
    files: dict[str, Path], tmp_path: Path, name: str
):
    how = EVERY_FORMAT[name]
    sampled = sample_windows(damaged_in_the_middle(files[name], tmp_path), STREAMING)

    assert sampled.warning is not None
    before = sampled.offsets < how.seconds // 2 - 2
    assert before.sum() == how.seconds // 2 - 2
    sampled = replace(sampled, windows=sampled.windows[before], offsets=sampled.offsets[before])
    check(sampled, how.heard(), how.late, how.lossless)


def test_a_wav_that_was_written_to_a_pipe_has_no_length_and_no_fault(
    files: dict[str, Path], tmp_path: Path
):
    content = bytearray(files["wav"].read_bytes())
    data = content.index(b"data")
    for field in (4, data + 4):
        content[field : field + 4] = b"\xff\xff\xff\xff"
    path = tmp_path / "a.wav"
    path.write_bytes(content)

    sampled = sample_windows(path, SEEKING)

    assert sampled.duration == pytest.approx(36, abs=0.01)
    assert sampled.warning is None


def test_a_flac_that_was_written_to_a_pipe_has_no_length_and_no_fault(
    files: dict[str, Path], tmp_path: Path
):
    content = bytearray(files["flac"].read_bytes())
    # The 36 bits of the number of samples in STREAMINFO.
    content[21] &= 0xF0
    content[22:26] = bytes(4)
    path = tmp_path / "a.flac"
    path.write_bytes(content)

    sampled = sample_windows(path, SEEKING)

    assert sampled.duration == pytest.approx(36, abs=0.01)
    assert sampled.warning is None


def test_tags_around_an_mp3_are_no_damage(files: dict[str, Path], tmp_path: Path):
    picture = np.random.default_rng(0).bytes(200_000)
    frame = b"APIC" + len(picture).to_bytes(4) + b"\0\0" + picture
    size = len(frame)
    synchsafe = bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0))
    content = files["mp3"].read_bytes()
    # PyAV wrote a tag of its own in front.
    content = content[content.index(b"\xff\xfb") :]
    path = tmp_path / "a.mp3"
    path.write_bytes(b"ID3\3\0\0" + synchsafe + frame + content + b"TAG" + bytes(125))

    sampled = sample_windows(path, STREAMING)

    assert sampled.warning is None
    assert sampled.duration == pytest.approx(36, abs=0.01)


@pytest.mark.parametrize("plan", [SEEKING, STREAMING], ids=["seeking", "streaming"])
def test_a_cover_in_a_wma_is_no_damage(files: dict[str, Path], tmp_path: Path, plan: SamplingPlan):
    path = tmp_path / "a.wma"
    path.write_bytes(files["wma"].read_bytes())
    before = sample_windows(path, plan)
    write_cover(path, np.random.default_rng(0).bytes(400_000))

    sampled = sample_windows(path, plan)

    assert sampled.warning is None
    assert sampled.duration == before.duration
    np.testing.assert_array_equal(sampled.windows, before.windows)


def test_a_wma_with_a_cover_that_is_cut_short_ends_early(files: dict[str, Path], tmp_path: Path):
    path = tmp_path / "a.wma"
    path.write_bytes(files["wma"].read_bytes())
    write_cover(path, bytes(400_000))
    path.write_bytes(path.read_bytes()[:-300_000])

    warning = sample_windows(path, SEEKING).warning

    assert warning is not None
    assert str(warning).endswith("of 36 s can be decoded")


def test_a_wma_of_a_broadcast_has_no_length_and_no_fault(files: dict[str, Path], tmp_path: Path):
    content = bytearray(files["wma"].read_bytes())
    properties = content.index(bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365"))
    content[properties + 88] |= 1
    path = tmp_path / "a.wma"
    path.write_bytes(content)

    sampled = sample_windows(path, SEEKING)

    assert sampled.duration == pytest.approx(36, abs=0.1)
    assert sampled.warning is None


def write_cover(path: Path, image: bytes) -> None:
    """Write an image into a Windows Media file, as programs that write tags do."""
    file = mutagen.asf.ASF(path)
    size = len(image).to_bytes(4, "little")
    picture = b"\3" + size + "image/jpeg\0\0".encode("utf-16-le") + image
    file["WM/Picture"] = mutagen.asf.ASFByteArrayAttribute(picture)
    file.save()

from pathlib import Path

import mutagen
import mutagen.id3
import mutagen.mp4
import numpy as np
import pytest
import soundfile
from known_audio import FORMATS, STORED, encode, known_file, known_sound

from musicsim.audio import SAMPLE_RATE, SETTLED, SamplingPlan, fingerprint, sample_windows

# The rest has no tags that mutagen writes.
TAGGED = [name for name in FORMATS if name not in ("aac adts", "ac3") and "matroska" not in name]


def of(path: Path, windows: int = 12) -> bytes:
    sampled = sample_windows(path, SamplingPlan(windows))
    return fingerprint(sampled.windows, sampled.duration)


def tag(path: Path) -> None:
    """Write enough of them to move the sound to another place in the file."""
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    # mutagen leaves the size in a WMA's header as it was, from which FFmpeg guesses the length: a little is no matter.
    text = "x" * (100 if path.suffix == ".wma" else 200_000)
    if isinstance(file.tags, mutagen.id3.ID3):
        file.tags.add(mutagen.id3.TIT2(text=text))
    else:
        file["\xa9nam" if isinstance(file, mutagen.mp4.MP4) else "title"] = text
    file.save()


def check_tags_and_names(path: Path) -> None:
    before = of(path)
    tag(path)
    assert of(path.rename(path.with_name("another name"))) == before


# The longer one is long enough that windows are looked for, and not all of it decoded.
@pytest.mark.parametrize(
    ("name", "seconds"),
    [(name, 5) for name in TAGGED] + [(name, 40) for name in ("mp3", "flac", "opus", "aac")],
)
def test_tags_and_names_make_no_difference(tmp_path, name, seconds):
    how = FORMATS[name]
    check_tags_and_names(encode(tmp_path / f"a{how.suffix}", known_sound(seconds, how.rate), how))


@pytest.mark.parametrize("name", STORED)
def test_tags_and_names_of_stored_files_make_no_difference(tmp_path, name):
    how = STORED[name]
    check_tags_and_names(known_file(tmp_path / f"a{how.suffix}", how))


def test_lossless_formats_of_the_same_sound_have_the_same(tmp_path):
    sound = (known_sound(20) * 32_767).round().astype(np.int16)
    made = set()
    for name in ("wav", "aiff", "flac", "alac", "flac in ogg", "tta", "wavpack"):
        how, path = FORMATS[name], tmp_path / f"a{FORMATS[name].suffix}"
        if how.codec:
            encode(path, (sound / 32_768).astype(np.float32), how)
        else:
            soundfile.write(path, sound, how.rate, subtype="PCM_16")
        made.add(of(path))
    assert len(made) == 1


def test_other_sound_has_another(tmp_path):
    sound = known_sound(20)
    quieter, shorter = sound * 0.9, sound[: -44_100 // 2]
    paths = [
        encode(tmp_path / f"{n}.flac", each, FORMATS["flac"])
        for n, each in enumerate((sound, quieter, shorter))
    ]
    assert len(set(map(of, paths))) == 3


def test_a_longer_sample_has_the_same(tmp_path):
    path = encode(tmp_path / "a.flac", known_sound(100), FORMATS["flac"])
    assert of(path, SETTLED) == of(path)


def test_sound_far_above_full_scale_has_one_too():
    loud = known_sound(1, 48_000, 1).reshape(1, -1)
    prints = {fingerprint(loud * np.float32(gain), 1.0) for gain in (1, 2, 1e5, 9e8)}
    assert len(prints) == 4


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        (1, "7210d0f42530577a45143de95d3282d9"),
        (2, "6fed4e097b30ec8d1f9d4c85d2f8879d"),
        (6, "381cf5eb905b042df76df38e36742c23"),
    ],
)
@pytest.mark.parametrize("windows", [8, 40], ids=["seeking", "streaming"])
def test_fingerprints_stay_the_same_in_every_version(
    tmp_path: Path, channels: int, windows: int, expected: str
):
    # By integers, and at 48 kHz, so that nothing depends on the processor.
    steps = np.arange(20 * SAMPLE_RATE * channels, dtype=np.int64).reshape(-1, channels)
    sound = ((steps * steps // 7 * 31 + steps) % 20_011 - 9_000).astype(np.int16)
    path = tmp_path / "a.wav"
    soundfile.write(path, sound, SAMPLE_RATE, subtype="PCM_16")

    sampled = sample_windows(path, SamplingPlan(windows))

    assert fingerprint(sampled.windows[:8], sampled.duration).hex() == expected

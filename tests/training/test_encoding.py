"""Copies in other formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from musicsim.audio import AudioError, read_blocks
from musicsim.demo import DemoTrack
from training.encoding import AAC_80, COMMON, FLAC, MP3_96, OPUS_64, Coding, encode


def _sound(path: Path) -> np.ndarray:
    return np.concatenate(list(read_blocks(path)))


@pytest.mark.parametrize("coding", [COMMON, MP3_96, OPUS_64, AAC_80, FLAC])
def test_a_copy_sounds_like_its_original(
    demo_library: list[DemoTrack], tmp_path: Path, coding: Coding
):
    source = demo_library[0].path
    copy = tmp_path / f"copy{coding.suffix}"
    encode(source, copy, coding)
    before, after = _sound(source), _sound(copy)
    assert abs(len(after) - len(before)) < 4800
    if coding.bit_rate is not None:
        assert 8 * copy.stat().st_size / (len(after) / 48_000) < 1.5 * coding.bit_rate
    loudness = [np.sqrt(np.mean(np.square(sound))) for sound in (before, after)]
    assert loudness[1] == pytest.approx(loudness[0], rel=0.1)
    assert list(tmp_path.iterdir()) == [copy]


def test_tags_in_an_old_encoding_do_no_harm(demo_library: list[DemoTrack], tmp_path: Path):
    original = next(track.path for track in demo_library if track.path.suffix == ".mp3")
    source = tmp_path / "old.mp3"
    title = "Café".encode("latin-1")
    content = original.read_bytes()
    # Without the ID3v2 tag in front, whose size is in four times seven bits.
    size = 0
    if content.startswith(b"ID3"):
        for byte in content[6:10]:
            size = size << 7 | byte
        content = content[10 + size :]
    source.write_bytes(content + b"TAG" + title.ljust(125, b"\0"))
    encode(source, tmp_path / "copy.flac", FLAC)
    assert len(_sound(tmp_path / "copy.flac")) > 48_000


def test_what_is_no_sound_is_named(tmp_path: Path):
    source = tmp_path / "notes.mp3"
    source.write_bytes(b"no music" * 100)
    with pytest.raises(AudioError, match=r"notes\.mp3"):
        encode(source, tmp_path / "copy.flac", FLAC)
    assert list(tmp_path.iterdir()) == [source]

"""The lengths of files whose headers are wrong, or have none, as a scan finds them."""

from dataclasses import replace
from pathlib import Path

import mutagen.id3
import numpy as np
import pytest
from known_audio import FORMATS, encode, known_sound

from musicsim.library.tags import read_tags


def length(path: Path) -> float | None:
    return read_tags(path)[0].duration


def mp3(folder: Path, seconds: int, how: str = "mp3", rate: int = 44_100, quiet: int = 0) -> Path:
    sound = known_sound(seconds, rate).copy()
    sound[: quiet * rate] = 0
    return encode(folder / f"{seconds}.mp3", sound, replace(FORMATS[how], rate=rate))


def tag(path: Path, title: str) -> None:
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(3, title))
    tags.save(path, v1=mutagen.id3.ID3v1SaveOptions.CREATE)


@pytest.mark.parametrize("how", ["mp3", "mp3 vbr", "mp3 cbr without header"])
@pytest.mark.parametrize("rate", [44_100, 22_050])
def test_joined_mp3s_are_as_long_as_all_of_them(tmp_path: Path, how: str, rate: int):
    parts = [mp3(tmp_path, 3, how), mp3(tmp_path, 5, how, rate)]
    for part in parts:
        tag(part, f"Title of {part.name}")
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))

    assert length(joined) == pytest.approx(8, abs=0.2)
    assert read_tags(joined)[0].title == "Title of 3.mp3"


@pytest.mark.parametrize("quiet", [0, 2])
def test_a_vbr_mp3_without_a_header_is_as_long_as_its_frames(tmp_path: Path, quiet: int):
    path = mp3(tmp_path, 8, "mp3 vbr without header", quiet=quiet)
    assert b"Xing" not in path.read_bytes()
    assert length(path) == pytest.approx(8, abs=0.1)
    tag(path, "A title")
    assert length(path) == pytest.approx(8, abs=0.1)


@pytest.mark.parametrize("flags", ["frag_keyframe", "frag_keyframe+default_base_moof", "dash"])
@pytest.mark.parametrize("name", ["aac", "alac"])
def test_a_fragmented_mp4_is_as_long_as_its_fragments(tmp_path: Path, name: str, flags: str):
    options = {"movflags": f"{flags}+empty_moov", "frag_duration": "1000000"}
    how = replace(FORMATS[name], container="mp4", container_options=options)
    path = encode(tmp_path / "a.m4a", known_sound(7), how)
    assert b"moof" in path.read_bytes()
    assert length(path) == pytest.approx(7, abs=0.1)


@pytest.mark.parametrize("name", ["mp3 vbr without header", "fragmented"])
def test_damage_loses_no_tags_and_takes_no_time(tmp_path: Path, name: str):
    if name == "fragmented":
        options = {"movflags": "frag_keyframe+empty_moov", "frag_duration": "500000"}
        how = replace(FORMATS["aac"], container="mp4", container_options=options)
        path = encode(tmp_path / "a.m4a", known_sound(3), how)
        begin = path.read_bytes().index(b"moof") - 4
    else:
        path = mp3(tmp_path, 3, name, quiet=1)
        tag(path, "A title")
        begin = 5_000
    whole = path.read_bytes()
    random = np.random.default_rng(0)
    for _ in range(40):
        broken = bytearray(whole[: random.integers(begin + 8, len(whole))])
        for place in random.integers(begin, len(broken), 20):
            broken[place] = random.integers(256)
        path.write_bytes(broken)
        tags, _ = read_tags(path)
        assert tags.duration is None or 0 < tags.duration < 60
        assert tags.title == ("A title" if path.suffix == ".mp3" else "")
    path.write_bytes(whole[:begin] + b"\xff" * 10_000_000)
    read_tags(path)


@pytest.mark.parametrize("name", ["vorbis", "opus", "flac in ogg"])
def test_a_chained_ogg_is_as_long_as_its_links(tmp_path: Path, name: str):
    how = FORMATS[name]
    rates = (how.rate, how.rate if name == "opus" else 22_050)
    parts = [
        encode(tmp_path / f"{seconds}.ogg", known_sound(seconds, rate), replace(how, rate=rate))
        for seconds, rate in zip((3, 5), rates, strict=True)
    ]
    path = tmp_path / "chained.ogg"
    path.write_bytes(b"".join(part.read_bytes() for part in (*parts, parts[0])))
    assert length(path) == pytest.approx(11, abs=0.1)
    assert length(parts[1]) == pytest.approx(5, abs=0.1)

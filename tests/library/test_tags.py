from pathlib import Path

import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp4
import numpy as np
import pytest
import soundfile
from mutagen.apev2 import APEv2

from musicsim.library.tags import read_tags
from musicsim.library.types import Tags

SECOND = np.zeros(48_000, np.float32)
FULL = Tags("Blue", "Ada, Béla", "Sky", "Various", "Jazz", 1999, 3, 2, 1.0)


def sound(path: Path) -> Path:
    soundfile.write(path, SECOND, 48_000)
    return path


def write_id3(path: Path) -> None:
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(text="Blue"))
    tags.add(mutagen.id3.TPE1(text=["Ada", "Béla"]))
    tags.add(mutagen.id3.TALB(text="Sky"))
    tags.add(mutagen.id3.TPE2(text="Various"))
    tags.add(mutagen.id3.TCON(text="(8)"))
    tags.add(mutagen.id3.TDRC(text="1999-05-01"))
    tags.add(mutagen.id3.TRCK(text="3/12"))
    tags.add(mutagen.id3.TPOS(text="2/2"))
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    for frame in tags.values():
        file.tags.add(frame)
    file.save()


def write_vorbis(path: Path) -> None:
    file = mutagen.File(path)
    file.update(
        {
            "TITLE": "Blue", "ARTIST": ["Ada", "Be\u0301la"], "ALBUM": "Sky", "ALBUMARTIST": "Various",
            "GENRE": "Jazz", "DATE": "1999", "TRACKNUMBER": "3", "DISCNUMBER": "2",
        }
    )  # fmt: skip
    file.save()


@pytest.mark.parametrize("suffix", ["mp3", "wav", "aiff"])
def test_id3(tmp_path, suffix):
    path = sound(tmp_path / f"a.{suffix}")
    write_id3(path)
    tags = read_tags(path)
    assert tags.duration == pytest.approx(1.0, abs=0.1)
    assert Tags(*[getattr(tags, f) for f in list(Tags.__slots__)[:-1]], duration=1.0) == FULL


@pytest.mark.parametrize("suffix", ["flac", "ogg", "opus"])
def test_vorbis_comments(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"
    kind = {"format": "OGG", "subtype": "OPUS"} if suffix == "opus" else {}
    soundfile.write(path, SECOND, 48_000, **kind)
    write_vorbis(path)
    tags = read_tags(path)
    assert tags.duration == pytest.approx(1.0, abs=0.1)
    assert Tags(*[getattr(tags, f) for f in list(Tags.__slots__)[:-1]], duration=1.0) == FULL


def test_mp4(tmp_path):
    import av

    path = tmp_path / "a.m4a"
    with av.open(str(path), "w", format="ipod") as container:
        stream = container.add_stream("aac", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(SECOND[None, :], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    file = mutagen.mp4.MP4(path)
    file.add_tags() if file.tags is None else None
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"] = "Blue", ["Ada", "Béla"], "Sky"
    file["aART"], file["\xa9gen"], file["\xa9day"] = "Various", "Jazz", "1999"
    file["trkn"], file["disk"] = [(3, 12)], [(2, 2)]
    file.save()
    tags = read_tags(path)
    assert Tags(*[getattr(tags, f) for f in list(Tags.__slots__)[:-1]], duration=1.0) == FULL


def test_apev2(tmp_path):
    import av

    path = tmp_path / "a.wv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("wavpack", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(SECOND[None, :], format="fltp", layout="mono")
        frame.sample_rate = 48_000
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    tags = APEv2()
    tags["Title"], tags["Artist"], tags["Album"] = "Blue", ["Ada", "Béla"], "Sky"
    tags["Album Artist"], tags["Genre"], tags["Year"] = "Various", "Jazz", "1999"
    tags["Track"], tags["Disc"] = "3/12", "2"
    tags.save(path)
    found = read_tags(path)
    assert Tags(*[getattr(found, f) for f in list(Tags.__slots__)[:-1]], duration=1.0) == FULL


@pytest.mark.parametrize(
    "content", [b"", b"not music at all", b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f", b"OggS" + bytes(100)]
)
@pytest.mark.parametrize("name", ["a.mp3", "a.ogg", "a.m4a", "a.flac", "a.wav", "a.wma", "a.ape"])
def test_a_broken_file_has_no_tags(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert read_tags(path).title == ""


@pytest.mark.parametrize("format_", ["OGG", "FLAC", "MP3", "AIFF", "WAV"])
def test_no_damage_stops_the_reading_of_tags(tmp_path, format_):
    path = tmp_path / f"a.{format_.lower()}"
    soundfile.write(path, SECOND[:8000], 48_000, format=format_)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(300):
        damaged = bytearray(whole)
        for place in rng.integers(0, min(len(whole), 400), 3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        read_tags(path)


def test_a_name_that_is_not_text_is_no_obstacle(tmp_path):
    path = sound(tmp_path / "a.flac")
    write_vorbis(path)
    odd = path.rename(tmp_path / "\udcff\udce9.flac")
    assert read_tags(odd).title == "Blue"


def test_a_file_without_tags_still_has_its_length(tmp_path):
    assert read_tags(sound(tmp_path / "a.flac")) == Tags(duration=1.0)

"""Tags are found wherever a file has them, and whatever its name says; which of several win is in `files`."""

import io
import os
import shutil
import struct
from dataclasses import replace
from pathlib import Path

import av  # noqa: TID253 (writes containers that mutagen doesn't)
import mutagen
import mutagen.id3
import numpy as np
import pytest
import soundfile
from known_audio import FORMATS, Format, encode, known_sound
from mutagen.apev2 import APEv2
from tagged_files import FILES, WRITERS, make

from musicsim.library.scanning.walking import walk
from musicsim.library.tags import is_audio, read_tags
from musicsim.library.tags.content import Part


def made(folder: Path, name: str) -> Path:
    """A file without tags, of a format that this or the other room of the tests knows."""
    if name in FILES:
        return make(folder, name)
    how = FORMATS[name]
    return encode(folder / f"a{how.suffix}", known_sound(1, how.rate), how)


def id3(version: int = 3, padding: int = 0, **frames: str) -> bytes:
    tags = mutagen.id3.ID3()
    for name, text in frames.items():
        tags.add(getattr(mutagen.id3, name)(encoding=3 if version == 4 else 1, text=text))
    file = io.BytesIO()
    tags.save(file, v2_version=version, padding=lambda _: padding)
    return file.getvalue()


def id3_v1(title: str = "", artist: str = "", album: str = "", year: str = "") -> bytes:
    fields = [(title, 30), (artist, 30), (album, 30), (year, 4), ("", 30)]
    texts = b"".join(text.encode("latin-1")[:size].ljust(size, b"\0") for text, size in fields)
    return b"TAG" + texts + b"\xff"


def info(**fields: bytes) -> bytes:
    """The INFO chunk of a WAV file."""
    body = b"INFO"
    for name, text in fields.items():
        body += name.encode() + struct.pack("<I", len(text)) + text + b"\0" * (len(text) % 2)
    return b"LIST" + struct.pack("<I", len(body)) + body


def shown(path: Path) -> tuple[str, str, str, int | None]:
    tags, _ = read_tags(path)
    return tags.title, tags.artist, tags.album, tags.year


BLUE = {"TIT2": "Blue", "TPE1": "Béla", "TALB": "Sky", "TDRC": "1999"}
SHOWN = ("Blue", "Béla", "Sky", 1999)
IN_FRONT = [
    "mp3", "flac", "ogg", "opus", "m4a", "wav", "aiff", "wma", "wv", "ape", "mpc", "8.mpc",
    "aac adts", "flac in ogg", "tta", "ac3", "mp2",
]  # fmt: skip


@pytest.mark.parametrize("padding", [0, 333])
@pytest.mark.parametrize("name", IN_FRONT)
def test_id3_in_front_of_every_format(tmp_path, name, padding):
    path = made(tmp_path, name)
    before = read_tags(path)[0].duration
    path.write_bytes(id3(padding=padding, **BLUE) + path.read_bytes())
    assert shown(path) == SHOWN
    assert read_tags(path)[0].duration == pytest.approx(before, abs=0.1)
    assert is_audio(path)


@pytest.mark.parametrize("name", ["mp3", "flac", "aac adts", "m4a"])
def test_a_second_id3_has_what_the_first_lacks(tmp_path, name):
    path = made(tmp_path, name)
    first = id3(TIT2="Blue", TENC="a program") + bytes(100)
    path.write_bytes(first + id3(4, TIT2="Red", TPE1="Béla") + path.read_bytes())
    assert shown(path) == ("Blue", "Béla", "", None)


def test_id3_of_all_sizes_in_front_leaves_the_rest_readable(tmp_path):
    path = made(tmp_path, "opus")
    WRITERS["opus"](path)
    path.write_bytes(id3(TIT2="Red") + id3() + path.read_bytes() + id3_v1("Green"))
    assert shown(path) == ("Blue", "Ada, Béla", "Sky", 1999)


@pytest.mark.parametrize("name", ["mp3", "flac", "ogg", "wv", "m4a", "aac adts"])
def test_id3_of_version_1_alone(tmp_path, name):
    path = made(tmp_path, name)
    path.write_bytes(path.read_bytes() + id3_v1("Blue", "Béla", "Sky", "1999"))
    assert shown(path) == SHOWN


def test_an_empty_id3_of_version_2_hides_no_other(tmp_path):
    path = made(tmp_path, "mp3")
    at_the_end = id3_v1("The Blue of a Very Long Evening by the Sea", "Béla", "", "1999")
    path.write_bytes(id3(TENC="a program", TIT2=" ") + path.read_bytes())
    tags = APEv2()
    tags.update({"Title": "The Blue of a Very Long Evening by the Sea", "Album": "Sky"})
    tags.save(path)
    path.write_bytes(path.read_bytes() + at_the_end)
    assert shown(path) == ("The Blue of a Very Long Evening by the Sea", "Béla", "Sky", 1999)


@pytest.mark.parametrize("name", ["mp3", "flac", "ogg", "aac adts", "tta", "m4a"])
def test_apev2_at_the_end_of_every_format(tmp_path, name):
    path = made(tmp_path, name)
    tags = APEv2()
    tags.update({"Title": "Blue", "Artist": "Béla", "Album": "Sky", "Year": "1999"})
    tags.save(path)
    assert shown(path) == SHOWN


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        *[("m4a", suffix) for suffix in (".mp3", ".aac", ".MP4", ".flac", ".ogg", ".wma", "")],
        *[("flac", suffix) for suffix in (".mp3", ".m4a", ".wav", ".ape", ".OGA")],
        *[("mp3", suffix) for suffix in (".flac", ".ogg", ".wav", ".m4a", ".wma", ".MP3", ".aac")],
        *[("opus", suffix) for suffix in (".ogg", ".mp3", ".flac")],
        *[("ogg", suffix) for suffix in (".oga", ".flac", ".opus", ".mp3")],
        *[("wma", suffix) for suffix in (".mp3", ".flac", ".asf")],
        *[("wv", suffix) for suffix in (".mp3", ".flac", ".ape")],
        *[("ape", suffix) for suffix in (".mp3", ".flac")],
        *[("8.mpc", suffix) for suffix in (".mp3", ".flac")],
        *[("wav", suffix) for suffix in (".mp3", ".flac", ".aiff")],
        *[("aiff", suffix) for suffix in (".wav", ".mp3", ".AIF")],
    ],
)
def test_another_suffix_is_no_obstacle(tmp_path, name, suffix):
    path = made(tmp_path, name)
    WRITERS[name](path)
    meant = read_tags(path)
    assert meant[0].title == "Blue"
    assert read_tags(path.rename(tmp_path / f"b{suffix}")) == meant


META = {
    "title": "Blue", "artist": "Béla", "album": "Sky", "date": "1999", "genre": "Jazz", "track": "3/12",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "how"),
    [
        ("a.mka", FORMATS["flac in matroska"]),
        ("a.MKV", Format("", "libopus", rate=48_000, container="matroska")),
        ("a.weba", Format("", "libopus", rate=48_000, container="webm")),
        ("a.webm", Format("", "libopus", rate=48_000, container="webm")),
        ("a.mp3", Format("", "libmp3lame", container="matroska")),
        ("a.caf", Format("", "pcm_s16be", container="caf")),
        ("a.au", Format("", "pcm_s16be", container="au")),
        ("a.ogg", FORMATS["flac in ogg"]),
        ("a.oga", FORMATS["opus"]),
        ("a.mov", Format("", "aac", container="mov")),
        ("a.wma", FORMATS["wma"]),
        ("a.mp4", FORMATS["aac"]),
    ],
)
def test_containers_that_ffmpeg_writes(tmp_path, name, how):
    container = how.container or how.suffix.removeprefix(".").replace("wma", "asf")
    how = replace(how, container=container.replace("mka", "matroska").replace("m4a", "ipod"))
    path = encode(tmp_path / name, known_sound(1, how.rate), how, META)
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == ("Blue", "Béla")
    if name != "a.au":
        assert (tags.album, tags.year) == ("Sky", 1999)
    if name not in ("a.au", "a.mov"):
        assert (tags.genre, tags.track_number) == ("Jazz", 3)
    assert tags.duration == pytest.approx(1, abs=0.1)
    assert is_audio(path)


@pytest.mark.parametrize(("artist", "title"), [("Béla", "Blue"), ("", "")])
def test_the_metadata_of_a_stream_counts_if_it_has_an_artist(tmp_path, artist, title):
    path = tmp_path / "a.mka"
    with av.open(str(path), "w", format="matroska") as file:
        stream = file.add_stream("pcm_s16le", rate=8000, layout="mono")
        # Alone, a title is a remark such as "Stereo".
        stream.metadata.update(
            {"title": "Blue", "artist": artist} if artist else {"title": "Stereo"}
        )
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
    assert shown(path) == (title, artist, "", None)


@pytest.mark.parametrize("place", ["front", "end"])
def test_the_info_of_a_wav_beside_an_id3_without_names(tmp_path, place):
    path = made(tmp_path, "wav")
    file = mutagen.File(path)
    file.add_tags()
    file.tags.add(mutagen.id3.TENC(text="a program"))
    if place == "end":
        file.tags.add(mutagen.id3.TIT2(text="Blue"))
    file.save()
    chunk = info(INAM=b"Red", IART="Béla".encode("cp1252"), IPRD=b"Sky", ICRD=b"1999-05")
    data = bytearray(path.read_bytes())
    data[12:12] = chunk
    path.write_bytes(data)
    assert shown(path) == ("Red" if place == "front" else "Blue", "Béla", "Sky", 1999)


@pytest.mark.parametrize("form", [b"RF64", b"BW64"])
def test_wav_of_64_bits(tmp_path, form):
    path = made(tmp_path, "wav")
    data = path.read_bytes()
    at = data.index(b"data")
    size = struct.unpack_from("<I", data, at + 4)[0]
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, len(data), size, size // 2, 0)
    sound = data[at + 8 : at + 8 + size]
    path.write_bytes(
        form + b"\xff\xff\xff\xffWAVE" + ds64 + data[12:at] + b"data\xff\xff\xff\xff" + sound
        + info(INAM=b"Blue", IART=b"Bela")
    )  # fmt: skip
    assert shown(path) == ("Blue", "Bela", "", None)


def test_chunks_without_their_even_number_of_bytes(tmp_path):
    path = made(tmp_path, "wav")
    odd = b"odd " + struct.pack("<I", 3) + b"abc"
    names = b"INAM" + struct.pack("<I", 5) + b"Blue\0" + b"IART" + struct.pack("<I", 4) + b"Bela"
    chunk = b"LIST" + struct.pack("<I", len(names) + 4) + b"INFO" + names
    path.write_bytes(path.read_bytes() + odd + chunk)
    assert shown(path)[:2] == ("Blue", "Bela")


@pytest.mark.parametrize(
    "content",
    [
        b"no frame of MPEG" * 100, b"", b"\0" * 5000, b"wvpk", b"OggS", b"fLaC", b"MAC ", b"RIFF\0\0\0\0WAVE",
        b"RIFF\0\0\0\0AVI ", b"FORM\0\0\0\0AIFF", b"\0\0\0\x08moov", b"\x1a\x45\xdf\xa3", b"\xff\xfb", b".snd", b"caff",
    ],
)  # fmt: skip
def test_damage_to_the_rest_leaves_tags_in_front(tmp_path, content):
    path = tmp_path / "a.mp3"
    path.write_bytes(id3(**BLUE) + content)
    assert shown(path) == SHOWN
    assert read_tags(path)[0].duration is None


def test_a_size_beyond_all_disks_is_damage(tmp_path, capfd):
    how = Format("", "pcm_s16be", container="caf")
    path = encode(tmp_path / "a.caf", known_sound(1), how, META)
    content = path.read_bytes()
    at = content.index(b"info") + 4
    path.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    assert shown(path) == ("", "", "", None)
    assert capfd.readouterr() == ("", "")


def test_a_compressed_header_of_quicktime_is_not_read(tmp_path):
    path = tmp_path / "a.mov"
    path.write_bytes(b"\0\0\0\x0cftypqt  \0\0\0\x10moov\0\0\0\x08cmov")
    assert shown(path) == ("", "", "", None)


def test_a_part_of_a_file_is_like_a_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        part = Part(file, 4)
        assert (part.tell(), part.read(2), part.tell()) == (0, b"45", 2)
        assert (part.seek(-1, os.SEEK_CUR), part.seek(-6, os.SEEK_END), part.read()) == (
            1,
            0,
            b"456789",
        )
        for offset, whence in ((-1, os.SEEK_SET), (-7, os.SEEK_END), (-7, os.SEEK_CUR)):
            with pytest.raises(OSError, match="Invalid"):
                part.seek(offset, whence)


def test_a_damaged_tag_leaves_the_others(tmp_path):
    path = made(tmp_path, "flac")
    soundfile_tags = mutagen.File(path)
    soundfile_tags["title"] = "Blue"
    soundfile_tags.save()
    broken = b"ID3\x03\x00\x80" + bytes([0, 0, 0, 20]) + b"\xff" * 20
    path.write_bytes(broken + path.read_bytes() + b"APETAGEX" + b"\xff" * 24)
    assert shown(path)[0] == "Blue"


def test_music_of_no_known_name_is_audio(tmp_path):
    for name in ("aac adts", "flac in matroska", "tta", "ac3"):
        path = made(tmp_path, name)
        assert is_audio(shutil.copyfile(path, tmp_path / "a.txt"))
    soundfile.write(tmp_path / "a.au", np.zeros(4800), 48_000)
    soundfile.write(tmp_path / "a.w64", np.zeros(4800), 48_000)
    assert is_audio(tmp_path / "a.au")
    assert is_audio(tmp_path / "a.w64")


@pytest.mark.parametrize("name", ["a.webm", "B.WEBM", "c.weba", "d.mka"])
def test_webm_is_music(tmp_path, name):
    (tmp_path / name).touch()
    found = walk(tmp_path, tmp_path, cancelled=lambda: False, tell=lambda _files, _folder: None)
    assert list(found.files) == [tmp_path / name]

"""Small files whose tags claim gigabytes: little is read of them, and the files beside them are as they are."""

from __future__ import annotations

import base64
import functools
import os
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import mutagen
import pytest
from known_audio import FORMATS, encode, known_sound

from musicsim.library.tags import read_tags
from musicsim.library.tags.bounds import LONGEST_TEXT, MOST_VALUES
from musicsim.library.tags.covers import read_cover

HUGE = 200 * 2**20


@functools.cache
def deflated(size: int, byte: bytes = b"a") -> bytes:
    """Compress a text of one letter, without ever having it all."""
    deflating = zlib.compressobj(6)
    part = byte * 2**20
    parts = [deflating.compress(b"\0" + part[1:])]  # the encoding: Latin-1
    parts += [deflating.compress(part) for _ in range(size // 2**20 - 1)]
    return b"".join((*parts, deflating.flush()))


def safe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def frame(name: bytes, data: bytes, size: int, version: int) -> bytes:
    """A compressed frame of ID3."""
    if version == 4:
        return name + safe(len(data) + 4) + b"\0\x09" + safe(size) + data
    return name + struct.pack(">I", len(data) + 4) + b"\0\x80" + struct.pack(">I", size) + data


def plain(name: bytes, text: str, version: int) -> bytes:
    data = b"\0" + text.encode()
    size = safe(len(data)) if version == 4 else struct.pack(">I", len(data))
    return name + size + b"\0\0" + data


def id3(*frames: bytes, version: int) -> bytes:
    data = b"".join(frames)
    return b"ID3" + bytes((version, 0, 0)) + safe(len(data)) + data


def mp3(path: Path, tag: bytes) -> Path:
    encode(path, known_sound(1), FORMATS["mp3"])
    path.write_bytes(tag + path.read_bytes())
    return path


READ = """
import resource, sys
from pathlib import Path
from musicsim.library.tags import read_tags
from musicsim.library.tags.covers import read_cover
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for name in sys.argv[1:]:
    tags, details = read_tags(Path(name))
    read_cover(Path(name), lambda data: None)
    print(len(tags.title), tags.album)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("version", [3, 4])
def test_compressed_frames_do_not_fill_the_memory(tmp_path, version):
    bomb = frame(b"TIT2", deflated(HUGE), HUGE, version)
    cover = frame(b"APIC", deflated(HUGE, b"\0"), HUGE, version)
    paths = [
        mp3(tmp_path / "one.mp3", id3(bomb, plain(b"TALB", "Blue", version), version=version)),
        mp3(tmp_path / "many.mp3", id3(*[bomb] * 10, cover, version=version)),
    ]
    assert all(path.stat().st_size < 8 * 2**20 for path in paths)
    done = subprocess.run(
        [sys.executable, "-c", READ, *paths], capture_output=True, text=True, timeout=60
    )
    first, second, used = done.stdout.splitlines()
    # The frames beside it are read.
    assert first.split() == ["0", "Blue"], done.stderr
    assert second.split() == ["0"]
    assert int(used) < 180


def test_many_frames_share_a_bound(tmp_path):
    size = 16 * 2**20
    bombs = [frame(b"TXXX", deflated(size), size, 4) for _ in range(20)]
    title = frame(b"TIT2", deflated(2**20), 2**20, 4)
    tags, _ = read_tags(mp3(tmp_path / "a.mp3", id3(*bombs, title, version=4)))
    assert tags.title == ""
    # The next file has a bound of its own.
    tags, _ = read_tags(mp3(tmp_path / "b.mp3", id3(title, version=4)))
    assert tags.title == "a" * LONGEST_TEXT


def test_frames_that_listeners_programs_compress_are_read(tmp_path):
    cover = b"\0image/png\0\x03\0" + b"\x89PNG\r\n\x1a\n" + os.urandom(2**20)
    frames = (
        frame(b"TIT2", zlib.compress(b"\0Blue"), 5, 4),
        frame(b"APIC", zlib.compress(cover), len(cover), 4),
    )
    path = mp3(tmp_path / "a.mp3", id3(*frames, version=4))
    assert read_tags(path)[0].title == "Blue"
    assert read_cover(path, lambda data: data) == cover[13:]


def test_a_tag_as_large_as_an_album_is_not_read(tmp_path):
    path = tmp_path / "a.mp3"
    with path.open("wb") as file:
        file.write(b"ID3\4\0\0" + safe(200 * 2**20))
        file.truncate(210 * 2**20)
    assert read_tags(path)[0].title == ""


LONG = "x" * 3_000_000
PICTURE = base64.b64encode(b"\0" * 1000).decode()


@pytest.mark.parametrize(
    ("name", "suffix", "title", "artist", "others"),
    [
        ("vorbis", ".ogg", "title", "artist", {}),
        ("flac", ".flac", "title", "artist", {"metadata_block_picture": [PICTURE] * 50}),
        ("aac", ".m4a", "\xa9nam", "\xa9ART", {}),
        ("wavpack", ".wv", "Title", "Artist", {}),
    ],
)
def test_long_texts_of_every_family_are_cut(tmp_path, name, suffix, title, artist, others):
    path = encode(tmp_path / f"a{suffix}", known_sound(1), FORMATS[name])
    file = mutagen.File(path)
    if file.tags is None:
        file.add_tags()
    artists = [f"{n} {LONG[:500]}" for n in range(2000)]
    for field, value in {title: LONG, artist: artists, **others}.items():
        file.tags[field] = value
    file.save()

    tags, details = read_tags(path)
    assert tags.title == "x" * LONGEST_TEXT
    assert 0 < len(details.artists) <= MOST_VALUES
    assert 0 < len(tags.artist) <= 2 * LONGEST_TEXT


MANY = 300_000
# Each value, line, event or frame of one of these made a copy of the rest.
FRAMES = {
    "values": (b"TIT2", b"\0" + b"a\0" * 3 * MANY),
    "values of UTF-16": (b"TPE1", b"\1" + b"a\0\0\0" * 3 * MANY),
    "zeros at odd places": (b"TALB", b"\2" + b"\1\0\0\1" * 3 * MANY),
    "described values": (b"TXXX", b"\0x\0" + b"a\0" * 3 * MANY),
    "people": (b"TIPL", b"\0" + b"a\0" * 3 * MANY),
    "lines": (b"SYLT", b"\0eng\2\1\0" + b"a\0\0\0\0\1" * 3 * MANY),
    "events": (b"ETCO", b"\2" + b"\1\0\0\0\1" * 3 * MANY),
    "adjustments": (b"EQU2", b"\0a\0" + b"\1\0\0\1" * 3 * MANY),
    "chapters": (b"CHAP", b"a\0" + bytes(16) + (b"TIT2" + safe(2) + b"\0\0\0a") * 3 * MANY),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", FRAMES)
def test_many_parts_of_a_frame_take_no_time(tmp_path, kind):
    name, data = FRAMES[kind]
    tag = id3(name + safe(len(data)) + b"\0\0" + data, plain(b"TCOM", "Clara", 4), version=4)
    _, details = read_tags(mp3(tmp_path / "a.mp3", tag))
    assert details.composers == ("Clara",)
    assert len(details.artists) <= MOST_VALUES


@pytest.mark.timeout(60)
@pytest.mark.parametrize("version", [3, 4])
def test_many_frames_take_no_time(tmp_path, version):
    many = b"".join(plain(b"TPE1", str(n), version) for n in range(MANY))
    tag = id3(plain(b"TIT2", "Blue", version), many, version=version)
    tags, details = read_tags(mp3(tmp_path / "a.mp3", tag))
    assert tags.title == "Blue"
    assert len(details.artists) <= MOST_VALUES


@pytest.mark.timeout(60)
@pytest.mark.parametrize("same", [True, False])
def test_many_comments_take_no_time(tmp_path, same):
    path = encode(tmp_path / "a.flac", known_sound(1), FORMATS["flac"])
    comments = [b"title=Blue", *(b"A=%d" % n if same else b"A%d=" % n for n in range(MANY))]
    block = b"\0\0\0\0" + struct.pack("<I", len(comments))
    block += b"".join(struct.pack("<I", len(text)) + text for text in comments)
    content = path.read_bytes()
    first = content[:4] + b"\0" + content[5:42]
    path.write_bytes(first + b"\x84" + len(block).to_bytes(3, "big") + block + bytes(100))
    assert read_tags(path)[0].title == "Blue"


@pytest.mark.timeout(60)
def test_many_chunks_take_no_time(tmp_path):
    path = encode(tmp_path / "a.wav", known_sound(1), FORMATS["wav"])
    inside = (b"INAM" + struct.pack("<I", 2) + b"a\0") * 500
    chunk = b"LIST" + struct.pack("<I", len(inside) + 4) + b"INFO" + inside
    path.write_bytes(path.read_bytes() + chunk * 500)
    assert read_tags(path)[0].title == "a"


def test_the_second_of_two_large_tags_is_not_read(tmp_path):
    path = tmp_path / "a.mp3"
    with path.open("wb") as file:
        first = id3(plain(b"TIT2", "Blue", 4), version=4)
        file.write(first + b"ID3\4\0\0" + safe(200 * 2**20))
        file.write(plain(b"TPE1", "Bela", 4))
        file.truncate(210 * 2**20)
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == ("Blue", "")


def test_a_large_tag_in_a_chunk_is_not_read(tmp_path):
    path = encode(tmp_path / "a.wav", known_sound(1), FORMATS["wav"])
    size = 200 * 2**20
    chunk = b"id3 " + struct.pack("<I", size + 10) + b"ID3\4\0\0" + safe(size)
    with path.open("ab") as file:
        file.write(chunk + plain(b"TIT2", "Blue", 4))
        file.truncate(size + 2**20)
    assert read_tags(path)[0].title == ""


def atom(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data) + 8) + name + data


@pytest.mark.parametrize("inside", [b"moov", b"udta", b""])
def test_a_compressed_header_of_quicktime_is_not_inflated(tmp_path, inside):
    header = atom(b"cmvd", struct.pack(">I", HUGE) + deflated(HUGE, b"\0"))
    header = atom(b"cmov", atom(b"dcom", b"zlib") + header)
    path = tmp_path / "a.mov"
    path.write_bytes(atom(b"ftyp", b"qt  ") + (atom(inside, header) if inside else header))
    done = subprocess.run(
        [sys.executable, "-c", READ, path], capture_output=True, text=True, timeout=60
    )
    _, used = done.stdout.splitlines()
    assert int(used) < 150, done.stderr


@pytest.mark.slow
def test_files_beside_bombs_get_into_the_library(musicsim, tmp_path):
    music = tmp_path / "music"
    music.mkdir()
    for n in range(3):
        encode(music / f"good {n}.flac", known_sound(2 + n), FORMATS["flac"])
        tag = id3(frame(b"TIT2", deflated(2**25), 2**25, 4), version=4)
        mp3(music / f"bomb {n}.mp3", tag)
    found = musicsim("scan", music, "--json").json
    assert found["added"] == 6
    assert found["failed"] == []
    assert (musicsim.data / "catalogue.sqlite3").stat().st_size < 2**20


def sparse_mp4(path: Path) -> Path:
    """8 GB of atoms that take no room on the disk."""
    size = 8 * 2**30
    with path.open("wb") as file:
        file.write(struct.pack(">I", 24) + b"ftypM4A " + bytes(4) + b"M4A isom")
        file.write(struct.pack(">I4sQ", 1, b"moov", size) + struct.pack(">I4s", 0, b"udta"))
        file.truncate(size)
    return path


def atoms(path: Path) -> Path:
    """Millions of atoms of eight bytes."""
    many = struct.pack(">I4s", 8, b"free") * 4_000_000
    moov = struct.pack(">I4s", 8 + len(many), b"moov") + many
    path.write_bytes(struct.pack(">I", 24) + b"ftypM4A " + bytes(4) + b"M4A isom" + moov)
    return path


def frames(path: Path) -> Path:
    """Millions of the smallest frames of ID3, each of another name."""
    names = (f"{n:06}".encode() for n in range(3_000_000))
    return mp3(
        path, id3(*(b"TXXX" + safe(9) + b"\0\0\0" + name + b"\0x" for name in names), version=4)
    )


def comments(path: Path) -> Path:
    """Millions of the smallest Vorbis comments, in a FLAC file."""
    many = struct.pack("<I", 2) + b"a="
    block = struct.pack("<II", 0, 2_700_000) + many * 2_700_000
    info = bytes.fromhex("1000100000000000000010ac44f000000000") + bytes(16)
    path.write_bytes(
        b"fLaC\0" + len(info).to_bytes(3) + info + b"\x84" + len(block).to_bytes(3) + block
    )
    return path


def items(path: Path) -> Path:
    """Millions of the smallest items of APEv2."""
    many = b"".join(struct.pack("<II", 1, 0) + b"%07d\0x" % n for n in range(2_000_000))
    head = struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(many) + 32, 2_000_000, 0)
    encode(path, known_sound(1), FORMATS["mp3"])
    path.write_bytes(path.read_bytes() + many + head)
    return path


def pictures(path: Path) -> Path:
    """A hundred pictures of 16 MB that take no room on the disk."""
    info = bytes.fromhex("1000100000000000000010ac44f000000000") + bytes(16)
    with path.open("wb") as file:
        file.write(b"fLaC\0" + len(info).to_bytes(3) + info)
        for _ in range(100):
            file.write(b"\6\xff\xff\xff" + struct.pack(">I", 3))
            file.seek(2**24 - 1 - 4, os.SEEK_CUR)
        file.truncate(file.tell())
    return path


PEAK = """
import resource, sys
from pathlib import Path
from musicsim.library.tags import read_tags
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
read_tags(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of memory in kilobytes is Linux's")
@pytest.mark.parametrize(
    ("make", "suffix"),
    [
        (sparse_mp4, ".m4a"),
        (atoms, ".m4a"),
        (frames, ".mp3"),
        (comments, ".flac"),
        (items, ".mp3"),
        (pictures, ".flac"),
    ],
)
def test_what_a_file_claims_or_holds_a_million_times_does_not_fill_the_memory(
    tmp_path, make, suffix
):
    path = make(tmp_path / f"bomb{suffix}")
    read = subprocess.run(
        [sys.executable, "-c", PEAK, path], capture_output=True, text=True, check=True, timeout=120
    )
    assert int(read.stdout) / 1024 < 400

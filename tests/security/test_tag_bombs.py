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

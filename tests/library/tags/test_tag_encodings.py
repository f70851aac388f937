import struct
from pathlib import Path

import mutagen
import mutagen.id3
import numpy as np
import pytest
import soundfile
from known_audio import FORMATS, encode, known_sound
from mutagen.apev2 import APEv2
from tagged_files import make

from musicsim.library.tags import read_tags


def as_latin_1(text: str, encoding: str) -> str:
    """How text of an old program looks to one that believes what the tag says of itself."""
    return text.encode(encoding).decode("latin-1")


def test_an_old_tag_is_read_as_it_was_meant_and_never_written(tmp_path):
    path = tmp_path / "a.mp3"
    soundfile.write(path, np.zeros(4800, np.float32), 48_000)
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=0, text=as_latin_1("Группа крови", "cp1251")))
    tags.add(mutagen.id3.TPE1(encoding=0, text=as_latin_1("Кино", "cp1251")))
    # What says that it is Unicode is believed, even if it looks like mojibake.
    tags.add(mutagen.id3.TALB(encoding=3, text=as_latin_1("Группа", "cp1251")))
    tags.save(path)
    before = path.read_bytes()
    found, _ = read_tags(path)
    assert (found.artist, found.title) == ("Кино", "Группа крови")
    assert found.album == as_latin_1("Группа", "cp1251")
    assert path.read_bytes() == before


def test_other_texts_of_a_file_do_not_hinder_it(tmp_path):
    path = make(tmp_path, "mp3")
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=0, text=as_latin_1("잘못된 만남", "cp949")))
    tags.add(mutagen.id3.TPE1(encoding=0, text=as_latin_1("김건모", "cp949")))
    tags.add(mutagen.id3.USLT(encoding=0, text=as_latin_1("난 너를 믿었던 만큼", "cp949")))
    tags.add(mutagen.id3.TCOP(encoding=0, text="\xa9 1995"))
    tags.save(path)
    assert (read_tags(path)[0].title, read_tags(path)[0].artist) == ("잘못된 만남", "김건모")


@pytest.mark.parametrize("encoding", ["cp949", "utf-8"])
def test_a_character_that_id3_of_version_1_cuts_in_two_is_left_out(tmp_path, encoding):
    path = make(tmp_path, "mp3")
    title = "a나의사랑너의사랑우리의사랑나의사랑"
    fields = [(title.encode(encoding)[:30], 30), ("김건모".encode(encoding), 30)]
    block = b"TAG" + b"".join(text.ljust(size, b"\0") for text, size in fields)
    path.write_bytes(path.read_bytes() + block.ljust(128, b"\0"))
    tags = read_tags(path)[0]
    assert title.startswith(tags.title)
    assert (len(tags.title) > 8, tags.artist) == (True, "김건모")


WORDS = [
    ("cp1252", "Jóga – ’97", "Björk"),
    ("cp1251", "Группа крови", "Кино"),
    ("cp932", "春はゆく", "坂本龍一"),
    ("gb18030", "长相思", "常静"),
    ("cp950", "月亮代表我的心", "鄧麗君"),
    ("cp949", "잘못된 만남", "김건모"),
]
FAMILIES = ["flac", "ogg", "opus", "m4a", "wv", "ape", "apev2.mp3", "mp3", "wav", "mka"]


def write_raw(path: Path, fields: dict[str, bytes]) -> None:
    """Write texts of the given bytes, by way of letters of the same number."""
    letters = {name: chr(65 + n) * len(raw) for n, (name, raw) in enumerate(fields.items())}
    if path.suffix == ".mka":
        encode(path, known_sound(1), FORMATS["flac in matroska"], letters)
    elif path.suffix == ".m4a":
        keys = {"title": "\xa9nam", "artist": "\xa9ART", "album": "\xa9alb"}
        file = mutagen.File(path)
        file.update({keys[name]: text for name, text in letters.items()})
        file.save()
    elif path.name == "a.mp3" or path.suffix == ".wav":
        keys = {"title": "TIT2", "artist": "TPE1", "album": "TALB"}
        file = mutagen.File(path)
        file.add_tags()
        for name, text in letters.items():
            file.tags.add(getattr(mutagen.id3, keys[name])(encoding=3, text=text))
        file.save()
    else:
        file = APEv2() if path.name == "a.apev2.mp3" else mutagen.File(path)
        file.update(letters)
        file.save(path)
    content = path.read_bytes()
    for name, text in letters.items():
        assert content.count(text.encode()) == 1
        content = content.replace(text.encode(), fields[name])
    path.write_bytes(content)


def made(folder: Path, name: str) -> Path:
    return folder / "a.mka" if name == "mka" else make(folder, name)


@pytest.mark.parametrize(("encoding", "title", "artist"), WORDS)
@pytest.mark.parametrize("name", FAMILIES)
def test_text_of_any_encoding_in_every_family(tmp_path, name, encoding, title, artist):
    path = made(tmp_path, name)
    fields = {"title": title.encode(encoding), "artist": artist.encode(encoding)}
    write_raw(path, {**fields, "album": "Žluťoučký".encode()})
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist, tags.album) == (title, artist, "Žluťoučký")


@pytest.mark.parametrize("name", FAMILIES)
def test_one_bad_text_loses_no_other(tmp_path, name):
    path = made(tmp_path, name)
    garbage = bytes(range(0x80, 0xC0)) + b"\xff\xfe\xfd"
    write_raw(path, {"title": garbage, "artist": "Земфира".encode("cp1251"), "album": b"Sky"})
    tags, _ = read_tags(path)
    assert (tags.artist, tags.album) == ("Земфира", "Sky")
    assert tags.title
    assert not any("\x7f" <= c <= "\x9f" or c == "\ufffd" for c in tags.title)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(("title", "artist"), [("Blue", "Béla"), ("Группа", "Кино")])
def test_utf_16_of_id3_without_its_mark(tmp_path, encoding, title, artist):
    path = make(tmp_path, "mp3")
    frames = b"".join(
        name + len(raw).to_bytes(4, "big") + b"\0\0" + raw
        for name, text in ((b"TIT2", title), (b"TPE1", artist))
        for raw in [b"\1" + text.encode(encoding) + b"\0\0"]
    )
    path.write_bytes(b"ID3\3\0\0\0\0\0" + bytes([len(frames)]) + frames + path.read_bytes())
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == (title, artist)


def test_8_bit_text_of_id3_that_is_marked_as_utf_16_in_another_encoding(tmp_path):
    path = make(tmp_path, "mp3")
    text = b"\1" + "Группа крови".encode("cp1251")
    frame = b"TIT2\0\0\0" + bytes([len(text)]) + b"\0\0" + text
    path.write_bytes(b"ID3\3\0\0\0\0\0" + bytes([len(frame)]) + frame + path.read_bytes())
    assert read_tags(path)[0].title == "Группа крови"


@pytest.mark.parametrize("lost", ["\ufffd", "\ufffd\ufffd \ufffd"])
def test_text_of_which_nothing_is_left_hides_no_other(tmp_path, lost):
    path = make(tmp_path, "flac")
    file = mutagen.File(path)
    file.update({"title": lost, "artist": "Bj\ufffdrk"})
    file.save()
    end = b"TAG" + b"Blue".ljust(30, b"\0") + bytes(94) + b"\xff"
    path.write_bytes(path.read_bytes() + end)
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == ("Blue", "Bj?rk")


def test_8_bit_text_of_id3_that_is_marked_as_utf_16(tmp_path):
    path = make(tmp_path, "mp3")
    frames = b"TIT2\0\0\0\5\0\0\1Blue" + b"TPE1\0\0\0\7\0\0\1B\xc3\xa9la\0"
    path.write_bytes(b"ID3\3\0\0\0\0\0" + bytes([len(frames)]) + frames + path.read_bytes())
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == ("Blue", "Béla")


@pytest.mark.parametrize(
    ("page", "encoding", "title"),
    [(1253, "cp1253", "Ελλάδα"), (28592, "iso8859-2", "Dvořák"), (1250, "cp1250", "Dvořák"), (932, "cp932", "桜")],
)  # fmt: skip
def test_the_code_page_that_a_wav_declares(tmp_path, page, encoding, title):
    path = make(tmp_path, "wav")
    raw = title.encode(encoding) + b"\0"
    name = b"INAM" + struct.pack("<I", len(raw)) + raw + b"\0" * (len(raw) % 2)
    chunks = b"CSET\x08\0\0\0" + struct.pack("<H", page) + bytes(6)
    chunks += b"LIST" + struct.pack("<I", len(name) + 4) + b"INFO" + name
    path.write_bytes(path.read_bytes() + chunks)
    assert read_tags(path)[0].title == title


@pytest.mark.parametrize(
    ("encoding", "title", "artist"), [*WORDS, ("utf-16-le", "Blue", "春はゆく")]
)
@pytest.mark.parametrize("name", ["wav", "aiff"])
def test_chunks_of_any_encoding(tmp_path, name, encoding, title, artist):
    path = make(tmp_path, name)
    order, names = ("<I", (b"INAM", b"IART")) if name == "wav" else (">I", (b"NAME", b"AUTH"))
    chunks = b""
    for key, text in zip(names, (title, artist), strict=True):
        raw = text.encode(encoding) + b"\0\0"
        chunks += key + struct.pack(order, len(raw)) + raw + b"\0" * (len(raw) % 2)
    if name == "wav":
        chunks = b"LIST" + struct.pack(order, len(chunks) + 4) + b"INFO" + chunks
    path.write_bytes(path.read_bytes() + chunks)
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == (title, artist)


@pytest.mark.parametrize("kind", [2, 3])
def test_mp4_atoms_of_another_type_than_utf_8(tmp_path, kind):
    path = make(tmp_path, "m4a")
    write_raw(path, {"title": "春はゆく".encode({2: "utf-16-be", 3: "cp932"}[kind])})
    content = path.read_bytes()
    at = content.index(b"\xa9nam") + 12
    path.write_bytes(content[:at] + struct.pack(">I", kind) + content[at + 4 :])
    assert read_tags(path)[0].title == "春はゆく"


def test_a_bad_item_of_apev2_hides_no_other(tmp_path):
    path = make(tmp_path, "mp3")
    tags = APEv2()
    tags.update({"Title": "Blue", "Artist": "Béla", "Year": "1999"})
    tags.save(path)
    content = path.read_bytes()
    at = content.index(b"Title")
    path.write_bytes(content[: at - 4] + b"\6" + content[at - 3 :])  # a type that there is not
    found, _ = read_tags(path)
    assert (found.title, found.artist, found.year) == ("", "Béla", 1999)


def test_vorbis_comments_that_end_early_are_read_as_far_as_they_go(tmp_path):
    path = make(tmp_path, "ogg")
    file = mutagen.File(path)
    file.update({"title": "Blue", "artist": "Béla"})
    file.save()
    content = path.read_bytes()
    at = content.index(b"title=Blue") - 8
    path.write_bytes(content[:at] + b"\xff\xff\xff\x7f" + content[at + 4 :])
    assert read_tags(path)[0].title == "Blue"


def test_a_flac_that_ends_in_its_comments_has_those_before(tmp_path):
    path = make(tmp_path, "flac")
    file = mutagen.File(path)
    file.update({"title": "Blue", "artist": "Béla"})
    file.save()
    content = path.read_bytes()
    path.write_bytes(content[: content.index(b"artist=") + 3])
    assert read_tags(path)[0].title == "Blue"


def test_an_atom_that_is_cut_short_hides_no_other(tmp_path):
    path = make(tmp_path, "m4a")
    write_raw(path, {"title": "Кино".encode("cp1251"), "artist": b"Bela"})
    content = path.read_bytes()
    at = content.index("Кино".encode("cp1251")) - 16
    path.write_bytes(content[:at] + b"\0\0\0\1" + content[at + 4 :])
    tags, _ = read_tags(path)
    assert (tags.title, tags.artist) == ("", "Bela")

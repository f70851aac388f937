import base64
import shutil
import struct
import zlib
from pathlib import Path

import av  # noqa: TID253 (writes Matroska)
import mutagen
import mutagen.flac
import mutagen.id3
import numpy as np
import pytest
from tagged_files import PICTURE, WRITERS, make

from musicsim.library.tags import covers, read_tags


def read_cover(path: Path, *, broken: tuple[bytes, ...] = ()) -> bytes | None:
    """The image file of a cover; those that are broken can't be decoded."""
    return covers.read_cover(path, lambda image: None if image in broken else image)


@pytest.mark.parametrize("name", WRITERS)
def test_the_cover_in_the_tags_of_every_family(tmp_path, name):
    path = make(tmp_path, name)
    assert read_cover(path) is None
    WRITERS[name](path)
    (tmp_path / "cover.jpg").write_bytes(b"the file's own comes first")
    assert read_cover(path) == PICTURE


@pytest.mark.parametrize("name", ["mp3", "flac"])
def test_of_several_pictures_the_front_is_taken(tmp_path, name):
    path = make(tmp_path, name)
    file = mutagen.File(path)
    for kind in (4, 3, 6):
        if name == "mp3":
            if file.tags is None:
                file.add_tags()
            file.tags.add(mutagen.id3.APIC(type=kind, desc=str(kind), data=bytes([kind])))
        else:
            picture = mutagen.flac.Picture()
            picture.type, picture.data = kind, bytes([kind])
            file.add_picture(picture)
    file.save()
    assert read_cover(path) == bytes([3])


def test_of_several_pictures_of_matroska_the_cover_is_taken(tmp_path):
    path = tmp_path / "a.mka"
    pictures = {name: png_of(side, side) for name, side in (("back.png", 8), ("cover.png", 9))}
    with av.open(str(path), "w") as file:
        stream = file.add_stream("pcm_s16le", rate=8000, layout="mono")
        for name, picture in pictures.items():
            file.add_attachment(name, "image/png", picture)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), "s16", "mono")
        frame.sample_rate = 8000
        file.mux(stream.encode(frame))
    assert read_tags(path)[1].has_cover
    assert read_cover(path) == pictures["cover.png"]
    assert read_cover(path, broken=(pictures["cover.png"],)) == pictures["back.png"]


def png_of(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        size = struct.pack(">I", len(data))
        return size + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes((width + 1) * height))
    parts = chunk(b"IHDR", header), chunk(b"IDAT", data), chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("name", ["mp3", "flac"])
def test_a_link_is_no_cover(tmp_path, name):
    path = make(tmp_path, name)
    file = mutagen.File(path)
    address = b"https://example.org/cover.jpg"
    if name == "mp3":
        file.add_tags()
        file.tags.add(mutagen.id3.APIC(type=3, mime="-->", data=address))
    else:
        picture = mutagen.flac.Picture()
        picture.type, picture.mime, picture.data = 3, "-->", address
        file.add_picture(picture)
    file.save()
    (tmp_path / "folder.jpg").write_bytes(b"beside it")
    assert read_cover(path) == b"beside it"


@pytest.mark.parametrize("name", ["ogg", "opus"])
@pytest.mark.parametrize("damage", ["no base64", "cut short"])
def test_a_damaged_picture_hides_no_good_one(tmp_path, name, damage):
    path = make(tmp_path, name)
    picture = mutagen.flac.Picture()
    picture.mime, picture.data = "image/jpeg", PICTURE
    good = base64.b64encode(picture.write()).decode()
    file = mutagen.File(path)
    file["METADATA_BLOCK_PICTURE"] = ["@@bad" if damage == "no base64" else good[:32], good]
    file.save()
    assert read_cover(path) == PICTURE


def test_an_image_alone_as_a_vorbis_comment(tmp_path):
    path = make(tmp_path, "ogg")
    file = mutagen.File(path)
    file["COVERART"] = base64.b64encode(PICTURE).decode()
    file.save()
    assert read_cover(path) == PICTURE


def test_an_image_beside_the_file(tmp_path):
    path = make(tmp_path, "wav")
    (tmp_path / "photo.jpg").write_bytes(b"no cover")
    (tmp_path / "cover.txt").write_bytes(b"no image")
    (tmp_path / "Folder.JPG").write_bytes(b"folder")
    assert read_cover(path) == b"folder"
    (tmp_path / "Cover.png").write_bytes(b"")
    assert read_cover(path) == b"folder"
    (tmp_path / "Cover.png").write_bytes(b"cover")
    assert read_cover(path) == b"cover"


def test_a_cover_that_cannot_be_shown_hides_no_other(tmp_path):
    path = make(tmp_path, "mp3")
    file = mutagen.File(path)
    file.add_tags()
    for kind in (4, 3):
        file.tags.add(mutagen.id3.APIC(type=kind, desc=str(kind), data=bytes([kind])))
    file.save()
    for name in ("cover", "folder"):
        (tmp_path / f"{name}.jpg").write_bytes(name.encode())
    tried = (bytes([3]), bytes([4]), b"cover", b"folder")
    for count, found in enumerate(tried):
        assert read_cover(path, broken=tried[:count]) == found
    assert read_cover(path, broken=tried) is None


@pytest.mark.parametrize("icon", [1, 2])
def test_the_icon_of_a_file_comes_after_the_image_beside_it(tmp_path, icon):
    path = make(tmp_path, "flac")
    file = mutagen.File(path)
    picture = mutagen.flac.Picture()
    picture.type, picture.data = icon, b"icon"
    file.add_picture(picture)
    file.save()
    assert read_cover(path) == b"icon"
    (tmp_path / "cover.jpg").write_bytes(b"cover")
    assert read_cover(path) == b"cover"


@pytest.mark.parametrize(("folder", "cover"), [("CD 2", b"above"), ("Sky", None)])
def test_the_discs_of_an_album_share_its_image(tmp_path, folder, cover):
    (tmp_path / folder).mkdir()
    (tmp_path / "front.webp").write_bytes(b"above")
    path = make(tmp_path, "wav").rename(tmp_path / folder / "a.wav")
    assert read_cover(path) == cover


def test_damage_is_no_cover_and_no_error(tmp_path):
    path = make(tmp_path, "flac")
    WRITERS["flac"](path)
    whole = path.read_bytes()
    for end in range(0, len(whole), 97):
        path.write_bytes(whole[:end])
        read_cover(path)
    shutil.rmtree(tmp_path)
    assert read_cover(path) is None

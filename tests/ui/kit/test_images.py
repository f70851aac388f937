"""Covers from strangers: what is no picture of a known kind and a sensible size is not decoded."""

import multiprocessing
import os
import struct
import threading
import zlib

import pytest
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QColor, QImage, QImageWriter

from musicsim.ui.kit.images import read_square
from musicsim.ui.kit.large_images import read_apart

KINDS = ("jpeg", "png", "bmp", "webp")
# A gigabyte of rectangles, in a kilobyte.
NESTED = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><g id="a0"><rect width="9" height="9"/></g>'
    + "".join(f'<g id="a{n}">' + f'<use href="#a{n - 1}"/>' * 10 + "</g>" for n in range(1, 12))
    + '<use href="#a11"/></svg>'
)


def picture(kind: str, width: int = 60, height: int = 40, colour: str = "red") -> bytes:
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    assert QImageWriter(buffer, kind.encode()).write(image)
    return bytes(buffer.data().data())


def png_of(width: int, height: int, data: bytes = zlib.compress(bytes(1000))) -> bytes:
    """A PNG of a size, or with too little data one that only claims it."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def bmp_of(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info + bytes(1000)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_are_read(qapp, kind: str) -> None:
    square = read_square(picture(kind), 48)
    assert square is not None
    assert (square.width(), square.height()) == (48, 48)
    assert square.pixelColor(24, 24).red() > 240
    assert square.pixelColor(24, 24).blue() < 20


def test_a_gif_is_read(qapp) -> None:
    gif = bytes.fromhex("47494638396101000100800100ff0000ffffff2c00000000010001000002024401003b")
    square = read_square(gif, 48)
    assert square is not None
    assert square.pixelColor(24, 24).red() > 240


@pytest.mark.parametrize("size", [(3000, 10), (10, 3000), (1, 1), (30_000, 1)])
def test_any_shape_becomes_a_square(qapp, size: tuple[int, int]) -> None:
    square = read_square(picture("png", *size), 48)
    assert square is not None
    assert (square.width(), square.height()) == (48, 48)


@pytest.mark.parametrize("kind", KINDS)
def test_the_middle_is_shown(qapp, kind: str) -> None:
    image = QImage(90, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    for x in range(30, 60):
        for y in range(30):
            image.setPixelColor(x, y, QColor("red"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind)
    square = read_square(bytes(buffer.data().data()), 30)
    assert square is not None
    assert all(square.pixelColor(x, 15).red() > 230 for x in range(3, 27))


@pytest.mark.parametrize(
    "file",
    [
        NESTED.encode(),
        b"<?xml version='1.0'?>" + NESTED.encode(),
        b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///dev/zero"/></svg>',
        b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj",
        b"II*\0" + bytes(100),
        b"\0\0\1\0\1\0" + bytes(100),
        b"icns" + bytes(100),
        b"P6 2 2 255 " + bytes(12),
        b"/* XPM */ static char *a[] = {",
        b"",
        b"\xff\xd8\xff",
        b"RIFF\0\0\0\0WEBP",
    ],
    ids=lambda file: repr(file[:12]),
)
def test_other_kinds_and_damaged_pictures_are_not_shown(qapp, file: bytes) -> None:
    assert read_square(file, 48) is None


@pytest.mark.parametrize("size", [(60_000, 60_000), (2**31 - 1, 2**31 - 1), (200_000_001, 1)])
@pytest.mark.parametrize("make", [png_of, bmp_of])
def test_a_picture_that_claims_too_many_pixels_is_not_shown(qapp, make, size) -> None:
    assert read_square(make(*size), 48) is None


def red_png(side: int) -> bytes:
    rows = zlib.compressobj(1)
    row = b"\0" + bytes([200, 30, 60]) * side
    return png_of(side, side, b"".join(rows.compress(row) for _ in range(side)) + rows.flush())


def test_a_scan_in_high_resolution_is_shown(qapp, capfd) -> None:
    """800 dpi: more than Qt decodes unless it is told otherwise."""
    square = read_square(red_png(8300), 48)
    assert square is not None
    assert (square.width(), square.height()) == (48, 48)
    assert square.pixelColor(24, 24).name() == "#c81e3c"
    assert capfd.readouterr() == ("", "")


def test_the_middle_of_a_large_picture_is_shown(qapp) -> None:
    rows = zlib.compressobj(1)
    row = b"\0" + bytes(3 * 6000) + b"\xff\0\0" * 4000 + bytes(3 * 6000)
    file = png_of(16_000, 4000, b"".join(rows.compress(row) for _ in range(4000)) + rows.flush())
    square = read_square(file, 48)
    assert square is not None
    assert {square.pixelColor(x, 24).name() for x in range(2, 46)} == {"#ff0000"}


def hang(file: bytes, kind: str, side: int) -> None:
    threading.Event().wait()


def die(file: bytes, kind: str, side: int) -> None:
    os.abort()


def take_all_memory(file: bytes, kind: str, side: int) -> None:
    bytearray(2**40)


@pytest.mark.parametrize("deed", [hang, die, take_all_memory])
def test_a_picture_whose_decoder_hangs_or_dies_is_given_up(qapp, capfd, deed) -> None:
    assert read_apart(deed, b"a picture", "png", 48, patience=2) is None
    assert capfd.readouterr() == ("", "")
    # Nothing of it is left.
    assert not [p for p in multiprocessing.active_children() if p.name == "musicsim-image"]


def test_a_jpeg_of_thousands_of_scans_is_not_decoded(qapp) -> None:
    jpeg = picture("jpeg")
    scan = jpeg.index(b"\xff\xda")
    many = jpeg[:scan] + jpeg[scan:-2] * 200 + jpeg[-2:]
    assert read_square(many, 48) is None
    assert read_square(jpeg, 48) is not None

"""Reading images from files of unknown origin, within bounds."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from musicsim.ui.kit.large_images import read_apart

# Other formats that Qt knows open further files (SVG, PDF), or have decoders that are rarely tested.
_FORMATS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)
_QUICK = 40_000_000
"""The largest image that is decoded in this process, in pixels; that takes up to a second, and 160 MB for a moment."""
_SCAN = b"\xff\xda"
_USUAL_SCANS = 12
"""Scans of a progressive JPEG as encoders write them. Each costs as much as the image's size says."""
_MOST_SCANS = 100
_ELONGATED = 2
"""Ratio of the sides from which the middle is cut out before it is scaled, which takes a copy, not after."""


def image_format(file: bytes) -> str | None:
    """Return the format that the first bytes of an image say, as Qt names it; None for any that is not read here."""
    if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _FORMATS if file.startswith(start)), None)


def read_square(file: bytes, side: int) -> QImage | None:
    """Return the middle square of an image, scaled to `side` pixels; None if it is no cover that can be shown.

    JPEG, PNG, GIF, BMP and WebP are read, as their first bytes say. An image that takes much time or memory is decoded
    in a process of its own, which may take some seconds; then it is given up. May run in any thread.
    """
    kind = image_format(file)
    scans = file.count(_SCAN) if kind == "jpeg" else 1
    if kind is None or scans > _MOST_SCANS:
        return None
    buffer, reader = _reader(file, kind)
    size = reader.size()
    buffer.close()
    if not size.isValid() or size.isEmpty():
        return None
    pixels = size.width() * size.height()
    if pixels > _QUICK or pixels * scans > _QUICK * _USUAL_SCANS:
        return read_apart(_decoded, file, kind, side)
    return _decoded(file, kind, side)


def _decoded(file: bytes, kind: str, side: int) -> QImage | None:
    """Decode an image, whatever its size."""
    _buffer, reader = _reader(file, kind)
    reader.setAutoTransform(True)
    size = reader.size()
    if max(size.width(), size.height()) > _ELONGATED * min(size.width(), size.height()):
        reader.setClipRect(_middle_of(size))
        size = QSize(side, side)
    # Scaling while decoding takes a fraction of the time for a JPEG.
    reader.setScaledSize(size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding))
    image = reader.read()
    return None if image.isNull() else image.copy(_middle_of(image.size()))


def _reader(file: bytes, kind: str) -> tuple[QBuffer, QImageReader]:
    """Return a reader, and the buffer that must outlive it."""
    buffer = QBuffer()
    buffer.setData(QByteArray(file))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    return buffer, reader


def _middle_of(size: QSize) -> QRect:
    side = min(size.width(), size.height())
    return QRect((size.width() - side) // 2, (size.height() - side) // 2, side, side)

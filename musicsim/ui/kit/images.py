"""Reading images from files of unknown origin, within bounds."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRect, QSize
from PySide6.QtGui import QImage, QImageReader

# Other formats that Qt knows open further files (SVG, PDF), or have decoders that are rarely tested.
_FORMATS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"BM", "bmp"),
)
_MOST_PIXELS = 50_000_000
"""The largest image that is decoded, in pixels; that takes up to a second, and 200 MB for a moment."""
_SCAN = b"\xff\xda"
_MOST_SCANS = 100
"""The most scans of a progressive JPEG. Encoders write about ten, and each costs as much as the image's size says."""


def image_format(file: bytes) -> str | None:
    """Return the format that the first bytes of an image say, as Qt names it; None for any that is not read here."""
    if file[:4] == b"RIFF" and file[8:12] == b"WEBP":
        return "webp"
    return next((kind for start, kind in _FORMATS if file.startswith(start)), None)


def read_square(file: bytes, side: int) -> QImage | None:
    """Return the middle square of an image, scaled to `side` pixels; None if it is no cover that can be shown.

    JPEG, PNG, GIF, BMP and WebP are read, as their first bytes say, up to a number of pixels. May run in any thread.
    """
    kind = image_format(file)
    if kind is None or (kind == "jpeg" and file.count(_SCAN) > _MOST_SCANS):
        return None
    buffer = QBuffer()
    buffer.setData(QByteArray(file))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, QByteArray(kind.encode()))
    reader.setAutoDetectImageFormat(False)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or not 0 < size.width() * size.height() <= _MOST_PIXELS:
        return None
    reader.setClipRect(_middle_of(size))
    # Scaling while decoding takes a fraction of the time for a JPEG.
    reader.setScaledSize(QSize(side, side))
    image = reader.read()
    return None if image.isNull() else image


def _middle_of(size: QSize) -> QRect:
    side = min(size.width(), size.height())
    return QRect((size.width() - side) // 2, (size.height() - side) // 2, side, side)

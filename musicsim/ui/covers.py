"""The cover of a track, as large as it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImageReader,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import QWidget

from musicsim.errors import MusicsimError
from musicsim.library.types import Track
from musicsim.ui.bridge import Bridge
from musicsim.ui.theme import Theme

if TYPE_CHECKING:
    from musicsim.app import Musicsim

_SIDE, _RADIUS = 48, 8


class CoverTile(QWidget):
    """A square with a track's cover; where there is none, a note on a tint.

    What was shown lately is kept in Qt's cache of pixmaps, for as long as the file is what it was.
    """

    def __init__(self, app: Musicsim, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._theme = theme
        self._track: Track | None = None
        self.pixmap = QPixmap()
        """What is shown; null for the note."""
        self.setFixedSize(QSize(_SIDE, _SIDE))
        theme.changed.connect(self.update)

    def show_track(self, track: Track | None) -> None:
        """Show the cover of a track, as soon as it is there."""
        if track == self._track:
            return
        self._track = track
        if track is None:
            self._show(QPixmap())
            return
        key = f"cover {track.mtime_ns} {self.devicePixelRatioF()} {track.path!r}"
        known = QPixmap()
        if QPixmapCache.find(key, known):
            self._show(known)
            return

        def show(image: bytes | None) -> None:
            cover = self._scaled(image) if image else QPixmap()
            QPixmapCache.insert(key, cover)
            if self._track == track:
                self._show(cover)

        def fail(_: MusicsimError) -> None:
            show(None)

        self._bridge.watch(self._app.cover(track), show, fail)

    def _show(self, cover: QPixmap) -> None:
        self.pixmap = cover
        self.update()

    def _scaled(self, image: bytes) -> QPixmap:
        """The middle square of an image, in the screen's pixels; null if it is none that Qt knows."""
        buffer = QBuffer()
        buffer.setData(QByteArray(image))
        buffer.open(QIODevice.OpenModeFlag.ReadOnly)
        reader = QImageReader(buffer)
        reader.setAutoTransform(True)
        side = round(_SIDE * self.devicePixelRatioF())
        if (size := reader.size()).isValid():
            # Scaled while it is decoded, which for a JPEG costs a fraction.
            reader.setScaledSize(
                size.scaled(side, side, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
            )
        cover = QPixmap.fromImageReader(reader)
        if cover.isNull():
            return cover
        left, top = (cover.width() - side) // 2, (cover.height() - side) // 2
        square = cover.copy(max(0, left), max(0, top), side, side)
        square.setDevicePixelRatio(self.devicePixelRatioF())
        return square

    def paintEvent(self, event: QPaintEvent) -> None:
        """Qt's."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.pixmap.isNull():
            rounded = QPainterPath()
            rounded.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
            painter.setClipPath(rounded)
            painter.drawPixmap(self.rect(), self.pixmap)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.selection))
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        self._theme.icon("note", "accent").paint(painter, self.rect().adjusted(12, 12, -12, -12))

"""Cover of a track at the size shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPixmap,
    QPixmapCache,
)
from PySide6.QtWidgets import QWidget

from musicsim.base.errors import MusicsimError
from musicsim.library.types import Track
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.images import read_square
from musicsim.ui.kit.theme import Theme

if TYPE_CHECKING:
    from musicsim.app import Musicsim

_SIDE, _RADIUS = 48, 8


class CoverTile(QWidget):
    """Square with a track's cover or, without a cover, a note on a tint.

    Qt's pixmap cache keeps recent covers, as long as their files are unchanged. The absence of a cover is not cached:
    an image may appear beside the file, and looking again each time that the track is shown costs little.
    """

    clicked = Signal()

    def __init__(self, app: Musicsim, bridge: Bridge, theme: Theme) -> None:
        super().__init__()
        self._app = app
        self._bridge = bridge
        self._theme = theme
        self._track: Track | None = None
        self.pixmap = QPixmap()
        """Cover that is shown; null for the note."""
        self.setFixedSize(QSize(_SIDE, _SIDE))
        theme.changed.connect(self.update)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Emit `clicked` on a left click (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()

    def show_track(self, track: Track | None) -> None:
        """Show the cover of a track as soon as it is loaded."""
        if track == self._track:
            return
        self._track = track
        if track is None:
            self._show(QPixmap())
            return
        ratio = self.devicePixelRatioF()
        key = f"cover {track.mtime_ns} {ratio} {track.path!r}"
        known = QPixmap()
        if QPixmapCache.find(key, known):
            self._show(known)
            return

        def show(image: QImage | None) -> None:
            cover = QPixmap()
            if image is not None:
                cover = QPixmap.fromImage(image)
                QPixmapCache.insert(key, cover)
            if self._track == track:
                self._show(cover)

        def fail(_: MusicsimError) -> None:
            show(None)

        # Decoding a large cover takes some tenths of a second, so it is done where the file is read: unlike a pixmap,
        # an image may be made in any thread.
        self._bridge.watch(
            self._app.collection.cover(track, partial(_square, ratio=ratio)), show, fail
        )

    def _show(self, cover: QPixmap) -> None:
        self.pixmap = cover
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the cover or the note (Qt override)."""
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


def _square(file: bytes, ratio: float) -> QImage | None:
    """Return the middle square of an image file, in screen pixels; None if it can't be shown."""
    square = read_square(file, round(_SIDE * ratio))
    if square is not None:
        square.setDevicePixelRatio(ratio)
    return square

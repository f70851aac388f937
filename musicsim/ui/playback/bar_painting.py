"""Painting of the seek bar: a line or a waveform in three colours, and the handle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QWidget

from musicsim.ui.playback.wave_drawing import WaveDrawing

if TYPE_CHECKING:
    from musicsim.audio import Waveform

MARGIN = 7
"""Pixels beside the line and the waveform, so that the handle fits at either end."""
HANDLE = 6.0
"""Radius of the handle in pixels."""

_LINE = 4.0
_AIR = 2
"""Pixels above and below the waveform."""


@dataclass(frozen=True, slots=True)
class Look:
    """State that a seek bar paints; positions are pixels from its left edge.

    Attributes
    ----------
    place
        Position of the track.
    pointer
        Position of the pointer; None if it is not over the bar.
    handle
        Position of the handle, if it is shown.
    waveform
        Drawn instead of a line.
    seconds
        The time from end to end.
    focused
        Whether the bar has a focus ring.
    """

    place: float
    pointer: float | None
    handle: float | None
    waveform: Waveform | None
    seconds: float
    focused: bool


class BarPainting:
    """Painter of a seek bar; keeps the painted waveform."""

    def __init__(self) -> None:
        self._drawing = WaveDrawing()

    def paint(self, painter: QPainter, bar: QWidget, exposed: QRect, look: Look) -> None:
        """Paint the exposed part of a bar."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = bar.palette()
        accent = palette.color(QPalette.ColorRole.Accent)
        rest = palette.color(QPalette.ColorRole.Mid)
        if look.waveform is not None:
            # Waveform bars are thinner than the line, and need more contrast.
            faint = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.WindowText)
            rest = _mixed(rest, faint, 0.7)
        pointer = look.place if look.pointer is None else look.pointer
        first, second = min(look.place, pointer), max(look.place, pointer)
        for start, end, colour in (
            (0.0, first, accent),
            # A click would skip the part between the track's position and the pointer.
            (first, second, _mixed(rest, accent, 0.45)),
            (second, float(bar.width()), rest),
        ):
            strip = QRectF(start, 0, end - start, bar.height())
            if strip.intersects(QRectF(exposed)):
                painter.setClipRect(strip)
                self._paint_track(painter, bar, look, colour)
        painter.setClipping(False)
        if look.handle is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(accent)
            if look.waveform is None:
                painter.drawEllipse(QPointF(look.handle, bar.height() / 2), HANDLE, HANDLE)
            else:
                upright = QRectF(look.handle - 1.5, 0, 3, bar.height())
                painter.drawRoundedRect(upright, 1.5, 1.5)
        if look.focused:
            painter.setPen(accent)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(bar.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)

    def _paint_track(self, painter: QPainter, bar: QWidget, look: Look, colour: QColor) -> None:
        width = bar.width() - 2 * MARGIN
        if look.waveform is not None:
            size, ratio = QSize(width, bar.height() - 2 * _AIR), bar.devicePixelRatioF()
            bars = self._drawing.pixmap(look.waveform, look.seconds, size, ratio, colour)
            painter.drawPixmap(QPointF(MARGIN, _AIR), bars)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        line = QRectF(MARGIN, (bar.height() - _LINE) / 2, width, _LINE)
        painter.drawRoundedRect(line, _LINE / 2, _LINE / 2)


def _mixed(one: QColor, other: QColor, part: float) -> QColor:
    """Return a colour between two opaque ones; `part` is the other's share."""

    def between(a: int, b: int) -> int:
        return round(a + part * (b - a))

    return QColor(
        between(one.red(), other.red()),
        between(one.green(), other.green()),
        between(one.blue(), other.blue()),
    )

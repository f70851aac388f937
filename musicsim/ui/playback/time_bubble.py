"""Small bubble with a time over the seek bar."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QWidget

_PADDING_X, _PADDING_Y = 9, 5
_DISTANCE = 4
"""Pixels between the bubble and the bar."""


class TimeBubble(QWidget):
    """Bubble that follows the pointer and stays inside the window.

    A tooltip would be a window of its own. Such windows flicker as they move, change the pointer on some desktops and
    reach over the screen's edge. The bubble does not take the pointer from the bar either.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.text = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_over(self, bar: QWidget, x: int, text: str) -> None:
        """Show a time over a position of a bar in the same window, or below it if there is no room above."""
        self.text = text
        # As wide as the widest digits, so that the width stays the same while the pointer moves.
        metrics = self.fontMetrics()
        widest = "".join("0" if c.isdigit() else c for c in text)
        room = max(metrics.horizontalAdvance(text), metrics.horizontalAdvance(widest))
        self.resize(room + 2 * _PADDING_X, metrics.height() + 2 * _PADDING_Y)
        window = bar.window()
        place = bar.mapTo(window, QPoint(x, 0))
        left = place.x() - self.width() // 2
        top = place.y() - _DISTANCE - self.height()
        if top < 0:
            top = place.y() + bar.height() + _DISTANCE
        self.move(
            max(0, min(left, window.width() - self.width())),
            max(0, min(top, window.height() - self.height())),
        )
        self.raise_()
        self.show()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint a rounded box with the time."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        palette = self.palette()
        painter.setPen(palette.color(QPalette.ColorRole.Mid))
        painter.setBrush(palette.color(QPalette.ColorRole.Base))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.text)

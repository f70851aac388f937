"""Curve of how similar each track of a list is to the next."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from musicsim.ui.builder.words import tr
from musicsim.ui.kit.theme import Theme

_HEIGHT, _FLAT = 92, 62
_LEFT, _RIGHT, _BELOW = 56, 18, 9
_LEAST_RANGE = 0.1
_DOTS_FROM = 9
"""Pixels between two steps from which on each has a dot."""


class StepCurve(QWidget):
    """Curve with a point for each step from a track to the next.

    The step under the pointer is described in words; a click, or Return on the step that the arrow keys reached,
    selects its two tracks.
    """

    chosen = Signal(int)
    """The number of the step, from 0: from this track of the list to the next."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._steps: Sequence[float] = ()
        self._titles: Sequence[str] = ()
        self._marked: frozenset[int] = frozenset()
        self.current: int | None = None
        """The step that is described."""
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("How similar each track is to the next"))
        theme.changed.connect(self.update)

    def show_steps(self, steps: Sequence[float], titles: Sequence[str]) -> None:
        """Show a list: the similarity of each step, from 0 to 1, and the titles of all tracks."""
        self._steps, self._titles = steps, titles
        if self.current is not None and self.current >= len(steps):
            self.current = None
        self._describe()
        self.update()

    def mark(self, rows: Collection[int]) -> None:
        """Mark the selected tracks of the list."""
        marked = frozenset(rows)
        if marked != self._marked:
            self._marked = marked
            self.update()

    @property
    def text(self) -> str:
        """What the listener reads above the curve."""
        if not self._steps:
            return ""
        if self.current is None:
            least, most = min(self._steps), max(self._steps)
            return tr("From track to track: {0}–{1} % alike").format(
                round(100 * least), round(100 * most)
            )
        return tr("{0} → {1}: {2} % alike").format(
            self._titles[self.current],
            self._titles[self.current + 1],
            round(100 * self._steps[self.current]),
        )

    def set_flat(self, flat: bool) -> None:
        """Take less room, where there is little."""
        self.setFixedHeight(_FLAT if flat else _HEIGHT)

    def sizeHint(self) -> QSize:
        """Return a flat size (Qt override)."""
        return QSize(300, _HEIGHT)

    def point_of(self, step: int) -> QPointF:
        """Return where a step is drawn."""
        room = self._room()
        low = self._low()
        share = (self._steps[step] - low) / (1.0 - low)
        return QPointF(self._x(step), room.bottom() - room.height() * max(0.0, min(1.0, share)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Describe the step under the pointer (Qt override)."""
        self._go_to(self._step_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the two tracks of a step (Qt override)."""
        step = self._step_at(event.position())
        if step is not None and event.button() is Qt.MouseButton.LeftButton:
            self._go_to(step)
            self.chosen.emit(step)

    def leaveEvent(self, event: QEvent) -> None:
        """Describe the whole again (Qt override)."""
        if not self.hasFocus():
            self._go_to(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Describe the whole again (Qt override)."""
        super().focusOutEvent(event)
        self._go_to(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go from step to step, and select one (Qt override)."""
        key, last = event.key(), len(self._steps) - 1
        now = -1 if self.current is None else self.current
        if last < 0:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._go_to(max(0, min(last, now + (1 if key == Qt.Key.Key_Right else -1))))
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self._go_to(0 if key == Qt.Key.Key_Home else last)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.chosen.emit(self.current)
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the curve (Qt override)."""
        if not self._steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colours = self._theme.colours
        room = self._room()
        small = QFont(self.font())
        small.setPointSizeF(max(7.5, small.pointSizeF() * 0.88))
        painter.setFont(small)
        metrics = painter.fontMetrics()
        for share in (self._low(), 1.0):
            y = room.top() if share == 1.0 else room.bottom()
            painter.setPen(QPen(QColor(colours.line), 1))
            painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
            painter.setPen(QColor(colours.dim))
            label = QRectF(0, y - metrics.height() / 2, _LEFT - 8, metrics.height())
            painter.drawText(
                label,
                Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter,
                f"{round(100 * share)} %",
            )
        self._draw_curve(painter, room)
        painter.setPen(QColor(colours.text if self.current is not None else colours.dim))
        line = QRect(_LEFT, 2, self.width() - _LEFT - _RIGHT, metrics.height() + 2)
        text = metrics.elidedText(self.text, Qt.TextElideMode.ElideMiddle, line.width())
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(4, 0.5, -4, -0.5), 6, 6)

    def _draw_curve(self, painter: QPainter, room: QRectF) -> None:
        colours = self._theme.colours
        points = [self.point_of(step) for step in range(len(self._steps))]
        path = QPainterPath(points[0])
        for before, after in itertools.pairwise(points):
            middle = (before.x() + after.x()) / 2
            path.cubicTo(QPointF(middle, before.y()), QPointF(middle, after.y()), after)
        area = QPainterPath(path)
        area.lineTo(points[-1].x(), room.bottom())
        area.lineTo(points[0].x(), room.bottom())
        area.closeSubpath()
        shade = QLinearGradient(0, room.top(), 0, room.bottom())
        for at, alpha in ((0.0, 70), (1.0, 6)):
            colour = QColor(colours.accent)
            colour.setAlpha(alpha)
            shade.setColorAt(at, colour)
        painter.fillPath(area, shade)
        painter.setPen(QPen(QColor(colours.accent), 1.8))
        painter.drawPath(path)
        apart = room.width() / max(1, len(points))
        for step, point in enumerate(points):
            is_current = step == self.current
            is_marked = {step, step + 1} <= self._marked
            if not (is_current or is_marked or apart >= _DOTS_FROM):
                continue
            size = 5.0 if is_current else 4.0 if is_marked else 2.6
            painter.setPen(QPen(QColor(colours.base), 1.4))
            painter.setBrush(QColor(colours.text if is_current or is_marked else colours.accent))
            painter.drawEllipse(point, size, size)

    def _room(self) -> QRectF:
        above = self.fontMetrics().height() + 10
        return QRectF(_LEFT, above, self.width() - _LEFT - _RIGHT, self.height() - above - _BELOW)

    def _low(self) -> float:
        """Return the similarity at the bottom: a round one below the least."""
        least = min(min(self._steps), 1.0 - _LEAST_RANGE)
        return max(0.0, math.floor(10 * least) / 10)

    def _x(self, step: int) -> float:
        room = self._room()
        return room.left() + room.width() * (step + 0.5) / len(self._steps)

    def _step_at(self, place: QPointF) -> int | None:
        if not self._steps:
            return None
        room = self._room()
        share = (place.x() - room.left()) / max(1.0, room.width())
        return max(0, min(len(self._steps) - 1, int(share * len(self._steps))))

    def _go_to(self, step: int | None) -> None:
        if step != self.current:
            self.current = step
            self._describe()
            self.update()

    def _describe(self) -> None:
        self.setAccessibleDescription(self.text)
        self.setToolTip("")

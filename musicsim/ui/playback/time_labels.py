"""Times at the two ends of the seek bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QSizePolicy

from musicsim.base.lengths import length_text
from musicsim.ui.kit.widgets import Label, plain_tooltip

_MINUS = "−"
_ROOM = "0:00:00"
"""Longest text except for the longest tracks; with room for it, the seek bar keeps its size."""


class ElapsedLabel(Label):
    """Label of the elapsed time."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("dim")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        # Time runs from left to right, whatever the language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setMinimumWidth(self.fontMetrics().horizontalAdvance(_ROOM))

    def set_position(self, milliseconds: int | None) -> None:
        """Show the elapsed time; None for no track."""
        # Setting the same text would cost a new layout of the bar.
        text = "" if milliseconds is None else length_text(milliseconds // 1000)
        if text != self.text():
            self.setText(text)


class LengthLabel(QAbstractButton):
    """Label of the track's length or, after a click, of the remaining time."""

    remaining_changed = Signal(bool)
    """The listener chose the remaining time (True) or the length; save it, and pass it to `set_remaining`."""

    def __init__(self) -> None:
        super().__init__()
        self._duration = self._position = 0
        self.setCheckable(True)
        self.setEnabled(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        # Not `clicked` alone: a screen reader may toggle it, too.
        self.toggled.connect(self._show)
        self.clicked.connect(self.remaining_changed)
        self._show()

    @property
    def remaining(self) -> bool:
        """Whether it shows the remaining time instead of the length."""
        return self.isChecked()

    def set_remaining(self, remaining: bool) -> None:
        """Show the remaining time or the length; emit nothing."""
        self.setChecked(remaining)

    def set_duration(self, milliseconds: int) -> None:
        """Set the length of the track; 0 if it is unknown or there is no track."""
        self._duration = max(0, milliseconds)
        self._show()

    def set_position(self, milliseconds: int) -> None:
        """Set the position in the track."""
        self._position = milliseconds
        self._show()

    def _show(self) -> None:
        text = ""
        # Take whole seconds before subtracting: this label and the elapsed time change at the same moment. The length
        # is rounded, as in every list; the elapsed time is rounded down.
        seconds = round(self._duration / 1000)
        if self._duration and self.remaining:
            # A header may promise less than there is: the remaining time is never negative.
            text = _MINUS + length_text(max(0, seconds - self._position // 1000))
        elif self._duration:
            text = length_text(seconds)
        if text != self.text():
            self.setEnabled(bool(text))
            self.setText(text)
        # Without the remaining time: a screen reader would speak every change.
        if self.remaining:
            name, help_text = self.tr("Time left"), self.tr("Time left. Click for the length")
        else:
            name, help_text = self.tr("Length: {0}"), self.tr("Length. Click for the time left")
            name = name.format(text)
        if name != self.accessibleName():
            self.setAccessibleName(name)
            self.setToolTip(plain_tooltip(help_text))

    def sizeHint(self) -> QSize:
        """Return room for all but the longest tracks."""
        metrics = self.fontMetrics()
        widest = "".join("0" if c.isdigit() else c for c in self.text())
        room = max(metrics.horizontalAdvance(text) for text in (_MINUS + _ROOM, widest))
        return QSize(room + 4, metrics.height() + 6)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Click on Enter; Space belongs to the window, which plays and pauses."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() == Qt.Key.Key_Space:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """Highlight the text."""
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """End the highlight."""
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the text and the focus ring."""
        painter = QPainter(self)
        palette = self.palette()
        if self.hasFocus():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(palette.color(QPalette.ColorRole.Accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        role = QPalette.ColorRole.PlaceholderText
        if self.underMouse() and self.isEnabled():
            role = QPalette.ColorRole.WindowText
        painter.setPen(palette.color(role))
        side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect().adjusted(2, 0, -2, 0), side, self.text())

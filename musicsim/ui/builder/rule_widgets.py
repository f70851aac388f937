"""Inputs of the rules panel: a number or none, a window in tracks or minutes, names."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtGui import QValidator, QWheelEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QWidget

from musicsim.playlists.rules.rules import Window
from musicsim.ui.builder.words import tr
from musicsim.ui.kit.widgets import plain_tooltip


class Number(QSpinBox):
    """Whole number in a range, or none, which is one step below the range."""

    def __init__(self, low: int, high: int, none: str, name: str, *, suffix: str = "") -> None:
        super().__init__()
        self._none = low - 1
        self.setRange(low - 1, high)
        self.setSpecialValueText(none)
        self.setAccessibleName(name)
        self.setToolTip(plain_tooltip(name))
        self.setSuffix(suffix)
        self.setKeyboardTracking(False)
        self.setFixedWidth(80)

    @property
    def number(self) -> int | None:
        """The number; None for none."""
        return None if self.value() == self._none else self.value()

    def set_number(self, number: float | None) -> None:
        """Show a number, or none."""
        self.setValue(self._none if number is None else round(number))

    def stepBy(self, steps: int) -> None:
        """Begin with this year, and not with 1900, where nothing was given (Qt override)."""
        if self.value() == self._none and self._none > 1000:
            self.setValue(2000)
        else:
            super().stepBy(steps)

    def validate(self, text: str, pos: int) -> tuple[QValidator.State, str, int]:
        """Accept an empty text as none (Qt override)."""
        if not text.removesuffix(self.suffix()).strip():
            return QValidator.State.Acceptable, text, pos
        return super().validate(text, pos)

    def valueFromText(self, text: str) -> int:
        """Return the number in a text (Qt override)."""
        if not text.removesuffix(self.suffix()).strip():
            return self._none
        return super().valueFromText(text)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll the panel, unless the listener is at this input (Qt override)."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class WindowChoice(QWidget):
    """How soon something may come again: a number of tracks or of minutes, or at any time."""

    changed = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._number = Number(1, 999, tr("any"), name)
        self._unit = QComboBox()
        self._unit.addItems([tr("tracks"), tr("min")])
        self._unit.setAccessibleName(tr("In tracks or in minutes"))
        self._number.valueChanged.connect(self.changed)
        self._unit.activated.connect(self.changed)
        self.setFocusProxy(self._number)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self._number)
        row.addWidget(self._unit)
        row.addStretch(1)

    @property
    def window_(self) -> Window:
        """The window."""
        number = self._number.number or 0
        return Window(minutes=float(number)) if self._unit.currentIndex() else Window(number)

    def set_window(self, window: Window) -> None:
        """Show a window."""
        with QSignalBlocker(self._number), QSignalBlocker(self._unit):
            if window:
                self._unit.setCurrentIndex(1 if window.minutes else 0)
            self._number.set_number(window.minutes or window.tracks or None)


class Names(QLineEdit):
    """Names separated by semicolons, since a name may hold a comma."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        text = tr("{0}, separated by “;”. A part of a name is enough.").format(name)
        self.setToolTip(plain_tooltip(text))
        self.setPlaceholderText(tr("any"))
        self.setMinimumWidth(150)

    @property
    def names(self) -> tuple[str, ...]:
        """The names."""
        return tuple(name for each in self.text().split(";") if (name := each.strip()))

    def set_names(self, names: Sequence[str]) -> None:
        """Show names; a text that means the same stays as it was typed."""
        if tuple(names) != self.names:
            self.setText("; ".join(names))

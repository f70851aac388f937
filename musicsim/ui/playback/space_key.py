"""Space bar: plays and pauses wherever the focus is, except where it types a space. Enter presses buttons instead."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_TYPED_INTO = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)


class SpaceKey(QObject):
    """Event filter for the space bar and Enter in a window, but not in its dialogs and menus.

    Parameters
    ----------
    window
        The filter applies to its widgets.
    do
        Called when the space bar is pressed.
    is_wanted
        Returns whether there is something to play; if not, the widget gets the space bar.
    """

    def __init__(
        self, window: QWidget, do: Callable[[], None], is_wanted: Callable[[], bool]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._do = do
        self._is_wanted = is_wanted
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the key before the focused widget gets it (Qt override)."""
        kinds = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        # Most events are others: rule them out before anything that costs time.
        if event.type() not in kinds or not isinstance(event, QKeyEvent):
            return False
        if not isinstance(watched, QWidget) or not self._is_ours(watched):
            return False
        if event.key() in _ENTER and isinstance(watched, QAbstractButton):
            if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                watched.click()
            event.accept()
            return True
        if event.key() != Qt.Key.Key_Space or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        if not self._is_wanted():
            return False
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            self._do()
        event.accept()
        return True

    def _is_ours(self, widget: QWidget) -> bool:
        if widget.window() is not self._window or QApplication.activePopupWidget() is not None:
            return False
        if isinstance(widget, QComboBox) and widget.isEditable():
            return False
        return not isinstance(widget, _TYPED_INTO)

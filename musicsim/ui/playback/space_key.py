"""The space bar plays and pauses wherever the focus is, but where it types a space."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

_TYPED_INTO = (QLineEdit, QTextEdit, QPlainTextEdit, QAbstractSpinBox)


class SpaceKey(QObject):
    """Takes the space bar from the widgets of a window, though not of its dialogs and menus.

    Parameters
    ----------
    window
        Its widgets.
    do
        What the space bar does.
    """

    def __init__(self, window: QWidget, do: Callable[[], None]) -> None:
        super().__init__(window)
        self._window = window
        self._do = do
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the key before the widget with the focus does."""
        kinds = (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        # Most events are others: they are told apart before anything costs time.
        if event.type() not in kinds or not isinstance(event, QKeyEvent):
            return False
        if event.key() != Qt.Key.Key_Space or not isinstance(watched, QWidget):
            return False
        if event.modifiers() != Qt.KeyboardModifier.NoModifier or not self._is_ours(watched):
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

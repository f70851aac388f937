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

    It gets the keys of the window before they go to the focused widget. A filter for the whole application would get
    the events of every object, also of those that are just being made: such filters in Python crash now and then [1]_.

    Parameters
    ----------
    window
        A window, not a widget in one.
    do
        Called when the space bar is pressed.
    is_wanted
        Returns whether there is something to play; if not, the widget gets the space bar.

    References
    ----------
    .. [1] https://github.com/TimeLineAnnotator/desktop/pull/586
    """

    def __init__(
        self, window: QWidget, do: Callable[[], None], is_wanted: Callable[[], bool]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._do = do
        self._is_wanted = is_wanted
        # Only then it has a handle.
        window.winId()
        window.windowHandle().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the key before the focused widget gets it (Qt override)."""
        # Most events are others: rule them out before anything that costs time.
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if QApplication.activePopupWidget() is not None:
            return False
        focused = self._window.focusWidget()
        if event.key() in _ENTER and isinstance(focused, QAbstractButton):
            if not event.isAutoRepeat():
                focused.click()
            return True
        if event.key() != Qt.Key.Key_Space or event.modifiers() != Qt.KeyboardModifier.NoModifier:
            return False
        if _is_typed_into(focused) or not self._is_wanted():
            return False
        if not event.isAutoRepeat():
            self._do()
        return True


def _is_typed_into(widget: QWidget | None) -> bool:
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    return isinstance(widget, _TYPED_INTO)

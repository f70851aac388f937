"""Messages to the listener, shown one at a time in an unobtrusive bar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from musicsim.base.errors import MusicsimError
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label

SHOWN_MS = 8000


@dataclass(frozen=True)
class Message:
    """Message to the listener, with at most one action."""

    text: str
    error: bool = False
    action: str = ""
    on_action: Callable[[], object] | None = None


class Messages(QObject):
    """Channel for the messages from every part of the window."""

    posted = Signal(object)

    def tell(
        self, text: str, *, action: str = "", on_action: Callable[[], object] | None = None
    ) -> None:
        """Report that something was done, and offer `action` (such as "Undo")."""
        self.posted.emit(Message(text, action=action, on_action=on_action))

    def fail(self, reason: MusicsimError | str) -> None:
        """Report that something could not be done, and why."""
        self.posted.emit(Message(str(reason), error=True))

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Turn a `MusicsimError` inside the `with` block into a message."""
        try:
            yield
        except MusicsimError as error:
            self.fail(error)


class MessageBar(QFrame):
    """Bar that shows the last message for some seconds; an error stays until it is closed or replaced."""

    def __init__(self, messages: Messages, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("messageBar")
        self._theme = theme
        self._message: Message | None = None
        self._sign = QToolButton(self)
        self._sign.setObjectName("sign")
        self._sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = Label(parent=self)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._action = QPushButton(self)
        self._action.clicked.connect(self._act)
        self._close = QToolButton(self)
        self._close.setAccessibleName(self.tr("Close message"))
        self._close.setToolTip(self.tr("Close message"))
        self._close.clicked.connect(self.hide)
        theme.set_icon(self._close, "close")
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 8, 8, 8)
        row.setSpacing(10)
        row.addWidget(self._sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._action)
        row.addWidget(self._close)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        messages.posted.connect(self._show)
        self.hide()

    @property
    def text(self) -> str:
        """Text shown now; empty when the bar is hidden."""
        return self._text.text() if not self.isHidden() else ""

    def hide(self) -> None:
        """Hide the message."""
        self._timer.stop()
        super().hide()

    def _show(self, message: Message) -> None:
        self._message = message
        self._theme.set_icon(
            self._sign,
            "warning" if message.error else "info",
            "warning" if message.error else "accent",
        )
        self._text.setText(message.text)
        self._action.setText(message.action)
        self._action.setVisible(bool(message.action))
        self.show()
        if message.error:
            self._timer.stop()
        else:
            self._timer.start()

    def _act(self) -> None:
        self.hide()
        if self._message is not None and self._message.on_action is not None:
            self._message.on_action()

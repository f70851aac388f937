"""Small widgets that several parts of the window use."""

from __future__ import annotations

import html

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from musicsim.ui.kit.theme import Theme


def plain_tooltip(text: str) -> str:
    """Return a tooltip that shows `text` literally: a tooltip reads tags such as <b> as markup."""
    if not {"<", "&"} & set(text):
        return text
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>'


class Label(QLabel):
    """Label that shows its text literally: names and tags may hold markup, which would open files and addresses."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)


class ElidedLabel(Label):
    """One-line label that elides text that doesn't fit, and shows it in full as a tooltip."""

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def minimumSizeHint(self) -> QSize:
        """Return a minimum size without width (Qt override)."""
        return QSize(0, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the elided text (Qt override)."""
        painter = QPainter(self)
        room = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        self.setToolTip(plain_tooltip(self.text()) if text != self.text() else "")
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, self.alignment() | Qt.TextFlag.TextSingleLine, text)


def scaled_font(widget: QWidget, factor: float, *, bold: bool = False) -> QFont:
    """Return a widget's font scaled by `factor`."""
    font = QFont(widget.font())
    font.setPointSizeF(font.pointSizeF() * factor)
    font.setBold(bold)
    return font


def button(text: str, theme: Theme, icon: str = "", *, primary: bool = False) -> QPushButton:
    """Return a push button; a window has at most one primary button."""
    # Qt leaves hardly any room between icon and text.
    made = QPushButton(f" {text}" if icon else text)
    made.setAccessibleName(text)
    made.setAutoDefault(False)
    if primary:
        made.setProperty("primary", True)
    if icon:
        theme.set_icon(made, icon, "on_accent" if primary else "text")
    return made


def icon_button(name: str, theme: Theme, icon: str) -> QToolButton:
    """Return a flat icon button; `name` is its tooltip and its text for screen readers."""
    made = QToolButton()
    made.setAutoRaise(True)
    made.setToolTip(plain_tooltip(name))
    made.setAccessibleName(name)
    made.setIconSize(QSize(20, 20))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    theme.set_icon(made, icon)
    return made


def action_button(action: QAction) -> QToolButton:
    """Return a flat button for an action that the menus also contain."""
    made = QToolButton()
    made.setAutoRaise(True)
    made.setDefaultAction(action)
    made.setAccessibleName(action.text())
    made.setIconSize(QSize(20, 20))
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return made


def bring_forward(window: QWidget) -> None:
    """Show a window in front of the others, even if it was minimized."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.show()
    window.raise_()
    window.activateWindow()


def line() -> QFrame:
    """Return a thin horizontal line."""
    made = QFrame()
    made.setObjectName("line")
    made.setFixedHeight(1)
    return made

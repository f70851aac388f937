"""Entries of a track menu that lead to the playlist builder."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.ui.builder.seeding import BuildWith
from musicsim.ui.kit.theme import Theme


class BuildActions(QObject):
    """The submenu "Playlist builder" of a track menu.

    Parameters
    ----------
    selected
        Returns the selected tracks that are in the library.
    window
        The menu's parent.
    """

    wanted = Signal(object, object)
    """BuildWith, and list[int]: the tracks."""

    def __init__(
        self,
        selected: Callable[[], Sequence[int]],
        theme: Theme,
        window: QWidget,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._selected = selected
        self._menu = QMenu(self.tr("Playlist builder"), window)
        self.menu = self._menu.menuAction()
        theme.set_icon(self.menu, "build")

        def action(text: str, icon: str, shortcut: str, what: BuildWith) -> QAction:
            made = QAction(text, self)
            theme.set_icon(made, icon)
            if shortcut:
                made.setShortcut(QKeySequence(shortcut))
            made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            made.triggered.connect(lambda: self._ask(what))
            self._menu.addAction(made)
            return made

        self.open = action(
            self.tr("Open in the playlist builder"), "build", "Ctrl+B", BuildWith.START
        )
        self.more = action(self.tr("More like this"), "add", "", BuildWith.MORE)
        self.less = action(self.tr("Less like this"), "minus", "", BuildWith.LESS)
        self.journey = action(
            self.tr("Journey from here to…"), "journey", "Ctrl+Shift+J", BuildWith.JOURNEY
        )
        self.all = (self.menu, self.open, self.more, self.less, self.journey)

    def _ask(self, what: BuildWith) -> None:
        if ids := list(self._selected()):
            self.wanted.emit(what, ids)

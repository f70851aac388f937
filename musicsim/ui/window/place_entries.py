"""Entries of the sidebar that open the pages, one above the other."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from musicsim.ui.kit.theme import Theme
from musicsim.ui.pages.page import Page

_ROOM_AT_RIGHT = 12
"""Pixels between the badge and the edge, as in the list of playlists below."""


class PlaceEntry(QPushButton):
    """Button that opens a page, with a badge at its right, such as a count."""

    def __init__(self, page: Page) -> None:
        super().__init__(page.name)
        self.setObjectName("place")
        self.setCheckable(True)
        self.badge = ""

    def set_badge(self, badge: str) -> None:
        """Show a short text at the right; an empty one shows nothing."""
        self.badge = badge
        # A screen reader reads out both.
        self.setAccessibleName(f"{self.text()} ({badge})" if badge else self.text())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the badge above the button (Qt override)."""
        super().paintEvent(event)
        if self.badge:
            painter = QPainter(self)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = QRect(0, 0, self.width() - _ROOM_AT_RIGHT, self.height())
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, right, self.badge)


class PlaceEntries(QWidget):
    """Column of entries; one of them, or none, is checked."""

    wanted = Signal(str)
    """Key of the page that the listener wants to see."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: dict[str, PlaceEntry] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 0, 8, 0)
        self._column.setSpacing(2)

    def add(self, page: Page) -> PlaceEntry:
        """Add an entry for a page below the others."""
        entry = PlaceEntry(page)
        self._theme.set_icon(entry, page.icon)
        key = page.key
        entry.clicked.connect(lambda: self.wanted.emit(key))
        self._entries[key] = entry
        self._column.addWidget(entry)
        return entry

    def entry(self, key: str) -> PlaceEntry:
        """Return a page's entry."""
        return self._entries[key]

    def check(self, key: str | None) -> None:
        """Mark the entry of the page that is shown, or none."""
        for own, entry in self._entries.items():
            entry.setChecked(own == key)

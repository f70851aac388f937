"""Base of the pages that show one table of tracks."""

from __future__ import annotations

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QLayout, QVBoxLayout, QWidget

from musicsim.ui.kit.widgets import ElidedLabel, scaled_font
from musicsim.ui.tracks.track_table import TrackTable


class TrackPage(QWidget):
    """Page with one table of tracks, which are played, found and remembered in the same way on all of them.

    Attributes
    ----------
    key
        Word by which the page is remembered; never shown.
    icon
        Name of the page's icon.
    table
        The table; every page makes its own.
    """

    key: str
    icon: str
    table: TrackTable

    @property
    def widget(self) -> QWidget:
        """Widget that is shown."""
        return self

    def focus(self) -> None:
        """Focus the tracks."""
        self.table.setFocus()

    def play_tracks(self) -> None:
        """Play the selection or, without one, everything."""
        self.table.play_selection_or_all()

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it; return False if it is not on this page."""
        return self.table.show_track(track_id)

    def save(self, settings: QSettings) -> None:
        """Save the columns."""
        settings.setValue(self._columns_key, self.table.heading.save())

    def restore(self, settings: QSettings) -> None:
        """Restore the saved columns."""
        self.table.heading.restore(str(settings.value(self._columns_key) or ""))

    @property
    def _columns_key(self) -> str:
        return f"{self.key}/columns"

    def _stack(self, *parts: QWidget | QLayout) -> None:
        """Put the parts below each other; the table takes the height that the others leave."""
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in parts:
            if isinstance(part, QLayout):
                column.addLayout(part)
            else:
                column.addWidget(part, 1 if part is self.table else 0)


def list_title() -> ElidedLabel:
    """Return the label with the name of the list on a page."""
    title = ElidedLabel()
    title.setFont(scaled_font(title, 1.6, bold=True))
    return title


def list_head(*lines: QWidget | QLayout, buttons: QLayout) -> QVBoxLayout:
    """Return what is above the table of a list: its title, lines about it, and its commands."""
    head = QVBoxLayout()
    head.setContentsMargins(16, 12, 16, 12)
    head.setSpacing(2)
    for line in lines:
        if isinstance(line, QLayout):
            head.addLayout(line)
        else:
            head.addWidget(line)
    head.addSpacing(8)
    head.addLayout(buttons)
    return head

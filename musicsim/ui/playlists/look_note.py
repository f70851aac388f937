"""Note above a playlist that is sorted for a look."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout

from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.tracks.track_model import Column, column_name


class LookNote(QFrame):
    """Note that says by which column the rows are sorted, with the ways to keep that order or to leave it."""

    keep_wanted = Signal()
    back_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("lookNote")
        self._text = Label()
        self._text.setObjectName("dim")
        self._text.setWordWrap(True)
        self.keep = button(self.tr("Keep this order"), theme)
        self.keep.clicked.connect(self.keep_wanted)
        self.back = button(self.tr("Back to its own order"), theme)
        self.back.clicked.connect(self.back_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 8)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self.keep)
        row.addWidget(self.back)
        self.hide()

    @property
    def text(self) -> str:
        """What it says; empty while it is hidden."""
        return "" if self.isHidden() else self._text.text()

    def show_column(self, column: Column | None) -> None:
        """Say that the rows are sorted by a column; with None, hide."""
        if column is Column.POSITION:
            self._text.setText(
                self.tr("Shown backwards for a look. The playlist keeps its own order.")
            )
        elif column is not None:
            self._text.setText(
                self.tr("Sorted by {0} for a look. The playlist keeps its own order.").format(
                    column_name(column)
                )
            )
        self.setVisible(column is not None)

"""Pane of the play history."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.dialogs import confirm
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.playback.history import History
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import TrackTable

_COLUMNS = (
    ColumnLayout(Column.TITLE, 200, stretches=True),
    ColumnLayout(Column.PLAYED, 128),
)

_AGEING_MS = 20_000
"""Interval at which relative times such as "just now" and "yesterday" are updated."""


class HistoryTable(TrackTable):
    """History table. Playing a row plays only that track; the rows in view stay in place when others arrive."""

    def __init__(self, history: History, actions: TrackActions, theme: Theme) -> None:
        super().__init__(history.list, _COLUMNS, actions, theme, cards=True)
        history.list.rowsInserted.connect(lambda _, first, last: self._shift(first, last, 1))
        history.list.rowsRemoved.connect(lambda _, first, last: self._shift(first, last, -1))

    def play_selection(self) -> None:
        """Play the selected tracks."""
        self._actions.play(self.selected_ids())

    def _shift(self, first: int, last: int, direction: int) -> None:
        bar, height = self.verticalScrollBar(), self.verticalHeader().defaultSectionSize()
        if bar.value() > 0 and first * height < bar.value():
            place = bar.value() + direction * (last - first + 1) * height
            self.updateGeometries()
            bar.setValue(place)


class HistoryPane(QWidget):
    """Play history, with a button that clears it."""

    def __init__(self, history: History, actions: TrackActions, theme: Theme) -> None:
        super().__init__()
        self._history = history
        self.list = history.list
        self.table = HistoryTable(history, actions, theme)
        self.table.setAccessibleName(self.tr("History"))
        self.table.list_name = self.tr("History")
        self.table.placeholder = self.tr(
            "Nothing has been played yet.\nWhat you listen to is listed here."
        )
        caption = Label(self.tr("Recently played"))
        caption.setObjectName("dim")
        self.clear = button(self.tr("Clear history…"), theme)
        self.clear.clicked.connect(self._clear)
        buttons = QHBoxLayout()
        buttons.addWidget(self.clear)
        buttons.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(8)
        head.addWidget(caption)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)
        self._ageing = QTimer(self)
        self._ageing.setInterval(_AGEING_MS)
        self._ageing.timeout.connect(self.table.viewport().update)
        for signal in (self.list.rowsInserted, self.list.rowsRemoved, self.list.modelReset):
            signal.connect(self._show_state)
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        """Keep relative times up to date while visible (Qt override)."""
        super().showEvent(event)
        self._ageing.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop updating relative times (Qt override)."""
        super().hideEvent(event)
        self._ageing.stop()

    def _clear(self) -> None:
        question = self.tr(
            "Forget everything that was played?\n\nTracks and playlists stay as they are."
        )
        if confirm(self.window(), self.tr("Clear history"), question, self.tr("Clear")):
            self._history.clear()

    def _show_state(self) -> None:
        self.clear.setEnabled(self.list.rowCount() > 0)

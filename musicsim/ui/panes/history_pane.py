"""Pane of the play history."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from musicsim.services.history import Since
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.dialogs import ask_new_file, confirm
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.playback.history import History
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import TrackTable

_COLUMNS = (
    ColumnLayout(Column.TITLE, 200, stretches=True),
    ColumnLayout(Column.PLAYED, 162),
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
    """Play history, with buttons that clear and export it."""

    def __init__(self, history: History, actions: TrackActions, theme: Theme) -> None:
        super().__init__()
        self._history = history
        self.list = history.list
        self.table = HistoryTable(history, actions, theme)
        self.table.setAccessibleName(self.tr("History"))
        self.table.list_name = self.tr("History")
        caption = Label(self.tr("Recently played"))
        caption.setObjectName("dim")
        self.off = Label(self.tr("What you play is not remembered now."))
        self.off.setWordWrap(True)
        self.on = button(self.tr("Remember it again"), theme)
        self.on.clicked.connect(lambda: history.keep(True))
        self.clear = button(self.tr("Clear history"), theme)
        menu = QMenu(self.clear)
        for since, (text, question) in self._parts().items():
            menu.addAction(text).triggered.connect(self._clearer(since, question))
        self.clear.setMenu(menu)
        self.export = button(self.tr("Export…"), theme, "export")
        self.export.setToolTip(
            self.tr("Write everything that was played to a file, for a spreadsheet or a program")
        )
        self.export.clicked.connect(self._export)
        switched_off = QHBoxLayout()
        switched_off.addWidget(self.off, 1)
        switched_off.addWidget(self.on)
        buttons = QHBoxLayout()
        buttons.addWidget(self.clear)
        buttons.addWidget(self.export)
        buttons.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(8)
        head.addWidget(caption)
        head.addLayout(buttons)
        head.addLayout(switched_off)
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
        history.kept_changed.connect(self._show_state)
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        """Keep relative times up to date while visible (Qt override)."""
        super().showEvent(event)
        self._ageing.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop updating relative times (Qt override)."""
        super().hideEvent(event)
        self._ageing.stop()

    def _parts(self) -> dict[Since, tuple[str, str]]:
        """Return the parts of the history that can be cleared: name and question."""
        return {
            Since.TODAY: (self.tr("Today…"), self.tr("Forget what was played today?")),
            Since.YESTERDAY: (
                self.tr("Since yesterday…"),
                self.tr("Forget what was played yesterday and today?"),
            ),
            Since.WEEK: (
                self.tr("The last seven days…"),
                self.tr("Forget what was played in the last seven days?"),
            ),
            Since.EVER: (self.tr("Everything…"), self.tr("Forget everything that was played?")),
        }

    def _clearer(self, since: Since, question: str) -> Callable[[], None]:
        def ask() -> None:
            stays = self.tr("Tracks and playlists stay as they are.")
            text, yes = f"{question}\n\n{stays}", self.tr("Clear")
            if confirm(self.window(), self.tr("Clear history"), text, yes):
                self._history.clear(since)

        return ask

    def _export(self) -> None:
        kinds = self.tr("Spreadsheet (*.csv);;JSON (*.json)")
        suggested = Path.home() / self.tr("musicsim history.csv")
        file = ask_new_file(self.window(), self.tr("Export the history"), kinds, suggested)
        if file is not None:
            self._history.export(file)

    def _show_state(self) -> None:
        some, kept = self.list.rowCount() > 0, self._history.is_kept
        self.clear.setEnabled(some)
        self.export.setEnabled(some)
        for widget in (self.off, self.on):
            widget.setVisible(not kept)
        self.table.placeholder = (
            self.tr("Nothing has been played yet.\nWhat you listen to is listed here.")
            if kept
            else ""
        )
        self.table.viewport().update()

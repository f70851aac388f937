"""Panel at the right: similar tracks, the queue or the history."""

from __future__ import annotations

import enum
from collections.abc import Mapping

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import icon_button, line
from musicsim.ui.panes.history_pane import HistoryPane
from musicsim.ui.panes.queue_pane import QueuePane
from musicsim.ui.panes.similar_pane import SimilarPane


class Tab(enum.IntEnum):
    """Tabs of the panel."""

    SIMILAR = 0
    QUEUE = 1
    HISTORY = 2


class SidePanel(QWidget):
    """Panel with three tabs, and a button that closes it.

    Parameters
    ----------
    switches
        The window's actions that show and hide each tab.
    """

    _KEY = "window/panel"
    _CLOSED = "none"

    def __init__(
        self,
        similar: SimilarPane,
        queue: QueuePane,
        history: HistoryPane,
        theme: Theme,
        switches: Mapping[Tab, QAction],
    ) -> None:
        super().__init__()
        self._switches = switches
        for tab, switch in switches.items():
            switch.triggered.connect(lambda wanted, tab=tab: self._switch(tab, wanted))
        self.setObjectName("sidePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setUsesScrollButtons(False)
        self.tabs.addTab(self.tr("Similar"))
        self.tabs.addTab(self.tr("Queue"))
        self.tabs.addTab(self.tr("History"))
        self._pages = QStackedWidget()
        self._pages.addWidget(similar)
        self._pages.addWidget(queue)
        self._pages.addWidget(history)
        self.tabs.currentChanged.connect(self._pages.setCurrentIndex)
        self.tabs.currentChanged.connect(self._show_state)
        self.close_button = icon_button(self.tr("Close panel"), theme, "close")
        self.close_button.clicked.connect(lambda: self._set_open(False))
        queue.count_changed.connect(self._show_count)
        self._show_count(queue.list.rowCount())
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 8, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(line())
        column.addWidget(self._pages, 1)

    @property
    def tab(self) -> Tab:
        """Tab that is shown."""
        return Tab(self.tabs.currentIndex())

    def show_tab(self, tab: Tab) -> None:
        """Show a tab, and open the panel if it is closed."""
        self.tabs.setCurrentIndex(tab)
        self._set_open(True)

    def save(self, settings: QSettings) -> None:
        """Save which tab is shown, or that the panel is closed."""
        settings.setValue(self._KEY, self._CLOSED if self.isHidden() else self.tab.name)

    def restore(self, settings: QSettings) -> None:
        """Restore the tab that was saved, or close the panel."""
        kept = str(settings.value(self._KEY, Tab.SIMILAR.name))
        if kept in Tab.__members__:
            self.tabs.setCurrentIndex(Tab[kept])
        self._set_open(kept != self._CLOSED)

    def _switch(self, tab: Tab, wanted: bool) -> None:
        if wanted:
            self.show_tab(tab)
        else:
            self._set_open(False)

    def _set_open(self, is_open: bool) -> None:
        self.setVisible(is_open)
        self._show_state()

    def _show_state(self) -> None:
        for tab, switch in self._switches.items():
            switch.setChecked(not self.isHidden() and self.tab is tab)

    def _show_count(self, count: int) -> None:
        name = self.tr("Queue")
        self.tabs.setTabText(Tab.QUEUE, f"{name} ({formats.number(count)})" if count else name)

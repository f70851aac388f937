"""The panel at the right: similar tracks, the queue or the history."""

from __future__ import annotations

import enum

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import icon_button, line
from musicsim.ui.panes.history_pane import HistoryPane
from musicsim.ui.panes.queue_pane import QueuePane
from musicsim.ui.panes.similar_pane import SimilarPane


class Tab(enum.IntEnum):
    """What the panel shows."""

    SIMILAR = 0
    QUEUE = 1
    HISTORY = 2


class SidePanel(QWidget):
    """Three tabs, and a button that closes the panel."""

    tab_changed = Signal()
    close_wanted = Signal()

    def __init__(
        self, similar: SimilarPane, queue: QueuePane, history: HistoryPane, theme: Theme
    ) -> None:
        super().__init__()
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
        self.tabs.currentChanged.connect(self.tab_changed)
        close = icon_button(self.tr("Close panel"), theme, "close")
        close.clicked.connect(self.close_wanted)
        queue.count_changed.connect(self._show_count)
        self._show_count(queue.list.rowCount())
        row = QHBoxLayout()
        row.setContentsMargins(8, 6, 8, 0)
        row.addWidget(self.tabs)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(line())
        column.addWidget(self._pages, 1)

    @property
    def tab(self) -> Tab:
        """What the panel shows."""
        return Tab(self.tabs.currentIndex())

    def show_tab(self, tab: Tab) -> None:
        """Show a tab."""
        self.tabs.setCurrentIndex(tab)

    def _show_count(self, count: int) -> None:
        name = self.tr("Queue")
        self.tabs.setTabText(Tab.QUEUE, f"{name} ({formats.number(count)})" if count else name)

"""Settings page: everything that the listener likes or never wants to hear, to be taken back."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence, QPainter, QPaintEvent, QPalette, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.catalogue.opinions import Opinion
from musicsim.services.opinions import Opinions, StoredOpinion
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.settings.opinion_model import KIND, NAME, SINCE, WHAT, OpinionModel
from musicsim.ui.tracks.delegates import row_height


class OpinionTable(QTableView):
    """Table with a text in place of rows that aren't there."""

    placeholder = ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the placeholder in an empty table (Qt override)."""
        super().paintEvent(event)
        if self.placeholder and not self.model().rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = self.viewport().rect().adjusted(28, 28, -28, -28)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.placeholder
            )


class OpinionsPage(QWidget):
    """Table of all likes and bans, with a search. Another thread uses the catalogue."""

    def __init__(
        self, opinions: Opinions, bridge: Bridge, messages: Messages, theme: Theme
    ) -> None:
        super().__init__()
        self._opinions = opinions
        self._bridge = bridge
        self._messages = messages
        self._removed: list[StoredOpinion] = []
        """What was removed last."""
        self.model = OpinionModel(theme, self)
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(self.tr("Search title, album, artist"))
        self.search.setAccessibleName(self.tr("Search likes and bans"))
        self.search.setClearButtonEnabled(True)
        glass = QAction(self.search)
        theme.set_icon(glass, "search", "dim")
        self.search.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.kind = QComboBox()
        self.kind.setAccessibleName(self.tr("Show"))
        self.kind.addItem(self.tr("Everything"), None)
        self.kind.addItem(self.tr("What you like"), Opinion.LIKED)
        self.kind.addItem(self.tr("What is never played"), Opinion.BANNED)
        self.table = self._make_table()
        self.remove = button(self.tr("Remove"), theme, "close")
        self.remove.setToolTip(self.tr("Take back what you think of the selected lines"))
        self.remove.clicked.connect(self._remove)
        self.undo = button(self.tr("Undo"), theme)
        self.undo.clicked.connect(self._undo)
        self.count = Label()
        self.count.setObjectName("dim")
        self._lay_out()
        self.search.textChanged.connect(self._filter)
        self.kind.currentIndexChanged.connect(self._filter)
        self.model.modelReset.connect(self._show_state)
        self.table.selectionModel().selectionChanged.connect(self._show_state)
        bridge.opinions_changed.connect(self._follow)
        bridge.tracks_removed.connect(self._follow)
        self._show_state()

    def _make_table(self) -> OpinionTable:
        table = OpinionTable()
        table.setModel(self.model)
        table.setAccessibleName(self.tr("Likes and bans"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(row_height(self.fontMetrics()))
        heading = table.horizontalHeader()
        heading.setHighlightSections(False)
        heading.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((WHAT, 136), (KIND, 84), (SINCE, 136)):
            heading.resizeSection(column, width)
        heading.setSortIndicator(SINCE, Qt.SortOrder.DescendingOrder)
        table.setSortingEnabled(True)
        delete = QAction(self.tr("Remove"), table)
        delete.setShortcut(QKeySequence.StandardKey.Delete)
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self._remove)
        table.addAction(delete)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        return table

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(10)
        top.addWidget(self.search, 1)
        top.addWidget(self.kind)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.remove)
        buttons.addWidget(self.undo)
        buttons.addStretch(1)
        buttons.addWidget(self.count)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 0)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addLayout(buttons)

    def showEvent(self, event: QShowEvent) -> None:
        """Read the opinions (Qt override)."""
        super().showEvent(event)
        self._read()

    def _follow(self) -> None:
        if self.isVisible():
            self._read()

    def _read(self) -> None:
        self._bridge.record(self._opinions.listed, self.model.set_opinions, self._messages.fail)

    def _filter(self) -> None:
        self.model.search(self.search.text(), self.kind.currentData())

    def _remove(self) -> None:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        if gone := self.model.opinions(rows):
            self._removed = gone
            self._bridge.record(
                lambda: self._opinions.remove(gone), lambda _: self._read(), self._messages.fail
            )

    def _undo(self) -> None:
        back, self._removed = self._removed, []
        self._bridge.record(
            lambda: self._opinions.bring_back(back), lambda _: self._read(), self._messages.fail
        )

    def _show_state(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self.remove.setEnabled(self.table.selectionModel().hasSelection())
        self.undo.setEnabled(bool(self._removed))
        text = formats.counted("opinions", total, "%n entry", "%n entries")
        if shown != total:
            text = self.tr("{0} of {1}").format(formats.number(shown), text)
        self.count.setText(text)
        self.table.placeholder = (
            self.tr("Nothing matches.")
            if total
            else self.tr(
                "What you like and what is never to be played is listed here.\n"
                "Both are in the menu of every track."
            )
        )

"""Library page: a search box above the table of all tracks."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSettings, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit

from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label
from musicsim.ui.tracks.columns import LIBRARY_COLUMNS
from musicsim.ui.tracks.library_model import LibraryModel
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_page import TrackPage
from musicsim.ui.tracks.track_table import TrackTable

MOST_KEPT_SELECTED = 1000
"""Largest selection kept by a search: a larger one may split into as many ranges, which slows Qt down."""


class LibraryPage(TrackPage):
    """Search box and table of all tracks."""

    key = "library"
    icon = "library"

    _SORT_KEY = "library/sort"

    def __init__(self, model: LibraryModel, actions: TrackActions, theme: Theme) -> None:
        super().__init__()
        self.model = model
        self._scanning = False
        self._has_folders = True
        self.search = QLineEdit()
        self.search.setObjectName("search")
        self.search.setPlaceholderText(self.tr("Search title, artist, album, genre"))
        self.search.setAccessibleName(self.tr("Search the library"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(460)
        glass = QAction(self.search)
        theme.set_icon(glass, "search", "dim")
        self.search.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self._count = Label()
        self._count.setObjectName("dim")
        self.table = TrackTable(model, LIBRARY_COLUMNS, actions, theme)
        self.table.setAccessibleName(self.tr("Tracks"))
        self.table.setSortingEnabled(False)
        heading = self.table.heading
        heading.setSortIndicatorShown(True)
        heading.setSortIndicator(*model.sorting)
        heading.sortIndicatorChanged.connect(self._sort)

        top = QHBoxLayout()
        top.setContentsMargins(16, 12, 16, 12)
        top.setSpacing(16)
        top.addWidget(self.search, 12)
        top.addStretch(1)
        top.addWidget(self._count)
        self._stack(top, self.table)
        model.counts_changed.connect(self._show_counts)
        self._show_counts()

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self.tr("Library")

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it, clearing the search if needed; return False if it is not in the library."""
        if not self.model.rows_of([track_id]):
            self.search.clear()
        return self.table.show_track(track_id)

    def focus_search(self) -> None:
        """Focus the search box and select its text."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def set_scanning(self, scanning: bool) -> None:
        """Set whether a scan is running, which explains an empty list."""
        self._scanning = scanning
        self._show_counts()

    def set_has_folders(self, has_folders: bool) -> None:
        """Set whether there are music folders; without any, an empty list says what to do."""
        if has_folders != self._has_folders:
            self._has_folders = has_folders
            self._show_counts()

    def save(self, settings: QSettings) -> None:
        """Save the columns and the sorting."""
        super().save(settings)
        column, order = self.model.sorting
        descending = order is Qt.SortOrder.DescendingOrder
        settings.setValue(self._SORT_KEY, f"{column.name}{' descending' if descending else ''}")

    def restore(self, settings: QSettings) -> None:
        """Restore the saved columns and sorting."""
        super().restore(settings)
        name, _, direction = str(settings.value(self._SORT_KEY) or "").partition(" ")
        if name in Column.__members__ and Column[name] in self.table.heading.order:
            order = Qt.SortOrder.DescendingOrder if direction else Qt.SortOrder.AscendingOrder
            self.table.heading.setSortIndicator(Column[name], order)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move from the search box to the rows on Down or Return; clear the search on Escape (Qt override)."""
        if (
            watched is self.search
            and isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
        ):
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
                if self.model.rowCount():
                    self.table.setFocus(Qt.FocusReason.OtherFocusReason)
                    if not self.table.selectionModel().hasSelection():
                        self.table.select_rows([0])
                return True
            if event.key() == Qt.Key.Key_Escape and self.search.text():
                self.search.clear()
                return True
        return super().eventFilter(watched, event)

    def _filter(self, text: str) -> None:
        if self.table.selection_size() > MOST_KEPT_SELECTED:
            self.table.clearSelection()
        self.model.search(text)
        rows = self.table.selected_rows()
        if rows:
            self.table.scrollTo(self.model.index(rows[0], Column.TITLE))
        else:
            self.table.scrollToTop()

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        self.model.sort(section, order)
        if self.table.selectionModel().hasSelection():
            self.table.scrollTo(self.table.currentIndex())
        else:
            self.table.scrollToTop()

    def _show_counts(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        text = formats.counted("library", total, "%n track", "%n tracks")
        if shown != total:
            text = self.tr("{0} of {1}").format(formats.number(shown), text)
        self._count.setText(text)
        if self.search.text().strip() and total:
            self.table.placeholder = self.tr("Nothing matches “{0}”.").format(
                self.search.text().strip()
            )
        elif self._scanning:
            self.table.placeholder = self.tr("Looking through your folders…")
        elif not self._has_folders:
            self.table.placeholder = self.tr(
                "Your library is empty.\nAdd a music folder to find similar music in it."
            )
        else:
            self.table.placeholder = self.tr(
                "There is no music in your folders yet.\nWhat you put there shows up by itself."
            )
        self.table.viewport().update()

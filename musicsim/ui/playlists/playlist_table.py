"""Table of a playlist's entries."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.library.catalogue.playlists import Entry
from musicsim.library.types import TrackState
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.rows import PlaylistRows, is_missing_entry
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.table_actions import TableActions
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import OrderedTable

GAP_SIZES = (1, 3, 5, 10)
"""Numbers of tracks that may be put between two others."""


class PlaylistTable(OrderedTable):
    """Table whose heading sorts for a look, and in which missing entries can only be moved and removed."""

    fill_wanted = Signal(int, int)
    """Position of the first of two neighbours in the playlist, and the number of tracks to put between them."""
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(
        self,
        model: PlaylistRows,
        layout: Sequence[ColumnLayout],
        actions: TableActions,
        theme: Theme,
        *,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, layout, actions, theme, parent=parent)
        self.rows = model
        self._fill_menu = QMenu(self.tr("Fill the gap between these"), self)
        for count in GAP_SIZES:
            entry = self._fill_menu.addAction(
                formats.counted("lists", count, "%n track", "%n tracks")
            )
            entry.triggered.connect(lambda _=False, count=count: self._fill(count))
        self.fill_gap = self._fill_menu.menuAction()
        theme.set_icon(self.fill_gap, "add")
        self.undo = self._command(self.tr("Undo"), "Ctrl+Z", self.undo_wanted)
        self.redo = self._command(self.tr("Redo"), "Ctrl+Shift+Z", self.redo_wanted)
        self.extra_actions = (self.fill_gap, *self.extra_actions)
        self.setSortingEnabled(False)
        self.heading.setSortIndicatorClearable(True)
        self.heading.setSortIndicatorShown(True)
        self.show_sorting()
        self.heading.sortIndicatorChanged.connect(self._look)

    def _command(self, text: str, shortcut: str, wanted: object) -> QAction:
        action = QAction(text, self)
        action.setShortcut(shortcut)
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        action.triggered.connect(wanted)
        self.addAction(action)
        return action

    def show_sorting(self) -> None:
        """Show by which column the rows are sorted, after the model's sorting changed."""
        blocked = self.heading.blockSignals(True)
        # Without a column there is no arrow.
        column, order = self.rows.sorting or (-1, Qt.SortOrder.AscendingOrder)
        self.heading.setSortIndicator(column, order)
        self.heading.blockSignals(blocked)
        self.heading.viewport().update()

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show other entries of the same playlist, and stay at the same place in it."""
        bar, row = self.verticalScrollBar(), self.currentIndex().row()
        top = bar.value()
        self.rows.set_entries(entries)
        self.updateGeometries()
        bar.setValue(top)
        if 0 <= row < self.rows.rowCount():
            self.selectionModel().setCurrentIndex(
                self.rows.index(row, Column.TITLE), QItemSelectionModel.SelectionFlag.NoUpdate
            )

    def _look(self, section: int, order: Qt.SortOrder) -> None:
        if section == Column.POSITION and self.rows.sorting is None:
            # It is in this order already.
            order = Qt.SortOrder.DescendingOrder
        self.rows.look(Column(section) if section >= 0 else None, order)
        self.show_sorting()

    def selected_ids(self) -> list[int]:
        """Return the ids of the selected tracks, without missing entries."""
        return [row_id for row_id in super().selected_ids() if not is_missing_entry(row_id)]

    def selection_size(self) -> int:
        """Return the number of selected tracks, without missing entries."""
        return len(self.selected_ids()) if self.rows.has_missing else super().selection_size()

    def play_selection(self) -> None:
        """Play the selection; if it is a single track, play the whole list from there."""
        rows, chosen = self.selected_rows(), self.selected_ids()
        if len(rows) == 1 and chosen:
            before = self.rows.ids[: rows[0]]
            at = sum(not is_missing_entry(row_id) for row_id in before)
            self._actions.play(self.rows.playable, at)
        elif chosen:
            self._actions.play(chosen)

    def play_selection_or_all(self) -> None:
        """Play the selection or, without one, the whole list."""
        if self.selected_rows():
            self.play_selection()
        elif self.rows.playable:
            self._actions.play(self.rows.playable)

    def open_menu(self, place: QPoint | None = None) -> None:
        """Open the track menu, with what fits the selection."""
        self.fill_gap.setEnabled(self._gap() is not None)
        in_own_order = self.rows.sorting is None
        self.move_up.setEnabled(in_own_order)
        self.move_down.setEnabled(in_own_order)
        super().open_menu(place)
        # The shortcuts say why nothing moves.
        self.move_up.setEnabled(True)
        self.move_down.setEnabled(True)

    def _gap(self) -> int | None:
        """Return the position of the first of two selected neighbours that were listened to; None if it isn't that."""
        rows = self.selected_rows()
        if len(rows) != 2:
            return None
        first, second = sorted(self.rows.place(row) for row in rows)
        tracks = [self.rows.track(row) for row in rows]
        heard = all(t is not None and t.state is TrackState.EMBEDDED for t in tracks)
        return first if heard and second == first + 1 else None

    def _fill(self, count: int) -> None:
        if (position := self._gap()) is not None:
            self.fill_wanted.emit(position, count)

"""The view of every list of tracks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QMenu, QTableView, QWidget

from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.delegates import (
    CardDelegate,
    CellDelegate,
    QuietLinesDelegate,
    ScoreDelegate,
    card_height,
    row_height,
)
from musicsim.ui.tracks.fact_delegates import OpinionDelegate, RatingDelegate
from musicsim.ui.tracks.header import ColumnLayout, FillingHeader
from musicsim.ui.tracks.table_actions import TableActions
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.tracks.track_model import Column, TrackModel


class TrackTable(QTableView):
    """View of a track model; the track actions work on its selection.

    Parameters
    ----------
    model
        The rows.
    layout
        The columns shown.
    actions
        The track actions.
    cards
        Whether a row is two lines high, with the artist under the title.
    """

    def __init__(
        self,
        model: TrackModel,
        layout: Sequence[ColumnLayout],
        actions: TableActions,
        theme: Theme,
        *,
        cards: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self.extra_actions: tuple[QAction, ...] = ()
        """Actions for this list only, at the end of the menu."""
        self.placeholder = ""
        """Text of an empty list."""
        self.list_name = ""
        """Name of a playlist file made from this list."""
        self.tracks = model
        self.heading = FillingHeader(layout, theme, self)
        self.setHorizontalHeader(self.heading)
        self.setModel(model)
        self.heading.arrange()
        self.heading.setVisible(not cards)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setWordWrap(False)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.setCornerButtonEnabled(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setDragDropOverwriteMode(False)
        self.setDefaultDropAction(Qt.DropAction.CopyAction)
        height = card_height if cards else row_height
        rows = self.verticalHeader()
        rows.setVisible(False)
        rows.setMinimumSectionSize(1)
        rows.setDefaultSectionSize(height(self.fontMetrics()))
        self.setItemDelegate(CellDelegate(model, self))
        if cards:
            self.setItemDelegateForColumn(Column.TITLE, CardDelegate(model, self))
        self.setItemDelegateForColumn(Column.SIMILARITY, ScoreDelegate(model, self))
        self.setItemDelegateForColumn(Column.PLAYED, QuietLinesDelegate(model, self))
        self.setItemDelegateForColumn(Column.OPINION, OpinionDelegate(model, theme, self))
        self.setItemDelegateForColumn(Column.RATING, RatingDelegate(model, self))
        self.clicked.connect(self._click)
        self.doubleClicked.connect(self._double_click)
        self.addActions(actions.all)
        self._anchor: tuple[int, int] | None = None
        model.rearranging.connect(self._remember_place)
        model.rearranged.connect(self._return_to_place)

    def selection_size(self) -> int:
        """Return the number of selected rows, without listing them."""
        selection = self.selectionModel().selection()
        return sum(selection.at(i).height() for i in range(selection.count()))

    def selected_rows(self) -> list[int]:
        """Return the selected rows, from top to bottom."""
        return sorted(index.row() for index in self.selectionModel().selectedRows())

    def selected_ids(self) -> list[int]:
        """Return the ids of the selected tracks, from top to bottom."""
        ids = self.tracks.ids
        return [ids[row] for row in self.selected_rows()]

    def play_selection(self) -> None:
        """Play the selection; if it is a single track, play the whole list from there."""
        rows = self.selected_rows()
        if not rows:
            return
        ids = self.tracks.ids
        if len(rows) > 1:
            self._actions.play([ids[row] for row in rows])
        else:
            self._actions.play(ids, rows[0])

    def play_selection_or_all(self) -> None:
        """Play the selection or, without one, the whole list."""
        if not self.selected_rows() and self.tracks.rowCount():
            self._actions.play(self.tracks.ids)
        else:
            self.play_selection()

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it; return False if it is not in the list."""
        rows = self.tracks.rows_of([track_id])[:1]
        if rows:
            self.select_rows(rows)
            self.setFocus()
        return bool(rows)

    def select_rows(self, rows: Sequence[int]) -> None:
        """Select rows, and scroll to the first one."""
        selection = self.selectionModel()
        selection.clearSelection()
        flags = QItemSelectionModel.SelectionFlag
        for row in rows:
            selection.select(self.tracks.index(row, 0), flags.Select | flags.Rows)
        if rows:
            first = self.tracks.index(rows[0], Column.TITLE)
            selection.setCurrentIndex(first, flags.NoUpdate)
            self.scrollTo(first)

    def open_menu(self, place: QPoint | None = None) -> None:
        """Open the track menu at a screen position, or below the current row."""
        if not self.selectionModel().hasSelection() and self.currentIndex().isValid():
            self.select_rows([self.currentIndex().row()])
        if not self.selectionModel().hasSelection():
            return
        if place is None:
            cell = self.visualRect(self.currentIndex())
            corner = QPoint(cell.left() + 24, min(cell.bottom(), self.viewport().height() - 1))
            place = self.viewport().mapToGlobal(corner)
        self._actions.use(self)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions.fill(menu)
        if self.extra_actions:
            menu.addSeparator()
            menu.addActions(self.extra_actions)
        menu.popup(place)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the heading: one that is hidden, as over cards, is never told of a new size (Qt override)."""
        super().resizeEvent(event)
        self.heading.fit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Make the actions work on this list (Qt override)."""
        super().focusInEvent(event)
        self._actions.use(self)
        if not self.currentIndex().isValid() and self.tracks.rowCount():
            # Starting point for the arrow keys.
            first = self.tracks.index(0, Column.TITLE)
            self.selectionModel().setCurrentIndex(first, QItemSelectionModel.SelectionFlag.NoUpdate)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the track menu (Qt override)."""
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        self.open_menu(None if by_keyboard else event.globalPos())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open the track menu on Menu or Shift+F10 (Qt override)."""
        shift_f10 = (
            event.key() == Qt.Key.Key_F10 and event.modifiers() == Qt.KeyboardModifier.ShiftModifier
        )
        if event.key() == Qt.Key.Key_Menu or shift_f10:
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the placeholder in an empty list (Qt override)."""
        super().paintEvent(event)
        if self.placeholder and not self.tracks.rowCount():
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            place = self.viewport().rect().adjusted(28, 28, -28, -28)
            painter.drawText(
                place, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self.placeholder
            )

    def _click(self, index: QModelIndex) -> None:
        # With Ctrl and Shift, the listener selects.
        plain = QGuiApplication.keyboardModifiers() == Qt.KeyboardModifier.NoModifier
        track = self.tracks.track(index.row())
        if index.column() == Column.OPINION and plain and track is not None:
            self._actions.toggle_opinion(track.id)

    def _double_click(self, index: QModelIndex) -> None:
        if index.column() != Column.OPINION:
            self.play_selection()

    def _remember_place(self) -> None:
        """Note which track is at the top, so that rows that come and go elsewhere don't move it."""
        self._anchor = None
        top = self.rowAt(0)
        if self.verticalScrollBar().value() > 0 and top >= 0:
            self._anchor = (self.tracks.ids[top], self.rowViewportPosition(top))

    def _return_to_place(self) -> None:
        if self._anchor is None:
            return
        track_id, offset = self._anchor
        rows = self.tracks.rows_of([track_id])
        if rows:
            bar = self.verticalScrollBar()
            self.updateGeometries()
            bar.setValue(rows[0] * self.verticalHeader().defaultSectionSize() - offset)


class OrderedTable(TrackTable):
    """List whose rows the listener reorders by dragging, or with Alt+Up and Alt+Down."""

    def __init__(
        self,
        model: TrackList,
        layout: Sequence[ColumnLayout],
        actions: TableActions,
        theme: Theme,
        *,
        cards: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, layout, actions, theme, cards=cards, parent=parent)
        self.list = model
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.move_up = QAction(self.tr("Move up"), self)
        self.move_up.setShortcut("Alt+Up")
        self.move_up.triggered.connect(lambda: self._step(-1))
        self.move_down = QAction(self.tr("Move down"), self)
        self.move_down.setShortcut("Alt+Down")
        self.move_down.triggered.connect(lambda: self._step(1))
        self.remove = QAction(self.tr("Remove from list"), self)
        self.remove.setShortcut("Del")
        self.remove.triggered.connect(self.remove_selection)
        theme.set_icon(self.remove, "close")
        self.extra_actions = (self.move_up, self.move_down, self.remove)
        for action in self.extra_actions:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.addAction(action)

    def remove_selection(self) -> None:
        """Remove the selected rows from the list."""
        rows = self.selected_rows()
        if not rows:
            return
        self.list.remove(rows)
        if self.list.rowCount():
            self.select_rows([min(rows[0], self.list.rowCount() - 1)])

    def _step(self, direction: int) -> None:
        rows = self.selected_rows()
        if not rows:
            return
        if direction < 0:
            first = max(0, rows[0] - 1)
            self.list.move(rows, first)
        else:
            self.list.move(rows, min(self.list.rowCount(), rows[-1] + 2))
        self.scrollTo(self.currentIndex())

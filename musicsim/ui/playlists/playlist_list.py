"""List of playlists in their folders, in which the listener opens, renames, moves and deletes them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QRect, QSettings, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyleOptionViewItem,
    QTreeView,
    QWidget,
)

from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.list_delegate import ListDelegate
from musicsim.ui.playlists.playlist_tree import (
    FOLDER_ROLE,
    Chosen,
    Index,
    PlaylistModel,
)

_COLLAPSED = "sidebar/collapsed folders"
_INDENT = 16
_SIGN = 16
"""Size of the arrow before a folder, in pixels."""


class _PlaylistDelegate(ListDelegate):
    """Delegate that also draws an arrow before the name of a folder."""

    def __init__(self, view: PlaylistList, theme: Theme) -> None:
        super().__init__(view)
        self._view = view
        self._theme = theme

    def _draw_sign(self, painter: QPainter, place: QRect, index: Index) -> None:
        if index.data(FOLDER_ROLE):
            sign = QRect(0, 0, _SIGN, _SIGN)
            sign.moveCenter(place.center())
            sign.moveLeft(place.left() - 4)
            is_open = self._view.isExpanded(index)
            self._theme.icon("folded-out" if is_open else "folded", "dim").paint(painter, sign)
            place.setLeft(sign.right() + 6)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        place: Any = option
        editor.setGeometry(place.rect.adjusted(8, 1, -8, -1))


class PlaylistList(QTreeView):
    """View of the playlists; a click on a folder opens and closes it."""

    menu_wanted = Signal(object, object)
    """Chosen, and the position on the screen."""
    delete_wanted = Signal(object)
    """Chosen."""
    undo_wanted = Signal()
    redo_wanted = Signal()

    def __init__(self, model: PlaylistModel, theme: Theme) -> None:
        super().__init__()
        self.playlists = model
        self._collapsed: set[int] = set()
        """Folders that are closed; kept apart from the view, which forgets them when the rows change."""
        self.setModel(model)
        self.setItemDelegate(_PlaylistDelegate(self, theme))
        self.setObjectName("playlists")
        self.setFrameShape(QTreeView.Shape.NoFrame)
        self.setHeaderHidden(True)
        self.setRootIsDecorated(False)
        self.setIndentation(_INDENT)
        self.setUniformRowHeights(True)
        self.setExpandsOnDoubleClick(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDropIndicatorShown(True)
        self.setAutoExpandDelay(700)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        for text, shortcut, do in (
            (self.tr("Delete playlist"), "Del", self._delete_selected),
            (self.tr("Undo"), "Ctrl+Z", self.undo_wanted.emit),
            (self.tr("Redo"), "Ctrl+Shift+Z", self.redo_wanted.emit),
        ):
            action = QAction(text, self)
            action.setShortcut(shortcut)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(do)
            self.addAction(action)
        self.expanded.connect(lambda index: self._note(index, is_open=True))
        self.collapsed.connect(lambda index: self._note(index, is_open=False))
        model.modelReset.connect(self._open_folders)
        self._open_folders()

    # Open and closed folders

    def save(self, settings: QSettings) -> None:
        """Save which folders are closed."""
        there = {self.playlists.folder_id(index) for index in self.playlists.folder_indexes()}
        closed = sorted(folder_id for folder_id in self._collapsed if folder_id in there)
        settings.setValue(_COLLAPSED, ",".join(map(str, closed)))

    def restore(self, settings: QSettings) -> None:
        """Restore which folders are closed."""
        saved = str(settings.value(_COLLAPSED) or "")
        self._collapsed = {int(part) for part in saved.split(",") if part.isdecimal()}
        self._open_folders()

    def _open_folders(self) -> None:
        blocked = self.blockSignals(True)
        for index in self.playlists.folder_indexes():
            self.setExpanded(index, self.playlists.folder_id(index) not in self._collapsed)
        self.blockSignals(blocked)

    def _note(self, index: QModelIndex, *, is_open: bool) -> None:
        folder_id = self.playlists.folder_id(index)
        if folder_id is not None:
            (self._collapsed.discard if is_open else self._collapsed.add)(folder_id)

    def drawBranches(self, painter: QPainter, rect: QRect, index: Index) -> None:
        """Draw nothing: the delegate draws the arrows (Qt override)."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Open or close the folder that is clicked (Qt override)."""
        index = self.indexAt(event.position().toPoint())
        is_click = (
            event.button() is Qt.MouseButton.LeftButton
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and self.state() is not QAbstractItemView.State.DraggingState
            and index == self.currentIndex()
        )
        super().mouseReleaseEvent(event)
        if is_click and index.isValid() and self.playlists.folder_id(index) is not None:
            self.setExpanded(index, not self.isExpanded(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Open or close the current folder on Return (Qt override)."""
        index = self.currentIndex()
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if is_return and index.isValid() and self.playlists.folder_id(index) is not None:
            self.setExpanded(index, not self.isExpanded(index))
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        """Take what is dropped; the view itself removes nothing that was moved (Qt override)."""
        super().dropEvent(event)
        event.setDropAction(Qt.DropAction.CopyAction)

    # Commands

    def chosen(self) -> Chosen:
        """Return the selected playlists and folders, from top to bottom."""
        rows = self.selectionModel().selectedRows()
        return self.playlists.chosen(sorted(rows, key=lambda index: self.visualRect(index).top()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request the menu of the selection, or that of the empty space (Qt override)."""
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if not index.isValid():
            self.menu_wanted.emit(Chosen(), event.globalPos())
            return
        selected = self.selectionModel().selectedRows()
        chosen = self.chosen() if index in selected else self.playlists.chosen([index])
        place = self.viewport().mapToGlobal(self.visualRect(index).center())
        self.menu_wanted.emit(chosen, place if by_keyboard else event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        """Leave the selection as it is under a right click, which only opens a menu (Qt override)."""
        if (
            isinstance(event, QMouseEvent)
            and event.type() == QEvent.Type.MouseButtonPress
            and event.button() is Qt.MouseButton.RightButton
        ):
            return True
        return super().viewportEvent(event)

    def show_playlist(self, playlist_id: int | None) -> None:
        """Mark a playlist as the one that is shown, or none, without a signal; open the folders around it."""
        index = QModelIndex()
        if playlist_id is not None:
            index = self.playlists.index_of(playlist_id)
        selection = self.selectionModel()
        around = index.parent()
        while around.isValid():
            self.setExpanded(around, True)
            around = around.parent()
        if index.isValid() and index == self.currentIndex():
            # The listener chose it here, perhaps in addition to others.
            return
        selection.blockSignals(True)
        if index.isValid():
            selection.setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
            self.scrollTo(index)
        else:
            selection.clear()
        selection.blockSignals(False)
        self.viewport().update()

    def rename(self, playlist_id: int) -> None:
        """Let the listener rename a playlist."""
        self._edit(self.playlists.index_of(playlist_id))

    def rename_folder(self, folder_id: int) -> None:
        """Let the listener rename a folder."""
        self._edit(self.playlists.index_of_folder(folder_id))

    def _edit(self, index: QModelIndex) -> None:
        if index.isValid():
            around = index.parent()
            while around.isValid():
                self.setExpanded(around, True)
                around = around.parent()
            self.scrollTo(index)
            self.setFocus()
            self.edit(index)

    def _delete_selected(self) -> None:
        chosen = self.chosen()
        if chosen != Chosen():
            self.delete_wanted.emit(chosen)

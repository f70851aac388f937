"""List of playlists, in which the listener opens, renames and deletes them, and drops tracks on them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QContextMenuEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from musicsim.ui.kit import formats
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.delegates import row_height
from musicsim.ui.tracks.track_list import dragged_tracks
from musicsim.ui.tracks.track_model import TRACKS_MIME

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

COUNT_ROLE = int(Role.UserRole)

_NO_INDEX = QModelIndex()


class PlaylistModel(QAbstractListModel):
    """Playlists by name; they can be renamed in place, and take dropped tracks."""

    tracks_dropped = Signal(int, object)
    """The playlist's id, and list[int]: the tracks."""

    def __init__(
        self, playlists: Playlists, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._playlists = playlists
        self._messages = messages
        self._rows = playlists.all
        playlists.changed.connect(self._read)

    def playlist_id(self, row: int) -> int:
        """Return the id of the playlist in a row."""
        return self._rows[row].id

    def row_of(self, playlist_id: int) -> int | None:
        """Return the row of a playlist, or None."""
        ids = [playlist.id for playlist in self._rows]
        return ids.index(playlist_id) if playlist_id in ids else None

    def _read(self) -> None:
        rows = self._playlists.all
        if [playlist.id for playlist in rows] == [playlist.id for playlist in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of playlists (Qt override)."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the name, track count or tooltip of a playlist (Qt override)."""
        playlist = self._rows[index.row()]
        if role in (Role.DisplayRole, Role.EditRole):
            return playlist.name
        if role == COUNT_ROLE:
            return len(playlist.track_ids)
        if role == Role.ToolTipRole:
            count = formats.counted("lists", len(playlist.track_ids), "%n track", "%n tracks")
            return plain_tooltip(f"{playlist.name}\n{count}")
        return None

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Rename a playlist (Qt override)."""
        playlist = self._rows[index.row()]
        if role != Role.EditRole or str(value).strip() == playlist.name:
            return False
        with self._messages.reporting():
            self._playlists.rename(playlist.id, str(value))
        return self._rows[index.row()].name != playlist.name

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let playlists be selected, edited and dropped on (Qt override)."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDropEnabled
        )

    def mimeTypes(self) -> list[str]:
        """Return the accepted MIME type (Qt override)."""
        return [TRACKS_MIME]

    def supportedDropActions(self) -> Qt.DropAction:
        """Return the supported drop action (Qt override)."""
        return Qt.DropAction.CopyAction

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Report tracks dropped on a playlist (Qt override)."""
        ids = dragged_tracks(data)
        if not ids or not parent.isValid():
            return False
        self.tracks_dropped.emit(self.playlist_id(parent.row()), ids)
        return True


class _PlaylistDelegate(QStyledItemDelegate):
    """Delegate that draws a playlist's name and its number of tracks."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = QStyleOptionViewItem(option)
        self.initStyleOption(opt, index)
        palette: QPalette = opt.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        place = opt.rect.adjusted(8, 1, -8, -1)
        if opt.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            selected = opt.state & QStyle.StateFlag.State_Selected
            role = QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Midlight
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.brush(role))
            painter.drawRoundedRect(place, 6, 6)
        place.adjust(10, 0, -10, 0)
        count = formats.number(index.data(COUNT_ROLE))
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | middle, count)
        place.setRight(place.right() - opt.fontMetrics.horizontalAdvance(count) - 10)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        name = opt.fontMetrics.elidedText(opt.text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, middle, name)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> Any:
        hint = super().sizeHint(option, index)
        hint.setHeight(row_height(option.fontMetrics))
        return hint

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        place: Any = option
        editor.setGeometry(place.rect.adjusted(8, 1, -8, -1))


class PlaylistList(QListView):
    """List view of the playlists."""

    menu_wanted = Signal(int, object)
    """The playlist's id, and the position on the screen."""
    delete_wanted = Signal(int)

    def __init__(self, model: PlaylistModel) -> None:
        super().__init__()
        self.playlists = model
        self.setModel(model)
        self.setItemDelegate(_PlaylistDelegate(self))
        self.setObjectName("playlists")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DropOnly)
        delete = QAction(self.tr("Delete playlist"), self)
        delete.setShortcut("Del")
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self._delete_current)
        self.addAction(delete)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request a playlist's menu (Qt override)."""
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_wanted.emit(
                self.playlists.playlist_id(index.row()),
                place if by_keyboard else event.globalPos(),
            )

    def rename(self, playlist_id: int) -> None:
        """Let the listener rename a playlist."""
        row = self.playlists.row_of(playlist_id)
        if row is not None:
            self.setFocus()
            self.edit(self.playlists.index(row))

    def _delete_current(self) -> None:
        index = self.currentIndex()
        if index.isValid():
            self.delete_wanted.emit(self.playlists.playlist_id(index.row()))

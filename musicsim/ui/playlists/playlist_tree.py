"""Tree of the playlists in their folders."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractItemModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from musicsim.library.types import Playlist, PlaylistFolder
from musicsim.ui.kit import formats
from musicsim.ui.kit.dropping import (
    URIS_MIME,
    dragged_files,
    dropped_uris,
    is_playlist_file,
    paths_of,
)
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.list_delegate import COUNT_ROLE
from musicsim.ui.tracks.track_list import dragged_tracks
from musicsim.ui.tracks.track_model import TRACKS_MIME

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

FOLDER_ROLE = COUNT_ROLE + 1
"""Whether a row is a folder."""

PLAYLISTS_MIME = "application/x-musicsim-playlists"
"""JSON: {"playlists": [ids], "folders": [ids]}."""

_NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class Chosen:
    """Playlists and folders of playlists that a command works on, by id."""

    playlists: tuple[int, ...] = ()
    folders: tuple[int, ...] = ()

    @property
    def playlist(self) -> int | None:
        """The playlist, if it is a single one."""
        return self.playlists[0] if len(self.playlists) == 1 and not self.folders else None

    @property
    def folder(self) -> int | None:
        """The folder, if it is a single one."""
        return self.folders[0] if len(self.folders) == 1 and not self.playlists else None


@dataclass(eq=False, slots=True)
class _Node:
    """A row: a folder or a playlist; the root is neither."""

    item: PlaylistFolder | Playlist | None
    parent: _Node | None = None
    row: int = 0
    children: list[_Node] = field(default_factory=list)

    @property
    def key(self) -> tuple[bool, int]:
        """Unique among the rows."""
        return isinstance(self.item, PlaylistFolder), self.item.id if self.item else 0

    def add(self, item: PlaylistFolder | Playlist) -> _Node:
        node = _Node(item, self, len(self.children))
        self.children.append(node)
        return node

    def shape(self) -> list[Any]:
        """Return which rows there are, without their names."""
        return [self.key, *(child.shape() for child in self.children)]


class PlaylistModel(QAbstractItemModel):
    """Playlists and their folders, the folders first, by name.

    They can be renamed in place and moved by dragging; tracks and files can be dropped on playlists, and playlist files
    anywhere.
    """

    tracks_dropped = Signal(int, object)
    """The playlist's id, and list[int]: the tracks."""
    files_dropped = Signal(object, object, object)
    """QMimeData from another program, and the ids of the playlist and of the folder that it was dropped on, or None."""
    moved = Signal(object, object)
    """Chosen, and the id of the folder that it was dropped in, or None."""

    def __init__(
        self, playlists: Playlists, messages: Messages, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._playlists = playlists
        self._messages = messages
        self.files_of: Callable[[Sequence[int]], Iterable[Path]] = lambda _: ()
        """Returns the files of tracks, which go to other programs."""
        self._nodes: dict[tuple[bool, int], _Node] = {}
        self._root = self._built()
        playlists.changed.connect(self._read)

    def chosen(self, indexes: Iterable[Index]) -> Chosen:
        """Return the playlists and folders in these rows, without those inside another one of them."""
        nodes = [self._node(index) for index in indexes]
        tops = [node for node in nodes if not any(_is_inside(node, other) for other in nodes)]
        items = [node.item for node in tops]
        return Chosen(
            tuple(item.id for item in items if isinstance(item, Playlist)),
            tuple(item.id for item in items if isinstance(item, PlaylistFolder)),
        )

    def playlist_id(self, index: Index) -> int | None:
        """Return the id of the playlist in a row; None for a folder."""
        item = self._node(index).item
        return item.id if isinstance(item, Playlist) else None

    def folder_id(self, index: Index) -> int | None:
        """Return the id of the folder in a row; None for a playlist."""
        item = self._node(index).item
        return item.id if isinstance(item, PlaylistFolder) else None

    def index_of(self, playlist_id: int) -> QModelIndex:
        """Return the row of a playlist; an invalid index if there is none."""
        return self._index_of(self._nodes.get((False, playlist_id)))

    def index_of_folder(self, folder_id: int) -> QModelIndex:
        """Return the row of a folder; an invalid index if there is none."""
        return self._index_of(self._nodes.get((True, folder_id)))

    def folder_indexes(self) -> list[QModelIndex]:
        """Return the rows of all folders."""
        return [self._index_of(node) for (is_folder, _), node in self._nodes.items() if is_folder]

    def _index_of(self, node: _Node | None) -> QModelIndex:
        if node is None or node.parent is None:
            return QModelIndex()
        return self.createIndex(node.row, 0, node)

    def _node(self, index: Index) -> _Node:
        node: Any = index.internalPointer() if index.isValid() else None
        return node if isinstance(node, _Node) else self._root

    def _built(self) -> _Node:
        root = _Node(None)
        self._nodes = {}
        folders = {folder.id: folder for folder in self._playlists.folders}
        inside: dict[int | None, list[PlaylistFolder | Playlist]] = {}
        for folder in folders.values():
            inside.setdefault(folder.parent_id, []).append(folder)
        for playlist in self._playlists.all:
            place = playlist.folder_id if playlist.folder_id in folders else None
            inside.setdefault(place, []).append(playlist)

        def fill(node: _Node, folder_id: int | None) -> None:
            for item in inside.get(folder_id, ()):
                child = node.add(item)
                self._nodes[child.key] = child
                if isinstance(item, PlaylistFolder):
                    fill(child, item.id)

        fill(root, None)
        return root

    def _read(self) -> None:
        before = dict(self._nodes)
        root = self._built()
        if root.shape() == self._root.shape():
            # The indexes point to the nodes.
            for key, node in before.items():
                if node.item != self._nodes[key].item:
                    node.item = self._nodes[key].item
                    changed = self.createIndex(node.row, 0, node)
                    self.dataChanged.emit(changed, changed)
            self._nodes = before
        else:
            self.beginResetModel()
            self._root = root
            self.endResetModel()

    # Qt's model interface

    def index(self, row: int, column: int = 0, parent: Index = _NO_INDEX) -> QModelIndex:
        """Return the index of a row (Qt override)."""
        children = self._node(parent).children
        if column != 0 or not 0 <= row < len(children):
            return QModelIndex()
        return self.createIndex(row, 0, children[row])

    def parent(self, index: Index = _NO_INDEX) -> Any:
        """Return the folder around a row (Qt override)."""
        return self._index_of(self._node(index).parent)

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of rows in a folder (Qt override)."""
        return len(self._node(parent).children)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of columns: one (Qt override)."""
        return 1

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the name, count or tooltip of a playlist or folder (Qt override)."""
        item = self._node(index).item
        if item is None:
            return None
        is_folder = isinstance(item, PlaylistFolder)
        if role in (Role.DisplayRole, Role.EditRole):
            return item.name
        if role == FOLDER_ROLE:
            return is_folder
        if role == COUNT_ROLE:
            return None if isinstance(item, PlaylistFolder) else len(item.track_ids)
        if role == Role.ToolTipRole:
            return plain_tooltip(f"{item.name}\n{self._count(item)}")
        if role == Role.AccessibleTextRole:
            return self.tr("Folder {0}").format(item.name) if is_folder else item.name
        return None

    def _count(self, item: PlaylistFolder | Playlist) -> str:
        if isinstance(item, PlaylistFolder):
            count = len(self._playlists.inside(item.id))
            return formats.counted("lists", count, "%n playlist", "%n playlists")
        text = formats.counted("lists", len(item.track_ids), "%n track", "%n tracks")
        if item.missing:
            missing = formats.counted("lists", len(item.missing), "%n missing", "%n missing")
            text = f"{text} · {missing}"
        return text

    def setData(self, index: Index, value: Any, role: int = Role.EditRole) -> bool:
        """Rename a playlist or folder (Qt override)."""
        item = self._node(index).item
        if item is None or role != Role.EditRole or str(value).strip() == item.name:
            return False
        with self._messages.reporting():
            if isinstance(item, PlaylistFolder):
                self._playlists.rename_folder(item.id, str(value))
            else:
                self._playlists.rename(item.id, str(value))
        now = self._nodes.get((isinstance(item, PlaylistFolder), item.id))
        return now is not None and now.item != item

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Let rows be selected, edited, dragged and dropped on (Qt override)."""
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        return (
            Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsEditable
            | Qt.ItemFlag.ItemIsDragEnabled
            | Qt.ItemFlag.ItemIsDropEnabled
        )

    def mimeTypes(self) -> list[str]:
        """Return the accepted MIME types (Qt override)."""
        return [PLAYLISTS_MIME, TRACKS_MIME, URIS_MIME]

    def supportedDragActions(self) -> Qt.DropAction:
        """Return the supported drag action; a file manager must never move the music (Qt override)."""
        return Qt.DropAction.CopyAction

    def supportedDropActions(self) -> Qt.DropAction:
        """Return the supported drop actions (Qt override)."""
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Return the dragged playlists and folders, their tracks, and the files for other programs (Qt override)."""
        chosen = self.chosen(indexes)
        data = QMimeData()
        moved = {"playlists": chosen.playlists, "folders": chosen.folders}
        data.setData(PLAYLISTS_MIME, json.dumps(moved).encode())
        playlists = [self._playlists.get(i) for i in chosen.playlists]
        ids = [i for playlist in playlists if playlist for i in playlist.track_ids]
        if ids:
            tracks = {"list": id(self), "rows": [], "ids": ids}
            data.setData(TRACKS_MIME, json.dumps(tracks).encode())
            data.setData(URIS_MIME, dragged_files(self.files_of(ids)))
        return data

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Accept playlist files everywhere, music on playlists, and rows everywhere but in themselves (Qt override)."""
        node = self._node(parent)
        if data.hasFormat(PLAYLISTS_MIME):
            folders = {(True, i) for i in _dragged(data).folders}
            while node.parent is not None:
                if node.key in folders:
                    return False
                node = node.parent
            return True
        on_playlist = isinstance(node.item, Playlist)
        if data.hasFormat(TRACKS_MIME):
            return on_playlist
        paths, _ = paths_of(dropped_uris(data))
        return (on_playlist and bool(paths)) or any(map(is_playlist_file, paths))

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Report tracks dropped on a playlist, playlists dropped in a folder, and files (Qt override)."""
        if not self.canDropMimeData(data, action, row, column, parent):
            return False
        item = self._node(parent).item
        # What is dropped on a playlist comes beside it.
        into = item.folder_id if isinstance(item, Playlist) else item.id if item else None
        if data.hasFormat(PLAYLISTS_MIME):
            self.moved.emit(_dragged(data), into)
        elif not data.hasFormat(TRACKS_MIME):
            self.files_dropped.emit(data, item.id if isinstance(item, Playlist) else None, into)
        elif isinstance(item, Playlist) and (ids := dragged_tracks(data)):
            self.tracks_dropped.emit(item.id, ids)
        return True


def _is_inside(node: _Node, other: _Node) -> bool:
    while node.parent is not None:
        node = node.parent
        if node is other:
            return True
    return False


def _dragged(data: QMimeData) -> Chosen:
    dragged = json.loads(bytes(data.data(PLAYLISTS_MIME).data()))
    return Chosen(tuple(dragged["playlists"]), tuple(dragged["folders"]))

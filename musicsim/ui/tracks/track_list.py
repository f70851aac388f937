"""Lists of tracks in an order of their own: the queue, a playlist, the similar tracks."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from PySide6.QtCore import QMimeData, QModelIndex, QObject, Qt, Signal

from musicsim.ui.kit.dropping import URIS_MIME, brings_files
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import TRACKS_MIME, Index, TrackModel, as_ids


def dragged_tracks(data: QMimeData) -> list[int]:
    """Return the dragged tracks; none if something else is dragged."""
    if not data.hasFormat(TRACKS_MIME):
        return []
    ids: list[int] = json.loads(bytes(data.data(TRACKS_MIME).data()))["ids"]
    return ids


class TrackList(TrackModel):
    """Tracks in the listener's order; a track may occur more than once."""

    edited = Signal()
    """The listener changed the list."""
    files_dropped = Signal(object, int)
    """QMimeData from another program, and the row to insert it before; only with `takes_files`."""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self.takes_files = False
        store.changed.connect(self.redraw)
        store.removed.connect(self._drop)

    def seconds(self) -> float:
        """Return the total length in seconds, as far as the tracks state theirs."""
        return sum(track.tags.duration or 0.0 for track in self._store.tracks(self.ids))

    def set_ids(self, ids: Iterable[int]) -> None:
        """Show these tracks; not an edit."""
        self.beginResetModel()
        self._ids = as_ids(i for i in ids if i in self._store)
        self.endResetModel()

    def insert(self, row: int, ids: Sequence[int]) -> None:
        """Insert tracks before a row."""
        ids = [i for i in ids if i in self._store]
        if ids:
            self.beginInsertRows(QModelIndex(), row, row + len(ids) - 1)
            self._ids = np.insert(self._ids, row, ids)
            self.endInsertRows()
            self.edited.emit()

    def extend(self, ids: Sequence[int]) -> None:
        """Append tracks."""
        self.insert(len(self._ids), ids)

    def remove(self, rows: Iterable[int]) -> None:
        """Remove rows."""
        gone = list(rows)
        if gone:
            kept = np.ones(len(self._ids), bool)
            kept[gone] = False
            self._keep(kept)
            self.edited.emit()

    def move(self, rows: Iterable[int], before: int) -> None:
        """Move rows, together and in order, before the row `before`; the number of rows means the end."""
        moved = np.unique(np.fromiter(rows, np.intp))
        others = np.setdiff1d(np.arange(len(self._ids)), moved)
        order = np.insert(others, np.searchsorted(others, before), moved)
        if not np.array_equal(order, np.arange(len(self._ids))):
            self._permute(order)
            self.edited.emit()

    def _drop(self, ids: tuple[int, ...]) -> None:
        kept = ~np.isin(self._ids, as_ids(ids))
        if not kept.all():
            self.rearranging.emit()
            self._keep(kept)
            self.rearranged.emit()

    # Dropping tracks in

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Accept drops between rows, not on them (Qt override)."""
        return super().flags(index) if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        """Return the accepted MIME types (Qt override)."""
        return [*super().mimeTypes(), *([URIS_MIME] if self.takes_files else [])]

    def supportedDragActions(self) -> Qt.DropAction:
        """Return the supported drag actions (Qt override)."""
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def supportedDropActions(self) -> Qt.DropAction:
        """Return the supported drop actions (Qt override)."""
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Accept tracks and, with `takes_files`, files (Qt override)."""
        return data.hasFormat(TRACKS_MIME) or (self.takes_files and brings_files(data))

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Move rows of this list, and insert tracks from elsewhere (Qt override)."""
        before = row if row >= 0 else len(self._ids)
        if not data.hasFormat(TRACKS_MIME):
            if self.takes_files:
                self.files_dropped.emit(data, before)
            return self.takes_files
        content = json.loads(bytes(data.data(TRACKS_MIME).data()))
        if content["list"] == id(self):
            self.move(content["rows"], before)
        else:
            self.insert(before, content["ids"])
        return True


class SimilarList(TrackList):
    """Search results; nothing can be dropped into them or moved."""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._similarities: dict[int, float] = {}

    def set_similarities(self, similarities: Mapping[int, float]) -> None:
        """Show tracks with their similarity, in the given order; if they are those shown, they stay selected."""
        self._similarities = dict(similarities)
        if list(self._similarities) == self.ids:
            self._redraw_all()
        else:
            self.set_ids(self._similarities)

    def similarity(self, row: int) -> float | None:
        """Return the similarity of a row's track to the seed."""
        return self._similarities.get(int(self._ids[row]))

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Allow no drops (Qt override)."""
        return super().flags(index) & ~Qt.ItemFlag.ItemIsDropEnabled

    def canDropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, column: int, parent: Index
    ) -> bool:
        """Accept nothing (Qt override)."""
        return False

"""Rows of a playlist: its tracks and its missing entries, in its own order or sorted for a look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from musicsim.base.errors import display_path
from musicsim.library.catalogue.playlists import Entry
from musicsim.library.types import MissingEntry, Tags, Track
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.sorting import sort_key
from musicsim.ui.tracks.fact_order import fact_key
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.tracks.track_model import Column, Index, Mask, Rows, as_ids

Role = Qt.ItemDataRole

_NOWHERE = Path()
_FIRST_MISSING = -(2**40)
"""Rows need ids: those of missing entries are below the visitors', which are negative, too."""


def is_missing_entry(row_id: int) -> bool:
    """Return whether the id of a row is a missing entry's, and not a track's."""
    return row_id <= _FIRST_MISSING


class PlaylistRows(TrackList):
    """The entries of a playlist.

    Sorting changes only what is shown: `own_entries` keep their order.
    """

    reorder_refused = Signal()
    """The listener tried to move rows while they were sorted for a look."""
    tracks_lost = Signal()
    """Some of its tracks left the library."""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._places: Rows = np.zeros(0, np.intp)
        """The position of each row in the playlist's own order."""
        self._missing: dict[int, MissingEntry] = {}
        self._stand_ins: dict[int, Track] = {}
        self._sorting: tuple[Column, Qt.SortOrder] | None = None
        store.facts.changed.connect(self._follow_facts)

    # The playlist's own order

    def set_entries(self, entries: Iterable[Entry]) -> None:
        """Show these entries in the present order; not an edit."""
        self.beginResetModel()
        ids = []
        self._missing.clear()
        self._stand_ins.clear()
        for entry in entries:
            if isinstance(entry, MissingEntry):
                row_id = _FIRST_MISSING - entry.id
                self._missing[row_id] = entry
                self._stand_ins[row_id] = _stand_in(row_id, entry)
                ids.append(row_id)
            else:
                ids.append(entry)
        self._ids = as_ids(ids)
        self._places = np.arange(len(ids))
        if self._sorting is not None:
            order = self._sorted_order(*self._sorting)
            self._ids, self._places = self._ids[order], order
        self.endResetModel()

    def shows(self, entries: Sequence[Entry]) -> bool:
        """Return whether these are the entries in their own order."""
        ids = [
            _FIRST_MISSING - entry.id if isinstance(entry, MissingEntry) else entry
            for entry in entries
        ]
        return ids == self.own_ids

    @property
    def own_ids(self) -> list[int]:
        """Ids of the rows in the playlist's own order."""
        found: list[int] = self._ids[np.argsort(self._places, kind="stable")].tolist()
        return found

    @property
    def playable(self) -> list[int]:
        """Ids of the tracks in the order shown, without the missing entries."""
        return [row_id for row_id in self.ids if not is_missing_entry(row_id)]

    @property
    def has_missing(self) -> bool:
        """Whether some entries are missing."""
        return bool(self._missing)

    def missing_entry(self, row_id: int) -> MissingEntry | None:
        """Return the missing entry of a row's id; None for a track."""
        return self._missing.get(row_id)

    def place(self, row: int) -> int:
        """Return the position of a row in the playlist's own order."""
        return int(self._places[row])

    # Sorting for a look

    @property
    def sorting(self) -> tuple[Column, Qt.SortOrder] | None:
        """Column by which the rows are sorted for a look, and the direction; None in the playlist's own order."""
        return self._sorting

    def look(
        self, column: Column | None, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder
    ) -> None:
        """Show the rows sorted by a column, or with None in the playlist's own order."""
        ascending = order is Qt.SortOrder.AscendingOrder
        if column is None or (column is Column.POSITION and ascending):
            self._sorting = None
            self._arrange(np.argsort(self._places, kind="stable"))
        else:
            self._arrange(np.argsort(self._places, kind="stable"))
            self._sorting = (column, order)
            self._arrange(self._sorted_order(column, order))

    def _follow_facts(self) -> None:
        """Keep the order if it is that of facts, some of which are read only when they are asked for."""
        if self._sorting is not None and self._sorting[0] >= Column.OPINION:
            self.rearranging.emit()
            self.look(*self._sorting)
            self.rearranged.emit()

    def _sorted_order(self, column: Column, order: Qt.SortOrder) -> Rows:
        """Return the order of the rows, which are in the playlist's own order, by a column."""
        descending = order is Qt.SortOrder.DescendingOrder
        rows = range(len(self._ids))
        if column is Column.POSITION:
            return np.array(rows[::-1] if descending else rows, np.intp)
        if column >= Column.OPINION:
            keys = list(map(fact_key(column, self._store.facts), self.ids))
        else:
            tracks = [self.track(row) or _stand_in(0, MissingEntry(_NOWHERE)) for row in rows]
            keys = list(map(sort_key(column), tracks))
        return np.array(sorted(rows, key=keys.__getitem__, reverse=descending), np.intp)

    def _arrange(self, order: Rows) -> None:
        places = self._places[order]
        self._permute(order)
        self._places = places

    # Rows

    def track(self, row: int) -> Track | None:
        """Return the track in a row; a missing entry's is made of what is known."""
        row_id = int(self._ids[row])
        return self._stand_ins.get(row_id) or self._store.get(row_id)

    def text(self, track: Track, column: int, row: int) -> str:
        """Return the text of a cell; the number is that in the playlist's own order."""
        if column == Column.POSITION:
            return str(self._places[row] + 1)
        return super().text(track, column, row)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the data of a cell (Qt override)."""
        if role == Role.ToolTipRole and index.isValid():
            entry = self._missing.get(int(self._ids[index.row()]))
            if entry is not None:
                return self.tr(
                    "Not in your library. It comes back by itself when its file turns up.\n"
                    "It was expected at {0}"
                ).format(display_path(entry.path))
        return super().data(index, role)

    def seconds(self) -> float:
        """Return the total length in seconds of the tracks that can be played."""
        return sum(track.tags.duration or 0.0 for track in self._store.tracks(self.playable))

    def insert(self, row: int, ids: Sequence[int]) -> None:
        """Insert tracks before a row; while the rows are sorted, they come to the end of the playlist."""
        ids = [i for i in ids if i in self._store]
        if self._sorting is not None:
            row = len(self._ids)
        self._places = (
            np.arange(len(self._ids) + len(ids))
            if self._sorting is None
            else np.concatenate([self._places, len(self._ids) + np.arange(len(ids))])
        )
        super().insert(row, ids)

    def move(self, rows: Iterable[int], before: int) -> None:
        """Move rows, unless they are sorted for a look."""
        if self._sorting is None:
            super().move(rows, before)
        else:
            self.reorder_refused.emit()

    def _permute(self, order: Rows) -> None:
        if self._sorting is not None:
            self._places = self._places[order]
        super()._permute(order)

    def _keep(self, kept: Mask) -> None:
        super()._keep(kept)
        left = self._places[: len(self._ids)]
        self._places = np.argsort(np.argsort(left, kind="stable"), kind="stable")

    def _drop(self, ids: tuple[int, ...]) -> None:
        # They are missing entries now.
        if np.isin(self._ids, as_ids(ids)).any():
            self.tracks_lost.emit()


def _stand_in(row_id: int, entry: MissingEntry) -> Track:
    tags = Tags(entry.title, entry.artist, entry.album, duration=entry.duration)
    return Track(row_id, str(entry.path), tags, 0, 0, 0.0, missing=True)

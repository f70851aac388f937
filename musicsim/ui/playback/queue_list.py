"""List of the upcoming tracks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.tracks.track_model import Mask, Rows, as_ids


class QueueList(TrackList):
    """Upcoming tracks: those queued by hand, and the rest of the list that plays."""

    taken = Signal(object)
    """tuple[int, ...]: tracks that no longer belong to the rest."""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._by_hand: npt.NDArray[np.bool_] = np.zeros(0, bool)

    @property
    def by_hand(self) -> list[int]:
        """Tracks queued by hand, in order."""
        found: list[int] = self._ids[self._flags].tolist()
        return found

    @property
    def rest(self) -> list[int]:
        """Upcoming tracks of the list that plays, in order."""
        found: list[int] = self._ids[~self._flags].tolist()
        return found

    def first(self, count: int) -> list[int]:
        """Return the first tracks, without listing all of them, which may be 100,000."""
        found: list[int] = self._ids[:count].tolist()
        return found

    def is_by_hand(self, row: int) -> bool:
        """Return whether a row was queued by hand."""
        return bool(self._by_hand[row])

    def set_ids(self, ids: Iterable[int]) -> None:
        """Show these tracks, none of them queued by hand."""
        self.set_queue((), ids)

    def set_queue(self, by_hand: Iterable[int], rest: Iterable[int]) -> None:
        """Show the tracks queued by hand, and the rest after them."""
        first = [i for i in by_hand if i in self._store]
        ids = as_ids([*first, *(i for i in rest if i in self._store)])
        self.beginResetModel()
        self._ids, self._by_hand = ids, np.arange(len(ids)) < len(first)
        self.endResetModel()

    def set_rest(self, rest: Iterable[int]) -> None:
        """Replace the rest after the tracks queued by hand."""
        self.set_queue(self.by_hand, rest)

    def insert(self, row: int, ids: Sequence[int], *, by_hand: bool = True) -> None:
        """Queue tracks before a row, by hand or as part of the rest."""
        ids = [i for i in ids if i in self._store]
        self._by_hand = np.insert(self._by_hand, row, np.full(len(ids), by_hand))
        super().insert(row, ids)

    def add(self, ids: Sequence[int]) -> None:
        """Queue tracks by hand: after those queued by hand before, and before the rest."""
        queued = np.flatnonzero(self._by_hand)
        self.insert(int(queued[-1]) + 1 if len(queued) else 0, ids)

    def bring_forward(self, track_id: int) -> None:
        """Move a track of the rest to the beginning of the rest."""
        rows = np.flatnonzero(~self._by_hand & (self._ids == track_id))
        others = np.flatnonzero(~self._by_hand)
        if len(rows) and rows[0] != others[0]:
            order = np.delete(np.arange(len(self._ids)), rows[0])
            self._permute(np.insert(order, others[0], rows[0]))

    def remove(self, rows: Iterable[int]) -> None:
        """Remove rows."""
        gone = list(rows)
        self._tell_taken(gone)
        super().remove(gone)

    def move(self, rows: Iterable[int], before: int) -> None:
        """Move rows before another one; they then count as queued by hand."""
        moved = list(rows)
        self._tell_taken(moved)
        self._by_hand[moved] = True
        super().move(moved, before)

    def _tell_taken(self, rows: Sequence[int]) -> None:
        if taken := self._ids[[row for row in rows if not self._by_hand[row]]].tolist():
            self.taken.emit(tuple(taken))

    def _permute(self, order: Rows) -> None:
        self._by_hand = self._by_hand[order]
        super()._permute(order)

    def _keep(self, kept: Mask) -> None:
        # Rows that leave from the middle are moved to the end first.
        super()._keep(kept)
        self._by_hand = self._flags

    @property
    def _flags(self) -> npt.NDArray[np.bool_]:
        """Flags of the rows queued by hand, correct even while rows are being removed."""
        return self._by_hand[: len(self._ids)]

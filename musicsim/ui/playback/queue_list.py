"""List of the upcoming tracks."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Signal

from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.tracks.track_model import Mask, Rows, as_ids


class Origin(enum.IntEnum):
    """Where an upcoming track comes from."""

    LIST = 0
    """The list that plays."""
    BY_HAND = 1
    RADIO = 2


class QueueList(TrackList):
    """Upcoming tracks: those queued by hand, the rest of the list that plays, and those of the radio."""

    taken = Signal(object)
    """tuple[int, ...]: tracks that no longer belong to the rest."""
    removed_from_radio = Signal(object)
    """tuple[int, ...]"""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(store, theme, parent)
        self._origins: npt.NDArray[np.uint8] = np.zeros(0, np.uint8)

    @property
    def by_hand(self) -> list[int]:
        """Tracks queued by hand, in order."""
        return self._from(Origin.BY_HAND)

    @property
    def rest(self) -> list[int]:
        """Upcoming tracks of the list that plays, in order."""
        return self._from(Origin.LIST)

    @property
    def radio(self) -> list[int]:
        """Upcoming tracks of the radio, in order."""
        return self._from(Origin.RADIO)

    @property
    def first_of_radio(self) -> int | None:
        """The first row of the radio; None if there is none."""
        rows = np.flatnonzero(self._flags == Origin.RADIO)
        return int(rows[0]) if len(rows) else None

    def first(self, count: int) -> list[int]:
        """Return the first tracks, without listing all of them, which may be 100,000."""
        found: list[int] = self._ids[:count].tolist()
        return found

    def is_by_hand(self, row: int) -> bool:
        """Return whether a row was queued by hand."""
        return bool(self._origins[row] == Origin.BY_HAND)

    def is_radio(self, row: int) -> bool:
        """Return whether a row comes from the radio."""
        return bool(self._origins[row] == Origin.RADIO)

    def set_ids(self, ids: Iterable[int]) -> None:
        """Show these tracks, none of them queued by hand."""
        self.set_queue((), ids)

    def set_queue(
        self, by_hand: Iterable[int], rest: Iterable[int], radio: Iterable[int] = ()
    ) -> None:
        """Show the tracks queued by hand, the rest after them, and those of the radio at the end."""
        parts = [[i for i in part if i in self._store] for part in (by_hand, rest, radio)]
        origins = (Origin.BY_HAND, Origin.LIST, Origin.RADIO)
        self.beginResetModel()
        self._ids = as_ids(i for part in parts for i in part)
        self._origins = np.repeat(np.array(origins, np.uint8), [len(part) for part in parts])
        self.endResetModel()

    def set_rest(self, rest: Iterable[int]) -> None:
        """Replace the rest after the tracks queued by hand."""
        self.set_queue(self.by_hand, rest, self.radio)

    def set_radio(self, radio: Sequence[int]) -> None:
        """Replace the tracks of the radio, and leave the others where they are."""
        gone = np.flatnonzero(self._origins == Origin.RADIO)
        if len(gone):
            super().remove(gone.tolist())
        self.add_radio(radio)

    def add_radio(self, radio: Sequence[int]) -> None:
        """Append tracks of the radio."""
        self.insert(self.rowCount(), radio, origin=Origin.RADIO)

    def insert(self, row: int, ids: Sequence[int], *, origin: Origin = Origin.BY_HAND) -> None:
        """Queue tracks before a row, by default by hand."""
        ids = [i for i in ids if i in self._store]
        self._origins = np.insert(self._origins, row, np.full(len(ids), origin, np.uint8))
        super().insert(row, ids)

    def add(self, ids: Sequence[int]) -> None:
        """Queue tracks by hand: after those queued by hand before, and before the rest."""
        queued = np.flatnonzero(self._origins == Origin.BY_HAND)
        self.insert(int(queued[-1]) + 1 if len(queued) else 0, ids)

    def bring_forward(self, track_id: int) -> None:
        """Move a track of the rest to the beginning of the rest."""
        is_rest = self._origins == Origin.LIST
        rows = np.flatnonzero(is_rest & (self._ids == track_id))
        others = np.flatnonzero(is_rest)
        if len(rows) and rows[0] != others[0]:
            order = np.delete(np.arange(len(self._ids)), rows[0])
            self._permute(np.insert(order, others[0], rows[0]))

    def remove(self, rows: Iterable[int]) -> None:
        """Remove rows."""
        gone = list(rows)
        of_radio = self._ids[[row for row in gone if self.is_radio(row)]].tolist()
        self._tell_taken(gone)
        super().remove(gone)
        if of_radio:
            self.removed_from_radio.emit(tuple(of_radio))

    def move(self, rows: Iterable[int], before: int) -> None:
        """Move rows before another one; they then count as queued by hand."""
        moved = list(rows)
        self._tell_taken(moved)
        self._origins[moved] = Origin.BY_HAND
        super().move(moved, before)

    def _tell_taken(self, rows: Sequence[int]) -> None:
        if taken := self._ids[[r for r in rows if self._origins[r] == Origin.LIST]].tolist():
            self.taken.emit(tuple(taken))

    def _permute(self, order: Rows) -> None:
        self._origins = self._origins[order]
        super()._permute(order)

    def _keep(self, kept: Mask) -> None:
        # Rows that leave from the middle are moved to the end first.
        super()._keep(kept)
        self._origins = self._flags

    def _from(self, origin: Origin) -> list[int]:
        found: list[int] = self._ids[self._flags == origin].tolist()
        return found

    @property
    def _flags(self) -> npt.NDArray[np.uint8]:
        """Origins of the rows, correct even while rows are being removed."""
        return self._origins[: len(self._ids)]

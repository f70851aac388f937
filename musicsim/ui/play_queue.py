"""What plays now, what comes next, and what has played."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from musicsim.ui.store import TrackStore
from musicsim.ui.theme import Theme
from musicsim.ui.track_list import TrackList


class PlayQueue(QObject):
    """The upcoming tracks, which the listener edits through `upcoming`, and the way back."""

    current_changed = Signal()

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.upcoming = TrackList(store, theme, self)
        self._store = store
        self._current: int | None = None
        self._played: list[int] = []
        self._revision = 0
        store.removed.connect(self._forget)

    @property
    def current(self) -> int | None:
        """The track in the player."""
        return self._current

    @property
    def revision(self) -> int:
        """Another number each time that the listener starts something else."""
        return self._revision

    def start(self, ids: Sequence[int]) -> None:
        """Make the first of these the current track, and the others what comes next."""
        self._revision += 1
        self._remember()
        self._set_current(ids[0])
        self.upcoming.set_ids(ids[1:])

    def advance(self, to: int = 0) -> bool:
        """Go on with the upcoming track in row `to`, dropping those before it; False if there is none."""
        if to >= self.upcoming.rowCount():
            return False
        self._remember()
        next_id = self.upcoming.ids[to]
        self.upcoming.remove(range(to + 1))
        self._set_current(next_id)
        return True

    def go_back(self) -> bool:
        """Return to the track before; False if there is none."""
        if not self._played:
            return False
        if self._current is not None:
            self.upcoming.insert(0, [self._current])
        self._set_current(self._played.pop())
        return True

    def _remember(self) -> None:
        if self._current is not None:
            self._played.append(self._current)

    def _set_current(self, track_id: int | None) -> None:
        self._current = track_id
        self._store.set_playing(track_id)
        self.current_changed.emit()

    def _forget(self, ids: tuple[int, ...]) -> None:
        gone = set(ids)
        self._played = [i for i in self._played if i not in gone]
        if self._current in gone:
            self._set_current(None)

"""Play queue: the current track, the upcoming tracks and the way back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.albums import shuffled_by_album
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.queue_list import Origin, QueueList
from musicsim.ui.tracks.store import TrackStore

_LONGEST_WAY_BACK = 1000
_NEXT_FEW = 10


@dataclass(frozen=True)
class QueueState:
    """State of a queue, to be saved; tracks are given by id."""

    current: int | None = None
    by_hand: tuple[int, ...] = ()
    rest: tuple[int, ...] = ()
    context: tuple[int, ...] = ()
    played: tuple[int, ...] = ()
    shuffle: Shuffle = Shuffle.OFF
    repeat: Repeat = Repeat.OFF
    heard: frozenset[int] = field(default_factory=frozenset)
    edited: bool = False
    """Whether the listener has removed or moved tracks of the rest."""
    radio: tuple[int, ...] = ()
    heard_on_radio: frozenset[int] = frozenset()
    """Tracks that came from the radio: the current one, and those on the way back."""


class PlayQueue(QObject):
    """Upcoming tracks, which the listener edits through `upcoming`, and the tracks played before."""

    current_changed = Signal()
    modes_changed = Signal()
    changed = Signal()
    """The upcoming tracks, the current one or the modes have changed."""
    similar_wanted = Signal(int, object)
    """Request to bring forward, of these tracks, the one most similar to this track; tuple[int, ...]."""
    list_started = Signal()
    """The listener plays another list; what the radio had queued is gone."""
    removed_from_radio = Signal(object)
    """tuple[int, ...]: tracks of the radio that the listener doesn't want to hear now."""

    def __init__(
        self,
        store: TrackStore,
        theme: Theme,
        parent: QObject | None = None,
        *,
        generator: random.Random | None = None,
    ) -> None:
        super().__init__(parent)
        self.upcoming = QueueList(store, theme, self)
        self._store = store
        self._random = generator or random.Random()
        self._current: int | None = None
        self._of_radio: set[int] = set()
        """Tracks that came from the radio that is on: the current one, and those on the way back."""
        self._played: list[int] = []
        self._context: list[int] = []
        """The list that plays, in its own order."""
        self._heard: set[int] = set()
        """Tracks of it that have played since it was started."""
        self._shuffle = Shuffle.OFF
        self._repeat = Repeat.OFF
        self._revision = 0
        self._edited = False
        self._stepping = False
        self._refilled = False
        """Whether the upcoming tracks repeat the list, since all of it has played."""
        self.upcoming.taken.connect(self._note_taken)
        self.upcoming.removed_from_radio.connect(self._note_removed_from_radio)
        store.removed.connect(self._forget)
        for signal in (
            self.upcoming.rowsInserted,
            self.upcoming.rowsRemoved,
            self.upcoming.modelReset,
            self.upcoming.layoutChanged,
            self.current_changed,
            self.modes_changed,
        ):
            signal.connect(self.changed)

    @property
    def current(self) -> int | None:
        """Track in the player."""
        return self._current

    @property
    def revision(self) -> int:
        """Number that changes each time the listener starts something else."""
        return self._revision

    @property
    def is_edited(self) -> bool:
        """Whether the listener has reordered the rest of the list, or removed tracks from it."""
        return self._edited and bool(self.upcoming.rest)

    @property
    def shuffle(self) -> Shuffle:
        """Order of the rest of the list."""
        return self._shuffle

    @property
    def repeat(self) -> Repeat:
        """Repeat mode."""
        return self._repeat

    @property
    def previous(self) -> int | None:
        """Previous track; None if there is none."""
        return self._played[-1] if self._played else None

    @property
    def can_go_back(self) -> bool:
        """Whether there is a previous track."""
        return bool(self._played)

    def start(self, ids: Sequence[int], at: int = 0) -> None:
        """Play a list from index `at` on; tracks queued by hand come before the rest of it."""
        self._revision += 1
        self._remember()
        self._context = list(ids)
        self._heard = {ids[at]}
        self._edited = self._refilled = False
        self._of_radio.clear()
        self._set_current(ids[at])
        self.upcoming.set_queue(self.upcoming.by_hand, self._rest_after(at))
        self.list_started.emit()
        self._refill()
        self._want_similar()

    def start_radio(self, ids: Sequence[int], *, now: int | None = None) -> None:
        """Let the tracks of a radio come after those queued by hand, in place of the list that plays.

        Parameters
        ----------
        now
            A track of the radio that becomes the current one.
        """
        self._revision += 1
        self._context, self._heard = [], set()
        self._edited = self._refilled = False
        self._of_radio.clear()
        self.upcoming.set_queue(self.upcoming.by_hand, (), ids)
        if now is not None:
            self._remember()
            self._of_radio.add(now)
            self._set_current(now)

    def stop_radio(self) -> None:
        """Remove what comes from the radio; the current track stays."""
        self._of_radio.clear()
        self.upcoming.set_radio(())

    def last_heard(self, count: int) -> list[int]:
        """Return the last tracks of the list that plays, with the current one at the end."""
        before = [i for i in self._played if i in self._heard and i != self._current]
        current = [] if self._current is None else [self._current]
        return [*before[-count + 1 :], *current] if count > 1 else current

    def extend(self, ids: Sequence[int]) -> None:
        """Append tracks to the list that plays; when shuffling, mix them with the rest of it."""
        self._context += ids
        rest = [] if self._refilled else self.upcoming.rest
        self._refilled = False
        self.upcoming.set_rest(self._mixed([*rest, *ids]))
        self._want_similar()

    def clear(self) -> None:
        """Empty the queue, and forget the list so that nothing of it is repeated."""
        self._context = []
        self._refilled = False
        self.upcoming.set_ids([])

    def next_after_end(self) -> int | None:
        """Return the track that plays when the current one ends by itself; None if there is none."""
        if self._repeat is Repeat.ONE and self._current is not None:
            return self._current
        return next(iter(self.upcoming.first(1)), None)

    def drop_next(self) -> None:
        """Remove the next track, which can't be played."""
        with self._step():
            self.upcoming.remove([0])
        self._refill()

    def advance(self, to: int = 0) -> bool:
        """Continue with the upcoming track in row `to`, dropping those before it; return False if there is none."""
        if to >= self.upcoming.rowCount():
            return False
        self._remember()
        if self.upcoming.is_radio(to):
            self._of_radio.add(self.upcoming.first(to + 1)[-1])
        passed = self.upcoming.first(to + 1)
        next_id = passed[-1]
        self._heard.update(passed)
        with self._step():
            self.upcoming.remove(range(to + 1))
        self._refilled = False
        self._set_current(next_id)
        self._refill()
        self._want_similar()
        return True

    def interpose(self, track_id: int) -> None:
        """Make a track current that is not upcoming; keep what comes next."""
        self._remember()
        self._set_current(track_id)

    def go_on_as(self, track_id: int) -> None:
        """Let another track of the same file stand for the current one, which plays on."""
        if self._current in self._of_radio:
            self._of_radio.add(track_id)
        self._current = track_id
        self._store.set_playing(track_id)
        self.changed.emit()

    def go_back(self) -> bool:
        """Go back to the previous track; return False if there is none."""
        if not self._played:
            return False
        if self._current is not None:
            origin = Origin.RADIO if self._current in self._of_radio else Origin.LIST
            with self._step():
                self.upcoming.insert(0, [self._current], origin=origin)
        self._set_current(self._played.pop())
        return True

    def set_shuffle(self, shuffle: Shuffle) -> None:
        """Shuffle the rest of the list differently, or play it in its own order from the current track on."""
        if shuffle is self._shuffle:
            return
        self._shuffle = shuffle
        rest: Iterable[int]
        if self._refilled:
            rest = self._context
        elif shuffle is Shuffle.OFF and self._current in self._context:
            rest = self._context[self._context.index(self._current) + 1 :]
        else:
            rest = (i for i in self._context if i not in self._heard)
        self.upcoming.set_rest(self._mixed(rest))
        self._refill()
        self.modes_changed.emit()
        self._want_similar()

    def set_repeat(self, repeat: Repeat) -> None:
        """Set the repeat mode."""
        if repeat is self._repeat:
            return
        self._repeat = repeat
        if self._refilled and repeat is not Repeat.ALL:
            self._refilled = False
            self.upcoming.set_rest([])
        self._refill()
        self.modes_changed.emit()

    def state(self) -> QueueState:
        """Return the complete state, to be saved."""
        return QueueState(
            self._current,
            tuple(self.upcoming.by_hand),
            tuple(self.upcoming.rest),
            tuple(self._context),
            tuple(self._played),
            self._shuffle,
            self._repeat,
            frozenset(self._heard),
            self._edited,
            tuple(self.upcoming.radio),
            frozenset(self._of_radio),
        )

    def restore(self, state: QueueState) -> None:
        """Restore a state, without tracks that are no longer in the library."""
        # Earlier requests come too late for this queue.
        self._revision += 1
        self._refilled = False
        self._edited = state.edited
        self._shuffle, self._repeat = state.shuffle, state.repeat
        self._context = [i for i in state.context if i in self._store]
        self._played = [i for i in state.played if i in self._store]
        self._heard = set(state.heard)
        self._of_radio = set(state.heard_on_radio)
        self.upcoming.set_queue(state.by_hand, state.rest, state.radio)
        known = state.current is not None and state.current in self._store
        self._set_current(state.current if known else None)
        self.modes_changed.emit()

    def put_back(self, state: QueueState) -> None:
        """Restore what was upcoming, and the list that played; the current track plays on."""
        self._revision += 1
        self._refilled = False
        self._edited = state.edited
        self._context = [i for i in state.context if i in self._store]
        self._heard = set(state.heard)
        self._of_radio = set(state.heard_on_radio)
        self.upcoming.set_queue(state.by_hand, state.rest, state.radio)

    def catch_up(self, track_id: int) -> None:
        """Continue to a track that began after the restored state was saved, if it is one of the next."""
        soon = self.upcoming.first(_NEXT_FEW)
        if track_id != self._current and track_id in soon:
            self.advance(soon.index(track_id))

    @contextmanager
    def _step(self) -> Iterator[None]:
        """Change the upcoming tracks without counting it as an edit by the listener."""
        self._stepping = True
        try:
            yield
        finally:
            self._stepping = False

    def _note_removed_from_radio(self, ids: tuple[int, ...]) -> None:
        if not self._stepping:
            self.removed_from_radio.emit(ids)

    def leave_out(self, ids: Iterable[int]) -> None:
        """Remove tracks of the radio that may not be played; this is no opinion of the listener."""
        gone = set(ids)
        rows = [r for r in self.upcoming.rows_of(gone) if self.upcoming.is_radio(r)]
        with self._step():
            self.upcoming.remove(rows)

    def _note_taken(self, ids: tuple[int, ...]) -> None:
        if self._stepping:
            return
        self._edited = True
        # Otherwise a shuffle would bring back what the listener removed.
        gone = Counter(ids)
        kept: list[int] = []
        for i in reversed(self._context):
            if gone[i]:
                gone[i] -= 1
            else:
                kept.append(i)
        self._context = kept[::-1]

    def _rest_after(self, at: int) -> list[int]:
        if self._shuffle is Shuffle.OFF:
            return self._context[at + 1 :]
        return self._mixed(i for place, i in enumerate(self._context) if place != at)

    def _mixed(self, ids: Iterable[int]) -> list[int]:
        rest = list(ids)
        if self._shuffle is Shuffle.TRACKS:
            self._random.shuffle(rest)
        elif self._shuffle is Shuffle.ALBUMS:
            current = None if self._current is None else self._store.get(self._current)
            rest = shuffled_by_album(self._store.tracks(rest), current, self._random)
        return rest

    def _refill(self) -> None:
        """If nothing is upcoming and the list is to be repeated, start it again."""
        if self._repeat is not Repeat.ALL or self.upcoming.rowCount() or not self._context:
            return
        self._heard.clear()
        rest = self._mixed(self._context)
        if self._shuffle is not Shuffle.OFF and len(rest) > 1 and rest[0] == self._current:
            rest.append(rest.pop(0))
        self._refilled = True
        self.upcoming.set_rest(rest)

    def _want_similar(self) -> None:
        rest = self.upcoming.rest if self._shuffle is Shuffle.SIMILAR else []
        if self._current is not None and len(rest) > 1:
            self.similar_wanted.emit(self._current, tuple(rest))

    def _remember(self) -> None:
        if self._current is not None:
            self._played.append(self._current)
            del self._played[:-_LONGEST_WAY_BACK]
            self._of_radio.intersection_update(self._played)

    def _set_current(self, track_id: int | None) -> None:
        self._current = track_id
        self._store.set_playing(track_id)
        self.current_changed.emit()

    def _forget(self, ids: tuple[int, ...]) -> None:
        gone = set(ids)
        self._played = [i for i in self._played if i not in gone]
        self._context = [i for i in self._context if i not in gone]
        if self._current in gone:
            self._set_current(None)
        self._refill()

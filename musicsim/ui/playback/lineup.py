"""What the engine is told of the queue: the current track, and the one to go on with."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace

from musicsim.library.types import Track
from musicsim.ui.playback.albums import follows_in_album
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.playback.protocol import Item
from musicsim.ui.tracks.store import TrackStore


@dataclass(frozen=True)
class Mixing:
    """How tracks are played."""

    gain: Callable[[Track, bool], float] = lambda track, in_album: 1.0
    """What a track's samples are multiplied with; the second says whether its album is played in order."""
    crossfade: float = 0.0
    """Seconds."""


class Lineup:
    """Makes the engine's items of tracks, and remembers which of them it was told.

    Where a method asks whether it stops after the current track, nothing follows it if so.
    """

    def __init__(self, store: TrackStore, queue: PlayQueue) -> None:
        self._store = store
        self._queue = queue
        self.mixing = Mixing()
        self.token = 0
        """What the engine knows the current track by; 0 while it has none."""
        self.next: Item | None = None
        """What the engine was told to go on with."""
        self._next_id: int | None = None
        self._is_next_told = False
        """Whether the engine knows what follows the current track."""
        self._told: dict[int, int] = {}
        """Every track, by the engine's token, that it was told to go on with since the current one began."""
        self._tokens = itertools.count(1)

    def begin(self, track: Track, *, stops_after: bool) -> Item:
        """Return the item of a track that is to play now; `next` is what follows it."""
        self.token = next(self._tokens)
        self._told.clear()
        self._tell(*self._make_next(stops_after))
        before = None if self._queue.previous is None else self._store.get(self._queue.previous)
        return Item(self.token, track.path, self._gain(track, before))

    def clear(self) -> None:
        """Have the engine play nothing."""
        self.token = 0
        self.next = self._next_id = None
        self._told.clear()

    def update(self, *, stops_after: bool) -> bool:
        """Find out what comes next now; False if that is what the engine was told."""
        item, next_id = self._make_next(stops_after)
        known = self.next
        if known is not None and item is not None and next_id == self._next_id:
            is_same = replace(item, token=known.token) == known
        else:
            is_same = known is None and item is None
        if is_same and self._is_next_told:
            return False
        self._tell(item, next_id)
        return True

    def go_on_to(self, token: int) -> int | None:
        """Have a track be the current one that began; return its id, or None if the engine was not told of it.

        It may be one that the engine was told to leave in the moment when it began.
        """
        track_id = self._told.get(token)
        if track_id is not None:
            self._told.clear()
            self.token, self.next, self._next_id, self._is_next_told = token, None, None, False
        return track_id

    def forget(self, token: int) -> int | None:
        """Return the id of a track that was to follow and can't be played; None if the engine was not told of it."""
        return self._told.pop(token, None)

    def drop_next(self, token: int) -> bool:
        """Have nothing follow where this track would; False if it would not."""
        if self.next is None or self.next.token != token:
            return False
        self.next = None
        return True

    def _tell(self, item: Item | None, next_id: int | None) -> None:
        self.next, self._next_id, self._is_next_told = item, next_id, True
        if item is not None and next_id is not None:
            self._told[item.token] = next_id

    def _make_next(self, stops_after: bool) -> tuple[Item | None, int | None]:
        """Return what plays when the current track ends by itself, for the engine, and its id."""
        next_id = None if stops_after else self._queue.next_after_end()
        following = None if next_id is None else self._store.get(next_id)
        current = None if self._queue.current is None else self._store.get(self._queue.current)
        if following is None or current is None:
            return None, None
        crossfade = 0.0
        if following.id != current.id and not follows_in_album(current, following):
            crossfade = self.mixing.crossfade
        gain = self._gain(following, before=current)
        return Item(next(self._tokens), following.path, gain, crossfade), following.id

    def _gain(self, track: Track, before: Track | None) -> float:
        """Return what a track's samples are multiplied with, between the one before it and the one after it."""
        in_album = before is not None and follows_in_album(before, track)
        if not in_album:
            upcoming = self._store.tracks(self._queue.upcoming.first(2))
            after = [t for t in upcoming if t.id != track.id]
            in_album = bool(after) and follows_in_album(track, after[0])
        return self.mixing.gain(track, in_album)

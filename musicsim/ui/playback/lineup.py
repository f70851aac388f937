"""Items for the engine: the current track and the next one."""

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
    """Gain and crossfade of tracks."""

    gain: Callable[[Track, bool], float] = lambda track, in_album: 1.0
    """Factor of a track's samples; the second argument says whether its album is played in order."""
    crossfade: float = 0.0
    """Seconds."""


class Lineup:
    """Maker of the engine's items; remembers which of them the engine was told.

    With `stops_after`, nothing follows the current track.
    """

    def __init__(self, store: TrackStore, queue: PlayQueue) -> None:
        self._store = store
        self._queue = queue
        self.mixing = Mixing()
        self.token = 0
        """The engine's token of the current track; 0 if there is none."""
        self.next: Item | None = None
        """Item that the engine was told to continue with."""
        self._next_id: int | None = None
        self._is_next_told = False
        """Whether the engine knows what follows the current track."""
        self._told: dict[int, int] = {}
        """Track ids, by token, that the engine was told to continue with since the current track began."""
        self._tokens = itertools.count(1)

    def begin(self, track: Track, *, stops_after: bool) -> Item:
        """Return the item of a track to play now; set `next` to what follows it."""
        self.token = next(self._tokens)
        self._told.clear()
        self._tell(*self._make_next(stops_after))
        before = None if self._queue.previous is None else self._store.get(self._queue.previous)
        return Item(self.token, track.path, self._gain(track, before))

    def clear(self) -> None:
        """Forget the current and the next track."""
        self.token = 0
        self.next = self._next_id = None
        self._told.clear()

    def update(self, *, stops_after: bool) -> bool:
        """Update the next track; return False if the engine was already told of it."""
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
        """Make the track with this token the current one; return its id, or None if the engine was not told of it.

        The track may be one that was withdrawn at the moment it began.
        """
        track_id = self._told.get(token)
        if track_id is not None:
            self._told.clear()
            self.token, self.next, self._next_id, self._is_next_told = token, None, None, False
        return track_id

    def forget(self, token: int) -> int | None:
        """Forget a next track that can't be played; return its id, or None if the engine was not told of it."""
        return self._told.pop(token, None)

    def drop_next(self, token: int) -> bool:
        """Let nothing follow in place of this track; return False if it is not the next one."""
        if self.next is None or self.next.token != token:
            return False
        self.next = None
        return True

    def _tell(self, item: Item | None, next_id: int | None) -> None:
        self.next, self._next_id, self._is_next_told = item, next_id, True
        if item is not None and next_id is not None:
            self._told[item.token] = next_id

    def _make_next(self, stops_after: bool) -> tuple[Item | None, int | None]:
        """Return the item that plays when the current track ends by itself, and its track id."""
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
        """Return the factor of a track's samples; its neighbours tell whether its album is played in order."""
        in_album = before is not None and follows_in_album(before, track)
        if not in_album:
            upcoming = self._store.tracks(self._queue.upcoming.first(2))
            after = [t for t in upcoming if t.id != track.id]
            in_album = bool(after) and follows_in_album(track, after[0])
        return self.mixing.gain(track, in_album)

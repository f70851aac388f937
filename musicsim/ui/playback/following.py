"""What follows which track: the window says it, and the threads that render ask for it; no Qt."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from musicsim.ui.playback.protocol import Item


@dataclass(frozen=True, slots=True)
class Before:
    """What the renderings had been told when something else was to follow."""

    handed_out: int | None
    """The token of the track that they go on with; None where they were not told."""
    has_ended: bool
    """Whether they were told that nothing follows."""


class Following:
    """Holds the next track, and knows whether a rendering was told of it already."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._next: tuple[int, Item | None] = (-1, None)
        """After which track what follows."""
        self._generation = 0
        """Tells the renderings that are wanted from those that were given up."""
        self._handed: int | None = None
        """The token of the track that a rendering was told to go on with."""
        self._ended_after: int | None = None
        """The token of the track after which a rendering was told that none follows."""

    @property
    def generation(self) -> int:
        """What a rendering that begins now has to ask with."""
        return self._generation

    def start(self, after: int, item: Item | None) -> None:
        """Have a track follow another one, and no rendering know of it."""
        with self._lock:
            self._next = (after, item)
        self.renew()

    def change(self, after: int, item: Item | None) -> Before | None:
        """Have another track follow; None if it was to follow already."""
        with self._lock:
            old_after, old = self._next
            if old_after == after and old == item:
                return None
            self._next = (after, item)
            self._lock.notify_all()
            is_handed = old is not None and old_after == after and self._handed == old.token
            return Before(self._handed if is_handed else None, self._ended_after == after)

    def renew(self) -> None:
        """Have the renderings that wait for a track give up, and know of none that was handed out."""
        with self._lock:
            self._generation += 1
            self._handed = self._ended_after = None
            self._lock.notify_all()

    def hand_out(self, item: Item) -> int:
        """Note that a rendering begins with a track; return the token of the one before it."""
        with self._lock:
            self._handed, self._ended_after = item.token, None
            return self._next[0]

    def end(self) -> None:
        """Note that nothing is rendered after the track that the next one would follow."""
        with self._lock:
            self._ended_after = self._next[0]

    def ask(self, token: int, generation: int) -> Item | None:
        """Wait until it is known what follows a track, in the thread of a rendering.

        The window says it as soon as that track can be heard; a short track was rendered to its end before.
        """
        with self._lock:
            while self._next[0] != token and generation == self._generation:
                self._lock.wait()
            if generation != self._generation:
                return None
            item = self._next[1]
            if item is None:
                self._ended_after = token
            else:
                self._handed, self._ended_after = item.token, None
            return item

    def leave_out(self, token: int) -> None:
        """Have nothing follow where this track would: it can't be opened, and is asked for once."""
        with self._lock:
            after, item = self._next
            if item is not None and item.token == token:
                self._next = (after, None)

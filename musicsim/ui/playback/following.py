"""Register of the next track: set by the window, and read by the threads that render. No Qt."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from musicsim.ui.playback.protocol import Item


@dataclass(frozen=True, slots=True)
class Before:
    """State of the renderings before the next track changed."""

    handed_out: int | None
    """Token of the track that they were told to continue with; None if they were not told."""
    has_ended: bool
    """Whether they were told that nothing follows."""


class Following:
    """Holder of the next track; knows whether a rendering was already told of it."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._next: tuple[int, Item | None] = (-1, None)
        """Token of a track, and the item that follows it."""
        self._generation = 0
        """Distinguishes current renderings from abandoned ones."""
        self._handed: int | None = None
        """Token of the track that a rendering was told to continue with."""
        self._ended_after: int | None = None
        """Token of the track after which a rendering was told that nothing follows."""

    @property
    def generation(self) -> int:
        """Number that a rendering that begins now passes to `ask`."""
        return self._generation

    def start(self, after: int, item: Item | None) -> None:
        """Set the track that follows another one, and forget what renderings were told."""
        with self._lock:
            self._next = (after, item)
        self.renew()

    def change(self, after: int, item: Item | None) -> Before | None:
        """Change the track that follows; return the state before, or None if nothing changes."""
        with self._lock:
            old_after, old = self._next
            if old_after == after and old == item:
                return None
            self._next = (after, item)
            self._lock.notify_all()
            is_handed = old is not None and old_after == after and self._handed == old.token
            return Before(self._handed if is_handed else None, self._ended_after == after)

    def renew(self) -> None:
        """Make the waiting renderings give up, and forget which tracks were handed out."""
        with self._lock:
            self._generation += 1
            self._handed = self._ended_after = None
            self._lock.notify_all()

    def hand_out(self, item: Item) -> int:
        """Note that a rendering begins a track; return the token of the track before it."""
        with self._lock:
            self._handed, self._ended_after = item.token, None
            return self._next[0]

    def end(self) -> None:
        """Note that nothing is rendered after the track that the next one would follow."""
        with self._lock:
            self._ended_after = self._next[0]

    def ask(self, token: int, generation: int) -> Item | None:
        """Wait until it is known which item follows a track; called in a rendering's thread.

        The window sets it as soon as that track can be heard. A short track is rendered to its end before that.
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
        """Let nothing follow in place of this track: it can't be opened, and is asked for once."""
        with self._lock:
            after, item = self._next
            if item is not None and item.token == token:
                self._next = (after, None)

"""What was heard of the track in the player."""

from __future__ import annotations

import time

from musicsim.library.types import EndOfPlay, Play

_LONGEST_STEP = 2.0
"""Seconds between two reports of the engine: what is further apart was no listening, but a jump."""


class Heard:
    """Adds up the seconds that were heard since a track began, without those that were passed over."""

    def __init__(self, track_id: int, length: float) -> None:
        self._track_id = track_id
        self._started_at = time.time()
        self._length = length
        self._seconds = 0.0
        self._position = 0.0

    def jump(self, position: float) -> None:
        """Go on from another place, in seconds."""
        self._position = position

    def hear(self, position: float) -> None:
        """Note that it was heard up to a place, in seconds."""
        step = position - self._position
        self._seconds += step if 0 < step < _LONGEST_STEP else 0.0
        self._position = position

    def hear_out(self, length: float) -> None:
        """Note that it was heard to its end, and how long it really is, in seconds."""
        self._seconds += max(0.0, min(_LONGEST_STEP, length - self._position))
        self._position = self._length = length

    def ended(self, end: EndOfPlay) -> Play:
        """Return the whole of it."""
        return Play(self._track_id, self._started_at, self._seconds, self._length, end)

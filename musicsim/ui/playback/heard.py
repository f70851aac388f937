"""Record of how much of the current track was heard."""

from __future__ import annotations

import time

from musicsim.library.types import EndOfPlay, Play

_LONGEST_STEP = 2.0
"""Longest step in seconds between two reports of the engine: a longer one is a jump, not listening."""


class Heard:
    """Counter of the seconds heard since a track began, without skipped parts."""

    def __init__(self, track_id: int, length: float) -> None:
        self._track_id = track_id
        self._started_at = time.time()
        self._length = length
        self._seconds = 0.0
        self._position = 0.0

    def go_on_as(self, track_id: int) -> None:
        """Count for another track of the same file."""
        self._track_id = track_id

    def jump(self, position: float) -> None:
        """Continue from another position, in seconds."""
        self._position = position

    def hear(self, position: float) -> None:
        """Note that the track was heard up to a position, in seconds."""
        step = position - self._position
        self._seconds += step if 0 < step < _LONGEST_STEP else 0.0
        self._position = position

    def hear_out(self, length: float) -> None:
        """Note that the track was heard to its end, and its real length in seconds."""
        self._seconds += max(0.0, min(_LONGEST_STEP, length - self._position))
        self._position = self._length = length

    def ended(self, end: EndOfPlay) -> Play:
        """Return the finished play."""
        return Play(self._track_id, self._started_at, self._seconds, self._length, end)

"""The progress and speed of a pass over the library."""

from __future__ import annotations

import time
from collections import deque

from musicsim.base.events import EmbeddingProgress

_RATE_SECONDS = 30.0


class PassProgress:
    """Counts the tracks of a pass.

    Parameters
    ----------
    plan
        Total number of windows per track in the pass.
    refining
        Whether it is a later pass, over tracks that were embedded before.

    Attributes
    ----------
    done, total
        Tracks.
    current
        The name of the file in the worker.
    """

    def __init__(self, plan: int = 0, *, refining: bool = False) -> None:
        self.plan = plan
        self.refining = refining
        self.done = 0
        self.total = 0
        self.current = ""
        self._steps: deque[float] = deque([time.monotonic()])

    def step(self) -> None:
        """Count one more track as done."""
        self.done += 1
        now = time.monotonic()
        self._steps.append(now)
        while len(self._steps) > 2 and now - self._steps[0] > _RATE_SECONDS:
            self._steps.popleft()

    def restart_clock(self) -> None:
        """Exclude a pause from the rate."""
        self._steps = deque([time.monotonic()])

    def event(self, *, paused: bool, finished: bool) -> EmbeddingProgress:
        """Return the progress as an event; its rate is the mean of the last half minute."""
        elapsed = self._steps[-1] - self._steps[0]
        rate = (len(self._steps) - 1) / elapsed if elapsed > 0 else 0.0
        return EmbeddingProgress(
            self.done,
            self.total,
            rate,
            (self.total - self.done) / rate if rate else None,
            paused,
            finished,
            "" if finished else self.current,
            self.refining,
        )

"""What a listener heard."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class EndOfPlay(enum.Enum):
    """How a track stopped being heard."""

    FINISHED = "finished"
    """It was heard to its end."""
    SKIPPED = "skipped"
    """The listener went on to another track."""
    STOPPED = "stopped"
    """The listener stopped, or closed the program."""
    FAILED = "failed"
    """It could not be played any further."""


@dataclass(frozen=True, slots=True)
class Play:
    """One time that a track was heard."""

    track_id: int
    started_at: float
    """Seconds since the epoch."""
    heard: float
    """Seconds of it that were heard, also where the listener went back and forth."""
    length: float
    """Seconds."""
    end: EndOfPlay

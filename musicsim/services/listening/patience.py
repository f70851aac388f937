"""How long the worker may take before it counts as hung."""

from __future__ import annotations

from musicsim.audio import EVERY_WINDOW, LONGEST
from musicsim.library.types import PendingTrack

LEAST_PATIENCE = 120.0
"""Seconds that any file may take: its disk may have to wake up, and the model be loaded."""
# Of a track's length, on top of that: a three-hour file takes some ten seconds to decode.
_FACTOR = 0.25
# Where every window is embedded: the full-size network on two cores with AVX2 takes twice the length.
_DENSE_FACTOR = 10.0
_UNKNOWN_LENGTH = 720.0  # seconds, of a file whose header has none


def patience_with(track: PendingTrack, plan: int) -> float:
    """Seconds that a pass over a track may take."""
    factor = _DENSE_FACTOR if plan == EVERY_WINDOW else _FACTOR
    # An earlier version may have stored a damaged header's length of years.
    length = min(track.duration or _UNKNOWN_LENGTH, LONGEST)
    return LEAST_PATIENCE + factor * length

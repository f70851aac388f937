"""The time after which the worker counts as hung."""

from __future__ import annotations

from musicsim.audio import EVERY_WINDOW, LONGEST
from musicsim.library.types import PendingTrack

LEAST_PATIENCE = 120.0
"""Seconds allowed for any file, since its disk may have to wake up and the model to load."""
# Additional share of a track's length: decoding a three-hour file takes about 10 s.
_FACTOR = 0.25
# The same for embedding every window: the full-size network on two cores with AVX2 takes twice the length.
_DENSE_FACTOR = 10.0
_UNKNOWN_LENGTH = 720.0  # seconds, for a file without a length in its header


def patience_with(track: PendingTrack, plan: int) -> float:
    """Return the seconds allowed for a pass over a track."""
    factor = _DENSE_FACTOR if plan == EVERY_WINDOW else _FACTOR
    # An earlier version may have stored the wrong length, of years, in a damaged header.
    length = min(track.duration or _UNKNOWN_LENGTH, LONGEST)
    return LEAST_PATIENCE + factor * length

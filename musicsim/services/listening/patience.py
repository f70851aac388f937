"""The time after which the worker counts as hung."""

from __future__ import annotations

from musicsim.audio import DENSE_LIMIT, EVERY_WINDOW, SAMPLE_LIMIT
from musicsim.library.embedding_types import PendingTrack

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
    # Not more than is decoded: a header may claim years.
    most = DENSE_LIMIT if plan == EVERY_WINDOW else SAMPLE_LIMIT
    return LEAST_PATIENCE + factor * min(track.duration or _UNKNOWN_LENGTH, most)

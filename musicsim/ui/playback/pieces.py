"""Pieces of a stream of sound: samples, and the marks where tracks start and end."""

from __future__ import annotations

from dataclasses import dataclass

from musicsim.audio.signal import Stereo
from musicsim.ui.playback.protocol import Item


@dataclass(frozen=True, slots=True)
class Sound:
    """Samples of a track."""

    token: int
    position: int
    """Position in the track, in frames of the stream."""
    samples: Stereo


@dataclass(frozen=True, slots=True)
class Starts:
    """Start of a track."""

    item: Item
    seconds: float
    """Length, as far as the decoder knows."""
    position: float
    """Position in the track, in seconds."""
    crossfaded: bool = False
    """Whether the end of the previous track is mixed with it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """End of a track, or the start of its fade-out."""

    token: int
    seconds: float
    """Actual length."""
    shortfall: float
    """Seconds that the header promised beyond that."""
    reason: str | None = None
    """Why it can't be played any further; None at its regular end."""


Piece = Sound | Starts | Ends


def after(sound: Sound, frames: int) -> Sound:
    """Return a sound without its first frames."""
    return Sound(sound.token, sound.position + frames, sound.samples[frames:])

"""What a stream of sound is made of: samples, and where tracks start and end among them."""

from __future__ import annotations

from dataclasses import dataclass

from musicsim.audio.signal import Stereo
from musicsim.ui.playback.protocol import Item


@dataclass(frozen=True, slots=True)
class Sound:
    """Some of a track."""

    token: int
    position: int
    """Where in the track, in frames of the stream."""
    samples: Stereo


@dataclass(frozen=True, slots=True)
class Starts:
    """A track starts here."""

    item: Item
    seconds: float
    """How long it is, as far as the decoder knows."""
    position: float
    """Where in the track, in seconds."""
    crossfaded: bool = False
    """Whether the end of the track before is mixed with it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """A track ends here, or fades out from here on."""

    token: int
    seconds: float
    """How long it was."""
    shortfall: float
    """Seconds that its header promised beyond that."""
    reason: str | None = None
    """Why it can't be played any further; None at its end."""


Piece = Sound | Starts | Ends


def after(sound: Sound, frames: int) -> Sound:
    """Return a sound without its first frames."""
    return Sound(sound.token, sound.position + frames, sound.samples[frames:])

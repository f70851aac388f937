"""Messages between the window and the playback process."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Item:
    """Track to play."""

    token: int
    """Distinguishes it from all others, even from the same track played again."""
    path: Path
    gain: float = 1.0
    """Factor of its samples."""
    crossfade: float = 0.0
    """Seconds in which it fades in while the previous track fades out; 0 joins the tracks sample-accurately."""


# --- commands from the window ---


@dataclass(frozen=True, slots=True)
class Play:
    """Play this item from a position on, instead of the current one."""

    item: Item
    position: float
    """Seconds."""
    following: Item | None
    paused: bool = False
    longest_crossfade: float = 0.0
    """Longest crossfade that an item may ask for, in seconds."""


@dataclass(frozen=True, slots=True)
class Follow:
    """Continue with this item when the track with the token `after` ends; None: end."""

    after: int
    item: Item | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Pause."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Resume playback."""


@dataclass(frozen=True, slots=True)
class Seek:
    """Move to a position in a track, if it is the one that plays."""

    token: int
    position: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop playback, and release the file and the device."""


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Multiply all sound by this factor, at once."""

    factor: float


@dataclass(frozen=True, slots=True)
class UseDevice:
    """Play on this device if it is there; None: on the system's default, even when that changes."""

    id: bytes | None


@dataclass(frozen=True, slots=True)
class Measure:
    """Measure a file's waveform."""

    path: Path
    key: bytes


Command = Play | Follow | Pause | Resume | Seek | Stop | SetVolume | UseDevice | Measure


@dataclass(frozen=True, slots=True)
class Numbered:
    """Command with a number, which the process returns when the command is done."""

    number: int
    command: Command


# --- events from the process ---


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has started; next it contacts the sound server."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out."""

    number: int


@dataclass(frozen=True, slots=True)
class Device:
    """Output device."""

    id: bytes
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Devices:
    """Available devices."""

    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A track can be heard from now on."""

    token: int
    seconds: float
    """Length, as far as the decoder knows."""
    position: float = 0.0
    """Start position, in seconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Position that is heard."""

    token: int
    position: float
    """Seconds."""
    stalled: bool = False
    """Whether the device takes no sound."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A track was heard to its end."""

    token: int
    seconds: float
    """Actual length."""
    shortfall: float
    """Seconds that the header promised beyond that."""
    reason: str | None = None
    """Why it could not be played to its end, in plain words without the path."""


@dataclass(frozen=True, slots=True)
class Unplayable:
    """A track can't be played; sent as soon as this is known, perhaps before its turn."""

    token: int
    reason: str
    """Plain words without the path."""


class Silence(enum.Enum):
    """Reason why nothing can be heard although it should be."""

    NO_DEVICE = "no device"
    DEVICE_GONE = "device gone"
    """The device in use went away, and playing was paused."""
    FAILED = "failed"
    """The device can't be opened."""
    NO_ANSWER = "no answer"
    """The device takes no sound, or the sound server does not answer."""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing can be heard."""

    why: Silence


@dataclass(frozen=True, slots=True)
class Drained:
    """A track was heard to its end, or can't be played, and nothing follows."""

    token: int


@dataclass(frozen=True, slots=True)
class Measured:
    """Waveform of a file as bytes; None if it has none."""

    key: bytes
    waveform: bytes | None


Event = Ready | Done | Devices | Begun | Progress | Ended | Unplayable | Silent | Drained | Measured

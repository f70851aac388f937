"""What the window and the process that plays say to each other."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Item:
    """A track to play."""

    token: int
    """Tells it from all others, also from the same track played again."""
    path: Path
    gain: float = 1.0
    """What its samples are multiplied with."""
    crossfade: float = 0.0
    """Seconds in which it fades in while the track before fades out; 0 joins them to the sample."""


# --- what the window says ---


@dataclass(frozen=True, slots=True)
class Play:
    """Play this instead of whatever plays, from a place on."""

    item: Item
    position: float
    """Seconds."""
    following: Item | None
    paused: bool = False
    longest_crossfade: float = 0.0
    """The longest that an item may ask for, in seconds."""


@dataclass(frozen=True, slots=True)
class Follow:
    """When the track with the token `after` ends, go on with this one; None: end."""

    after: int
    item: Item | None


@dataclass(frozen=True, slots=True)
class Pause:
    """Stand still."""


@dataclass(frozen=True, slots=True)
class Resume:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Seek:
    """Go to a place in a track, if it is the one that plays."""

    token: int
    position: float
    """Seconds."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Be silent, and let go of file and device."""


@dataclass(frozen=True, slots=True)
class SetVolume:
    """Multiply everything with this, at once."""

    factor: float


@dataclass(frozen=True, slots=True)
class UseDevice:
    """Play on this device where it is there; None: on the system's default, also when that changes."""

    id: bytes | None


@dataclass(frozen=True, slots=True)
class Measure:
    """Find out a file's waveform."""

    path: Path
    key: bytes


Command = Play | Follow | Pause | Resume | Seek | Stop | SetVolume | UseDevice | Measure


@dataclass(frozen=True, slots=True)
class Numbered:
    """A command; the process says when it has done it."""

    number: int
    command: Command


# --- what the process says ---


@dataclass(frozen=True, slots=True)
class Ready:
    """The process has begun, and asks the sound server next."""


@dataclass(frozen=True, slots=True)
class Done:
    """A command was carried out."""

    number: int


@dataclass(frozen=True, slots=True)
class Device:
    """Something that sound can come out of."""

    id: bytes
    name: str
    is_default: bool


@dataclass(frozen=True, slots=True)
class Devices:
    """What there is to play on."""

    devices: tuple[Device, ...]


@dataclass(frozen=True, slots=True)
class Begun:
    """A track can be heard from now on."""

    token: int
    seconds: float
    """How long it is, as far as the decoder knows."""
    position: float = 0.0
    """Where it began, in seconds."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far what can be heard is."""

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
    """How long it really is."""
    shortfall: float
    """Seconds that its header promised beyond that."""
    reason: str | None = None
    """Why it could not be played to its end, in plain words without the path."""


@dataclass(frozen=True, slots=True)
class Unplayable:
    """A track can't be played; said as soon as it is known, which may be before its turn."""

    token: int
    reason: str
    """Plain words without the path."""


class Silence(enum.Enum):
    """Why nothing is to be heard though it should be."""

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
    """A file's waveform, as bytes; None where it has none."""

    key: bytes
    waveform: bytes | None


Event = Ready | Done | Devices | Begun | Progress | Ended | Unplayable | Silent | Drained | Measured

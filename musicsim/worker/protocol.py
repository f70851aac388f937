"""What the app and its worker process say to each other: frozen dataclasses over a pipe."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.audio import FIRST_PASS, MeasuredLoudness
from musicsim.base.reasons import Reason
from musicsim.embedding import InputRepr


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """What a worker is started with."""

    weights: Path
    """The weight file of the model it loads when there is something to embed."""
    input_repr: InputRepr | None
    """The front end, where the weight file does not say; see `embedding.read_weights`."""
    embedding_size: int | None
    index_folder: Path
    """Where Chroma keeps its files."""
    log_file: Path
    """Where its warnings go, and what it was doing if it crashes."""
    threads: int | None = None
    """Processor cores that the network uses; None takes all."""
    gentle: bool = False
    """Leave a core to the listener, whatever `threads` says."""


@dataclass(frozen=True, slots=True)
class EmbedTrack:
    """Decode a file's sampled windows and embed them; answered by `EmbeddedTrack`."""

    path: Path
    windows: int = FIRST_PASS
    """How many its plan wants in all; see `audio.SamplingPlan`."""
    listened: tuple[float, ...] = ()
    """Where the windows of earlier passes begin, in seconds: they are left out."""
    known: frozenset[bytes] = frozenset()
    """Fingerprints of sound that has been embedded: if this is one of them, it is not embedded again."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a track cost, stage by stage, in seconds; the stages of different tracks overlap."""

    windows: int = 0
    decoding: float = 0.0
    resampling: float = 0.0
    front_end: float = 0.0
    network: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.windows + other.windows,
            self.decoding + other.decoding,
            self.resampling + other.resampling,
            self.front_end + other.front_end,
            self.network + other.network,
        )


@dataclass(frozen=True, slots=True)
class EmbeddedTrack:
    """A track's windows.

    Attributes
    ----------
    offsets
        Seconds; shape (N,). N is 0 where a later pass found nothing more that sounds.
    vectors
        Shape (N, D), float32; every value is finite. Those of the dense plan are the means of each second's windows.
    duration
        Of the track, in seconds, as the decoder found it.
    warning
        What is wrong with the file all the same.
    cost
        How long it took.
    fingerprint
        Of its sound, see `audio.fingerprint`; None for a later pass, and for the dense plan.
    is_known
        It is one of those that the request named: `offsets` and `vectors` are empty.
    loudness
        Of the windows that were decoded for this answer, also where they are not embedded; None where there is none.
    """

    offsets: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]
    duration: float
    warning: Reason | None
    cost: Cost = Cost()
    fingerprint: bytes | None = None
    is_known: bool = False
    loudness: MeasuredLoudness | None = None


@dataclass(frozen=True, slots=True)
class TryModel:
    """Load the model and run it once; answered by None, if that is what the worker can do."""


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """Open a collection, drop what is not wanted; answered by the ids (N,) that are there."""

    collection: str
    wanted: npt.NDArray[np.int64]
    afresh: bool = False
    """Delete what is there first: the last worker died while it opened it."""


@dataclass(frozen=True, slots=True)
class AddToIndex:
    """Add points (N, D) on the unit sphere to the open collection; answered by None when they are on disk."""

    ids: npt.NDArray[np.int64]
    points: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RemoveFromIndex:
    """Take points out of the open collection; answered by None."""

    ids: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class QueryIndex:
    """Find the nearest to a point (D,); answered by `similarity.index.protocol.Neighbours`."""

    point: npt.NDArray[np.float32]
    count: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Finish what is being written, and end."""


Request = EmbedTrack | TryModel | OpenIndex | AddToIndex | RemoveFromIndex | QueryIndex | Stop


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request under its number, by which the answer finds its way back."""

    number: int
    request: Request


@dataclass(frozen=True, slots=True)
class Answer:
    """A request was carried out."""

    number: int
    value: object


class RefusalKind(enum.Enum):
    """What stood in the way."""

    REQUEST = enum.auto()
    """Something about the file or the index."""
    MODEL = enum.auto()
    """The model can't be loaded, so no file can be embedded."""
    BUG = enum.auto()
    """The reason is a traceback of ours."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request could not be carried out, and why."""

    number: int
    reason: Reason
    kind: RefusalKind

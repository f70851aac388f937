"""The messages between the app and its worker process: frozen dataclasses over a pipe."""

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
    """The settings for starting a worker."""

    weights: Path
    """The weight file of the model, which is loaded when there is something to embed."""
    input_repr: InputRepr | None
    """The front end, if the weight file doesn't say; see `embedding.read_weights`."""
    embedding_size: int | None
    index_folder: Path
    """Chroma's folder."""
    log_file: Path
    """Receives its warnings and, if it crashes, its stack traces."""
    threads: int | None = None
    """Processor cores that the network uses; None takes all."""
    gentle: bool = False
    """Leave a core to the listener, regardless of `threads`."""
    sha256: str | None = None
    """The first digits of the weight file's SHA-256, compared before it is read; None accepts every file."""


@dataclass(frozen=True, slots=True)
class EmbedTrack:
    """Decode a file's sampled windows and embed them; answered by `EmbeddedTrack`."""

    path: Path
    windows: int = FIRST_PASS
    """Total number of windows in the plan; see `audio.SamplingPlan`."""
    listened: tuple[float, ...] = ()
    """Start times in seconds of the windows from earlier passes, which are left out."""
    known: frozenset[bytes] = frozenset()
    """Fingerprints of sounds already embedded; a file with one of them is not embedded again."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a track by stage, in seconds; the stages of different tracks overlap."""

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
        Seconds; shape (N,). N is 0 if a later pass found no further window that isn't silent.
    vectors
        Shape (N, D), float32; every value is finite. For the dense plan, each is the mean of a second's windows.
    duration
        Length of the track in seconds, from the decoder.
    warning
        A problem with the file that didn't prevent embedding.
    cost
        The cost of embedding it.
    fingerprint
        The fingerprint of its sound, see `audio.fingerprint`; None for a later pass, and for the dense plan.
    model
        The identity of the weights that made the vectors; None without vectors.
    is_known
        Whether the request named its fingerprint: then `offsets` and `vectors` are empty.
    loudness
        The loudness of the windows decoded for this answer, even if they are not embedded; None if silent.
    """

    offsets: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]
    duration: float
    warning: Reason | None
    cost: Cost = Cost()
    fingerprint: bytes | None = None
    is_known: bool = False
    loudness: MeasuredLoudness | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class TryModel:
    """Load the model and run it once; answered by None on success."""


@dataclass(frozen=True, slots=True)
class OpenIndex:
    """Open a collection and delete unwanted ids; answered by the remaining ids (N,)."""

    collection: str
    wanted: npt.NDArray[np.int64]
    afresh: bool = False
    """Delete existing content first, because the last worker died while opening it."""


@dataclass(frozen=True, slots=True)
class AddToIndex:
    """Add points (N, D) on the unit sphere to the open collection; answered by None when they are on disk."""

    ids: npt.NDArray[np.int64]
    points: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RemoveFromIndex:
    """Remove points from the open collection; answered by None."""

    ids: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class QueryIndex:
    """Find the nearest neighbours of a point (D,); answered by `similarity.index.protocol.Neighbours`."""

    point: npt.NDArray[np.float32]
    count: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Finish the current writes, and end."""


Request = EmbedTrack | TryModel | OpenIndex | AddToIndex | RemoveFromIndex | QueryIndex | Stop


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request with a number that identifies its answer."""

    number: int
    request: Request


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a request."""

    number: int
    value: object


class RefusalKind(enum.Enum):
    """The cause of a refusal."""

    REQUEST = enum.auto()
    """A problem with the file or the index."""
    MODEL = enum.auto()
    """The model can't be loaded, so no file can be embedded."""
    BUG = enum.auto()
    """The reason is a traceback of a bug."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A failed request, and the reason."""

    number: int
    reason: Reason
    kind: RefusalKind

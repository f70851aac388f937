"""Data types of embeddings: tracks to embed, the embeddings of tracks and windows, and the models that made them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.base.reasons import Reason


@dataclass(frozen=True, slots=True)
class PendingTrack:
    """A track that a model has not embedded yet, or with fewer windows than in a plan."""

    id: int
    path: Path
    content_key: bytes
    duration: float | None = None
    """Seconds, from its header or the decoder."""


@dataclass(frozen=True, slots=True)
class TrackWindows:
    """A model's embeddings of a track's windows.

    Attributes
    ----------
    offsets
        Start times of the windows, in seconds; shape (N,).
    vectors
        Their embeddings; shape (N, D).
    problem
        A problem with the file that didn't prevent embedding, such as truncation.
    """

    offsets: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]
    problem: Reason | None = None


@dataclass(frozen=True, slots=True)
class PooledEmbeddings:
    """Pooled embeddings of many tracks.

    Attributes
    ----------
    ids
        The embeddings' own ids, ascending; a track that is embedded again gets a new one. Shape (N,).
    track_ids
        The ids of their tracks. Shape (N,).
    vectors
        Raw embeddings from the model. Shape (N, D), float32.
    """

    ids: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class KnownModel:
    """A model that embeds this library, or used to.

    Attributes
    ----------
    identity
        The identity stored with every vector.
    weights
        Its file, which may be gone by now.
    input_repr, embedding_size
        Facts that the file may lack; see `embedding.read_weights`.
    standardised
        Whether the model's last layer standardises embeddings, so that the library needs no space of its own.
    """

    identity: str
    weights: Path
    input_repr: str | None
    embedding_size: int | None
    standardised: bool


@dataclass(frozen=True, slots=True)
class PooledTrack:
    """A track's pooled embedding by a model.

    Attributes
    ----------
    vector
        The mean of its windows' embeddings; shape (D,).
    windows
        The number of these windows.
    """

    vector: npt.NDArray[np.float32]
    windows: int

"""The interface of every index."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.base.errors import MusicsimError
from musicsim.similarity.space import Vectors

Ids = npt.NDArray[np.int64]


class IndexFailed(MusicsimError):  # noqa: N818 (more a state than an error: exact search continues)
    """The index on disk can't be used; search continues without it."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The nearest embeddings, nearest first.

    Attributes
    ----------
    ids
        Shape (K,).
    cosines
        Shape (K,), float32, descending.
    points
        Their points; shape (K, D).
    """

    ids: Ids
    cosines: npt.NDArray[np.float32]
    points: Vectors

"""The space in which tracks are compared: standardised where the model does not do it, then the unit sphere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

FEWEST_TO_FIT = 16
"""Below so many tracks a mean and a spread say more about chance than about music."""


@dataclass(frozen=True, eq=False)
class Space:
    """A per-dimension standardisation and the projection to unit length, so that a dot product is a cosine.

    Attributes
    ----------
    mean, std
        Of the raw embeddings; shape (D,). None where the model's output is compared as it is.
    fitted_on
        How many tracks `mean` and `std` come from.
    """

    mean: Vectors | None = None
    std: Vectors | None = None
    fitted_on: int = 0

    @classmethod
    def fit(cls, vectors: Vectors) -> Space:
        """The standardisation of a library's raw embeddings (N, D); the plain space for a very small library.

        Each dimension gets mean 0 and variance 1: dimensions of large variance would drown the others, and a mean
        that all tracks share would make all of them alike.
        """
        if len(vectors) < FEWEST_TO_FIT:
            return cls()
        std = vectors.std(axis=0)
        # A dimension that never varies carries nothing; it must not be divided by its rounding noise.
        flat = std < 1e-6 * max(float(std.max()), 1e-30)
        return cls(vectors.mean(axis=0), np.where(flat, np.inf, std), len(vectors))

    def outgrown_by(self, tracks: int) -> bool:
        """Whether a library of so many tracks deserves a new fit: it has grown, or shrunk, by half."""
        if tracks < FEWEST_TO_FIT:
            return self.mean is not None
        return not self.fitted_on / 1.5 <= tracks <= self.fitted_on * 1.5

    @property
    def id(self) -> str:
        """Short text that is the same for the same space and for no other."""
        if self.mean is None or self.std is None:
            return "plain"
        return hashlib.sha256(self.mean.tobytes() + self.std.tobytes()).hexdigest()[:12]

    def transform(self, vectors: Vectors) -> Vectors:
        """Raw embeddings (..., D) to points on the unit sphere (..., D); zero stays zero."""
        if self.mean is not None and self.std is not None:
            vectors = (vectors - self.mean) / self.std
        norm = np.linalg.norm(vectors, axis=-1, keepdims=True)
        unit: Vectors = (vectors / np.maximum(norm, 1e-12)).astype(np.float32)
        return unit


def similarity(cosine: float) -> float:
    """A cosine as the similarity that is shown: 1 for the same sound, 0 for unrelated or opposite."""
    return min(max(cosine, 0.0), 1.0)

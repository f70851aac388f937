"""The space in which tracks are compared: standardised unless the model does it, then on the unit sphere."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

FEWEST_TO_FIT = 16
"""Number of tracks below which a mean and a spread say more about chance than about music."""


@dataclass(frozen=True, eq=False)
class Space:
    """A per-dimension standardisation and the projection to unit length, so that a dot product is a cosine.

    Attributes
    ----------
    mean, std
        Of the raw embeddings; shape (D,). None if the model's output is compared unchanged.
    fitted_on
        The number of tracks behind `mean` and `std`.
    """

    mean: Vectors | None = None
    std: Vectors | None = None
    fitted_on: int = 0

    @classmethod
    def fit(cls, vectors: Vectors) -> Space:
        """Return the standardisation of a library's raw embeddings (N, D); the plain space for a very small library.

        Each dimension gets mean 0 and variance 1. Otherwise dimensions with a large variance would dominate, and a
        common mean would make all tracks alike.
        """
        if len(vectors) < FEWEST_TO_FIT:
            return cls()
        std = vectors.std(axis=0)
        # A constant dimension carries no information, and must not be divided by its rounding noise.
        flat = std < 1e-6 * max(float(std.max()), 1e-30)
        return cls(vectors.mean(axis=0), np.where(flat, np.inf, std), len(vectors))

    def outgrown_by(self, tracks: int) -> bool:
        """Return whether a library of this size needs a new fit: it has grown, or shrunk, by half."""
        if tracks < FEWEST_TO_FIT:
            return self.mean is not None
        return not self.fitted_on / 1.5 <= tracks <= self.fitted_on * 1.5

    @property
    def id(self) -> str:
        """A short text that identifies the space."""
        if self.mean is None or self.std is None:
            return "plain"
        return hashlib.sha256(self.mean.tobytes() + self.std.tobytes()).hexdigest()[:12]

    def transform(self, vectors: Vectors) -> Vectors:
        """Project raw embeddings (..., D) to points on the unit sphere (..., D); zero stays zero."""
        if self.mean is not None and self.std is not None:
            vectors = (vectors - self.mean) / self.std
        norm = np.linalg.norm(vectors, axis=-1, keepdims=True)
        unit: Vectors = (vectors / np.maximum(norm, 1e-12)).astype(np.float32)
        return unit


def similarity(cosine: float) -> float:
    """Return a cosine as the displayed similarity: 1 for the same sound, 0 for unrelated or opposite."""
    return min(max(cosine, 0.0), 1.0)

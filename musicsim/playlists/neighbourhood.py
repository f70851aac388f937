"""Where tracks are, for the generators: the point of a track, and what is near a point."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from musicsim.library.types import Track
from musicsim.similarity.space import Vectors


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track near a point, as returned by search."""

    track: Track
    cosine: float
    point: Vectors


class Neighbourhood(Protocol):
    """The tracks of a library that can be played, and their points on the unit sphere."""

    def candidates(self, point: Vectors) -> Iterator[Candidate]:
        """Yield every track, ordered by distance from a point (D,), computed on demand."""
        ...

    def candidates_of_each(self, points: Vectors) -> Sequence[Iterator[Candidate]]:
        """Return what `candidates` yields for each of several points (M, D), which may be quicker than one by one."""
        return [self.candidates(point) for point in points]


def mean_point(points: Vectors) -> Vectors:
    """Return the point (D,) in the middle of several on the unit sphere (N, D); the first if they cancel out."""
    mean = points.mean(axis=0, dtype=np.float64)
    norm = float(np.linalg.norm(mean))
    middle: Vectors = points[0] if norm < 1e-9 else (mean / norm).astype(np.float32)
    return middle


def away_from(point: Vectors, others: Vectors, share: float = 0.5) -> Vectors:
    """Return a point (D,) moved away from the middle of some others (N, D), if there are any.

    This is relevance feedback: J. J. Rocchio, "Relevance feedback in information retrieval", in G. Salton (ed.), "The
    SMART Retrieval System", Prentice-Hall, 1971.

    Parameters
    ----------
    share
        The weight of the others; that of the point is 1.
    """
    if not len(others):
        return point
    moved = point.astype(np.float64) - share * others.mean(axis=0, dtype=np.float64)
    norm = float(np.linalg.norm(moved))
    away: Vectors = point if norm < 1e-9 else (moved / norm).astype(np.float32)
    return away


def between(one: Vectors, other: Vectors, share: float) -> Vectors:
    """Return the point (D,) on the great circle from one point to another, after a share of the way.

    This is spherical linear interpolation: K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
    """
    cosine = float(np.clip(one.astype(np.float64) @ other.astype(np.float64), -1.0, 1.0))
    angle = float(np.arccos(cosine))
    if np.sin(angle) < 1e-6:
        # The same point, or opposite ones, between which every way is as long.
        return one if share < 0.5 else other
    weights = np.sin((1 - share) * angle), np.sin(share * angle)
    mixed = (weights[0] * one + weights[1] * other) / np.sin(angle)
    # Silence has no point on the sphere, but zero; from there to itself there is no way.
    norm = max(float(np.linalg.norm(mixed)), 1e-9)
    unit: Vectors = (mixed / norm).astype(np.float32)
    return unit

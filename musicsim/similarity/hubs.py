"""A similarity against hubs: tracks near to everything are no longer everybody's neighbours."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt

from musicsim.similarity.measures.ranking import FloatArray, IntArray, as_points

# Standard deviations beyond which a Gaussian's tail is smaller than the smallest float.
_FARTHEST = 37
_STEPS = 1024
_SMALLEST_SPREAD = 1e-9


class MutualProximity:
    """The probability that a random track is farther from each of two tracks than these are from each other [1]_.

    The variant with independent Gaussians: the cosines C of a track to all others are taken as normally distributed,
    and two tracks with the cosine c have the mutual proximity P(C₁ < c) P(C₂ < c). A hub, whose cosines are all high,
    must be nearer than usual to count as near. Means and spreads follow from the points' mean and covariance, in O(N
    D²).

    This class implements `Similarities`, so every measure of `evaluation` and `nearest` accept it instead of points.

    Parameters
    ----------
    points
        On the unit sphere; shape (N, D).

    Attributes
    ----------
    points
        As given, float64.
    mean, std
        Mean and standard deviation of each track's cosines to all others; shape (N,).

    Raises
    ------
    ValueError
        If `points` have another shape, or values that are not finite.

    References
    ----------
    .. [1] D. Schnitzer, A. Flexer, M. Schedl and G. Widmer, "Local and global scaling reduce hubs in space", Journal of
       Machine Learning Research 13, 2012.
    """

    def __init__(self, points: npt.ArrayLike) -> None:
        self.points = as_points(points)
        self.mean, self.std = _cosine_statistics(self.points)

    def of(self, queries: IntArray) -> FloatArray:
        """Return the logarithm of the mutual proximity of tracks (n,) and all tracks; shape (n, N).

        The logarithm still separates near tracks whose mutual proximity rounds to 1.
        """
        cosines = self.points[queries] @ self.points.T
        of_queries = (cosines - self.mean[queries, np.newaxis]) / self.std[queries, np.newaxis]
        of_others = (cosines - self.mean) / self.std
        return _log_normal_cdf(of_queries) + _log_normal_cdf(of_others)


def _cosine_statistics(points: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean and standard deviation of the cosines of each point (N, D) to the others; shapes (N,)."""
    count = len(points)
    middle = points.mean(axis=0)
    centred = points - middle
    mean = points @ middle
    variance = np.sum(points @ (centred.T @ centred / count) * points, axis=1)
    # Both include all points. Subtract the point's own cosine.
    own = np.sum(points**2, axis=1) - mean
    mean -= own / (count - 1)
    variance = (variance - own**2 / (count - 1)) * count / (count - 1)
    return mean, np.maximum(np.sqrt(np.maximum(variance, 0)), _SMALLEST_SPREAD)


def _log_normal_cdf(deviations: FloatArray) -> FloatArray:
    """Return the logarithm of the standard normal distribution function, from a table; monotonic, accurate to 1e-6."""
    table = _table()
    place = np.clip((deviations + _FARTHEST) * _STEPS, 0, len(table) - 2)
    left = place.astype(np.int32)
    logarithm: FloatArray = table[left] + (place - left) * np.diff(table)[left]
    return logarithm


@functools.cache
def _table() -> FloatArray:
    deviations = np.arange(-_FARTHEST * _STEPS, _FARTHEST * _STEPS + 1) / _STEPS
    return np.array([_exact_log_normal_cdf(deviation) for deviation in deviations.tolist()])


def _exact_log_normal_cdf(deviation: float) -> float:
    tail = math.erfc(abs(deviation) / math.sqrt(2)) / 2
    return math.log(tail) if deviation < 0 else math.log1p(-tail)

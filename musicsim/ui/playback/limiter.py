"""Limiter that keeps sound within full scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicsim.audio.signal import Stereo

_HOPS_AHEAD = 5
"""Milliseconds before a peak during which the gain goes down."""
_RELEASE = 10 ** (0.05 / 20)
"""Largest growth of the gain per millisecond, as a factor: 50 dB/s."""
_NOTHING = np.empty((0, 2), np.float32)


class Limiter:
    """Limiter that lowers the gain smoothly around peaks above full scale; other sound passes unchanged.

    This is a look-ahead peak limiter. Each millisecond gets the lowest gain allowed for it and for those after it,
    smoothed by a mean (the parts are in Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design", JAES
    60 (6), 2012). The result does not depend on how the sound is divided into pieces.
    """

    def __init__(self, rate: int) -> None:
        self._hop = max(1, rate // 1000)
        self._waiting = _NOTHING
        """Input that has not been returned yet: always whole hops, then the beginning of one."""
        self._released = np.ones(_HOPS_AHEAD)
        """Gains of the last hops before smoothing."""
        self._gain = 1.0
        """Gain at the end of the output so far."""
        self._has_begun = False

    def take(self, sound: Stereo) -> Stereo:
        """Return the output for this input; it is some milliseconds behind."""
        waiting = np.concatenate((self._waiting, sound)) if len(self._waiting) else sound
        hops = len(waiting) // self._hop - _HOPS_AHEAD - 1
        if hops <= 0:
            self._waiting = waiting
            return _NOTHING
        return self._limit(waiting, hops)

    def end(self) -> Stereo:
        """Return the remaining output after the last input."""
        waiting = self._waiting
        hops = -(-len(waiting) // self._hop)
        return self._limit(waiting, hops) if hops else _NOTHING

    def _limit(self, waiting: Stereo, hops: int) -> Stereo:
        """Return the first hops, limited."""
        sound = waiting[: hops * self._hop]
        self._waiting = waiting[hops * self._hop :].copy()
        if _peak(waiting) <= 1.0 and self._gain == 1.0 and (self._released == 1.0).all():
            self._has_begun = True
            return sound
        lowest = np.lib.stride_tricks.sliding_window_view(
            self._allowed(waiting, hops + _HOPS_AHEAD + 1), _HOPS_AHEAD + 2
        ).min(axis=1)
        if not self._has_begun:
            # Nothing comes before in which a lower gain could be heard.
            self._gain = float(lowest[0])
            self._released[:] = lowest[0]
            self._has_begun = True
        released = np.empty(hops)
        gain = float(self._released[-1])
        for hop, bound in enumerate(lowest):
            gain = released[hop] = min(bound, gain * _RELEASE, 1.0)
        recent = np.concatenate((self._released, released))
        self._released = recent[-_HOPS_AHEAD:]
        smooth = np.lib.stride_tricks.sliding_window_view(recent, _HOPS_AHEAD + 1).mean(axis=1)
        edges = np.concatenate(([self._gain], smooth))
        self._gain = float(smooth[-1])
        gains = np.interp(
            np.arange(1, len(sound) + 1), np.arange(hops + 1) * self._hop, edges
        ).astype(np.float32)
        # Clip the rounding errors of the mean.
        return np.clip(sound * gains[:, None], -1.0, 1.0)

    def _allowed(self, sound: Stereo, hops: int) -> npt.NDArray[np.float64]:
        """Return the largest gain that each hop may have."""
        peaks = np.zeros(hops * self._hop)
        levels = np.abs(sound).max(axis=1)[: len(peaks)]
        peaks[: len(levels)] = levels
        by_hop = peaks.reshape(hops, self._hop).max(axis=1)
        return np.minimum(1.0, 1.0 / np.maximum(by_hop, 1.0))


def _peak(sound: Stereo) -> float:
    return max(float(sound.max()), -float(sound.min())) if len(sound) else 0.0

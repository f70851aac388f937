"""Keeps sound within full scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicsim.audio.signal import Stereo

_HOPS_AHEAD = 5
"""Milliseconds before a peak in which the gain goes down."""
_RELEASE = 10 ** (0.05 / 20)
"""How much the gain may grow in a millisecond: 50 dB/s."""


class Limiter:
    """Lowers the gain smoothly around what would exceed full scale; all else goes through untouched.

    A look-ahead peak limiter: each millisecond gets the lowest gain that those around it may have, smoothed by a mean
    (the parts are in Giannoulis, Massberg and Reiss, "Digital Dynamic Range Compressor Design", JAES 60 (6), 2012).
    """

    def __init__(self, rate: int) -> None:
        self._hop = max(1, rate // 1000)
        self._past = np.ones(_HOPS_AHEAD + 1)
        """What the last milliseconds were allowed."""
        self._gain = 1.0
        """At the end of what went through."""

    @property
    def look_ahead(self) -> int:
        """How many frames of what follows `limit` needs."""
        return self._hop * (_HOPS_AHEAD + 1)

    def limit(self, sound: Stereo, following: Stereo) -> Stereo:
        """Return sound within full scale, given the first of what comes after it."""
        ahead = following[: self.look_ahead]
        if self._gain == 1.0 and _peak(sound) <= 1.0 and _peak(ahead) <= 1.0:
            self._past[:] = 1.0
            return sound
        hops = -(-len(sound) // self._hop)
        allowed = self._allowed(np.concatenate((sound, ahead)), hops + _HOPS_AHEAD + 1)
        # The hop before counts too: between the middles of two hops the gain is in between.
        around = np.concatenate((self._past[-1:], allowed))
        lowest = np.lib.stride_tricks.sliding_window_view(around, _HOPS_AHEAD + 2).min(axis=1)[
            :hops
        ]
        gain = self._gain
        released = np.empty(hops)
        for hop, bound in enumerate(lowest):
            gain = min(bound, gain * _RELEASE, 1.0)
            released[hop] = gain
        smooth = np.concatenate((self._past[1:], released))
        smooth = np.convolve(smooth, np.full(_HOPS_AHEAD + 1, 1 / (_HOPS_AHEAD + 1)), "valid")[
            -hops:
        ]
        self._past = np.concatenate((self._past, released))[-_HOPS_AHEAD - 1 :]
        ends = np.minimum(len(sound), (np.arange(hops) + 1) * self._hop)
        gains = np.interp(np.arange(1, len(sound) + 1), [0, *ends], [self._gain, *smooth])
        self._gain = float(smooth[-1]) if smooth[-1] < 1 - 1e-9 else 1.0
        limited = sound * gains.astype(np.float32)[:, None]
        return np.clip(limited, -1.0, 1.0, out=limited)

    def _allowed(self, sound: Stereo, hops: int) -> npt.NDArray[np.float64]:
        """Return the largest gain that each hop may have."""
        peaks = np.zeros(hops * self._hop)
        levels = np.abs(sound).max(axis=1)[: len(peaks)]
        peaks[: len(levels)] = levels
        by_hop = peaks.reshape(hops, self._hop).max(axis=1)
        return np.minimum(1.0, 1.0 / np.maximum(by_hop, 1.0))


def _peak(sound: Stereo) -> float:
    return max(float(sound.max()), -float(sound.min())) if len(sound) else 0.0

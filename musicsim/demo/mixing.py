"""From single sounds to a finished stereo track: placing, echo, room, loudness."""

from __future__ import annotations

import functools
from collections.abc import Iterator

import numpy as np

from musicsim.demo.synth import RATE, Sound, above, below, fast_length, filtered, samples, time_axis

_LOUDNESS = 0.14
"""Root mean square of every finished track, so that none stands out in a playlist."""
_KNEE, _CEILING = 0.6, 0.88
"""Peaks above the knee are rounded off; none exceeds the ceiling, which leaves headroom for lossy codecs."""


class Mix:
    """A stereo mix of sounds, dry and, in part, in a reverberant room."""

    def __init__(self, seconds: float) -> None:
        self.dry: Sound = np.zeros((2, samples(seconds)), dtype=np.float32)
        self.wet: Sound = np.zeros(self.dry.shape[1], dtype=np.float32)

    @property
    def seconds(self) -> float:
        """The length of the mix."""
        return float(self.dry.shape[1] / RATE)

    def add(
        self, sound: Sound, at: float, *, gain: float = 1.0, pan: float = 0.0, room: float = 0.0
    ) -> None:
        """Add a sound.

        Parameters
        ----------
        sound
            Mono (n,) or stereo (2, n); cut off at the end of the mix.
        at
            Seconds from the beginning.
        gain
            Factor.
        pan
            From -1 (left) to 1 (right), at equal power.
        room
            The part that goes into the room.
        """
        start = max(0, samples(at))
        count = min(sound.shape[-1], self.dry.shape[1] - start)
        if count <= 0:
            return
        part = np.float32(gain) * sound[..., :count]
        angle = (pan + 1) * np.pi / 4
        sides = np.array([[np.cos(angle)], [np.sin(angle)]], dtype=np.float32) * np.float32(2**0.5)
        self.dry[:, start : start + count] += sides * part
        if room:
            centre = part if part.ndim == 1 else part.mean(axis=0)
            self.wet[start : start + count] += np.float32(room) * centre

    def add_mix(self, other: Mix, gain: float | Sound = 1.0) -> None:
        """Add another mix of the same length; its gain may change with time (one value per sample)."""
        self.dry += other.dry * np.float32(gain)
        self.wet += other.wet * np.float32(gain)

    def echo(self, delay: float, feedback: float, *, repeats: int = 4) -> None:
        """Repeat the whole mix, `delay` seconds apart, each `feedback` times as loud, from side to side."""
        step = samples(delay)
        original = self.dry.copy()
        for repeat in range(1, repeats + 1):
            shift = repeat * step
            if shift >= original.shape[1]:
                break
            gains = np.array([[1.2], [0.5]]) if repeat % 2 else np.array([[0.5], [1.2]])
            late = (feedback**repeat * gains).astype(np.float32) * original[:, :-shift]
            self.dry[:, shift:] += late
            self.wet[shift:] += np.float32(0.3) * late.mean(axis=0)

    def finish(
        self,
        *,
        reverb: float = 1.2,
        room_gain: float = 1.0,
        damping: float = 4_000.0,
        fade_in: float = 0.01,
        fade_out: float = 1.0,
    ) -> Sound:
        """Return the finished track, shape (2, n).

        Parameters
        ----------
        reverb
            Seconds until the room's sound has decayed by 60 dB; 0 for no room.
        room_gain
            The level of the room.
        damping
            Frequency in Hz above which the room absorbs sound.
        fade_in, fade_out
            Seconds.
        """
        track = self.dry
        if reverb:
            track = track + np.float32(room_gain) * _reverberate(self.wet, _room(reverb, damping))
        # Quiet stretches, such as fades, should not make the rest louder.
        level = np.abs(track).mean(axis=0)
        loud = track[:, level > 0.1 * level.mean()]
        track = _limit(track * np.float32(_LOUDNESS / np.sqrt(np.mean(loud**2))))
        track[:, : samples(fade_in)] *= _ramp(fade_in)
        track[:, -samples(fade_out) :] *= _ramp(fade_out)[::-1]
        return track


@functools.cache
def _room(reverb: float, damping: float) -> Sound:
    """Return a room's impulse response, shape (2, n): decaying noise, different on each side."""
    length = samples(reverb)
    burst = np.random.default_rng(1).standard_normal((2, length)).astype(np.float32)
    time = time_axis(length).astype(np.float32)
    dark, bright = filtered(burst, below(damping, 1)), filtered(burst, above(damping, 1))
    answer = dark * np.exp(-6.9 * time / reverb) + 0.5 * bright * np.exp(-16 * time / reverb)
    answer *= np.clip(time / 0.015, 0, 1)
    answer /= np.sqrt((answer**2).sum(axis=1, keepdims=True))
    # A room returns little of the lows; otherwise everything would get muddy.
    answer = filtered(answer, above(180.0))
    # The first echo comes from a wall about two metres away.
    return np.pad(answer, ((0, 0), (samples(0.012), 0)))


def _reverberate(sound: Sound, room: Sound) -> Sound:
    """Return a mono sound with a room's response, shape (2, n)."""
    length = len(sound)
    size = fast_length(length + room.shape[1])
    spectrum = np.fft.rfft(room, size)
    spectrum *= np.fft.rfft(sound, size)
    return np.fft.irfft(spectrum, size)[:, :length].astype(np.float32)


def _limit(sound: Sound) -> Sound:
    level = np.abs(sound)
    high = level > _KNEE
    headroom = _CEILING - _KNEE
    rounded = _KNEE + headroom * np.tanh((level[high] - _KNEE) / headroom)
    sound[high] = np.copysign(rounded, sound[high])
    return sound


def _ramp(seconds: float) -> Sound:
    rise = np.linspace(0, np.pi / 2, samples(seconds), dtype=np.float32)
    return np.asarray(np.sin(rise) ** 2, dtype=np.float32)


def steps(pattern: str) -> Iterator[tuple[int, float]]:
    """Yield the step and the strength of each hit in a pattern such as ``"X..x"``.

    ``X`` is a loud hit, ``x`` a usual one, ``o`` a soft one; anything else is a rest.
    """
    strengths = {"X": 1.0, "x": 0.75, "o": 0.45}
    for step, mark in enumerate(pattern):
        if mark in strengths:
            yield step, strengths[mark]

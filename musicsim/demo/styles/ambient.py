"""Ambient: slow soft chords, a drone, air, and an occasional distant bell."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicsim.demo.harmony import Song
from musicsim.demo.mixing import Mix
from musicsim.demo.synth import (
    Sound,
    adsr,
    around,
    dying,
    ensemble,
    filtered,
    fm,
    frequency,
    noise,
    oscillator,
    samples,
    time_axis,
)

_TAIL = 3.0


def perform(song: Song) -> Sound:
    """Return the finished track, stereo (2, n)."""
    rng = np.random.default_rng(song.seed)
    mix = Mix(song.bars * song.bar + _TAIL)
    _pads(rng, song, mix)
    _drone(song, mix)
    _air(rng, mix)
    _bells(rng, song, mix)
    return mix.finish(reverb=4.5, room_gain=1.3, damping=2_500.0, fade_in=2.0, fade_out=3.5)


def _pads(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    length = samples(song.bar + 3.0)
    envelope = adsr(length, attack=2.2, release=3.2)
    for bar in range(song.bars):
        low = song.voicing(bar, song.tonic + 5, 4)
        high = song.voicing(bar, song.tonic + 17, 5)
        for notes, spectrum, gain in ((low, _warm, 0.7), (high, _glass, 0.35)):
            pitches = [frequency(note) for note in notes]
            pad = ensemble(rng, pitches, length, spectrum=spectrum, spread=14.0, highest=4_000.0)
            mix.add(pad * envelope, bar * song.bar, gain=gain, room=0.8)


def _warm(numbers: npt.NDArray[np.float64], pitch: float) -> npt.NDArray[np.float64]:
    return np.asarray(1 / numbers / (1 + (numbers * pitch / 700.0) ** 2))


def _glass(numbers: npt.NDArray[np.float64], pitch: float) -> npt.NDArray[np.float64]:
    return np.asarray((0.2 + numbers % 2) / numbers**1.5 / (1 + (numbers * pitch / 1_800.0) ** 2))


def _drone(song: Song, mix: Mix) -> None:
    length = mix.dry.shape[1]
    drone = oscillator(frequency(song.tonic - 12), length, _hum)
    swell = 0.75 + 0.25 * np.sin(2 * np.pi * 0.11 * time_axis(length))
    mix.add(drone * swell.astype(np.float32), 0.0, gain=0.22)


def _hum(numbers: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.exp(-1.2 * numbers)


def _air(rng: np.random.Generator, mix: Mix) -> None:
    time = time_axis(mix.dry.shape[1])
    for side, centre in ((-0.7, 900.0), (0.7, 1_400.0)):
        wind = filtered(noise(rng, len(time)), around(centre * rng.uniform(0.8, 1.25), 1.5))
        gusts = 0.5 + 0.5 * np.sin(2 * np.pi * (rng.uniform(0.06, 0.12) * time + rng.uniform()))
        mix.add((wind * gusts).astype(np.float32), 0.0, gain=0.05, pan=side, room=0.5)


def _bells(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    length = samples(4.0)
    for bar in range(song.bars):
        for beat in rng.choice(8, size=2, replace=False) / 2:
            note = int(rng.choice(song.voicing(bar, song.tonic + 26, 5)))
            bell = fm(frequency(note), length, ratio=3.5, depth=1.2, depth_decay=0.5)
            mix.add(
                bell * dying(length, 0.9, attack=0.01),
                bar * song.bar + float(beat) * song.beat,
                gain=0.07,
                pan=rng.uniform(-0.8, 0.8),
                room=1.5,
            )

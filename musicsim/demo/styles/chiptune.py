"""Chiptune: two pulse waves, a triangle and noise, as on an old console."""

from __future__ import annotations

import functools

import numpy as np

from musicsim.demo.harmony import BUSY, LIVELY, Song, melody
from musicsim.demo.mixing import Mix, steps
from musicsim.demo.synth import (
    RATE,
    Sound,
    adsr,
    dying,
    frequency,
    oscillator,
    pulse,
    samples,
    sine,
    time_axis,
    triangle,
)

_DUTIES = (0.125, 0.25, 0.5)


def perform(song: Song) -> Sound:
    """Return the finished track, stereo (2, n)."""
    rng = np.random.default_rng(song.seed)
    mix = Mix(song.bars * song.bar + 0.8)
    lead_duty, arpeggio_duty = rng.choice(_DUTIES, size=2, replace=False)
    _lead(rng, song, mix, float(lead_duty))
    _arpeggio(song, mix, float(arpeggio_duty))
    _bass(rng, song, mix)
    _noise(rng, song, mix)
    return mix.finish(reverb=0, fade_out=0.6)


def _lead(rng: np.random.Generator, song: Song, mix: Mix, duty: float) -> None:
    notes = melody(
        rng, song, range(song.bars), rhythms=BUSY + LIVELY, centre=song.tonic + 26, form="AABAACBA"
    )
    for note in notes:
        length = samples(note.length * song.beat * 0.92)
        tone = oscillator(frequency(note.pitch), length, pulse(duty), vibrato=0.006)
        tone *= adsr(length, attack=0.002, decay=0.12, sustain=0.6, release=0.03)
        at = note.start * song.beat
        mix.add(tone, at, gain=0.3, pan=-0.2)
        # Three sixteenths later, the second voice repeats the first: the echo of a chip without memory.
        mix.add(tone, at + 0.75 * song.beat, gain=0.09, pan=0.5)


def _arpeggio(song: Song, mix: Mix, duty: float) -> None:
    """Play chords as their notes one after the other, too fast to tell apart: a chip has one voice for them."""
    step = song.beat / 8
    length = samples(step)
    shape = adsr(length, attack=0.001, release=0.004)

    @functools.cache
    def play(note: int) -> Sound:
        return oscillator(frequency(note), length, pulse(duty)) * shape

    for bar in range(song.bars):
        notes = song.voicing(bar, song.tonic + 16)
        for index in range(32):
            gain = 0.13 if index % 4 else 0.17
            sound = play(notes[index % len(notes)])
            mix.add(sound, bar * song.bar + index * step, gain=gain, pan=0.3)


def _bass(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    pattern = str(rng.choice(("x.x.x.x.", "x..x..x.", "xxxxxxxx", "x.xx.xx.")))
    length = samples(song.beat / 2 * 0.9)
    shape = adsr(length, attack=0.002, release=0.02)
    for bar in range(song.bars):
        root = song.bass(bar, 36)
        for hit, _ in steps(pattern):
            note = root + 12 * (hit % 4 == 2)
            tone = oscillator(frequency(note), length, triangle)
            mix.add(tone * shape, bar * song.bar + hit * song.beat / 2, gain=0.5)


def _noise(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    tick = _chip_noise(rng, 0.05, 11_000.0)
    snare = _chip_noise(rng, 0.12, 6_000.0)
    length = samples(0.12)
    kick = sine(50 + 250 * np.exp(-time_axis(length) / 0.02), length) * dying(length, 0.05)
    eighth = song.beat / 2
    for bar in range(song.bars):
        start = bar * song.bar
        for hit in range(8):
            mix.add(tick, start + hit * eighth, gain=0.1 if hit % 2 else 0.06, pan=0.1)
        for hit, _ in steps("x..x.x.." if bar % 4 < 3 else "x..xxx.x"):
            mix.add(kick, start + hit * eighth, gain=0.5)
        for hit, _ in steps("..x...x." if bar % 4 < 3 else "..x..xxx"):
            mix.add(snare, start + hit * eighth, gain=0.22)


def _chip_noise(rng: np.random.Generator, decay: float, clock: float) -> Sound:
    """Return a burst of noise that jumps between two levels at a clock in Hz, like a shift register."""
    length = samples(3 * decay)
    levels = rng.choice((-1.0, 1.0), size=int(length * clock / RATE) + 1)
    index = (np.arange(length) * (clock / RATE)).astype(int)
    return np.asarray(levels[index] * dying(length, decay / 2), dtype=np.float32)

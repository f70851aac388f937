"""Rock: two distorted guitars left and right, a bass, a drum kit, and a lead guitar in the second half."""

from __future__ import annotations

import functools

import numpy as np

from musicsim.demo import drums
from musicsim.demo.harmony import BUSY, LIVELY, Song, melody
from musicsim.demo.mixing import Mix, steps
from musicsim.demo.synth import (
    Sound,
    above,
    adsr,
    below,
    chain,
    dying,
    filtered,
    frequency,
    oscillator,
    peak,
    pluck,
    samples,
    saw,
)

_RIFFS = ("X.xxX.xx", "X.x.X.xx", "X..X..Xx", "XxxxXxxx", "X...X.X.")
"""Eighths: loud ones ring, the others are palm-muted."""
_CABINET = chain(
    above(75.0),
    peak(120.0, 1.5, 1.6),
    peak(700.0, 1.0, 0.7),
    peak(2_600.0, 1.4, 2.0),
    below(4_200.0, 4),
)
"""The frequency response of a guitar loudspeaker."""


def perform(song: Song) -> Sound:
    """Return the finished track, stereo (2, n)."""
    rng = np.random.default_rng(song.seed)
    mix = Mix(song.bars * song.bar + 1.5)
    riff = str(rng.choice(_RIFFS))
    for side in (-0.85, 0.85):
        mix.add(_guitar(rng, song, riff, mix.seconds), 0.0, gain=0.4, pan=side, room=0.12)
    _bass(rng, song, mix, riff)
    _lead(rng, song, mix)
    _kit(rng, song, mix)
    return mix.finish(reverb=0.7, room_gain=0.5, damping=6_000.0, fade_out=1.2)


def _guitar(rng: np.random.Generator, song: Song, riff: str, seconds: float) -> Sound:
    """Return one take of the rhythm guitar through an overdriven amplifier and its cabinet."""
    clean = Mix(seconds)
    hits = [(step, strength == 1.0) for step, strength in steps(riff)]
    ends = [*(step for step, _ in hits[1:]), 8]

    @functools.cache
    def chord(root: int, eighths: int, ringing: bool) -> Sound:
        length = samples(eighths * song.beat / 2)
        ring, brightness = (4.0, 3_500.0) if ringing else (0.35, 1_500.0)
        sound = np.zeros(length, dtype=np.float32)
        for note in (root, root + 7, root + 12):
            sound += pluck(
                rng, frequency(note), length, ring=ring, brightness=brightness, position=0.12
            )
        return sound * dying(length, 5.0)

    for bar in range(song.bars):
        root = song.bass(bar, 40)
        for (step, ringing), end in zip(hits, ends, strict=True):
            at = bar * song.bar + step * song.beat / 2 + rng.normal(0, 0.004)
            clean.add(chord(root, end - step, ringing), at)
    clean.add(chord(song.bass(0, 40), 8, True), song.bars * song.bar)
    driven = np.tanh(6.0 * filtered(clean.dry[0], above(100.0, 1)))
    return filtered(driven, _CABINET)


def _bass(rng: np.random.Generator, song: Song, mix: Mix, riff: str) -> None:
    length = samples(song.beat / 2)

    @functools.cache
    def play(note: int) -> Sound:
        tone = pluck(rng, frequency(note), length, ring=2.5, brightness=1_200.0)
        amplified = np.tanh(1.5 * filtered(tone, below(900.0)))
        return np.asarray(amplified * adsr(length, attack=0.002, release=0.02))

    busy = riff.count(".") < 4
    for bar in range(song.bars):
        root = song.bass(bar, 28)
        for step, strength in steps("Xxxxxxxx" if busy else riff):
            mix.add(play(root), bar * song.bar + step * song.beat / 2, gain=0.65 * strength)


def _lead(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    bars = range(song.bars // 2, song.bars)
    lead = Mix(mix.seconds)
    for note in melody(rng, song, bars, rhythms=LIVELY + BUSY, centre=song.tonic + 19):
        length = samples(note.length * song.beat * 1.02)
        tone = oscillator(frequency(note.pitch), length, saw, vibrato=0.009, highest=5_000.0)
        lead.add(tone * adsr(length, attack=0.008, release=0.04), note.start * song.beat)
    mix.add(filtered(np.tanh(3.0 * lead.dry[0]), _CABINET), 0.0, gain=0.28, pan=0.1, room=0.5)


def _kit(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    kick = drums.kick(top=150.0, pitch=58.0, decay=0.09, punch=0.02, click=0.8)
    snare = drums.snare(rng, pitch=190.0, decay=0.08)
    hat = drums.hat(rng, decay=0.04, metal=0.3)
    crash = drums.cymbal(rng)
    toms = [drums.tom(rng, pitch=pitch) for pitch in (180.0, 140.0, 105.0)]
    kicks = str(rng.choice(("x...x...", "x..xx...", "x.x.x..x", "x....x..")))
    eighth = song.beat / 2
    for bar in range(song.bars):
        start = bar * song.bar
        filling = bar % 4 == 3
        if bar % 4 == 0:
            mix.add(crash, start, gain=0.25, pan=0.4, room=0.2)
        for hit, _ in steps(kicks):
            mix.add(kick, start + hit * eighth, gain=0.75)
        for beat in (1,) if filling else (1, 3):
            mix.add(snare, start + beat * song.beat, gain=0.5, room=0.35)
        for hit in range(5 if filling else 8):
            mix.add(hat, start + hit * eighth, gain=0.12 if hit % 2 else 0.2, pan=-0.4)
        if filling:
            for index in range(6):
                at = start + 2.5 * song.beat + index * song.beat / 4
                side = -0.5 + 0.5 * (index // 2)
                mix.add(toms[index // 2], at, gain=0.45, pan=side, room=0.3)
    mix.add(crash, song.bars * song.bar, gain=0.3, pan=0.4, room=0.3)
    mix.add(kick, song.bars * song.bar, gain=0.75)

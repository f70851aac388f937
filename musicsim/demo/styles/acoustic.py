"""Acoustic: two guitars, one picking or strumming chords, the other with the melody."""

from __future__ import annotations

import functools
from collections.abc import Callable

import numpy as np

from musicsim.demo.harmony import CALM, LIVELY, Song, melody
from musicsim.demo.mixing import Mix, steps
from musicsim.demo.synth import (
    Sound,
    chain,
    dying,
    filtered,
    frequency,
    peak,
    pluck,
    samples,
)

_PICKING = (
    # Eight eighths of a bar: the strings of the thumb (0 and 1) and of the fingers (2 to 4).
    (0, 3, 2, 4, 1, 3, 2, 4),
    (0, 2, 3, 4, 3, 2, 3, 4),
    (0, 4, 1, 3, 0, 4, 2, 3),
    (0, 2, 4, 3, 1, 4, 2, 3),
)
_STRUMMING = ("X.xox.xo", "X.oxoxox", "X..xX.xo")
"""Eighths: downstrokes on the beat, upstrokes between."""
_STRUMMED_FROM = 100.0
"""Beats a minute above which fingerpicking would be hard work."""

String = Callable[[int, int], Sound]


def perform(song: Song) -> Sound:
    """Return the finished track, stereo (2, n)."""
    rng = np.random.default_rng(song.seed)
    mix = Mix(song.bars * song.bar + 2.5)
    accompaniment, lead = _guitar(rng), _guitar(rng)
    if song.tempo >= _STRUMMED_FROM:
        _strumming(rng, song, mix, accompaniment)
    else:
        _picking(rng, song, mix, accompaniment)
    _melody(rng, song, mix, lead)
    _strum(mix, accompaniment, _chord(song, 0), song.bars * song.bar, gain=0.4)
    return mix.finish(reverb=0.9, room_gain=0.5, damping=5_000.0, fade_out=1.5)


def _guitar(rng: np.random.Generator) -> String:
    """Return a guitar: a function from a MIDI note and a take number to a sound, since no two plucks are the same."""
    nylon = rng.uniform()
    position = rng.uniform(0.12, 0.3)
    body = chain(
        peak(rng.uniform(95, 120), 6.0, 2.2),
        peak(rng.uniform(185, 230), 6.0, 1.9),
        peak(420.0, 3.0, 1.3),
        peak(3_200.0, 0.8, 1.6 - 0.5 * nylon),
    )
    length = samples(2.2)

    @functools.cache
    def string(note: int, take: int) -> Sound:
        # Thin strings ring shorter than thick ones, and nylon shorter than steel.
        ring = (5.5 - 2.0 * nylon) * 2 ** (-(note - 40) / 22)
        brightness = rng.uniform(3_800, 4_600) - 1_900 * nylon + 200 * take
        tone = pluck(
            rng, frequency(note), length, ring=ring, brightness=brightness, position=position
        )
        return filtered(tone, body) * dying(length, 3.0, attack=0.001)

    return string


def _chord(song: Song, bar: int) -> list[int]:
    root = song.bass(bar, 40)
    return [root, root + 7, *song.voicing(bar, song.tonic + 9)]


def _picking(rng: np.random.Generator, song: Song, mix: Mix, string: String) -> None:
    pattern = _PICKING[rng.integers(len(_PICKING))]
    for bar in range(song.bars):
        chord = _chord(song, bar)
        for eighth, finger in enumerate(pattern):
            at = bar * song.bar + eighth * song.beat / 2 + rng.normal(0, 0.006)
            gain = (0.5 if finger < 2 else 0.36) * rng.uniform(0.8, 1.15)
            mix.add(string(chord[finger], eighth % 2), at, gain=gain, pan=-0.3, room=0.3)


def _strumming(rng: np.random.Generator, song: Song, mix: Mix, string: String) -> None:
    pattern = str(rng.choice(_STRUMMING))
    for bar in range(song.bars):
        chord = _chord(song, bar)
        for eighth, strength in steps(pattern):
            at = bar * song.bar + eighth * song.beat / 2 + rng.normal(0, 0.005)
            # An upstroke hits only the thin strings, the thinnest first.
            strings = chord[:1:-1] if eighth % 2 else chord
            _strum(mix, string, strings, at, gain=0.24 * strength * rng.uniform(0.85, 1.1))


def _strum(mix: Mix, string: String, notes: list[int], at: float, *, gain: float) -> None:
    for index, note in enumerate(notes):
        mix.add(string(note, index % 2), at + 0.012 * index, gain=gain, pan=-0.3, room=0.3)


def _melody(rng: np.random.Generator, song: Song, mix: Mix, string: String) -> None:
    notes = melody(
        rng, song, range(1, song.bars), rhythms=LIVELY + CALM, centre=song.tonic + 19, form="AABC"
    )
    for note in notes:
        at = note.start * song.beat + rng.normal(0, 0.006)
        mix.add(string(note.pitch, 2), at, gain=0.5 * rng.uniform(0.85, 1.1), pan=0.35, room=0.3)

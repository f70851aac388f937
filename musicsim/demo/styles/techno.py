"""Techno: four on the floor, hats between, an acid bass line, stabs with an echo, ducked under the kick."""

from __future__ import annotations

import functools

import numpy as np

from musicsim.demo import drums
from musicsim.demo.harmony import Song
from musicsim.demo.mixing import Mix, steps
from musicsim.demo.synth import (
    Sound,
    adsr,
    below,
    dying,
    filtered,
    frequency,
    oscillator,
    samples,
    saw,
    swept_saw,
    time_axis,
)

_BREAK = 2
"""Bars without a kick, before the last four."""
_HATS = ("..x...x...x...x.", "o.x.o.x.o.x.oox.", "ooxoooxoooxoooxo", "..xo..x...xo..xx")
_STABS = ("x.....x.....x...", "...x..x....x....", "x..x..x.........", "..x..x....x..x..")


def perform(song: Song) -> Sound:
    """Return the finished track, stereo (2, n)."""
    rng = np.random.default_rng(song.seed)
    seconds = song.bars * song.bar + 1.0
    beat, pumped = Mix(seconds), Mix(seconds)
    silent = range(song.bars - 4 - _BREAK, song.bars - 4)
    _drums(rng, song, beat, silent)
    _bass(rng, song, pumped)
    _stabs(rng, song, pumped)
    time = time_axis(pumped.dry.shape[1])
    ducked = np.clip(0.25 + (time % song.beat) / (0.55 * song.beat), 0, 1)
    free = (time >= silent.start * song.bar) & (time < silent.stop * song.bar)
    beat.add_mix(pumped, np.where(free, 0.85, ducked).astype(np.float32))
    return beat.finish(reverb=1.1, room_gain=0.6, damping=5_000.0, fade_out=1.2)


def _drums(rng: np.random.Generator, song: Song, mix: Mix, silent: range) -> None:
    kick = drums.kick(top=rng.uniform(180, 260), pitch=48.0, decay=0.16, punch=0.025, click=0.5)
    clap = drums.clap(rng)
    closed = drums.hat(rng, decay=0.025)
    opened = drums.hat(rng, decay=0.11)
    pattern = str(rng.choice(_HATS))
    for bar in range(song.bars):
        start = bar * song.bar
        if bar not in silent:
            for beat in range(4):
                mix.add(kick, start + beat * song.beat, gain=0.9)
        if bar >= 2:
            for beat in (1, 3):
                mix.add(clap, start + beat * song.beat, gain=0.32, room=0.35)
            for beat in range(4):
                mix.add(opened, start + (beat + 0.5) * song.beat, gain=0.2, pan=0.15)
        for hit, strength in steps(pattern):
            mix.add(closed, start + hit * song.beat / 4, gain=0.22 * strength, pan=-0.25)


def _bass(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    step = song.beat / 4
    length = samples(step * 0.95)
    # Sixteenths: steps of the scale above the root, and whether it is accented.
    line = [(int(rng.choice((0, 0, 0, 7, 4, 2, 6))), rng.uniform() < 0.3) for _ in range(16)]
    rests = set(rng.choice(np.arange(1, 16), size=5, replace=False).tolist())
    gate = adsr(length, attack=0.003, release=0.02)

    @functools.cache
    def play(note: int, accent: bool, openness: int) -> Sound:
        top = 350.0 * 1.35**openness * (1.8 if accent else 1.0)
        cutoff = 180.0 + top * np.exp(-time_axis(length) / 0.06)
        return np.tanh(2 * swept_saw(frequency(note), cutoff, resonance=5.0)) * gate

    for bar in range(song.bars):
        root = song.bass(bar, 33)
        # The filter opens and closes over eight bars.
        openness = round(4 - 4 * np.cos(2 * np.pi * bar / 8))
        chord = song.chord_at(bar)
        for hit, (offset, accent) in enumerate(line):
            if hit not in rests:
                note = root + song.note(chord + offset) - song.note(chord)
                sound = play(note, accent, openness)
                mix.add(sound, bar * song.bar + hit * step, gain=0.42 if accent else 0.34)


def _stabs(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    stabs = Mix(mix.seconds)
    length = samples(0.3)
    shape = dying(length, 0.09)
    pattern = str(rng.choice(_STABS))
    for bar in range(2, song.bars):
        # Each side is tuned a little differently, for width.
        chord = np.zeros((2, length), dtype=np.float32)
        for note in song.voicing(bar, 60, 4):
            for side, detune in enumerate((-0.08, 0.07)):
                chord[side] += oscillator(frequency(note + detune), length, saw, highest=7_000.0)
        chord = filtered(chord, below(1_500.0)) * shape
        for hit, strength in steps(pattern):
            stabs.add(chord, bar * song.bar + hit * song.beat / 4, gain=0.3 * strength, room=0.5)
    stabs.echo(0.75 * song.beat, 0.5)
    mix.add_mix(stabs)

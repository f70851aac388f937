"""Orchestral: string sections, horns that join in, timpani and, in slow pieces, a harp, in a large hall."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from musicsim.demo import drums
from musicsim.demo.harmony import CALM, LIVELY, Note, Song, melody
from musicsim.demo.mixing import Mix
from musicsim.demo.synth import Sound, adsr, dying, ensemble, frequency, pluck, samples

_TAIL = 2.5
_SLOW = 90.0
"""Beats a minute."""


def perform(song: Song) -> Sound:
    """Return the finished track, stereo (2, n)."""
    rng = np.random.default_rng(song.seed)
    mix = Mix(song.bars * song.bar + _TAIL)
    half = song.bars // 2
    _low_strings(rng, song, mix)
    violins = melody(
        rng, song, range(song.bars), rhythms=LIVELY + CALM, centre=song.tonic + 26, form="ABAC"
    )
    _violins(rng, song, mix, violins)
    _horns(rng, song, mix, [note for note in violins if note.start >= 4 * half])
    if song.tempo < _SLOW:
        _harp(rng, song, mix)
    else:
        _ostinato(rng, song, mix, range(2, song.bars - 1))
    _timpani(rng, song, mix)
    return mix.finish(reverb=2.6, room_gain=1.1, damping=4_500.0, fade_in=0.05, fade_out=2.2)


def _strings(numbers: npt.NDArray[np.float64], pitch: float) -> npt.NDArray[np.float64]:
    f = numbers * pitch
    body = 1 + 1.2 * np.exp(-(((f - 480) / 200) ** 2)) + 1.0 * np.exp(-(((f - 2_600) / 900) ** 2))
    return np.asarray(body / numbers / (1 + (f / 5_000.0) ** 4))


def _brass(numbers: npt.NDArray[np.float64], pitch: float) -> npt.NDArray[np.float64]:
    f = numbers * pitch
    return np.asarray((0.5 + np.exp(-(((f - 600) / 500) ** 2))) / (1 + (f / 1_300.0) ** 3))


def _low_strings(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    length = samples(song.bar + 0.5)
    shape = adsr(length, attack=0.25, release=0.6)
    for bar in range(song.bars):
        root = song.bass(bar, 40)
        sections = (
            ([root - 12, root], 0.45, 0.45),
            ([root + 7, *song.voicing(bar, song.tonic + 9)], 0.45, -0.2),
        )
        for notes, gain, pan in sections:
            pitches = [frequency(note) for note in notes]
            chord = ensemble(rng, pitches, length, spectrum=_strings, spread=9.0)
            mix.add(chord * shape, bar * song.bar, gain=gain, pan=pan, room=0.6)


def _violins(rng: np.random.Generator, song: Song, mix: Mix, notes: list[Note]) -> None:
    for note in notes:
        length = samples(note.length * song.beat + 0.25)
        shape = adsr(length, attack=0.09, release=0.28)
        pitches = [frequency(note.pitch), frequency(note.pitch - 12)]
        tone = ensemble(rng, pitches, length, spectrum=_strings, spread=11.0)
        mix.add(tone * shape, note.start * song.beat, gain=0.65, pan=-0.4, room=0.6)


def _horns(rng: np.random.Generator, song: Song, mix: Mix, notes: list[Note]) -> None:
    for note in notes:
        length = samples(note.length * song.beat + 0.15)
        shape = adsr(length, attack=0.06, decay=0.2, sustain=0.8, release=0.18)
        pitches = [frequency(note.pitch - 12), frequency(note.pitch - 24)]
        tone = ensemble(rng, pitches, length, spectrum=_brass, spread=3.0)
        mix.add(tone * shape, note.start * song.beat, gain=0.4, pan=0.35, room=0.9)


def _ostinato(rng: np.random.Generator, song: Song, mix: Mix, bars: range) -> None:
    """Play short bow strokes on the chord in eighths."""
    order = rng.permutation(4)
    length = samples(min(0.28, song.beat / 2))
    shape = adsr(length, attack=0.015, decay=0.08, sustain=0.5, release=0.1)
    for bar in bars:
        strokes = [
            ensemble(rng, [frequency(note)], length, spectrum=_strings, spread=8.0) * shape
            for note in song.voicing(bar, song.tonic + 12, 4)
        ]
        for eighth in range(8):
            stroke = strokes[order[eighth % 4] % len(strokes)]
            gain = 0.3 if eighth % 4 == 0 else 0.2
            mix.add(stroke, bar * song.bar + eighth * song.beat / 2, gain=gain, pan=0.1, room=0.6)


def _harp(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    """Play broken chords in eighths, up and down."""
    length = samples(2.0)
    shape = dying(length, 1.2)
    for bar in range(song.bars):
        low = song.voicing(bar, song.tonic + 7)
        chord = [*low, *(note + 12 for note in low)]
        for eighth, string in enumerate((0, 1, 2, 3, 4, 5, 4, 2)):
            tone = pluck(rng, frequency(chord[string]), length, ring=3.0, brightness=2_200.0)
            at = bar * song.bar + eighth * song.beat / 2
            mix.add(tone * shape, at, gain=0.42, pan=0.5, room=0.8)


def _timpani(rng: np.random.Generator, song: Song, mix: Mix) -> None:
    for bar in range(0, song.bars, 2):
        start = bar * song.bar
        drum = drums.tom(rng, pitch=frequency(song.bass(bar, 40)), decay=0.45)
        mix.add(drum, start, gain=0.5, pan=0.2, room=0.8)
        if rng.uniform() < 0.6:
            # A pick-up to the next bar.
            for beat, gain in ((3.0, 0.2), (3.5, 0.3)):
                mix.add(drum, start + beat * song.beat, gain=gain, pan=0.2, room=0.8)

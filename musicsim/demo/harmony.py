"""Keys, chords and melodies, counted in degrees of the scale so that everything fits together."""

from __future__ import annotations

import enum
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


class Scale(enum.Enum):
    """Semitones above the tonic."""

    MAJOR = (0, 2, 4, 5, 7, 9, 11)
    MINOR = (0, 2, 3, 5, 7, 8, 10)
    DORIAN = (0, 2, 3, 5, 7, 9, 10)
    LYDIAN = (0, 2, 4, 6, 7, 9, 11)
    MIXOLYDIAN = (0, 2, 4, 5, 7, 9, 10)


@dataclass(frozen=True, slots=True)
class Song:
    """A song's sheet music; the style decides how it is played."""

    tonic: int
    """The key's tonic as a MIDI note, from 48 (C) to 59 (B)."""
    scale: Scale
    tempo: float
    """Beats a minute, four a bar."""
    chords: tuple[int, ...]
    """The degree (0 is the tonic) of the root of each bar's chord; repeated to the end."""
    bars: int
    seed: int
    """Decides everything that is left to chance."""

    @property
    def beat(self) -> float:
        """Seconds a beat."""
        return 60 / self.tempo

    @property
    def bar(self) -> float:
        """Seconds a bar."""
        return 4 * self.beat

    def chord_at(self, bar: int) -> int:
        """Return the degree of the chord in a bar (from 0)."""
        return self.chords[bar % len(self.chords)]

    def note(self, degree: int) -> int:
        """Return the MIDI note of a degree in any octave (7 is the next tonic)."""
        octave, step = divmod(degree, len(self.scale.value))
        return self.tonic + 12 * octave + self.scale.value[step]

    def voicing(self, bar: int, centre: int, size: int = 3) -> list[int]:
        """Return the notes of a bar's chord, each as near to `centre` as possible, so that chords move little.

        `size` is 3 for a triad, 4 for a seventh chord, 5 for a ninth chord.
        """
        notes = (self.note(self.chord_at(bar) + 2 * third) for third in range(size))
        return sorted({note + 12 * round((centre - note) / 12) for note in notes})

    def bass(self, bar: int, lowest: int) -> int:
        """Return the root of a bar's chord in the octave above `lowest`."""
        return lowest + (self.note(self.chord_at(bar)) - lowest) % 12


@dataclass(frozen=True, slots=True)
class Note:
    """A note of a melody."""

    start: float
    """Beats from the beginning."""
    length: float
    """Beats."""
    pitch: int
    """MIDI note."""


CALM = ((2.0, 2.0), (3.0, 1.0), (2.0, 1.0, 1.0), (4.0,), (1.0, 1.0, 2.0))
LIVELY = (
    (1.0, 1.0, 1.0, 1.0),
    (1.5, 0.5, 1.0, 1.0),
    (1.0, 0.5, 0.5, 2.0),
    (0.5, 0.5, 1.0, 1.5, 0.5),
    (0.5, 1.0, 0.5, 1.0, 1.0),
)
BUSY = (
    (0.5, 0.5, 0.5, 0.5, 1.0, 1.0),
    (0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 0.5, 1.0),
    (0.75, 0.75, 0.5, 0.5, 0.5, 1.0),
    (0.5, 0.5, 1.0, 0.25, 0.25, 0.5, 1.0),
)


def melody(
    rng: np.random.Generator,
    song: Song,
    bars: range,
    *,
    rhythms: Sequence[tuple[float, ...]],
    centre: int,
    form: str = "AABA",
) -> list[Note]:
    """Return a melody over some bars.

    Each letter of `form` is a motif of one bar, which returns on another chord with the same rhythm and shape. It has a
    chord note on the first and third beat, and moves by steps in between.

    Parameters
    ----------
    rng
        Source of the motifs.
    song
        Key and chords.
    bars
        The bars of the melody, counted from 0.
    rhythms
        Bars of note lengths in beats to choose from.
    centre
        The MIDI note that the melody moves around.
    form
        The motif of each bar; repeated to the end.
    """
    motifs = {letter: _motif(rng, rhythms) for letter in sorted(set(form))}
    notes = []
    for bar in bars:
        root = song.chord_at(bar)
        octave = 7 * round((centre - song.note(root + 2)) / 12)
        start = 4.0 * bar
        for offset, length in motifs[form[(bar - bars.start) % len(form)]]:
            notes.append(Note(start, length, song.note(root + offset + octave)))
            start += length
    return notes


def _motif(
    rng: np.random.Generator, rhythms: Sequence[tuple[float, ...]]
) -> list[tuple[int, float]]:
    """Return degrees above a chord's root, and lengths in beats."""
    motif = []
    beat, offset = 0.0, int(rng.choice((0, 2, 4)))
    for length in rhythms[int(rng.integers(len(rhythms)))]:
        if beat % 2 == 0:
            offset = min((0, 2, 4, 7), key=lambda tone: abs(tone - offset) + rng.uniform(0, 2.5))
        motif.append((offset, length))
        offset += int(rng.choice((-2, -1, -1, 1, 1, 2)))
        offset = min(max(offset, -2), 8)
        beat += length
    return motif

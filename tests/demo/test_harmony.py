"""Chords and melodies stay in their key."""

import itertools

import numpy as np
import pytest

from musicsim.demo.harmony import BUSY, CALM, LIVELY, Scale, Song, melody
from musicsim.demo.programme import pieces


@pytest.fixture
def song() -> Song:
    return Song(tonic=50, scale=Scale.MINOR, tempo=90, chords=(0, 5, 3, 4), bars=8, seed=1)


def pitch_classes(song: Song) -> set[int]:
    return {(song.tonic + step) % 12 for step in song.scale.value}


def test_degrees_go_on_in_the_next_octave(song):
    assert [song.note(degree) for degree in (-7, -1, 0, 2, 7, 9)] == [38, 48, 50, 53, 62, 65]


def test_times(song):
    assert song.beat == pytest.approx(2 / 3)
    assert song.bar == pytest.approx(8 / 3)


def test_chords_lie_around_the_middle_asked_for(song):
    for bar in range(song.bars):
        for size in (3, 4, 5):
            notes = song.voicing(bar, 60, size)
            assert len(notes) == size
            assert all(54 <= note <= 66 for note in notes)
            assert {note % 12 for note in notes} <= pitch_classes(song)
        assert 40 <= song.bass(bar, 40) < 52
        assert song.bass(bar, 40) % 12 == song.note(song.chord_at(bar)) % 12


@pytest.mark.parametrize("rhythms", [CALM, LIVELY, BUSY])
def test_a_melody_fills_its_bars_and_meets_the_chords(song, rhythms):
    notes = melody(np.random.default_rng(2), song, range(2, 8), rhythms=rhythms, centre=74)
    assert notes[0].start == 8.0
    for note, following in itertools.pairwise(notes):
        assert note.start + note.length == pytest.approx(following.start)
    assert notes[-1].start + notes[-1].length == pytest.approx(32.0)
    assert {note.pitch % 12 for note in notes} <= pitch_classes(song)
    for note in notes:
        if note.start % 2 == 0:
            root = song.chord_at(int(note.start // 4))
            assert note.pitch % 12 in {song.note(root + third) % 12 for third in (0, 2, 4)}


def test_a_motif_comes_back(song):
    notes = melody(np.random.default_rng(3), song, range(4), rhythms=LIVELY, centre=74, form="AABA")
    bars = [[n for n in notes if 4 * bar <= n.start < 4 * bar + 4] for bar in range(4)]
    assert [n.length for n in bars[0]] == [n.length for n in bars[1]] == [n.length for n in bars[3]]


def test_every_song_of_the_programme_has_a_fifth_on_each_chord():
    # The guitars play a fifth on every root: a diminished one would grate.
    for piece in pieces():
        for degree in piece.song.chords:
            assert piece.song.note(degree + 4) - piece.song.note(degree) == 7, piece.title

"""Tempos and keys, as programs and people write them."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.playlists.rules.tempo_and_key import keys_match, tempo_change

SAME = [
    # C major and A minor, each in all ways.
    ("C", "c major", "C maj", "C-Dur", "8B", "08b", "1d", "B#", "Cmaj"),
    ("Am", "A minor", "a-Moll", "A min", "a", "8A", "1m", "A moll"),
    ("F#m", "Gbm", "fis-Moll", "fis", "F sharp minor", "F♯m", "11A", "4m", "ges-Moll"),
    ("Eb", "D#", "Es-Dur", "E flat major", "E♭", "5B", "10d", "Dis-Dur"),
    ("Ab", "As-Dur", "G#", "A flat", "4B", "9d"),
    ("H-Dur", "B major", "Cb", "1B", "6d"),
]
NONSENSE = [
    "",
    " ",
    "o",
    "X",
    "13A",
    "0B",
    "8C",
    "Am7",
    "major",
    "#",
    "C##",
    "Unknown",
    "120",
    "陽",
]


@pytest.mark.parametrize("names", SAME, ids=lambda names: names[0])
def test_a_key_is_the_same_in_every_spelling(names):
    assert all(keys_match(one, other) for one, other in itertools.product(names, repeat=2))
    far = {"C": "F#", "Am": "Ebm", "F#m": "Cm", "Eb": "A", "Ab": "D", "H-Dur": "F"}[names[0]]
    assert not any(keys_match(name, far) for name in names)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("C", "G", True),
        ("C", "F", True),
        ("C", "D", False),
        ("C", "Am", True),
        ("C", "Em", False),
        ("8A", "9A", True),
        ("12A", "1A", True),
        ("12B", "1A", False),
        ("1d", "12d", True),
        ("8A", "1m", True),
    ],
)
def test_neighbours_on_the_circle_of_fifths_go_together(one, other, expected):
    assert keys_match(one, other) is keys_match(other, one) is expected


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_no_key(text):
    assert keys_match(text, "C") is keys_match("C", text) is None


@given(st.text(max_size=8), st.text(max_size=8))
def test_no_text_fails(one, other):
    assert keys_match(one, other) is keys_match(other, one)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (120, 120, 0),
        (120, 126, 5),
        (126, 120, 5),
        (60, 120, 0),
        (240, 60, 100),
        (60, 126, 5),
        (80, 120, 100 / 3),
    ],
)
def test_half_and_double_tempo_are_the_same(one, other, expected):
    assert tempo_change(one, other) == pytest.approx(expected)


@pytest.mark.parametrize("bpm", [None, 0.0, -90.0, float("nan"), float("inf"), -float("inf")])
def test_what_is_no_tempo_changes_nothing(bpm):
    assert tempo_change(bpm, 120.0) is tempo_change(120.0, bpm) is None


@given(st.floats(1e-300, 1e300), st.floats(1e-300, 1e300))
def test_a_change_is_the_same_in_both_directions(one, other):
    change = tempo_change(one, other)
    assert change == tempo_change(other, one)
    assert change is not None
    assert change >= 0

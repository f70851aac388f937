"""Music of our own: what is composed, and that a style which can't be played is no end of it."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from training.bands import Style, compose, read_styles, render, tracks_of_bands
from training.corpus import CorpusError

BOSSA = Style("stdlib/bossanova", ("BossaNova", "BossaNovaSus"))

# Writes what it was told to play instead of playing it, and knows no melodies in threes and no polka at all.
_MMA = """
import sys
_, _, target, source = sys.argv
score = open(source).read()
if "polka" in score or ("waltz" in score and "Begin Aria" in score):
    sys.exit("Error: no such thing")
open(target, "w").write(score)
"""
_FLUIDSYNTH = """
import sys
import numpy, soundfile
target = sys.argv[sys.argv.index("-F") + 1]
soundfile.write(target, numpy.zeros(len(open(sys.argv[-1]).read())), 48000)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where MMA is, and a FluidSynth is on the way."""
    (tmp_path / "mma.py").write_text(_MMA)
    (tmp_path / "fluidsynth.py").write_text(_FLUIDSYNTH)
    programs = tmp_path / "bin"
    programs.mkdir()
    synthesiser = programs / "fluidsynth"
    # By a shell, as a `#!` takes no path with a space in it.
    command = shlex.join([sys.executable, str(tmp_path / "fluidsynth.py")])
    synthesiser.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    synthesiser.chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    return tmp_path


def test_styles_are_what_is_played_in_the_middle_of_a_piece(tmp_path: Path):
    library = tmp_path / "stdlib"
    library.mkdir()
    (library / "bossanova.mma").write_text(
        "DefGroove BossaNova  Standard beat.\nDefGroove BossaNovaSus  Choir.\n"
        "DefGroove BossaNovaIntro\nDefGroove BossaNovaEnd\n"
    )
    (library / "metronome.mma").write_text("DefGroove Metronome\n")
    assert read_styles(tmp_path) == [BOSSA]


def test_a_piece_is_one_of_its_style_with_all_bars():
    score = compose(BOSSA, np.random.default_rng(0), melody=True)
    assert "Use stdlib/bossanova" in score
    assert "Begin Aria" in score
    bars = [line.split() for line in score.splitlines() if line[0].isdigit()]
    assert [int(number) for number, _ in bars] == list(range(1, 33))
    grooves = {line.split()[1] for line in score.splitlines() if line.startswith("Groove")}
    assert grooves <= set(BOSSA.grooves)


def test_the_same_draws_give_the_same_piece_and_others_another():
    first, again, other = (
        compose(BOSSA, np.random.default_rng(seed), melody=True) for seed in (0, 0, 1)
    )
    assert first == again != other


def test_what_takes_no_melody_is_played_without_and_what_fails_is_left_out(home: Path):
    waltzes = [Style(f"stdlib/waltz{i}", ("Waltz",)) for i in range(8)]
    folder = home / "rendered"
    folder.mkdir()
    render(
        [*waltzes, Style("stdlib/polka", ("Polka",)), BOSSA],
        home,
        [home / "font.sf2"],
        folder,
        seed=0,
    )
    names = {path.name for path in folder.iterdir()}
    assert names == {*(f"stdlib-waltz{i}.flac" for i in range(8)), "stdlib-bossanova.flac"}
    assert all(soundfile.info(folder / name).frames > 0 for name in names)


def test_without_a_synthesiser_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CorpusError, match="apt install fluidsynth"):
        list(tracks_of_bands(tmp_path))

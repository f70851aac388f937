"""What a batch is drawn from, and what is done to it before the network sees it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from training import batches
from training.augmenting import warp
from training.bands import LABEL
from training.batches import Music
from training.corpus import Track
from training.preparing import Prepared
from training.recipe import Recipe

WINDOWS = 3


@pytest.fixture
def music(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Music:
    """Two games of six tracks, and twenty bands of a piece each."""
    windows = Prepared(
        np.zeros((2, WINDOWS, 128, 199), np.uint8),
        np.zeros((WINDOWS, 400), np.float32),
        np.zeros((WINDOWS, 100), np.float32),
    )
    monkeypatch.setattr(batches, "read_prepared", lambda *_: windows)
    games = [Track(f"game {i % 2}", "", tmp_path / f"{i}.ogg") for i in range(12)]
    bands = [Track(f"{LABEL}/style-{i}", "", tmp_path / f"{i}.flac") for i in range(20)]
    return Music([*games, *bands], tmp_path)


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_bands_have_their_share_of_the_batches(music: Music, share: float):
    recipe = Recipe(bands=share, tracks=8, windows=2)
    random = np.random.default_rng(0)
    drawn = Counter(
        music.tracks[music.owner[window]].collection.startswith(LABEL)
        for _ in range(200)
        for window in music.draw(recipe, random)
    )
    # Two tracks are taken of a game, and one of a band.
    expected = share / (share + 2 * (1 - share))
    assert drawn[True] / drawn.total() == pytest.approx(expected, abs=0.05)


def test_a_batch_has_windows_of_a_track_side_by_side_and_two_tracks_of_a_game(music: Music):
    windows = music.draw(Recipe(bands=0.0, tracks=8, windows=2), np.random.default_rng(0))
    owners = music.owner[windows]
    assert (owners[::2] == owners[1::2]).all()
    games = music.collection[owners[::2]]
    assert (games[::2] == games[1::2]).all()


def a_point(band: int, frame: int) -> np.ndarray:
    spectrogram = np.full((1, 128, 199), -80.0, np.float32)
    spectrogram[0, band, frame] = 0
    return spectrogram


def test_what_is_moved_up_is_higher():
    moved = warp(
        a_point(40, 99), np.full((1, 1, 1), 2.0, np.float32), np.ones((1, 1, 1), np.float32)
    ).numpy()
    np.testing.assert_allclose(moved, a_point(42, 99), atol=1e-4)


def test_what_is_played_faster_comes_nearer_to_the_middle():
    faster = np.full((1, 1, 1), 1.25, np.float32)
    played = warp(a_point(40, 99 + 50), np.zeros((1, 1, 1), np.float32), faster).numpy()
    np.testing.assert_allclose(played, a_point(40, 99 + 40), atol=1e-4)

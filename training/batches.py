"""The prepared music in memory, from which batches are drawn."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from training.bands import LABEL
from training.corpus import Track
from training.preparing import read_prepared
from training.recipe import Recipe


class Music:
    """The prepared windows of many tracks, in memory.

    Attributes
    ----------
    tracks
        The tracks, in the order of all arrays.
    spectrograms
        Spectrograms of all windows, (2, W, 128, 199), uint8; see `Prepared`.
    features, tags
        The teachers' features and tags of all windows, (W, 400) and (W, 100).
    owner
        The number of each window's track, (W,).
    collection
        The number of each track's collection, (T,).
    by_bands
        Whether each track is by our own bands, (T,).
    """

    def __init__(self, tracks: Sequence[Track], cache: Path) -> None:
        self.tracks = list(tracks)
        prepared = [read_prepared(track, cache) for track in self.tracks]
        counts = [one.spectrograms.shape[1] for one in prepared]
        self.spectrograms = np.concatenate([one.spectrograms for one in prepared], axis=1)
        self.features = np.concatenate([one.features for one in prepared]).astype(np.float32)
        self.tags = np.concatenate([one.tags for one in prepared]).astype(np.float32)
        self.owner = np.repeat(np.arange(len(counts)), counts)
        self._start = np.concatenate([[0], np.cumsum(counts)])
        names, self.collection = np.unique(
            [track.collection for track in self.tracks], return_inverse=True
        )
        self._is_band = np.array([name.startswith(f"{LABEL}/") for name in names])
        self.by_bands = self._is_band[self.collection]
        self._members = [
            np.flatnonzero(self.collection == c) for c in range(max(self.collection) + 1)
        ]

    def windows_of(self, track: int) -> npt.NDArray[np.int64]:
        """Return the indices of a track's windows."""
        return np.arange(self._start[track], self._start[track + 1])

    def draw(self, recipe: Recipe, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Draw the windows of a batch, grouped by track, with two tracks of each collection if it has two."""
        odds = self._odds(recipe)
        chosen: list[int] = []
        while len(chosen) < recipe.tracks:
            members = self._members[random.choice(len(odds), p=odds)]
            chosen += random.permutation(members)[:2].tolist()
        windows = []
        for track in chosen[: recipe.tracks]:
            own = self.windows_of(track)
            windows.append(random.choice(own, recipe.windows, replace=len(own) < recipe.windows))
        return np.concatenate(windows)

    def _odds(self, recipe: Recipe) -> npt.NDArray[np.float64]:
        """Return the probability of drawing each collection."""
        odds = np.array([len(members) for members in self._members], float)
        odds **= recipe.collection_power
        if self._is_band.any() and not self._is_band.all():
            share = np.where(self._is_band, recipe.bands, 1 - recipe.bands)
            odds *= share / np.bincount(self._is_band, odds)[self._is_band.astype(int)]
        likely: npt.NDArray[np.float64] = odds / odds.sum()
        return likely

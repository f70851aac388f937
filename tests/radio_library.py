"""A real library on made-up sounds, for radios: kinds of music, each by a few artists."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from musicsim.app import Musicsim
from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags


def fill(
    app: Musicsim,
    folder: Path,
    *,
    kinds: int = 3,
    of_each: int = 20,
    artists: int = 7,
    seed: int = 0,
) -> list[int]:
    """Add tracks to a library as if they were scanned and embedded; return their ids, one kind after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    size = app.finding.model.embedding_size
    middles = rng.normal(size=(kinds, size))
    folder_id = app.catalogue.folders.add(folder)
    ids = []
    for number in range(kinds * of_each):
        kind = number // of_each
        artist = f"Artist {kind}-{number % artists}"
        tags = Tags(f"Song {number}", artist, f"Album {kind}-{number % 9}", duration=200.0)
        path = folder / f"{number:04}.flac"
        file = ScannedFile(path, 1, 1, str(path).encode(), tags)
        ids.append(app.catalogue.files.add(folder_id, file))
        embed(app, ids[-1], middles[kind] + 0.8 * rng.normal(size=size))
    return ids


def embed(app: Musicsim, track_id: int, sound: np.ndarray) -> None:
    """Store a track's embedding."""
    vector = np.asarray(sound, np.float32)
    model = app.finding.model
    windows = TrackWindows(np.zeros(1), vector[np.newaxis])
    pending = app.embeddings.pending.tracks(model.identity)
    track = next(track for track in pending if track.id == track_id)
    app.embeddings.store(track, model.identity, 1, windows, PooledTrack(vector, 1))

"""What the tests of the catalogue store."""

from pathlib import Path

import numpy as np

from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags


def scanned(path: str | Path, key: bytes = b"k", *, size: int = 10, **tags) -> ScannedFile:
    return ScannedFile(Path(path), size, 1, key, Tags(**tags))


def windows_of(*vectors) -> TrackWindows:
    return TrackWindows(np.arange(len(vectors), dtype=float), np.array(vectors, np.float32))


def embed(catalogue, store, track_id: int, model: str, vector) -> int | None:
    (pending,) = [track for track in store.pending.tracks(model) if track.id == track_id]
    return store.store(pending, model, 1, windows_of(vector), pooled(vector))


def pooled(vector, windows: int = 1) -> PooledTrack:
    return PooledTrack(np.array(vector, np.float32), windows)

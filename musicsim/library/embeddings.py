"""The embeddings of tracks and of their windows, in the catalogue and in a second SQLite file beside it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.library.catalogue import Catalogue
from musicsim.library.database import Database

WINDOWS_FILE = "windows.sqlite3"

_MIGRATIONS = (
    """
    CREATE TABLE windows (
        track_id INTEGER NOT NULL,
        model TEXT NOT NULL,
        content_key BLOB NOT NULL,
        offsets BLOB NOT NULL,
        vectors BLOB NOT NULL,
        problem TEXT,
        PRIMARY KEY (track_id, model)
    );
    """,
)


@dataclass(frozen=True, slots=True)
class PendingTrack:
    """A track that the model in use has not embedded yet."""

    id: int
    path: Path
    content_key: bytes


@dataclass(frozen=True, slots=True)
class TrackWindows:
    """What the model made of a track's windows.

    Attributes
    ----------
    offsets
        Where the windows begin, in seconds; shape (N,).
    vectors
        Their embeddings; shape (N, D).
    problem
        What is wrong with the file all the same, such as that it is cut short.
    """

    offsets: npt.NDArray[np.float64]
    vectors: npt.NDArray[np.float32]
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class PooledEmbeddings:
    """Pooled embeddings of many tracks.

    Attributes
    ----------
    ids
        The embeddings' own ids, ascending; a track that is embedded again gets a new one. Shape (N,).
    track_ids
        Whose they are. Shape (N,).
    vectors
        Raw, as the model made them. Shape (N, D), float32.
    """

    ids: npt.NDArray[np.int64]
    track_ids: npt.NDArray[np.int64]
    vectors: npt.NDArray[np.float32]


class EmbeddingStore:
    """Keeps what the model made; thread-safe.

    The windows go first and the pooled embedding, which is what makes a track count as embedded, after them: of a
    process killed in between, `interrupted` finds what need not be embedded again.
    """

    def __init__(self, catalogue: Catalogue, data_folder: Path, *, read_only: bool = False) -> None:
        self._catalogue = catalogue
        self._windows = Database(data_folder / WINDOWS_FILE, _MIGRATIONS, read_only=read_only)

    def close(self) -> None:
        """Close the windows' file; the catalogue is its owner's."""
        self._windows.close()

    def pending(self, model: str) -> list[PendingTrack]:
        """The tracks that `model` has yet to embed: neither failed nor missing; by id."""
        rows = self._catalogue.database.query(
            "SELECT id, path, content_key FROM tracks t WHERE NOT failed AND missing_since IS NULL AND NOT EXISTS "
            "(SELECT 1 FROM embeddings e WHERE e.track_id = t.id AND e.model = ?) ORDER BY id",
            (model,),
        )
        return [PendingTrack(i, Path(os.fsdecode(path)), key) for i, path, key in rows]

    def store(
        self,
        track: PendingTrack,
        model: str,
        windows: TrackWindows,
        pooled: npt.NDArray[np.float32],
    ) -> int | None:
        """Keep a track's windows and its pooled embedding (D,).

        Returns the embedding's id, or None if the track is gone or its file has changed meanwhile.
        """
        with self._windows.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?)",
                (
                    track.id,
                    model,
                    track.content_key,
                    windows.offsets.astype("<f4").tobytes(),
                    windows.vectors.astype("<f2").tobytes(),
                    windows.problem,
                ),
            )
        with self._catalogue.database.transaction() as db:
            row = db.execute("SELECT content_key FROM tracks WHERE id = ?", (track.id,)).fetchone()
            if row is None or row[0] != track.content_key:
                return None
            cursor = db.execute(
                "INSERT OR REPLACE INTO embeddings (track_id, model, windows, vector, created_at) "
                "VALUES (?, ?, ?, ?, ?)",
                (
                    track.id,
                    model,
                    len(windows.offsets),
                    pooled.astype("<f4").tobytes(),
                    time.time(),
                ),
            )
            self._catalogue.set_problem(track.id, windows.problem, failed=False)
            return int(cursor.lastrowid or 0)

    def interrupted(self, model: str) -> list[tuple[PendingTrack, TrackWindows]]:
        """Pending tracks whose windows were stored before the process died."""
        found = []
        for track in self.pending(model):
            rows = self._windows.query(
                "SELECT offsets, vectors, problem FROM windows WHERE track_id = ? AND model = ? AND content_key = ?",
                (track.id, model, track.content_key),
            )
            found += [(track, _windows(*row)) for row in rows]
        return found

    def windows(self, track_id: int, model: str) -> TrackWindows | None:
        """What `model` made of a track's windows; None where there is nothing."""
        rows = self._windows.query(
            "SELECT offsets, vectors, problem FROM windows WHERE track_id = ? AND model = ?",
            (track_id, model),
        )
        return _windows(*rows[0]) if rows else None

    def check(self) -> tuple[bool, str]:
        """Whether the windows' file is sound, and what SQLite says of it."""
        return self._windows.check()

    def prune(self) -> int:
        """Delete the windows of tracks that left the library; returns how many tracks that were."""
        known = {row[0] for row in self._catalogue.database.query("SELECT id FROM tracks")}
        stored = {row[0] for row in self._windows.query("SELECT DISTINCT track_id FROM windows")}
        with self._windows.transaction() as db:
            db.executemany("DELETE FROM windows WHERE track_id = ?", [(i,) for i in stored - known])
        return len(stored - known)

    def ids(self, model: str) -> npt.NDArray[np.int64]:
        """The ids of every embedding that `model` made of a track that is not missing, ascending; shape (N,)."""
        rows = self._catalogue.database.query(
            "SELECT e.id FROM embeddings e JOIN tracks t ON t.id = e.track_id "
            "WHERE e.model = ? AND t.missing_since IS NULL ORDER BY e.id",
            (model,),
        )
        return np.array([row[0] for row in rows], dtype=np.int64)

    def id_of(self, track_id: int, model: str) -> int | None:
        """The id of the embedding that `model` made of a track."""
        rows = self._catalogue.database.query(
            "SELECT id FROM embeddings WHERE track_id = ? AND model = ?", (track_id, model)
        )
        return int(rows[0][0]) if rows else None

    def load(self, ids: Iterable[int]) -> PooledEmbeddings:
        """The pooled embeddings of these ids, by id; unknown ids are left out.

        With no embedding at all, `vectors` has shape (0, 0).
        """
        wanted = sorted(ids)
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), 10_000):
            some = [int(i) for i in wanted[start : start + 10_000]]
            marks = ",".join("?" * len(some))
            rows += self._catalogue.database.query(
                f"SELECT id, track_id, vector FROM embeddings WHERE id IN ({marks}) ORDER BY id",
                some,
            )
        vectors = np.frombuffer(b"".join(row[2] for row in rows), "<f4")
        return PooledEmbeddings(
            np.array([row[0] for row in rows], dtype=np.int64),
            np.array([row[1] for row in rows], dtype=np.int64),
            vectors.reshape(len(rows), -1) if rows else np.zeros((0, 0), np.float32),
        )


def _windows(offsets: bytes, vectors: bytes, problem: str | None) -> TrackWindows:
    starts = np.frombuffer(offsets, "<f4").astype(np.float64)
    values = np.frombuffer(vectors, "<f2").astype(np.float32)
    return TrackWindows(starts, values.reshape(len(starts), -1), problem)

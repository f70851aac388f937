"""The pooled embeddings, one per track and model: the table `embeddings`."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from musicsim.library.catalogue.database import Database
from musicsim.library.embedding_types import PooledEmbeddings, PooledTrack

_LONGEST_SKIP = 2**40
"""Largest gap in embedding ids between two openings; there is room for millions of these."""
_PORTION = 4096
_FINDABLE = (
    "FROM embeddings e WHERE e.model = ? AND e.track_id NOT IN (SELECT t.id FROM tracks t JOIN folders f "
    "ON f.id = t.folder_id WHERE t.missing_since IS NOT NULL AND f.unavailable IS NULL)"
)


class PooledStore:
    """Stores pooled embeddings; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def skip_ids(self) -> None:
        """Skip to an unused range of ids, so that an id is never reused.

        The index identifies embeddings by their ids. It may have seen later ids than this catalogue, which may be an
        older backup, or a new one beside an old index. After a random skip, an id means one vector for ever, and the
        index drops the ids that the catalogue doesn't have.
        """
        with self._database.transaction(is_news=False) as db:
            db.execute(
                "INSERT INTO sqlite_sequence SELECT 'embeddings', 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'embeddings')"
            )
            db.execute(
                "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'embeddings'",
                (secrets.randbelow(_LONGEST_SKIP),),
            )

    def of(self, track_id: int, model: str) -> PooledTrack | None:
        """Return a track's embedding by `model`, and its number of windows; None if not embedded."""
        rows = self._database.query(
            "SELECT vector, windows FROM embeddings WHERE track_id = ? AND model = ?",
            (track_id, model),
        )
        return PooledTrack(np.frombuffer(rows[0][0], "<f4"), rows[0][1]) if rows else None

    def id_of(self, track_id: int, model: str) -> int | None:
        """Return the id of a track's embedding by `model`, if any."""
        rows = self._database.query(
            "SELECT id FROM embeddings WHERE track_id = ? AND model = ?", (track_id, model)
        )
        return int(rows[0][0]) if rows else None

    def ids(self, model: str) -> npt.NDArray[np.int64]:
        """Return the ids of all embeddings by `model` of tracks that are not missing, ascending; shape (N,).

        Tracks in unavailable music folders are included: the index need not change for a disk that will be back.
        """
        rows = self._database.query(f"SELECT e.id {_FINDABLE} ORDER BY e.id", (model,))
        return np.array([row[0] for row in rows], dtype=np.int64)

    def count(self, model: str) -> int:
        """Return the number of embeddings by `model`, including those of missing tracks."""
        ((count,),) = self._database.query(
            "SELECT COUNT(*) FROM embeddings WHERE model = ?", (model,)
        )
        return int(count)

    def count_findable(self, model: str) -> int:
        """Return the number of `ids`."""
        return int(self._database.query(f"SELECT COUNT(*) {_FINDABLE}", (model,))[0][0])

    def findable(
        self, model: str, among: Iterable[int] | None = None
    ) -> Iterator[PooledEmbeddings]:
        """Yield the embeddings by `model` of tracks that are not missing, by id, some thousand at a time.

        See `ids`. Others may write in between; their changes are in `Catalogue.changes`.

        Parameters
        ----------
        among
            Only embeddings with these ids.
        """
        columns = f"SELECT e.id, e.track_id, e.vector {_FINDABLE}"
        if among is not None:
            wanted = sorted(among)
            for start in range(0, len(wanted), _PORTION):
                some = wanted[start : start + _PORTION]
                marks = ",".join("?" * len(some))
                sql = f"{columns} AND e.id IN ({marks}) ORDER BY e.id"
                if rows := self._database.query(sql, (model, *some)):
                    yield _embeddings(rows)
            return
        sql = f"{columns} AND e.id > ? ORDER BY e.id LIMIT {_PORTION}"
        last = -1
        while rows := self._database.query(sql, (model, last)):
            yield _embeddings(rows)
            last = rows[-1][0]

    def load(self, ids: Iterable[int]) -> PooledEmbeddings:
        """Return the pooled embeddings of these ids, by id; unknown ids are left out.

        Without any embedding, `vectors` has shape (0, 0).
        """
        wanted = sorted(ids)
        rows: list[tuple[Any, ...]] = []
        for start in range(0, len(wanted), 10_000):
            some = [int(i) for i in wanted[start : start + 10_000]]
            marks = ",".join("?" * len(some))
            rows += self._database.query(
                f"SELECT id, track_id, vector FROM embeddings WHERE id IN ({marks}) ORDER BY id",
                some,
            )
        return _embeddings(rows)

    def plans(self, model: str) -> dict[int, int]:
        """Return the plan (total number of windows) of each track's last pass, by the track's id."""
        return dict(
            self._database.query("SELECT track_id, plan FROM embeddings WHERE model = ?", (model,))
        )

    def put(self, track_id: int, model: str, plan: int, pooled: PooledTrack) -> int:
        """Store the embedding of a track, replacing an earlier one; return its new id."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "INSERT OR REPLACE INTO embeddings (track_id, model, windows, vector, created_at, plan) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    track_id,
                    model,
                    pooled.windows,
                    pooled.vector.astype("<f4").tobytes(),
                    time.time(),
                    plan,
                ),
            )
            return int(cursor.lastrowid or 0)

    def reach(self, track_id: int, model: str, plan: int) -> None:
        """Record that a pass had nothing to add; the embedding stays the same."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE embeddings SET plan = ? WHERE track_id = ? AND model = ?",
                (plan, track_id, model),
            )

    def copy(self, of: int, to: int, model: str | None = None) -> None:
        """Give a track the embeddings of another one: by every model, or by one."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO embeddings (track_id, model, windows, vector, created_at, plan) "
                "SELECT ?, model, windows, vector, created_at, plan FROM embeddings "
                "WHERE track_id = ? AND model = IFNULL(?, model)",
                (to, of, model),
            )

    def move(self, track_id: int, to: int) -> None:
        """Move the embeddings of a track to another one, replacing its own by the same models."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE OR REPLACE embeddings SET track_id = ? WHERE track_id = ?", (to, track_id)
            )

    def drop(self, track_id: int, *, but: str | None = None) -> None:
        """Delete the embeddings of a track, except the one by the model `but`."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM embeddings WHERE track_id = ? AND model IS NOT ?", (track_id, but)
            )

    def forget(self, model: str) -> int:
        """Delete every embedding by a model; return their number."""
        with self._database.transaction() as db:
            return db.execute("DELETE FROM embeddings WHERE model = ?", (model,)).rowcount


def _embeddings(rows: list[tuple[Any, ...]]) -> PooledEmbeddings:
    vectors = np.frombuffer(b"".join(row[2] for row in rows), "<f4")
    return PooledEmbeddings(
        np.array([row[0] for row in rows], dtype=np.int64),
        np.array([row[1] for row in rows], dtype=np.int64),
        vectors.reshape(len(rows), -1) if rows else np.zeros((0, 0), np.float32),
    )

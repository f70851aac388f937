"""The embeddings of tracks and of their windows, in the catalogue and in a second SQLite file beside it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import numpy as np

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import stored_path
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.types import KnownModel, PendingTrack, PooledTrack, TrackWindows

WINDOWS_FILE = "windows.sqlite3"
_ANY_PLAN = 2**62

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
    # One row for each pass over a track, so that a later pass only adds one. Until then there was one pass, of 32.
    """
    ALTER TABLE windows RENAME TO windows_of_one_pass;
    CREATE TABLE windows (
        track_id INTEGER NOT NULL,
        model TEXT NOT NULL,
        plan INTEGER NOT NULL,
        content_key BLOB NOT NULL,
        offsets BLOB NOT NULL,
        vectors BLOB NOT NULL,
        problem TEXT,
        PRIMARY KEY (track_id, model, plan)
    );
    INSERT INTO windows SELECT track_id, model, 32, content_key, offsets, vectors, problem FROM windows_of_one_pass;
    DROP TABLE windows_of_one_pass;
    """,
)


class EmbeddingStore:
    """Keeps what the models made, pass by pass; thread-safe.

    A pass has the number of windows that its plan wants in all. Its windows go first and the pooled embedding, which is
    what makes a track count as embedded, after them: of a process killed in between, `interrupted` finds what need not
    be embedded again.

    Attributes
    ----------
    pooled
        The pooled embeddings.
    """

    def __init__(self, catalogue: Catalogue, data_folder: Path, *, read_only: bool = False) -> None:
        self._catalogue = catalogue
        self.pooled = PooledStore(catalogue.database)
        self._windows = Database(
            data_folder / WINDOWS_FILE, _MIGRATIONS, read_only=read_only, derived=True
        )
        if not read_only:
            with contextlib.ExitStack() as undo:
                undo.callback(self._windows.close)
                self._forget_lost_tracks()
                undo.pop_all()

    def _forget_lost_tracks(self) -> None:
        """Prune if there are windows of tracks that this catalogue never had: it is an older one, put back.

        The tracks that get their ids have nothing to do with them.
        """
        ((last,),) = self._windows.query("SELECT MAX(track_id) FROM windows")
        if (last or 0) > self._catalogue.tracks.last_id():
            self.prune()

    def close(self) -> None:
        """Close the windows' file; the catalogue is its owner's."""
        self._windows.close()

    def pending(self, model: str, plan: int = 1) -> list[PendingTrack]:
        """The tracks that `model` has yet to embed with the windows of `plan`: neither failed nor missing; by id.

        Those whose file has changed since it was heard are among them, and keep their embedding meanwhile.
        """
        rows = self._catalogue.database.query(
            "SELECT id, path, content_key, duration FROM tracks t WHERE NOT failed AND missing_since IS NULL "
            "AND (unheard OR NOT EXISTS (SELECT 1 FROM embeddings e WHERE e.track_id = t.id AND e.model = ? "
            "AND e.plan >= ?)) ORDER BY id",
            (model, plan),
        )
        return [pending_track(*row) for row in rows]

    def store(
        self,
        track: PendingTrack,
        model: str,
        plan: int,
        windows: TrackWindows,
        pooled: PooledTrack,
        *,
        afresh: bool = False,
    ) -> int | None:
        """Keep the windows of a pass, and the pooled embedding of this and the earlier ones.

        Parameters
        ----------
        afresh
            The windows take the place of those of earlier passes.

        Returns
        -------
        int or None
            The embedding's id, a new one; None if the track is gone or its file has changed meanwhile.
        """
        with self._windows.transaction() as db:
            db.execute(
                "DELETE FROM windows WHERE track_id = ? AND model = ? AND (? OR content_key != ?)",
                (track.id, model, afresh, track.content_key),
            )
            db.execute(
                "INSERT OR REPLACE INTO windows VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    track.id,
                    model,
                    plan,
                    track.content_key,
                    windows.offsets.astype("<f4").tobytes(),
                    windows.vectors.astype("<f2").tobytes(),
                    windows.problem,
                ),
            )
        return self.pool_again(track, model, plan, windows, pooled)

    def pool_again(
        self,
        track: PendingTrack,
        model: str,
        plan: int,
        windows: TrackWindows,
        pooled: PooledTrack,
    ) -> int | None:
        """Keep the pooled embedding of windows that are stored; see `store`."""
        with self._catalogue.transaction():
            if not self.is_unchanged(track):
                return None
            embedding_id = self.pooled.put(track.id, model, plan, pooled)
            # A later pass need not come across what an earlier one found.
            if windows.problem is not None:
                self._catalogue.files.set_problem(track.id, windows.problem, failed=False)
            return embedding_id

    def reach(self, track: PendingTrack, model: str, plan: int) -> None:
        """Note that a pass over an embedded track has nothing to add: its embedding stays as it is."""
        with self._catalogue.transaction():
            if self.is_unchanged(track):
                self.pooled.reach(track.id, model, plan)

    def fail(self, track: PendingTrack, reason: str) -> None:
        """Note why a track can't be embedded, and delete what was made of its file before that changed.

        Not where the file has changed since, as one that was half copied: then it is to be heard.
        """
        with self._catalogue.transaction():
            if self.is_unchanged(track):
                self.pooled.drop(track.id)
                self._catalogue.files.set_problem(track.id, reason, failed=True)

    def copy(self, of: int, track: PendingTrack, model: str | None = None) -> None:
        """Let a track have what was made of another one: by every model, or by one."""
        with self._windows.transaction() as db:
            db.execute(
                "DELETE FROM windows WHERE track_id = ? AND model = IFNULL(?, model)",
                (track.id, model),
            )
            db.execute(
                "INSERT INTO windows SELECT ?, model, plan, ?, offsets, vectors, problem FROM windows "
                "WHERE track_id = ? AND model = IFNULL(?, model)",
                (track.id, track.content_key, of, model),
            )
        with self._catalogue.transaction():
            if self.is_unchanged(track):
                self.pooled.copy(of, track.id, model)

    def keep_windows(self, track: PendingTrack) -> None:
        """Note that what was made of a track's windows holds for its file as it is now."""
        with self._windows.transaction() as db:
            db.execute(
                "UPDATE windows SET content_key = ? WHERE track_id = ?",
                (track.content_key, track.id),
            )

    def move_windows(self, track: PendingTrack, to: int) -> None:
        """Let another track have what was made of a track's windows, beside what it has, for the file of that track."""
        with self._windows.transaction() as db:
            db.execute(
                "UPDATE OR REPLACE windows SET track_id = ? WHERE track_id = ?", (to, track.id)
            )
            db.execute(
                "UPDATE windows SET content_key = ? WHERE track_id = ?", (track.content_key, to)
            )

    def is_unchanged(self, track: PendingTrack) -> bool:
        """Whether the track is in the library, and its file has this content still."""
        sql = "SELECT 1 FROM tracks WHERE id = ? AND content_key = ?"
        return bool(self._catalogue.database.query(sql, (track.id, track.content_key)))

    def interrupted(self, model: str) -> list[tuple[PendingTrack, int, TrackWindows]]:
        """Tracks with a pass whose windows were stored before the process died, but not pooled.

        Returns
        -------
        list of (track, plan, windows)
            The last such pass of each, and all windows up to it.
        """
        stored = self._windows.query(
            "SELECT track_id, MAX(plan) FROM windows WHERE model = ? GROUP BY track_id", (model,)
        )
        pooled = self.pooled.plans(model)
        lagging = {i: plan for i, plan in stored if plan > pooled.get(i, 0)}
        found = []
        for track in self.pending(model, _ANY_PLAN) if lagging else ():
            if track.id in lagging:
                windows = self.windows(track.id, model, track.content_key)
                if windows is not None:
                    found.append((track, lagging[track.id], windows))
        return found

    def windows(
        self, track_id: int, model: str, content_key: bytes | None = None
    ) -> TrackWindows | None:
        """What `model` made of a track's windows in all passes; None where there is nothing.

        With `content_key`, what it made of another content does not count.
        """
        rows = self._windows.query(
            "SELECT offsets, vectors, problem FROM windows WHERE track_id = ? AND model = ? "
            "AND content_key = IFNULL(?, content_key) ORDER BY plan",
            (track_id, model, content_key),
        )
        if not rows:
            return None
        passes = [_windows(*row) for row in rows]
        return TrackWindows(
            np.concatenate([one.offsets for one in passes]),
            np.concatenate([one.vectors for one in passes]),
            next((one.problem for one in reversed(passes) if one.problem), None),
        )

    # --- models ---

    def remember(self, model: KnownModel) -> None:
        """Keep what is known of a model, for as long as its embeddings are kept."""
        if self.known(model.identity) == model:
            return
        with self._catalogue.database.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO models VALUES (?, ?, ?, ?, ?)",
                (
                    model.identity,
                    os.fsencode(model.weights),
                    model.input_repr,
                    model.embedding_size,
                    model.standardised,
                ),
            )

    def known(self, identity: str) -> KnownModel | None:
        """What is known of a model that was in use once."""
        rows = self._catalogue.database.query(
            "SELECT identity, weights, input_repr, embedding_size, standardised FROM models WHERE identity = ?",
            (identity,),
        )
        for identity, weights, input_repr, size, standardised in rows:
            path = Path(os.fsdecode(weights))
            return KnownModel(identity, path, input_repr, size, bool(standardised))
        return None

    def models(self) -> dict[str, int]:
        """How many tracks each model has embedded, by its identity; missing ones count too."""
        return dict(
            self._catalogue.database.query("SELECT model, COUNT(*) FROM embeddings GROUP BY model")
        )

    def forget(self, model: str) -> int:
        """Delete all that a model made; returns of how many tracks that was."""
        with self._windows.transaction() as db:
            db.execute("DELETE FROM windows WHERE model = ?", (model,))
        with self._catalogue.database.transaction() as db:
            db.execute("DELETE FROM models WHERE identity = ?", (model,))
            return self.pooled.forget(model)

    @property
    def mended(self) -> str:
        """What was done about a damaged file of windows; see `Database`."""
        return self._windows.mended

    def check(self) -> tuple[bool, str]:
        """Whether the windows' file is sound, and what SQLite says of it."""
        return self._windows.check()

    def prune(self) -> int:
        """Delete what was made of tracks that left the library; returns of how many there were windows."""
        self._catalogue.loudness.prune()
        known = {row[0] for row in self._catalogue.database.query("SELECT id FROM tracks")}
        stored = {row[0] for row in self._windows.query("SELECT DISTINCT track_id FROM windows")}
        with self._windows.transaction() as db:
            db.executemany("DELETE FROM windows WHERE track_id = ?", [(i,) for i in stored - known])
        return len(stored - known)


def _windows(offsets: bytes, vectors: bytes, problem: str | None) -> TrackWindows:
    starts = np.frombuffer(offsets, "<f4").astype(np.float64)
    values = np.frombuffer(vectors, "<f2").astype(np.float32)
    return TrackWindows(starts, values.reshape(len(starts), -1), problem)


def pending_track(track_id: int, path: bytes, *others: Any) -> PendingTrack:
    """A track of a row: its id, its path and what follows."""
    return PendingTrack(track_id, stored_path(path), *others)

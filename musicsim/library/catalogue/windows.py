"""The embeddings of the tracks' windows: the table `windows`, in a second SQLite file beside the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.prose import prose_to_reasons
from musicsim.library.embedding_types import PendingTrack, TrackWindows

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
    # One row per pass over a track, so that a later pass only adds one. Before this there was one pass, of 32 windows.
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
    prose_to_reasons("windows", "problem"),
)


class WindowStore:
    """Stores the window embeddings, one row per pass; thread-safe.

    Parameters
    ----------
    data_folder
        The folder of `windows.sqlite3`, which is created if missing. A damaged one is replaced by an empty one.
    read_only
        Open an existing file, even while its owner uses it.
    """

    def __init__(self, data_folder: Path, *, read_only: bool = False) -> None:
        self._database = Database(
            data_folder / WINDOWS_FILE, _MIGRATIONS, read_only=read_only, derived=True
        )

    @staticmethod
    def exists(data_folder: Path) -> bool:
        """Return whether a data folder has a windows' file, or a backup to restore it from."""
        return Database.exists(data_folder / WINDOWS_FILE)

    @staticmethod
    def suspect(data_folder: Path) -> None:
        """Have the file checked thoroughly, and repaired if need be, when it is next opened."""
        Database.suspect(data_folder / WINDOWS_FILE)

    def of(
        self, track_id: int, model: str, content_key: bytes | None = None
    ) -> TrackWindows | None:
        """Return the embeddings by `model` of a track's windows in all passes; None without any.

        With `content_key`, those of other content are ignored.
        """
        rows = self._database.query(
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

    def offsets(self, track_id: int, model: str, content_key: bytes) -> npt.NDArray[np.float64]:
        """Return the start times of the windows of a content that `model` has embedded, in seconds; shape (N,)."""
        rows = self._database.query(
            "SELECT offsets FROM windows WHERE track_id = ? AND model = ? AND content_key = ? ORDER BY plan",
            (track_id, model, content_key),
        )
        return np.frombuffer(b"".join(row[0] for row in rows), "<f4").astype(np.float64)

    def has(self, track_id: int, model: str) -> bool:
        """Return whether there are windows of a track that `model` embedded, of whichever content."""
        sql = "SELECT EXISTS (SELECT 1 FROM windows WHERE track_id = ? AND model = ?)"
        return bool(self._database.query(sql, (track_id, model))[0][0])

    def plans(self, model: str) -> dict[int, int]:
        """Return the plan (total number of windows) of each track's last stored pass, by the track's id."""
        return dict(
            self._database.query(
                "SELECT track_id, MAX(plan) FROM windows WHERE model = ? GROUP BY track_id",
                (model,),
            )
        )

    def track_ids(self) -> set[int]:
        """Return the tracks that have windows."""
        return {row[0] for row in self._database.query("SELECT DISTINCT track_id FROM windows")}

    def last_track_id(self) -> int:
        """Return the highest of these track ids; 0 without any."""
        ((last,),) = self._database.query("SELECT MAX(track_id) FROM windows")
        return int(last or 0)

    def put(
        self,
        track: PendingTrack,
        model: str,
        plan: int,
        windows: TrackWindows,
        *,
        afresh: bool = False,
    ) -> None:
        """Store the windows of a pass. Delete those of other content and, with `afresh`, of all earlier passes."""
        with self._database.transaction() as db:
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
                    windows.problem and windows.problem.to_stored(),
                ),
            )

    def copy(self, of: int, track: PendingTrack, model: str | None = None) -> None:
        """Replace the windows of a track by those of another one: by every model, or by one."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM windows WHERE track_id = ? AND model = IFNULL(?, model)",
                (track.id, model),
            )
            db.execute(
                "INSERT INTO windows SELECT ?, model, plan, ?, offsets, vectors, problem FROM windows "
                "WHERE track_id = ? AND model = IFNULL(?, model)",
                (track.id, track.content_key, of, model),
            )

    def confirm(self, track: PendingTrack) -> None:
        """Record that a track's windows are valid for its current file."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE windows SET content_key = ? WHERE track_id = ?",
                (track.content_key, track.id),
            )

    def move(self, track: PendingTrack, to: int) -> None:
        """Move a track's windows to another one, in addition to its own, for the file of the first."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE OR REPLACE windows SET track_id = ? WHERE track_id = ?", (to, track.id)
            )
            db.execute(
                "UPDATE windows SET content_key = ? WHERE track_id = ?", (track.content_key, to)
            )

    def drop(self, track_ids: Iterable[int]) -> None:
        """Delete the windows of some tracks."""
        with self._database.transaction() as db:
            db.executemany("DELETE FROM windows WHERE track_id = ?", [(i,) for i in track_ids])

    def forget(self, model: str) -> None:
        """Delete every window by a model."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM windows WHERE model = ?", (model,))

    @property
    def mended(self) -> str:
        """The repair made to a damaged file when this was opened; empty if none was necessary."""
        return self._database.mended

    def check(self) -> tuple[bool, str]:
        """Return whether the file is sound, and SQLite's report."""
        return self._database.check()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _windows(offsets: bytes, vectors: bytes, problem: str | None) -> TrackWindows:
    starts = np.frombuffer(offsets, "<f4").astype(np.float64)
    values = np.frombuffer(vectors, "<f2").astype(np.float32)
    reason = None if problem is None else Reason.from_stored(problem)
    return TrackWindows(starts, values.reshape(len(starts), -1), reason)

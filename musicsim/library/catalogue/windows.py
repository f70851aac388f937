"""The embeddings of the tracks' windows: the table `windows`, in a second SQLite file beside the catalogue."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.prose import prose_to_reasons
from musicsim.library.types import PendingTrack, TrackWindows

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
    prose_to_reasons("windows", "problem"),
)


class WindowStore:
    """Keeps what the models made of the tracks' windows, a row for each pass; thread-safe.

    Parameters
    ----------
    data_folder
        Where `windows.sqlite3` is; made if missing. A damaged one is begun again.
    read_only
        Open an existing file beside its owner.
    """

    def __init__(self, data_folder: Path, *, read_only: bool = False) -> None:
        self._database = Database(
            data_folder / WINDOWS_FILE, _MIGRATIONS, read_only=read_only, derived=True
        )

    @staticmethod
    def exists(data_folder: Path) -> bool:
        """Whether there is a windows' file in a data folder, or a copy to make it of."""
        return Database.exists(data_folder / WINDOWS_FILE)

    @staticmethod
    def suspect(data_folder: Path) -> None:
        """Have the file checked thoroughly, and mended if need be, when it is opened next."""
        Database.suspect(data_folder / WINDOWS_FILE)

    def of(
        self, track_id: int, model: str, content_key: bytes | None = None
    ) -> TrackWindows | None:
        """What `model` made of a track's windows in all passes; None where there is nothing.

        With `content_key`, what it made of another content does not count.
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
        """Where the windows begin that `model` has listened to of a content, in seconds; shape (N,)."""
        rows = self._database.query(
            "SELECT offsets FROM windows WHERE track_id = ? AND model = ? AND content_key = ? ORDER BY plan",
            (track_id, model, content_key),
        )
        return np.frombuffer(b"".join(row[0] for row in rows), "<f4").astype(np.float64)

    def plans(self, model: str) -> dict[int, int]:
        """How many windows the last stored pass over each track was to reach, by the track's id."""
        return dict(
            self._database.query(
                "SELECT track_id, MAX(plan) FROM windows WHERE model = ? GROUP BY track_id",
                (model,),
            )
        )

    def track_ids(self) -> set[int]:
        """The tracks that there are windows of."""
        return {row[0] for row in self._database.query("SELECT DISTINCT track_id FROM windows")}

    def last_track_id(self) -> int:
        """The highest of their ids; 0 without any."""
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
        """Keep the windows of a pass; those of another content go, and all earlier ones where it begins `afresh`."""
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
        """Give a track the windows of another one in place of its own: by every model, or by one."""
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
        """Note that a track's windows hold for its file as it is now."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE windows SET content_key = ? WHERE track_id = ?",
                (track.content_key, track.id),
            )

    def move(self, track: PendingTrack, to: int) -> None:
        """Give a track's windows to another one, beside those that it has, for the file of the first."""
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
        """What was done about a damaged file when this was opened; empty if it was none."""
        return self._database.mended

    def check(self) -> tuple[bool, str]:
        """Whether the file is sound, and what SQLite says of it."""
        return self._database.check()

    def close(self) -> None:
        """Close the file."""
        self._database.close()


def _windows(offsets: bytes, vectors: bytes, problem: str | None) -> TrackWindows:
    starts = np.frombuffer(offsets, "<f4").astype(np.float64)
    values = np.frombuffer(vectors, "<f2").astype(np.float32)
    reason = None if problem is None else Reason.from_stored(problem)
    return TrackWindows(starts, values.reshape(len(starts), -1), reason)

"""What was played, and how it ended, in the catalogue's file."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database
from musicsim.library.types import EndOfPlay, Play


class Plays:
    """Keeps what was played; thread-safe, and every read gives fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, play: Play) -> None:
        """Keep a play; not where its track has left the library meanwhile."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO plays (track_id, started_at, heard, length, ended) "
                "SELECT id, ?, ?, ?, ? FROM tracks WHERE id = ?",
                (play.started_at, play.heard, play.length, play.end.value, play.track_id),
            )

    def latest(self, limit: int, *, heard: float = 0.0) -> list[Play]:
        """The last plays, the one that began last first.

        Parameters
        ----------
        limit
            How many at most.
        heard
            Leave out those of which fewer seconds were heard, unless the track came to its end.
        """
        rows = self._database.query(
            "SELECT track_id, started_at, heard, length, ended FROM plays "
            "WHERE heard >= ? OR ended = ? ORDER BY started_at DESC, id DESC LIMIT ?",
            (heard, EndOfPlay.FINISHED.value, limit),
        )
        return [
            Play(track_id, started_at, seconds, length, EndOfPlay(ended))
            for track_id, started_at, seconds, length, ended in rows
        ]

    def replace(self, track_id: int, by: int) -> None:
        """Count the plays of a track as those of another one."""
        with self._database.transaction() as db:
            db.execute("UPDATE plays SET track_id = ? WHERE track_id = ?", (by, track_id))

    def clear(self) -> None:
        """Forget every play."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM plays")

"""The playing history in the catalogue's file: which tracks were played, and how each play ended."""

from __future__ import annotations

from musicsim.library.catalogue.database import Database
from musicsim.library.types import EndOfPlay, Play


class Plays:
    """Stores plays; thread-safe, and every read returns fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, play: Play) -> None:
        """Store a play, unless its track has left the library in the meantime."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO plays (track_id, started_at, heard, length, ended) "
                "SELECT id, ?, ?, ?, ? FROM tracks WHERE id = ?",
                (play.started_at, play.heard, play.length, play.end.value, play.track_id),
            )

    def latest(self, limit: int, *, heard: float = 0.0) -> list[Play]:
        """Return the last plays, the latest first.

        Parameters
        ----------
        limit
            The largest number of plays.
        heard
            Leave out plays with fewer seconds heard, unless the track came to its end.
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
        """Reassign the plays of a track to another one."""
        with self._database.transaction() as db:
            db.execute("UPDATE plays SET track_id = ? WHERE track_id = ?", (by, track_id))

    def clear(self) -> None:
        """Delete every play."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM plays")

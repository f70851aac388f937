"""The playing history in the catalogue's file: which tracks were played, and how each play ended."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from musicsim.library.catalogue.database import Database
from musicsim.library.types import EndOfPlay, Play

# A scrobble's condition: https://www.last.fm/api/scrobbling.
_WAS_PLAYED = "(ended = 'finished' OR heard >= 240 OR (length > 0 AND 2 * heard >= length))"
_COUNTS = (
    f"SELECT track_id, SUM({_WAS_PLAYED}), SUM(ended = 'skipped' AND NOT {_WAS_PLAYED}), "
    f"MAX(CASE WHEN {_WAS_PLAYED} THEN started_at END) FROM plays"
)


@dataclass(frozen=True, slots=True)
class PlayCounts:
    """How often a track was played and skipped.

    Attributes
    ----------
    plays
        Plays to the end, or of at least half of the track or 4 minutes.
    skips
        How often the listener went on to another track before that.
    last_played
        The start of the last one of `plays`, in seconds since the epoch.
    """

    plays: int
    skips: int
    last_played: float | None


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

    def counts(self, track_ids: Iterable[int] | None = None) -> dict[int, PlayCounts]:
        """Return how often tracks were played and skipped: some, or all; none of those that never began."""
        if track_ids is None:
            rows = self._database.query(f"{_COUNTS} GROUP BY track_id")
        else:
            wanted = list(dict.fromkeys(track_ids))
            rows = []
            for start in range(0, len(wanted), 500):
                some = wanted[start : start + 500]
                marks = ",".join("?" * len(some))
                rows += self._database.query(
                    f"{_COUNTS} WHERE track_id IN ({marks}) GROUP BY track_id", some
                )
        return {row[0]: PlayCounts(*row[1:]) for row in rows}

    def replace(self, track_id: int, by: int) -> None:
        """Reassign the plays of a track to another one."""
        with self._database.transaction() as db:
            db.execute("UPDATE plays SET track_id = ? WHERE track_id = ?", (by, track_id))

    def clear(self) -> None:
        """Delete every play."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM plays")

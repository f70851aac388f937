"""The playing history in the catalogue's file: which tracks were played, and how each play ended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

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
    """Stores plays; thread-safe, and every read returns fresh values.

    A sound keeps the plays of its tracks when they leave the library, for when one comes back.
    """

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

    def counts(
        self, track_ids: Iterable[int] | None = None, *, before: float = inf
    ) -> dict[int, PlayCounts]:
        """Return how often tracks were played and skipped: some, or all; none of those that never began.

        Tracks with the same sound share theirs, so that some bring along those that sound the same.

        Parameters
        ----------
        before
            Leave out plays that began at this time or later, in seconds since the epoch.
        """
        wanted = None if track_ids is None else list(dict.fromkeys(track_ids))
        copies = self._copies(wanted)
        if wanted is None:
            where = "" if before == inf else "WHERE started_at < ?"
            rows = self._database.query(
                f"{_COUNTS} {where} GROUP BY track_id", (before,) if where else ()
            )
        else:
            counted = list(dict.fromkeys((*wanted, *(i for same in copies for i in same))))
            rows = []
            for some in _in_parts(counted):
                marks = ",".join("?" * len(some))
                rows += self._database.query(
                    f"{_COUNTS} WHERE track_id IN ({marks}) AND started_at < ? GROUP BY track_id",
                    (*some, before),
                )
        own = {row[0]: PlayCounts(*row[1:]) for row in rows}
        for same in copies:
            if several := [own[i] for i in same if i in own]:
                own |= dict.fromkeys(same, _sum(several))
        return own

    def _copies(self, track_ids: Sequence[int] | None) -> list[list[int]]:
        """Return the tracks that have the same sound, of all sounds that several have, or of those of some tracks."""
        if track_ids is None:
            rows = self._database.query(
                "SELECT t.fingerprint, t.id FROM tracks t JOIN (SELECT fingerprint FROM tracks "
                "WHERE fingerprint IS NOT NULL GROUP BY fingerprint HAVING COUNT(*) > 1) s "
                "ON s.fingerprint = t.fingerprint"
            )
        else:
            rows = []
            for some in _in_parts(track_ids):
                rows += self._database.query(
                    "SELECT c.fingerprint, c.id FROM tracks t JOIN tracks c ON c.fingerprint = t.fingerprint "
                    f"WHERE t.id IN ({','.join('?' * len(some))})",
                    some,
                )
        by_sound: dict[bytes, dict[int, None]] = {}
        for fingerprint, track_id in rows:
            by_sound.setdefault(fingerprint, {})[track_id] = None
        return [list(same) for same in by_sound.values() if len(same) > 1]

    def last_played(self, limit: int, *, before: float = inf) -> list[int]:
        """Return the tracks that were played last, each once, the latest first.

        Parameters
        ----------
        limit
            The largest number of tracks.
        before
            Leave out plays that began at this time or later, in seconds since the epoch.
        """
        rows = self._database.query(
            f"SELECT track_id, MAX(started_at) FROM plays WHERE {_WAS_PLAYED} AND started_at < ? "
            "GROUP BY track_id ORDER BY 2 DESC, 1 LIMIT ?",
            (before, limit),
        )
        return [track_id for track_id, _ in rows]

    def replace(self, track_id: int, by: int) -> None:
        """Reassign the plays of a track to another one."""
        with self._database.transaction() as db:
            db.execute("UPDATE plays SET track_id = ? WHERE track_id = ?", (by, track_id))

    def clear(self, since: float = -inf) -> None:
        """Delete every play, or those that began at a time or later, in seconds since the epoch."""
        with self._database.transaction() as db:
            for table in ("plays", "sound_plays"):
                db.execute(f"DELETE FROM {table} WHERE started_at >= ?", (since,))


def _sum(counts: Sequence[PlayCounts]) -> PlayCounts:
    played = [each.last_played for each in counts if each.last_played is not None]
    return PlayCounts(
        sum(each.plays for each in counts),
        sum(each.skips for each in counts),
        max(played, default=None),
    )


def _in_parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), 500):
        yield ids[start : start + 500]

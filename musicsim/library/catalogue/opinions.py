"""The listener's likes and bans of tracks, albums and artists, in the catalogue's file."""

from __future__ import annotations

import enum
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass

from musicsim.library.catalogue.database import Database


class Opinion(enum.Enum):
    """What the listener thinks of a track, an album or an artist."""

    LIKED = "liked"
    BANNED = "banned"
    """Never to be in a list that musicsim makes."""


class Subject(enum.Enum):
    """What an opinion is about."""

    TRACK = "track"
    ALBUM = "album"
    ARTIST = "artist"


@dataclass(frozen=True, slots=True)
class TrackOpinion:
    """An opinion about a track; `since` is in seconds since the epoch."""

    track_id: int
    opinion: Opinion
    since: float


@dataclass(frozen=True, slots=True)
class NamedOpinion:
    """An opinion about an album or an artist.

    Attributes
    ----------
    subject
        An album or an artist.
    key
        What all spellings of the name have in common.
    name
        For people.
    since
        Seconds since the epoch.
    """

    subject: Subject
    key: tuple[str, ...]
    name: str
    opinion: Opinion
    since: float


class OpinionStore:
    """Stores opinions; thread-safe, and every read returns fresh values.

    There is one opinion about each track, album or artist: the last one. Tracks with the same sound share theirs, and
    a sound keeps it when its tracks leave the library.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def set_track(self, track_id: int, opinion: Opinion, *, since: float | None = None) -> None:
        """Store the opinion about a track, since now or another time, unless it has left the library."""
        with self._database.transaction() as db:
            self.forget_track(track_id)
            db.execute(
                "INSERT INTO track_opinions SELECT id, ?, ? FROM tracks WHERE id = ?",
                (opinion.value, time.time() if since is None else since, track_id),
            )

    def forget_track(self, track_id: int) -> None:
        """Delete the opinion about a track, and about those with the same sound."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM track_opinions WHERE track_id = ?1 OR track_id IN ("
                "SELECT c.id FROM tracks t JOIN tracks c ON c.fingerprint = t.fingerprint WHERE t.id = ?1)",
                (track_id,),
            )
            db.execute(
                "DELETE FROM sound_opinions WHERE fingerprint = (SELECT fingerprint FROM tracks WHERE id = ?)",
                (track_id,),
            )

    def of_tracks(self) -> list[TrackOpinion]:
        """Return the opinions about tracks, the last one first."""
        rows = self._database.query(
            "SELECT track_id, opinion, since FROM track_opinions "
            "UNION ALL SELECT MIN(t.id), o.opinion, o.since FROM sound_opinions o "
            "JOIN tracks t ON t.fingerprint = o.fingerprint "
            "LEFT JOIN track_opinions own ON own.track_id = t.id "
            "GROUP BY o.fingerprint HAVING COUNT(own.track_id) = 0 ORDER BY 3 DESC, 1 DESC"
        )
        return [TrackOpinion(i, Opinion(opinion), since) for i, opinion, since in rows]

    def tracks(self, opinion: Opinion) -> frozenset[int]:
        """Return the tracks that this opinion is about, and those with the same sound."""
        rows = self._database.query(
            "WITH sounds (fingerprint) AS (SELECT t.fingerprint FROM track_opinions o "
            "JOIN tracks t ON t.id = o.track_id WHERE o.opinion = ?1 "
            "UNION SELECT fingerprint FROM sound_opinions WHERE opinion = ?1) "
            "SELECT track_id FROM track_opinions WHERE opinion = ?1 "
            # Before they were decoded, two of the same sound may have got opinions of their own.
            "UNION SELECT t.id FROM sounds s JOIN tracks t ON t.fingerprint = s.fingerprint "
            "WHERE NOT EXISTS (SELECT 1 FROM track_opinions o WHERE o.track_id = t.id)",
            (opinion.value,),
        )
        return frozenset(track_id for (track_id,) in rows)

    def set_named(
        self,
        subject: Subject,
        key: tuple[str, ...],
        name: str,
        opinion: Opinion,
        *,
        track_ids: Iterable[int] = (),
        since: float | None = None,
    ) -> None:
        """Store the opinion about an album or an artist.

        Parameters
        ----------
        subject, key, name, opinion
            As for `NamedOpinion`.
        track_ids
            The tracks by which it stays known, whatever becomes of their tags and paths.
        since
            Seconds since the epoch; None for now.
        """
        with self._database.transaction() as db:
            ((opinion_id,),) = db.execute(
                "INSERT INTO named_opinions (subject, key, name, opinion, since) VALUES (?, ?, ?, ?, ?) "
                "ON CONFLICT (subject, key) DO UPDATE SET name = excluded.name, opinion = excluded.opinion, "
                "since = excluded.since RETURNING id",
                (
                    subject.value,
                    json.dumps(key),
                    _storable(name),
                    opinion.value,
                    time.time() if since is None else since,
                ),
            ).fetchall()
            db.executemany(
                "INSERT OR IGNORE INTO named_opinion_tracks SELECT id, ? FROM tracks WHERE id = ?",
                [(opinion_id, track_id) for track_id in track_ids],
            )

    def forget_named(self, subject: Subject, key: tuple[str, ...]) -> None:
        """Delete the opinion about an album or an artist."""
        with self._database.transaction() as db:
            db.execute(
                "DELETE FROM named_opinions WHERE subject = ? AND key = ?",
                (subject.value, json.dumps(key)),
            )

    def named(self) -> list[NamedOpinion]:
        """Return the opinions about albums and artists, the last one first."""
        return self._named("", ())

    def named_of_track(self, track_id: int) -> list[NamedOpinion]:
        """Return the opinions about what had this track when it was stored, the last one first."""
        return self._named(
            "WHERE id IN (SELECT opinion_id FROM named_opinion_tracks WHERE track_id = ?)",
            (track_id,),
        )

    def _named(self, where: str, parameters: tuple[object, ...]) -> list[NamedOpinion]:
        rows = self._database.query(
            f"SELECT subject, key, name, opinion, since FROM named_opinions {where} ORDER BY since DESC, id DESC",
            parameters,
        )
        return [
            NamedOpinion(Subject(subject), tuple(json.loads(key)), name, Opinion(opinion), since)
            for subject, key, name, opinion, since in rows
        ]

    def named_tracks(self, opinion: Opinion) -> frozenset[int]:
        """Return the tracks that were stored with the albums and artists that this opinion is about."""
        rows = self._database.query(
            "SELECT t.track_id FROM named_opinions o JOIN named_opinion_tracks t ON t.opinion_id = o.id "
            "WHERE o.opinion = ?",
            (opinion.value,),
        )
        return frozenset(track_id for (track_id,) in rows)

    def replace(self, track_id: int, by: int) -> None:
        """Reassign the opinions about a track to another one; of two, the later one stays."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO track_opinions SELECT ?, opinion, since FROM track_opinions WHERE track_id = ? "
                "ON CONFLICT (track_id) DO UPDATE SET opinion = excluded.opinion, since = excluded.since "
                "WHERE excluded.since >= since",
                (by, track_id),
            )
            db.execute("DELETE FROM track_opinions WHERE track_id = ?", (track_id,))
            db.execute(
                "UPDATE OR IGNORE named_opinion_tracks SET track_id = ? WHERE track_id = ?",
                (by, track_id),
            )
            db.execute("DELETE FROM named_opinion_tracks WHERE track_id = ?", (track_id,))


def _storable(name: str) -> str:
    # A name may contain half of a surrogate pair, which SQLite's text can't.
    return name.encode("utf-8", "replace").decode()

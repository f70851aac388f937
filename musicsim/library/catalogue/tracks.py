"""Reading the tracks for display, and counting them. `files` writes them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import AT_OR_BELOW, at_or_below
from musicsim.library.query.filters import Filters
from musicsim.library.types import Counts, TagDetails, Tags, Track, TrackState

_COLUMNS = (
    "t.id, t.path, t.size, t.mtime_ns, t.title, t.artist, t.album, t.album_artist, t.genre, t.year, "
    "t.track_number, t.disc_number, t.duration, t.added_at, t.missing_since, t.failed, t.problem, "
    "EXISTS (SELECT 1 FROM embeddings e WHERE e.track_id = t.id AND e.model = "
    "(SELECT value FROM settings WHERE name = 'model'))"
)


# As bytes, since a tag may contain half of a surrogate pair.
_DETAILS = (
    "CAST(json_extract(t.details, '$.artists[0]') AS BLOB), json_extract(t.details, '$.compilation'), "
    "json_extract(t.details, '$.bpm'), CAST(json_extract(t.details, '$.key') AS BLOB), "
    "json_extract(t.details, '$.rating')"
)
"""Facts for the rules of lists alone: to read them for all tracks takes half as long as the tracks."""
_DETAIL_COUNT = 5


class Tracks:
    """Reads tracks; thread-safe, and every read returns fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Track]:
        """Return every track, by id."""
        rows = self._database.query(f"SELECT {_COLUMNS} FROM tracks t ORDER BY t.id")
        return [_track(row) for row in rows]

    def ids(self) -> list[int]:
        """Return every track's id, ascending."""
        return [row[0] for row in self._database.query("SELECT id FROM tracks ORDER BY id")]

    def below(self, folder: Path) -> list[Track]:
        """Return the tracks in a folder, at any depth."""
        sql = f"SELECT {_COLUMNS} FROM tracks t WHERE {AT_OR_BELOW}"
        return [_track(row) for row in self._database.query(sql, at_or_below(folder))]

    def by_id(self, ids: Iterable[int]) -> list[Track]:
        """Return the tracks of these ids in the requested order; unknown ids are left out."""
        wanted = list(ids)
        found: dict[int, Track] = {}
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ",".join("?" * len(some))
            sql = f"SELECT {_DETAILS}, {_COLUMNS} FROM tracks t WHERE t.id IN ({marks})"
            for row in self._database.query(sql, some):
                track = _track(row[_DETAIL_COUNT:], row[:_DETAIL_COUNT])
                found[track.id] = track
        return [found[i] for i in wanted if i in found]

    def at(self, path: Path) -> Track | None:
        """Return the track of a file, if it is in the library."""
        sql = f"SELECT {_COLUMNS} FROM tracks t WHERE t.path = ?"
        rows = self._database.query(sql, (os.fsencode(path),))
        return _track(rows[0]) if rows else None

    def by_album(self) -> dict[str, list[int]]:
        """Return the ids of the tracks with each title of an album, as in their tags."""
        return self._grouped("album")

    def by_artist(self) -> dict[str, list[int]]:
        """Return the ids of the tracks with each artist, as `Track.artist` has it."""
        return self._grouped("IIF(artist = '', album_artist, artist)")

    def by_genre(self) -> dict[str, list[int]]:
        """Return the ids of the tracks with each genre, as in their tags, which may hold several."""
        return self._grouped("genre")

    def _grouped(self, column: str) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for track_id, name in self._database.query(f"SELECT id, {column} FROM tracks ORDER BY id"):
            groups.setdefault(name, []).append(track_id)
        groups.pop("", None)
        return groups

    def admitted_by(self, filters: Filters) -> list[int]:
        """Return the ids of the tracks that filters admit; each different tag is compared once."""
        conditions: list[str] = []
        values: list[Any] = []
        for ranges, column in ((filters.years, "year"), (filters.durations, "duration / 60")):
            if ranges:
                within = f"{column} BETWEEN IFNULL(?, -1e999) AND IFNULL(?, 1e999)"
                conditions.append(f"({' OR '.join([within] * len(ranges))})")
                values += [bound for each in ranges for bound in each]
        where = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        has_artists = filters.artists or filters.not_artists
        has_genres = filters.genres or filters.not_genres
        names = "artist || char(10) || album_artist" if has_artists else "''"
        genre = "genre" if has_genres else "''"
        rows = self._database.query(
            f"SELECT {names}, {genre}, json_group_array(id) FROM tracks {where} GROUP BY 1, 2",
            values,
        )
        admitted: list[int] = []
        for names_of_all, genre_of_all, ids in rows:
            if filters.admit_artists(names_of_all) and filters.admit_genre(genre_of_all):
                admitted += json.loads(ids)
        return admitted

    def missing_ids(self) -> list[int]:
        """Return the ids of the tracks whose files can't be played now."""
        rows = self._database.query("SELECT id FROM tracks WHERE missing_since IS NOT NULL")
        return [track_id for (track_id,) in rows]

    def fingerprints(self, ids: Iterable[int]) -> dict[int, bytes]:
        """Return the fingerprints of the tracks' sounds, by id, for those whose present file was listened to."""
        rows = self._database.query(
            "SELECT id, fingerprint FROM tracks WHERE id IN (SELECT value FROM json_each(?)) "
            "AND fingerprint IS NOT NULL AND NOT unheard",
            (json.dumps(list(ids)),),
        )
        return dict(rows)

    def details(self, track_id: int) -> TagDetails:
        """Return the tags of a track's file beyond `Track.tags`."""
        rows = self._database.query("SELECT details FROM tracks WHERE id = ?", (track_id,))
        values: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = tuple(value)
        return TagDetails(**values)

    def musical_details(self) -> dict[int, tuple[float | None, str, float | None]]:
        """Return tempo, key and rating of the tracks whose tags have any of them, by id; see `Track`."""
        rows = self._database.query(
            "SELECT id, json_extract(details, '$.bpm'), CAST(json_extract(details, '$.key') AS BLOB), "
            "json_extract(details, '$.rating') FROM tracks "
            # A tenth of the time of parsing each.
            "WHERE instr(details, '\"bpm\"') OR instr(details, '\"key\"') OR instr(details, '\"rating\"')"
        )
        return {
            track_id: (bpm, _text(key), rating)
            for track_id, bpm, key, rating in rows
            if bpm is not None or key or rating is not None
        }

    def counts(self) -> Counts:
        """Return the number of tracks, and of those in each state."""
        ((total, missing, failed, embedded, unavailable),) = self._database.query(
            """SELECT COUNT(*), TOTAL(missing), TOTAL(NOT missing AND failed),
                TOTAL(NOT missing AND NOT failed AND embedded), TOTAL(unavailable) FROM (
                SELECT t.missing_since IS NOT NULL AND f.unavailable IS NULL AS missing, t.failed, EXISTS (
                    SELECT 1 FROM embeddings e WHERE e.track_id = t.id
                    AND e.model = (SELECT value FROM settings WHERE name = 'model')) AS embedded,
                    t.missing_since IS NOT NULL AND f.unavailable IS NOT NULL AS unavailable
                FROM tracks t JOIN folders f ON f.id = t.folder_id)"""
        )
        tracks, missing, failed, embedded = map(int, (total, missing, failed, embedded))
        return Counts(
            tracks=tracks,
            embedded=embedded,
            pending=tracks - missing - failed - embedded,
            failed=failed,
            missing=missing,
            unavailable=int(unavailable),
        )

    def count_unavailable(self) -> int:
        """Return the number of tracks missing in unavailable music folders; quick if there are none."""
        ((count,),) = self._database.query(
            "SELECT COUNT(*) FROM tracks WHERE missing_since IS NOT NULL "
            "AND folder_id IN (SELECT id FROM folders WHERE unavailable IS NOT NULL)"
        )
        return int(count)

    def mean_duration(self) -> float:
        """Return the mean length of the tracks, in seconds; 0 without any."""
        ((mean,),) = self._database.query("SELECT AVG(duration) FROM tracks")
        return float(mean or 0)

    def last_id(self) -> int:
        """Return the highest track id ever used; 0 before the first."""
        ((last,),) = self._database.query(
            "SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'tracks'"
        )
        return int(last or 0)


def _track(row: Sequence[Any], details: Sequence[Any] = (None, False, None, None, None)) -> Track:
    track_id, path, size, mtime_ns, *tags, added_at, missing_since, failed, problem, embedded = row
    first_artist, compilation, bpm, key, rating = details
    state = TrackState.FAILED if failed else TrackState.EMBEDDED if embedded else TrackState.PENDING
    return Track(
        id=track_id,
        file=os.fsdecode(path),
        tags=Tags(*tags),
        size=size,
        mtime_ns=mtime_ns,
        added_at=added_at,
        state=state,
        problem=None if problem is None else Reason.from_stored(problem),
        missing=missing_since is not None,
        first_artist=_text(first_artist),
        compilation=bool(compilation),
        bpm=bpm,
        key=_text(key),
        rating=rating,
    )


def _text(raw: bytes | None) -> str:
    return raw.decode("utf-8", "replace") if raw else ""

"""Reading what the rules of smart playlists look at, for all tracks at once."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from typing import Any

from musicsim.library.catalogue.database import Database
from musicsim.library.track_facts import TrackFacts

# More than one artist only: most tracks have none but the one in `artist`. As bytes, since a tag may contain half of a
# surrogate pair.
_SQL = (
    "SELECT id, path, title, artist, album_artist, "
    "CASE WHEN json_array_length(details, '$.artists') > 1 "
    "THEN CAST(json_extract(details, '$.artists') AS BLOB) END, "
    "album, genre, year, disc_number, track_number, duration, added_at, missing_since, "
    "CASE WHEN instr(details, '\"rating\"') THEN json_extract(details, '$.rating') END FROM tracks"
)

_PORTION = 5000


class TrackFactsReader:
    """Reads the facts about tracks; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[TrackFacts]:
        """Return the facts about every track, by id; in portions, between which others can use the catalogue."""
        found: list[TrackFacts] = []
        while True:
            last = found[-1].id if found else -1
            rows = self._database.query(
                f"{_SQL} WHERE id > ? ORDER BY id LIMIT ?", (last, _PORTION)
            )
            found += [_facts(row) for row in rows]
            if len(rows) < _PORTION:
                return found

    def by_id(self, ids: Iterable[int]) -> list[TrackFacts]:
        """Return the facts about some tracks, in any order; unknown ids are left out."""
        wanted = list(ids)
        found: list[TrackFacts] = []
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._database.query(f"{_SQL} WHERE id IN ({marks})", some)
            found += [_facts(row) for row in rows]
        return found


def _facts(row: Sequence[Any]) -> TrackFacts:
    track_id, path, title, artist, album_artist, artists, album, genre, *numbers = row
    year, disc_number, track_number, duration, added_at, missing_since, rating = numbers
    return TrackFacts(
        id=track_id,
        file=os.fsdecode(path),
        title=title,
        artist=artist,
        album_artist=album_artist,
        artists=() if artists is None else tuple(json.loads(artists.decode("utf-8", "replace"))),
        album=album,
        genre=genre,
        year=year,
        disc_number=disc_number,
        track_number=track_number,
        duration=duration,
        added_at=added_at,
        missing=missing_since is not None,
        rating=rating,
    )

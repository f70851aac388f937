"""The tracks' files: the only module that writes the table `tracks`. `tracks` reads it for the others."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import AT_OR_BELOW, at_or_below, stored_path
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.types import FileEntry, ScannedFile, TagDetails

_NO_DETAILS = TagDetails()

_COLUMNS = (
    "folder_id, path, size, mtime_ns, ctime_ns, content_key, title, artist, album, album_artist, genre, year, "
    "track_number, disc_number, header_length, details"
)
"""The facts that a scan finds out about a file, in storage order."""
_MARKS = ", ".join("?" * (_COLUMNS.count(",") + 1))
_HEARD_LENGTH = "IIF(length_is_heard, duration, NULL)"
"""The length that decoding found."""
_FILE = f"{_COLUMNS}, failed, problem, {_HEARD_LENGTH}, duration"
"""The facts that stay with a file when it becomes another track's."""
_SAME_HEADER_LENGTH = 0.5
"""Largest difference, in seconds, between the header's lengths of a file before and after retagging."""


class Files:
    """Stores facts about the tracks' files from scans and listening; thread-safe.

    Parameters
    ----------
    database
        The database with the table.
    pooled
        The embeddings; those of a file are deleted when its content changes.
    """

    def __init__(self, database: Database, pooled: PooledStore) -> None:
        self._database = database
        self._pooled = pooled

    # --- stored facts, for comparing with the disk ---

    def within(self, folder_id: int, area: Path) -> dict[Path, FileEntry]:
        """Return a music folder's known files at or below a path."""
        # The "+" keeps SQLite from searching the whole music folder for one path.
        rows = self._database.query(
            "SELECT path, id, size, mtime_ns, ctime_ns, missing_since IS NOT NULL, missing_since < "
            "(SELECT unavailable_since FROM folders WHERE id = ?), content_key != x'', failed "
            f"FROM tracks WHERE +folder_id = ? AND {AT_OR_BELOW}",
            (folder_id, folder_id, *at_or_below(area)),
        )
        return {
            stored_path(path): FileEntry(
                i, size, mtime, ctime, bool(missing), bool(before), bool(was_read), bool(failed)
            )
            for path, i, size, mtime, ctime, missing, before, was_read, failed in rows
        }

    def any_within(self, area: Path) -> bool:
        """Return whether any track's file is known at or below a path."""
        sql = f"SELECT 1 FROM tracks WHERE {AT_OR_BELOW} LIMIT 1"
        return bool(self._database.query(sql, at_or_below(area)))

    def has_size(self, size: int) -> bool:
        """Return whether the file of any track had this size in bytes when last seen."""
        return bool(self._database.query("SELECT 1 FROM tracks WHERE size = ? LIMIT 1", (size,)))

    def same_content(self, size: int, content_key: bytes) -> list[tuple[int, Path]]:
        """Return the tracks whose file had this size and content key when last seen."""
        rows = self._database.query(
            "SELECT id, path FROM tracks WHERE size = ? AND content_key = ?", (size, content_key)
        )
        return [(track_id, stored_path(path)) for track_id, path in rows]

    def is_at(self, track_id: int, path: Path) -> bool:
        """Return whether a track is in the library, under this path."""
        sql = "SELECT 1 FROM tracks WHERE id = ? AND path = ?"
        return bool(self._database.query(sql, (track_id, os.fsencode(path))))

    def are_missing(self, track_ids: Iterable[int]) -> dict[int, bool]:
        """Return whether tracks are missing, for those that are in the library."""
        rows = self._database.query(
            "SELECT id, missing_since IS NOT NULL FROM tracks WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(track_ids)),),
        )
        return {track_id: bool(missing) for track_id, missing in rows}

    def missing(self, since: float = inf, *, folder_id: int | None = None) -> list[int]:
        """Return the ids of tracks missing since before a time, in all music folders or in one.

        With a time, tracks in unavailable music folders are excluded.
        """
        rows = self._database.query(
            "SELECT id FROM tracks WHERE missing_since < ? AND folder_id = IFNULL(?, folder_id) "
            "AND (? OR folder_id IN (SELECT id FROM folders WHERE unavailable IS NULL))",
            (since, folder_id, since == inf),
        )
        return [track_id for (track_id,) in rows]

    def count_present(self, folder_id: int) -> int:
        """Return the number of a music folder's tracks that are not missing."""
        sql = "SELECT COUNT(*) FROM tracks WHERE folder_id = ? AND missing_since IS NULL"
        return int(self._database.query(sql, (folder_id,))[0][0])

    def header_length(self, track_id: int) -> float | None:
        """Return the length in seconds in a file's header when last scanned; None if it had none."""
        rows = self._database.query("SELECT header_length FROM tracks WHERE id = ?", (track_id,))
        return rows[0][0] if rows else None

    # --- facts from a scan ---

    def add(self, folder_id: int, file: ScannedFile) -> int:
        """Add a file; return the track's id."""
        with self._database.transaction() as db:
            cursor = db.execute(
                f"INSERT INTO tracks ({_COLUMNS}, failed, problem, added_at, duration) "
                f"VALUES ({_MARKS}, ?, ?, ?, ?)",
                (folder_id, *_values(file), time.time(), file.tags.duration),
            )
            return int(cursor.lastrowid or 0)

    def update(self, track_id: int, folder_id: int, file: ScannedFile) -> bool:
        """Store the current facts about a known track's file; return whether its content changed.

        A file with the same content key (moved, or touched) keeps its embeddings. If the content changed, a track with
        a known fingerprint also keeps them, until its sound is decoded to see whether more than the tags changed. So is
        a length found by decoding, if the header's length is as before.
        """
        with self._database.transaction() as db:
            ((old_key, old_size, fingerprint, old_header, heard_length),) = db.execute(
                f"SELECT content_key, size, fingerprint, header_length, {_HEARD_LENGTH} FROM tracks WHERE id = ?",
                (track_id,),
            ).fetchall()
            same = (old_key, old_size) == (file.content_key, file.size)
            header = file.tags.duration
            only_retagged = _is_same_length(old_header, header, unknown=fingerprint is not None)
            if not same and not only_retagged:
                heard_length = None
            *values, failed, problem = _values(file)
            db.execute(
                f"UPDATE tracks SET ({_COLUMNS}) = ({_MARKS}), duration = ?, length_is_heard = ?, "
                "missing_since = NULL WHERE id = ?",
                (
                    *(folder_id, *values),
                    *(header if heard_length is None else heard_length, heard_length is not None),
                    track_id,
                ),
            )
            if not same:
                unheard = fingerprint is not None and not failed
                if not unheard:
                    self._pooled.drop(track_id)
                db.execute(
                    "UPDATE tracks SET failed = ?, problem = ?, unheard = ? WHERE id = ?",
                    (failed, problem, unheard, track_id),
                )
            return not same

    def set_paths(self, paths: Mapping[int, Path]) -> None:
        """Set other paths for tracks, by id."""
        with self._database.transaction() as db:
            db.executemany(
                "UPDATE tracks SET path = ? WHERE id = ?",
                [(os.fsencode(path), track_id) for track_id, path in paths.items()],
            )

    def set_missing(self, track_ids: Iterable[int], missing: bool) -> None:
        """Record that files are gone, or that they are back."""
        since = time.time() if missing else None
        with self._database.transaction() as db:
            db.executemany(
                "UPDATE tracks SET missing_since = ? WHERE id = ?", [(since, i) for i in track_ids]
            )

    def forget_missing(self, since: float = inf) -> list[int]:
        """Delete the tracks missing since before a time, in seconds since the epoch; return their ids.

        Those in unavailable music folders stay.
        """
        with self._database.transaction() as db:
            rows = db.execute(
                "DELETE FROM tracks WHERE missing_since < ? AND folder_id IN "
                "(SELECT id FROM folders WHERE unavailable IS NULL) RETURNING id",
                (since,),
            ).fetchall()
        return [track_id for (track_id,) in rows]

    def reassign(self, folder_id: int, to: int, area: Path | None = None) -> None:
        """Move files from one music folder to another: those at or below a path, or all."""
        sql = "UPDATE tracks SET folder_id = ? WHERE folder_id = ?"
        with self._database.transaction() as db:
            if area is None:
                db.execute(sql, (to, folder_id))
            else:
                db.execute(f"{sql} AND {AT_OR_BELOW}", (to, folder_id, *at_or_below(area)))

    def postpone_missing(self, seconds: float, folder_id: int | None = None) -> None:
        """Move the time since when files are missing by some seconds: those of a music folder, or all."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE tracks SET missing_since = missing_since + ? "
                "WHERE folder_id = IFNULL(?, folder_id) AND missing_since IS NOT NULL",
                (seconds, folder_id),
            )

    # --- facts from listening ---

    def set_duration(self, track_id: int, seconds: float) -> None:
        """Store the length of a track that decoding found, which a scan keeps as long as the sound is the same."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE tracks SET duration = ?, length_is_heard = 1 WHERE id = ?",
                (seconds, track_id),
            )

    def correct_duration(self, track_id: int, known: float | None, seconds: float) -> bool:
        """Correct the length of a track; return False if the stored one is no longer `known`."""
        with self._database.transaction() as db:
            sql = (
                "UPDATE tracks SET duration = ?, length_is_heard = 1 WHERE id = ? AND duration IS ?"
            )
            return db.execute(sql, (seconds, track_id, known)).rowcount > 0

    def set_problem(self, track_id: int, reason: Reason | None, *, failed: bool) -> None:
        """Store why a track failed or a problem with its file; None clears it."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE tracks SET failed = ?, problem = ? WHERE id = ?",
                (failed, None if reason is None else reason.to_stored(), track_id),
            )

    def clear_failures(self) -> list[int]:
        """Make every failed track pending again; return their ids."""
        with self._database.transaction() as db:
            rows = db.execute("SELECT id FROM tracks WHERE failed").fetchall()
            db.execute("UPDATE tracks SET failed = 0, problem = NULL WHERE failed")
        return [track_id for (track_id,) in rows]

    def set_fingerprint(self, track_id: int, fingerprint: bytes) -> None:
        """Store the fingerprint of a track's current file."""
        with self._database.transaction() as db:
            db.execute(
                "UPDATE tracks SET fingerprint = ?, unheard = 0 WHERE id = ?",
                (fingerprint, track_id),
            )

    # --- tracks whose file turned up as another track; see `identity` ---

    def merge(self, gone: int, new: int) -> None:
        """Give a track whose file is gone the file of a new track, and delete the new track."""
        with self._database.transaction() as db:
            ((fingerprint, unheard, *file),) = db.execute(
                f"DELETE FROM tracks WHERE id = ? RETURNING fingerprint, unheard, {_FILE}",
                (new,),
            ).fetchall()
            self._give_file(gone, file)
            if fingerprint is not None and not unheard:
                self.set_fingerprint(gone, fingerprint)

    def give_back(self, gone: int, other: int) -> None:
        """Reassign a file to the missing track that it now contains; mark the overwritten track missing."""
        with self._database.transaction() as db:
            ((path, *file),) = db.execute(
                f"SELECT path, {_FILE} FROM tracks WHERE id = ?", (other,)
            ).fetchall()
            aside = out_of_the_way(stored_path(path), other)
            # Its content is no longer what it was when last decoded.
            db.execute(
                "UPDATE tracks SET path = ?, size = 0, content_key = x'', missing_since = ?, unheard = 0 WHERE id = ?",
                (os.fsencode(aside), time.time(), other),
            )
            self._give_file(gone, file)

    def _give_file(self, track_id: int, file: Sequence[Any]) -> None:
        """Give a track another file with the same sound; a length that decoding found holds for both."""
        *facts, heard_length, length = file
        with self._database.transaction() as db:
            db.execute(
                f"UPDATE tracks SET ({_COLUMNS}, failed, problem) = ({_MARKS}, ?, ?), "
                f"duration = COALESCE(?, {_HEARD_LENGTH}, ?), "
                "length_is_heard = length_is_heard OR ?, missing_since = NULL WHERE id = ?",
                (*facts, heard_length, length, heard_length is not None, track_id),
            )


def _is_same_length(one: float | None, other: float | None, *, unknown: bool) -> bool:
    if one is None or other is None:
        return one is other and unknown
    return abs(one - other) <= _SAME_HEADER_LENGTH


def out_of_the_way(path: Path, track_id: int) -> Path:
    """Return an unused path for a track whose own path now has another track's file."""
    return path.with_name(f"{path.name} (replaced {track_id})")


def _values(file: ScannedFile) -> tuple[object, ...]:
    tags = file.tags
    texts = (tags.title, tags.artist, tags.album, tags.album_artist, tags.genre)
    return (
        os.fsencode(file.path),
        file.size,
        file.mtime_ns,
        file.ctime_ns,
        file.content_key,
        # A tag may contain half of a surrogate pair, which SQLite's text can't.
        *(text.encode("utf-8", "replace").decode() for text in texts),
        tags.year,
        tags.track_number,
        tags.disc_number,
        tags.duration,
        json.dumps(dict(asdict(file.details).items() - asdict(_NO_DETAILS).items())),
        file.problem is not None,
        None if file.problem is None else file.problem.to_stored(),
    )

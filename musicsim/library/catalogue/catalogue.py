"""The catalogue: what the library knows, in one SQLite file that is the truth."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.hidden import is_hidden
from musicsim.library.catalogue.loudness import LoudnessStore
from musicsim.library.catalogue.playlists import PlaylistStore
from musicsim.library.catalogue.plays import Plays
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.types import (
    Counts,
    FileEntry,
    Problem,
    ScannedFile,
    TagDetails,
    Tags,
    Track,
    TrackState,
)

CATALOGUE_FILE = "catalogue.sqlite3"

_NO_DETAILS = TagDetails()
_LONGEST_LEAP = 2**40
"""Between the ids of embeddings of two openings: there is room for millions of these."""

FILE_COLUMNS = (
    "folder_id, path, size, mtime_ns, ctime_ns, content_key, title, artist, album, album_artist, genre, year, "
    "track_number, disc_number, duration, details"
)
"""What a scan finds out about a file, in the order in which it is stored."""
FILE_MARKS = ", ".join("?" * (FILE_COLUMNS.count(",") + 1))
_TRACK_COLUMNS = (
    "t.id, t.path, t.size, t.mtime_ns, t.title, t.artist, t.album, t.album_artist, t.genre, t.year, "
    "t.track_number, t.disc_number, t.duration, t.added_at, t.missing_since, t.failed, t.problem, "
    "EXISTS (SELECT 1 FROM embeddings e WHERE e.track_id = t.id AND e.model = "
    "(SELECT value FROM settings WHERE name = 'model'))"
)


class Catalogue:
    """The library's memory; thread-safe, and every read gives fresh values.

    Parameters
    ----------
    data_folder
        Where `catalogue.sqlite3` lies; made if missing.
    read_only
        Open an existing catalogue beside its owner.

    Attributes
    ----------
    playlists
        The kept playlists.
    plays
        What was played.
    loudness
        How loud the tracks are.

    Raises
    ------
    CatalogueError
        If the file can't be opened or made.
    """

    def __init__(self, data_folder: Path, *, read_only: bool = False) -> None:
        self.database = Database(data_folder / CATALOGUE_FILE, MIGRATIONS, read_only=read_only)
        self.playlists = PlaylistStore(self.database)
        self.plays = Plays(self.database)
        self.loudness = LoudnessStore(self.database)
        if not read_only:
            with contextlib.ExitStack() as undo:
                undo.callback(self.database.close)
                self._leap()
                undo.pop_all()

    def _leap(self) -> None:
        """Go on with the ids of embeddings at a place where nobody has been.

        The index knows embeddings by their ids. It may have seen later ones than this catalogue, which can be an older
        copy, put back by musicsim or by hand, or a new one beside an old index. From a random place on, none of those
        is given once more, so that an id means one vector, for ever, and what the catalogue has not the index drops.
        """
        with self.database.transaction(is_news=False) as db:
            db.execute(
                "INSERT INTO sqlite_sequence SELECT 'embeddings', 0 "
                "WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'embeddings')"
            )
            db.execute(
                "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'embeddings'",
                (secrets.randbelow(_LONGEST_LEAP),),
            )

    def close(self) -> None:
        """Close the file."""
        self.database.close()

    # --- settings ---

    def setting(self, name: str) -> str | None:
        """A setting's value, or None where it was never set."""
        rows = self.database.query("SELECT value FROM settings WHERE name = ?", (name,))
        return str(rows[0][0]) if rows else None

    def set_setting(self, name: str, value: str) -> None:
        """Keep a setting."""
        with self.database.transaction() as db:
            db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    @property
    def model(self) -> str | None:
        """The identity of the model in use: its embeddings are the ones that count."""
        return self.setting("model")

    # --- folders ---

    def folders(self) -> list[Path]:
        """The music folders, in the order in which they were added."""
        return list(self.folder_ids())

    def folder_ids(self) -> dict[Path, int]:
        """The music folders and their ids."""
        rows = self.database.query("SELECT path, id FROM folders ORDER BY id")
        return {_path(path): folder_id for path, folder_id in rows}

    def unavailable(self) -> dict[Path, str]:
        """The music folders that are out of reach, and why; their tracks that are missing are not deleted."""
        rows = self.database.query(
            "SELECT path, unavailable FROM folders WHERE unavailable IS NOT NULL ORDER BY id"
        )
        return {_path(path): str(reason) for path, reason in rows}

    def count_unavailable(self) -> int:
        """How many tracks are missing with the music folders that are out of reach; quick while there are none."""
        ((count,),) = self.database.query(
            "SELECT COUNT(*) FROM tracks WHERE missing_since IS NOT NULL "
            "AND folder_id IN (SELECT id FROM folders WHERE unavailable IS NOT NULL)"
        )
        return int(count)

    def set_unavailable(self, folder_id: int, reason: str | None) -> bool:
        """Note why a music folder is out of reach, None if it is not; returns whether that is news."""
        with self.database.transaction() as db:
            row = db.execute(
                "SELECT unavailable_since FROM folders WHERE id = ? AND unavailable IS NOT ?",
                (folder_id, reason),
            ).fetchone()
            if row is None:
                return False
            (since,), now = row, time.time()
            if reason is None and since is not None:
                # How long it was out of reach counts for nothing.
                db.execute(
                    "UPDATE tracks SET missing_since = missing_since + ? "
                    "WHERE folder_id = ? AND missing_since IS NOT NULL",
                    (max(0.0, now - since), folder_id),
                )
            db.execute(
                "UPDATE folders SET unavailable = ?, unavailable_since = ? WHERE id = ?",
                (reason, None if reason is None else since or now, folder_id),
            )
            return True

    def missing(self, since: float = inf, *, folder_id: int | None = None) -> list[int]:
        """The ids of the tracks that are missing since before a time, of all music folders or of one.

        With a time, those of music folders that are out of reach are not among them.
        """
        rows = self.database.query(
            "SELECT id FROM tracks WHERE missing_since < ? AND folder_id = IFNULL(?, folder_id) "
            "AND (? OR folder_id IN (SELECT id FROM folders WHERE unavailable IS NULL))",
            (since, folder_id, since == inf),
        )
        return [track_id for (track_id,) in rows]

    def present(self, folder_id: int) -> int:
        """How many tracks of a music folder are not missing."""
        sql = "SELECT COUNT(*) FROM tracks WHERE folder_id = ? AND missing_since IS NULL"
        return int(self.database.query(sql, (folder_id,))[0][0])

    def forget_missing(self, since: float = inf) -> list[int]:
        """Drop the tracks that are missing since before a time, in seconds since the epoch; returns their ids.

        With no time all of them, also those of music folders that are out of reach, which count as complete then.
        """
        with self.database.transaction() as db:
            everything = since == inf
            if everything:
                db.execute("UPDATE folders SET unavailable = NULL, unavailable_since = NULL")
            rows = db.execute(
                "DELETE FROM tracks WHERE missing_since < ? AND folder_id IN "
                "(SELECT id FROM folders WHERE unavailable IS NULL) RETURNING id",
                (since,),
            ).fetchall()
        return [track_id for (track_id,) in rows]

    def add_folder(self, folder: Path) -> int:
        """Add a music folder, or find it; returns its id.

        A folder inside one that is already there needs no entry of its own, and one around others takes their
        tracks over: a file belongs to one folder only. One that is hidden there has an entry beside it.
        """
        with self.database.transaction() as db:
            known = self.folder_ids()
            for other, other_id in known.items():
                if _is_seen_from(other, folder):
                    return other_id
            db.execute("INSERT INTO folders (path) VALUES (?)", (os.fsencode(folder),))
            (folder_id,) = db.execute("SELECT last_insert_rowid()").fetchone()
            for other, other_id in known.items():
                if folder.is_relative_to(other):
                    db.execute(
                        f"UPDATE tracks SET folder_id = ? WHERE folder_id = ? AND {_AT_OR_BELOW}",
                        (folder_id, other_id, *_at_or_below(folder)),
                    )
                elif _is_seen_from(folder, other):
                    self.set_unavailable(other_id, None)
                    db.execute(
                        "UPDATE tracks SET folder_id = ? WHERE folder_id = ?", (folder_id, other_id)
                    )
                    db.execute("DELETE FROM folders WHERE id = ?", (other_id,))
            return int(folder_id)

    def remove_folder(self, folder: Path) -> list[int]:
        """Take a folder and its tracks out of the library; returns the tracks' ids. Files stay as they are."""
        with self.database.transaction() as db:
            folder_id = self.folder_ids().get(folder)
            rows = db.execute("SELECT id FROM tracks WHERE folder_id = ?", (folder_id,)).fetchall()
            db.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
        return [track_id for (track_id,) in rows]

    # --- tracks ---

    def tracks(self) -> list[Track]:
        """Every track, by id."""
        rows = self.database.query(f"SELECT {_TRACK_COLUMNS} FROM tracks t ORDER BY t.id")
        return [_track(row) for row in rows]

    def mean_duration(self) -> float:
        """The mean length of the tracks, in seconds; 0 without any."""
        ((mean,),) = self.database.query("SELECT AVG(duration) FROM tracks")
        return float(mean or 0)

    def last_track_id(self) -> int:
        """The highest id that was ever given to a track; 0 before the first."""
        ((last,),) = self.database.query(
            "SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'tracks'"
        )
        return int(last or 0)

    def track_ids(self) -> list[int]:
        """Every track's id, ascending."""
        return [row[0] for row in self.database.query("SELECT id FROM tracks ORDER BY id")]

    def tracks_by_id(self, ids: Iterable[int]) -> list[Track]:
        """The tracks of these ids in the order asked for; unknown ids are left out."""
        wanted = list(ids)
        found: dict[int, Track] = {}
        for start in range(0, len(wanted), 500):
            some = wanted[start : start + 500]
            marks = ",".join("?" * len(some))
            sql = f"SELECT {_TRACK_COLUMNS} FROM tracks t WHERE t.id IN ({marks})"
            found.update((track.id, track) for track in map(_track, self.database.query(sql, some)))
        return [found[i] for i in wanted if i in found]

    def track_at(self, path: Path) -> Track | None:
        """The track of a file, if it is in the library."""
        sql = f"SELECT {_TRACK_COLUMNS} FROM tracks t WHERE t.path = ?"
        rows = self.database.query(sql, (os.fsencode(path),))
        return _track(rows[0]) if rows else None

    def counts(self) -> Counts:
        """How many tracks there are, and in which states."""
        ((total, missing, failed, embedded, unavailable),) = self.database.query(
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

    def files(self, folder_id: int, under: Path) -> dict[Path, FileEntry]:
        """What the catalogue holds of a music folder's files: those at or below a path."""
        # The "+" keeps SQLite from going through the whole music folder for one path.
        rows = self.database.query(
            "SELECT path, id, size, mtime_ns, ctime_ns, missing_since IS NOT NULL, missing_since < "
            "(SELECT unavailable_since FROM folders WHERE id = ?), content_key != x'' "
            f"FROM tracks WHERE +folder_id = ? AND {_AT_OR_BELOW}",
            (folder_id, folder_id, *_at_or_below(under)),
        )
        return {
            _path(path): FileEntry(
                i, size, mtime, ctime, bool(missing), bool(before), bool(was_read)
            )
            for path, i, size, mtime, ctime, missing, before, was_read in rows
        }

    def has_size(self, size: int) -> bool:
        """Whether the file of any track had this size, in bytes, when it was last seen."""
        return bool(self.database.query("SELECT 1 FROM tracks WHERE size = ? LIMIT 1", (size,)))

    def same_content(self, size: int, content_key: bytes) -> list[tuple[int, Path]]:
        """The tracks whose file had this size and content key when it was last seen."""
        rows = self.database.query(
            "SELECT id, path FROM tracks WHERE size = ? AND content_key = ?", (size, content_key)
        )
        return [(track_id, _path(path)) for track_id, path in rows]

    def add_track(self, folder_id: int, file: ScannedFile) -> int:
        """Add a file; returns the track's id."""
        with self.database.transaction() as db:
            cursor = db.execute(
                f"INSERT INTO tracks ({FILE_COLUMNS}, failed, problem, added_at) VALUES ({FILE_MARKS}, ?, ?, ?)",
                (folder_id, *_file_values(file), time.time()),
            )
            return int(cursor.lastrowid or 0)

    def update_track(self, track_id: int, folder_id: int, file: ScannedFile) -> bool:
        """Store what a known track's file says now; returns whether its content is another one.

        A file whose content key is what it was (moved, or touched) keeps its embeddings. So does one of another content
        whose sound is known by its fingerprint, until somebody hears whether more than the tags is new.
        """
        with self.database.transaction() as db:
            ((old_key, old_size, fingerprint),) = db.execute(
                "SELECT content_key, size, fingerprint FROM tracks WHERE id = ?", (track_id,)
            ).fetchall()
            same = (old_key, old_size) == (file.content_key, file.size)
            *values, failed, problem = _file_values(file)
            db.execute(
                f"UPDATE tracks SET ({FILE_COLUMNS}) = ({FILE_MARKS}), missing_since = NULL WHERE id = ?",
                (folder_id, *values, track_id),
            )
            if not same:
                unheard = fingerprint is not None and not failed
                if not unheard:
                    db.execute("DELETE FROM embeddings WHERE track_id = ?", (track_id,))
                db.execute(
                    "UPDATE tracks SET failed = ?, problem = ?, unheard = ? WHERE id = ?",
                    (failed, problem, unheard, track_id),
                )
            return not same

    def details(self, track_id: int) -> TagDetails:
        """What the tags of a track's file say beyond `Track.tags`."""
        rows = self.database.query("SELECT details FROM tracks WHERE id = ?", (track_id,))
        values: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
        for name, value in values.items():
            if isinstance(value, list):
                values[name] = tuple(value)
        return TagDetails(**values)

    def set_duration(self, track_id: int, seconds: float) -> None:
        """Note how long a track is, where the decoder knows better than the header."""
        with self.database.transaction() as db:
            db.execute("UPDATE tracks SET duration = ? WHERE id = ?", (seconds, track_id))

    def correct_duration(self, track_id: int, known: float | None, seconds: float) -> bool:
        """Note how long a track is instead of what was known; returns False if something else is known by now."""
        with self.database.transaction() as db:
            sql = "UPDATE tracks SET duration = ? WHERE id = ? AND duration IS ?"
            return db.execute(sql, (seconds, track_id, known)).rowcount > 0

    def set_paths(self, paths: Mapping[int, Path]) -> None:
        """Give tracks, by id, other paths."""
        with self.database.transaction() as db:
            db.executemany(
                "UPDATE tracks SET path = ? WHERE id = ?",
                [(os.fsencode(path), track_id) for track_id, path in paths.items()],
            )

    def set_missing(self, track_ids: Iterable[int], missing: bool) -> None:
        """Note that files are gone, or that they are back."""
        since = time.time() if missing else None
        with self.database.transaction() as db:
            db.executemany(
                "UPDATE tracks SET missing_since = ? WHERE id = ?", [(since, i) for i in track_ids]
            )

    # --- problems ---

    def set_problem(self, track_id: int, reason: str | None, *, failed: bool) -> None:
        """Note why a track failed or what is wrong with its file; None takes it back."""
        with self.database.transaction() as db:
            db.execute(
                "UPDATE tracks SET failed = ?, problem = ? WHERE id = ?", (failed, reason, track_id)
            )

    def clear_failures(self) -> list[int]:
        """Make every failed track pending again; returns their ids."""
        with self.database.transaction() as db:
            rows = db.execute("SELECT id FROM tracks WHERE failed").fetchall()
            db.execute("UPDATE tracks SET failed = 0, problem = NULL WHERE failed")
        return [track_id for (track_id,) in rows]

    def set_folder_problems(self, folder_id: int, area: Path, problems: Iterable[Problem]) -> bool:
        """Replace what could not be read at or below a path, apart from tracks; returns whether that is news."""
        values = [(os.fsencode(p.path), folder_id, p.reason) for p in problems]
        with self.database.transaction() as db:
            if folder_id not in self.folder_ids().values():
                return False
            there = f"FROM folder_problems WHERE folder_id = ? AND {_AT_OR_BELOW}"
            where = (folder_id, *_at_or_below(area))
            if set(db.execute(f"SELECT * {there}", where)) == set(values):
                return False
            db.execute(f"DELETE {there}", where)
            db.executemany("INSERT OR REPLACE INTO folder_problems VALUES (?, ?, ?)", values)
            return True

    def problems(self) -> list[Problem]:
        """Every file and folder with a problem, by path."""
        rows = self.database.query(
            "SELECT path, reason, 1, NULL FROM folder_problems UNION SELECT path, unavailable, 1, NULL FROM folders "
            "WHERE unavailable IS NOT NULL UNION ALL SELECT path, problem, failed, mtime_ns FROM tracks "
            "WHERE problem IS NOT NULL AND missing_since IS NULL ORDER BY 1"
        )
        return [
            Problem(_path(path), str(reason), bool(failed), mtime_ns)
            for path, reason, failed, mtime_ns in rows
        ]


def folder_of(path: Path, folders: Iterable[Path]) -> Path | None:
    """The music folder that a path belongs to, the innermost where one lies in another; None without any."""
    around = [folder for folder in folders if path.is_relative_to(folder)]
    return max(around, key=lambda folder: len(folder.parts), default=None)


def _is_seen_from(folder: Path, path: Path) -> bool:
    """Whether a walk through a folder comes to a path, as far as the names say."""
    return path.is_relative_to(folder) and not any(map(is_hidden, path.relative_to(folder).parts))


_AT_OR_BELOW = "(path = ? OR path > ? AND path < ?)"


def _at_or_below(path: Path) -> tuple[bytes, bytes, bytes]:
    """The parameters of `_AT_OR_BELOW`: all that begins with the path and a separator."""
    text = os.fsencode(path)
    below = text.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return text, below, below[:-1] + bytes([below[-1] + 1])


def _path(value: Any) -> Path:
    return Path(os.fsdecode(value))


def _track(row: Sequence[Any]) -> Track:
    track_id, path, size, mtime_ns, *tags, added_at, missing_since, failed, problem, embedded = row
    state = TrackState.FAILED if failed else TrackState.EMBEDDED if embedded else TrackState.PENDING
    return Track(
        id=track_id,
        file=os.fsdecode(path),
        tags=Tags(*tags),
        size=size,
        mtime_ns=mtime_ns,
        added_at=added_at,
        state=state,
        problem=problem,
        missing=missing_since is not None,
    )


def _file_values(file: ScannedFile) -> tuple[object, ...]:
    tags = file.tags
    texts = (tags.title, tags.artist, tags.album, tags.album_artist, tags.genre)
    return (
        os.fsencode(file.path),
        file.size,
        file.mtime_ns,
        file.ctime_ns,
        file.content_key,
        # A tag may hold half of a surrogate pair, which SQLite's text can't.
        *(text.encode("utf-8", "replace").decode() for text in texts),
        tags.year,
        tags.track_number,
        tags.disc_number,
        tags.duration,
        json.dumps(dict(asdict(file.details).items() - asdict(_NO_DETAILS).items())),
        file.problem is not None,
        file.problem,
    )

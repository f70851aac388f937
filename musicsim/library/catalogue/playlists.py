"""The stored playlists, in the catalogue's file."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Mapping, Sequence

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.paths import stored_path
from musicsim.library.catalogue.playlist_names import (
    check_not_taken,
    checked_name,
    cleaned_name,
    free_name,
)
from musicsim.library.catalogue.smart_lists import follow_renamed_playlist
from musicsim.library.query.natural import natural_key
from musicsim.library.types import MissingEntry, Playlist

Entry = int | MissingEntry
"""A track's id, or what is known of a track that is not in the library."""

_MISSING = (
    "m.playlist_id, m.position, m.id, m.path, m.title, m.artist, m.album, m.duration, m.fingerprint"
)


class PlaylistStore:
    """Stores playlists; thread-safe, and every read returns fresh values.

    A playlist keeps its entries: a track that leaves the library becomes a missing entry, and a missing entry becomes a
    track when its file is added at its path, or when a track turns out to have its sound. Triggers in the database see
    to both, whatever removes or adds the track.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Playlist]:
        """Return every playlist, by name."""
        return sorted(self._read(), key=lambda playlist: natural_key(playlist.name))

    def get(self, playlist_id: int) -> Playlist | None:
        """Return a playlist, or None if there is none with this id."""
        return next(iter(self._read(playlist_id)), None)

    def named(self, name: str) -> Playlist | None:
        """Return the playlist of this name, if any."""
        rows = self._database.query("SELECT id FROM playlists WHERE name = ?", (name,))
        return self.get(rows[0][0]) if rows else None

    def _read(self, playlist_id: int | None = None) -> list[Playlist]:
        where, values = "", tuple[int, ...]()
        if playlist_id is not None:
            where, values = "WHERE playlist_id = ?", (playlist_id,)
        with self._database.reading():
            # As one text for each playlist, which takes half as long as a row for each track.
            lists = self._database.query(
                "SELECT playlist_id, json_group_array(track_id) FROM (SELECT playlist_id, track_id "
                f"FROM playlist_tracks {where} ORDER BY playlist_id, position) GROUP BY playlist_id",
                values,
            )
            missing: dict[int, list[MissingEntry]] = {}
            for owner, entry in self.missing_entries(playlist_id):
                missing.setdefault(owner, []).append(entry)
            rows = self._database.query(
                "SELECT id, name, created_at, folder_id FROM playlists "
                + where.replace("playlist_id", "id"),
                values,
            )
        tracks = {owner: json.loads(ids) for owner, ids in lists}
        return [
            Playlist(i, name, tuple(tracks.get(i, ())), at, folder, tuple(missing.get(i, ())))
            for i, name, at, folder in rows
        ]

    def missing_entries(self, playlist_id: int | None = None) -> list[tuple[int, MissingEntry]]:
        """Return the entries that are not in the library, of one playlist or of all, each with its playlist's id."""
        rows = self._database.query(
            f"SELECT {_MISSING} FROM playlist_missing m WHERE m.playlist_id = IFNULL(?, m.playlist_id) "
            "ORDER BY m.playlist_id, m.position",
            (playlist_id,),
        )
        return [
            (
                owner,
                MissingEntry(
                    stored_path(path), title, artist, album, duration, i, position, fingerprint
                ),
            )
            for owner, position, i, path, title, artist, album, duration, fingerprint in rows
        ]

    def count_missing(self) -> int:
        """Return the number of missing entries of all playlists."""
        return int(self._database.query("SELECT COUNT(*) FROM playlist_missing")[0][0])

    def create(
        self, name: str, entries: Sequence[Entry], *, folder_id: int | None = None
    ) -> Playlist:
        """Store a playlist; a name already taken gets a number, and one that can't be used is cleaned."""
        with self._database.transaction() as db:
            cursor = db.execute(
                "INSERT INTO playlists (name, created_at, folder_id) VALUES (?, ?, ?)",
                (self._free(cleaned_name(name)), time.time(), folder_id),
            )
            playlist_id = int(cursor.lastrowid or 0)
            self.set_entries(playlist_id, entries)
            (playlist,) = self._read(playlist_id)
        return playlist

    def restore(self, playlist: Playlist) -> None:
        """Store a deleted playlist again as it was: its id, name, folder and entries.

        A name that was taken meanwhile gets a number, and without its folder it comes to the top.
        """
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO playlists (id, name, created_at, folder_id) "
                "VALUES (?, ?, ?, (SELECT id FROM playlist_folders WHERE id = ?))",
                (playlist.id, self._free(playlist.name), playlist.created_at, playlist.folder_id),
            )
            self.set_entries(playlist.id, playlist.entries)

    def _free(self, name: str) -> str:
        return free_name(
            name, {str(row[0]) for row in self._database.query("SELECT name FROM playlists")}
        )

    def rename(self, playlist_id: int, name: str) -> None:
        """Rename a playlist.

        Raises
        ------
        PlaylistNameError
            If the name is taken, or none that a playlist can have.
        """
        name = checked_name(name)
        with self._database.transaction() as db:
            check_not_taken(db, "playlists", name, playlist_id)
            follow_renamed_playlist(db, playlist_id, name)
            db.execute("UPDATE playlists SET name = ? WHERE id = ?", (name, playlist_id))

    def move(self, playlist_ids: Iterable[int], folder_id: int | None) -> None:
        """Move playlists into a folder; None means the top."""
        with self._database.transaction() as db:
            db.executemany(
                "UPDATE playlists SET folder_id = ? WHERE id = ?",
                [(folder_id, playlist_id) for playlist_id in playlist_ids],
            )

    def set_tracks(self, playlist_id: int, track_ids: Sequence[int]) -> None:
        """Replace a playlist's tracks, in order; leave out those that have left the library.

        Its missing entries stay at their positions, or at the end if there are fewer tracks now.
        """
        with self._database.transaction():
            entries: list[Entry] = list(track_ids)
            for _, entry in self.missing_entries(playlist_id):
                entries.insert(entry.position, entry)
            self.set_entries(playlist_id, entries)

    def set_entries(self, playlist_id: int, entries: Sequence[Entry]) -> None:
        """Replace a playlist's entries, in order.

        A missing entry whose file is in the library becomes its track; the id of a track that is not is left out.
        """
        with self._database.transaction() as db:
            found = self._found([entry for entry in entries if isinstance(entry, MissingEntry)])
            entries = [
                found.get(entry, entry) if isinstance(entry, MissingEntry) else entry
                for entry in entries
            ]
            sql = "SELECT position, track_id FROM playlist_tracks WHERE playlist_id = ?"
            before: dict[int, int] = dict(db.execute(sql, (playlist_id,)))
            # What leaves the library leaves the playlist: only what is new in it must be looked for.
            here = set(before.values())
            new = {entry for entry in entries if not isinstance(entry, MissingEntry)} - here
            in_library = db.execute(
                "SELECT id FROM tracks WHERE id IN (SELECT value FROM json_each(?))",
                (json.dumps(list(new)),),
            )
            here.update(track_id for (track_id,) in in_library)
            kept = [entry for entry in entries if isinstance(entry, MissingEntry) or entry in here]
            self._write_tracks(playlist_id, before, kept)
            db.execute("DELETE FROM playlist_missing WHERE playlist_id = ?", (playlist_id,))
            used: set[int] = set()
            if any(isinstance(entry, MissingEntry) for entry in kept):
                used = {i for (i,) in db.execute("SELECT id FROM playlist_missing")}
            for position, entry in enumerate(kept):
                if isinstance(entry, MissingEntry):
                    # An entry keeps its id, but a copy in another playlist, or in this one, gets its own.
                    own_id = entry.id if entry.id and entry.id not in used else None
                    cursor = db.execute(
                        "INSERT INTO playlist_missing VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                        (
                            own_id,
                            playlist_id,
                            position,
                            os.fsencode(entry.path),
                            *(entry.title, entry.artist, entry.album, entry.duration),
                            entry.fingerprint,
                        ),
                    )
                    used.add(int(cursor.lastrowid or 0))

    def _write_tracks(
        self, playlist_id: int, before: Mapping[int, int], entries: Sequence[Entry]
    ) -> None:
        """Write the tracks among a playlist's entries; only those that are new at their positions, for speed.

        `before` are the tracks by their positions until now.
        """
        with self._database.transaction() as db:
            after = {
                position: entry
                for position, entry in enumerate(entries)
                if not isinstance(entry, MissingEntry)
            }
            db.executemany(
                "DELETE FROM playlist_tracks WHERE playlist_id = ? AND position = ?",
                [(playlist_id, position) for position in before.keys() - after.keys()],
            )
            changed = {
                position: track_id
                for position, track_id in after.items()
                if before.get(position) != track_id
            }
            # As one text, which takes two thirds of the time of row by row.
            db.execute(
                "INSERT OR REPLACE INTO playlist_tracks SELECT ?, CAST(key AS INTEGER), value FROM json_each(?)",
                (playlist_id, json.dumps(changed)),
            )

    def _found(self, entries: Iterable[MissingEntry]) -> dict[MissingEntry, int]:
        """Return the tracks of the entries that are in the library after all, by their path or their sound."""
        found: dict[MissingEntry, int] = {}
        for entry in entries:
            rows = self._database.query(
                "SELECT id FROM tracks WHERE path = ?1 OR (fingerprint = ?2 AND NOT unheard) "
                "ORDER BY path = ?1 DESC, missing_since IS NOT NULL, id LIMIT 1",
                (os.fsencode(entry.path), entry.fingerprint),
            )
            if rows:
                found[entry] = rows[0][0]
        return found

    def resolve(self, playlist_id: int, entry_id: int, track_id: int) -> bool:
        """Make a missing entry the track that it turned out to be; return False if there is no such entry any more."""
        with self._database.transaction() as db:
            row = db.execute(
                "DELETE FROM playlist_missing WHERE playlist_id = ? AND id = ? "
                "AND EXISTS (SELECT 1 FROM tracks WHERE id = ?) RETURNING position",
                (playlist_id, entry_id, track_id),
            ).fetchone()
            if row is None:
                return False
            db.execute(
                "INSERT INTO playlist_tracks VALUES (?, ?, ?)", (playlist_id, row[0], track_id)
            )
            return True

    def replace(self, track_id: int, by: int) -> None:
        """Replace a track by another one in every playlist."""
        with self._database.transaction() as db:
            db.execute("UPDATE playlist_tracks SET track_id = ? WHERE track_id = ?", (by, track_id))

    def delete(self, playlist_id: int) -> None:
        """Delete a playlist; its tracks stay in the library."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM playlists WHERE id = ?", (playlist_id,))

"""The stored playlists, in the catalogue's file."""

from __future__ import annotations

import time
from collections.abc import Sequence

from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.playlist_names import (
    PlaylistNameError,
    checked_name,
    cleaned_name,
    free_name,
)
from musicsim.library.catalogue.smart_lists import follow_renamed_playlist
from musicsim.library.types import Playlist


class PlaylistStore:
    """Stores playlists; thread-safe, and every read returns fresh values."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Playlist]:
        """Return every playlist, by name."""
        tracks: dict[int, list[int]] = {}
        for playlist_id, track_id in self._database.query(
            "SELECT playlist_id, track_id FROM playlist_tracks ORDER BY playlist_id, position"
        ):
            tracks.setdefault(playlist_id, []).append(track_id)
        rows = self._database.query("SELECT id, name, created_at FROM playlists")
        kept = [Playlist(i, name, tuple(tracks.get(i, ())), at) for i, name, at in rows]
        return sorted(kept, key=lambda playlist: playlist.name.casefold())

    def named(self, name: str) -> Playlist | None:
        """Return the playlist of this name, if any."""
        return next((playlist for playlist in self.all() if playlist.name == name), None)

    def create(self, name: str, track_ids: Sequence[int]) -> Playlist:
        """Store a playlist; a name already taken gets a number, and one that can't be used is cleaned."""
        with self._database.transaction() as db:
            taken = {str(row[0]) for row in self._database.query("SELECT name FROM playlists")}
            free = free_name(cleaned_name(name), taken)
            now = time.time()
            cursor = db.execute(
                "INSERT INTO playlists (name, created_at) VALUES (?, ?)", (free, now)
            )
            playlist_id = int(cursor.lastrowid or 0)
            self.set_tracks(playlist_id, track_ids)
        return Playlist(playlist_id, free, tuple(track_ids), now)

    def rename(self, playlist_id: int, name: str) -> None:
        """Rename a playlist.

        Raises
        ------
        PlaylistNameError
            If the name is taken, or none that a playlist can have.
        """
        name = checked_name(name)
        with self._database.transaction() as db:
            taken = db.execute(
                "SELECT 1 FROM playlists WHERE name = ? AND id != ?", (name, playlist_id)
            ).fetchone()
            if taken:
                raise PlaylistNameError(
                    f"There is a playlist named “{name}” already: choose another name."
                )
            follow_renamed_playlist(db, playlist_id, name)
            db.execute("UPDATE playlists SET name = ? WHERE id = ?", (name, playlist_id))

    def set_tracks(self, playlist_id: int, track_ids: Sequence[int]) -> None:
        """Replace a playlist's tracks, in order; leave out those that have left the library."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM playlist_tracks WHERE playlist_id = ?", (playlist_id,))
            db.executemany(
                "INSERT INTO playlist_tracks SELECT ?, ?, id FROM tracks WHERE id = ?",
                [(playlist_id, position, track_id) for position, track_id in enumerate(track_ids)],
            )

    def replace(self, track_id: int, by: int) -> None:
        """Replace a track by another one in every playlist."""
        with self._database.transaction() as db:
            db.execute("UPDATE playlist_tracks SET track_id = ? WHERE track_id = ?", (by, track_id))

    def delete(self, playlist_id: int) -> None:
        """Delete a playlist; its tracks stay in the library."""
        with self._database.transaction() as db:
            db.execute("DELETE FROM playlists WHERE id = ?", (playlist_id,))

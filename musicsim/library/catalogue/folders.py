"""The music folders: the table `folders`."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from pathlib import Path

from musicsim.base.reasons import Reason
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.files import Files
from musicsim.library.catalogue.paths import stored_path
from musicsim.library.hidden import is_no_music_folder


class Folders:
    """Stores the music folders; thread-safe, and every read returns fresh values.

    Parameters
    ----------
    database
        The database with the table.
    files
        The tracks' files; each belongs to one folder.
    """

    def __init__(self, database: Database, files: Files) -> None:
        self._database = database
        self._files = files

    def all(self) -> list[Path]:
        """Return the music folders, in the order in which they were added."""
        return list(self.ids())

    def ids(self) -> dict[Path, int]:
        """Return the music folders and their ids."""
        rows = self._database.query("SELECT path, id FROM folders ORDER BY id")
        return {stored_path(path): folder_id for path, folder_id in rows}

    def add(self, folder: Path) -> int:
        """Add a music folder, or find it; return its id.

        Each file belongs to one folder. So a folder inside a known one gets no entry of its own, and a folder around
        others takes over their tracks. But a hidden folder inside another gets its own entry.
        """
        with self._database.transaction() as db:
            known = self.ids()
            for other, other_id in known.items():
                if _is_seen_from(other, folder):
                    return other_id
            db.execute("INSERT INTO folders (path) VALUES (?)", (os.fsencode(folder),))
            (folder_id,) = db.execute("SELECT last_insert_rowid()").fetchone()
            for other, other_id in known.items():
                if folder.is_relative_to(other):
                    self._files.reassign(other_id, folder_id, folder)
                elif _is_seen_from(folder, other):
                    self.set_unavailable(other_id, None)
                    self._files.reassign(other_id, folder_id)
                    db.execute("DELETE FROM folders WHERE id = ?", (other_id,))
            return int(folder_id)

    def remove(self, folder: Path) -> list[int]:
        """Remove a folder and its tracks from the library; return the tracks' ids. The files stay."""
        with self._database.transaction() as db:
            folder_id = self.ids().get(folder)
            rows = db.execute("SELECT id FROM tracks WHERE folder_id = ?", (folder_id,)).fetchall()
            db.execute("DELETE FROM folders WHERE id = ?", (folder_id,))
        return [track_id for (track_id,) in rows]

    def unavailable(self) -> dict[Path, Reason]:
        """Return the unavailable music folders and the reasons; their missing tracks stay in the library."""
        rows = self._database.query(
            "SELECT path, unavailable FROM folders WHERE unavailable IS NOT NULL ORDER BY id"
        )
        return {stored_path(path): Reason.from_stored(reason) for path, reason in rows}

    def set_unavailable(self, folder_id: int, reason: Reason | None) -> bool:
        """Set why a music folder is unavailable, or None if it is available; return whether this is a change."""
        stored = None if reason is None else reason.to_stored()
        with self._database.transaction() as db:
            row = db.execute(
                "SELECT unavailable_since FROM folders WHERE id = ? AND unavailable IS NOT ?",
                (folder_id, stored),
            ).fetchone()
            if row is None:
                return False
            (since,), now = row, time.time()
            if stored is None and since is not None:
                # The time offline does not count.
                self._files.postpone_missing(max(0.0, now - since), folder_id)
            db.execute(
                "UPDATE folders SET unavailable = ?, unavailable_since = ? WHERE id = ?",
                (stored, None if stored is None else since or now, folder_id),
            )
            return True

    def set_all_available(self) -> None:
        """Mark every music folder as available: files on disconnected disks will not come back."""
        with self._database.transaction() as db:
            db.execute("UPDATE folders SET unavailable = NULL, unavailable_since = NULL")


def folder_of(path: Path, folders: Iterable[Path]) -> Path | None:
    """Return the music folder of a path, the innermost if they are nested; None without any."""
    around = [folder for folder in folders if path.is_relative_to(folder)]
    return max(around, key=lambda folder: len(folder.parts), default=None)


def _is_seen_from(folder: Path, path: Path) -> bool:
    """Return whether a walk through a folder reaches a path, judging by the names."""
    return path.is_relative_to(folder) and not any(
        map(is_no_music_folder, path.relative_to(folder).parts)
    )

"""The folders of playlists, in the catalogue's file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.playlist_names import (
    PlaylistNameError,
    checked_name,
    cleaned_name,
    free_name,
)
from musicsim.library.catalogue.playlists import PlaylistStore
from musicsim.library.query.natural import natural_key
from musicsim.library.types import Playlist, PlaylistFolder


class PlaylistFolderError(MusicsimError):
    """A folder of playlists can't be moved there."""


@dataclass(frozen=True, slots=True)
class DeletedFolder:
    """What deleting a folder changed, as it was before: the folders and playlists in it, and itself."""

    folders: tuple[PlaylistFolder, ...]
    playlists: tuple[Playlist, ...]


class PlaylistFolders:
    """Stores the folders of playlists; thread-safe, and every read returns fresh values.

    Parameters
    ----------
    database
        The database with the table.
    playlists
        The playlists in the folders.
    """

    def __init__(self, database: Database, playlists: PlaylistStore) -> None:
        self._database = database
        self._playlists = playlists

    def all(self) -> list[PlaylistFolder]:
        """Return every folder, by name."""
        rows = self._database.query("SELECT id, name, parent_id FROM playlist_folders")
        return sorted(
            (PlaylistFolder(*row) for row in rows), key=lambda folder: natural_key(folder.name)
        )

    def create(self, name: str, parent_id: int | None = None) -> PlaylistFolder:
        """Store a folder; a name that is taken beside it gets a number, and one that can't be used is cleaned."""
        with self._database.transaction() as db:
            free = self._free(cleaned_name(name, instead="Folder"), parent_id)
            cursor = db.execute(
                "INSERT INTO playlist_folders (name, parent_id) VALUES (?, ?)", (free, parent_id)
            )
        return PlaylistFolder(int(cursor.lastrowid or 0), free, parent_id)

    def at(self, names: Sequence[str]) -> int | None:
        """Return the id of the folder with these names, from the top down; create what is missing of it."""
        folder_id: int | None = None
        with self._database.transaction():
            for name in names:
                inside = {f.name: f.id for f in self.all() if f.parent_id == folder_id}
                folder_id = (
                    inside[name] if name in inside else self.create(checked(name), folder_id).id
                )
        return folder_id

    def rename(self, folder_id: int, name: str) -> None:
        """Rename a folder.

        Raises
        ------
        PlaylistNameError
            If the name is taken beside it, or none that a folder can have.
        """
        name = checked(name)
        with self._database.transaction() as db:
            folder = next((each for each in self.all() if each.id == folder_id), None)
            if folder is not None and name != self._free(name, folder.parent_id, folder_id):
                raise PlaylistNameError(
                    f"There is a folder named “{name}” already: choose another name."
                )
            db.execute("UPDATE playlist_folders SET name = ? WHERE id = ?", (name, folder_id))

    def move(self, folder_id: int, parent_id: int | None) -> None:
        """Move a folder into another one, or to the top; a name that is taken there gets a number.

        Raises
        ------
        PlaylistFolderError
            If it would be inside itself.
        """
        with self._database.transaction() as db:
            folders = {folder.id: folder for folder in self.all()}
            folder = folders.get(folder_id)
            if folder is None or folder.parent_id == parent_id:
                return
            if folder_id in ancestors(parent_id, folders):
                raise PlaylistFolderError(f"The folder “{folder.name}” can’t be put into itself.")
            free = self._free(folder.name, parent_id, folder_id)
            db.execute(
                "UPDATE playlist_folders SET name = ?, parent_id = ? WHERE id = ?",
                (free, parent_id, folder_id),
            )

    def delete(self, folder_id: int, *, with_playlists: bool) -> DeletedFolder:
        """Delete a folder; return what `restore` needs.

        Parameters
        ----------
        with_playlists
            Delete everything in it as well; otherwise what is in it moves to where it was.
        """
        with self._database.transaction() as db:
            folders = {folder.id: folder for folder in self.all()}
            if folder_id not in folders:
                return DeletedFolder((), ())
            parent_id = folders[folder_id].parent_id
            within = [f for f in folders.values() if folder_id in ancestors(f.id, folders)]
            if with_playlists:
                inside = {folder.id for folder in within}
                playlists = [p for p in self._playlists.all() if p.folder_id in inside]
                for playlist in playlists:
                    self._playlists.delete(playlist.id)
            else:
                within = [f for f in within if folder_id in (f.id, f.parent_id)]
                playlists = [p for p in self._playlists.all() if p.folder_id == folder_id]
                self._playlists.move([p.id for p in playlists], parent_id)
                for folder in within:
                    if folder.id != folder_id:
                        self.move(folder.id, parent_id)
            db.execute("DELETE FROM playlist_folders WHERE id = ?", (folder_id,))
        return DeletedFolder(tuple(within), tuple(playlists))

    def restore(self, deleted: DeletedFolder) -> None:
        """Undo `delete`, exactly."""
        with self._database.transaction() as db:
            ids = {folder.id for folder in deleted.folders}
            # A folder comes before those in it.
            waiting = list(deleted.folders)
            while waiting:
                folder = next(f for f in waiting if not {f.parent_id} & {w.id for w in waiting})
                waiting.remove(folder)
                free = self._free(folder.name, folder.parent_id, folder.id)
                db.execute(
                    "INSERT INTO playlist_folders (id, name, parent_id) "
                    "VALUES (?1, ?2, (SELECT id FROM playlist_folders WHERE id = ?3)) "
                    "ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent_id = excluded.parent_id",
                    (folder.id, free, folder.parent_id),
                )
            for playlist in deleted.playlists:
                now = self._playlists.get(playlist.id)
                if now is None:
                    self._playlists.restore(playlist)
                elif playlist.folder_id in ids:
                    self._playlists.move([playlist.id], playlist.folder_id)

    def _free(self, name: str, parent_id: int | None, own: int = 0) -> str:
        rows = self._database.query(
            "SELECT name FROM playlist_folders WHERE parent_id IS ? AND id != ?", (parent_id, own)
        )
        return free_name(name, {str(row[0]) for row in rows})


def checked(name: str) -> str:
    """Return a name that a listener typed for a folder; raise `PlaylistNameError` if it can't have it."""
    return checked_name(name, of="folder")


def ancestors(folder_id: int | None, folders: Mapping[int, PlaylistFolder]) -> list[int]:
    """Return the ids of a folder and of those around it, from the innermost; none for the top."""
    found: list[int] = []
    while folder_id is not None and folder_id not in found:
        found.append(folder_id)
        folder_id = folders[folder_id].parent_id if folder_id in folders else None
    return found


def folder_names(folder_id: int | None, folders: Iterable[PlaylistFolder]) -> list[str]:
    """Return the names of the folders around a playlist, from the top down."""
    by_id = {folder.id: folder for folder in folders}
    return [by_id[i].name for i in reversed(ancestors(folder_id, by_id)) if i in by_id]

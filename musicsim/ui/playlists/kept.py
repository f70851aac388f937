"""Playlists in the catalogue, as the window changes and follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QObject, Signal

from musicsim.library.catalogue.playlist_folders import DeletedFolder, PlaylistFolders
from musicsim.library.catalogue.playlists import Entry, PlaylistStore
from musicsim.library.query.natural import natural_key
from musicsim.library.types import Playlist, PlaylistFolder
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playlists.undo import History, Step


class Playlists(QObject):
    """Single place for all changes to playlists and their folders in the window, which it can undo.

    Everything that shows playlists follows its signal. Methods raise `MusicsimError` where the store does.

    Attributes
    ----------
    arrangement
        The steps that concern whole playlists and folders: deleting, moving, merging.
    """

    changed = Signal()

    def __init__(
        self,
        store: PlaylistStore,
        folders: PlaylistFolders,
        bridge: Bridge,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._folder_store = folders
        self._playlists: dict[int, Playlist] = {}
        self._folders: dict[int, PlaylistFolder] = {}
        self._histories: defaultdict[int, History] = defaultdict(History)
        self.arrangement = History()
        self._read()
        bridge.playlists_changed.connect(self.reread)
        # Tracks that left the library are missing entries now, and new ones may be missing entries that are found.
        bridge.tracks_removed.connect(self.reread)
        bridge.tracks_changed.connect(self._look_for_missing)

    # Reading

    @property
    def all(self) -> list[Playlist]:
        """The playlists by name."""
        return sorted(self._playlists.values(), key=lambda playlist: natural_key(playlist.name))

    @property
    def folders(self) -> list[PlaylistFolder]:
        """The folders by name."""
        return list(self._folders.values())

    def get(self, playlist_id: int) -> Playlist | None:
        """Return a playlist, or None if it no longer exists."""
        return self._playlists.get(playlist_id)

    def folder(self, folder_id: int) -> PlaylistFolder | None:
        """Return a folder, or None if it no longer exists."""
        return self._folders.get(folder_id)

    def inside(self, folder_id: int) -> list[Playlist]:
        """Return the playlists in a folder and in the folders in it."""
        ids = {folder_id}
        while more := {f.id for f in self.folders if f.parent_id in ids} - ids:
            ids |= more
        return [playlist for playlist in self.all if playlist.folder_id in ids]

    def reread(self) -> None:
        """Read everything from the catalogue, where something else has changed it."""
        self._read()
        self.changed.emit()

    # One playlist

    def create(self, name: str, entries: Sequence[Entry], folder_id: int | None = None) -> Playlist:
        """Store a new playlist; a name that is taken gets a number."""
        playlist = self._store.create(name, entries, folder_id=folder_id)
        self._read_one(playlist.id)
        return playlist

    def rename(self, playlist_id: int, name: str) -> None:
        """Rename a playlist."""
        self._store.rename(playlist_id, name)
        self._read_one(playlist_id)

    def edit(self, playlist_id: int, entries: Sequence[Entry], text: str) -> Step | None:
        """Replace a playlist's entries as a step that can be undone; `text` says what was done."""
        if (before := self.get(playlist_id)) is None:
            return None
        self._set(playlist_id, entries)
        after = self._playlists[playlist_id].entries
        return self._histories[playlist_id].add(
            Step(
                text,
                lambda: self._set(playlist_id, before.entries),
                lambda: self._set(playlist_id, after),
            )
        )

    def add(self, playlist_id: int, track_ids: Sequence[int], text: str = "") -> Step | None:
        """Append tracks to a playlist."""
        playlist = self.get(playlist_id)
        if playlist is None:
            return None
        return self.edit(playlist_id, (*playlist.entries, *track_ids), text)

    def history(self, playlist_id: int) -> History:
        """Return the steps that changed a playlist's entries."""
        return self._histories[playlist_id]

    # Several playlists, and folders

    def create_folder(self, name: str, parent_id: int | None = None) -> PlaylistFolder:
        """Store a new folder; a name that is taken beside it gets a number."""
        folder = self._folder_store.create(name, parent_id)
        self.reread()
        return folder

    def rename_folder(self, folder_id: int, name: str) -> None:
        """Rename a folder."""
        self._folder_store.rename(folder_id, name)
        self.reread()

    def delete(self, playlist_ids: Iterable[int], text: str) -> Step:
        """Delete playlists as a step that can be undone; undoing restores their ids, names, folders and entries."""
        gone = [self._playlists[i] for i in playlist_ids if i in self._playlists]

        def delete() -> None:
            for playlist in gone:
                self._store.delete(playlist.id)
            self.reread()

        def restore() -> None:
            for playlist in gone:
                self._store.restore(playlist)
            self.reread()

        return self._take(delete, restore, text)

    def delete_folder(self, folder_id: int, *, with_playlists: bool, text: str) -> Step:
        """Delete a folder as a step that can be undone, with what is in it or without."""
        deleted = DeletedFolder((), ())

        def delete() -> None:
            nonlocal deleted
            deleted = self._folder_store.delete(folder_id, with_playlists=with_playlists)
            self.reread()

        def restore() -> None:
            self._folder_store.restore(deleted)
            self.reread()

        return self._take(delete, restore, text)

    def move(
        self,
        playlist_ids: Iterable[int],
        folder_ids: Iterable[int],
        into: int | None,
        text: str = "",
    ) -> Step | None:
        """Move playlists and folders into a folder as a step that can be undone; None means the top."""
        playlists = {
            i: self._playlists[i].folder_id
            for i in playlist_ids
            if i in self._playlists and self._playlists[i].folder_id != into
        }
        folders = {
            i: self._folders[i].parent_id
            for i in folder_ids
            if i in self._folders and self._folders[i].parent_id != into and i != into
        }
        if not playlists and not folders:
            return None

        def move() -> None:
            for folder_id in folders:
                self._folder_store.move(folder_id, into)
            self._store.move(playlists, into)
            self.reread()

        def move_back() -> None:
            for folder_id, parent_id in folders.items():
                self._folder_store.move(folder_id, parent_id)
            for playlist_id, before in playlists.items():
                self._store.move([playlist_id], before if before in self._folders else None)
            self.reread()

        return self._take(move, move_back, text)

    def added(self, playlists: Sequence[Playlist], text: str) -> Step:
        """Note playlists that were just made of other playlists or files as a step that can be undone."""

        def remove() -> None:
            for playlist in playlists:
                self._store.delete(playlist.id)
            self.reread()

        def restore() -> None:
            for playlist in playlists:
                self._store.restore(playlist)
            self.reread()

        return self.arrangement.add(Step(text, remove, restore))

    def _take(self, do: Callable[[], None], undo: Callable[[], None], text: str) -> Step:
        do()
        return self.arrangement.add(Step(text, undo, do))

    def _set(self, playlist_id: int, entries: Sequence[Entry]) -> None:
        self._store.set_entries(playlist_id, entries)
        self._read_one(playlist_id)

    def _look_for_missing(self) -> None:
        # Scans report changes several times a second, and reading thousands of entries takes a while.
        known = sum(len(playlist.missing) for playlist in self._playlists.values())
        if known and known != self._store.count_missing():
            self.reread()

    def _read(self) -> None:
        self._playlists = {playlist.id: playlist for playlist in self._store.all()}
        self._folders = {folder.id: folder for folder in self._folder_store.all()}

    def _read_one(self, playlist_id: int) -> None:
        """Read a playlist again, which takes much less time than to read all."""
        playlist = self._store.get(playlist_id)
        if playlist is None:
            self._playlists.pop(playlist_id, None)
        else:
            self._playlists[playlist_id] = playlist
        self.changed.emit()

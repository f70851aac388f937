"""Playlists in the catalogue, as the window changes and follows them."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from musicsim.library.catalogue.playlists import PlaylistStore
from musicsim.library.types import Playlist
from musicsim.ui.kit.bridge import Bridge


class Playlists(QObject):
    """Single place for all changes to playlists in the window; reports them to everything that shows playlists.

    Methods raise `MusicsimError` where the store does.
    """

    changed = Signal()

    def __init__(self, store: PlaylistStore, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._all = store.all()
        bridge.playlists_changed.connect(self._read)
        # Tracks that left the library have left the playlists as well.
        bridge.tracks_removed.connect(self._read)

    @property
    def all(self) -> list[Playlist]:
        """The playlists by name."""
        return list(self._all)

    def get(self, playlist_id: int) -> Playlist | None:
        """Return a playlist, or None if it no longer exists."""
        return next((playlist for playlist in self._all if playlist.id == playlist_id), None)

    def create(self, name: str, track_ids: Sequence[int]) -> Playlist:
        """Store a new playlist; a name that is taken gets a number."""
        playlist = self._store.create(name, track_ids)
        self._read()
        return playlist

    def rename(self, playlist_id: int, name: str) -> None:
        """Rename a playlist."""
        self._store.rename(playlist_id, name)
        self._read()

    def set_tracks(self, playlist_id: int, track_ids: Sequence[int]) -> None:
        """Replace a playlist's tracks."""
        self._store.set_tracks(playlist_id, track_ids)
        self._read()

    def add(self, playlist_id: int, track_ids: Sequence[int]) -> None:
        """Append tracks to a playlist."""
        playlist = self.get(playlist_id)
        if playlist is not None:
            self.set_tracks(playlist_id, (*playlist.track_ids, *track_ids))

    def delete(self, playlist_id: int) -> None:
        """Delete a playlist."""
        self._store.delete(playlist_id)
        self._read()

    def _read(self) -> None:
        self._all = self._store.all()
        self.changed.emit()

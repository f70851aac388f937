"""Commands for a whole playlist."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.library.types import Playlist
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.store import TrackStore


class PlaylistCommands(QObject):
    """Playlist commands shared by the sidebar and the playlist page."""

    playlist_wanted = Signal(int)
    """Request to show this playlist."""
    rename_wanted = Signal(int)
    """Request to let the listener rename this playlist."""

    def __init__(
        self,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        exporter: Exporter,
        messages: Messages,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._store = store
        self._playlists = playlists
        self._actions = actions
        self._exporter = exporter
        self._messages = messages
        self._theme = theme
        self._window = window

    def create(self) -> None:
        """Create an empty playlist and let the listener type its name."""
        with self._messages.reporting():
            playlist = self._playlists.create(self.tr("New playlist"), [])
            self.playlist_wanted.emit(playlist.id)
            self.rename_wanted.emit(playlist.id)

    def play(self, playlist_id: int) -> None:
        """Play a playlist from its beginning."""
        if (playlist := self._playlists.get(playlist_id)) is not None:
            self._actions.play(playlist.track_ids)

    def export(self, playlist_id: int) -> None:
        """Write a playlist to a file."""
        if (playlist := self._playlists.get(playlist_id)) is not None:
            self._exporter.export(playlist.name, self._store.tracks(playlist.track_ids))

    def delete(self, playlist_id: int) -> None:
        """Delete a playlist, and offer to undo it."""
        playlist = self._playlists.get(playlist_id)
        if playlist is None:
            return
        with self._messages.reporting():
            self._playlists.delete(playlist_id)
            self._messages.tell(
                self.tr("Deleted the playlist “{0}”.").format(playlist.name),
                action=self.tr("Undo"),
                on_action=lambda: self._bring_back(playlist),
            )

    def open_menu(self, playlist_id: int, place: QPoint) -> None:
        """Open a playlist's menu at a screen position."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for text, icon, do in (
            (self.tr("Play"), "play", self.play),
            (self.tr("Rename"), "rename", self.rename_wanted.emit),
            (self.tr("Export…"), "export", self.export),
            (self.tr("Delete"), "delete", self.delete),
        ):
            entry = menu.addAction(self._theme.icon(icon), text)
            entry.triggered.connect(lambda _, do=do: do(playlist_id))
        menu.popup(place)

    def _bring_back(self, playlist: Playlist) -> None:
        with self._messages.reporting():
            ids = [track.id for track in self._store.tracks(playlist.track_ids)]
            self.playlist_wanted.emit(self._playlists.create(playlist.name, ids).id)

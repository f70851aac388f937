"""Pages of the window, and the ways between them."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtWidgets import QSplitter, QStackedWidget, QWidget

from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.commands.demo import DemoJob
from musicsim.ui.commands.playlist_commands import PlaylistCommands
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.pages.first_start import FirstStart
from musicsim.ui.pages.library_page import LibraryPage
from musicsim.ui.pages.page import Page, TrackPage
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.library_model import LibraryModel
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.sidebar import Sidebar


class Places(QStackedWidget):
    """First-start page or, once there is music, the other pages between the sidebar and a panel.

    It creates the pages; nothing else in the window knows them by their classes.

    Parameters
    ----------
    panel
        The widget at the right of the pages.
    """

    folder_chosen = Signal(object)
    """Path: the listener has chosen the music folder."""

    def __init__(
        self,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        commands: PlaylistCommands,
        demo: DemoJob,
        messages: Messages,
        theme: Theme,
        panel: QWidget,
    ) -> None:
        super().__init__()
        self._commands = commands
        self._messages = messages
        self.start = FirstStart(demo, messages, theme)
        self.library = LibraryPage(LibraryModel(store, theme, self), actions, theme)
        self.playlist = PlaylistPage(store, playlists, actions, messages, theme)
        self.sidebar = Sidebar(self.library, playlists, messages, theme)
        self._pages: tuple[TrackPage, ...] = (self.library, self.playlist)
        self._current: TrackPage = self.library
        self._middle = QStackedWidget()
        for page in self._pages:
            self._middle.addWidget(page.widget)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        self.splitter.setChildrenCollapsible(False)
        self.splitter.setHandleWidth(1)
        for position, (widget, stretch) in enumerate(
            ((self.sidebar, 0), (self._middle, 3), (panel, 1))
        ):
            self.splitter.addWidget(widget)
            self.splitter.setStretchFactor(position, stretch)
        self.sidebar.setMinimumWidth(150)
        self._middle.setMinimumWidth(320)
        self.splitter.setSizes([200, 740, 340])
        self.addWidget(self.start.widget)
        self.addWidget(self.splitter)

        self.start.folder_chosen.connect(self.folder_chosen)
        self.sidebar.library_wanted.connect(self.show_library)
        self.sidebar.playlist_wanted.connect(self.show_playlist)
        self.sidebar.new_playlist_wanted.connect(commands.create)
        self.sidebar.list.menu_wanted.connect(commands.open_menu)
        self.sidebar.list.delete_wanted.connect(commands.delete)
        self.sidebar.model.tracks_dropped.connect(actions.add_tracks_to_playlist)
        self.playlist.rename_wanted.connect(self.sidebar.list.rename)
        self.playlist.export_wanted.connect(commands.export)
        self.playlist.delete_wanted.connect(commands.delete)
        self.playlist.gone.connect(self.show_library)
        commands.playlist_wanted.connect(self.show_playlist)
        commands.rename_wanted.connect(self.sidebar.list.rename)
        actions.playlist_wanted.connect(self.show_playlist)

    @property
    def current(self) -> Page:
        """Page that is shown."""
        return self._current if self.currentWidget() is self.splitter else self.start

    def set_started(self, started: bool) -> None:
        """Show the first-start page, or the others."""
        self.setCurrentWidget(self.splitter if started else self.start.widget)

    def show_library(self) -> None:
        """Show all tracks."""
        self._show(self.library)
        self.sidebar.show_place(None)

    def show_playlist(self, playlist_id: int) -> None:
        """Show a playlist."""
        self.playlist.show_playlist(playlist_id)
        self._show(self.playlist)
        self.sidebar.show_place(playlist_id)

    def search(self) -> None:
        """Let the listener search all tracks."""
        self.show_library()
        self.library.focus_search()

    def show_track(self, track_id: int) -> None:
        """Show a track on this page or, if it isn't there, in the library."""
        if not self._current.show_track(track_id):
            self.show_library()
            self.library.show_track(track_id)

    def play(self) -> None:
        """Play the selection on this page or, without one, everything that it shows."""
        self._current.play_tracks()

    def export(self) -> None:
        """Export the playlist that is shown."""
        playlist = self.playlist.playlist
        if playlist is not None and self._current is self.playlist:
            self._commands.export(playlist.id)
        else:
            self._messages.tell(self.tr("Open a playlist to export it, or use a track’s menu."))

    def save(self, settings: QSettings) -> None:
        """Save the appearance of the pages."""
        for page in self._pages:
            page.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Restore the saved appearance of the pages."""
        for page in self._pages:
            page.restore(settings)

    def _show(self, page: TrackPage) -> None:
        # A listener who moves through the sidebar with the arrow keys stays in it.
        stays = self.sidebar.list.hasFocus()
        self._current = page
        self._middle.setCurrentWidget(page.widget)
        if not stays:
            page.focus()

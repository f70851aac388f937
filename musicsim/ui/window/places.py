"""Pages of the window, and the ways between them."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QSplitter, QStackedWidget, QWidget

from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.commands.demo import DemoJob
from musicsim.ui.commands.playlist_commands import PlaylistCommands
from musicsim.ui.commands.smart_commands import SmartCommands
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.pages.first_start import FirstStart
from musicsim.ui.pages.library_page import LibraryPage
from musicsim.ui.pages.page import HasTracks, Page
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.pages.smart_page import SmartPage
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.smart_section import SmartSection
from musicsim.ui.tracks.library_model import LibraryModel
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.place_entries import PlaceEntry
from musicsim.ui.window.sidebar import Sidebar

_PLAYLIST = "playlist "
_SMART = "smart:"
"""Begins what is remembered if a playlist was shown; its id follows."""


class Places(QStackedWidget):
    """First-start page or, once there is music, the other pages between the sidebar and a panel.

    `add` takes any other page, which then has its entry in the sidebar and its shortcut.

    Parameters
    ----------
    panel
        The widget at the right of the pages.
    """

    folder_chosen = Signal(object)
    """Path: the listener has chosen the music folder."""

    _PLACE_KEY = "window/place"

    def __init__(
        self,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        commands: PlaylistCommands,
        smart: SmartCommands,
        demo: DemoJob,
        messages: Messages,
        theme: Theme,
        panel: QWidget,
    ) -> None:
        super().__init__()
        self._commands = commands
        self._theme = theme
        self._messages = messages
        self.start = FirstStart(demo, messages, theme)
        self.library = LibraryPage(LibraryModel(store, theme, self), actions, theme)
        self.playlist = PlaylistPage(store, playlists, actions, commands.editing, messages, theme)
        self.sidebar = Sidebar(playlists, messages, theme)
        self.sidebar.model.files_of = lambda ids: [
            track.path for track in store.tracks(ids) if not track.missing
        ]
        self.actions_: list[QAction] = []
        """Actions that open the pages of the sidebar."""
        self.smart = SmartPage(store, smart.smart, actions, messages, theme)
        self.smart_section = SmartSection(smart.smart, theme)
        self.sidebar.add_section(self.smart_section)
        self._middle = QStackedWidget()
        self._pages: dict[str, Page] = {self.playlist.key: self.playlist}
        self._middle.addWidget(self.playlist.widget)
        self._pages[self.smart.key] = self.smart
        self._middle.addWidget(self.smart.widget)
        self.add(self.library, "Ctrl+L")
        self._current: Page = self.library
        self._middle.setCurrentWidget(self.library.widget)
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
        self.sidebar.entries.wanted.connect(self.show_page)
        self.sidebar.playlist_wanted.connect(self.show_playlist)
        self.sidebar.new_playlist_wanted.connect(commands.create)
        self.sidebar.new_folder_wanted.connect(commands.create_folder)
        self.sidebar.list.menu_wanted.connect(commands.open_menu)
        self.sidebar.list.delete_wanted.connect(commands.delete)
        self.sidebar.list.undo_wanted.connect(commands.undo)
        self.sidebar.list.redo_wanted.connect(commands.redo)
        self.sidebar.model.moved.connect(commands.move)
        self.sidebar.model.tracks_dropped.connect(actions.add_tracks_to_playlist)
        self.playlist.rename_wanted.connect(self.sidebar.list.rename)
        self.playlist.export_wanted.connect(commands.export)
        self.playlist.delete_wanted.connect(commands.delete_playlist)
        self.playlist.menu_wanted.connect(commands.open_menu)
        self.playlist.gone.connect(self.show_library)
        commands.playlist_wanted.connect(self.show_playlist)
        commands.rename_wanted.connect(self.sidebar.list.rename)
        commands.rename_folder_wanted.connect(self.sidebar.list.rename_folder)
        actions.playlist_wanted.connect(self.show_playlist)
        self._connect_smart(smart)

    def _connect_smart(self, smart: SmartCommands) -> None:
        self.smart_section.wanted.connect(self.show_smart)
        self.smart_section.new_wanted.connect(smart.open_new_menu)
        self.smart_section.list.menu_wanted.connect(smart.open_menu)
        self.smart_section.list.edit_wanted.connect(smart.edit)
        self.smart_section.list.delete_wanted.connect(smart.delete)
        self.smart.edit_wanted.connect(smart.edit)
        self.smart.keep_wanted.connect(smart.keep)
        self.smart.export_wanted.connect(smart.export)
        self.smart.gone.connect(self.show_library)
        smart.list_wanted.connect(self.show_smart)

    @property
    def current(self) -> Page:
        """Page that is shown."""
        return self._current if self.currentWidget() is self.splitter else self.start

    def add(self, page: Page, *shortcuts: str) -> PlaceEntry:
        """Add a page, which opens by its entry in the sidebar, by Alt and its number, and by its shortcuts.

        The window adds its pages before it restores what was saved.
        """
        self._pages[page.key] = page
        self._middle.addWidget(page.widget)
        action = QAction(page.name, self)
        action.setShortcuts(
            [QKeySequence(keys) for keys in (f"Alt+{len(self.actions_) + 1}", *shortcuts)]
        )
        self._theme.set_icon(action, page.icon)
        key = page.key
        action.triggered.connect(lambda: self.show_page(key))
        self.addAction(action)
        self.actions_.append(action)
        return self.sidebar.entries.add(page)

    def fill(self, menu: QMenu) -> None:
        """Put the actions that open the pages into a menu."""
        menu.addActions(self.actions_)

    def set_started(self, started: bool) -> None:
        """Show the first-start page, or the others."""
        self.setCurrentWidget(self.splitter if started else self.start.widget)

    def show_page(self, key: str) -> None:
        """Show a page that the sidebar has an entry for."""
        self._show(self._pages[key])
        self.sidebar.show_page(key)

    def show_library(self) -> None:
        """Show all tracks."""
        self.show_page(self.library.key)

    def show_playlist(self, playlist_id: int) -> None:
        """Show a playlist."""
        self.playlist.show_playlist(playlist_id)
        self._show(self.playlist)
        self.sidebar.show_playlist(playlist_id)

    def show_smart(self, list_id: int) -> None:
        """Show a smart playlist."""
        self.smart.show_list(list_id)
        self._show(self.smart)
        self.sidebar.show_other()
        self.smart_section.show_place(list_id)

    def search(self) -> None:
        """Let the listener search all tracks."""
        self.show_library()
        self.library.focus_search()

    def show_track(self, track_id: int) -> None:
        """Show a track on this page or, if it isn't there, in the library."""
        current = self._current
        if not (isinstance(current, HasTracks) and current.show_track(track_id)):
            self.show_library()
            self.library.show_track(track_id)

    def play(self) -> None:
        """Play the selection on this page or, without one, everything that it shows; without tracks, the library."""
        page = self._current if isinstance(self._current, HasTracks) else self.library
        page.play_tracks()

    def export(self) -> None:
        """Export the playlist that is shown."""
        playlist = self.playlist.playlist
        if playlist is not None and self._current is self.playlist:
            self._commands.export(playlist.id)
        elif self._current is self.smart and self.smart.shown is not None:
            self.smart.export_wanted.emit(self.smart.shown.id)
        else:
            self._messages.tell(self.tr("Open a playlist to export it, or use a track’s menu."))

    def save(self, settings: QSettings) -> None:
        """Save the appearance of the pages, and which one is shown."""
        playlist = self.playlist.playlist
        if self._current is self.playlist and playlist is not None:
            settings.setValue(self._PLACE_KEY, f"{_PLAYLIST}{playlist.id}")
        elif self._current is self.smart and self.smart.shown is not None:
            settings.setValue(self._PLACE_KEY, f"{_SMART}{self.smart.shown.id}")
        else:
            settings.setValue(self._PLACE_KEY, self._current.key)
        for page in self._pages.values():
            page.save(settings)
        self.smart_section.save(settings)
        self.sidebar.list.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Restore the saved appearance of the pages, and show the one that was shown; without it, the library."""
        for page in self._pages.values():
            page.restore(settings)
        self.sidebar.list.restore(settings)
        self.smart_section.restore(settings)
        place = str(settings.value(self._PLACE_KEY) or "")
        number = place.removeprefix(_PLAYLIST)
        if place != number and number.isdecimal() and self.playlist.has(int(number)):
            self.show_playlist(int(number))
        elif place.startswith(_SMART) and self.smart.has(place.removeprefix(_SMART)):
            self.show_smart(int(place.removeprefix(_SMART)))
        elif place in self._pages and place not in (self.playlist.key, self.smart.key):
            self.show_page(place)
        else:
            self.show_library()

    def _show(self, page: Page) -> None:
        # A listener who moves through the sidebar with the arrow keys stays in it.
        stays = self.sidebar.list.hasFocus() or self.smart_section.list.hasFocus()
        self.smart_section.show_place(None)
        self._current = page
        self._middle.setCurrentWidget(page.widget)
        if not stays:
            page.focus()

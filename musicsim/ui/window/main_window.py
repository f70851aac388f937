"""Main window: creates the parts, arranges them, and connects them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QShowEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from musicsim.base.resources import resource
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.commands.demo import DemoJob
from musicsim.ui.commands.menus import fill_menu_bar, make_commands
from musicsim.ui.commands.playlist_commands import PlaylistCommands
from musicsim.ui.commands.playlist_editing import PlaylistEditing
from musicsim.ui.commands.playlist_importing import PlaylistImporting
from musicsim.ui.commands.seed_menus import SeedMenus
from musicsim.ui.commands.smart_commands import SmartCommands
from musicsim.ui.groups.group_commands import GroupCommands
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dropping import brings_files
from musicsim.ui.kit.messages import MessageBar, Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.pages.builder_page import BuilderPage
from musicsim.ui.pages.groups_page import GroupsPage
from musicsim.ui.panes.history_pane import HistoryPane
from musicsim.ui.panes.queue_pane import QueuePane
from musicsim.ui.panes.similar_pane import SimilarPane
from musicsim.ui.playback.commands import PlaybackCommands
from musicsim.ui.playback.deck import Deck
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.player_bar import PlayerBar
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.smart_kept import SmartPlaylists
from musicsim.ui.settings.folders import FolderCommands
from musicsim.ui.tracks.covers import CoverTile
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.dialogs import Dialogs
from musicsim.ui.window.help import ShortcutsDialog, show_about
from musicsim.ui.window.library_state import LibraryState
from musicsim.ui.window.memory import Memory
from musicsim.ui.window.opening import Opener
from musicsim.ui.window.places import Places
from musicsim.ui.window.playlist_drops import PlaylistDrops
from musicsim.ui.window.side_panel import SidePanel, Tab
from musicsim.ui.window.status import StatusStrip
from musicsim.ui.window.transport import Transport

if TYPE_CHECKING:
    from musicsim.app import Musicsim

DEMO_FOLDER = "demo library"
"""Name of the folder inside the data folder."""


class MainWindow(QMainWindow):
    """Main window with everything that the listener sees."""

    closed = Signal()

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        theme: Theme,
        settings: QSettings,
        *,
        make_engine: Callable[[Path], Engine] = Engine,
    ) -> None:
        super().__init__()
        self._app = app
        self._theme = theme
        self.stays_in_tray: Callable[[], bool] = lambda: False
        """Returns whether a window that the listener closes is only hidden."""
        self.setWindowTitle("musicsim")
        self.setWindowIcon(QIcon(str(resource("icons/musicsim.svg"))))
        self.setAcceptDrops(True)

        self.messages = Messages(self)
        self.store = TrackStore(app.catalogue, bridge, self)
        self.playlists = Playlists(
            app.catalogue.playlists, app.catalogue.playlist_folders, bridge, self
        )
        self._deck = Deck(
            app, bridge, self.store, self.messages, theme, settings, make_engine, self
        )
        self.player = self._deck.player
        self.playback = self._deck.controls
        self._make_commands(bridge, settings)
        self._make_panel(bridge)
        self.demo = DemoJob(app.data_folder / DEMO_FOLDER, parent=self)
        self.places = Places(
            self.store,
            self.playlists,
            self.actions_,
            self.playlist_commands,
            self.smart_commands,
            self.demo,
            self.messages,
            theme,
            self.panel,
        )
        self._add_places(bridge)
        self._add_builder(bridge)
        self._make_bars(bridge)
        self.dialogs = Dialogs(
            app,
            bridge,
            self.store,
            self.playback,
            self._deck.history,
            self.messages,
            theme,
            settings,
            self,
        )
        fill_menu_bar(
            self.menuBar(),
            self.commands,
            self.actions_.fill,
            self.playback_commands.fill,
            self.places.fill,
        )
        self._lay_out()
        self._library_state = LibraryState(
            app,
            bridge,
            self.store,
            self.places,
            self.status,
            self.dialogs.problems,
            self.messages,
            with_music=(
                self.player_bar,
                self.status,
                *self.actions_.all,
                *self.places.actions_,
                self.commands.export,
                self.commands.import_playlists,
                self.commands.new_playlist,
                self.commands.new_smart_playlist,
            ),
            parent=self,
        )
        self._transport = Transport(
            self,
            self.player,
            self.store,
            self.places,
            self.player_bar,
            self.commands,
            theme,
        )
        self._connect()
        PlaylistDrops(
            self.places.playlist,
            self.places.sidebar.model,
            self.playlist_commands,
            app.catalogue,
            bridge,
            self.messages,
            self,
        )
        self._memory = Memory(
            settings, self, self.places, self.panel, self.player_bar.volume, theme
        )
        self._memory.restore()
        self._deck.session.restore()
        self._library_state.show_problems()
        self._transport.show()

    def _make_commands(self, bridge: Bridge, settings: QSettings) -> None:
        app, theme = self._app, self._theme
        self.exporter = Exporter(self, bridge, self.messages, settings)
        self.actions_ = TrackActions(
            app,
            bridge,
            self.store,
            self.player,
            self._deck.radio,
            self.playlists,
            self.exporter,
            self.messages,
            theme,
            self,
        )
        self.commands = make_commands(self, theme)
        editing = PlaylistEditing(app, bridge, self.store, self.playlists, self.messages, self)
        importing = PlaylistImporting(
            app.catalogue, bridge, self.playlists, editing, self.messages, self
        )
        self.playlist_commands = PlaylistCommands(
            self.store,
            self.playlists,
            self.actions_,
            editing,
            importing,
            self.exporter,
            self.messages,
            theme,
            self,
        )
        self.smart_commands = SmartCommands(
            self.store,
            SmartPlaylists(app.smart_lists, self.playlists, bridge, self),
            self.actions_,
            self.exporter,
            self.messages,
            theme,
            self,
        )
        self.playback_commands = PlaybackCommands(self, theme, self.player, self._deck.sleep_timer)
        self.folders = FolderCommands(app, bridge, self.messages, theme, self)
        self.opener = Opener(
            app.catalogue, bridge, self.store, self.player, self.folders, self.messages, self
        )

    def _make_panel(self, bridge: Bridge) -> None:
        actions, theme = self.actions_, self._theme
        self.similar = SimilarPane(self._app, bridge, self.store, actions, theme)
        self.queue_pane = QueuePane(self.player, self._deck.radio, actions, self.messages, theme)
        self.history_pane = HistoryPane(self._deck.history, actions, theme)
        self.panel = SidePanel(
            self.similar,
            self.queue_pane,
            self.history_pane,
            theme,
            {
                Tab.SIMILAR: self.commands.similar_panel,
                Tab.QUEUE: self.commands.queue_panel,
                Tab.HISTORY: self.commands.history_panel,
            },
        )

    def _add_places(self, bridge: Bridge) -> None:
        actions, theme = self.actions_, self._theme
        self.group_commands = GroupCommands(
            self._app,
            bridge,
            self.playlists,
            actions,
            self.exporter,
            self.messages,
            theme,
            self,
        )
        self.groups = GroupsPage(
            self._app, bridge, self.store, actions, self.group_commands, self.messages, theme
        )
        self.places.add(self.groups)

    def _add_builder(self, bridge: Bridge) -> None:
        parts = (self.store, self.playlists, self.actions_, self.exporter, self.messages)
        self.builder = BuilderPage(self._app, bridge, *parts, self._theme)
        self.places.add(self.builder)
        self.builder.wanted.connect(lambda: self.places.show_page(self.builder.key))
        menus = SeedMenus(self._app, bridge, self.actions_, self.messages, self._theme, self)
        menus.builder_wanted.connect(self.builder.add_seeds)
        for subject, menu in self.actions_.subject_menus.items():
            menu.add(menus.for_subject(subject))
        self.playlist_commands.more_actions.append(
            lambda chosen, menu: [
                action
                for playlist in map(self.playlists.get, chosen.playlists[:1])
                if playlist is not None and chosen.playlist is not None
                for action in menus.for_playlist(playlist, menu)
            ]
        )
        self.group_commands.more_actions.append(menus.for_group)

    def _make_bars(self, bridge: Bridge) -> None:
        self.status = StatusStrip(self._theme, paused=self._app.listening.paused)
        self.message_bar = MessageBar(self.messages, self._theme)
        self.player_bar = PlayerBar(
            self.player,
            CoverTile(self._app, bridge, self._theme),
            self._theme,
            self.playback_commands,
            previous=self.commands.previous,
            play_pause=self.commands.play_pause,
            following=self.commands.following,
            like=self.actions_.playing_opinion.action,
        )

    def _lay_out(self) -> None:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.places, 1)
        column.addWidget(self.message_bar)
        column.addWidget(self.player_bar)
        self.setCentralWidget(content)
        self.setStatusBar(self.status)
        self.setMinimumSize(760, 480)

    def _connect(self) -> None:
        commands = self.commands
        commands.add_folder.triggered.connect(self.folders.ask)
        commands.folders.triggered.connect(self.folders.show)
        commands.forget_missing.triggered.connect(self.folders.forget_missing)
        commands.export.triggered.connect(self.places.export)
        commands.settings.triggered.connect(self.dialogs.open_settings)
        commands.quit.triggered.connect(self.close)
        commands.search.triggered.connect(self.places.search)
        commands.new_playlist.triggered.connect(self.playlist_commands.create)
        commands.import_playlists.triggered.connect(lambda: self.playlist_commands.importing.ask())
        commands.new_smart_playlist.triggered.connect(lambda: self.smart_commands.create())
        commands.opinions.triggered.connect(self.dialogs.open_opinions)
        commands.problems.triggered.connect(self.dialogs.open_problems)
        commands.shortcuts.triggered.connect(self._show_shortcuts)
        commands.about.triggered.connect(lambda: show_about(self))
        for scheme, action in commands.schemes.items():
            action.setChecked(scheme is self._theme.scheme)
            action.triggered.connect(lambda _, scheme=scheme: self._theme.set_scheme(scheme))
        self.playback_commands.show_playing.triggered.connect(self._transport.show_playing)
        self.actions_.similar_wanted.connect(self.show_similar)
        self.places.folder_chosen.connect(self.folders.add)
        self.demo.finished.connect(self.folders.add_demo)
        self.folders.changed.connect(self._library_state.show)
        self.queue_pane.files_dropped.connect(self.opener.drop)
        self.status.problems_wanted.connect(self.dialogs.open_problems)
        self._deck.waveforms.found.connect(self.player_bar.show_waveform)
        self.player_bar.length.set_remaining(self.playback.settings.remaining_time)
        self.player_bar.length.remaining_changed.connect(
            lambda wanted: self.playback.apply(
                replace(self.playback.settings, remaining_time=wanted)
            )
        )

    def show_similar(self, track_id: int) -> None:
        """Show the tracks similar to a track."""
        self.panel.show_tab(Tab.SIMILAR)
        self.similar.show_similar(track_id)

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Play files and playlists in this order, and add folders to the library; paths are absolute."""
        self.opener.play(paths)

    def open_uris(self, uris: Sequence[str]) -> None:
        """Do the same with `file:` addresses."""
        self.opener.play_uris(uris)

    def _show_shortcuts(self) -> None:
        table = self.queue_pane.table
        actions = [*self.actions_.all, *self.commands.all, *self.playback_commands.all]
        actions += [*self.places.actions_, *table.extra_actions, *self.groups.grid.extra_actions]
        ShortcutsDialog(actions, self).show()

    def showEvent(self, event: QShowEvent) -> None:
        """Focus the list of tracks, so that the arrow keys work from the start (Qt override)."""
        super().showEvent(event)
        self.places.current.focus()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept dragged files and folders (Qt override)."""
        if event.source() is None and brings_files(event.mimeData()):
            # Copy, never move: the file manager might delete them.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open dropped files and folders (Qt override)."""
        self.opener.drop(event.mimeData())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save the window's appearance, then hide the window in the tray or end playback (Qt override)."""
        self._memory.save()
        # If the event is not spontaneous, musicsim is quitting or the session is ending.
        if event.spontaneous() and self.stays_in_tray():
            event.ignore()
            self.hide()
            return
        self.demo.cancel()
        self.groups.finder.stop()
        self.exporter.close()
        self._deck.close()
        self.message_bar.hide()
        event.accept()
        self.closed.emit()

"""The main window: puts the parts side by side and tells each what the others did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QSettings, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QIcon, QShowEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from musicsim.base.events import ScanFinished, ScanProgress
from musicsim.base.resources import resource
from musicsim.library.types import Track
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.commands.demo import DemoJob
from musicsim.ui.commands.menus import fill_menu_bar, make_commands
from musicsim.ui.commands.playlist_commands import PlaylistCommands
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dropping import brings_files
from musicsim.ui.kit.messages import MessageBar, Messages
from musicsim.ui.kit.theme import Scheme, Theme
from musicsim.ui.pages.first_start import FirstStart
from musicsim.ui.pages.library_page import LibraryPage
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.panes.history_pane import HistoryPane
from musicsim.ui.panes.queue_pane import QueuePane
from musicsim.ui.panes.similar_pane import SimilarPane
from musicsim.ui.playback.commands import PlaybackCommands
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.gains import gains_by
from musicsim.ui.playback.history import History
from musicsim.ui.playback.lengths import Lengths
from musicsim.ui.playback.media_keys import add_media_keys
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.player_bar import PlayerBar
from musicsim.ui.playback.session import Session
from musicsim.ui.playback.similar_shuffle import SimilarShuffle
from musicsim.ui.playback.sleep_timer import SleepTimer
from musicsim.ui.playback.space_key import SpaceKey
from musicsim.ui.playback.waveforms import WaveformSource
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.settings.folders import FolderCommands
from musicsim.ui.tracks.covers import CoverTile
from musicsim.ui.tracks.library_model import LibraryModel
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line
from musicsim.ui.tracks.track_table import TrackTable
from musicsim.ui.window.help import ShortcutsDialog, show_about
from musicsim.ui.window.opening import Opener
from musicsim.ui.window.problems import ProblemsDialog
from musicsim.ui.window.side_panel import SidePanel, Tab
from musicsim.ui.window.sidebar import Sidebar
from musicsim.ui.window.status import StatusStrip, scan_summary

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.ui.settings.settings_dialog import SettingsDialog

DEMO_FOLDER = "demo library"
"""Inside the data folder."""

PLAYER_LOG = "player.log"
"""Inside the data folder: what the process that plays has to say."""

_NO_PANEL = "none"


class MainWindow(QMainWindow):
    """Everything that the listener sees."""

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
        self._bridge = bridge
        self._theme = theme
        self._settings = settings
        self.settings_dialog: SettingsDialog | None = None
        self.stays_in_tray: Callable[[], bool] = lambda: False
        """Whether a window that the listener closes is only hidden."""
        self.setWindowTitle("musicsim")
        self.setWindowIcon(QIcon(str(resource("icons/musicsim.svg"))))
        self.setAcceptDrops(True)

        self.messages = Messages(self)
        self.store = TrackStore(app.catalogue, bridge, self)
        self.playlists = Playlists(app.catalogue.playlists, bridge, self)
        self.engine = make_engine(app.data_folder / PLAYER_LOG)
        queue = PlayQueue(self.store, theme, self)
        self.player = Player(self.store, queue, self.messages, self.engine, self)
        self.playback = PlaybackControls(
            self.engine,
            self.player,
            settings,
            make_gain=gains_by(app.catalogue, self.store),
            parent=self,
        )
        self.exporter = Exporter(self, self.messages, settings)
        self.actions_ = TrackActions(
            app,
            bridge,
            self.store,
            self.player,
            self.playlists,
            self.exporter,
            self.messages,
            theme,
            self,
        )
        self.commands = make_commands(self, theme)
        self.sleep_timer = SleepTimer(self.player, self)
        self.playback_commands = PlaybackCommands(self, theme, self.player, self.sleep_timer)
        SimilarShuffle(app, bridge, self.store, queue, self)
        self.session = Session(app.data_folder, self.store, self.player, self)
        self._waveforms = WaveformSource(
            app.catalogue, app.waveforms, bridge, self.player, self.engine, self
        )
        self.library_model = LibraryModel(self.store, theme, self)
        self.library_page = LibraryPage(self.library_model, self.actions_, theme)
        self.playlist_page = PlaylistPage(
            self.store, self.playlists, self.actions_, self.messages, theme
        )
        self.similar = SimilarPane(app, bridge, self.store, self.actions_, theme)
        self.queue_pane = QueuePane(self.player, self.actions_, self.messages, theme)
        self.history = History(
            app.catalogue.plays, bridge, self.store, self.player, self.messages, theme, self
        )
        self.history_pane = HistoryPane(self.history, self.actions_, theme)
        self.lengths = Lengths(app.catalogue, app.events, bridge, self.store, self.player, self)
        self.sidebar = Sidebar(self.playlists, self.messages, theme)
        self.panel = SidePanel(self.similar, self.queue_pane, self.history_pane, theme)
        self.demo = DemoJob(app.data_folder / DEMO_FOLDER, parent=self)
        self.first_start = FirstStart(self.demo, self.messages, theme)
        self.folders = FolderCommands(app, bridge, self.messages, theme, self)
        self.opener = Opener(
            app.catalogue, bridge, self.store, self.player, self.folders, self.messages, self
        )
        self.problems = ProblemsDialog(app, self.messages, theme, self)
        self.status = StatusStrip(theme, paused=app.paused)
        self.message_bar = MessageBar(self.messages, theme)
        self.player_bar = PlayerBar(
            self.player,
            CoverTile(app, bridge, theme),
            theme,
            self.playback_commands,
            previous=self.commands.previous,
            play_pause=self.commands.play_pause,
            following=self.commands.following,
        )
        self.playlist_commands = PlaylistCommands(
            self.store,
            self.playlists,
            self.actions_,
            self.exporter,
            self.messages,
            theme,
            self,
        )
        self._lay_out()
        fill_menu_bar(
            self.menuBar(), self.commands, self.actions_.fill, self.playback_commands.fill
        )
        self._connect(bridge)
        self._restore()
        self._show_library_state()
        self._show_problems()
        self._show_play_state()

    def _lay_out(self) -> None:
        self._pages = QStackedWidget()
        self._pages.addWidget(self.library_page)
        self._pages.addWidget(self.playlist_page)
        self._splitter = QSplitter(Qt.Orientation.Horizontal)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.setHandleWidth(1)
        for position, (widget, stretch) in enumerate(
            ((self.sidebar, 0), (self._pages, 3), (self.panel, 1))
        ):
            self._splitter.addWidget(widget)
            self._splitter.setStretchFactor(position, stretch)
        self.sidebar.setMinimumWidth(150)
        self._pages.setMinimumWidth(320)
        self._splitter.setSizes([200, 740, 340])
        self._places = QStackedWidget()
        self._places.addWidget(self.first_start)
        self._places.addWidget(self._splitter)
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._places, 1)
        column.addWidget(self.message_bar)
        column.addWidget(self.player_bar)
        self.setCentralWidget(content)
        self.setStatusBar(self.status)
        self.setMinimumSize(760, 480)

    def _connect(self, bridge: Bridge) -> None:
        commands = self.commands
        commands.add_folder.triggered.connect(self.folders.ask)
        commands.folders.triggered.connect(self.folders.show)
        commands.forget_missing.triggered.connect(self.folders.forget_missing)
        commands.export.triggered.connect(self._export)
        commands.settings.triggered.connect(self._open_settings)
        commands.quit.triggered.connect(self.close)
        commands.search.triggered.connect(self._search)
        commands.library.triggered.connect(self.show_library)
        commands.new_playlist.triggered.connect(self.playlist_commands.create)
        commands.play_pause.triggered.connect(self.play_or_pause)
        SpaceKey(self, self.play_or_pause, lambda: not self.player_bar.isHidden())
        self.playback_commands.show_playing.triggered.connect(self.show_playing)
        self.player_bar.track_clicked.connect(self.show_playing)
        self.player_bar.length.set_remaining(self.playback.settings.remaining_time)
        self.player_bar.length.remaining_changed.connect(
            lambda wanted: self.playback.apply(
                replace(self.playback.settings, remaining_time=wanted)
            )
        )
        self._waveforms.found.connect(self.player_bar.show_waveform)
        commands.previous.triggered.connect(self.player.previous)
        commands.following.triggered.connect(self.player.next)
        add_media_keys(self, self.player)
        commands.similar_panel.triggered.connect(lambda wanted: self._show_tab(Tab.SIMILAR, wanted))
        commands.queue_panel.triggered.connect(lambda wanted: self._show_tab(Tab.QUEUE, wanted))
        commands.history_panel.triggered.connect(lambda wanted: self._show_tab(Tab.HISTORY, wanted))
        commands.problems.triggered.connect(self._open_problems)
        commands.shortcuts.triggered.connect(self._show_shortcuts)
        commands.about.triggered.connect(lambda: show_about(self))
        for scheme, action in commands.schemes.items():
            action.setChecked(scheme is self._theme.scheme)
            action.triggered.connect(lambda _, scheme=scheme: self._theme.set_scheme(scheme))

        self.actions_.similar_wanted.connect(self.show_similar)
        self.actions_.playlist_wanted.connect(self.show_playlist)
        self.sidebar.library_wanted.connect(self.show_library)
        self.sidebar.playlist_wanted.connect(self.show_playlist)
        self.sidebar.new_playlist_wanted.connect(self.playlist_commands.create)
        self.sidebar.list.menu_wanted.connect(self.playlist_commands.open_menu)
        self.sidebar.list.delete_wanted.connect(self.playlist_commands.delete)
        self.sidebar.model.tracks_dropped.connect(self.actions_.add_tracks_to_playlist)
        self.playlist_commands.playlist_wanted.connect(self.show_playlist)
        self.playlist_commands.rename_wanted.connect(self.sidebar.list.rename)
        self.playlist_page.rename_wanted.connect(self.sidebar.list.rename)
        self.playlist_page.export_wanted.connect(self.playlist_commands.export)
        self.playlist_page.delete_wanted.connect(self.playlist_commands.delete)
        self.playlist_page.gone.connect(self.show_library)
        self.panel.close_wanted.connect(self.panel.hide)
        self.panel.close_wanted.connect(self._show_panel_state)
        self.panel.tab_changed.connect(self._show_panel_state)
        self.first_start.folder_chosen.connect(self.folders.add)
        self.demo.finished.connect(self.folders.add_demo)
        self.folders.changed.connect(self._show_library_state)
        self.queue_pane.files_dropped.connect(self.opener.drop)

        self.player.playing_changed.connect(self._show_play_state)
        self.player.track_changed.connect(self._show_title)
        self.player.queue_changed.connect(self._show_play_state)

        self.status.pause_wanted.connect(self._pause)
        self.status.problems_wanted.connect(self._open_problems)
        bridge.scan.connect(self.status.show_scan)
        bridge.scan.connect(self._follow_scan)
        bridge.scan.connect(self._tell_of_scan)
        bridge.embedding_progress.connect(self.status.show_embedding)
        bridge.notice.connect(self.status.show_notice)
        bridge.problems_changed.connect(self._show_problems)
        self.store.changed.connect(self._show_library_state)
        self.store.removed.connect(self._show_library_state)
        self.store.visited.connect(self._show_library_state)

    def showEvent(self, event: QShowEvent) -> None:
        """Qt's: the arrow keys work in the list of tracks from the start."""
        super().showEvent(event)
        started = self._places.currentWidget() is self._splitter
        (self.library_page.table if started else self.first_start.folder).setFocus()

    # --- places ---

    def show_library(self) -> None:
        """Show all tracks."""
        self._show_page(self.library_page)
        self.sidebar.show_place(None)

    def show_playlist(self, playlist_id: int) -> None:
        """Show a playlist."""
        self.playlist_page.show_playlist(playlist_id)
        self._show_page(self.playlist_page)
        self.sidebar.show_place(playlist_id)

    def _show_page(self, page: LibraryPage | PlaylistPage) -> None:
        # Who goes through the sidebar by the arrow keys stays in it.
        stays = self.sidebar.list.hasFocus()
        self._pages.setCurrentWidget(page)
        if not stays:
            page.table.setFocus()

    def play_or_pause(self) -> None:
        """Play or pause; with nothing in the player, play what is selected or else the list."""
        if self.player.track is not None or self.player.can_go_next:
            self.player.toggle()
            return
        table = self._shown_table()
        if not table.selected_rows() and table.tracks.rowCount():
            self.actions_.play(table.tracks.ids)
        else:
            table.play_selection()

    def show_playing(self) -> None:
        """Show the track in the player in its list."""
        track = self.player.track
        if track is None:
            return
        if not self._shown_table().tracks.rows_of([track.id]):
            self.show_library()
            if not self.library_model.rows_of([track.id]):
                self.library_page.clear_search()
        table = self._shown_table()
        table.select_rows(table.tracks.rows_of([track.id])[:1])
        table.setFocus()

    def _shown_table(self) -> TrackTable:
        page = self._pages.currentWidget()
        assert isinstance(page, LibraryPage | PlaylistPage)
        return page.table

    def show_similar(self, track_id: int) -> None:
        """Show what is similar to a track."""
        self._show_tab(Tab.SIMILAR, True)
        self.similar.show_similar(track_id)

    def _search(self) -> None:
        self.show_library()
        self.library_page.focus_search()

    def _show_tab(self, tab: Tab, wanted: bool) -> None:
        self.panel.setVisible(wanted)
        if wanted:
            self.panel.show_tab(tab)
        self._show_panel_state()

    def _show_panel_state(self) -> None:
        shown = not self.panel.isHidden()
        self.commands.similar_panel.setChecked(shown and self.panel.tab is Tab.SIMILAR)
        self.commands.queue_panel.setChecked(shown and self.panel.tab is Tab.QUEUE)
        self.commands.history_panel.setChecked(shown and self.panel.tab is Tab.HISTORY)

    # --- files and folders from outside ---

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Play files and playlists in this order, and add folders to the library; paths are absolute."""
        self.opener.play(paths)

    def open_uris(self, uris: Sequence[str]) -> None:
        """Do the same with `file:` addresses."""
        self.opener.play_uris(uris)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Qt's: files and folders may be dropped on the window."""
        if event.source() is None and brings_files(event.mimeData()):
            # Never moved: the file manager might delete them.
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Qt's."""
        self.opener.drop(event.mimeData())
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    # --- what is going on ---

    def _show_library_state(self) -> None:
        self.status.show_counts(self.store.counts())
        has_folders = bool(self._app.catalogue.folders())
        self.library_page.set_has_folders(has_folders)
        # Files may be played without a library.
        started = bool(len(self.store)) or has_folders or self.store.visitors > 0
        self._places.setCurrentWidget(self._splitter if started else self.first_start)
        self.player_bar.setVisible(started)
        self.status.setVisible(started)
        for action in (*self.actions_.all, self.commands.export, self.commands.new_playlist):
            action.setVisible(started)

    def _follow_scan(self, event: object) -> None:
        if not isinstance(event, ScanProgress):
            self.library_page.set_scanning(self.status.scanning)
            self._show_library_state()

    def _tell_of_scan(self, event: object) -> None:
        if isinstance(event, ScanFinished) and (summary := scan_summary(event)):
            self.messages.tell(summary)

    def _show_problems(self) -> None:
        problems = self._app.catalogue.problems()
        self.status.show_problems(len(problems))
        self.problems.set_problems(problems)
        # A music folder may be out of reach, or back.
        self._show_library_state()

    def _open_problems(self) -> None:
        self.problems.show()
        self.problems.raise_()

    def _open_settings(self) -> None:
        if self.settings_dialog is None:
            # With it comes NumPy, which the window starts without.
            from musicsim.ui.settings.settings_dialog import SettingsDialog

            self.settings_dialog = SettingsDialog(
                self._app,
                self._bridge,
                self.store,
                self.messages,
                self._theme,
                self._settings,
                self.playback,
                self,
            )
        self.settings_dialog.show()
        self.settings_dialog.raise_()
        self.settings_dialog.activateWindow()

    def _pause(self, pause: bool) -> None:
        if pause:
            self._app.pause()
        else:
            self._app.resume()

    def _show_title(self, track: Track | None) -> None:
        self.setWindowTitle(f"{one_line(track.name)} — musicsim" if track else "musicsim")
        self._show_play_state()

    def _show_play_state(self) -> None:
        playing, commands = self.player.playing, self.commands
        commands.play_pause.setText(self.tr("Pause") if playing else self.tr("Play"))
        self.player_bar.play_pause.setAccessibleName(commands.play_pause.text())
        self._theme.set_icon(commands.play_pause, "pause" if playing else "play")
        something = self.player.track is not None
        waiting = self.player.queue.upcoming.rowCount() > 0
        commands.play_pause.setEnabled(something or waiting or bool(len(self.store)))
        commands.previous.setEnabled(something)
        commands.following.setEnabled(waiting)

    def _export(self) -> None:
        playlist = self.playlist_page.playlist
        if playlist is not None and self._pages.currentWidget() is self.playlist_page:
            self.playlist_commands.export(playlist.id)
        else:
            self.messages.tell(self.tr("Open a playlist to export it, or use a track’s menu."))

    def _show_shortcuts(self) -> None:
        own = [*vars(self.commands).values()]
        everywhere = [action for action in own if not isinstance(action, dict)]
        rows = [self.queue_pane.table.move_up, self.queue_pane.table.move_down]
        removal = [self.queue_pane.table.remove]
        everywhere += self.playback_commands.all
        ShortcutsDialog([*self.actions_.all, *everywhere, *rows, *removal], self).show()

    # --- what is kept ---

    def _restore(self) -> None:
        settings = self._settings
        self.resize(1280, 800)
        for key, restore in (
            ("window/geometry", self.restoreGeometry),
            ("window/splitter", self._splitter.restoreState),
        ):
            saved = settings.value(key)
            if isinstance(saved, QByteArray):
                restore(saved)
        tab = str(settings.value("window/panel", Tab.SIMILAR.name))
        if tab in Tab.__members__:
            self.panel.show_tab(Tab[tab])
        self.panel.setVisible(tab != _NO_PANEL)
        self._show_panel_state()
        self.library_page.restore(settings)
        self.playlist_page.restore(settings)
        volume = str(settings.value("player/volume") or "")
        if volume.isdecimal():
            self.player_bar.volume.setValue(int(volume))
        self.session.restore()
        self.show_library()

    def _save(self) -> None:
        settings = self._settings
        settings.setValue("window/geometry", self.saveGeometry())
        settings.setValue("window/splitter", self._splitter.saveState())
        settings.setValue(
            "window/panel", _NO_PANEL if self.panel.isHidden() else self.panel.tab.name
        )
        settings.setValue("window/theme", self._theme.scheme.value)
        settings.setValue("player/volume", str(self.player_bar.volume.value()))
        self.library_page.save(settings)
        self.playlist_page.save(settings)
        settings.sync()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Qt's: keep how the window looks, and be quiet."""
        self._save()
        # Not spontaneous: musicsim is quit, or the session ends.
        if event.spontaneous() and self.stays_in_tray():
            event.ignore()
            self.hide()
            return
        self.demo.cancel()
        self.session.close()
        self.player.close()
        self._waveforms.close()
        self.message_bar.hide()
        event.accept()
        self.closed.emit()


def saved_scheme(settings: QSettings) -> Scheme:
    """Return the colours that the listener chose last."""
    saved = str(settings.value("window/theme") or "")
    return Scheme(saved) if saved in {scheme.value for scheme in Scheme} else Scheme.SYSTEM

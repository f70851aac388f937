"""Track actions shared by every menu, shortcut and button."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QItemSelectionModel, QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.base.errors import display_path
from musicsim.library.catalogue.playlist_names import checked_name
from musicsim.services.making.request import PlaylistRequest
from musicsim.ui.commands.building import BuildActions
from musicsim.ui.commands.opinions import OpinionActions, PlayingOpinion
from musicsim.ui.commands.radio import RadioActions
from musicsim.ui.commands.subject_menus import make_subject_menus
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.dialogs import ask_name
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.show_in_folder import show_in_folder
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.radio_desk import RadioDesk
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.undo import Step
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.table_actions import Selection
from musicsim.ui.tracks.track_model import one_line

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.playlists.result import GeneratedPlaylist, SimilarTracks

T = TypeVar("T")

QUEUE_LENGTH = 50
"""Number of tracks that "Play similar" queues."""


class TrackActions(QObject):
    """Track actions for the selection in the list used last."""

    similar_wanted = Signal(int)
    """Request to show the tracks similar to this one."""
    playlist_wanted = Signal(int)
    """Request to show this playlist."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        radio: RadioDesk,
        playlists: Playlists,
        exporter: Exporter,
        messages: Messages,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._player = player
        self._playlists = playlists
        self._exporter = exporter
        self._messages = messages
        self._window = window
        self._selection: Selection | None = None
        self._watched: QItemSelectionModel | None = None

        def action(text: str, icon: str, shortcut: str, do: Callable[[], None]) -> QAction:
            made = QAction(text, self)
            theme.set_icon(made, icon)
            if shortcut:
                made.setShortcut(QKeySequence(shortcut))
            # Active in lists only: text fields and buttons handle Return themselves.
            made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            made.triggered.connect(do)
            return made

        self.play_selected = action(self.tr("Play"), "play", "", self._play_selection)
        self.play_selected.setShortcuts([QKeySequence("Return"), QKeySequence("Enter")])
        self.play_similar = action(
            self.tr("Play similar"), "similar", "Ctrl+Return", self._play_similar
        )
        self.show_similar = action(
            self.tr("Show similar tracks"), "search", "Ctrl+R", self._show_similar
        )
        self.make_playlist = action(
            self.tr("Make playlist from this"), "playlist", "Ctrl+M", self._make_playlist
        )
        self.play_next = action(self.tr("Play next"), "next", "Ctrl+Shift+U", self._play_next)
        self.add_to_queue = action(self.tr("Add to queue"), "queue", "Ctrl+U", self._add_to_queue)
        self._playlist_menu = QMenu(self.tr("Add to playlist"), window)
        self._playlist_menu.aboutToShow.connect(self._fill_playlist_menu)
        self.add_to_playlist = self._playlist_menu.menuAction()
        theme.set_icon(self.add_to_playlist, "add")
        self.export = action(self.tr("Export…"), "export", "Ctrl+Shift+E", self._export)
        self.show_in_folder = action(
            self.tr("Show in folder"), "folder", "Ctrl+Shift+F", self._show_in_folder
        )
        self._opinions = OpinionActions(
            app.opinions, store.facts, bridge, messages, theme, self.selected_in_library, self
        )
        self.subject_menus = make_subject_menus(
            app.opinions, bridge, messages, theme, self.selected_in_library, window
        )
        self.playing_opinion = PlayingOpinion(player, self._opinions, store.facts, theme)
        self.radio = RadioActions(
            app,
            bridge,
            store,
            player,
            radio,
            messages,
            theme,
            lambda: self._in_library(self._selected()),
            self,
        )
        self.like, self.ban = self._opinions.like, self._opinions.ban
        self.building = BuildActions(
            lambda: self._in_library(self._selected()), theme, window, self
        )
        self.all = (
            self.play_selected,
            self.play_similar,
            self.radio.start_radio,
            self.show_similar,
            self.make_playlist,
            *self.building.all,
            self.play_next,
            self.add_to_queue,
            self.radio.add_similar,
            self.add_to_playlist,
            self.like,
            self.ban,
            *(each.menu.menuAction() for each in self.subject_menus.values()),
            self.export,
            self.show_in_folder,
        )
        self._refresh()

    def use(self, selection: Selection) -> None:
        """Apply the actions to the selection of this list from now on."""
        if selection is not self._selection:
            if self._watched is not None:
                self._watched.selectionChanged.disconnect(self._refresh)
            self._selection = selection
            self._watched = selection.selectionModel()
            self._watched.selectionChanged.connect(self._refresh)
        self._refresh()

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu, in groups."""
        self._refresh()
        menu.addActions([self.play_selected, self.play_similar, self.radio.start_radio])
        menu.addSeparator()
        menu.addActions([self.play_next, self.add_to_queue, self.radio.add_similar])
        menu.addSeparator()
        menu.addActions(
            [self.show_similar, self.make_playlist, self.building.menu, self.add_to_playlist]
        )
        menu.addSeparator()
        menu.addActions([self.like, self.ban])
        menu.addActions([each.menu.menuAction() for each in self.subject_menus.values()])
        menu.aboutToShow.connect(self._opinions.check)
        menu.addSeparator()
        menu.addActions([self.export, self.show_in_folder])

    def toggle_opinion(self, track_id: int) -> None:
        """Like a track, or take back what the listener thinks of it."""
        self._opinions.toggle(track_id)

    def play(self, ids: Sequence[int], at: int = 0) -> None:
        """Play a list of tracks, starting at index `at`."""
        if ids:
            self._player.play(ids, at)

    def enqueue(self, ids: Sequence[int], *, first: bool = False) -> None:
        """Queue tracks after those queued by hand before, or before all; start playing them if the player is empty."""
        if ids and self._player.enqueue(ids, first=first):
            text = ("Added %n track to the queue.", "Added %n tracks to the queue.")
            if first:
                text = ("%n track plays next.", "%n tracks play next.")
            self._messages.tell(formats.counted("actions", len(ids), *text))

    def save_as_playlist(self, ids: Sequence[int], suggested: str) -> None:
        """Save tracks as a playlist under a name that the listener enters."""
        title, label = self.tr("Save as playlist"), self.tr("Name of the playlist:")
        known = self._in_library(ids)
        if known and (name := ask_name(self._window, title, label, suggested)) is not None:
            with self._messages.reporting():
                playlist = self._playlists.create(checked_name(name), known)
                self.playlist_wanted.emit(playlist.id)

    def add_tracks_to_playlist(self, playlist_id: int, ids: Sequence[int]) -> None:
        """Append tracks to a playlist."""
        playlist = self._playlists.get(playlist_id)
        if playlist is None or not ids:
            return
        known = self._store.in_library(ids)
        if not known:
            self._messages.tell(not_in_library(len(ids)))
            return
        with self._messages.reporting():
            text = formats.counted(
                "actions", len(known), "Added %n track to “{0}”.", "Added %n tracks to “{0}”."
            ).format(playlist.name)
            if left_out := len(ids) - len(known):
                text = f"{text} {not_in_library(left_out)}"
            step = self._playlists.add(playlist_id, known, text)
            self._messages.tell(
                text,
                action=self.tr("Undo"),
                on_action=lambda: self._undo(playlist_id, step),
            )

    def _in_library(self, ids: Sequence[int]) -> list[int]:
        """Return the tracks that are in the library; tell the listener if some are not."""
        known = self._store.in_library(ids)
        if left_out := len(ids) - len(known):
            self._messages.tell(not_in_library(left_out))
        return known

    def name_like(self, ids: Sequence[int]) -> str:
        """Return a name for a playlist made from these tracks."""
        first = self._store.tracks(ids[:1])
        title = one_line(first[0].title) if first else ""
        if len(ids) == 1:
            return self.tr("Like {0}").format(title)
        return self.tr("Like {0} and {1} more").format(title, len(ids) - 1)

    def ask(self, request: Callable[[], Future[T]], then: Callable[[T], None]) -> None:
        """Start a request to the app and pass its result to `then`; show an error as a message."""
        with self._messages.reporting():
            self._bridge.watch(request(), then, self._messages.fail)

    def _undo(self, playlist_id: int, step: Step | None) -> None:
        with self._messages.reporting():
            self._playlists.history(playlist_id).undo(step)

    def _selected(self) -> list[int]:
        return [] if self._selection is None else self._selection.selected_ids()

    def selected_in_library(self) -> list[int]:
        """Return the selected tracks that are in the library."""
        return self._store.in_library(self._selected())

    def _refresh(self) -> None:
        count = 0 if self._selection is None else self._selection.selection_size()
        for action in self.all:
            action.setEnabled(count > 0)
        self.show_similar.setEnabled(count == 1)
        self.export.setText(
            self.tr("Export similar…")
            if count <= 1
            else self.tr("Export {0} tracks…").format(formats.number(count))
        )

    def _play_selection(self) -> None:
        if self._selection is not None:
            self._selection.play_selection()

    def _play_similar(self) -> None:
        ids = self._selected()
        if not ids:
            return
        # Start the tracks at once; the similar ones arrive a moment later.
        self._player.play(ids)
        revision = self._player.queue.revision

        def follow(found: Sequence[int]) -> None:
            if self._player.queue.revision == revision:
                played = {*ids, *known}
                self._player.queue.extend([i for i in found if i not in played])

        known = self._in_library(ids)
        if len(known) == 1:
            self._ask_similar(known[0], lambda found: follow([m.track.id for m in found.matches]))
        elif known:
            self._ask_playlist(
                known,
                len(known) + QUEUE_LENGTH,
                lambda found: follow([match.track.id for match in found.matches]),
            )

    def _ask_similar(self, track_id: int, then: Callable[[SimilarTracks], None]) -> None:
        self.ask(lambda: self._app.finding.similar(track_id, limit=QUEUE_LENGTH), then)

    def _ask_playlist(
        self, ids: Sequence[int], length: int, then: Callable[[GeneratedPlaylist], None]
    ) -> None:
        self.ask(lambda: self._app.playlists.make(PlaylistRequest(ids, length=length)), then)

    def _show_similar(self) -> None:
        if ids := self._in_library(self._selected()[:1]):
            self.similar_wanted.emit(ids[0])

    def _make_playlist(self) -> None:
        ids = self._in_library(self._selected())

        def keep(made: GeneratedPlaylist) -> None:
            with self._messages.reporting():
                playlist = self._playlists.create(
                    self.name_like(ids), [match.track.id for match in made.matches]
                )
                self.playlist_wanted.emit(playlist.id)

        if ids:
            self._ask_playlist(ids, max(25, 2 * len(ids)), keep)

    def _play_next(self) -> None:
        self.enqueue(self._selected(), first=True)

    def _add_to_queue(self) -> None:
        self.enqueue(self._selected())

    def _fill_playlist_menu(self) -> None:
        menu = self._playlist_menu
        menu.clear()
        new = menu.addAction(self.tr("New playlist…"))
        new.triggered.connect(
            lambda: self.save_as_playlist(self._selected(), self.tr("New playlist"))
        )
        menu.addSeparator()
        for playlist in self._playlists.all:
            # In a menu, a single "&" marks the shortcut key.
            entry = menu.addAction(playlist.name.replace("&", "&&"))
            entry.triggered.connect(self._adder(playlist.id))

    def _adder(self, playlist_id: int) -> Callable[[], None]:
        return lambda: self.add_tracks_to_playlist(playlist_id, self._selected())

    def _export(self) -> None:
        ids = self._selected()
        if len(ids) > 1:
            name = (self._selection.list_name if self._selection else "") or self.tr("Selection")
            self._exporter.export(name, self._store.tracks(ids))
        elif ids := self._in_library(ids):
            self._ask_playlist(
                ids,
                25,
                lambda made: self._exporter.export(
                    self.name_like(ids), [match.track for match in made.matches]
                ),
            )

    def _show_in_folder(self) -> None:
        paths = [track.path for track in self._store.tracks(self._selected())]
        try:
            shown = not paths or show_in_folder(paths)
        except OSError:
            shown = False
        if not shown:
            folder = display_path(paths[0].parent)
            self._messages.fail(
                self.tr("No file manager could be opened. The folder is {0}").format(folder)
            )


def not_in_library(count: int) -> str:
    """Return a message that says what can't be done with tracks outside the library, and the remedy."""
    return formats.counted(
        "actions",
        count,
        "%n track is not in your library: add its folder to find similar music and to keep it in playlists.",
        "%n tracks are not in your library: add their folders to find similar music and to keep them in playlists.",
    )

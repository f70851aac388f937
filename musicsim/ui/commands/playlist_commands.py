"""Commands for whole playlists and their folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from musicsim.library.catalogue.playlist_folders import folder_names
from musicsim.library.catalogue.playlists import Entry
from musicsim.library.query.natural import natural_key
from musicsim.library.types import Playlist
from musicsim.services.making.completing import merged_entries
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.commands.playlist_editing import PlaylistEditing
from musicsim.ui.commands.playlist_importing import PlaylistImporting
from musicsim.ui.kit import formats
from musicsim.ui.kit.dialogs import ask_choice
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playlists.exporting import Exporter
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.playlist_tree import Chosen
from musicsim.ui.tracks.store import TrackStore

MoreActions = Callable[[Chosen, QMenu], Sequence[QAction]]


class PlaylistCommands(QObject):
    """Playlist commands shared by the sidebar and the playlist page.

    Attributes
    ----------
    editing
        The commands that change a playlist's entries.
    importing
        The command that imports playlist files.
    more_actions
        Functions that return more actions for the menu of what was chosen, such as to start a radio.
    """

    playlist_wanted = Signal(int)
    """Request to show this playlist."""
    rename_wanted = Signal(int)
    """Request to let the listener rename this playlist."""
    rename_folder_wanted = Signal(int)
    """Request to let the listener rename this folder."""

    def __init__(
        self,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        editing: PlaylistEditing,
        importing: PlaylistImporting,
        exporter: Exporter,
        messages: Messages,
        theme: Theme,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._store = store
        self._playlists = playlists
        self._actions = actions
        self.editing = editing
        self.importing = importing
        importing.playlist_wanted.connect(self.playlist_wanted)
        self._exporter = exporter
        self._messages = messages
        self._theme = theme
        self._window = window
        self.more_actions: list[MoreActions] = []

    # Making

    def create(self, folder_id: int | None = None) -> None:
        """Create an empty playlist and let the listener type its name."""
        with self._messages.reporting():
            name = self.tr("New playlist")
            playlist = self._playlists.create(name, [], folder_id or None)
            self.playlist_wanted.emit(playlist.id)
            self.rename_wanted.emit(playlist.id)

    def create_folder(self, parent_id: int | None = None) -> None:
        """Create an empty folder and let the listener type its name."""
        with self._messages.reporting():
            folder = self._playlists.create_folder(self.tr("New folder"), parent_id or None)
            self.rename_folder_wanted.emit(folder.id)

    def duplicate(self, playlist_id: int) -> None:
        """Make a copy of a playlist beside it."""
        if (playlist := self._playlists.get(playlist_id)) is not None:
            text = self.tr("Made a copy of “{0}”.").format(playlist.name)
            self._make(playlist.name, playlist.entries, playlist.folder_id, text)

    def merge(self, playlist_ids: Sequence[int]) -> None:
        """Make one playlist of several, which stay as they are; what is in more than one comes once."""
        playlists = self._of(playlist_ids)
        if len(playlists) < 2:
            return
        names = [playlist.name for playlist in playlists]
        name = " + ".join(names)
        if len(names) > 2:
            name = self.tr("{0} and {1} more").format(names[0], formats.number(len(names) - 1))
        merged = merged_entries(playlists)
        text = self.tr("Merged {0} playlists. The originals are kept.").format(
            formats.number(len(names))
        )
        if once := sum(len(playlist.entries) for playlist in playlists) - len(merged):
            more = formats.counted(
                "playlists",
                once,
                "%n track that was in them twice came once.",
                "%n tracks that were in them twice came once.",
            )
            text = f"{text} {more}"
        self._make(name, merged, playlists[0].folder_id, text)

    def _make(self, name: str, entries: Sequence[Entry], folder_id: int | None, text: str) -> None:
        with self._messages.reporting():
            made = self._playlists.create(name, entries, folder_id)
            step = self._playlists.added([made], text)
            self.playlist_wanted.emit(made.id)
            self.editing.tell(self._playlists.arrangement, step)

    def add_tracks(self, playlist_id: int, track_ids: Sequence[int]) -> None:
        """Append tracks to a playlist."""
        self._actions.add_tracks_to_playlist(playlist_id, track_ids)

    # Playing and exporting

    def play(self, playlist_id: int) -> None:
        """Play a playlist from its beginning."""
        self._actions.play(self._tracks_of(playlist_id))

    def play_next(self, playlist_id: int) -> None:
        """Queue a playlist before all that is queued."""
        self._actions.enqueue(self._tracks_of(playlist_id), first=True)

    def enqueue(self, playlist_id: int) -> None:
        """Queue a playlist."""
        self._actions.enqueue(self._tracks_of(playlist_id))

    def _tracks_of(self, playlist_id: int) -> tuple[int, ...]:
        playlist = self._playlists.get(playlist_id)
        return playlist.track_ids if playlist else ()

    def export(self, playlist_id: int) -> None:
        """Write a playlist to a file."""
        if (playlist := self._playlists.get(playlist_id)) is not None:
            tracks = self._store.tracks(playlist.track_ids)
            absent = [entry.name for entry in playlist.missing]
            self._exporter.export(playlist.name, tracks, absent)

    # Moving and deleting

    def move(self, chosen: Chosen, folder_id: int | None) -> None:
        """Move playlists and folders into a folder; None means the top."""
        folder = None if folder_id is None else self._playlists.folder(folder_id)
        where = (
            self.tr("to the top") if folder is None else self.tr("into “{0}”").format(folder.name)
        )
        with self._messages.reporting():
            text = self.tr("Moved {0} {1}.").format(self._name(chosen), where)
            step = self._playlists.move(chosen.playlists, chosen.folders, folder_id, text)
            if step is not None:
                self.editing.tell(self._playlists.arrangement, step)

    def move_to_new_folder(self, chosen: Chosen) -> None:
        """Make a folder, move playlists and folders into it, and let the listener type its name."""
        with self._messages.reporting():
            parents = {playlist.folder_id for playlist in self._of(chosen.playlists)}
            parent_id = parents.pop() if len(parents) == 1 and not chosen.folders else None
            folder = self._playlists.create_folder(self.tr("New folder"), parent_id)
            self._playlists.move(
                chosen.playlists,
                chosen.folders,
                folder.id,
                self.tr("Moved {0} into a new folder.").format(self._name(chosen)),
            )
            self.rename_folder_wanted.emit(folder.id)

    def delete_playlist(self, playlist_id: int) -> None:
        """Delete a playlist, and offer to undo it."""
        self.delete(Chosen((playlist_id,)))

    def delete(self, chosen: Chosen) -> None:
        """Delete playlists and folders, and offer to undo it; ask what becomes of a folder's playlists."""
        for folder_id in chosen.folders:
            self._delete_folder(folder_id)
        playlists = self._of(chosen.playlists)
        if not playlists:
            return
        text = self.tr("Deleted {0}.").format(self._name(Chosen(chosen.playlists)))
        with self._messages.reporting():
            step = self._playlists.delete(chosen.playlists, text)
            self.editing.tell(
                self._playlists.arrangement,
                step,
                lambda: self.playlist_wanted.emit(playlists[0].id),
            )

    def _delete_folder(self, folder_id: int) -> None:
        folder = self._playlists.folder(folder_id)
        if folder is None:
            return
        inside = self._playlists.inside(folder_id)
        with_playlists = False
        if inside:
            question = formats.counted(
                "playlists",
                len(inside),
                "The folder “{0}” has %n playlist in it. Keep it?",
                "The folder “{0}” has %n playlists in it. Keep them?",
            ).format(folder.name)
            keep = self.tr("Delete the folder only"), self.tr("Delete the playlists, too")
            chosen = ask_choice(self._window, self.tr("Delete folder"), question, keep)
            if chosen is None:
                return
            with_playlists = chosen == 1
        text = self.tr("Deleted {0}.").format(self._name(Chosen((), (folder_id,))))
        if with_playlists:
            text = formats.counted(
                "playlists",
                len(inside),
                "Deleted the folder “{0}” and its playlist.",
                "Deleted the folder “{0}” and its %n playlists.",
            ).format(folder.name)
        with self._messages.reporting():
            step = self._playlists.delete_folder(
                folder_id, with_playlists=with_playlists, text=text
            )
            self.editing.tell(self._playlists.arrangement, step)

    def undo(self) -> None:
        """Undo the last step that concerned whole playlists or folders."""
        self.editing.undo(self._playlists.arrangement)

    def redo(self) -> None:
        """Do the step again that was undone last."""
        self.editing.redo(self._playlists.arrangement)

    # The menu

    def open_menu(self, chosen: Chosen, place: QPoint) -> None:
        """Open the menu of playlists and folders at a screen position."""
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu, chosen)
        menu.popup(place)

    def fill_menu(self, menu: QMenu, chosen: Chosen) -> None:
        """Fill a menu with the commands that fit what was chosen: one playlist, several, folders, or nothing."""

        def entry(text: str, icon: str, do: Callable[[], object], *, enabled: bool = True) -> None:
            action = menu.addAction(self._theme.icon(icon), text)
            action.triggered.connect(lambda: do())
            action.setEnabled(enabled)

        one, folder, several = chosen.playlist, chosen.folder, len(chosen.playlists) > 1
        if one is not None:
            has_tracks = bool(self._tracks_of(one))
            entry(self.tr("Play"), "play", lambda: self.play(one), enabled=has_tracks)
            entry(self.tr("Play next"), "next", lambda: self.play_next(one), enabled=has_tracks)
            entry(self.tr("Add to queue"), "queue", lambda: self.enqueue(one), enabled=has_tracks)
        for more in self.more_actions:
            menu.addActions(more(chosen, menu))
        menu.addSeparator()
        if one is not None:
            entry(self.tr("Duplicate"), "copy", lambda: self.duplicate(one))
        if several:
            text = self.tr("Merge into one playlist")
            entry(text, "add", lambda: self.merge(chosen.playlists))
        if folder is not None or chosen == Chosen():
            entry(self.tr("New playlist"), "playlist", lambda: self.create(folder))
            entry(self.tr("New folder"), "new-folder", lambda: self.create_folder(folder))
            entry(self.tr("Import playlists…"), "import", lambda: self.importing.ask(folder))
        if chosen == Chosen():
            return
        self._add_folder_menu(menu, chosen)
        menu.addSeparator()
        if one is not None:
            self.add_order_actions(menu, one)
            menu.addSeparator()
            entry(self.tr("Rename"), "rename", lambda: self.rename_wanted.emit(one))
            entry(self.tr("Export…"), "export", lambda: self.export(one))
        if folder is not None:
            entry(self.tr("Rename"), "rename", lambda: self.rename_folder_wanted.emit(folder))
        asks = any(self._playlists.inside(i) for i in chosen.folders)
        delete = self.tr("Delete…") if asks else self.tr("Delete")
        entry(delete, "delete", lambda: self.delete(chosen))

    def add_order_actions(self, menu: QMenu, playlist_id: int) -> None:
        """Add the commands that put a playlist in order and remove its duplicates."""
        editing, count = self.editing, len(self._tracks_of(playlist_id))
        for text, icon, do, least in (
            (self.tr("Sort by flow"), "similar", editing.sort_by_flow, 3),
            (self.tr("Remove duplicates"), "copy", editing.remove_duplicates, 2),
        ):
            action = menu.addAction(self._theme.icon(icon), text)
            action.triggered.connect(lambda _=False, do=do: do(playlist_id))
            action.setEnabled(count >= least)

    def _add_folder_menu(self, menu: QMenu, chosen: Chosen) -> None:
        into = menu.addMenu(self._theme.icon("folder"), self.tr("Move to folder"))
        folders = self._playlists.folders
        now = {playlist.folder_id for playlist in self._of(chosen.playlists)} | {
            folder.parent_id for i in chosen.folders if (folder := self._playlists.folder(i))
        }
        top = into.addAction(self.tr("No folder"))
        top.setEnabled(now != {None})
        top.triggered.connect(lambda: self.move(chosen, None))
        paths = [(folder_names(folder.id, folders), folder.id) for folder in folders]
        for names, folder_id in sorted(paths, key=lambda path: [*map(natural_key, path[0])]):
            # In a menu, a single "&" marks the shortcut key.
            action = into.addAction(" / ".join(names).replace("&", "&&"))
            around = {i for i in chosen.folders if self._is_around(i, folder_id)}
            action.setEnabled(now != {folder_id} and not around)
            action.triggered.connect(lambda _=False, to=folder_id: self.move(chosen, to))
        into.addSeparator()
        new = into.addAction(self._theme.icon("new-folder"), self.tr("New folder"))
        new.triggered.connect(lambda: self.move_to_new_folder(chosen))

    def _is_around(self, folder_id: int, other: int | None) -> bool:
        while other is not None and other != folder_id:
            folder = self._playlists.folder(other)
            other = folder.parent_id if folder else None
        return other is not None

    def _of(self, playlist_ids: Sequence[int]) -> list[Playlist]:
        return [p for i in playlist_ids if (p := self._playlists.get(i)) is not None]

    def _name(self, chosen: Chosen) -> str:
        """Return what was chosen in words."""
        if (playlist := self._playlists.get(chosen.playlist or 0)) is not None:
            return self.tr("the playlist “{0}”").format(playlist.name)
        if (folder := self._playlists.folder(chosen.folder or 0)) is not None:
            return self.tr("the folder “{0}”").format(folder.name)
        count = len(chosen.playlists) + len(chosen.folders)
        if chosen.folders:
            return formats.counted("playlists", count, "%n entry", "%n entries")
        return formats.counted("playlists", count, "%n playlist", "%n playlists")

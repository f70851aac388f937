"""Playlist page: the entries of one playlist in the listener's order, and suggestions below them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QCoreApplication, QPoint, QSettings, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout

from musicsim.library.catalogue.playlists import Entry
from musicsim.library.types import Playlist
from musicsim.ui.commands.actions import TrackActions, not_in_library
from musicsim.ui.commands.playlist_editing import PlaylistEditing
from musicsim.ui.kit import formats
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button, icon_button
from musicsim.ui.playlists.flow_dialog import FlowDialog
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.look_note import LookNote
from musicsim.ui.playlists.playlist_table import PlaylistTable
from musicsim.ui.playlists.playlist_tree import Chosen
from musicsim.ui.playlists.rows import PlaylistRows, is_missing_entry
from musicsim.ui.playlists.suggestions import Suggestions
from musicsim.ui.playlists.undo import History
from musicsim.ui.tracks.columns import LIST_COLUMNS
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import Column, column_name
from musicsim.ui.tracks.track_page import TrackPage, list_head, list_title


class PlaylistPage(TrackPage):
    """Heading with the playlist's commands, the table, and the suggestions."""

    key = "playlist"
    icon = "playlist"
    table: PlaylistTable

    rename_wanted = Signal(int)
    delete_wanted = Signal(int)
    export_wanted = Signal(int)
    files_dropped = Signal(object, int)
    """QMimeData from another program, and the row to insert its tracks before."""
    menu_wanted = Signal(object, object)
    """Chosen, and the position on the screen."""
    gone = Signal()
    """The playlist shown no longer exists."""

    def __init__(
        self,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        editing: PlaylistEditing,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._store = store
        self._playlists = playlists
        self._editing = editing
        self._messages = messages
        self._playlist: Playlist | None = None
        self.list = PlaylistRows(store, theme, self)
        self.list.edited.connect(self._keep)
        self.list.reorder_refused.connect(self._explain_look)
        self.list.tracks_lost.connect(playlists.reread)
        self.list.takes_files = True
        self.list.files_dropped.connect(self.files_dropped)
        store.changed.connect(self._show_summary)
        playlists.changed.connect(self._follow)

        self._name = list_title()
        self._summary = Label()
        self._summary.setObjectName("dim")
        self.table = PlaylistTable(self.list, LIST_COLUMNS, actions, theme)
        self.table.setAccessibleName(self.tr("Tracks of the playlist"))
        self.table.remove.setText(self.tr("Remove from playlist"))
        self.table.placeholder = self.tr(
            "This playlist is empty.\nDrag tracks or files here, or use “Add to playlist” in a track’s menu."
        )
        self.table.fill_wanted.connect(self._fill_gap)
        self.table.undo_wanted.connect(lambda: self._on_history(editing.undo))
        self.table.redo_wanted.connect(lambda: self._on_history(editing.redo))
        self.table.heading.sortIndicatorChanged.connect(self._show_look)
        self.note = LookNote(theme)
        self.note.keep_wanted.connect(self._keep_look)
        self.note.back_wanted.connect(self._leave_look)
        self.suggestions = Suggestions(store, editing.suggest, actions, theme)
        self.suggestions.added.connect(self._add)
        editing.suggestions_change.connect(self.suggestions.suggest_again)
        self._stack(self._head(actions, theme), self.note, self.table, self.suggestions)

    def _head(self, actions: TrackActions, theme: Theme) -> QVBoxLayout:
        self.play = button(self.tr("Play"), theme, "play", primary=True)
        self.play.clicked.connect(lambda: actions.play(self.list.playable))
        self.export = button(self.tr("Export…"), theme, "export")
        self.export.clicked.connect(lambda: self._emit(self.export_wanted))
        self.order = button(self.tr("Order"), theme, "order")
        self.order.setMenu(self._order_menu(theme))
        self.rename = icon_button(self.tr("Rename playlist"), theme, "rename")
        self.rename.clicked.connect(lambda: self._emit(self.rename_wanted))
        self.delete = icon_button(self.tr("Delete playlist"), theme, "delete")
        self.delete.clicked.connect(lambda: self._emit(self.delete_wanted))
        self.more = icon_button(self.tr("More commands for this playlist"), theme, "more")
        self.more.clicked.connect(self._open_menu)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for widget in (self.play, self.order, self.export, self.rename, self.delete, self.more):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        return list_head(self._name, self._summary, buttons=buttons)

    def _order_menu(self, theme: Theme) -> QMenu:
        menu = QMenu(self)
        for text, icon, do in (
            (self.tr("Sort by flow…"), "similar", self._sort_by_flow),
            (self.tr("Shuffle"), "shuffle", lambda: self._on_playlist(self._editing.shuffle)),
            (self.tr("Reverse"), "order", lambda: self._on_playlist(self._editing.reverse)),
        ):
            action = menu.addAction(text)
            theme.set_icon(action, icon)
            action.triggered.connect(lambda _=False, do=do: do())
        menu.addSeparator()
        action = menu.addAction(self.tr("Remove duplicates"))
        theme.set_icon(action, "copy")
        action.triggered.connect(lambda: self._on_playlist(self._editing.remove_duplicates))
        return menu

    @property
    def playlist(self) -> Playlist | None:
        """Playlist that is shown."""
        return self._playlist

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self._playlist.name if self._playlist else ""

    def has(self, playlist_id: int) -> bool:
        """Return whether there is this playlist."""
        return self._playlists.get(playlist_id) is not None

    def show_playlist(self, playlist_id: int) -> None:
        """Show a playlist in its own order."""
        self._playlist = self._playlists.get(playlist_id)
        self.list.look(None)
        self.list.set_entries(self._playlist.entries if self._playlist else ())
        self.table.show_sorting()
        self._show_look()
        self._show_summary()
        self._suggest()
        self.table.scrollToTop()

    def save(self, settings: QSettings) -> None:
        """Save the columns, and whether the suggestions are folded away."""
        super().save(settings)
        self.suggestions.save(settings)

    def restore(self, settings: QSettings) -> None:
        """Restore what was saved."""
        super().restore(settings)
        self.suggestions.restore(settings)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the height between the tracks and the suggestions (Qt override)."""
        super().resizeEvent(event)
        self.suggestions.fit(self.height())

    def _emit(self, signal: object) -> None:
        if self._playlist is not None:
            signal.emit(self._playlist.id)  # type: ignore[attr-defined]

    def _on_playlist(self, do: Callable[[int], object]) -> None:
        if self._playlist is not None:
            self._leave_look()
            do(self._playlist.id)

    def _on_history(self, do: Callable[[History], object]) -> None:
        if self._playlist is not None:
            do(self._playlists.history(self._playlist.id))

    def _open_menu(self) -> None:
        if self._playlist is not None:
            below = self.more.mapToGlobal(QPoint(0, self.more.height()))
            self.menu_wanted.emit(Chosen((self._playlist.id,)), below)

    # Order

    def _sort_by_flow(self) -> None:
        self._leave_look()
        if self._playlist is None or not self._playlist.track_ids:
            return
        rows = self.table.selected_rows()
        track_ids = self._playlist.track_ids
        selected = None
        if len(rows) == 1 and len(self.table.selected_ids()) == 1:
            before = self.list.own_ids[: rows[0]]
            selected = sum(not is_missing_entry(row_id) for row_id in before)
        tracks = self._store.tracks(track_ids)
        if len(tracks) < len(track_ids):
            return
        dialog = FlowDialog(tracks, selected, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        playlist_id = self._playlist.id
        dialog.accepted.connect(lambda: self._editing.sort_by_flow(playlist_id, *dialog.ends))
        dialog.open()

    def _show_look(self) -> None:
        self.note.show_column(self.list.sorting[0] if self.list.sorting else None)

    def _leave_look(self) -> None:
        self.list.look(None)
        self.table.show_sorting()
        self._show_look()

    def _keep_look(self) -> None:
        if self._playlist is None or self.list.sorting is None:
            return
        column = column_name(self.list.sorting[0])
        shown = self._entries(self.list.ids)
        self._leave_look()
        text = self.tr("“{0}” is in the order of {1} now.").format(self._playlist.name, column)
        if column == column_name(Column.POSITION):
            text = self.tr("Reversed the order of “{0}”.").format(self._playlist.name)
        self._editing.edit(self._playlist.id, shown, text)

    def _explain_look(self) -> None:
        self._messages.tell(
            self.tr("The playlist is only sorted for a look. Tracks are moved in its own order."),
            action=self.tr("Back to its own order"),
            on_action=self._leave_look,
        )

    # Changes

    def _entries(self, row_ids: Sequence[int]) -> list[Entry]:
        """Return the entries of rows; tracks outside the library are left out."""
        if not self.list.has_missing and min(row_ids, default=0) >= 0:
            return list(row_ids)
        entries: list[Entry] = []
        for row_id in row_ids:
            missing = self.list.missing_entry(row_id)
            entries += self._store.in_library([row_id]) if missing is None else [missing]
        return entries

    def _keep(self) -> None:
        if self._playlist is None:
            return
        wanted = self.list.own_ids
        kept = self._entries(wanted)
        change = len(kept) - len(self._playlist.entries)
        left_out = not_in_library(len(wanted) - len(kept)) if len(kept) < len(wanted) else ""
        if change or not left_out:
            # The list then follows what was saved.
            text = _text_of(change).format(self._playlist.name)
            self._editing.edit(self._playlist.id, kept, f"{text} {left_out}".strip())
        else:
            self._follow()
            self._messages.tell(left_out)

    def _add(self, track_ids: list[int]) -> None:
        if self._playlist is not None:
            self._editing.add(self._playlist, track_ids)

    def _fill_gap(self, position: int, count: int) -> None:
        if self._playlist is not None:
            self._editing.fill_gap(self._playlist.id, position, count)

    # Following

    def _follow(self) -> None:
        if self._playlist is None:
            return
        self._playlist = self._playlists.get(self._playlist.id)
        if self._playlist is None:
            self.gone.emit()
            return
        if not self.list.shows(self._playlist.entries):
            self.table.show_entries(self._playlist.entries)
        self._show_summary()
        self._suggest()

    def _suggest(self) -> None:
        if self._playlist is not None:
            self.suggestions.show_for(self._playlist.id, self._playlist.track_ids)

    def _show_summary(self) -> None:
        self._name.setText(self.name)
        self.table.list_name = self.name
        count = len(self.list.playable)
        text = formats.track_summary(count, self.list.seconds())
        if missing := self.list.rowCount() - count:
            note = formats.counted(
                "playlists", missing, "%n not in your library", "%n not in your library"
            )
            text = f"{text} · {note}"
        self._summary.setText(text)
        self.play.setEnabled(count > 0)
        self.export.setEnabled(count > 0)
        self.order.setEnabled(self.list.rowCount() > 1)


def _text_of(change: int) -> str:
    """Return what was done to a playlist whose number of entries changed by so much."""
    if change > 0:
        return formats.counted(
            "actions", change, "Added %n track to “{0}”.", "Added %n tracks to “{0}”."
        )
    if change < 0:
        return formats.counted(
            "playlists", -change, "Removed %n track from “{0}”.", "Removed %n tracks from “{0}”."
        )
    return QCoreApplication.translate("playlists", "Changed the order of “{0}”.")

"""Playlist page: the tracks of one playlist in the listener's order."""

from __future__ import annotations

from PySide6.QtCore import QSettings, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from musicsim.library.types import Playlist
from musicsim.ui.commands.actions import TrackActions, not_in_library
from musicsim.ui.kit import formats
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, button, icon_button, scaled_font
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import OrderedTable

_COLUMNS = (
    ColumnLayout(Column.STATE, 32),
    ColumnLayout(Column.OPINION, 30, gives_way=1),
    ColumnLayout(Column.POSITION, 48),
    ColumnLayout(Column.TITLE, 290, stretches=True),
    ColumnLayout(Column.ARTIST, 190, stretches=True),
    ColumnLayout(Column.ALBUM, 200, stretches=True, gives_way=3),
    ColumnLayout(Column.GENRE, 106, gives_way=5),
    ColumnLayout(Column.YEAR, 58, gives_way=4),
    ColumnLayout(Column.RATING, 92, gives_way=2, extra=True),
    ColumnLayout(Column.PLAYS, 58, gives_way=2, extra=True),
    ColumnLayout(Column.LAST_PLAYED, 132, gives_way=2, extra=True),
    ColumnLayout(Column.BPM, 58, gives_way=2, extra=True),
    ColumnLayout(Column.KEY, 52, gives_way=2, extra=True),
    ColumnLayout(Column.LENGTH, 72),
)


class PlaylistPage(QWidget):
    """Heading with the playlist's commands, and the table."""

    _COLUMNS_KEY = "playlist/columns"

    rename_wanted = Signal(int)
    delete_wanted = Signal(int)
    export_wanted = Signal(int)
    files_dropped = Signal(object, int)
    """QMimeData from another program, and the row to insert its tracks before."""
    gone = Signal()
    """The playlist shown no longer exists."""

    def __init__(
        self,
        store: TrackStore,
        playlists: Playlists,
        actions: TrackActions,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._store = store
        self._playlists = playlists
        self._messages = messages
        self._playlist: Playlist | None = None
        self.list = TrackList(store, theme, self)
        self.list.takes_files = True
        self.list.edited.connect(self._keep)
        self.list.files_dropped.connect(self.files_dropped)
        store.changed.connect(self._show_summary)
        playlists.changed.connect(self._follow)

        self._name = ElidedLabel()
        self._name.setFont(scaled_font(self._name, 1.6, bold=True))
        self._summary = Label()
        self._summary.setObjectName("dim")
        self.play = button(self.tr("Play"), theme, "play", primary=True)
        self.play.clicked.connect(lambda: actions.play(self.list.ids))
        self.export = button(self.tr("Export…"), theme, "export")
        self.rename = icon_button(self.tr("Rename playlist"), theme, "rename")
        self.delete = icon_button(self.tr("Delete playlist"), theme, "delete")
        self.export.clicked.connect(lambda: self._emit(self.export_wanted))
        self.rename.clicked.connect(lambda: self._emit(self.rename_wanted))
        self.delete.clicked.connect(lambda: self._emit(self.delete_wanted))
        self.table = OrderedTable(self.list, _COLUMNS, actions, theme)
        self.table.setAccessibleName(self.tr("Tracks of the playlist"))
        self.table.remove.setText(self.tr("Remove from playlist"))
        self.table.placeholder = self.tr(
            "This playlist is empty.\nDrag tracks or files here, or use “Add to playlist” in a track’s menu."
        )

        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for widget in (self.play, self.export, self.rename, self.delete):
            buttons.addWidget(widget)
        buttons.addStretch(1)
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.setSpacing(2)
        head.addWidget(self._name)
        head.addWidget(self._summary)
        head.addSpacing(8)
        head.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table, 1)

    @property
    def playlist(self) -> Playlist | None:
        """Playlist that is shown."""
        return self._playlist

    @property
    def key(self) -> str:
        """Word by which the page is remembered."""
        return "playlist"

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self._playlist.name if self._playlist else ""

    @property
    def icon(self) -> str:
        """Name of the page's icon."""
        return "playlist"

    @property
    def widget(self) -> QWidget:
        """Widget that is shown."""
        return self

    def focus(self) -> None:
        """Focus the tracks."""
        self.table.setFocus()

    def play_tracks(self) -> None:
        """Play the selection or, without one, the playlist."""
        self.table.play_selection_or_all()

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it; return False if it is not in the playlist."""
        return self.table.show_track(track_id)

    def has(self, playlist_id: int) -> bool:
        """Return whether there is this playlist."""
        return self._playlists.get(playlist_id) is not None

    def show_playlist(self, playlist_id: int) -> None:
        """Show a playlist."""
        self._playlist = self._playlists.get(playlist_id)
        self.list.set_ids(self._playlist.track_ids if self._playlist else ())
        self._show_summary()
        self.table.scrollToTop()

    def save(self, settings: QSettings) -> None:
        """Save the columns."""
        settings.setValue(self._COLUMNS_KEY, self.table.heading.save())

    def restore(self, settings: QSettings) -> None:
        """Restore the saved columns."""
        self.table.heading.restore(str(settings.value(self._COLUMNS_KEY) or ""))

    def _emit(self, signal: object) -> None:
        if self._playlist is not None:
            signal.emit(self._playlist.id)  # type: ignore[attr-defined]

    def _keep(self) -> None:
        if self._playlist is not None:
            wanted = self.list.ids
            kept = self._store.in_library(wanted)
            # The list then follows what was saved.
            with self._messages.reporting():
                self._playlists.set_tracks(self._playlist.id, kept)
            if left_out := len(wanted) - len(kept):
                self._messages.tell(not_in_library(left_out))

    def _follow(self) -> None:
        if self._playlist is None:
            return
        self._playlist = self._playlists.get(self._playlist.id)
        if self._playlist is None:
            self.gone.emit()
            return
        if list(self._playlist.track_ids) != self.list.ids:
            self.list.set_ids(self._playlist.track_ids)
        self._show_summary()

    def _show_summary(self) -> None:
        self._name.setText(self.name)
        self.table.list_name = self.name
        self._summary.setText(formats.track_summary(self.list.rowCount(), self.list.seconds()))
        self.play.setEnabled(self.list.rowCount() > 0)
        self.export.setEnabled(self.list.rowCount() > 0)

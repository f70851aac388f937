"""Sidebar: navigation to the pages and to each playlist."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, icon_button
from musicsim.ui.playlists.kept import Playlists
from musicsim.ui.playlists.playlist_list import PlaylistList
from musicsim.ui.playlists.playlist_tree import PlaylistModel
from musicsim.ui.window.place_entries import PlaceEntries


class Sidebar(QWidget):
    """The pages, and the playlists in their folders below them."""

    playlist_wanted = Signal(int)
    new_playlist_wanted = Signal()
    new_folder_wanted = Signal()

    def __init__(self, playlists: Playlists, messages: Messages, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("sidebar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.entries = PlaceEntries(theme)
        caption = Label(self.tr("Playlists"))
        caption.setObjectName("caption")
        self.add = icon_button(self.tr("New playlist"), theme, "add")
        self.add.clicked.connect(self.new_playlist_wanted)
        self.add_folder = icon_button(self.tr("New folder for playlists"), theme, "new-folder")
        self.add_folder.clicked.connect(self.new_folder_wanted)
        self.model = PlaylistModel(playlists, messages, self)
        self.list = PlaylistList(self.model, theme)
        self.list.setAccessibleName(self.tr("Playlists"))
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.list.clicked.connect(self._choose)
        self._shown: int | None = None
        self.model.modelReset.connect(lambda: self._mark(self._shown))

        row = QHBoxLayout()
        row.setContentsMargins(18, 12, 8, 4)
        row.addWidget(caption, 1)
        row.addWidget(self.add_folder)
        row.addWidget(self.add)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 8)
        column.setSpacing(0)
        column.addWidget(self.entries)
        column.addLayout(row)
        column.addWidget(self.list, 1)

    def show_page(self, key: str) -> None:
        """Mark the listener's place: a page."""
        self.entries.check(key)
        self._mark(None)

    def show_playlist(self, playlist_id: int) -> None:
        """Mark the listener's place: a playlist."""
        self.entries.check(None)
        self._mark(playlist_id)

    def show_other(self) -> None:
        """Mark neither a page nor a playlist: the listener is in another section."""
        self.entries.check(None)
        self._mark(None)

    def add_section(self, section: QWidget) -> None:
        """Add a section between the pages and the playlists."""
        self._column.insertWidget(self._column.count() - 2, section)

    def _mark(self, playlist_id: int | None) -> None:
        self._shown = playlist_id
        self.list.show_playlist(playlist_id)

    def _choose(self, index: QModelIndex) -> None:
        chosen = self.model.playlist_id(index) if index.isValid() else None
        if chosen is not None and chosen != self._shown:
            self.playlist_wanted.emit(chosen)

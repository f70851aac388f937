"""Smart playlist page: the tracks that its rules find."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from musicsim.playlists.smart.rules import OrderBy
from musicsim.services.making.smart_lists import SmartContent, SmartList
from musicsim.services.making.smart_texts import remarks
from musicsim.ui.commands.actions import TrackActions
from musicsim.ui.kit import formats
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, button, icon_button
from musicsim.ui.playlists.smart_kept import SmartPlaylists
from musicsim.ui.playlists.smart_words import rules_in_words
from musicsim.ui.tracks.columns import LIST_COLUMNS
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import SimilarList
from musicsim.ui.tracks.track_page import TrackPage, list_head, list_title
from musicsim.ui.tracks.track_table import TrackTable


class SmartPage(TrackPage):
    """Heading with the smart playlist's commands, and the table."""

    key = "smart"
    icon = "playlist"

    edit_wanted = Signal(int)
    keep_wanted = Signal(int)
    export_wanted = Signal(int)
    menu_wanted = Signal(int, object)
    """The smart playlist's id, and the position on the screen."""
    gone = Signal()
    """The smart playlist shown no longer exists, or is hidden."""

    def __init__(
        self,
        store: TrackStore,
        smart: SmartPlaylists,
        actions: TrackActions,
        messages: Messages,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._store = store
        self._smart = smart
        self._messages = messages
        self._shown: SmartList | None = None
        self._content: SmartContent | None = None
        self.list = SimilarList(store, theme, self)
        store.changed.connect(self._show_summary)
        smart.changed.connect(self._follow)

        self._name = list_title()
        self.rules = ElidedLabel()
        self.rules.setObjectName("dim")
        self.summary = Label()
        self.summary.setObjectName("dim")
        self.summary.setWordWrap(True)
        self.play = button(self.tr("Play"), theme, "play", primary=True)
        self.play.clicked.connect(lambda: actions.play(self.list.ids))
        self.queue = icon_button(self.tr("Add to queue"), theme, "queue")
        self.queue.clicked.connect(lambda: actions.enqueue(self.list.ids))
        self.edit = button(self.tr("Edit rules…"), theme, "rename")
        self.edit.clicked.connect(lambda: self._emit(self.edit_wanted))
        self.shuffle = icon_button(self.tr("Draw other tracks, or another order"), theme, "shuffle")
        self.shuffle.clicked.connect(self._shuffle)
        self.refresh = icon_button(self.tr("Find the tracks again now"), theme, "refresh")
        self.refresh.clicked.connect(self.find_again)
        self.keep = icon_button(self.tr("Keep as an ordinary playlist"), theme, "playlist")
        self.keep.clicked.connect(lambda: self._emit(self.keep_wanted))
        self.export = icon_button(self.tr("Export…"), theme, "export")
        self.export.clicked.connect(lambda: self._emit(self.export_wanted))
        self.table = TrackTable(self.list, LIST_COLUMNS, actions, theme)
        self.table.setAccessibleName(self.tr("Tracks of the smart playlist"))

        # In two rows, since the page may be narrow.
        title = QHBoxLayout()
        title.setSpacing(2)
        title.addWidget(self._name, 1)
        for widget in (self.shuffle, self.refresh, self.keep, self.export):
            title.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.play)
        buttons.addWidget(self.edit)
        buttons.addWidget(self.queue)
        buttons.addStretch(1)
        self._stack(list_head(title, self.rules, self.summary, buttons=buttons), self.table)

    @property
    def shown(self) -> SmartList | None:
        """Smart playlist that is shown."""
        return self._shown

    def has(self, list_id: str) -> bool:
        """Return whether there is a smart playlist with this id, as text, that is not hidden."""
        found = self._smart.get(int(list_id)) if list_id.isdecimal() else None
        return found is not None and not found.hidden

    @property
    def name(self) -> str:
        """Title shown to the listener."""
        return self._shown.name if self._shown else ""

    def show_list(self, list_id: int) -> None:
        """Show a smart playlist, with its tracks as last found until they are found again."""
        self._shown = self._smart.get(list_id)
        self._content = None
        self.list.set_ids(())
        if self._shown is not None:
            self._take(list_id, self._smart.content(list_id))
            self.find_again()
        self._show_summary()
        self.table.scrollToTop()

    def find_again(self) -> None:
        """Find the tracks again."""
        if self._shown is not None:
            list_id = self._shown.id
            self._smart.ask_content(
                list_id, lambda content: self._take(list_id, content), self._messages.fail
            )

    def _emit(self, signal: object) -> None:
        if self._shown is not None:
            signal.emit(self._shown.id)  # type: ignore[attr-defined]

    def _shuffle(self) -> None:
        if self._shown is not None:
            with self._messages.reporting():
                self._smart.shuffle(self._shown.id)
                self.find_again()

    def _follow(self) -> None:
        if self._shown is None:
            return
        before = self._shown
        self._shown = self._smart.get(before.id)
        if self._shown is None or self._shown.hidden:
            self._shown = None
            self.gone.emit()
            return
        if self._shown.rules != before.rules:
            self.find_again()
        self._take(self._shown.id, self._smart.content(self._shown.id))

    def _take(self, list_id: int, content: SmartContent | None) -> None:
        if self._shown is None or self._shown.id != list_id or content is None:
            return
        self._content = content
        if list(content.track_ids) != self.list.ids:
            selected = self.table.selected_ids()
            self.list.rearranging.emit()
            self.list.set_ids(content.track_ids)
            if rows := self.list.rows_of(selected):
                self.table.select_rows(rows)
            self.list.rearranged.emit()
        self._show_summary()

    def _show_summary(self) -> None:
        shown, content = self._shown, self._content
        self._name.setText(self.name)
        self.table.list_name = self.name
        rules = shown.rules if shown and not shown.problem else None
        self.rules.setText(rules_in_words(rules, self._track_name) if rules else "")
        said = [formats.track_summary(self.list.rowCount(), self.list.seconds())]
        if content is None:
            said = [self.tr("Finding the tracks…")]
        elif content.track_ids:
            said += remarks(content)
        self.summary.setText("  ·  ".join(said))
        empty = "\n".join(remarks(content)) if content is not None else ""
        if self.table.placeholder != empty:
            self.table.placeholder = empty
            self.table.viewport().update()
        has_tracks = self.list.rowCount() > 0
        for widget in (self.play, self.queue, self.keep, self.export):
            widget.setEnabled(has_tracks)
        is_drawn = rules is not None and (
            rules.order.by is OrderBy.RANDOM or rules.known_per_new is not None
        )
        self.shuffle.setVisible(is_drawn)

    def _track_name(self, track_id: int) -> str:
        track = self._store.get(track_id)
        return track.name if track else self.tr("a track that is gone")

"""Suggestions below a playlist, added by one click."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QIcon, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from musicsim.base.errors import MusicsimError
from musicsim.library.types import Track
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.table_actions import TableActions
from musicsim.ui.tracks.track_list import SimilarList
from musicsim.ui.tracks.track_model import Column, Index
from musicsim.ui.tracks.track_table import TrackTable

Role = Qt.ItemDataRole

SHOWN = 8
"""Tracks suggested at a time."""
_FEW = 3
"""Suggestions left at which more are fetched."""
_PAUSE_MS = 400
"""How long a playlist must have stayed the same before new suggestions are made for it."""
_FOLDED = "playlist/suggestions folded"

_COLUMNS = (
    ColumnLayout(Column.STATE, 34),
    ColumnLayout(Column.TITLE, 290, stretches=True),
    ColumnLayout(Column.ARTIST, 190, stretches=True),
    ColumnLayout(Column.ALBUM, 200, stretches=True, gives_way=1),
    ColumnLayout(Column.LENGTH, 76),
)

Ask = Callable[
    [
        Sequence[int],
        int,
        Collection[int],
        Callable[[list[Track]], None],
        Callable[[MusicsimError], None],
    ],
    None,
]
"""Asks for tracks like those of a playlist, a number of them, without some; calls one of two functions later."""


class _Rows(SimilarList):
    """Suggested tracks, each with a sign that adds it."""

    def sign(self, track: Track) -> QIcon | None:
        """Return the sign that adds a track."""
        return self._theme.icon("add", "accent")

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the data of a cell (Qt override)."""
        adds = index.isValid() and index.column() == Column.STATE
        if adds and role in (Role.ToolTipRole, Role.AccessibleTextRole):
            return self.tr("Add to this playlist")
        return super().data(index, role)


class Suggestions(QFrame):
    """Section that can be folded away.

    Parameters
    ----------
    ask
        Asks for suggestions.
    """

    added = Signal(object)
    """list[int]: the tracks that the listener adds."""

    def __init__(self, store: TrackStore, ask: Ask, actions: TableActions, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("suggestions")
        self._ask = ask
        self._theme = theme
        self._folded = False
        self._playlist: int | None = None
        self._track_ids: tuple[int, ...] = ()
        self._seen: dict[int, None] = {}
        self._is_current = False
        """Whether what is shown was made for the playlist as it is."""
        self._asked = 0
        """Number of questions: only the answer to the last one counts."""
        self.rows = _Rows(store, theme, self)
        self.table = TrackTable(self.rows, _COLUMNS, actions, theme)
        self.table.heading.setVisible(False)
        self.table.setAccessibleName(self.tr("Suggestions for this playlist"))
        self.table.list_name = self.tr("Suggestions")
        self.table.clicked.connect(self._click)
        self.add = QAction(self.tr("Add to this playlist"), self.table)
        self.add.setShortcut("Ins")
        self.add.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        self.add.triggered.connect(lambda: self._add(self.table.selected_ids()))
        theme.set_icon(self.add, "add")
        self.table.addAction(self.add)
        self.table.extra_actions = (self.add,)
        self.fold = QToolButton()
        self.fold.setObjectName("fold")
        self.fold.setAutoRaise(True)
        self.fold.setText(self.tr("Complete this playlist"))
        self.fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.fold.clicked.connect(lambda: self.set_folded(not self._folded))
        self.more = button(self.tr("More suggestions"), theme, "refresh")
        self.more.clicked.connect(self._show_more)
        self._note = Label()
        self._note.setObjectName("dim")
        head = QHBoxLayout()
        head.setContentsMargins(8, 6, 16, 6)
        head.setSpacing(12)
        head.addWidget(self.fold)
        head.addWidget(self._note, 1)
        head.addWidget(self.more)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.table)
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.timeout.connect(self._refresh)
        self._show_fold()

    def show_for(self, playlist_id: int, track_ids: Sequence[int]) -> None:
        """Suggest tracks for a playlist; the section is hidden below an empty one."""
        is_new = playlist_id != self._playlist
        self._playlist = playlist_id
        if is_new or set(track_ids) != set(self._track_ids):
            self._is_current = False
            if is_new:
                self._seen.clear()
                self.rows.set_similarities({})
                self._note.setText("")
            self._waiting.start(0 if is_new else _PAUSE_MS)
        self._track_ids = tuple(track_ids)
        self.setVisible(bool(track_ids))

    def suggest_again(self) -> None:
        """Suggest other tracks soon: some may not be suggested any more."""
        self._is_current = False
        self._waiting.start(_PAUSE_MS)

    def set_folded(self, folded: bool) -> None:
        """Fold the section away, or out again."""
        self._folded = folded
        self._show_fold()
        self._refresh()

    def fit(self, room: int) -> None:
        """Take as much height as the rows need, but not more than a share of the page's."""
        rows = max(2, min(SHOWN, self.rows.rowCount() or SHOWN))
        height = rows * self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(min(height, max(120, int(0.3 * room))))

    def save(self, settings: QSettings) -> None:
        """Save whether it is folded away."""
        settings.setValue(_FOLDED, "yes" if self._folded else "no")

    def restore(self, settings: QSettings) -> None:
        """Restore whether it is folded away."""
        self.set_folded(str(settings.value(_FOLDED) or "") == "yes")

    def showEvent(self, event: QShowEvent) -> None:
        """Make the suggestions that were not wanted while it was hidden (Qt override)."""
        super().showEvent(event)
        self._waiting.start(0)

    def _show_fold(self) -> None:
        self._theme.set_icon(self.fold, "folded" if self._folded else "folded-out", "dim")
        for widget in (self.table, self.more, self._note):
            widget.setVisible(not self._folded)
        self.fold.setToolTip(
            self.tr("Show suggestions") if self._folded else self.tr("Hide suggestions")
        )

    def _refresh(self) -> None:
        if not self._is_current and not self._folded and self._track_ids and self.isVisible():
            self._fetch(SHOWN, replace=True)

    def _show_more(self) -> None:
        self._seen.update(dict.fromkeys(self.rows.ids))
        self._fetch(SHOWN, replace=True)

    def _fetch(self, count: int, *, replace: bool) -> None:
        self._is_current = True
        self._asked += 1
        number, there = self._asked, [] if replace else self.rows.ids
        if replace:
            self._note.setText(self.tr("Looking for tracks that fit…"))

        def show(found: list[Track]) -> None:
            if number != self._asked:
                return
            if not found and self._seen:
                # All were seen: begin again.
                self._seen.clear()
            ids = [*there, *(track.id for track in found)]
            self.rows.set_similarities(dict.fromkeys(ids, 0.0))
            self._note.setText("" if ids else self.tr("Your library has no more that fit."))
            self.fit(self._room())

        def fail(error: MusicsimError) -> None:
            if number == self._asked:
                self.rows.set_similarities({})
                self._note.setText(str(error))

        self._ask(self._track_ids, count, {*self._seen, *there}, show, fail)

    def _room(self) -> int:
        around = self.parentWidget()
        return around.height() if isinstance(around, QWidget) else self.height()

    def _click(self, index: QModelIndex) -> None:
        if index.column() == Column.STATE:
            self._add([self.rows.ids[index.row()]])

    def _add(self, ids: Sequence[int]) -> None:
        if not ids:
            return
        # The others still fit: the list stays as it is, without those.
        self._track_ids = (*self._track_ids, *ids)
        self.added.emit(list(ids))
        left = [row_id for row_id in self.rows.ids if row_id not in ids]
        self.rows.set_similarities(dict.fromkeys(left, 0.0))
        if len(left) <= _FEW:
            self._fetch(SHOWN - len(left), replace=False)

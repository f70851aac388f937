"""Likes and bans as rows."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)

from musicsim.base.errors import display_path
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.query.folding import fold
from musicsim.services.opinions import StoredOpinion
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.tracks.track_model import one_line

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

WHAT, KIND, NAME, SINCE = range(4)
_NO_INDEX = QModelIndex()
_KEYS: dict[int, Callable[[StoredOpinion], Any]] = {
    WHAT: lambda each: list(Opinion).index(each.opinion),
    KIND: lambda each: list(Subject).index(each.subject),
    NAME: lambda each: fold(each.name),
    SINCE: lambda each: each.since,
}


class OpinionModel(QAbstractTableModel):
    """The opinions whose names contain every word of a search, sorted by a column."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._all: list[StoredOpinion] = []
        self._rows: list[StoredOpinion] = []
        self._words: tuple[str, ...] = ()
        self._opinion: Opinion | None = None
        self._sorting = (SINCE, Qt.SortOrder.DescendingOrder)

    @property
    def total(self) -> int:
        """Number of opinions, shown or not."""
        return len(self._all)

    def opinions(self, rows: Iterable[int]) -> list[StoredOpinion]:
        """Return the opinions in rows."""
        return [self._rows[row] for row in rows]

    def set_opinions(self, opinions: Iterable[StoredOpinion]) -> None:
        """Show these opinions."""
        self._all = list(opinions)
        self._show()

    def search(self, text: str, opinion: Opinion | None) -> None:
        """Show only the opinions of one kind, or of both, whose names contain every word of a text."""
        self._words, self._opinion = tuple(fold(text).split()), opinion
        self._show()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column (Qt override)."""
        self._sorting = column, order
        self._show()

    def _show(self) -> None:
        column, order = self._sorting
        found = [
            each
            for each in self._all
            if self._opinion in (None, each.opinion)
            and all(word in fold(each.name) for word in self._words)
        ]
        self.beginResetModel()
        self._rows = sorted(found, key=_KEYS[column], reverse=order is Qt.SortOrder.DescendingOrder)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of rows (Qt override)."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of columns (Qt override)."""
        return 0 if parent.isValid() else len(_KEYS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Role.DisplayRole
    ) -> Any:
        """Return the heading of a column (Qt override)."""
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == Role.InitialSortOrderRole and section == SINCE:
            return Qt.SortOrder.DescendingOrder
        if role != Role.DisplayRole or orientation is not Qt.Orientation.Horizontal:
            return None
        return {
            WHAT: self.tr("You"),
            KIND: self.tr("What"),
            NAME: self.tr("Name"),
            SINCE: self.tr("Since"),
        }[section]

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the text, icon or tooltip of a cell (Qt override)."""
        each, column = self._rows[index.row()], index.column()
        if role == Role.DisplayRole:
            return self._text(each, column)
        if role == Role.DecorationRole and column == WHAT:
            liked = each.opinion is Opinion.LIKED
            return self._theme.icon(*(("heart-filled", "accent") if liked else ("ban", "dim")))
        if role == Role.ToolTipRole:
            lines = [each.name, *([] if each.track is None else [display_path(each.track.path)])]
            return plain_tooltip("\n".join((*lines, formats.full_moment(each.since))))
        return None

    def _text(self, each: StoredOpinion, column: int) -> str:
        match column:
            case 0:
                return (
                    self.tr("Like it")
                    if each.opinion is Opinion.LIKED
                    else self.tr("Never play it")
                )
            case 1:
                return {
                    Subject.TRACK: self.tr("Track"),
                    Subject.ALBUM: self.tr("Album"),
                    Subject.ARTIST: self.tr("Artist"),
                }[each.subject]
            case 2:
                return one_line(each.name)
            case _:
                return formats.moment(each.since, time.time())

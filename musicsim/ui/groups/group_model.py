"""The groups as a list of cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from musicsim.services.making.groups import GroupCard
from musicsim.ui.kit import formats
from musicsim.ui.kit.widgets import plain_tooltip

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

_NO_INDEX = QModelIndex()


class GroupModel(QAbstractListModel):
    """One row for each group, by name."""

    updated = Signal()
    """The groups were read again."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[GroupCard, ...] = ()

    @property
    def cards(self) -> tuple[GroupCard, ...]:
        """The groups that are shown."""
        return self._cards

    def set_cards(self, cards: Sequence[GroupCard]) -> None:
        """Show other groups; if they are the same ones, the listener's place stays."""
        if [card.id for card in cards] == [card.id for card in self._cards]:
            self._cards = tuple(cards)
            if cards:
                self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))
        else:
            self.beginResetModel()
            self._cards = tuple(cards)
            self.endResetModel()
        self.updated.emit()

    def row_of(self, group_id: int) -> int | None:
        """Return the row of a group, or None."""
        ids = [card.id for card in self._cards]
        return ids.index(group_id) if group_id in ids else None

    def redraw(self, group_id: int) -> None:
        """Draw a group's card again."""
        if (row := self.row_of(group_id)) is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of groups (Qt override)."""
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the name of a group, or all that its card says (Qt override)."""
        card = self._cards[index.row()]
        if role == Role.DisplayRole:
            return card.name
        if role == Role.ToolTipRole:
            return plain_tooltip("\n".join(_lines(card)))
        if role == Role.AccessibleTextRole:
            return ", ".join(_lines(card))
        return None


def summary(card: GroupCard) -> str:
    """Return the number of tracks of a group and their length."""
    return formats.track_summary(card.count, card.seconds)


def _lines(card: GroupCard) -> list[str]:
    lines = [card.name, summary(card)]
    if card.frozen:
        lines.append(
            QCoreApplication.translate("groups", "Stays as it is when groups are refreshed")
        )
    return lines

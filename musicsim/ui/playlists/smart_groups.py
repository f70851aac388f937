"""A group of rules in the editor: all or any of them, with groups inside."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from musicsim.playlists.smart.rules import Field, Group, Rule, TextMatch, TextRule
from musicsim.ui.kit.widgets import Label, button, icon_button
from musicsim.ui.playlists.smart_rows import Help, RuleRow

_WAYS = ((False, False), (True, False), (True, True), (False, True))
"""Whether any rule is enough, and whether it is turned around: all, any, none, not all."""
_DEEPEST = 3


class GroupEditor(QFrame):
    """The rules of a group, one below the other.

    Parameters
    ----------
    depth
        In how many groups this one is.
    """

    changed = Signal()
    removed = Signal()

    def __init__(self, group: Group, help_: Help, *, depth: int = 0) -> None:
        super().__init__()
        self._help = help_
        self._depth = depth
        self.parts: list[RuleRow | GroupEditor] = []
        if depth:
            self.setObjectName("ruleGroup")
        self.way = QComboBox()
        self.way.setAccessibleName(self.tr("How many of the rules must hold"))
        for text in (
            self.tr("all of these rules"),
            self.tr("any of these rules"),
            self.tr("none of these rules"),
            self.tr("not all of these rules"),
        ):
            self.way.addItem(text)
        self.way.setCurrentIndex(_WAYS.index((group.any, group.negated)))
        self.way.activated.connect(self.changed)
        self.add_rule = button(self.tr("Add rule"), help_.theme, "add")
        self.add_rule.clicked.connect(self._add_new)
        self.add_group = button(self.tr("Add group"), help_.theme, "add")
        self.add_group.clicked.connect(self._add_new_group)
        self.add_group.setVisible(depth < _DEEPEST)

        heading = QHBoxLayout()
        heading.setSpacing(8)
        if not depth:
            heading.addWidget(Label(self.tr("Tracks match")))
        heading.addWidget(self.way)
        heading.addStretch(1)
        if depth:
            remove = icon_button(self.tr("Remove this group"), help_.theme, "close")
            remove.clicked.connect(self.removed)
            heading.addWidget(remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.add_rule)
        buttons.addWidget(self.add_group)
        buttons.addStretch(1)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        column = QVBoxLayout(self)
        margin = 10 if depth else 0
        column.setContentsMargins(margin, margin, margin if depth else 0, margin)
        column.setSpacing(8)
        column.addLayout(heading)
        column.addLayout(self._rows)
        column.addLayout(buttons)
        self._add(group.parts)

    def group(self) -> Group:
        """Return the group as it is now."""
        any_of, negated = _WAYS[self.way.currentIndex()]
        parts = (part.rule() if isinstance(part, RuleRow) else part.group() for part in self.parts)
        return Group(tuple(parts), any=any_of, negated=negated)

    def _add(self, parts: Iterable[Rule | Group]) -> None:
        for part in parts:
            made: RuleRow | GroupEditor = (
                GroupEditor(part, self._help, depth=self._depth + 1)
                if isinstance(part, Group)
                else RuleRow(part, self._help)
            )
            made.changed.connect(self.changed)
            made.removed.connect(lambda made=made: self._remove(made))
            self.parts.append(made)
            self._rows.addWidget(made)

    def _add_new(self) -> None:
        self._add([TextRule(Field.GENRE, TextMatch.IS, ())])
        row = self.parts[-1]
        assert isinstance(row, RuleRow)
        row.fact.setFocus()
        self.changed.emit()

    def _add_new_group(self) -> None:
        # In a group of all, any is what differs.
        self._add(
            [Group((TextRule(Field.GENRE, TextMatch.IS, ()),), any=not self.way.currentIndex())]
        )
        self.changed.emit()

    def _remove(self, part: RuleRow | GroupEditor) -> None:
        place = self.parts.index(part)
        self.parts.remove(part)
        self._rows.removeWidget(part)
        part.hide()
        part.deleteLater()
        # The next one, for a listener with the keyboard.
        following: QWidget = self.add_rule
        if self.parts:
            other = self.parts[min(place, len(self.parts) - 1)]
            following = other.remove if isinstance(other, RuleRow) else other.way
        following.setFocus()
        self.changed.emit()

"""Widgets in which a listener enters the value of a rule."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QDate, QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QDateEdit,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from musicsim.base.errors import display_path
from musicsim.library.query.folding import fold
from musicsim.playlists.smart.rules import Unit, percent
from musicsim.playlists.smart.syntax import LIKENESS, values_in, values_text
from musicsim.ui.kit.dialogs import ask_folder, suggested_music_folder
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, button, icon_button
from musicsim.ui.playlists.smart_words import unit_name

_MOST = 999_999_999


class PickTracks(Protocol):
    """Lets the listener choose tracks."""

    def __call__(self, parent: QWidget, chosen: Sequence[int]) -> list[int] | None:
        """Return the tracks that the listener chose, or None if it stays as it was."""


class ValuesEdit(QLineEdit):
    """Line for one or several values, with completion of the last one from the library."""

    def __init__(self, values: Sequence[str]) -> None:
        super().__init__(values_text(values))
        self._given = tuple(values), self.text()
        self.setPlaceholderText(self.tr("One or several, with commas between them"))
        self._known = QStringListModel(self)
        self._folded: list[tuple[str, str]] = []
        completer = QCompleter(self._known, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setWidget(self)
        completer.activated.connect(self._complete)
        self._completer = completer
        self.textEdited.connect(self._suggest)

    def values(self) -> tuple[str, ...]:
        """Return the values."""
        # As they came, even if they can't be written down exactly.
        return self._given[0] if self.text() == self._given[1] else values_in(self.text())

    def set_known(self, values: Sequence[str]) -> None:
        """Offer these values, the first ones first."""
        self._folded = [(fold(value), value) for value in values]

    def _last(self) -> tuple[str, str]:
        """Return the text up to the last value, and that value."""
        before, comma, last = self.text().rpartition(",")
        return f"{before}{comma} " if comma else "", last.strip().strip('"')

    def _suggest(self) -> None:
        wanted = fold(self._last()[1])
        found = [value for folded, value in self._folded if wanted and wanted in folded]
        found.sort(key=lambda value: not fold(value).startswith(wanted))
        if not found or found == [self._last()[1]]:
            if (popup := self._completer.popup()) is not None:
                popup.hide()
            return
        self._known.setStringList(found[:12])
        self._completer.complete()

    def _complete(self, value: str) -> None:
        self.setText(self._last()[0] + values_text((value,)))


class FolderEdit(QWidget):
    """A folder, and a button that asks for another one."""

    changed = Signal()

    def __init__(self, values: Sequence[str], theme: Theme) -> None:
        super().__init__()
        self._values = tuple(values)
        self._label = ElidedLabel()
        self.choose = button(self.tr("Choose…"), theme, "folder")
        self.choose.clicked.connect(self._ask)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self.choose)
        self._show()

    def values(self) -> tuple[str, ...]:
        """Return the folders."""
        return self._values

    def _ask(self) -> None:
        suggested = Path(self._values[0]) if self._values else suggested_music_folder()
        folder = ask_folder(self, self.tr("Choose a folder"), suggested or Path.home())
        if folder is not None:
            self._values = (str(folder),)
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        names = ", ".join(map(display_path, self._values))
        self._label.setText(names or self.tr("No folder chosen yet"))


class NumberEdit(QWidget):
    """One or two numbers."""

    changed = Signal()

    def __init__(self, low: float, high: float, *, decimals: int, both: bool) -> None:
        super().__init__()
        self.low, self.high = (self._spin(value, decimals) for value in (low, high))
        self._and = Label(self.tr("and"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.low, 1)
        row.addWidget(self._and)
        row.addWidget(self.high, 1)
        self._and.setVisible(both)
        self.high.setVisible(both)

    def _spin(self, value: float, decimals: int) -> QDoubleSpinBox:
        spin = QDoubleSpinBox()
        spin.setDecimals(decimals)
        spin.setRange(-_MOST, _MOST)
        spin.setGroupSeparatorShown(False)
        spin.setValue(value)
        spin.valueChanged.connect(self.changed)
        return spin


class DatesEdit(QWidget):
    """One or two days."""

    changed = Signal()

    def __init__(self, first: datetime.date, last: datetime.date, *, both: bool) -> None:
        super().__init__()
        self._first, self._last = (self._edit(day) for day in (first, last))
        between = Label(self.tr("and"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._first, 1)
        row.addWidget(between)
        row.addWidget(self._last, 1)
        between.setVisible(both)
        self._last.setVisible(both)

    def days(self) -> tuple[datetime.date, datetime.date]:
        """Return both days."""
        first, last = (_day(edit.date()) for edit in (self._first, self._last))
        return first, last

    def _edit(self, day: datetime.date) -> QDateEdit:
        edit = QDateEdit(QDate(day.year, day.month, day.day))
        edit.setCalendarPopup(True)
        edit.setMinimumDate(QDate(1, 1, 1))
        edit.dateChanged.connect(self.changed)
        return edit


class SpanEdit(QWidget):
    """A number of days, weeks, months or years."""

    changed = Signal()

    def __init__(self, count: int, unit: Unit) -> None:
        super().__init__()
        self._given = count
        self.count = QSpinBox()
        self.count.setRange(0, _MOST)
        self.count.setValue(min(max(count, 0), _MOST))
        self._shown = self.count.value()
        self.count.valueChanged.connect(self.changed)
        self.unit = QComboBox()
        for each in Unit:
            self.unit.addItem(unit_name(each), each)
        self.unit.setCurrentIndex(list(Unit).index(unit))
        self.unit.currentIndexChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.count, 1)
        row.addWidget(self.unit, 1)

    def span(self) -> tuple[int, Unit]:
        """Return the number and the unit."""
        count = self.count.value()
        return (self._given if count == self._shown else count), list(Unit)[
            self.unit.currentIndex()
        ]


class SoundEdit(QWidget):
    """Tracks to sound like, and how much."""

    changed = Signal()

    def __init__(
        self,
        track_ids: Sequence[int] | None,
        least: float | None,
        *,
        name: Callable[[int], str],
        pick: PickTracks,
        theme: Theme,
    ) -> None:
        super().__init__()
        self._ids = track_ids
        self._name = name
        self._pick = pick
        self._least = LIKENESS if least is None else least
        self._label = ElidedLabel()
        self.choose = icon_button(self.tr("Choose the tracks"), theme, "search")
        self.choose.clicked.connect(self._ask)
        self.percent = QSpinBox()
        self.percent.setRange(0, 100)
        self.percent.setSuffix(" %")
        self.percent.setPrefix(self.tr("at least "))
        self.percent.setAccessibleName(self.tr("Least similarity"))
        self.percent.setValue(percent(self._least))
        self._shown = self.percent.value()
        self.percent.valueChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label, 1)
        row.addWidget(self.choose)
        row.addWidget(self.percent)
        self._label.setVisible(track_ids is not None)
        self.choose.setVisible(track_ids is not None)
        if track_ids is None:
            row.addStretch(1)
        self._show()

    def value(self) -> tuple[tuple[int, ...] | None, float]:
        """Return the tracks, and the least similarity."""
        percent = self.percent.value()
        least = self._least if percent == self._shown else percent / 100
        return (None if self._ids is None else tuple(self._ids)), least

    def _ask(self) -> None:
        chosen = self._pick(self, self._ids or ())
        if chosen is not None:
            self._ids = chosen
            self._show()
            self.changed.emit()

    def _show(self) -> None:
        names = ", ".join(map(self._name, self._ids or ()))
        self._label.setText(names or self.tr("No tracks chosen yet"))


class PlaylistEdit(QComboBox):
    """The name of a playlist, which may no longer exist."""

    def __init__(self, name: str, names: Sequence[str]) -> None:
        super().__init__()
        for each in dict.fromkeys((*names, name) if name else names):
            self.addItem(each)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setCurrentIndex(self.findText(name, Qt.MatchFlag.MatchExactly) if name else 0)


def _day(date: QDate) -> datetime.date:
    return datetime.date(date.year(), date.month(), date.day())

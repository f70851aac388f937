"""One rule of a smart playlist in the editor: a fact, a comparison and a value."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from musicsim.playlists.smart.rules import (
    DATES,
    MAY_BE_UNKNOWN,
    NUMBERS,
    TEXTS,
    DateRule,
    Field,
    LikedRule,
    NumberRule,
    PlaylistRule,
    Rule,
    SoundRule,
    SpanRule,
    TextMatch,
    TextRule,
    Unit,
    UnknownRule,
)
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import icon_button
from musicsim.ui.playlists.smart_values import (
    DatesEdit,
    FolderEdit,
    NumberEdit,
    PickTracks,
    PlaylistEdit,
    SoundEdit,
    SpanEdit,
    ValuesEdit,
)
from musicsim.ui.playlists.smart_words import field_name, text_match_name, unknown_name

Known = Callable[[Field, Callable[[list[str]], None]], None]
"""Passes on the different texts of a field in the library."""

LIKED, SOUND, LATELY, PLAYLIST = "liked", "sound", "lately", "playlist"


@dataclass(frozen=True)
class Help:
    """What rows need of the window.

    Attributes
    ----------
    name
        Returns the name of a track.
    playlists
        The names of the playlists that a rule can refer to.
    """

    name: Callable[[int], str]
    pick: PickTracks
    known: Known
    playlists: Sequence[str]
    theme: Theme


class RuleRow(QWidget):
    """A rule, which the listener changes or removes."""

    changed = Signal()
    removed = Signal()

    def __init__(self, rule: Rule, help_: Help) -> None:
        super().__init__()
        self._help = help_
        self._value: Any = None
        self._comparisons: list[tuple[str, Rule]] = []
        self.fact = QComboBox()
        self.fact.setAccessibleName(self.tr("What the rule looks at"))
        for text, data in self._facts():
            self.fact.addItem(text, data)
        self.fact.setMaxVisibleItems(20)
        # Only the list is as wide as its longest entry.
        policy = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        self.fact.view().setMinimumWidth(self.fact.sizeHint().width())
        self.fact.setSizeAdjustPolicy(policy)
        self.fact.setMinimumContentsLength(15)
        self.comparison = QComboBox()
        self.comparison.setAccessibleName(self.tr("How it is compared"))
        self.comparison.setMinimumWidth(150)
        self.remove = icon_button(self.tr("Remove this rule"), help_.theme, "close")
        self.remove.clicked.connect(self.removed)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.addWidget(self.fact)
        self._row.addWidget(self.comparison)
        self._row.addWidget(self.remove)
        self._show(rule)
        self.fact.activated.connect(self._change_fact)
        self.comparison.activated.connect(self._change_comparison)

    @property
    def value(self) -> QWidget | None:
        """The widget for the value, if the comparison needs one."""
        return self._value

    def rule(self) -> Rule:
        """Return the rule as it is now."""
        rule = self._comparisons[self.comparison.currentIndex()][1]
        match rule:
            case TextRule():
                return replace(rule, values=self._value.values())
            case NumberRule():
                low, high = self._value.low.value(), self._value.high.value()
                return _with_numbers(rule, low, high)
            case DateRule():
                first, last = self._value.days()
                return _with_days(rule, first, last)
            case SpanRule():
                count, unit = self._value.span()
                return replace(rule, count=count, unit=unit)
            case SoundRule():
                track_ids, least = self._value.value()
                return replace(rule, track_ids=track_ids, least=least)
            case PlaylistRule():
                return replace(rule, name=self._value.currentText())
            case _:
                return rule

    def _facts(self) -> list[tuple[str, object]]:
        return [
            *((field_name(field), field) for field in Field),
            (self.tr("Liked"), LIKED),
            (self.tr("Sounds like"), SOUND),
            (self.tr("Sounds like what was played lately"), LATELY),
            (self.tr("Playlist"), PLAYLIST),
        ]

    def _show(self, rule: Rule) -> None:
        """Show a rule: its fact, the comparisons that there are, and its value."""
        kind = _fact_of(rule)
        self.fact.setCurrentIndex([data for _, data in self._facts()].index(kind))
        self._comparisons = self._alternatives(kind, rule)
        self.comparison.clear()
        for text, _ in self._comparisons:
            self.comparison.addItem(text)
        alike = [n for n, (_, other) in enumerate(self._comparisons) if _alike(other, rule)]
        if not alike:
            # A rule without a value says nothing; begin with what it could say.
            rule = self._comparisons[0][1]
        self.comparison.setCurrentIndex(alike[0] if alike else 0)
        self.comparison.setVisible(len(self._comparisons) > 1)
        self._show_value(rule)

    def _show_value(self, rule: Rule) -> None:
        if self._value is not None:
            self._row.removeWidget(self._value)
            self._value.hide()
            self._value.deleteLater()
        self._value = self._editor(rule)
        if self._value is not None:
            self._value.setAccessibleName(self.tr("Value"))
            self._row.insertWidget(2, self._value, 1)
            self.setTabOrder(self.comparison, self._value)
            self.setTabOrder(self._value, self.remove)
        self._row.setStretch(1, 0 if self._value is not None else 1)

    def _change_fact(self) -> None:
        self._show(_new_rule(self.fact.currentData()))
        self.changed.emit()

    def _change_comparison(self) -> None:
        # What was entered stays, where it fits.
        rule = self._comparisons[self.comparison.currentIndex()][1]
        before = self._entered()
        self._show_value(_carried_over(rule, before) if before is not None else rule)
        self.changed.emit()

    def _entered(self) -> Any:
        match self._value:
            case ValuesEdit() | FolderEdit():
                return self._value.values()
            case NumberEdit():
                return self._value.low.value(), self._value.high.value()
            case DatesEdit():
                return self._value.days()
            case SpanEdit():
                return self._value.span()
            case SoundEdit():
                return self._value.value()
            case PlaylistEdit():
                return self._value.currentText()
            case _:
                return None

    def _editor(self, rule: Rule) -> QWidget | None:
        match rule:
            case TextRule(field=Field.FOLDER, match=TextMatch.IS, values=values):
                folder = FolderEdit(values, self._help.theme)
                folder.changed.connect(self.changed)
                return folder
            case TextRule(field=field, values=values):
                line = ValuesEdit(values)
                line.textChanged.connect(self.changed)
                self._help.known(field, partial(_offer, line))
                return line
            case NumberRule(field=field, low=low, high=high):
                decimals = {Field.LENGTH: 2, Field.RATING: 1}.get(field, 0)
                both = low is not None and high is not None and not _is_one(rule)
                one = low if low is not None else high
                other = high if high is not None else low
                number = NumberEdit(one or 0.0, other or 0.0, decimals=decimals, both=both)
                number.changed.connect(self.changed)
                return number
            case DateRule(first=first, last=last):
                today = datetime.date.today()
                both = first is not None and last is not None and not _is_one(rule)
                dates = DatesEdit(first or last or today, last or first or today, both=both)
                dates.changed.connect(self.changed)
                return dates
            case SpanRule(count=count, unit=unit):
                span = SpanEdit(count, unit)
                span.changed.connect(self.changed)
                return span
            case SoundRule(track_ids=ids, least=least):
                sound = SoundEdit(
                    ids, least, name=self._help.name, pick=self._help.pick, theme=self._help.theme
                )
                sound.changed.connect(self.changed)
                return sound
            case PlaylistRule(name=name):
                playlist = PlaylistEdit(name, self._help.playlists)
                playlist.currentIndexChanged.connect(self.changed)
                return playlist
            case _:
                return None

    def _alternatives(self, kind: object, rule: Rule) -> list[tuple[str, Rule]]:
        """Return the comparisons that a fact has, each with a rule that makes it."""
        found: list[tuple[str, Rule]] = []
        if kind == LIKED:
            return [(self.tr("is liked"), LikedRule()), (self.tr("is not liked"), LikedRule(True))]
        if kind in (SOUND, LATELY):
            ids, least = (rule.track_ids, rule.least) if isinstance(rule, SoundRule) else ((), 0.7)
            return [
                (self.tr("similar to"), SoundRule(ids, least)),
                (self.tr("not similar to"), SoundRule(ids, least, True)),
            ]
        if kind == PLAYLIST:
            name = rule.name if isinstance(rule, PlaylistRule) else ""
            return [
                (self.tr("is in"), PlaylistRule(name)),
                (self.tr("is not in"), PlaylistRule(name, True)),
            ]
        field = Field(str(kind))
        if field in TEXTS:
            for match in TextMatch:
                for negated in (False, True):
                    text = text_match_name(field, match, negated)
                    found.append((text, TextRule(field, match, (), negated)))
        elif field in NUMBERS:
            found += [
                (self.tr("is"), NumberRule(field, 0, 0)),
                (self.tr("is not"), NumberRule(field, 0, 0, True)),
                (self.tr("is at least"), NumberRule(field, 0, None)),
                (self.tr("is at most"), NumberRule(field, None, 0)),
                (self.tr("is between"), NumberRule(field, 0, 1)),
                (self.tr("is not between"), NumberRule(field, 0, 1, True)),
                (self.tr("is not at least"), NumberRule(field, 0, None, True)),
                (self.tr("is not at most"), NumberRule(field, None, 0, True)),
            ]
        elif field in DATES:
            day = datetime.date.today()
            before = day - datetime.timedelta(days=1)
            found += [
                (self.tr("in the last"), SpanRule(field, 30, Unit.DAYS)),
                (self.tr("not in the last"), SpanRule(field, 30, Unit.DAYS, True)),
                (self.tr("on"), DateRule(field, day, day)),
                (self.tr("not on"), DateRule(field, day, day, True)),
                (self.tr("since"), DateRule(field, day, None)),
                (self.tr("until"), DateRule(field, None, day)),
                (self.tr("between"), DateRule(field, before, day)),
                (self.tr("not between"), DateRule(field, before, day, True)),
                (self.tr("not since"), DateRule(field, day, None, True)),
                (self.tr("not until"), DateRule(field, None, day, True)),
            ]
        if field in MAY_BE_UNKNOWN:
            for negated in (False, True):
                found.append((unknown_name(field, negated), UnknownRule(field, negated)))
        return found


def _offer(line: ValuesEdit, values: list[str]) -> None:
    from shiboken6 import isValid

    # The row may be gone when the answer comes.
    if isValid(line):
        line.set_known(values)


def _fact_of(rule: Rule) -> object:
    match rule:
        case LikedRule():
            return LIKED
        case SoundRule(track_ids=ids):
            return LATELY if ids is None else SOUND
        case PlaylistRule():
            return PLAYLIST
        case _:
            return rule.field


def _new_rule(kind: object) -> Rule:
    """Return the rule that a fact begins with."""
    if kind == LIKED:
        return LikedRule()
    if kind in (SOUND, LATELY):
        return SoundRule(() if kind == SOUND else None, 0.5)
    if kind == PLAYLIST:
        return PlaylistRule("")
    field = Field(str(kind))
    if field in TEXTS:
        contains = field in (Field.TITLE, Field.ARTIST, Field.ALBUM)
        return TextRule(field, TextMatch.CONTAINS if contains else TextMatch.IS, ())
    if field in DATES:
        return SpanRule(field, 30, Unit.DAYS)
    if field is Field.YEAR:
        year = datetime.date.today().year
        return NumberRule(field, year - 10, year)
    if field is Field.RATING:
        return NumberRule(field, 4, None)
    return NumberRule(field, 3, 6) if field is Field.LENGTH else NumberRule(field, 1, None)


def _is_one(rule: NumberRule | DateRule) -> bool:
    if isinstance(rule, NumberRule):
        return rule.low is not None and rule.low == rule.high
    return rule.first is not None and rule.first == rule.last


def _shape(rule: Rule) -> object:
    """Return what rules of the same comparison have in common."""
    match rule:
        case TextRule(match=match):
            return match
        case NumberRule(low=low, high=high):
            return low is None, high is None, _is_one(rule)
        case DateRule(first=first, last=last):
            return first is None, last is None, _is_one(rule)
        case _:
            return None


def _alike(one: Rule, other: Rule) -> bool:
    same = type(one) is type(other) and one.negated == other.negated
    return same and _shape(one) == _shape(other)


def _with_numbers(rule: NumberRule, low: float, high: float) -> NumberRule:
    if _is_one(rule):
        return replace(rule, low=low, high=low)
    if rule.low is not None and rule.high is not None:
        return replace(rule, low=low, high=high)
    return replace(rule, low=low) if rule.low is not None else replace(rule, high=low)


def _with_days(rule: DateRule, first: datetime.date, last: datetime.date) -> DateRule:
    if _is_one(rule):
        return replace(rule, first=first, last=first)
    if rule.first is not None and rule.last is not None:
        return replace(rule, first=first, last=last)
    return replace(rule, first=first) if rule.first is not None else replace(rule, last=first)


def _carried_over(rule: Rule, value: Any) -> Rule:
    """Return a rule with the value that was entered for another comparison, where it fits."""
    match rule, value:
        case TextRule(), (*texts,) if all(isinstance(each, str) for each in texts):
            return replace(rule, values=tuple(texts))
        case NumberRule(), (float(low), float(high)):
            both = rule.low is not None and rule.high is not None and not _is_one(rule)
            return _with_numbers(rule, low, high + 1 if both and low == high else high)
        case DateRule(), (datetime.date() as first, datetime.date() as last):
            both = rule.first is not None and rule.last is not None and not _is_one(rule)
            if both and first == last and first > datetime.date.min:
                first -= datetime.timedelta(days=1)
            return _with_days(rule, first, last)
        case SpanRule(), (int(count), Unit() as unit):
            return replace(rule, count=count, unit=unit)
        case SoundRule(), (ids, float(least)):
            return replace(rule, track_ids=ids, least=least)
        case PlaylistRule(), str(name):
            return replace(rule, name=name)
        case _:
            return rule

"""Which tracks match the rules of a smart playlist."""

from __future__ import annotations

import calendar
import datetime
import math
import os
from collections.abc import Callable, Collection
from typing import Protocol

import numpy as np
import numpy.typing as npt

from musicsim.library.query.genres import GenreGroup, has_wildcards, is_any_in_group
from musicsim.playlists.smart.facts import Facts, Mask, Values
from musicsim.playlists.smart.rules import (
    DATES,
    DateRule,
    Field,
    Group,
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
    is_complete,
)

DEEPEST = 20
"""Groups in groups; those further inside match nothing."""


class Clock(Protocol):
    """The time for which rules are evaluated."""

    @property
    def now(self) -> float:
        """The time, in seconds since the epoch."""

    @property
    def zone(self) -> datetime.tzinfo | None:
        """The time zone in which days begin; None for the system's."""


class Surroundings(Clock, Protocol):
    """What rules need to know beside the facts about tracks."""

    def likeness(self, track_ids: tuple[int, ...] | None) -> npt.NDArray[np.floating]:
        """Return how similar each track is to the nearest of some, or of those played lately, if None.

        Shape (N,), from -1 to 1; NaN for tracks without a point.
        """

    def members(self, name: str) -> Collection[int]:
        """Return the tracks in a playlist; none if it does not exist, or refers to this one."""


def matching(group: Group, facts: Facts, around: Surroundings, *, depth: int = 0) -> Mask:
    """Return which tracks match; shape (N,).

    A value that is unknown matches no rule, and so every negated one: "genre is not Rock" includes tracks without a
    genre, and "not played in the last month" those that were never played. Only "rating 0" and a range that begins
    there mean tracks without a rating: no rating is 0 otherwise.
    """
    if depth > DEEPEST:
        return np.zeros(len(facts), bool)
    masks = (
        matching(part, facts, around, depth=depth + 1)
        if isinstance(part, Group)
        else _of_rule(part, facts, around)
        for part in group.parts
        if is_complete(part)
    )
    found: Mask | None = None
    for mask in masks:
        if found is not None:
            mask = found | mask if group.any else found & mask
        found = mask
    if found is None:
        return np.ones(len(facts), bool)
    return ~found if group.negated else found


def _of_rule(rule: Rule, facts: Facts, around: Surroundings) -> Mask:
    found = _matching(rule, facts, around)
    return ~found if rule.negated else found


def _matching(rule: Rule, facts: Facts, around: Surroundings) -> Mask:
    """Return which tracks match a rule, if it were not negated."""
    match rule:
        case TextRule():
            return _has_text(rule, facts)
        case NumberRule(field=field, low=low, high=high):
            values = facts.number(field)
            if field is Field.RATING and 0 in (low, high):
                values = np.nan_to_num(values, nan=0.0)
            return _is_between(values, low, high)
        case DateRule(field=field, first=first, last=last):
            if first is not None and last is not None and first > last:
                first, last = last, first
            start = None if first is None else beginning_of(first, around.zone)
            end = None if last is None else _end_of(last, around.zone)
            times = _times(field, facts, around)
            found = np.isfinite(times)
            found &= (times >= start) if start is not None else True
            found &= (times < end) if end is not None else True
            return found
        case SpanRule(field=field, count=count, unit=unit):
            since = beginning_of(_day_before(today(around), count, unit), around.zone)
            return _times(field, facts, around) >= since
        case UnknownRule(field=field):
            return _is_unknown(field, facts)
        case LikedRule():
            return facts.liked
        case SoundRule(track_ids=track_ids, least=least):
            # Cosines have rounding errors: a track is as similar as can be to itself.
            return np.asarray(around.likeness(track_ids) >= min(max(least, 0.0), 1.0) - 1e-5)
        case PlaylistRule(name=name):
            return facts.rows_mask(around.members(name))


# --- texts ---


def _has_text(rule: TextRule, facts: Facts) -> Mask:
    column = facts.text(rule.field)
    values = [value for value in rule.values if value.strip()]
    if rule.field is Field.FOLDER and rule.match is TextMatch.IS:
        folders = [os.path.normpath(value) for value in values]
        hits = [any(_is_inside(text[0], folder) for folder in folders) for text in column.texts]
    else:
        if rule.field is Field.FORMAT:
            values = [value.strip().lstrip(".") for value in values]
        if rule.match is TextMatch.IS and len(values) > 1:
            # A name with commas in it: Earth, Wind & Fire.
            values.append(", ".join(map(str.strip, values)))
        group: GenreGroup = ()
        if rule.field is Field.GENRE:
            around = _AROUND[rule.match]
            group = tuple(around.format(v.strip()) for v in values if has_wildcards(v))
            values = [value for value in values if not has_wildcards(value)]
        # A text of nothing but an apostrophe is empty when folded.
        wanted = [folded for value in values if (folded := facts.fold(value.strip()))]
        compare = _COMPARE[rule.match]
        hits = [
            any(compare(text, each) for text in texts for each in wanted)
            or (bool(group) and is_any_in_group(texts, group))
            for texts in column.folded
        ]
    return np.array(hits, bool)[column.codes] if hits else np.zeros(len(facts), bool)


def _is_inside(folder: str, other: str) -> bool:
    return folder == other or folder.startswith(other if other.endswith(os.sep) else other + os.sep)


_COMPARE: dict[TextMatch, Callable[[str, str], bool]] = {
    TextMatch.IS: lambda text, wanted: text.strip() == wanted,
    TextMatch.CONTAINS: lambda text, wanted: wanted in text,
    TextMatch.STARTS: lambda text, wanted: text.startswith(wanted),
    TextMatch.ENDS: lambda text, wanted: text.endswith(wanted),
}
_AROUND = {
    TextMatch.IS: "{}",
    TextMatch.CONTAINS: "*{}*",
    TextMatch.STARTS: "{}*",
    TextMatch.ENDS: "*{}",
}
"""The wildcards that say the same of the whole of a genre with wildcards."""


def _is_unknown(field: Field, facts: Facts) -> Mask:
    if field is Field.TITLE:
        return np.fromiter((not track.title.strip() for track in facts.tracks), bool, len(facts))
    if field in (Field.ARTIST, Field.ALBUM, Field.GENRE, Field.FOLDER, Field.FORMAT):
        column = facts.text(field)
        empty = [not any(text.strip() for text in texts) for texts in column.texts]
        return np.array(empty, bool)[column.codes] if empty else np.zeros(len(facts), bool)
    return np.isnan(facts.number(field))


# --- numbers and times ---


def _is_between(values: Values, low: float | None, high: float | None) -> Mask:
    if low is not None and high is not None and low > high:
        low, high = high, low
    found = ~np.isnan(values)
    if low is not None:
        found &= values >= low
    if high is not None:
        found &= values <= high
    return found


def _times(field: Field, facts: Facts, around: Surroundings) -> Values:
    """Return times, of which none is in the future: there a wrong clock has put it."""
    if field not in DATES:
        return np.full(len(facts), np.nan)
    times: Values = np.minimum(facts.number(field), around.now)
    return times


def today(clock: Clock) -> datetime.date:
    """Return the day of now."""
    try:
        return datetime.datetime.fromtimestamp(clock.now, clock.zone).date()
    except (OverflowError, ValueError, OSError):
        return datetime.date.max if clock.now > 0 else datetime.date.min


def beginning_of(day: datetime.date, zone: datetime.tzinfo | None) -> float:
    """Return when a day begins, in seconds since the epoch; days have 23 to 25 hours."""
    midnight = datetime.datetime.combine(day, datetime.time.min, zone)
    try:
        return midnight.timestamp()
    except (OverflowError, ValueError, OSError):
        return -math.inf if day.year < 1970 else math.inf


def _end_of(day: datetime.date, zone: datetime.tzinfo | None) -> float:
    if day == datetime.date.max:
        return math.inf
    return beginning_of(day + datetime.timedelta(days=1), zone)


def _day_before(day: datetime.date, count: int, unit: Unit) -> datetime.date:
    """Return the day so many days, weeks, months or years before another; the first of all if there is none."""
    count = max(count, 0)
    try:
        if unit is Unit.DAYS:
            return day - datetime.timedelta(days=count)
        if unit is Unit.WEEKS:
            return day - datetime.timedelta(weeks=count)
        months = day.year * 12 + day.month - 1 - count * (12 if unit is Unit.YEARS else 1)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return datetime.date(year, month + 1, min(day.day, last))
    except (OverflowError, ValueError):
        return datetime.date.min

"""The rules of a smart playlist: which tracks, in which order, and how many."""

from __future__ import annotations

import datetime
import enum
from dataclasses import dataclass, field


class Field(enum.StrEnum):
    """A fact about a track."""

    TITLE = "title"
    ARTIST = "artist"
    """The artist, each of several, guests among them, and the album's artist."""
    ALBUM = "album"
    GENRE = "genre"
    """The whole tag, and each of several genres in it."""
    FOLDER = "folder"
    FORMAT = "format"
    YEAR = "year"
    LENGTH = "length"
    """In minutes."""
    PLAYS = "plays"
    SKIPS = "skips"
    RATING = "rating"
    """In the tags, in stars; 0 is none."""
    ADDED = "added"
    PLAYED = "played"
    """When it was last played."""


TEXTS = (Field.TITLE, Field.ARTIST, Field.ALBUM, Field.GENRE, Field.FOLDER, Field.FORMAT)
NUMBERS = (Field.YEAR, Field.LENGTH, Field.PLAYS, Field.SKIPS, Field.RATING)
DATES = (Field.ADDED, Field.PLAYED)
MAY_BE_UNKNOWN = (*TEXTS[:4], Field.YEAR, Field.LENGTH, Field.RATING, Field.PLAYED)


class TextMatch(enum.StrEnum):
    """How a text is compared: without case and accents, except a folder with its path."""

    IS = "is"
    """The whole text. A folder is everything in it, at any depth."""
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"


class Unit(enum.StrEnum):
    """A unit of time."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


@dataclass(frozen=True, slots=True)
class TextRule:
    """A text is, or has, one of some values; in those of a genre, ``*`` and ``?`` are wildcards."""

    field: Field
    match: TextMatch
    values: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class NumberRule:
    """A number is between two bounds, both inclusive and in either order; None is open."""

    field: Field
    low: float | None
    high: float | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class DateRule:
    """A time is between two days, both inclusive and in either order; None is open."""

    field: Field
    first: datetime.date | None
    last: datetime.date | None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class SpanRule:
    """A time is in the last days, weeks, months or years: since that day's beginning."""

    field: Field
    count: int
    unit: Unit
    negated: bool = False


@dataclass(frozen=True, slots=True)
class UnknownRule:
    """A tag is empty, or a track was never played."""

    field: Field
    negated: bool = False


@dataclass(frozen=True, slots=True)
class LikedRule:
    """The listener likes the track."""

    negated: bool = False


def percent(share: float) -> int:
    """Return a share as a whole percentage, whatever number a file of rules has for it."""
    return round(min(max(100 * share, -1e9), 1e9))


@dataclass(frozen=True, slots=True)
class SoundRule:
    """A track sounds like one of some tracks.

    Attributes
    ----------
    track_ids
        These tracks; None for those that were played lately.
    least
        The least similarity, from 0 to 1.
    """

    track_ids: tuple[int, ...] | None
    least: float
    negated: bool = False


@dataclass(frozen=True, slots=True)
class PlaylistRule:
    """A track is in the playlist of this name, smart or not."""

    name: str
    negated: bool = False


Rule = (
    TextRule | NumberRule | DateRule | SpanRule | UnknownRule | LikedRule | SoundRule | PlaylistRule
)


@dataclass(frozen=True, slots=True)
class Group:
    """Several rules, of which all or any must hold; without any rule, all tracks match."""

    parts: tuple[Rule | Group, ...] = ()
    any: bool = False
    negated: bool = False


class OrderBy(enum.StrEnum):
    """What a smart playlist is sorted by."""

    TITLE = "title"
    ARTIST = "artist"
    """Then by album, disc and track number."""
    ALBUM = "album"
    GENRE = "genre"
    FOLDER = "folder"
    FORMAT = "format"
    YEAR = "year"
    LENGTH = "length"
    PLAYS = "plays"
    SKIPS = "skips"
    RATING = "rating"
    ADDED = "added"
    PLAYED = "played"
    SIMILARITY = "similarity"
    """To the tracks that it should sound like; the most similar first."""
    RANDOM = "random"
    FLOW = "flow"
    """Each track sounds like the next."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a smart playlist.

    Attributes
    ----------
    number
        Draws the random order; the same number gives the same order.
    """

    by: OrderBy = OrderBy.ARTIST
    descending: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class SmartRules:
    """Everything that makes a smart playlist.

    Attributes
    ----------
    group
        The tracks that match.
    order
        Their order, by which a limit also chooses.
    tracks, minutes
        The most tracks, and the greatest length; None for no limit.
    daily
        Whether it stays the same all day: what was played since midnight doesn't count, and a random order changes
        from day to day.
    known_per_new
        After so many tracks that were played before comes one that never was, all near each other by sound; None for
        no such mix.
    """

    group: Group = field(default_factory=Group)
    order: Order = field(default_factory=Order)
    tracks: int | None = None
    minutes: float | None = None
    daily: bool = False
    known_per_new: int | None = None


def is_complete(part: Rule | Group) -> bool:
    """Return whether a rule says something: one without a value is left out, as if it were not there."""
    match part:
        case Group(parts=parts):
            return any(map(is_complete, parts))
        case TextRule(values=values):
            return any(value.strip() for value in values)
        case NumberRule(low=low, high=high):
            return low is not None or high is not None
        case DateRule(first=first, last=last):
            return first is not None or last is not None
        case SoundRule(track_ids=ids):
            return ids is None or len(ids) > 0
        case PlaylistRule(name=name):
            return bool(name.strip())
        case _:
            return True


def playlists_in(group: Group) -> set[str]:
    """Return the names of the playlists that some rules refer to."""
    names: set[str] = set()
    for part in group.parts:
        if isinstance(part, PlaylistRule):
            names.add(part.name)
        elif isinstance(part, Group):
            names |= playlists_in(part)
    return names


def sounds_in(group: Group) -> list[SoundRule]:
    """Return the rules of sound that must hold, in order."""
    found: list[SoundRule] = []
    for part in group.parts:
        if isinstance(part, SoundRule) and not part.negated and is_complete(part):
            found.append(part)
        elif isinstance(part, Group) and not part.negated:
            found += sounds_in(part)
    return found


def changes_with_time(rules: SmartRules) -> bool:
    """Return whether another day may give another list, although nothing else changes."""

    def has_span(group: Group) -> bool:
        return any(
            isinstance(part, SpanRule) or (isinstance(part, Group) and has_span(part))
            for part in group.parts
        )

    return rules.daily or has_span(rules.group)

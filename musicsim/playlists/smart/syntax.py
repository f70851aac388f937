"""Rules as text that people type and read, such as ``genre is not Rock, Pop`` or ``added in the last 30 days``."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Sequence

from musicsim.playlists.smart.rules import (
    DATES,
    MAY_BE_UNKNOWN,
    NUMBERS,
    TEXTS,
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
    percent,
)
from musicsim.playlists.smart.storing import SmartRulesError

HELP = """\
rules:
  artist is David Bowie            also title, album, genre, format, folder
  genre is not Rock, Pop           neither of them; untagged tracks are included
  genre is *Rock*, Pop?Rock        wildcards: any letters, and any one letter
  title contains night             also "starts" and "ends"; "not contains"
  folder is ~/Music/Jazz           with all folders in it
  year 1990-1999                   also "year 1994-", plays, skips, rating; length in minutes
  not plays 0                      "not" turns any rule around
  added in the last 30 days        also played; days, weeks, months, years
  played not in the last 6 months  includes what was never played
  added 2024-01-01..2024-12-31     from day to day; either may be left out
  played never, rating empty       without the tag
  liked, not liked
  sounds like TRACK at least 70%   or "sounds like lately": what was played lately
  in playlist Sunday               a playlist of that name, or a smart one
  liked or plays 5-                one of several rules
A comma separates values, and "or" separates rules, except between double quotes: artist is "Now or Never".
"""
_WORDS = re.compile(r'"[^"]*"[^\s,]*|[^\s,]+|,')
_SPAN = re.compile(r"in (?:the )?last (\d{1,9}) (day|week|month|year)s?")
_SIMILARITY = re.compile(r"(.*?)(?: at least (\d{1,3}) ?%)?", re.DOTALL)
_DASHES = re.compile(r"\s*[-‐‑‒–—−]\s*")
_NUMBER = r"\d{1,9}(?:\.\d{1,9})?"
_RANGE = re.compile(rf"(?:is )?({_NUMBER})?(?:(-)({_NUMBER})?)?")
_MATCHES = {
    "is": TextMatch.IS,
    "contains": TextMatch.CONTAINS,
    "starts": TextMatch.STARTS,
    "ends": TextMatch.ENDS,
}
_ABSOLUTE = re.compile(r"[/\\~]|\w:")
_VERBS = ("not", "like", "playlist", *_MATCHES)
LIKENESS = 0.7
"""Least similarity where none is given."""

Lookup = Callable[[str], int]
"""Returns the id of the track that a text means."""
FolderOf = Callable[[str], str]
"""Returns the absolute path that a text means."""


def parse_rule(text: str, *, track: Lookup, folder: FolderOf = str) -> Rule | Group:
    """Return the rule that a text states, or a group of which any must hold.

    Raises
    ------
    SmartRulesError
        If it states none.
    """
    parts = [_parse_one(words, text, track, folder) for words in _alternatives(text)]
    return parts[0] if len(parts) == 1 else Group(tuple(parts), any=True)


def _alternatives(text: str) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in _WORDS.findall(text):
        if word.lower() == "or":
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _parse_one(words: Sequence[str], text: str, track: Lookup, folder: FolderOf) -> Rule:
    negated = bool(words) and words[0].lower() == "not"
    words = words[1:] if negated else words
    if not words:
        raise _wrong(text)
    name, rest = words[0].lower(), list(words[1:])
    # “is Not” begins a name.
    for place in range(2 if rest[:1] == ["not"] else 1):
        if rest[place : place + 1] and rest[place].lower() in _VERBS:
            rest[place] = rest[place].lower()
    if rest[:1] == ["not"] or rest[:2] == ["is", "not"]:
        negated = not negated
        rest.remove("not")
    plain = _DASHES.sub("-", " ".join(rest).lower())
    if name == "liked" and not rest:
        return LikedRule(negated)
    if name == "sounds" and rest[:1] == ["like"]:
        return _sound(rest[1:], negated, text, track)
    if (name, *rest[:1]) in (("in", "playlist"), ("playlist", "is")):
        return PlaylistRule(_joined(rest[1:], text), negated)
    if name not in [field.value for field in Field]:
        raise _wrong(text)
    field = Field(name)
    if field in MAY_BE_UNKNOWN and plain in ("empty", "is empty", "never"):
        return UnknownRule(field, negated)
    if field in TEXTS and rest and rest[0] in _MATCHES:
        values = _values(rest[1:], text)
        if field is Field.FOLDER and rest[0] == "is":
            values = tuple(map(folder, _with_commas(values)))
        return TextRule(field, _MATCHES[rest[0]], values, negated)
    if field in NUMBERS and plain and (found := _RANGE.fullmatch(plain)):
        low, dash, high = found.groups()
        if low or high:
            return NumberRule(field, _float(low), _float(high if dash else low), negated)
    if field in DATES:
        if found := _SPAN.fullmatch(plain):
            return SpanRule(field, int(found[1]), Unit(f"{found[2]}s"), negated)
        if (days := _days(plain)) is not None:
            return DateRule(field, *days, negated)
    raise _wrong(text)


def _sound(words: list[str], negated: bool, text: str, track: Lookup) -> SoundRule:
    found = _SIMILARITY.fullmatch(" ".join(words))
    assert found is not None
    least = LIKENESS if found[2] is None else min(int(found[2]), 100) / 100
    names = found[1].split()
    if names == ["lately"]:
        return SoundRule(None, least, negated)
    values = _values(_WORDS.findall(found[1]), text)
    return SoundRule(tuple(map(track, values)), least, negated)


def values_in(text: str) -> tuple[str, ...]:
    """Return the values in a text, which commas separate, except between double quotes."""
    return _separated(_WORDS.findall(text))


def values_text(values: Sequence[str]) -> str:
    """Return values as `values_in` reads them."""
    return ", ".join(map(_quoted, values))


def _separated(words: Sequence[str]) -> tuple[str, ...]:
    values: list[list[str]] = [[]]
    for word in words:
        if word == ",":
            values.append([])
        else:
            values[-1].append(_bare(word))
    return tuple(" ".join(each) for each in values if each)


def _bare(word: str) -> str:
    """Return a word without the quotes around it; others, as in 12", belong to it."""
    return word.replace('"', "") if word.startswith('"') else word


def _values(words: Sequence[str], text: str) -> tuple[str, ...]:
    values = _separated(words)
    if not values or not all(value.strip() for value in values):
        raise _wrong(text)
    return values


def _with_commas(folders: Sequence[str]) -> tuple[str, ...]:
    """Return folders, of which one that begins like no path is the rest of the one before: ~/Music/Jazz, Blues."""
    found: list[str] = []
    for folder in folders:
        if found and _ABSOLUTE.match(found[-1]) and not _ABSOLUTE.match(folder):
            found[-1] += f", {folder}"
        else:
            found.append(folder)
    return tuple(found)


def _joined(words: Sequence[str], text: str) -> str:
    """Return words as one name; a comma belongs to it."""
    name = " ".join(map(_bare, words)).replace(" ,", ",")
    if not name.strip():
        raise _wrong(text)
    return name


def _float(text: str | None) -> float | None:
    return None if text is None else float(text)


def _days(text: str) -> tuple[datetime.date | None, datetime.date | None] | None:
    first, dots, last = text.partition("..")
    if not first and not last:
        return None
    try:
        days = [datetime.date.fromisoformat(day) if day else None for day in (first, last)]
    except ValueError:
        return None
    return (days[0], days[1]) if dots else (days[0], days[0])


def _wrong(text: str) -> SmartRulesError:
    words = [word.lower() for word in _WORDS.findall(text)]
    first = next((word for word in words if word != "not"), "")
    if "or" in words and first in TEXTS:
        hint = f'Write names with “or” between double quotes: {first} is "Now or Never". A comma separates several.'
    elif first in TEXTS:
        hint = f"Rules look like “{first} is Jazz, Blues”, “{first} contains blue” or “{first} is empty”."
    elif first in NUMBERS:
        low, high = {"year": (1990, 1999), "length": (3, 6)}.get(first, (2, 4))
        hint = f"Rules look like “{first} {high}”, “{first} {low}-{high}”, “{first} {low}-” or “{first} -{high}”."
    elif first in DATES:
        hint = f"Rules look like “{first} in the last 30 days” or “{first} 2024-01-01..2024-12-31”."
    else:
        hint = (
            "Rules look like “genre is Rock, Pop”, “year 1990-1999” or “added in the last 30 days”."
        )
    return SmartRulesError(f"“{text}” is no rule. {hint}")


# --- as text ---


def rule_text(part: Rule | Group, *, name: Callable[[int], str]) -> str:
    """Return a rule as `parse_rule` reads it; `name` returns what stands for a track.

    Groups of groups, which can't be typed, are in brackets.
    """
    match part:
        case Group(parts=parts, any=any_of, negated=negated):
            joint = " or " if any_of else " and "
            texts = [rule_text(each, name=name) for each in parts]
            inside = [
                f"({t})" if isinstance(p, Group) else t for p, t in zip(parts, texts, strict=True)
            ]
            text = joint.join(inside)
            return f"not ({text})" if negated else text
        case TextRule():
            values = values_text(part.values)
            words = (part.match, "not") if part.match is TextMatch.IS else ("not", part.match)
            verb = " ".join(words) if part.negated else part.match.value
            return f"{part.field} {verb} {values}"
        case NumberRule(field=field, low=low, high=high):
            numbers = _plain(low) if low == high else f"{_plain(low)}-{_plain(high)}"
            return f"{field} {_not(part)}{numbers}"
        case DateRule(field=field, first=first, last=last):
            days = f"{first or ''}" if first == last else f"{first or ''}..{last or ''}"
            return f"{field} {_not(part)}{days}"
        case SpanRule(field=field, count=count, unit=unit):
            noun = unit.value.removesuffix("s") if count == 1 else unit.value
            return f"{field} {_not(part)}in the last {count} {noun}"
        case UnknownRule(field=field):
            return f"{field} {_not(part)}{'never' if field is Field.PLAYED else 'empty'}"
        case LikedRule():
            return f"{_not(part)}liked"
        case SoundRule(track_ids=ids, least=least):
            names = "lately" if ids is None else ", ".join(_quoted(name(i)) for i in ids)
            return f"{_not(part)}sounds like {names} at least {percent(least)}%"
        case PlaylistRule(name=playlist):
            return f"{_not(part)}in playlist {_quoted(playlist)}"


def _not(part: Rule) -> str:
    return "not " if part.negated else ""


def _quoted(value: str) -> str:
    words = value.lower().split()
    plain = "," not in value and "or" not in words and "not" not in words[:1]
    plain = plain and not any(word.startswith('"') for word in words)
    return (
        value
        if plain and value == " ".join(value.split()) and value
        else '"' + value.replace('"', "") + '"'
    )


def _plain(number: float | None) -> str:
    return "" if number is None else f"{number:.9f}".rstrip("0").rstrip(".")

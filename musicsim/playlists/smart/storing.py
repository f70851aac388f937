"""The rules of a smart playlist as JSON, in which libraries keep them."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math
from collections.abc import Callable
from typing import Any, TypeVar

from musicsim.base.errors import MusicsimError
from musicsim.playlists.smart.matching import DEEPEST
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
    Order,
    OrderBy,
    PlaylistRule,
    Rule,
    SmartRules,
    SoundRule,
    SpanRule,
    TextMatch,
    TextRule,
    Unit,
    UnknownRule,
)

VERSION = 1

T = TypeVar("T")


class SmartRulesError(MusicsimError):
    """Rules can't be read, or ask for something impossible."""


def to_json(rules: SmartRules) -> str:
    """Return rules as JSON: ASCII, whatever bytes a folder's name has."""
    document = {
        "version": VERSION,
        **_group(rules.group),
        "order": {
            "by": rules.order.by.value,
            "descending": rules.order.descending,
            "number": rules.order.number,
        },
        "tracks": rules.tracks,
        "minutes": rules.minutes,
        "daily": rules.daily,
        "known_per_new": rules.known_per_new,
    }
    return json.dumps(document)


def from_json(text: str) -> SmartRules:
    """Return the rules in JSON.

    Raises
    ------
    SmartRulesError
        If they are damaged, or written by a newer musicsim.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SmartRulesError("The rules of this smart playlist can't be read.") from error
    if not isinstance(document, dict):
        raise SmartRulesError("The rules of this smart playlist can't be read.")
    version = document.get("version")
    if type(version) is int and version > VERSION:
        raise SmartRulesError(
            "This smart playlist was made by a newer musicsim: update this one to use it."
        )
    try:
        return _rules(document)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise SmartRulesError("The rules of this smart playlist can't be read.") from error


def renamed(rules: SmartRules, old: str, new: str) -> SmartRules:
    """Return rules that refer to a playlist by its new name."""

    def of_group(group: Group) -> Group:
        return dataclasses.replace(group, parts=tuple(map(of_part, group.parts)))

    def of_part(part: Rule | Group) -> Rule | Group:
        if isinstance(part, Group):
            return of_group(part)
        if isinstance(part, PlaylistRule) and part.name == old:
            return dataclasses.replace(part, name=new)
        return part

    return dataclasses.replace(rules, group=of_group(rules.group))


def _group(group: Group) -> dict[str, Any]:
    return {
        "match": "any" if group.any else "all",
        "negated": group.negated,
        "rules": [_part(part) for part in group.parts],
    }


def _part(part: Rule | Group) -> dict[str, Any]:
    own: dict[str, Any]
    match part:
        case Group():
            return {"kind": "group", **_group(part)}
        case TextRule():
            own = {
                "kind": "text",
                "field": part.field.value,
                "match": part.match.value,
                "values": list(part.values),
            }
        case NumberRule():
            own = {"kind": "number", "field": part.field.value, "low": part.low, "high": part.high}
        case DateRule():
            own = {
                "kind": "date",
                "field": part.field.value,
                "first": part.first and part.first.isoformat(),
                "last": part.last and part.last.isoformat(),
            }
        case SpanRule():
            own = {
                "kind": "span",
                "field": part.field.value,
                "count": part.count,
                "unit": part.unit.value,
            }
        case UnknownRule():
            own = {"kind": "unknown", "field": part.field.value}
        case LikedRule():
            own = {"kind": "liked"}
        case SoundRule():
            ids = None if part.track_ids is None else list(part.track_ids)
            own = {"kind": "sound", "tracks": ids, "least": part.least}
        case PlaylistRule():
            own = {"kind": "playlist", "name": part.name}
    return {**own, "negated": part.negated}


# --- reading; a KeyError, TypeError, ValueError or OverflowError means that it is damaged ---


def _rules(document: dict[str, Any]) -> SmartRules:
    order = document["order"]
    per_new = _or_none(document["known_per_new"], _whole)
    return SmartRules(
        group=_read_group(document, 0),
        order=Order(OrderBy(order["by"]), _yes_or_no(order["descending"]), _whole(order["number"])),
        tracks=_or_none(document["tracks"], _whole),
        minutes=_or_none(document["minutes"], _number),
        daily=_yes_or_no(document["daily"]),
        known_per_new=per_new,
    )


def _read_group(document: dict[str, Any], depth: int) -> Group:
    if depth > DEEPEST or document["match"] not in ("any", "all"):
        raise ValueError("no group")
    return Group(
        tuple(_read_part(part, depth + 1) for part in _list(document["rules"])),
        any=document["match"] == "any",
        negated=_yes_or_no(document["negated"]),
    )


def _read_part(part: dict[str, Any], depth: int) -> Rule | Group:
    if part["kind"] == "group":
        return _read_group(part, depth)
    negated = _yes_or_no(part["negated"])
    match part["kind"]:
        case "text":
            values = tuple(map(_text, _list(part["values"])))
            return TextRule(_field(part, TEXTS), TextMatch(part["match"]), values, negated)
        case "number":
            low, high = _or_none(part["low"], _number), _or_none(part["high"], _number)
            return NumberRule(_field(part, NUMBERS), low, high, negated)
        case "date":
            first, last = _or_none(part["first"], _day), _or_none(part["last"], _day)
            return DateRule(_field(part, DATES), first, last, negated)
        case "span":
            field = _field(part, DATES)
            return SpanRule(field, _whole(part["count"]), Unit(part["unit"]), negated)
        case "unknown":
            return UnknownRule(_field(part, MAY_BE_UNKNOWN), negated)
        case "liked":
            return LikedRule(negated)
        case "sound":
            ids = _or_none(part["tracks"], lambda ids: tuple(map(_whole, _list(ids))))
            return SoundRule(ids, _number(part["least"]), negated)
        case "playlist":
            return PlaylistRule(_text(part["name"]), negated)
        case kind:
            raise ValueError(f"no kind of rule: {kind}")


def _field(part: dict[str, Any], allowed: tuple[Field, ...]) -> Field:
    field = Field(part["field"])
    if field not in allowed:
        raise ValueError(f"no such rule for {field}")
    return field


def _or_none(value: Any, read: Callable[[Any], T]) -> T | None:
    return None if value is None else read(value)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError("no list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _day(value: Any) -> datetime.date:
    return datetime.date.fromisoformat(_text(value))


def _whole(value: Any) -> int:
    if type(value) is not int or abs(value) >= 2**63:
        raise TypeError("no whole number")
    return value


def _number(value: Any) -> float:
    if type(value) not in (int, float) or not math.isfinite(value):
        raise TypeError("no number")
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither yes nor no")
    return value

"""Names of the facts, comparisons and orders of smart playlists, and their rules in words."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from musicsim.playlists.smart.rules import (
    DateRule,
    Field,
    Group,
    LikedRule,
    NumberRule,
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
    is_complete,
    percent,
)
from musicsim.playlists.smart.syntax import values_text
from musicsim.ui.kit import formats


def _tr(text: str) -> str:
    return QCoreApplication.translate("smart", text)


def field_name(field: Field) -> str:
    """Return the name of a fact about a track."""
    return {
        Field.TITLE: _tr("Title"),
        Field.ARTIST: _tr("Artist"),
        Field.ALBUM: _tr("Album"),
        Field.GENRE: _tr("Genre"),
        Field.FOLDER: _tr("Folder"),
        Field.FORMAT: _tr("File format"),
        Field.YEAR: _tr("Year"),
        Field.LENGTH: _tr("Length in minutes"),
        Field.PLAYS: _tr("Times played"),
        Field.SKIPS: _tr("Times skipped"),
        Field.RATING: _tr("Rating in stars"),
        Field.ADDED: _tr("Added"),
        Field.PLAYED: _tr("Last played"),
    }[field]


def order_name(order: OrderBy) -> str:
    """Return the name of an order."""
    if order is OrderBy.RANDOM:
        return _tr("Random")
    if order is OrderBy.FLOW:
        return _tr("Each sounds like the next")
    if order is OrderBy.SIMILARITY:
        return _tr("Most similar first")
    return _tr("Length") if order is OrderBy.LENGTH else field_name(Field(order.value))


def unit_name(unit: Unit) -> str:
    """Return the name of a unit of time."""
    return {
        Unit.DAYS: _tr("days"),
        Unit.WEEKS: _tr("weeks"),
        Unit.MONTHS: _tr("months"),
        Unit.YEARS: _tr("years"),
    }[unit]


def text_match_name(field: Field, match: TextMatch, negated: bool) -> str:
    """Return how a text is compared."""
    if field is Field.FOLDER and match is TextMatch.IS:
        return _tr("is not in") if negated else _tr("is in")
    return {
        (TextMatch.IS, False): _tr("is"),
        (TextMatch.IS, True): _tr("is not"),
        (TextMatch.CONTAINS, False): _tr("contains"),
        (TextMatch.CONTAINS, True): _tr("does not contain"),
        (TextMatch.STARTS, False): _tr("starts with"),
        (TextMatch.STARTS, True): _tr("does not start with"),
        (TextMatch.ENDS, False): _tr("ends with"),
        (TextMatch.ENDS, True): _tr("does not end with"),
    }[match, negated]


def unknown_name(field: Field, negated: bool) -> str:
    """Return how a rule says that a tag is empty, or that a track was never played."""
    if field is Field.PLAYED:
        return _tr("at any time") if negated else _tr("never")
    return _tr("is not empty") if negated else _tr("is empty")


def rules_in_words(rules: SmartRules, name: Callable[[int], str]) -> str:
    """Return rules, order and limits as one line; `name` returns what stands for a track."""
    said = [_group(rules.group, name) or _tr("All tracks")]
    if rules.known_per_new is not None:
        said.append(_tr("one never played after every {0} played").format(rules.known_per_new))
    order = rules.order
    if rules.known_per_new is None:
        way = _tr(", descending") if order.descending and order.by is not OrderBy.RANDOM else ""
        said.append(_tr("Order: {0}").format(order_name(order.by)) + way)
    if rules.tracks is not None:
        said.append(formats.counted("smart", rules.tracks, "at most %n track", "at most %n tracks"))
    if rules.minutes is not None:
        said.append(_tr("at most {0} minutes").format(f"{rules.minutes:g}"))
    if rules.daily:
        said.append(_tr("the same all day"))
    return "  ·  ".join(said)


def _group(group: Group, name: Callable[[int], str]) -> str:
    parts = [part for part in group.parts if is_complete(part)]
    texts = [
        f"({_group(part, name)})" if isinstance(part, Group) else _rule(part, name)
        for part in parts
    ]
    text = (_tr(" or ") if group.any else _tr(" and ")).join(texts)
    return _tr("not ({0})").format(text) if group.negated and text else text


def _rule(rule: Rule, name: Callable[[int], str]) -> str:
    match rule:
        case TextRule(field=field, match=match, values=values, negated=negated):
            how = text_match_name(field, match, negated)
            return f"{field_name(field)} {how} {values_text(values)}"
        case NumberRule(field=field, low=low, high=high, negated=negated):
            return f"{field_name(field)} {_negation(negated)}{_range(low, high)}"
        case DateRule(field=field, first=first, last=last, negated=negated):
            between = f"{first}" if first == last else f"{first or ''} – {last or ''}".strip()
            return f"{field_name(field)} {_negation(negated)}{between}"
        case SpanRule(field=field, count=count, unit=unit, negated=negated):
            how = _tr("not in the last {0} {1}") if negated else _tr("in the last {0} {1}")
            return f"{field_name(field)} {how.format(formats.number(count), unit_name(unit))}"
        case UnknownRule(field=field, negated=negated):
            return f"{field_name(field)} {unknown_name(field, negated)}"
        case LikedRule(negated=negated):
            return _tr("Not liked") if negated else _tr("Liked")
        case SoundRule(track_ids=ids, least=least, negated=negated):
            what = (
                _tr("what was played lately")
                if ids is None
                else ", ".join(map(name, ids[:3])) + ("…" if len(ids) > 3 else "")
            )
            text = _tr("Sounds unlike {0} ({1} %)") if negated else _tr("Sounds like {0} ({1} %)")
            return text.format(what, percent(least))
        case PlaylistRule(name=playlist, negated=negated):
            return (_tr("Not in “{0}”") if negated else _tr("In “{0}”")).format(playlist)


def _negation(negated: bool) -> str:
    return _tr("not ") if negated else ""


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return _tr("at most {0}").format(f"{high:g}")
    if high is None:
        return _tr("at least {0}").format(f"{low:g}")
    return f"{low:g}" if low == high else f"{low:g}–{high:g}"

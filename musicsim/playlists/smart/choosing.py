"""The order of a smart playlist, and how many of the tracks that match are in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from musicsim.playlists.flow import order_by_flow
from musicsim.playlists.smart.facts import Facts, Mask, Rows, Values
from musicsim.playlists.smart.matching import Surroundings, matching, today
from musicsim.playlists.smart.rules import (
    NUMBERS,
    Field,
    Order,
    OrderBy,
    SmartRules,
    sounds_in,
)
from musicsim.similarity.space import Vectors

MOST_IN_FLOW = 300
"""Tracks that are put in the order of flow; the others follow."""
_CANDIDATES = 4000
"""Tracks that were played among which a mix looks for near ones."""
_STARTS = 24
"""Tracks among which the next part of a mix begins with the one nearest to the last part."""
_TYPICAL_MINUTES = 4.0
"""Length of tracks that state none, if no other does."""


class Points(Protocol):
    """Where tracks are by sound."""

    def points(self, track_ids: Sequence[int]) -> tuple[Rows, Vectors]:
        """Return which of some tracks (n,) have a point, as places in the sequence, and these points (k, D)."""


class World(Surroundings, Points, Protocol):
    """All that is needed beside the facts."""


def choose(rules: SmartRules, facts: Facts, world: World, *, unwanted: Mask) -> tuple[Rows, Rows]:
    """Return the rows of a smart playlist's tracks in their order, and of all that match.

    Parameters
    ----------
    unwanted
        Tracks that match, but can't be played or are banned; shape (N,).
    """
    matched = np.flatnonzero(matching(rules.group, facts, world))
    rows = matched[~unwanted[matched]]
    if rules.known_per_new is not None:
        return _mixed(rules, facts, world, rows), matched
    rows = rows[_places(rules, facts, world, rows)]
    rows = _limited(rows, facts, rules.tracks, rules.minutes)
    if rules.order.by is OrderBy.FLOW:
        rows = _in_flow(rows, facts, world)
        rows = rows[::-1] if rules.order.descending else rows
    return rows, matched


def random_keys(ids: Sequence[int] | np.ndarray, number: int) -> np.ndarray:
    """Return a number for each track that depends on its id and a number alone.

    So a random order stays as it is when other tracks come and go. This is SplitMix64: G. L. Steele, D. Lea and C. H.
    Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
    """
    with np.errstate(over="ignore"):
        mixed = np.asarray(ids, np.int64).astype(np.uint64)
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15)
        mixed += np.uint64(number % 2**64) * np.uint64(0xD1B54A32D192ED03)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return mixed ^ (mixed >> np.uint64(31))


def number_of(rules: SmartRules, world: Surroundings) -> int:
    """Return the number that draws a list's random order: for a daily one, another each day."""
    return rules.order.number + (1_000_003 * today(world).toordinal() if rules.daily else 0)


def _places(rules: SmartRules, facts: Facts, world: World, rows: Rows) -> Rows:
    """Return the order of some rows. Ties keep the order of artist, album and track, or of their ids."""
    order = rules.order
    ids = facts.ids[rows]
    match order.by:
        case OrderBy.RANDOM | OrderBy.FLOW:
            # What flows is chosen before: by likeness or, without it, at random.
            sounds = sounds_in(rules.group) if order.by is OrderBy.FLOW else []
            if not sounds:
                return np.argsort(random_keys(ids, number_of(rules, world)), kind="stable")
            return _by_likeness(rules, world, rows)
        case OrderBy.SIMILARITY:
            places = _by_likeness(rules, world, rows)
            return places[::-1] if order.descending else places
        case OrderBy.ARTIST | OrderBy.ALBUM | OrderBy.GENRE | OrderBy.FOLDER | OrderBy.FORMAT:
            return _by_text(order, facts, rows)
        case OrderBy.TITLE:
            titles = facts.text(Field.TITLE)
            keys = [titles.folded[code][0] for code in titles.codes[rows].tolist()]
            return np.array(
                sorted(range(len(rows)), key=keys.__getitem__, reverse=order.descending), np.intp
            )
        case _:
            return _by_number(order, facts, rows)


def _by_likeness(rules: SmartRules, world: World, rows: Rows) -> Rows:
    likeness = np.full(len(rows), np.nan)
    for sound in sounds_in(rules.group):
        likeness = np.fmax(likeness, world.likeness(sound.track_ids)[rows])
    return np.argsort(-np.nan_to_num(likeness, nan=-2.0), kind="stable")


def _by_number(order: Order, facts: Facts, rows: Rows) -> Rows:
    values = facts.number(Field(order.by.value))[rows]
    unknown = np.isnan(values)
    keys = np.where(unknown, 0.0, -values if order.descending else values)
    last_played = np.nan_to_num(facts.number(Field.PLAYED)[rows])
    # The unknown come last in both directions, except that what was never played was played longest ago.
    if order.by is OrderBy.PLAYED:
        unknown = unknown if order.descending else ~unknown
    ties = [-last_played] if Field(order.by.value) in NUMBERS[2:] else []
    return np.lexsort((facts.ids[rows], *ties, keys, unknown))


def _by_text(order: Order, facts: Facts, rows: Rows) -> Rows:
    first = {OrderBy.ARTIST: (Field.ARTIST, Field.ALBUM), OrderBy.ALBUM: (Field.ALBUM,)}
    fields = first.get(order.by, (Field(order.by.value), Field.ARTIST, Field.ALBUM))
    keys: list[Values | Rows] = [facts.ids[rows]]
    tracks = [facts.tracks[row] for row in rows.tolist()]
    folders = facts.text(Field.FOLDER)
    keys.append(np.array([track.track_number or 0 for track in tracks], np.intp))
    keys.append(np.array([track.disc_number or 0 for track in tracks], np.intp))
    # Two albums of one name stay apart.
    keys.append(_ranks(folders.texts)[folders.codes[rows]])
    for field in reversed(fields):
        column = facts.text(field)
        texts = column.folded
        ranks = _ranks(texts)[column.codes[rows]]
        keys.append(-ranks if order.descending and field is fields[0] else ranks)
        if field is fields[0]:
            # Those without come last, in both directions.
            empty = np.array([not text[0] for text in texts], bool)
            keys.append(empty[column.codes[rows]])
    return np.lexsort(keys)


def _ranks(texts: Sequence[tuple[str, ...]]) -> Rows:
    """Return the place of each text in their sorted order, the same for the same texts."""
    places = {text: place for place, text in enumerate(sorted({text[0] for text in texts}))}
    return np.array([places[text[0]] for text in texts], np.intp)


def _limited(rows: Rows, facts: Facts, tracks: int | None, minutes: float | None) -> Rows:
    """Return the first rows that fit; a track that is too long for the rest is passed over."""
    if minutes is not None:
        lengths = _lengths(facts)[rows]
        left = max(minutes, 0.0)
        kept: list[int] = []
        for row, length in zip(rows.tolist(), lengths.tolist(), strict=True):
            if length <= left:
                kept.append(row)
                left -= length
                if left < 0.1 or len(kept) == tracks:
                    break
        rows = np.array(kept, np.intp)
    return rows if tracks is None else rows[: max(tracks, 0)]


def _lengths(facts: Facts) -> Values:
    """Return the minutes of each track; those that are unknown count as the mean."""
    lengths = facts.number(Field.LENGTH)
    known = lengths[np.isfinite(lengths)]
    mean = float(known.mean()) if len(known) else _TYPICAL_MINUTES
    return np.maximum(np.nan_to_num(lengths, nan=mean, posinf=mean, neginf=mean), 0.0)


def _in_flow(rows: Rows, facts: Facts, world: World) -> Rows:
    first, rest = rows[:MOST_IN_FLOW], rows[MOST_IN_FLOW:]
    places, points = world.points(facts.ids[first].tolist())
    if len(places) < 3:
        return rows
    flowing = first[places[order_by_flow(points)]]
    return np.concatenate([flowing, np.delete(first, places), rest])


# --- one new for some known ---


def _mixed(rules: SmartRules, facts: Facts, world: World, rows: Rows) -> Rows:
    """Return tracks that were played, and after every few of them one that never was, near by sound.

    Each part begins with a track near to the part before. Tracks that have no point yet come in their random order.
    """
    assert rules.known_per_new is not None
    keys = random_keys(facts.ids[rows], number_of(rules, world))
    rows = rows[np.argsort(keys, kind="stable")]
    is_known = facts.number(Field.PLAYS)[rows] > 0
    # More than there are make no difference, but would take long to count.
    per_new = max(min(rules.known_per_new, int(is_known.sum())), 1)
    known, new = _Pool(rows[is_known], facts, world), _Pool(rows[~is_known], facts, world)
    most = len(rows) if rules.tracks is None else max(rules.tracks, 0)
    minutes = _lengths(facts)
    total = 0.0
    chosen: list[int] = []
    middle: Vectors | None = None
    while len(chosen) < most and (known or new):
        part: list[int] = []
        around: list[Vectors] = []
        for place in range(per_new + 1):
            pool = new if place == per_new else known
            if not pool:
                continue
            row, point = pool.take(middle, among=_STARTS if place == 0 else None)
            part.append(row)
            if point is not None:
                around = [*around, point] if place else [point]
                middle = np.mean(around, axis=0)
        chosen += part
        total += float(minutes[part].sum())
        if rules.minutes is not None and total >= rules.minutes:
            break
    return _limited(np.array(chosen, np.intp), facts, rules.tracks, rules.minutes)


class _Pool:
    """Tracks that a mix can take, in a random order."""

    def __init__(self, rows: Rows, facts: Facts, world: World) -> None:
        self._rows = rows
        self._left = np.ones(len(rows), bool)
        self._count = len(rows)
        self._first = 0
        self._places, self._points = world.points(facts.ids[rows[:_CANDIDATES]].tolist())

    def __bool__(self) -> bool:
        return self._count > 0

    def take(self, near: Vectors | None, *, among: int | None) -> tuple[int, Vectors | None]:
        """Take the track nearest to a point, or the first; return its row and its point.

        Parameters
        ----------
        among
            How many of the first tracks to look at.
        """
        place, point = -1, None
        candidates = np.flatnonzero(self._left[self._places])[:among]
        if len(candidates):
            best = candidates[0]
            if near is not None:
                best = candidates[int((self._points[candidates] @ near).argmax())]
            place, point = int(self._places[best]), self._points[best]
        else:
            while not self._left[self._first]:
                self._first += 1
            place = self._first
        self._left[place] = False
        self._count -= 1
        return int(self._rows[place]), point

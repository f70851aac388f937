"""Journeys: from one track to another through any number of way-points, in even steps."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, pairwise

import numpy as np

from musicsim.playlists.generators.route import Stop, in_order, shares_of
from musicsim.playlists.neighbourhood import Candidate, Neighbourhood, between
from musicsim.playlists.result import GeneratedPlaylist, Match, seconds
from musicsim.playlists.rules.chooser import MOST_LEFT_OUT, Chooser, LeftOut
from musicsim.playlists.rules.rules import Rules
from musicsim.playlists.rules.spacing import Spacing
from musicsim.playlists.way import Lengths, Rows, all_lengths, chords, evenest_way
from musicsim.similarity.space import Vectors, similarity

LONGEST = 1000
"""Tracks of the longest journey: the search for a longer one would take minutes."""
_LOOK_OUTS = 12
"""Points of the way around which tracks are looked for; at least one for each leg that has tracks between its stops."""
_AROUND = 64
"""Tracks that are taken around each of these points; more for a long journey."""
_LOOKED_AT = 400
"""Tracks around a point that are looked at for those that the rules allow."""
_CHOICE = 100
"""Tracks near each place of the way among which the journey chooses; more for a long one."""
_MOST_CHOICE = 400
"""Tracks up to which all of them are compared with all of the next place's; at 1,000 places, more would take 30 GB."""
_MOST_TRIES = 30
"""Ways that are tried until the rules allow all of one."""
_MOST_LENGTHS = 4
"""Numbers of tracks that are tried to meet a number of minutes."""
_USUAL_SECONDS = 240.0
_SHORTEST_SECONDS = 20.0
"""Of a track, to tell how many make up a number of minutes: a journey from jingle to jingle has also longer ones."""


def journey_through(
    stops: Sequence[Stop],
    neighbourhood: Neighbourhood,
    *,
    rules: Rules,
    length: int = 25,
    minutes: float | None = None,
    rng_seed: int | None = None,
    kept: Mapping[int, Stop] | None = None,
) -> GeneratedPlaylist:
    """Make a playlist that leads from the first stop through the others to the last, in steps as even as possible.

    Places are spread evenly on the great circles from stop to stop, and the tracks near each place are its choice. Of
    all ways through these, `evenest_way` finds one without a step that is much larger than it must be. A track that the
    rules don't allow is excluded, and the way is searched again.

    Parameters
    ----------
    stops
        At least two tracks and their points. They are in the list, whatever the rules say of them.
    neighbourhood
        The library's tracks.
    rules
        The rules for the tracks between the stops.
    length
        Number of tracks, including the stops; at least as many as there are, and at most `LONGEST`.
    minutes
        Length instead: the number of tracks with which the list comes nearest to it.
    rng_seed
        If given, some of the tracks near each place are left out by chance; the same number gives the same playlist.
    kept
        Further stops by their places in the list, from 0, where they stay; also of stops among the others.

    Returns
    -------
    GeneratedPlaylist
        Each match has its similarity to the track before; the first has 1. The list is shorter than `length` if the
        rules leave too few tracks.

    Raises
    ------
    ValueError
        With less than two stops.
    """
    if len(stops) < 2:
        raise ValueError("a journey needs two tracks at least: where it begins and where it ends")
    journey = _Journey(stops, neighbourhood, rules, rng_seed, kept or {})
    if minutes is None:
        return journey.of(length)
    known = [track.tags.duration for track, _ in stops if track.tags.duration]
    average = sum(known) / len(known) if known else _USUAL_SECONDS
    best: GeneratedPlaylist | None = None
    tried: set[int] = set()
    for _ in range(_MOST_LENGTHS):
        length = min(LONGEST, round(60 * minutes / max(average, _SHORTEST_SECONDS)))
        length = max(journey.least, length)
        if length in tried:
            break
        tried.add(length)
        made = journey.of(length)
        if best is None or _miss(made, minutes) < _miss(best, minutes):
            best = made
        average = made.duration / len(made.matches)
    assert best is not None
    return best


def _miss(made: GeneratedPlaylist, minutes: float) -> float:
    return abs(seconds(made.matches) - 60 * minutes)


@dataclass(slots=True)
class _Place:
    """A place on the way: a stop, or a point at which some tracks are near."""

    target: Vectors
    rows: Rows
    """Those of the pool that may be here."""
    is_stop: bool = False


class _Journey:
    """Makes journeys of several lengths through the same stops, among tracks that are looked for once."""

    def __init__(
        self,
        stops: Sequence[Stop],
        neighbourhood: Neighbourhood,
        rules: Rules,
        rng_seed: int | None,
        kept: Mapping[int, Stop],
    ) -> None:
        self._route = stops
        self._kept = kept
        self._stops: Sequence[Stop] = stops
        self._neighbourhood = neighbourhood
        self._rules = rules
        self._rng_seed = rng_seed
        self._hidden_alone: dict[int, LeftOut] = {}
        self._known: dict[int, bool] = {}
        self._pool: list[Candidate] = []
        self._points: Vectors = np.stack([point for _, point in stops])
        self._lengths: Lengths | None = None
        self._looked_for = -1

    @property
    def least(self) -> int:
        """The number of stops."""
        return len(in_order(self._route, self._kept, 0)[0])

    def of(self, length: int) -> GeneratedPlaylist:
        """Return a journey of a number of tracks; of fewer if the rules leave too few."""
        length = min(length, LONGEST)
        self._stops, numbers = in_order(self._route, self._kept, length)
        if self._kept:
            # In a list of another length, they may come in another order.
            self._looked_for = -1
        shares = shares_of(self._stops, length, numbers)
        self._look_for(length, shares)
        hidden = dict(self._hidden_alone)
        places = self._places(length, shares)
        way: list[int] = []
        refused: set[int] = set()
        for _ in range(_MOST_TRIES):
            # A place without a track is left out, so that the list is shorter.
            places = [place for place in places if len(place.rows)]
            targets = np.stack([place.target for place in places])
            choices = [place.rows for place in places]
            way = evenest_way(self._points, choices, targets, self._lengths)
            refused = self._refused(way, places, hidden)
            if not refused:
                break
        way = [row for number, row in enumerate(way) if number not in refused]
        self._lengthen(way, length, numbers)
        matches = [Match(self._pool[way[0]].track, 1.0)]
        matches += [
            Match(
                self._pool[after].track,
                similarity(float(self._points[before] @ self._points[after])),
            )
            for before, after in pairwise(way)
        ]
        for match in matches:
            hidden.pop(match.track.id, None)
        return GeneratedPlaylist(
            "journey",
            tuple(track for track, _ in self._stops),
            tuple(matches),
            dict(Counter(each.reason for each in hidden.values())),
            left_out=tuple(islice(hidden.values(), MOST_LEFT_OUT)),
            wanted=length,
            most=LONGEST if len(matches) >= LONGEST else None,
        )

    def _look_for(self, length: int, shares: Sequence[int]) -> None:
        """Fill the pool: the stops, and tracks around points of the way, unless it already has enough for a length."""
        if length <= self._looked_for:
            return
        # A longer one may be wanted next, if minutes are asked for.
        self._looked_for = 2 * length
        pool = {
            -1 - number: Candidate(track, 1.0, point)
            for number, (track, point) in enumerate(self._stops)
        }
        stop_ids = {track.id for track, _ in self._stops}
        free = sum(shares)
        for (begin, end), share in zip(pairwise(self._stops), shares, strict=True):
            look_outs = min(share, math.ceil(_LOOK_OUTS * share / max(1, free)))
            if not look_outs:
                continue
            around = max(_AROUND, 8 * share // look_outs)
            parts = [number / (look_outs + 1) for number in range(1, look_outs + 1)]
            targets = np.stack([between(begin[1], end[1], part) for part in parts])
            for found in self._neighbourhood.candidates_of_each(targets):
                near = islice(found, max(_LOOKED_AT, 4 * around))
                allowed = (
                    each for each in near if each.track.id not in stop_ids and self._admits(each)
                )
                pool |= {each.track.id: each for each in islice(allowed, around)}
        self._pool = list(pool.values())
        self._points = np.stack([each.point for each in self._pool])
        self._lengths = all_lengths(self._points)

    def _admits(self, candidate: Candidate) -> bool:
        """Return whether the rules allow a track beside the stops alone; each is counted once."""
        track = candidate.track
        if track.id not in self._known:
            chooser = self._chooser()
            self._known[track.id] = chooser.admit(track, candidate.point)
            self._hidden_alone |= {each.track.id: each for each in chooser.left_out}
        return self._known[track.id]

    def _chooser(self) -> Chooser:
        return Chooser(self._rules, self._stops, seeds_count=True)

    def _places(self, length: int, shares: Sequence[int]) -> list[_Place]:
        """Return the stops and the places between them, with the tracks that each may have."""
        rng = None if self._rng_seed is None else random.Random(self._rng_seed)
        count = len(self._stops)
        others = np.arange(count, len(self._pool))
        places = [_Place(self._stops[0][1], np.array([0]), is_stop=True)]
        for number, share in enumerate(shares):
            begin, end = self._stops[number][1], self._stops[number + 1][1]
            for step in range(1, share + 1):
                target = between(begin, end, step / (share + 1))
                rows = others
                wanted = max(_CHOICE, 2 * length)
                if len(others) > min(wanted, _MOST_CHOICE):
                    cosines = self._points[count:] @ target
                    near = np.argsort(-cosines, kind="stable")[:wanted]
                    rows = others[np.sort(_some_of(near, len(places)))]
                if rng is not None:
                    drawn = [row for row in rows.tolist() if rng.random() < 0.5]
                    rows = np.array(drawn) if drawn else rows
                places.append(_Place(target, rows))
            places.append(_Place(end, np.array([number + 1]), is_stop=True))
        return places

    def _refused(
        self, way: Sequence[int], places: Sequence[_Place], hidden: dict[int, LeftOut]
    ) -> set[int]:
        """Return the numbers of the places whose track may not be beside the others of a way.

        At these places, exclude all tracks that may not.
        """
        chooser = self._chooser()
        spacing = Spacing(self._rules)
        passed: set[int] = set()
        refused: set[int] = set()
        for number, (place, row) in enumerate(zip(places, way, strict=True)):
            track = self._pool[row].track
            if place.is_stop:
                spacing.place(track)
            elif spacing.matters and spacing.repetitions(track):
                refused.add(number)
                place.rows = self._not_too_soon(place.rows, spacing)
                continue
            elif row in passed or not self._admit(chooser, row):
                refused.add(number)
            else:
                spacing.place(track)
            passed.add(row)
        left = {row for number in refused for row in places[number].rows.tolist()}
        allowed = self._allowed(chooser, left - passed)
        for number in refused:
            rows = places[number].rows
            places[number].rows = rows[np.isin(rows, allowed)]
        hidden |= {each.track.id: each for each in chooser.left_out}
        return refused

    def _not_too_soon(self, rows: Rows, spacing: Spacing) -> Rows:
        """Return the rows whose artist, album and song may come next."""
        fit = [not spacing.repetitions(self._pool[row].track) for row in rows.tolist()]
        kept: Rows = rows[np.array(fit, bool)]
        return kept

    def _admit(self, chooser: Chooser, row: int) -> bool:
        return chooser.admit(self._pool[row].track, self._pool[row].point)

    def _allowed(self, chooser: Chooser, rows: Iterable[int]) -> list[int]:
        """Return the rows that the rules allow beside the tracks of a list, ascending."""
        return [
            row
            for row in sorted(rows)
            if chooser.allows(self._pool[row].track, self._pool[row].point)
        ]

    def _lengthen(self, way: list[int], length: int, numbers: Mapping[int, int]) -> None:
        """Put tracks into a way that is too short, each where it costs least, as long as the rules allow any.

        Stops that have a place, by their numbers, are not moved beyond it.
        """
        if len(way) >= length:
            return
        count = len(self._stops)
        chooser = self._chooser()
        for row in way:
            if row >= count:
                self._admit(chooser, row)
        left = set(range(count, len(self._pool))) - set(way)
        while len(way) < length and (some := self._allowed(chooser, left)):
            steps = chords(self._points[some] @ self._points[way].T)
            # The larger of the two new steps; of equal ones, the smaller sum.
            larger = np.maximum(steps[:, :-1], steps[:, 1:])
            worse = larger + 1e-3 * (steps[:, :-1] + steps[:, 1:])
            full = [gap for gap in range(len(way) - 1) if _is_full(way, gap + 1, numbers)]
            worse[:, full] = np.inf
            if len(full) == len(way) - 1:
                return
            chosen, gap = np.unravel_index(int(worse.argmin()), worse.shape)
            row = some[int(chosen)]
            self._admit(chooser, row)
            way.insert(int(gap) + 1, row)
            left = set(some) - {row}


def _some_of(near: Rows, number: int) -> Rows:
    """Return the rows that a place of a number chooses among, of those that are near it, the nearest first.

    Of too many, the nearest are for each place, and each of the others for one of some successive places, so that a
    long journey between tracks of one kind has enough.
    """
    if len(near) <= _MOST_CHOICE:
        return near
    parts = math.ceil((len(near) - _CHOICE) / _CHOICE)
    return np.concatenate([near[:_CHOICE], near[_CHOICE + number % parts :: parts]])


def _is_full(way: Sequence[int], place: int, numbers: Mapping[int, int]) -> bool:
    """Return whether one more track at a place of the way would move a stop beyond its own."""
    return any(row in numbers and at >= numbers[row] for at, row in enumerate(way) if at >= place)

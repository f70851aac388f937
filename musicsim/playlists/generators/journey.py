"""Journeys: from one track to another through any number of way-points, in even steps."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.neighbourhood import Candidate, Neighbourhood, between
from musicsim.playlists.result import GeneratedPlaylist, Match, seconds
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Hidden, Rules
from musicsim.similarity.space import Vectors, similarity

_CHOICE = 48
"""Tracks near each place of the way among which the journey chooses."""
_LOOKED_AT = 400
"""Tracks near a place that are looked at for those that the rules allow."""
_EVENNESS = 4
"""Exponent of a step's cost: the larger, the more a single large step counts against many small ones."""
_STRAIGHTNESS = 0.1
"""Cost of being away from the straight way, for each unit that a step of this length would cost."""
_MOST_TRIES = 60
"""Ways that are tried until the rules allow all of one."""
_MOST_LENGTHS = 4
"""Numbers of tracks that are tried to meet a number of minutes."""

Stop = tuple[Track, Vectors]
"""A track that the journey passes, and its point."""


@dataclass(slots=True)
class _Place:
    """A place on the way: a stop, or a point at which some tracks are near."""

    target: Vectors
    choice: list[Candidate]
    excluded: set[int] = field(default_factory=set)
    """Tracks of the choice that the rules don't allow here."""
    is_stop: bool = False

    @property
    def left(self) -> list[Candidate]:
        return [each for each in self.choice if each.track.id not in self.excluded]


def journey_through(
    stops: Sequence[Stop],
    neighbourhood: Neighbourhood,
    *,
    rules: Rules,
    length: int = 25,
    minutes: float | None = None,
    rng_seed: int | None = None,
) -> GeneratedPlaylist:
    """Make a playlist that leads from the first stop through the others to the last, in steps as even as possible.

    Places are spread evenly on the great circles from stop to stop. Of the tracks near each place, those are taken with
    which the sum of the steps' fourth powers is least, by dynamic programming (the Viterbi algorithm [1]_). A track
    that the rules don't allow is excluded, and the way is searched again.

    Parameters
    ----------
    stops
        At least two tracks and their points. They are in the list, whatever the rules say of them.
    neighbourhood
        The library's tracks.
    rules
        The rules for the tracks between the stops.
    length
        Number of tracks, including the stops; at least as many as there are.
    minutes
        Length instead: the number of tracks with which the list comes nearest to it.
    rng_seed
        If given, some of the tracks near each place are left out by chance; the same number gives the same playlist.

    Returns
    -------
    GeneratedPlaylist
        Each match has its similarity to the track before; the first has 1. The list is shorter than `length` if the
        rules leave too few tracks.

    Raises
    ------
    ValueError
        With less than two stops.

    References
    ----------
    .. [1] A. J. Viterbi, "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm", IEEE
       Transactions on Information Theory 13 (2), 260-269, 1967.
    """
    if len(stops) < 2:
        raise ValueError("a journey needs two tracks at least: where it begins and where it ends")
    if minutes is None:
        return _journey(stops, neighbourhood, rules, length, rng_seed)
    known = [track.tags.duration for track, _ in stops if track.tags.duration]
    average = sum(known) / len(known) if known else 240.0
    best: GeneratedPlaylist | None = None
    for _ in range(_MOST_LENGTHS):
        length = max(len(stops), round(60 * minutes / average))
        made = _journey(stops, neighbourhood, rules, length, rng_seed)
        if best is None or _miss(made, minutes) < _miss(best, minutes):
            best = made
        now = made.duration / max(1, len(made.matches))
        if not now or round(60 * minutes / now) == length:
            break
        average = now
    assert best is not None
    return best


def _miss(made: GeneratedPlaylist, minutes: float) -> float:
    return abs(seconds(made.matches) - 60 * minutes)


def _journey(
    stops: Sequence[Stop],
    neighbourhood: Neighbourhood,
    rules: Rules,
    length: int,
    rng_seed: int | None,
) -> GeneratedPlaylist:
    hidden: Counter[Hidden] = Counter()
    rng = None if rng_seed is None else random.Random(rng_seed)
    places = _places(stops, neighbourhood, rules, length, rng, hidden)
    way: list[Candidate] = []
    for _ in range(_MOST_TRIES):
        # A place without a track is left out, so that the list is shorter.
        places = [place for place in places if place.left]
        way = _evenest(places)
        refused = _refused(way, places, stops, rules, hidden)
        if not refused:
            break
        for place, track_id in refused:
            places[place].excluded.add(track_id)
    else:
        way = [c for place, c in enumerate(way) if (place, c.track.id) not in set(refused)]
    matches = [Match(way[0].track, 1.0)]
    matches += [
        Match(after.track, similarity(float(before.point @ after.point)))
        for before, after in pairwise(way)
    ]
    return GeneratedPlaylist(
        "journey", tuple(track for track, _ in stops), tuple(matches), dict(hidden)
    )


def _places(
    stops: Sequence[Stop],
    neighbourhood: Neighbourhood,
    rules: Rules,
    length: int,
    rng: random.Random | None,
    hidden: Counter[Hidden],
) -> list[_Place]:
    """Return the stops and the places between them, with the tracks that each may have."""
    stop_ids = {track.id for track, _ in stops}
    alone = _Alone(rules, stops)
    places = [_stop(stops[0])]
    for (begin, end), between_them in zip(pairwise(stops), _shares(stops, length), strict=True):
        for number in range(1, between_them + 1):
            target = between(begin[1], end[1], number / (between_them + 1))
            near = (
                each
                for each in islice(neighbourhood.candidates(target), _LOOKED_AT)
                if each.track.id not in stop_ids and alone.admits(each)
            )
            choice = list(islice(near, _CHOICE))
            if rng is not None:
                choice = [each for each in choice if rng.random() < 0.5] or choice
            places.append(_Place(target, choice))
        places.append(_stop(end))
    hidden.update(alone.hidden)
    return places


class _Alone:
    """Tells which tracks the rules allow beside the stops, whatever else is in the list; each is counted once."""

    def __init__(self, rules: Rules, stops: Sequence[Stop]) -> None:
        self._rules = rules
        self._stops = stops
        self._known: dict[int, bool] = {}
        self.hidden: Counter[Hidden] = Counter()

    def admits(self, candidate: Candidate) -> bool:
        track_id = candidate.track.id
        if track_id not in self._known:
            chooser = Chooser(self._rules, self._stops, seeds_count=True)
            self._known[track_id] = chooser.admit(candidate.track, candidate.point)
            self.hidden.update(chooser.hidden)
        return self._known[track_id]


def _stop(stop: Stop) -> _Place:
    track, point = stop
    return _Place(point, [Candidate(track, 1.0, point)], is_stop=True)


def _shares(stops: Sequence[Stop], length: int) -> list[int]:
    """Divide the tracks that are no stops among the legs, by their angles."""
    free = max(0, length - len(stops))
    angles = [
        float(np.arccos(np.clip(begin[1] @ end[1], -1.0, 1.0))) for begin, end in pairwise(stops)
    ]
    total = sum(angles) or 1.0
    wanted = [free * angle / total if sum(angles) else free / len(angles) for angle in angles]
    shares = [int(share) for share in wanted]
    # The largest remainders get what is left.
    order = sorted(range(len(wanted)), key=lambda leg: shares[leg] - wanted[leg])
    for leg in order[: free - sum(shares)]:
        shares[leg] += 1
    return shares


def _evenest(places: Sequence[_Place]) -> list[Candidate]:
    """Return the tracks, one for each place, with the least sum of the steps' costs."""
    choices = [place.left for place in places]
    points = [np.stack([each.point for each in choice]) for choice in choices]
    cost = np.zeros(len(choices[0]))
    before: list[np.ndarray] = []
    for place, one, other in zip(places[1:], points[:-1], points[1:], strict=True):
        steps = cost[:, None] + _costs(one @ other.T)
        before.append(steps.argmin(axis=0))
        cost = steps.min(axis=0) + _STRAIGHTNESS * _costs(other @ place.target)
    row = int(cost.argmin())
    rows = [row]
    for come_from in reversed(before):
        row = int(come_from[row])
        rows.append(row)
    return [choice[row] for choice, row in zip(choices, reversed(rows), strict=True)]


def _costs(cosines: np.ndarray) -> np.ndarray:
    chords = np.sqrt(np.maximum(2.0 - 2.0 * cosines.astype(np.float64), 0.0))
    costs: np.ndarray = chords**_EVENNESS
    return costs


def _refused(
    way: Sequence[Candidate],
    places: Sequence[_Place],
    stops: Sequence[Stop],
    rules: Rules,
    hidden: Counter[Hidden],
) -> list[tuple[int, int]]:
    """Return the places whose track the rules don't allow beside the others of a way, and these tracks."""
    chooser = Chooser(rules, stops, seeds_count=True)
    taken: set[int] = set()
    refused: list[tuple[int, int]] = []
    for number, (place, candidate) in enumerate(zip(places, way, strict=True)):
        if place.is_stop:
            continue
        track_id = candidate.track.id
        if track_id in taken or not chooser.admit(candidate.track, candidate.point):
            refused.append((number, track_id))
        else:
            taken.add(track_id)
    hidden.update(chooser.hidden)
    return refused

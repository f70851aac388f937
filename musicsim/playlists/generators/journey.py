"""Journeys: from one track to another through any number of way-points, in even steps."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
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
"""Tracks near each place of the way among which the journey chooses; more for a long one."""
_LOOKED_AT = 400
"""Tracks near a place that are looked at for those that the rules allow."""
_EVENNESS = 12
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
    """Tracks of the choice that the rules don't allow here, or that were left out by chance."""
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
    which the sum of a high power of the steps is least, by dynamic programming (the Viterbi algorithm [1]_). A track
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
    choice = {each.track.id: each for place in places for each in place.choice}
    for _ in range(_MOST_TRIES):
        # A place without a track is left out, so that the list is shorter.
        places = [place for place in places if place.left]
        way = _evenest(places)
        refused = _refused(way, places, stops, rules, hidden)
        if not refused:
            break
    else:
        way = [candidate for number, candidate in enumerate(way) if number not in refused]
    _lengthen(way, choice, stops, rules, length)
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
            choice = list(islice(near, max(_CHOICE, 2 * length)))
            drawn = choice if rng is None else [each for each in choice if rng.random() < 0.5]
            left_out = {each.track.id for each in choice} - {each.track.id for each in drawn}
            places.append(_Place(target, choice, left_out if drawn else set()))
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
) -> set[int]:
    """Return the numbers of the places whose track may not be beside the others of a way.

    At these places, exclude all tracks that may not.
    """
    chooser = Chooser(rules, stops, seeds_count=True)
    home = _homes(way, places)
    refused = {
        number
        for number, (place, candidate) in enumerate(zip(places, way, strict=True))
        if not place.is_stop
        and (
            home[candidate.track.id] != number
            or not chooser.admit(candidate.track, candidate.point)
        )
    }
    for number in refused:
        place = places[number]
        place.excluded |= {
            each.track.id
            for each in place.left
            if home.get(each.track.id, number) != number
            or not chooser.allows(each.track, each.point)
        }
    hidden.update(chooser.hidden)
    return refused


def _lengthen(
    way: list[Candidate],
    choice: Mapping[int, Candidate],
    stops: Sequence[Stop],
    rules: Rules,
    length: int,
) -> None:
    """Put tracks into a way that is too short, each where it costs least, as long as the rules allow any."""
    chooser = Chooser(rules, stops, seeds_count=True)
    stop_ids = {track.id for track, _ in stops}
    for candidate in way:
        if candidate.track.id not in stop_ids:
            chooser.admit(candidate.track, candidate.point)
    left = {
        track_id: each
        for track_id, each in choice.items()
        if track_id not in {candidate.track.id for candidate in way}
    }
    while len(way) < length:
        left = {key: each for key, each in left.items() if chooser.allows(each.track, each.point)}
        if not left:
            return
        some = list(left.values())
        costs = _costs(np.stack([each.point for each in some]) @ _stacked(way).T)
        now = _costs(np.sum(_stacked(way[1:]) * _stacked(way[:-1]), axis=1))
        more = costs[:, :-1] + costs[:, 1:] - now
        row, gap = np.unravel_index(int(more.argmin()), more.shape)
        chosen = some[int(row)]
        chooser.admit(chosen.track, chosen.point)
        way.insert(int(gap) + 1, chosen)
        del left[chosen.track.id]


def _stacked(way: Sequence[Candidate]) -> Vectors:
    return np.stack([candidate.point for candidate in way])


def _homes(way: Sequence[Candidate], places: Sequence[_Place]) -> dict[int, int]:
    """Return the number of the place for each track of a way: of several, the nearest to it."""
    home: dict[int, int] = {}
    for number, candidate in enumerate(way):
        before = home.setdefault(candidate.track.id, number)
        nearer = candidate.point @ places[number].target > candidate.point @ places[before].target
        if nearer:
            home[candidate.track.id] = number
    return home

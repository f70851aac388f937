"""From nearest neighbours to lists: similar tracks, and a playlist from seeds."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.result import GeneratedPlaylist, Match, SimilarTracks, seconds
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Rule, Rules
from musicsim.similarity.space import Vectors, similarity

_WIDEST = 11
"""With the largest variety, tracks are chosen among so many more than are wanted: 300 for 25."""


@dataclass(frozen=True, slots=True)
class Source:
    """Tracks near one seed, or near the middle of several.

    Attributes
    ----------
    candidates
        Nearest first; consumed only as far as necessary.
    weight
        Its share of the list, compared to other sources.
    seed
        The number of the seed.
    points
        The points of the seed, from which varied tracks must differ; shape (N, D).
    """

    candidates: Iterable[Candidate]
    weight: float = 1.0
    seed: int = 0
    points: Vectors | None = None


@dataclass(frozen=True, slots=True)
class Unwanted:
    """What a list should not sound like.

    Attributes
    ----------
    points
        Shape (N, D).
    weights
        Shape (N,). With 1, a track must be nearer to its seed than to the point.
    """

    points: Vectors
    weights: Vectors

    def is_nearer(self, candidate: Candidate) -> bool:
        """Return whether a track sounds more like this than like the seed for which it was found."""
        nearness = (self.points @ candidate.point) * self.weights
        return bool(nearness.max() > max(candidate.cosine, 0.0))


def similar_tracks(
    seed: Track | None,
    point: Vectors,
    candidates: Iterable[Candidate],
    *,
    rules: Rules,
    limit: int,
) -> SimilarTracks:
    """Choose the tracks most similar to a seed.

    Parameters
    ----------
    seed, point
        The track, if it is in the library, and its point (D,).
    candidates
        Nearest first; consumed only as far as necessary.
    rules
        The rules for the list.
    limit
        The largest number of tracks.
    """
    chooser = Chooser(rules, [(seed, point)] if seed else [], seeds_count=False)
    matches: list[Match] = []
    for candidate in candidates:
        if len(matches) >= limit:
            break
        if seed is not None and candidate.track.id == seed.id:
            continue
        if chooser.admit(candidate.track, candidate.point):
            matches.append(_match(candidate))
    # An approximate index may return a near track late.
    matches.sort(key=lambda match: -match.similarity)
    return SimilarTracks(seed, tuple(matches), dict(chooser.hidden), chooser.left_out)


def playlist_from(
    seeds: Sequence[tuple[Track, Vectors]],
    sources: Sequence[Source],
    *,
    rules: Rules,
    length: int = 25,
    minutes: float | None = None,
    rng_seed: int | None = None,
    variety: float = 0.0,
    mode: str = "similar",
    unwanted: Unwanted | None = None,
) -> GeneratedPlaylist:
    """Make a playlist of seeds and of tracks near them.

    Where the rules leave too few tracks, they are relaxed step by step; see `Chooser.relax`.

    Parameters
    ----------
    seeds
        The tracks that are in the list anyway, at its beginning, and their points.
    sources
        Where the other tracks come from, in turn, so that each gets its share of the list.
    rules
        The rules for the list.
    length
        Number of tracks, including seeds.
    minutes
        Length instead: the list ends with the track that reaches it.
    rng_seed
        If given, draw the playlist from twice as many of the nearest tracks; the same number gives the same playlist.
        If None, use the nearest.
    variety
        From 0, the nearest tracks, to 1: tracks of a wide neighbourhood that sound unlike each other.
    mode
        The name of the mode in the result.
    unwanted
        What the list should not sound like.
    """
    chooser = Chooser(
        rules, seeds, seeds_count=True, length=None if minutes else length, minutes=minutes
    )
    chosen = [Match(track, 1.0) for track, _ in seeds]

    def full(more: Sequence[Match], times: int = 1) -> bool:
        if minutes is None:
            return len(more) >= times * (length - len(seeds))
        return seconds(more) >= times * (60 * minutes - seconds(chosen))

    known = {track.id for track, _ in seeds}
    offered: dict[int, tuple[Candidate, int]] = {}
    pool: list[Match] = []
    times = 1 if rng_seed is None else 2
    supplies = [_Supply(source, variety, length) for source in sources]
    for supply, candidate in _in_turn(supplies):
        if full(pool, times) or chooser.has_deferred_enough:
            break
        if candidate.track.id in known:
            continue
        known.add(candidate.track.id)
        let_in = candidate.track.id in rules.let_in
        if unwanted is not None and not let_in and unwanted.is_nearer(candidate):
            chooser.hide(candidate.track, Rule.UNLIKE)
        elif chooser.admit(candidate.track, candidate.point):
            pool.append(_match(candidate, supply.source.seed))
            supply.count += 1
        else:
            offered[candidate.track.id] = candidate, supply.source.seed
    pool.extend(_match(*offered[track_id]) for track_id in chooser.relax(lambda: full(pool)))
    if rng_seed is not None:
        # A track that the listener let in is not left to chance.
        pool = sorted(_draw(pool, rng_seed), key=lambda match: match.track.id not in rules.let_in)
    drawn: list[Match] = []
    for match in pool:
        if full(drawn):
            break
        drawn.append(match)
    drawn.sort(key=lambda match: -match.similarity)
    return GeneratedPlaylist(
        mode,
        tuple(track for track, _ in seeds),
        (*chosen, *drawn),
        dict(chooser.hidden),
        left_out=chooser.left_out,
        wanted=length if minutes is None else None,
        wanted_minutes=minutes,
    )


class _Supply:
    """The candidates of one source, and how many of them joined the list."""

    def __init__(self, source: Source, variety: float, wanted: int) -> None:
        self.source = source
        self.count = 0
        self.candidates = iter(source.candidates)
        if variety > 0:
            points = [] if source.points is None else list(source.points)
            self.candidates = _by_marginal_relevance(
                self.candidates, points, variety, wanted=wanted
            )

    @property
    def share(self) -> float:
        """How much of its share it has."""
        return (self.count + 0.5) / self.source.weight


def _in_turn(supplies: Sequence[_Supply]) -> Iterator[tuple[_Supply, Candidate]]:
    """Yield the next candidate of the source that has the least of its share, until all are empty."""
    left = list(supplies)
    while left:
        supply = min(left, key=lambda each: each.share)
        candidate = next(supply.candidates, None)
        if candidate is None:
            left.remove(supply)
        else:
            yield supply, candidate


def _by_marginal_relevance(
    candidates: Iterable[Candidate], seeds: Sequence[Vectors], variety: float, *, wanted: int
) -> Iterator[Candidate]:
    """Yield candidates in the order of maximal marginal relevance: near the seed, but unlike those before.

    Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
    summaries", SIGIR 1998. Their lambda is `1 - variety / 2`: beyond that, only the contrast would count.

    Parameters
    ----------
    seeds
        Points that come before all candidates.
    wanted
        The length of the list. The neighbourhood is up to `1 + _WIDEST * variety` times as large; what is beyond it
        follows, the nearest first.
    """
    supply = iter(candidates)
    near = list(islice(supply, round(wanted * (1 + _WIDEST * variety))))
    if near:
        points = np.stack([candidate.point for candidate in near])
        relevance = np.array([candidate.cosine for candidate in near])
        likeness = np.full(len(near), -1.0)
        for seed in seeds:
            likeness = np.maximum(likeness, points @ seed)
        contrast = variety / 2
        for _ in range(len(near)):
            row = int(((1 - contrast) * relevance - contrast * likeness).argmax())
            yield near[row]
            likeness = np.maximum(likeness, points @ points[row])
            relevance[row] = -np.inf
    yield from supply


def _draw(pool: Sequence[Match], rng_seed: int) -> list[Match]:
    """Return the pool in a random order in which nearer tracks tend to come earlier.

    Each gets the key u ** (1 / weight) with u uniform in (0, 1). This is weighted sampling without replacement:
    Efraimidis and Spirakis, "Weighted random sampling with a reservoir", Information Processing Letters 97, 2006.
    """
    rng = random.Random(rng_seed)
    weights = np.linspace(1.0, 0.2, len(pool)).tolist()
    keys = [rng.random() ** (1 / weight) for weight in weights]
    return [pool[i] for i in sorted(range(len(pool)), key=lambda i: -keys[i])]


def _match(candidate: Candidate, found_for: int | None = None) -> Match:
    return Match(candidate.track, similarity(candidate.cosine), found_for)

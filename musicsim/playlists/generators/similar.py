"""From nearest neighbours to lists: similar tracks, and a playlist from seeds."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.result import GeneratedPlaylist, Match, SimilarTracks, seconds
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Rules
from musicsim.similarity.space import Vectors, similarity

_WIDEST = 11
"""With the largest variety, tracks are chosen among so many more than are wanted: 300 for 25."""


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
    return SimilarTracks(seed, tuple(matches), dict(chooser.hidden))


def playlist_from(
    seeds: Sequence[tuple[Track, Vectors]],
    candidates: Iterable[Candidate],
    *,
    rules: Rules,
    length: int = 25,
    minutes: float | None = None,
    rng_seed: int | None = None,
    variety: float = 0.0,
    mode: str = "similar",
) -> GeneratedPlaylist:
    """Make a playlist of seeds and the tracks nearest to a point, such as the middle of the seeds.

    Parameters
    ----------
    seeds
        The seed tracks and their points.
    candidates
        Nearest to the seeds' mean point first; consumed only as far as necessary.
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
    """
    chooser = Chooser(rules, seeds, seeds_count=True)
    chosen = [Match(track, 1.0) for track, _ in seeds]
    seed_ids = {track.id for track, _ in seeds}

    def full(more: Sequence[Match], times: int = 1) -> bool:
        if minutes is None:
            return len(more) >= times * (length - len(seeds))
        return seconds(more) >= times * (60 * minutes - seconds(chosen))

    pool: list[Match] = []
    others: Iterator[Candidate] = (
        candidate for candidate in candidates if candidate.track.id not in seed_ids
    )
    if variety > 0:
        points = [point for _, point in seeds]
        others = _by_marginal_relevance(others, points, variety, wanted=length)
    for candidate in others:
        if full(pool, times=1 if rng_seed is None else 2):
            break
        if chooser.admit(candidate.track, candidate.point):
            pool.append(_match(candidate))
    if rng_seed is not None:
        pool = _draw(pool, rng_seed)
    drawn: list[Match] = []
    for match in pool:
        if full(drawn):
            break
        drawn.append(match)
    drawn.sort(key=lambda match: -match.similarity)
    return GeneratedPlaylist(
        mode, tuple(track for track, _ in seeds), (*chosen, *drawn), dict(chooser.hidden)
    )


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


def _match(candidate: Candidate) -> Match:
    return Match(candidate.track, similarity(candidate.cosine))

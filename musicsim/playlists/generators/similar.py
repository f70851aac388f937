"""From nearest neighbours to lists: similar tracks, and a playlist from seeds."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.result import GeneratedPlaylist, Match, SimilarTracks, seconds
from musicsim.playlists.rules.chooser import Chooser
from musicsim.playlists.rules.rules import Rules
from musicsim.similarity.space import Vectors, similarity


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
) -> GeneratedPlaylist:
    """Make a playlist in the mode "similar": the seeds, then the tracks nearest to their mean point.

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
    """
    chooser = Chooser(rules, seeds, seeds_count=True)
    chosen = [Match(track, 1.0) for track, _ in seeds]
    seed_ids = {track.id for track, _ in seeds}

    def full(more: Sequence[Match], times: int = 1) -> bool:
        if minutes is None:
            return len(more) >= times * (length - len(seeds))
        return seconds(more) >= times * (60 * minutes - seconds(chosen))

    pool: list[Match] = []
    for candidate in candidates:
        if full(pool, times=1 if rng_seed is None else 2):
            break
        if candidate.track.id not in seed_ids and chooser.admit(candidate.track, candidate.point):
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
        "similar", tuple(track for track, _ in seeds), (*chosen, *drawn), dict(chooser.hidden)
    )


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

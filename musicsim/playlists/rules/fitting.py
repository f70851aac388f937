"""Rules as they are meant for a list's seeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from musicsim.library.query.genres import GenreGroup, groups_of
from musicsim.library.types import Track
from musicsim.playlists.rules.rules import Rules
from musicsim.playlists.rules.season import season_of

_LEAST_SHARE = 0.2
"""The share of the seeds for which rules change: one of five tracks, but not the one carol of an artist."""


def fitted_to(rules: Rules, seeds: Sequence[Track]) -> Rules:
    """Return rules that don't contradict the seeds, which the listener chose.

    If seeds are shorter than a track may be, half of their length is the limit; if they are longer, twice their length.
    If seeds are seasonal, seasonal music may come at any time. Of the genre groups, those of the seeds are left;
    without any, every genre may come. What is true of less than a fifth of them changes nothing.
    """
    minutes = [seed.tags.duration / 60 for seed in seeds if seed.tags.duration]
    shortest, longest, today = rules.shortest, rules.longest, rules.today
    if shortest is not None:
        short = [each for each in minutes if each < shortest]
        shortest = min(short) / 2 if _are_many(short, minutes) else shortest
    if longest is not None:
        long = [each for each in minutes if each > longest]
        longest = 2 * max(long) if _are_many(long, minutes) else longest
    if today is not None and _are_many([seed for seed in seeds if season_of(seed)], seeds):
        today = None
    return replace(
        rules,
        shortest=shortest,
        longest=longest,
        today=today,
        genre_groups=_groups_of_seeds(rules, seeds),
    )


def _are_many(some: Sequence[object], every: Sequence[object]) -> bool:
    return bool(some) and len(some) >= _LEAST_SHARE * len(every)


def _groups_of_seeds(rules: Rules, seeds: Sequence[Track]) -> tuple[GenreGroup, ...]:
    """Return the groups that many of the seeds are in, or else all that any is in."""
    if not rules.genre_groups:
        return ()
    of_each = [
        groups for seed in seeds if (groups := groups_of(seed.tags.genre, rules.genre_groups))
    ]
    count = Counter(group for groups in of_each for group in groups)
    many = {group for group, times in count.items() if times >= _LEAST_SHARE * len(of_each)}
    return tuple(group for group in rules.genre_groups if group in (many or count))

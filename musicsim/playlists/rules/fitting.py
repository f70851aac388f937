"""Rules as they are meant for a list's seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from musicsim.library.query.genres import groups_of
from musicsim.library.types import Track
from musicsim.playlists.rules.rules import Rules
from musicsim.playlists.rules.season import season_of


def fitted_to(rules: Rules, seeds: Sequence[Track]) -> Rules:
    """Return rules that don't contradict the seeds, which the listener chose.

    If a seed is shorter than a track may be, half of its length is the limit; if one is longer, twice its length. If a
    seed is seasonal, seasonal music may come at any time. Of the genre groups, those of the seeds are left; without
    any, every genre may come.
    """
    minutes = [seed.tags.duration / 60 for seed in seeds if seed.tags.duration]
    shortest, longest = rules.shortest, rules.longest
    if minutes and shortest is not None and min(minutes) < shortest:
        shortest = min(minutes) / 2
    if minutes and longest is not None and max(minutes) > longest:
        longest = 2 * max(minutes)
    groups = frozenset(
        group for seed in seeds for group in groups_of(seed.tags.genre, rules.genre_groups)
    )
    return replace(
        rules,
        shortest=shortest,
        longest=longest,
        today=None if any(season_of(seed) for seed in seeds) else rules.today,
        genre_groups=tuple(group for group in rules.genre_groups if group in groups),
    )

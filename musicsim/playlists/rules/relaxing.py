"""Relaxing rules for generators that plan a list as a whole; `Chooser.relax` does it track by track."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from musicsim.playlists.rules.rules import Rule, Rules, Window


def loosened(rules: Rules) -> Iterator[Rules]:
    """Yield rules, and then the same with more and more of them relaxed, in the order of `RELAXED_IN_ORDER`."""
    yield rules
    steps: tuple[tuple[Rule, dict[str, object]], ...] = (
        (Rule.KEYS, {"matching_keys": False}),
        (Rule.TEMPO, {"tempo_step": None}),
        (Rule.SONG_WINDOW, {"song_window": Window()}),
        (Rule.ALBUM_WINDOW, {"album_window": Window()}),
        (Rule.ARTIST_WINDOW, {"artist_window": Window()}),
        (Rule.ALBUM, {"max_per_album": _twice(rules.max_per_album)}),
        (Rule.ALBUM, {"max_per_album": None}),
        (Rule.ARTIST, {"max_per_artist": _twice(rules.max_per_artist)}),
        (Rule.ARTIST, {"max_per_artist": None}),
        (Rule.LONG, {"longest": None}),
        (Rule.SHORT, {"shortest": None}),
        (Rule.SEASON, {"today": None}),
        (Rule.GENRE, {"genre_groups": ()}),
    )
    for rule, change in steps:
        if rule not in rules.firm:
            changed = replace(rules, **change)  # type: ignore[arg-type]
            if changed != rules:
                rules = changed
                yield rules


def _twice(limit: int | None) -> int | None:
    return None if limit is None else 2 * limit

"""Order of tracks by facts about them, in the library and in playlists."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from operator import attrgetter
from typing import Any

from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.catalogue.plays import PlayCounts
from musicsim.ui.tracks.facts import NO_MUSIC, TrackFacts
from musicsim.ui.tracks.track_model import Column

_LAST = "\U0010ffff"
"""Sorts after every text."""
_OPINIONS = {Opinion.LIKED: 0, None: 1, Opinion.BANNED: 2}
_NEVER = PlayCounts(0, 0, None)


def fact_key(column: Column, facts: TrackFacts) -> Callable[[int], Any]:
    """Return the key by which the ids of tracks are sorted by a column of facts: `Column.OPINION` or one after it."""
    match column:
        case Column.OPINION:
            opinions = facts.opinions
            return lambda track_id: _OPINIONS[opinions.get(track_id)]
        case Column.PLAYS | Column.LAST_PLAYED:
            plays = facts.plays
            of = attrgetter("plays" if column is Column.PLAYS else "last_played")
            return lambda track_id: of(plays.get(track_id, _NEVER)) or 0
    music = facts.music
    match column:
        case Column.RATING:
            return lambda track_id: music.get(track_id, NO_MUSIC)[2] or 0
        case Column.BPM:
            return lambda track_id: music.get(track_id, NO_MUSIC)[0] or inf
        case Column.KEY:
            return lambda track_id: _musical_key(music.get(track_id, NO_MUSIC)[1])
    raise ValueError(f"the column {column} shows no fact")


def _musical_key(key: str) -> str:
    """Return the sort key of a musical key: 8A comes before 10A."""
    number = key[: len(key) - len(key.lstrip("0123456789"))]
    return f"{number.zfill(2) if number else ''}{key[len(number) :].casefold()}" if key else _LAST

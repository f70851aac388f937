"""The rules between raw nearest neighbours and what a listener is shown, and why they hide a track."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from musicsim.library.query.filters import Filters


@dataclass(frozen=True, slots=True)
class Rules:
    """What may stand in a list of similar tracks.

    Attributes
    ----------
    max_per_artist, max_per_album
        None for no limit. Tracks without an artist or album don't count.
    near_duplicates
        Whether the same sound and other versions of the same song may appear.
    """

    max_per_artist: int | None = 3
    max_per_album: int | None = None
    near_duplicates: bool = False
    filters: Filters = field(default_factory=Filters)


class Rule(enum.Enum):
    """What a rule is about."""

    FILTERS = "filters"
    SAME_SONG = "same song"
    SAME_SOUND = "same sound"
    ARTIST = "artist"
    ALBUM = "album"


@dataclass(frozen=True, slots=True)
class Hidden:
    """Why a track may not stand in a list.

    Attributes
    ----------
    rule
        Which rule is against it.
    limit
        How many the rule allows, where it allows some.
    """

    rule: Rule
    limit: int | None = None

"""The rules that decide which nearest neighbours a listener sees, and the reasons for hiding a track."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from musicsim.library.query.filters import Filters
from musicsim.playlists.rules.bans import Bans


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules for a list of similar tracks.

    Attributes
    ----------
    max_per_artist, max_per_album
        None for no limit. Tracks without an artist or album don't count.
    near_duplicates
        Whether the same sound and other versions of the same song may appear.
    bans
        What the listener never wants to hear. The services add those that are stored.
    """

    max_per_artist: int | None = 3
    max_per_album: int | None = None
    near_duplicates: bool = False
    filters: Filters = field(default_factory=Filters)
    bans: Bans = field(default_factory=Bans)


class Rule(enum.Enum):
    """A kind of rule."""

    FILTERS = "filters"
    BANNED = "banned"
    SAME_SONG = "same song"
    SAME_SOUND = "same sound"
    ARTIST = "artist"
    ALBUM = "album"


@dataclass(frozen=True, slots=True)
class Hidden:
    """The reason why a track may not be in a list.

    Attributes
    ----------
    rule
        The rule against it.
    limit
        The number of tracks that the rule allows, if any.
    """

    rule: Rule
    limit: int | None = None

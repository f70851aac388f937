"""In which order the queue plays, and what happens at its end."""

from __future__ import annotations

import enum


class Shuffle(enum.Enum):
    """How the rest of the list that plays is mixed."""

    OFF = "off"
    TRACKS = "tracks"
    ALBUMS = "albums"
    """Albums in random order; the tracks of each in their own."""
    SIMILAR = "similar"
    """The next track is the nearest that was not played yet."""


class Repeat(enum.Enum):
    """What plays after the last track."""

    OFF = "off"
    ONE = "one"
    """The current track, after itself."""
    ALL = "all"
    """The list, from its beginning."""

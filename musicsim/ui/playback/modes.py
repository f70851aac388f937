"""Shuffle and repeat modes of the queue."""

from __future__ import annotations

import enum


class Shuffle(enum.Enum):
    """Order of the remaining tracks."""

    OFF = "off"
    TRACKS = "tracks"
    ALBUMS = "albums"
    """Albums in random order; the tracks of each in album order."""
    SIMILAR = "similar"
    """The most similar track that was not played yet comes next."""


class Repeat(enum.Enum):
    """Behaviour after the last track."""

    OFF = "off"
    ONE = "one"
    """The current track again."""
    ALL = "all"
    """The list from its beginning."""

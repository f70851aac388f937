"""The facts about tracks that the rules of smart playlists look at."""

from __future__ import annotations

from typing import NamedTuple


class TrackFacts(NamedTuple):
    """The facts about a track that rules look at. Empty text and None mean that a tag is missing."""

    id: int
    file: str
    title: str
    artist: str
    album_artist: str
    artists: tuple[str, ...]
    """One by one, if the tags name them so."""
    album: str
    genre: str
    year: int | None
    disc_number: int | None
    track_number: int | None
    duration: float | None
    """Seconds."""
    added_at: float
    """Seconds since the epoch."""
    missing: bool
    rating: float | None = None
    """From the tags, in stars: half a one to 5."""


class PlayFacts(NamedTuple):
    """How often a track was played and skipped, and when it was last played."""

    plays: int
    skips: int
    last_played: float | None

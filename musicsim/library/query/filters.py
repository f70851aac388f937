"""Filters that select tracks by their tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from musicsim.library.query.folding import fold
from musicsim.library.types import Track

Range = tuple[float | None, float | None]
"""A lower and an upper bound, both inclusive; None is open."""


@dataclass(frozen=True, slots=True)
class Filters:
    """A selection of tracks by their tags.

    Names are compared without case and accents, and match as substrings. Several values of one kind are alternatives;
    all kinds must match.

    Attributes
    ----------
    durations
        In minutes.
    """

    artists: tuple[str, ...] = ()
    not_artists: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    not_genres: tuple[str, ...] = ()
    years: tuple[Range, ...] = ()
    durations: tuple[Range, ...] = ()

    def admit(self, track: Track) -> bool:
        """Return whether a track passes. A track without a year or length fails if one is required."""
        tags = track.tags
        artists = fold(f"{tags.artist}\n{tags.album_artist}")
        genre = fold(tags.genre)
        minutes = None if tags.duration is None else tags.duration / 60
        return (
            (not self.artists or _contains_any(artists, self.artists))
            and not _contains_any(artists, self.not_artists)
            and (not self.genres or _contains_any(genre, self.genres))
            and not _contains_any(genre, self.not_genres)
            and (not self.years or _in_any(tags.year, self.years))
            and (not self.durations or _in_any(minutes, self.durations))
        )


def _contains_any(text: str, names: Iterable[str]) -> bool:
    return any(fold(name).strip() in text for name in names)


def _in_any(value: float | None, ranges: Iterable[Range]) -> bool:
    return value is not None and any(
        (low is None or value >= low) and (high is None or value <= high) for low, high in ranges
    )

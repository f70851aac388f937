"""Filters that select tracks by their tags."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from musicsim.library.query.folding import fold
from musicsim.library.query.genres import has_wildcards, is_in_group
from musicsim.library.types import Track

Range = tuple[float | None, float | None]
"""A lower and an upper bound, both inclusive; None is open."""


@dataclass(frozen=True, slots=True)
class Filters:
    """A selection of tracks by their tags.

    Names are compared without case and accents, and match as substrings. Several values of one kind are alternatives;
    all kinds must match. An empty name filters nothing. In a genre, ``*`` and ``?`` are wildcards; it is then
    matched as a whole.

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
        minutes = None if tags.duration is None else tags.duration / 60
        return (
            self.admit_artists(f"{tags.artist}\n{tags.album_artist}")
            and self.admit_genre(tags.genre)
            and (not self.years or _in_any(tags.year, self.years))
            and (not self.durations or _in_any(minutes, self.durations))
        )

    def admit_artists(self, names: str) -> bool:
        """Return whether tracks of an artist and an album artist, one a line, pass as far as these count."""
        if not (self.artists or self.not_artists):
            return True
        folded = fold(names)
        return _contains_any(folded, self.artists) is not False and not _contains_any(
            folded, self.not_artists
        )

    def admit_genre(self, genre: str) -> bool:
        """Return whether tracks with a genre's tag pass as far as that counts."""
        return _has_any_genre(genre, self.genres) is not False and not _has_any_genre(
            genre, self.not_genres
        )


def is_empty(name: str) -> bool:
    """Return whether a name is empty when folded, so that every text contains it."""
    return not fold(name).strip()


def _contains_any(text: str, names: Sequence[str]) -> bool | None:
    """Return whether a text contains one of the names; None if no name is given."""
    if not names:
        return None
    wanted = [name for name in map(str.strip, map(fold, names)) if name]
    return any(name in text for name in wanted) if wanted else None


def _has_any_genre(genre: str, names: Sequence[str]) -> bool | None:
    """Return whether a tag has one of the genres; None if none is given."""
    if not names:
        return None
    patterns = tuple(name.strip() for name in names if has_wildcards(name))
    found = _contains_any(fold(genre), [name for name in names if not has_wildcards(name)])
    return bool(found) or is_in_group(genre, patterns) if patterns else found


def _in_any(value: float | None, ranges: Iterable[Range]) -> bool:
    return value is not None and any(
        (low is None or value >= low) and (high is None or value <= high) for low, high in ranges
    )

"""What generators make: lists of tracks, each with its similarity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from musicsim.library.types import Track
from musicsim.playlists.rules.rules import Hidden


@dataclass(frozen=True, slots=True)
class Match:
    """A track in a list, and how similar it is to what the list started from: from 0 to 1."""

    track: Track
    similarity: float


@dataclass(frozen=True, slots=True)
class SimilarTracks:
    """The tracks that sound like a seed, the most similar first.

    Attributes
    ----------
    seed
        None where it is a file outside the library.
    hidden
        What the rules left out on the way, and how many.
    """

    seed: Track | None
    matches: tuple[Match, ...]
    hidden: Mapping[Hidden, int]


@dataclass(frozen=True, slots=True)
class GeneratedPlaylist:
    """A playlist: the seeds, and then what is like them."""

    mode: str
    seeds: tuple[Track, ...]
    matches: tuple[Match, ...]
    hidden: Mapping[Hidden, int]

    @property
    def duration(self) -> float:
        """Seconds, of the tracks that say how long they are."""
        return seconds(self.matches)


def seconds(matches: Iterable[Match]) -> float:
    """How long they are together, of those that say how long they are."""
    return sum(match.track.tags.duration or 0.0 for match in matches)

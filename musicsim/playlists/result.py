"""The results of generators: lists of tracks, each with its similarity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from musicsim.library.types import Track
from musicsim.playlists.rules.rules import Hidden


@dataclass(frozen=True, slots=True)
class Match:
    """A track in a list, and its similarity to the seeds: from 0 to 1."""

    track: Track
    similarity: float


@dataclass(frozen=True, slots=True)
class SimilarTracks:
    """The tracks that sound like a seed, the most similar first.

    Attributes
    ----------
    seed
        The seed track; None for a file outside the library.
    hidden
        How many tracks the rules left out, by reason.
    """

    seed: Track | None
    matches: tuple[Match, ...]
    hidden: Mapping[Hidden, int]


@dataclass(frozen=True, slots=True)
class GeneratedPlaylist:
    """A playlist: the seeds, then similar tracks."""

    mode: str
    seeds: tuple[Track, ...]
    matches: tuple[Match, ...]
    hidden: Mapping[Hidden, int]

    @property
    def duration(self) -> float:
        """The total length in seconds, of the tracks with a known length."""
        return seconds(self.matches)


def seconds(matches: Iterable[Match]) -> float:
    """Return the total length in seconds, of the tracks with a known length."""
    return sum(match.track.tags.duration or 0.0 for match in matches)

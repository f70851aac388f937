"""The results of generators: lists of tracks, each with its similarity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from musicsim.library.types import Track
from musicsim.playlists.rules.chooser import LeftOut
from musicsim.playlists.rules.rules import Hidden, Relaxed
from musicsim.playlists.rules.spacing import minutes_of


@dataclass(frozen=True, slots=True)
class Match:
    """A track in a list.

    Attributes
    ----------
    track
        The track.
    similarity
        To what it was found for: the seeds, or the track before it. From 0 to 1.
    found_for
        The number of the seed or of the other track for which it was found; None for a seed.
    """

    track: Track
    similarity: float
    found_for: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class SimilarTracks:
    """The tracks that sound like a seed, the most similar first.

    Attributes
    ----------
    seed
        The seed track; None for a file outside the library.
    hidden
        How many tracks the rules left out, by reason.
    left_out
        The first of them.
    """

    seed: Track | None
    matches: tuple[Match, ...]
    hidden: Mapping[Hidden, int]
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class GeneratedPlaylist:
    """A playlist that was made from seeds.

    Attributes
    ----------
    mode
        The name of the way in which it was made.
    seeds
        The tracks that it was made from.
    matches
        The list.
    hidden
        How many tracks the rules left out, by reason.
    relaxed
        The rules that the list doesn't keep, because they left too little.
    left_out
        The first of the tracks that the rules left out.
    steps
        The similarity of each track to the one before it, from 0 to 1; one less than `matches`.
    wanted, wanted_minutes
        The number of tracks, or of minutes, that was asked for.
    most
        The largest number of tracks that the mode makes, if the list has that many.
    """

    mode: str
    seeds: tuple[Track, ...]
    matches: tuple[Match, ...]
    hidden: Mapping[Hidden, int]
    relaxed: tuple[Relaxed, ...] = ()
    left_out: tuple[LeftOut, ...] = field(default=(), compare=False)
    steps: tuple[float, ...] = field(default=(), compare=False)
    wanted: int | None = None
    wanted_minutes: float | None = None
    most: int | None = None

    @property
    def duration(self) -> float:
        """The total length in seconds; see `seconds`."""
        return seconds(self.matches)

    @property
    def unknown_lengths(self) -> int:
        """How many tracks state no length."""
        return sum(not match.track.tags.duration for match in self.matches)

    @property
    def is_short(self) -> bool:
        """Whether the list is smaller than was asked for: the library has too few tracks, or the mode makes no more.

        A list in minutes is short if it lacks a track of average length: a journey may end before its minutes are full.
        """
        if self.wanted_minutes is not None:
            average = self.duration / max(len(self.matches), 1)
            return 60 * self.wanted_minutes - self.duration > average
        return self.wanted is not None and len(self.matches) < self.wanted


def seconds(matches: Iterable[Match]) -> float:
    """Return the total length in seconds; tracks that state none count as `MINUTES_OF_A_TRACK`.

    If they counted as nothing, a list of an hour would never be full.
    """
    return sum(60 * minutes_of(match.track) for match in matches)

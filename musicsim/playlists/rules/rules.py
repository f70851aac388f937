"""The rules between raw nearest neighbours and what a listener is shown."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from musicsim.library.query.folding import fold
from musicsim.library.types import Track
from musicsim.similarity.space import Vectors

NEAR_DUPLICATE_COSINE = 0.98
"""Other recordings lie below it, and copies of one recording above.

Measured with the starter weights on 409 tracks of game music (benchmarks/quality.py): different recordings reached
0.943 at most, but for three pieces that are there twice, at 0.99; of the demo library, where a synthetic band plays
three pieces with the same instruments, 0.974. Of copies 82 % as FLAC lay above 0.98, 65 % as Opus of 64 kbit/s, and
15 % as MP3 of 96 kbit/s. A worse copy is still told by its tags.
"""

Range = tuple[float | None, float | None]
"""A lower and an upper bound, both inclusive; None is open."""

_VERSION = r"\b(remaster(ed)?|live|edit|version|(re)?mix|mono|stereo|demo|acoustic|instrumental|feat|bonus)\b"
_VERSION_NOTE = re.compile(
    rf"\([^)]*{_VERSION}[^)]*\)|\[[^\]]*{_VERSION}[^\]]*\]|\s-\s[^-]*{_VERSION}.*$"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """Which tracks may appear at all.

    Names are compared without case and accents; a name matches where it is contained. Several of one kind are
    alternatives; different kinds must all hold.

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
        """Whether a track passes; one without a year or a length fails where one is asked for."""
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
    filters: Filters = Filters()


class Chooser:
    """Applies rules to candidates one after the other, and counts what they hid and why.

    Parameters
    ----------
    rules
        The rules.
    seeds
        What the list starts from: their sound and songs must not come again.
    seeds_count
        Whether the seeds stand in the list, so that they count towards the limits.
    """

    def __init__(
        self, rules: Rules, seeds: Iterable[tuple[Track, Vectors]], *, seeds_count: bool
    ) -> None:
        self._rules = rules
        self._points: Vectors | None = None
        self._count = 0
        self._songs: set[tuple[str, str]] = set()
        self._artists: Counter[str] = Counter()
        self._albums: Counter[tuple[str, str]] = Counter()
        self.hidden: Counter[str] = Counter()
        for track, point in seeds:
            self._take(track, point, song_key(track), counts=seeds_count)

    def admit(self, track: Track, point: Vectors) -> bool:
        """Whether a candidate may stand in the list, which it then does."""
        song = song_key(track)
        if (reason := self._objection(track, point, song)) is not None:
            self.hidden[reason] += 1
            return False
        self._take(track, point, song, counts=True)
        return True

    def _take(
        self, track: Track, point: Vectors, song: tuple[str, str] | None, *, counts: bool
    ) -> None:
        if self._points is None or self._count == len(self._points):
            more = np.zeros((max(64, self._count), len(point)), np.float32)
            self._points = more if self._points is None else np.concatenate([self._points, more])
        self._points[self._count] = point
        self._count += 1
        if song is not None:
            self._songs.add(song)
        if counts:
            self._artists[fold(track.artist)] += 1
            self._albums[album_key(track)] += 1

    def _objection(self, track: Track, point: Vectors, song: tuple[str, str] | None) -> str | None:
        rules = self._rules
        if not rules.filters.admit(track):
            return "left out by the filters"
        if not rules.near_duplicates:
            if song in self._songs:
                return "another version of the same song"
            if self._sounds_as_one_of_them(point):
                return "the same sound"
        artist = fold(track.artist)
        limit = rules.max_per_artist
        if limit is not None and artist and self._artists[artist] >= limit:
            return f"more than {limit} by the same artist"
        limit = rules.max_per_album
        if limit is not None and track.tags.album and self._albums[album_key(track)] >= limit:
            return f"more than {limit} from the same album"
        return None

    def _sounds_as_one_of_them(self, point: Vectors) -> bool:
        if self._points is None:
            return False
        return bool((self._points[: self._count] @ point).max() > NEAR_DUPLICATE_COSINE)


def song_key(track: Track) -> tuple[str, str] | None:
    """What all versions of a song share: its artist, and its title without "(live)" and "- 2011 remaster".

    None for a track that says too little of itself.
    """
    if not track.tags.title or not track.artist:
        return None
    title = re.sub(r"\W+", " ", _VERSION_NOTE.sub(" ", fold(track.tags.title))).strip()
    return (fold(track.artist), title) if title else None


def album_key(track: Track) -> tuple[str, str]:
    """What the tracks of an album share: whose it is, and its title, which may be empty."""
    return fold(track.tags.album_artist or track.artist), fold(track.tags.album)


def _contains_any(text: str, names: Iterable[str]) -> bool:
    return any(fold(name).strip() in text for name in names)


def _in_any(value: float | None, ranges: Iterable[Range]) -> bool:
    return value is not None and any(
        (low is None or value >= low) and (high is None or value <= high) for low, high in ranges
    )

"""Applying the rules to candidates, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.rules import Hidden, Rule, Rules
from musicsim.playlists.rules.same_song import song_key
from musicsim.similarity.space import Vectors

NEAR_DUPLICATE_COSINE = 0.98
"""Cosine that separates different recordings, below, from copies of one recording, above.

Measured with the starter weights on 409 tracks of game music (benchmarks/quality.py): different recordings reached
0.943 at most, except three duplicated pieces at 0.99. In the demo library, where a synthetic band plays three pieces
with the same instruments, they reached 0.974. Of copies, 82 % as FLAC were above 0.98, 65 % as Opus at 64 kbit/s, and
15 % as MP3 at 96 kbit/s. A worse copy is still recognised by its tags.
"""


class Chooser:
    """Applies rules to candidates one after the other, and counts the hidden ones by reason.

    Parameters
    ----------
    rules
        The rules.
    seeds
        The list's seeds; their sounds and songs must not be repeated. The listener named them, so no rule applies.
    seeds_count
        Whether the seeds are in the list, so that they count towards the limits.
    """

    def __init__(
        self, rules: Rules, seeds: Iterable[tuple[Track, Vectors]], *, seeds_count: bool
    ) -> None:
        self._rules = rules
        self._points: Vectors | None = None
        self._count = 0
        self._songs: set[tuple[str, str]] = set()
        self._artists: Counter[str] = Counter()
        self._albums: Counter[tuple[str, str] | None] = Counter()
        self.hidden: Counter[Hidden] = Counter()
        for track, point in seeds:
            self._take(track, point, song_key(track), counts=seeds_count)

    def admit(self, track: Track, point: Vectors) -> bool:
        """Decide whether a candidate may join the list; if so, add it and return True."""
        song = song_key(track)
        if (reason := self._objection(track, point, song)) is not None:
            self.hidden[reason] += 1
            return False
        self._take(track, point, song, counts=True)
        return True

    def allows(self, track: Track, point: Vectors) -> bool:
        """Return whether `admit` would add a candidate now."""
        return self._objection(track, point, song_key(track)) is None

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
            self._artists[artist_key(track)] += 1
            if self._rules.max_per_album is not None:
                self._albums[album_key(track)] += 1

    def _objection(
        self, track: Track, point: Vectors, song: tuple[str, str] | None
    ) -> Hidden | None:
        rules = self._rules
        if not rules.filters.admit(track):
            return Hidden(Rule.FILTERS)
        if rules.bans.forbid(track):
            return Hidden(Rule.BANNED)
        if not rules.near_duplicates:
            if song in self._songs:
                return Hidden(Rule.SAME_SONG)
            if self._sounds_as_one_of_them(point):
                return Hidden(Rule.SAME_SOUND)
        limit = rules.max_per_artist
        if limit is not None and (artist := artist_key(track)) and self._artists[artist] >= limit:
            return Hidden(Rule.ARTIST, limit)
        limit = rules.max_per_album
        if limit is not None and (album := album_key(track)) and self._albums[album] >= limit:
            return Hidden(Rule.ALBUM, limit)
        return None

    def _sounds_as_one_of_them(self, point: Vectors) -> bool:
        if self._points is None:
            return False
        return bool((self._points[: self._count] @ point).max() > NEAR_DUPLICATE_COSINE)

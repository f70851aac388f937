"""Tracks, albums and artists that the listener never wants to hear in a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.same_song import song_key
from musicsim.similarity.space import Vectors

SAME_RECORDING_COSINE = 0.95
"""Cosine above which two files of one song, of the same length, are one recording.

Different recordings reached 0.943 at most; see `NEAR_DUPLICATE_COSINE`, which has to tell without the tags.
"""
SAME_RECORDING_SECONDS = 2.0
"""Largest difference in length between files of one recording: encoders add some silence."""


class BannedRecordings:
    """The recordings of banned tracks, which other files may hold too: in another format, or on another album.

    Parameters
    ----------
    banned
        The banned tracks, with their points.
    """

    def __init__(self, banned: Iterable[tuple[Track, Vectors]]) -> None:
        self._of_songs: dict[tuple[str, str], list[tuple[float | None, Vectors]]] = {}
        for track, point in banned:
            if (song := song_key(track)) is not None:
                self._of_songs.setdefault(song, []).append((track.tags.duration, point))

    def forbid(self, track: Track, point: Vectors, song: tuple[str, str] | None) -> bool:
        """Return whether a track is one of these recordings: the same song, of the same length and sound.

        Parameters
        ----------
        point
            The track's point.
        song
            Its `song_key`, which a chooser knows already.
        """
        if song is None:
            return False
        return any(
            _same_length(track.tags.duration, length)
            and float(point @ other) > SAME_RECORDING_COSINE
            for length, other in self._of_songs.get(song, ())
        )


@dataclass(frozen=True, slots=True)
class Bans:
    """What may be in no list.

    Attributes
    ----------
    track_ids
        The tracks.
    artists, albums
        The keys of artists and albums; see `artist_key` and `album_key`.
    recordings
        The recordings of the tracks, by which a chooser knows other files of them.
    """

    track_ids: frozenset[int] = frozenset()
    artists: frozenset[str] = frozenset()
    albums: frozenset[tuple[str, str]] = frozenset()
    recordings: BannedRecordings | None = field(default=None, compare=False)

    def forbid(self, track: Track) -> bool:
        """Return whether a track is banned: itself, with its album or with its artist."""
        return (
            track.id in self.track_ids
            # Most listeners ban few artists and albums, and the keys take longer than the ids.
            or (bool(self.artists) and artist_key(track) in self.artists)
            or (bool(self.albums) and album_key(track) in self.albums)
        )


def _same_length(one: float | None, other: float | None) -> bool:
    return one is None or other is None or abs(one - other) <= SAME_RECORDING_SECONDS

"""Tracks, albums and artists that the listener never wants to hear in a list."""

from __future__ import annotations

from dataclasses import dataclass

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key
from musicsim.playlists.rules.same_song import song_key

SAME_RECORDING_COSINE = 0.95
"""Cosine above which two files of one song, of the same length, are one recording.

Different recordings reached 0.943 at most; see `NEAR_DUPLICATE_COSINE`, which has to tell without the tags.
"""
SAME_RECORDING_SECONDS = 2.0
"""Largest difference in length between files of one recording: encoders add some silence."""


@dataclass(frozen=True, slots=True)
class Bans:
    """What may be in no list.

    Attributes
    ----------
    track_ids
        The tracks.
    artists, albums
        The keys of artists and albums; see `artist_key` and `album_key`.
    """

    track_ids: frozenset[int] = frozenset()
    artists: frozenset[str] = frozenset()
    albums: frozenset[tuple[str, str]] = frozenset()

    def forbid(self, track: Track) -> bool:
        """Return whether a track is banned: itself, with its album or with its artist."""
        return (
            track.id in self.track_ids
            # Most listeners ban few artists and albums, and the keys take longer than the ids.
            or (bool(self.artists) and artist_key(track) in self.artists)
            or (bool(self.albums) and album_key(track) in self.albums)
        )


def may_be_same_recording(one: Track, other: Track) -> bool:
    """Return whether two files are of one song, and of one length: one recording if they sound the same as well."""
    song = song_key(one)
    if song is None or song != song_key(other):
        return False
    length, other_length = one.tags.duration, other.tags.duration
    return (
        length is None
        or other_length is None
        or abs(length - other_length) <= SAME_RECORDING_SECONDS
    )

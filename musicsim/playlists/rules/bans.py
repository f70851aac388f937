"""Tracks, albums and artists that the listener never wants to hear in a list."""

from __future__ import annotations

from dataclasses import dataclass

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import album_key, artist_key


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

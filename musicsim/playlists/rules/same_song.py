"""Keys that versions of a song, and tracks of an album, have in common."""

from __future__ import annotations

import re

from musicsim.library.query.folding import fold
from musicsim.library.types import Track

_VERSION = r"\b(remaster(ed)?|live|edit|version|(re)?mix|mono|stereo|demo|acoustic|instrumental|feat|bonus)\b"
_VERSION_NOTE = re.compile(
    rf"\([^)]*{_VERSION}[^)]*\)|\[[^\]]*{_VERSION}[^\]]*\]|\s-\s[^-]*{_VERSION}.*$"
)


def song_key(track: Track) -> tuple[str, str] | None:
    """Return the key of all versions of a song: artist, and title without "(live)" and "- 2011 remaster".

    None if the tags of the track are insufficient.
    """
    if not track.tags.title or not track.artist:
        return None
    title = re.sub(r"\W+", " ", _VERSION_NOTE.sub(" ", fold(track.tags.title))).strip()
    return (fold(track.artist), title) if title else None


def album_key(track: Track) -> tuple[str, str]:
    """Return the key of all tracks of an album: its artist, and its title, which may be empty."""
    return fold(track.tags.album_artist or track.artist), fold(track.tags.album)

"""What versions of a song, and tracks of an album, have in common."""

from __future__ import annotations

import re

from musicsim.library.query.folding import fold
from musicsim.library.types import Track

_VERSION = r"\b(remaster(ed)?|live|edit|version|(re)?mix|mono|stereo|demo|acoustic|instrumental|feat|bonus)\b"
_VERSION_NOTE = re.compile(
    rf"\([^)]*{_VERSION}[^)]*\)|\[[^\]]*{_VERSION}[^\]]*\]|\s-\s[^-]*{_VERSION}.*$"
)


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

"""The key that versions of a song have in common."""

from __future__ import annotations

from musicsim.library.types import Track
from musicsim.playlists.rules.artists import artist_key, credit_key
from musicsim.playlists.rules.untelling import says_nothing
from musicsim.playlists.rules.versions import song_title


def song_key(track: Track) -> tuple[str, str] | None:
    """Return the key of all versions of a song: its main artist, and its title without "(live)" and "- 2011 remaster".

    None if the tags don't tell: without an artist or title, and for titles such as "Intro" and "I. Allegro".
    """
    if not track.tags.title:
        return None
    artist = artist_key(track)
    if not artist:
        return None
    # Video sites name a song "Artist - Title".
    name, dash, rest = track.tags.title.partition(" - ")
    title = song_title(rest if dash and credit_key(name) == artist else track.tags.title)
    if not title or says_nothing(title, track.tags.track_number):
        return None
    return artist, title

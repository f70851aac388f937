"""Which tracks and songs were heard, for as long as they must not come again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeVar

from musicsim.library.types import Track
from musicsim.playlists.rules.rules import Window
from musicsim.playlists.rules.same_song import song_key
from musicsim.playlists.rules.spacing import minutes_of

_Key = TypeVar("_Key", bound=Hashable)


class SongMemory:
    """Remembers tracks, and with them all versions of their songs, within a window; what is older is forgotten.

    Parameters
    ----------
    window
        How soon a song may come again.
    versions
        Whether versions of a song are the same.
    """

    def __init__(self, window: Window, *, versions: bool) -> None:
        self._window = window
        self._versions = versions
        # The oldest first.
        self._tracks: dict[int, tuple[int, float]] = {}
        self._songs: dict[tuple[str, str], tuple[int, float]] = {}
        self._minutes = 0.0
        self.count = 0
        """The number of tracks that were added."""

    def add(self, track: Track) -> None:
        """Remember that a track comes next."""
        self.forget(track)
        self._tracks[track.id] = (self.count, self._minutes)
        if self._versions and (song := song_key(track)) is not None:
            self._songs[song] = (self.count, self._minutes)
        self.count += 1
        self._minutes += minutes_of(track)
        self._drop_oldest(self._tracks)
        self._drop_oldest(self._songs)

    def forget(self, track: Track) -> None:
        """Forget a track and its song."""
        self._tracks.pop(track.id, None)
        if (song := song_key(track)) is not None:
            self._songs.pop(song, None)

    def clear(self) -> None:
        """Forget everything."""
        self._tracks.clear()
        self._songs.clear()

    def knows_id(self, track_id: int) -> bool:
        """Return whether this very track must not come again yet."""
        return track_id in self._tracks

    def knows(self, track: Track) -> bool:
        """Return whether a track or another version of its song must not come again yet."""
        return self.between(track) is not None

    def between(self, track: Track) -> int | None:
        """Return the number of tracks since a track or its song that must not come again yet; None for any other."""
        places = []
        if track.id in self._tracks:
            places.append(self._tracks[track.id])
        song = song_key(track) if self._songs else None
        if song is not None and song in self._songs:
            places.append(self._songs[song])
        return None if not places else self.count - max(places)[0] - 1

    def _drop_oldest(self, at: dict[_Key, tuple[int, float]]) -> None:
        while at:
            oldest = next(iter(at))
            count, minutes = at[oldest]
            # The next track would be at `count`.
            is_near = self.count - count - 1 < self._window.tracks
            if is_near or self._minutes - minutes < self._window.minutes:
                return
            del at[oldest]

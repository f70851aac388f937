"""What could be added to a playlist, and what it could do without."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TypeVar

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.playlists import Entry
from musicsim.library.types import MissingEntry, Playlist, Track, TrackState
from musicsim.playlists.rules.duplicates import Duplicate, find_duplicates
from musicsim.playlists.rules.same_song import song_key
from musicsim.services.making.playlists import PlaylistMaker
from musicsim.services.making.request import Mode, PlaylistRequest

T = TypeVar("T")

_MOST_SEEDS = 40
"""Tracks of a playlist that suggestions are made from: more don't move their middle, but take longer."""
_TRIES = 4
"""Lists that are made, each twice as long as the one before, until enough of it is new."""


def suggest(
    maker: PlaylistMaker,
    catalogue: Catalogue,
    track_ids: Sequence[int],
    count: int,
    *,
    without: Collection[int] = (),
) -> list[Track]:
    """Return tracks that would complete a playlist, the most similar first; wait for them.

    None of them is in it already, nor another version of a song in it. A long playlist is judged by tracks from all
    over it.

    Parameters
    ----------
    maker, catalogue
        They find the tracks.
    track_ids
        The playlist.
    count
        The number of tracks; fewer are returned if the library has no more.
    without
        Tracks not to suggest, such as those suggested before.

    Raises
    ------
    MusicsimError
        If none of the playlist's tracks was listened to yet.
    """
    inside = catalogue.tracks.by_id(dict.fromkeys(track_ids))
    seeds = _spread([t.id for t in inside if t.state is TrackState.EMBEDDED], _MOST_SEEDS)
    if not seeds:
        raise MusicsimError(
            "None of the playlist’s tracks has been listened to yet: suggestions come afterwards."
            if inside
            else "The playlist is empty: suggestions are made from its tracks."
        )
    songs = {key for track in inside if (key := song_key(track))}
    known = {*track_ids, *without}
    length = len(seeds) + count
    found: list[Track] = []
    for _ in range(_TRIES):
        made = maker.make(PlaylistRequest(seeds, length=length)).result()
        found = [
            match.track
            for match in made.matches
            if match.track.id not in known
            and not match.track.missing
            and song_key(match.track) not in songs
        ]
        if len(found) >= count or len(made.matches) < length:
            break
        length = 2 * length + len(known)
    return found[:count]


def between(
    maker: PlaylistMaker,
    track_ids: Sequence[int],
    position: int,
    count: int,
) -> list[Track]:
    """Return tracks that lead from one track of a playlist to the next, in order; wait for them.

    None of them is in the playlist already.

    Parameters
    ----------
    maker
        Makes the journey.
    track_ids
        The playlist.
    position
        The index of the first of the two tracks.
    count
        The number of tracks; fewer are returned if the library has no more.

    Raises
    ------
    MusicsimError
        If there is no such gap, or one of the two tracks was not listened to yet.
    """
    if not 0 <= position < len(track_ids) - 1:
        raise MusicsimError("There is no gap there: choose a track that another one follows.")
    ends = [track_ids[position], track_ids[position + 1]]
    if ends[0] == ends[1]:
        raise MusicsimError("There is no way between a track and itself: remove one of the two.")
    known = set(track_ids)
    length = count + 2
    found: list[Track] = []
    for _ in range(_TRIES):
        made = maker.make(PlaylistRequest(ends, mode=Mode.JOURNEY, length=length)).result()
        found = [
            match.track
            for match in made.matches
            if match.track.id not in known and not match.track.missing
        ]
        if len(found) >= count or len(made.matches) < length:
            break
        length *= 2
    return _spread(found, count)


def duplicates_in(catalogue: Catalogue, tracks: Sequence[Track]) -> dict[int, Duplicate]:
    """Return the rows of a list that it can do without, and why; see `find_duplicates`."""
    return find_duplicates(tracks, catalogue.tracks.fingerprints(track.id for track in tracks))


def merged_entries(playlists: Sequence[Playlist]) -> list[Entry]:
    """Return the entries of several playlists, one playlist after the other, each track once."""
    merged: dict[object, Entry] = {}
    for playlist in playlists:
        for entry in playlist.entries:
            merged.setdefault(entry.path if isinstance(entry, MissingEntry) else entry, entry)
    return list(merged.values())


def _spread(items: list[T], count: int) -> list[T]:
    """Return `count` items from all over a list, in order, or all if there are fewer."""
    if len(items) <= count:
        return items
    return [items[(2 * i + 1) * len(items) // (2 * count)] for i in range(count)]

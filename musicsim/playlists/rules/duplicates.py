"""Finding what is in a list twice."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from musicsim.library.types import Track
from musicsim.playlists.rules.same_song import song_key


class Duplicate(enum.Enum):
    """What a track of a list has in common with another one in it."""

    TRACK = "track"
    """It is the same track."""
    SOUND = "sound"
    """It is another file with the same sound."""
    SONG = "song"
    """It is another version of the song, such as a live recording or a remaster."""


def find_duplicates(
    tracks: Sequence[Track], fingerprints: Mapping[int, bytes]
) -> dict[int, Duplicate]:
    """Return the rows of a list that it can do without, and why.

    Of tracks that have something in common the first stays, but one whose file is missing gives way to one that can be
    played.

    Parameters
    ----------
    tracks
        The list.
    fingerprints
        The fingerprints of the tracks' sounds, by id, as far as they are known.
    """
    found: dict[int, Duplicate] = {}
    for kind in Duplicate:
        first: dict[object, int] = {}
        for row, track in enumerate(tracks):
            key = _key(track, kind, fingerprints)
            if row in found or key is None:
                continue
            if key not in first:
                first[key] = row
            elif tracks[first[key]].missing and not track.missing:
                found[first[key]] = kind
                first[key] = row
            else:
                found[row] = kind
    return found


def _key(track: Track, kind: Duplicate, fingerprints: Mapping[int, bytes]) -> object:
    match kind:
        case Duplicate.TRACK:
            return track.id
        case Duplicate.SOUND:
            return fingerprints.get(track.id)
        case Duplicate.SONG:
            return song_key(track)

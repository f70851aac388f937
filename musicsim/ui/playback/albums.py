"""Albums of tracks, and the order of tracks within them."""

from __future__ import annotations

import os.path
import random
from collections.abc import Sequence

from musicsim.library.types import Track

Album = tuple[str, str]


def album_of(track: Track) -> Album | None:
    """Return the key of a track's album; None if it has none.

    The key is the album's artist and name. Without an album artist, as on many compilations, the folder stands for the
    artist.
    """
    album = track.tags.album.casefold().strip()
    if not album:
        return None
    return track.tags.album_artist.casefold().strip() or os.path.dirname(track.file), album  # noqa: PTH120 (quick)


def album_order(track: Track) -> tuple[int, int, str]:
    """Return the key that sorts the tracks of an album."""
    return track.tags.disc_number or 1, track.tags.track_number or 0, track.file


def follows_in_album(track: Track, following: Track) -> bool:
    """Return whether `following` comes right after a track on the same album."""
    album = album_of(track)
    if album is None or album != album_of(following):
        return False
    disc, number, _ = album_order(track)
    next_disc, next_number, _ = album_order(following)
    if not number or not next_number:
        return False
    return (next_disc, next_number) in ((disc, number + 1), (disc + 1, 1))


def shuffled_by_album(
    tracks: Sequence[Track], after: Track | None, generator: random.Random
) -> list[int]:
    """Return track ids, with albums in random order and each album's tracks in album order.

    Parameters
    ----------
    after
        The current track. The tracks after it on its album come first, those before it last.
    """
    groups: dict[object, list[Track]] = {}
    for track in tracks:
        groups.setdefault(album_of(track) or track.id, []).append(track)
    for group in groups.values():
        group.sort(key=album_order)
    current: list[Track] = []
    missed: list[Track] = []
    if after is not None and (album := album_of(after)) is not None:
        here = groups.pop(album, [])
        current = [track for track in here if album_order(track) > album_order(after)]
        missed = [track for track in here if album_order(track) <= album_order(after)]
    others = list(groups.values())
    generator.shuffle(others)
    return [t.id for group in (current, *others, missed) for t in group]

"""Finding the track that a path of another computer means, by the end of the path."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from musicsim.base.named_files import folded_name, readings
from musicsim.library.types import Track

SAME_LENGTH = 3.0
"""Seconds by which the lengths of the same recording may differ: programs round them, and count silence."""
_ENOUGH = 3
"""Names that say which track is meant, usually artist, album and file; two may be "Greatest Hits/01.mp3"."""
_LEAST = 2
_SEPARATORS = re.compile(r"[/\\]+")
_UNSAFE = re.compile(r'[<>:"\\|?*]')
"""Characters that file systems of Windows lack; programs that copy files there write "_" instead."""


class PathMatcher:
    """Finds the one track of a library whose path ends as a path from elsewhere does.

    Such paths start from another folder, from that of a music server, or from a device. Case, the way in which accents
    are composed, and characters that FAT lacks don't matter.

    Parameters
    ----------
    tracks
        All tracks of the library.
    """

    def __init__(self, tracks: Sequence[Track]) -> None:
        # There may be thousands of files named "01.mp3".
        self._by_end: dict[tuple[str, ...], list[Track]] = {}
        for track in tracks:
            end = tuple(map(_key, PurePath(track.file).parts[-_LEAST:]))
            self._by_end.setdefault(end, []).append(track)

    def find(self, location: str, seconds: float | None = None) -> Track | None:
        """Return the track that a path means; None if there is none, or more than one fits equally.

        The last three names must be the same, or the last two if these are the whole path, or if the length fits, too.

        Parameters
        ----------
        location
            The path, or an address of a file, as it is written.
        seconds
            The track's length, if it is known. A track of another length doesn't fit.
        """
        best: dict[int, Track] = {}
        most = _LEAST
        for names in dict.fromkeys(map(_names, readings(location))):
            for track in self._by_end.get(names[-_LEAST:], ()):
                same = _same(names, [_key(name) for name in PurePath(track.file).parts])
                fits = is_as_long(track, seconds)
                if fits is False or not (
                    same >= _ENOUGH or (same == _LEAST and (fits or same == len(names)))
                ):
                    continue
                if same > most:
                    best, most = {}, same
                if same == most:
                    best[track.id] = track
        return only_present(best.values())


def is_as_long(track: Track, seconds: float | None) -> bool | None:
    """Return whether a track has a length; None if one of the two is unknown."""
    length = track.tags.duration
    return None if seconds is None or length is None else abs(length - seconds) <= SAME_LENGTH


def only_present(fitting: Iterable[Track]) -> Track | None:
    """Return the only track, or the only one whose file is there."""
    tracks = list(fitting)
    present = [track for track in tracks if not track.missing]
    if len(present) == 1:
        return present[0]
    return tracks[0] if len(tracks) == 1 else None


def _names(path: str) -> tuple[str, ...]:
    names = _SEPARATORS.split(path)
    # Of what leads to another folder, only the rest says anything.
    return tuple(_key(name) for name in names if name not in ("", ".", ".."))


def _key(name: str) -> str:
    return _UNSAFE.sub("_", folded_name(name)).rstrip(" .")


def _same(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many names at the end are the same."""
    count = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        count += 1
    return count

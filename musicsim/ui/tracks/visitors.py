"""Visitors: tracks that are played although their files are not in the library."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path, PurePath

from PySide6.QtCore import QObject, Signal

from musicsim.base.errors import MusicsimError
from musicsim.library.tags import read_tags
from musicsim.library.tags.names import complete
from musicsim.library.types import TagDetails, Tags, Track, file_times
from musicsim.ui.kit.bridge import Bridge

MOST = 50_000
"""Most visitors kept; beyond that, those opened longest ago are dropped."""

NO_TAGS = Tags()
_NOT_READ = (0, 0)
"""Size and modification time of a visitor whose file has not been looked at."""
_BATCH = 20
"""Number of files whose tags one errand reads, so that other errands get their turn."""


def is_visitor(track_id: int) -> bool:
    """Return whether a track id is a visitor's; the library's are positive."""
    return track_id < 0


class Visitors(QObject):
    """Tracks made from files; their tags are read in another thread after the tracks exist."""

    changed = Signal(object)
    """tuple[int, ...]: visitors whose tags were read."""
    removed = Signal(object)
    """tuple[int, ...]: visitors that left."""

    def __init__(self, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bridge = bridge
        self._tracks: dict[int, Track] = {}
        """Ordered by when they were opened, the oldest first."""
        self._ids: dict[str, int] = {}
        self._hints: dict[int, Tags] = {}
        self._details: dict[int, TagDetails] = {}
        self._lengths: dict[int, float] = {}
        """Lengths in seconds, as the decoder found them."""
        self._last_id = 0
        self._unread: dict[int, None] = {}
        self._reading = False

    def __len__(self) -> int:
        return len(self._tracks)

    def __contains__(self, track_id: int) -> bool:
        return track_id in self._tracks

    def get(self, track_id: int) -> Track | None:
        """Return a visitor, or None if it left."""
        return self._tracks.get(track_id)

    def details(self, track_id: int) -> TagDetails:
        """Return a visitor's tags beyond `Track.tags`."""
        return self._details.get(track_id, TagDetails())

    def set_length(self, track_id: int, seconds: float) -> None:
        """Set the length of a visitor, as the decoder found it; it overrides the header until the file changes."""
        track = self._tracks.get(track_id)
        if track is not None:
            self._lengths[track_id] = seconds
            self._tracks[track_id] = _with_length(track, seconds)
            self.changed.emit((track_id,))

    def admit(self, path: Path, hints: Tags = NO_TAGS, *, stays: int | None = None) -> Track:
        """Return the visitor of a file; its tags follow with `changed`.

        Parameters
        ----------
        path
            Absolute.
        hints
            Values for tags that are empty, such as the title in a playlist.
        stays
            A visitor that must not be dropped for it: the one in the player.
        """
        file = str(path)
        track_id = self._ids.get(file)
        if track_id is None:
            self._last_id -= 1
            track_id = self._ids[file] = self._last_id
            tags = complete(hints, PurePath(path.name))
            size, mtime_ns = _NOT_READ
            track = Track(track_id, file, tags, size=size, mtime_ns=mtime_ns, added_at=0.0)
        else:
            # Move it to the end, with those opened last.
            track = self._tracks.pop(track_id)
        self._tracks[track_id] = track
        if hints != NO_TAGS:
            self._hints[track_id] = hints
        # Even if it was here before: the file may have changed.
        self._unread[track_id] = None
        self._limit(stays)
        self._read()
        return track

    def _limit(self, stays: int | None) -> None:
        gone = []
        while len(self._tracks) > MOST:
            track_id = next(i for i in self._tracks if i != stays)
            del self._ids[self._tracks.pop(track_id).file]
            for kept in (self._hints, self._details, self._lengths, self._unread):
                kept.pop(track_id, None)
            gone.append(track_id)
        if gone:
            self.removed.emit(tuple(gone))

    def _read(self) -> None:
        """Read the tags of the next files. At most one errand waits, since the closing window waits for all errands."""
        if self._reading or not self._unread:
            return
        self._reading = True
        batch = [
            (self._tracks[track_id], self._hints.get(track_id, NO_TAGS))
            for track_id in islice(self._unread, _BATCH)
        ]
        for track, _ in batch:
            del self._unread[track.id]
        self._bridge.do(
            lambda: [_read_file(track, hints) for track, hints in batch], self._take, self._give_up
        )

    def _take(self, read: list[tuple[Track, TagDetails]]) -> None:
        self._reading = False
        there = [(track, details) for track, details in read if track.id in self._tracks]
        changed = []
        for track, details in there:
            before = self._tracks[track.id]
            is_same = (before.size, before.mtime_ns) in (_NOT_READ, (track.size, track.mtime_ns))
            if track.id in self._lengths and is_same:
                track = _with_length(track, self._lengths[track.id])
            else:
                self._lengths.pop(track.id, None)
            if before != track:
                self._tracks[track.id] = track
                changed.append(track.id)
            self._details[track.id] = details
        if changed:
            self.changed.emit(tuple(changed))
        self._read()

    def _give_up(self, _: MusicsimError) -> None:
        self._reading = False
        self._read()


def _with_length(track: Track, seconds: float) -> Track:
    return replace(track, tags=replace(track.tags, duration=seconds))


def _read_file(track: Track, hints: Tags) -> tuple[Track, TagDetails]:
    """Read a file's tags; if that fails, return the track unchanged: the player reports why it can't be played."""
    path = track.path
    try:
        status = path.stat()
        tags, details = read_tags(path)
    except OSError:
        return track, TagDetails()
    if not tags.title:
        tags = replace(tags, title=hints.title, artist=tags.artist or hints.artist)
    tags = replace(tags, duration=tags.duration or hints.duration)
    mtime_ns, _ = file_times(status)
    read = replace(
        track,
        tags=complete(tags, PurePath(path.name)),
        size=status.st_size,
        mtime_ns=mtime_ns,
    )
    return read, details

"""Queue entries in MPRIS, and the interface that lists them."""

from __future__ import annotations

import itertools
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from musicsim.library.types import Track
from musicsim.ui.playback.bus_object import Argument, BusError, Interface, Method, Property, Typed
from musicsim.ui.playback.mpris_metadata import metadata_of

TRACK_LIST = "org.mpris.MediaPlayer2.TrackList"


class Entry(NamedTuple):
    """Track at its place in the queue; a track queued twice has two entries."""

    track_id: int
    number: int

    @property
    def path(self) -> str:
        """Object path of the entry on the bus."""
        # A path can't contain a minus, and the ids of files outside the library are negative.
        kind = "track" if self.track_id >= 0 else "visitor"
        return f"/org/musicsim/{kind}/{abs(self.track_id)}/{self.number}"


class QueueEntries:
    """Register that gives each queue entry its own path, which stays the same while it waits and plays."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.current: Entry | None = None
        self.upcoming: list[Entry] = []

    @property
    def all(self) -> list[Entry]:
        """The current entry and the upcoming ones."""
        return [*([self.current] if self.current else []), *self.upcoming]

    def follow(self, current: int | None, upcoming: Iterable[int], *, replayed: bool) -> None:
        """Update the current and the upcoming entries from track ids.

        Parameters
        ----------
        replayed
            Whether the current track has begun again, which makes it another entry: a request meant for the previous
            play must not reach it.
        """
        known: defaultdict[int, deque[Entry]] = defaultdict(deque)
        for entry in self.upcoming:
            known[entry.track_id].append(entry)

        def take(track_id: int) -> Entry:
            waiting = known[track_id]
            return waiting.popleft() if waiting else Entry(track_id, next(self._numbers))

        before = self.current
        if replayed or current != (before.track_id if before else None):
            self.current = None if current is None else take(current)
            if before is not None:
                known[before.track_id].append(before)
        self.upcoming = [take(track_id) for track_id in upcoming]


def track_list_interface(
    entries: QueueEntries,
    tracks: Callable[[Iterable[int]], list[Track]],
    current: Callable[[], dict[str, Typed]],
    go_to: Callable[[int], None],
) -> Interface:
    """Return the TrackList interface; https://specifications.freedesktop.org/mpris-spec/latest/Track_List_Interface.html.

    Parameters
    ----------
    tracks
        Returns tracks by their ids, without unknown ones.
    current
        Returns the current entry's metadata.
    go_to
        Plays an entry, given its row among the upcoming ones, or -1 for the current one.
    """

    def paths() -> list[str]:
        return [entry.path for entry in entries.all]

    def metadata(wanted: Sequence[str]) -> list[dict[str, Typed]]:
        by_path = {entry.path: entry for entry in entries.all}
        asked = [by_path[path] for path in wanted if path in by_path]
        found = {track.id: track for track in tracks({entry.track_id for entry in asked})}
        return [
            current()
            if entry == entries.current
            else metadata_of(track, entry.path, round(1000 * (track.tags.duration or 0)))
            for entry in asked
            if (track := found.get(entry.track_id)) is not None
        ]

    def go(path: str) -> None:
        if entries.current is not None and path == entries.current.path:
            go_to(-1)
        for row, entry in enumerate(entries.upcoming):
            if entry.path == path:
                go_to(row)
                return

    def refuse(*_: object) -> None:
        raise BusError("NotSupported", "the queue is edited in musicsim's window")

    return Interface(
        TRACK_LIST,
        methods={
            "GetTracksMetadata": Method(
                metadata, (Argument("TrackIds", "ao"),), Argument("Metadata", "aa{sv}")
            ),
            "AddTrack": Method(
                refuse,
                (Argument("Uri", "s"), Argument("AfterTrack", "o"), Argument("SetAsCurrent", "b")),
            ),
            "RemoveTrack": Method(refuse, (Argument("TrackId", "o"),)),
            "GoTo": Method(go, (Argument("TrackId", "o"),)),
        },
        properties={
            "Tracks": Property("ao", paths, emits="invalidates"),
            "CanEditTracks": Property("b", lambda: False),
        },
        signals={
            "TrackListReplaced": (Argument("Tracks", "ao"), Argument("CurrentTrack", "o")),
            "TrackAdded": (Argument("Metadata", "a{sv}"), Argument("AfterTrack", "o")),
            "TrackRemoved": (Argument("TrackId", "o"),),
            "TrackMetadataChanged": (Argument("TrackId", "o"), Argument("Metadata", "a{sv}")),
        },
    )

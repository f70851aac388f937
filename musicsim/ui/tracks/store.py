"""The tracks as the window knows them, shared by every list in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.library.types import Counts, TagDetails, Tags, Track, TrackState
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.tracks.visitors import NO_TAGS, Visitors, is_visitor


class TrackStore(QObject):
    """Keeps the catalogue's tracks in memory and up to date, and knows which one is playing.

    Files that are not in the library can be played as well: their tracks are visitors, with negative ids. They are
    found by id like any other, but are no part of the library: not counted, and not among the tracks that the store
    lists.
    """

    changed = Signal(object)
    """tuple[int, ...]: tracks that are new or not what they were."""
    removed = Signal(object)
    """tuple[int, ...]: tracks that are not in the library any more."""
    visited = Signal()
    """The first track is here that is not in the library."""
    playing_changed = Signal(object)
    """tuple[int, ...]: the track that played and the one that plays."""

    def __init__(self, catalogue: Catalogue, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tracks: dict[int, Track] = {track.id: track for track in catalogue.tracks.all()}
        # Kept along: the catalogue counts by going through all of them.
        self._states = Counter(_state(track) for track in self)
        self._playing: int | None = None
        self._visitors = Visitors(bridge, self)
        self._visitors.changed.connect(self.changed)
        self._visitors.removed.connect(self.removed)
        bridge.tracks_changed.connect(self.refresh)
        bridge.tracks_removed.connect(self._remove)

    def __len__(self) -> int:
        return len(self._tracks)

    def __iter__(self) -> Iterator[Track]:
        return iter(self._tracks.values())

    def __contains__(self, track_id: int) -> bool:
        return track_id in self._tracks or track_id in self._visitors

    def get(self, track_id: int) -> Track | None:
        """Return the track, or None if it is not in the library any more."""
        return self._visitors.get(track_id) if is_visitor(track_id) else self._tracks.get(track_id)

    def tracks(self, ids: Iterable[int]) -> list[Track]:
        """Return the tracks in the order asked for; unknown ones are left out."""
        return [track for i in ids if (track := self.get(i)) is not None]

    def details(self, track_id: int) -> TagDetails:
        """Return what a track's tags say beyond `Track.tags`; of a visitor once they are read."""
        visits = is_visitor(track_id)
        return (
            self._visitors.details(track_id) if visits else self._catalogue.tracks.details(track_id)
        )

    @property
    def visitors(self) -> int:
        """How many tracks are here whose files are not in the library."""
        return len(self._visitors)

    def track_for(self, path: Path) -> Track:
        """Return the track of a file: the library's, by whatever path, or else a visitor.

        A visitor's tags follow with `changed`: they are read in another thread. Only the path is looked at on the
        disk in this one; `musicsim.ui.window.opening` spares the window that too.
        """
        return self.take(path, KnownFiles(self._catalogue).track_at(path))

    def take(self, path: Path, known: Track | None, hints: Tags = NO_TAGS) -> Track:
        """Return the track of a file that was looked for in the catalogue already.

        Parameters
        ----------
        path
            Absolute.
        known
            What the catalogue has there.
        hints
            What is known of a visitor where its tags say nothing.
        """
        # One that counts as missing would be skipped by the player, though here its file is.
        if known is not None and not known.missing:
            if known.id not in self._tracks:
                self.refresh((known.id,))
            if (track := self._tracks.get(known.id)) is not None and not track.missing:
                return track
        first = not self.visitors
        visitor = self._visitors.admit(path, hints, stays=self._playing)
        if first:
            self.visited.emit()
        return visitor

    def in_library(self, ids: Iterable[int]) -> list[int]:
        """Return the tracks of these that are in the library; a visitor whose file was added since counts as that."""
        found: list[int] = []
        files: KnownFiles | None = None
        for track_id in ids:
            if not is_visitor(track_id):
                found.append(track_id)
            elif (visitor := self._visitors.get(track_id)) is not None:
                files = files or KnownFiles(self._catalogue)
                known = files.track_at(visitor.path)
                if known is not None and known.id in self._tracks:
                    found.append(known.id)
        return found

    def set_visitor_length(self, track_id: int, seconds: float) -> None:
        """Note how long a visitor is, as the decoder knows it."""
        self._visitors.set_length(track_id, seconds)

    def counts(self) -> Counts:
        """Return how many tracks there are, and in which states."""
        states = self._states
        unavailable = self._catalogue.tracks.count_unavailable() if states[None] else 0
        return Counts(
            tracks=len(self),
            embedded=states[TrackState.EMBEDDED],
            pending=states[TrackState.PENDING],
            failed=states[TrackState.FAILED],
            missing=max(0, states[None] - unavailable),  # the catalogue may be ahead
            unavailable=unavailable,
        )

    @property
    def playing(self) -> int | None:
        """The track in the player."""
        return self._playing

    def set_playing(self, track_id: int | None) -> None:
        """Mark the track in the player."""
        touched = tuple(i for i in (self._playing, track_id) if i is not None)
        self._playing = track_id
        self.playing_changed.emit(touched)

    def refresh(self, ids: tuple[int, ...]) -> None:
        """Read tracks anew from the catalogue."""
        tracks = self._catalogue.tracks.by_id(ids)
        for track in tracks:
            if (before := self._tracks.get(track.id)) is not None:
                self._states[_state(before)] -= 1
            self._states[_state(track)] += 1
            self._tracks[track.id] = track
        if tracks:
            self.changed.emit(tuple(track.id for track in tracks))
        found = {track.id for track in tracks}
        self._remove(tuple(i for i in ids if i not in found))

    def _remove(self, ids: tuple[int, ...]) -> None:
        gone = self.tracks(ids)
        for track in gone:
            del self._tracks[track.id]
            self._states[_state(track)] -= 1
        if gone:
            self.removed.emit(tuple(track.id for track in gone))


def _state(track: Track) -> TrackState | None:
    """Return what a track counts as: its state, or None for one whose file is gone."""
    return None if track.missing else track.state

"""Tracks as the window knows them, shared by all its lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.scanning.known_paths import KnownFiles
from musicsim.library.types import Counts, TagDetails, Tags, Track, TrackState
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.tracks.facts import TrackFacts
from musicsim.ui.tracks.visitors import NO_TAGS, Visitors, is_visitor


class TrackStore(QObject):
    """In-memory copy of the catalogue's tracks, kept up to date; knows which one is playing.

    Files outside the library can be played as well: their tracks are visitors, with negative ids. Visitors are found by
    id like any other track, but are not part of the library: the store neither counts nor lists them.
    """

    changed = Signal(object)
    """tuple[int, ...]: new or changed tracks."""
    leaving = Signal(object)
    """tuple[Track, ...]: tracks that left the library, just before `removed`."""
    removed = Signal(object)
    """tuple[int, ...]: tracks that no longer exist."""
    visited = Signal()
    """The first track that is not in the library has arrived."""
    playing_changed = Signal(object)
    """tuple[int, ...]: the track that played before and the one that plays now."""

    def __init__(self, catalogue: Catalogue, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tracks: dict[int, Track] = {track.id: track for track in catalogue.tracks.all()}
        # Counted along: the catalogue counts by going through all tracks.
        self._states = Counter(_state(track) for track in self)
        self._playing: int | None = None
        self.facts = TrackFacts(catalogue, bridge, self)
        """Facts about the library's tracks that few lists show."""
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
        """Return a track, or None if it no longer exists."""
        return self._visitors.get(track_id) if is_visitor(track_id) else self._tracks.get(track_id)

    def tracks(self, ids: Iterable[int]) -> list[Track]:
        """Return the tracks in the given order, without unknown ones."""
        return [track for i in ids if (track := self.get(i)) is not None]

    def details(self, track_id: int) -> TagDetails:
        """Return a track's tags beyond `Track.tags`; a visitor's once they are read."""
        visits = is_visitor(track_id)
        return (
            self._visitors.details(track_id) if visits else self._catalogue.tracks.details(track_id)
        )

    @property
    def visitors(self) -> int:
        """Number of tracks whose files are not in the library."""
        return len(self._visitors)

    def track_for(self, path: Path) -> Track:
        """Return the track of a file: the library's, whatever its path, or else a visitor.

        A visitor's tags are read in another thread, and follow with `changed`. This thread only looks up the path on
        the disk; `musicsim.ui.window.opening` avoids even that.
        """
        return self.take(path, KnownFiles(self._catalogue).track_at(path))

    def take(self, path: Path, known: Track | None, hints: Tags = NO_TAGS) -> Track:
        """Return the track of a file that was already looked up in the catalogue.

        Parameters
        ----------
        path
            Absolute.
        known
            The catalogue's track of the file.
        hints
            What is known of a visitor, for tags that are empty.
        """
        # The player would skip a track that counts as missing, although its file is here.
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
        """Return those tracks that are in the library, including visitors whose files were added since."""
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
        """Set the length of a visitor, as the decoder found it."""
        self._visitors.set_length(track_id, seconds)

    def counts(self) -> Counts:
        """Return the number of tracks, in total and by state."""
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
        """Track in the player."""
        return self._playing

    def set_playing(self, track_id: int | None) -> None:
        """Mark the track in the player."""
        touched = tuple(i for i in (self._playing, track_id) if i is not None)
        self._playing = track_id
        self.playing_changed.emit(touched)

    def refresh(self, ids: tuple[int, ...]) -> None:
        """Read tracks from the catalogue again."""
        tracks = self._catalogue.tracks.by_id(ids)
        for track in tracks:
            if (before := self._tracks.get(track.id)) is not None:
                self._states[_state(before)] -= 1
            self._states[_state(track)] += 1
            self._tracks[track.id] = track
        if tracks:
            self.facts.follow(tracks)
            self.changed.emit(tuple(track.id for track in tracks))
        found = {track.id for track in tracks}
        self._remove(tuple(i for i in ids if i not in found))

    def _remove(self, ids: tuple[int, ...]) -> None:
        gone = self.tracks(ids)
        for track in gone:
            del self._tracks[track.id]
            self._states[_state(track)] -= 1
        if gone:
            self.leaving.emit(tuple(gone))
            self.removed.emit(tuple(track.id for track in gone))


def _state(track: Track) -> TrackState | None:
    """Return the state that a track counts as; None if its file is gone."""
    return None if track.missing else track.state

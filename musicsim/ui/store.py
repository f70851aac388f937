"""The tracks as the window knows them, shared by every list in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from PySide6.QtCore import QObject, Signal

from musicsim.library.catalogue import Catalogue
from musicsim.library.types import Counts, Track, TrackState
from musicsim.ui.bridge import Bridge


class TrackStore(QObject):
    """Keeps the catalogue's tracks in memory and up to date, and knows which one is playing."""

    changed = Signal(object)
    """tuple[int, ...]: tracks that are new or not what they were."""
    removed = Signal(object)
    """tuple[int, ...]: tracks that are not in the library any more."""
    playing_changed = Signal(object)
    """tuple[int, ...]: the track that played and the one that plays."""

    def __init__(self, catalogue: Catalogue, bridge: Bridge, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._tracks: dict[int, Track] = {track.id: track for track in catalogue.tracks()}
        # Kept along: the catalogue counts by going through all of them.
        self._states = Counter(_state(track) for track in self)
        self._playing: int | None = None
        bridge.tracks_changed.connect(self.refresh)
        bridge.tracks_removed.connect(self._remove)

    def __len__(self) -> int:
        return len(self._tracks)

    def __iter__(self) -> Iterator[Track]:
        return iter(self._tracks.values())

    def __contains__(self, track_id: int) -> bool:
        return track_id in self._tracks

    def get(self, track_id: int) -> Track | None:
        """Return the track, or None if it is not in the library any more."""
        return self._tracks.get(track_id)

    def tracks(self, ids: Iterable[int]) -> list[Track]:
        """Return the tracks in the order asked for; unknown ones are left out."""
        return [track for i in ids if (track := self._tracks.get(i)) is not None]

    def counts(self) -> Counts:
        """Return how many tracks there are, and in which states."""
        states = self._states
        unavailable = self._catalogue.count_unavailable() if states[None] else 0
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
        tracks = self._catalogue.tracks_by_id(ids)
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

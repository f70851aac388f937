"""Correction of the lengths in lists by the player: its decoder knows better than a file's header."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, TracksChanged
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.visitors import is_visitor

TOLERANCE = 0.5
"""Seconds by which a header may be wrong without being corrected."""


class Lengths(QObject):
    """Corrector of the lengths of played tracks: the library's in the catalogue, a visitor's in memory."""

    def __init__(
        self,
        catalogue: Catalogue,
        events: Events,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._events = events
        self._bridge = bridge
        self._store = store
        player.length_found.connect(self._take)

    def _take(self, track_id: int, seconds: float) -> None:
        track = self._store.get(track_id)
        if track is None or not (math.isfinite(seconds) and seconds > 0):
            return
        known = track.tags.duration
        if known is not None and abs(known - seconds) <= TOLERANCE:
            return
        if is_visitor(track_id):
            self._store.set_visitor_length(track_id, seconds)
        else:
            self._bridge.record(
                lambda: self._correct(track_id, known, seconds), _ignore, _ignore_error
            )

    def _correct(self, track_id: int, known: float | None, seconds: float) -> None:
        # Runs in another thread.
        if self._catalogue.files.correct_duration(track_id, known, seconds):
            self._events.emit(TracksChanged((track_id,)))


def _ignore(_: None) -> None:
    """Do nothing: an event updates the lists."""


def _ignore_error(_: MusicsimError) -> None:
    """Do nothing: the header's length stays, and the next play of the track tries again."""

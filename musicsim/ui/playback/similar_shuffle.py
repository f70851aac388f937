"""Shuffle by similarity: the most similar track that was not played yet comes next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playback.modes import Shuffle
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class SimilarShuffle(QObject):
    """Helper that asks the app for the track most similar to the current one, and makes it the next one."""

    def __init__(
        self, app: Musicsim, bridge: Bridge, store: TrackStore, queue: PlayQueue, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._queue = queue
        queue.similar_wanted.connect(self._ask)

    def _ask(self, track_id: int, ids: tuple[int, ...]) -> None:
        known = self._store.in_library([track_id])
        if not known:
            return

        def bring(nearest: int | None) -> None:
            still_wanted = self._queue.shuffle is Shuffle.SIMILAR
            if nearest is not None and still_wanted and self._queue.current == track_id:
                self._queue.upcoming.bring_forward(nearest)

        # A track that is not embedded yet has no neighbours: the list continues in its order.
        self._bridge.watch(self._app.finding.nearest_among(known[0], ids), bring, lambda _: None)

"""What the listener likes and bans while a radio is on."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from musicsim.library.catalogue.opinions import Opinion
from musicsim.playlists.rules.bans import Bans
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class RadioOpinions(QObject):
    """Tells of new likes, and takes what was banned out of the radio's part of the queue.

    The thread that makes lists reads them: what is banned may have to be compared with all tracks, and a like must not
    wait for that to be stored.

    Parameters
    ----------
    is_wanted
        Returns whether a radio is on.
    """

    liked = Signal(object)
    """tuple[int, ...]: tracks that the listener likes since the last time."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        queue: PlayQueue,
        is_wanted: Callable[[], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._queue = queue
        self._is_wanted = is_wanted
        self._known: frozenset[int] | None = None
        bridge.opinions_changed.connect(self.follow)

    def begin(self) -> None:
        """Read the opinions for another radio: what the listener liked before is not about it."""
        self._known = None
        self.follow()

    def follow(self) -> None:
        """Read the opinions, unless no radio is on."""
        if self._is_wanted():
            self._bridge.watch(self._app.radio.submit(self._read), self._settle, lambda _: None)

    def _read(self) -> tuple[frozenset[int], Bans]:
        return self._app.opinions.tracks(Opinion.LIKED), self._app.banned.all()

    def _settle(self, found: tuple[frozenset[int], Bans]) -> None:
        likes, bans = found
        before, self._known = self._known, likes
        if not self._is_wanted():
            return
        if before is not None and (new := likes - before):
            self.liked.emit(tuple(new))
        tracks = self._store.tracks(self._queue.upcoming.radio)
        self._queue.leave_out(track.id for track in tracks if bans.forbid(track))

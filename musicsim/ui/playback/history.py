"""Play history: stored in the catalogue, and shown as it happens."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.plays import Plays
from musicsim.library.types import Play
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.history_list import GLIMPSE, LIMIT, HistoryList
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.visitors import is_visitor


class History(QObject):
    """Recorder of the player's plays: stores every play, and shows those longer than a glimpse in `list`.

    A track is in the list from its first sound on, so that the list shows the current track and those before it. Plays
    of visitors are not stored, but stay in the list until musicsim closes.

    The list changes at once; another thread updates the catalogue.
    """

    def __init__(
        self,
        plays: Plays,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        messages: Messages,
        theme: Theme,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._plays = plays
        self._bridge = bridge
        self._messages = messages
        self._visits: list[Play] = []
        """This session's plays of visitors, newest first."""
        self._revision = 0
        """Number that grows with each change of the stored history."""
        self._is_failing = False
        self.list = HistoryList(store, theme, self)
        self.list.set_plays(self._latest())
        player.length_found.connect(self._follow_begin)
        player.played.connect(self._follow_end)
        store.removed.connect(self._follow_removal)

    def clear(self) -> None:
        """Clear the history; the track being heard stays in the list."""

        def tell(_: None) -> None:
            self._messages.tell(self.tr("The history was cleared."))

        self._visits.clear()
        self.list.set_plays(())
        self._change(self._plays.clear, tell)

    def _follow_begin(self, track_id: int, _: float) -> None:
        # A change of its sound reloads a track without ending it. A repeated track has ended before it begins again.
        if track_id != self.list.current:
            self.list.begin(track_id)

    def _follow_end(self, play: Play) -> None:
        self.list.end(play)
        if is_visitor(play.track_id):
            self._visits.insert(0, play)
            del self._visits[LIMIT:]
        else:
            self._change(lambda: self._plays.add(play))

    def _follow_removal(self, ids: tuple[int, ...]) -> None:
        # A track that turned out to be another one has passed its plays on to that one.
        self.list.drop(ids)
        self._reload()

    def _change(
        self, change: Callable[[], None], then: Callable[[None], None] = lambda _: None
    ) -> None:
        def settle(done: None) -> None:
            self._is_failing = False
            then(done)

        self._revision += 1
        self._bridge.record(change, settle, self._fail)

    def _fail(self, error: MusicsimError) -> None:
        # Report it once, not with each track.
        if not self._is_failing:
            self._is_failing = True
            self._messages.fail(
                self.tr("What was played can’t be kept in the history. {0}").format(error)
            )

    def _reload(self) -> None:
        revision = self._revision

        def show(stored: list[Play]) -> None:
            if revision == self._revision:
                plays = [*stored, *self._visits]
                self.list.set_plays(sorted(plays, key=lambda play: play.started_at, reverse=True))
            else:
                self._reload()

        self._bridge.record(self._latest, show, self._fail)

    def _latest(self) -> list[Play]:
        # Read more than fit: consecutive plays of one track share a row.
        return self._plays.latest(2 * LIMIT, heard=GLIMPSE)

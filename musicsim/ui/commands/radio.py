"""Radio commands: start one from tracks or anything else, and add a few similar tracks to the queue."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence

from musicsim.playlists.rules.rules import Rules
from musicsim.services.making.request import PlaylistRequest
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.radio_desk import RadioDesk
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_model import one_line

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.playlists.result import GeneratedPlaylist

SIMILAR_ADDED = 5


class RadioActions(QObject):
    """The entries of a track menu that start a radio, or add similar tracks.

    Other menus call `start` with an artist, an album, a genre, a playlist or a group.

    Parameters
    ----------
    selected
        Returns the selected tracks that are in the library, and tells the listener if some are not.
    """

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        player: Player,
        desk: RadioDesk,
        messages: Messages,
        theme: Theme,
        selected: Callable[[], Sequence[int]],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._app = app
        self._bridge = bridge
        self._store = store
        self._player = player
        self._desk = desk
        self._messages = messages
        self._selected = selected

        def action(text: str, icon: str, shortcut: str, do: Callable[[], None]) -> QAction:
            made = QAction(text, self)
            theme.set_icon(made, icon)
            made.setShortcut(QKeySequence(shortcut))
            made.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            made.triggered.connect(do)
            return made

        self.start_radio = action(
            self.tr("Start radio"), "radio", "Ctrl+Shift+Return", self._start_from_selection
        )
        self.add_similar = action(
            self.tr("Add {0} similar after this one").format(SIMILAR_ADDED),
            "add",
            "Ctrl+Alt+U",
            self._add_similar,
        )

    @property
    def all(self) -> tuple[QAction, QAction]:
        """The actions of a track menu."""
        return self.start_radio, self.add_similar

    def start(self, seeds: Sequence[Seed]) -> None:
        """Start a radio; a song that plays goes on. See `RadioDesk.start`."""
        self._desk.start(seeds)

    def _start_from_selection(self) -> None:
        tracks = self._store.tracks(self._selected())
        if tracks:
            self.start([Seed(SeedKind.TRACK, one_line(t.title), (t.id,)) for t in tracks])

    def _add_similar(self) -> None:
        ids = list(self._selected())
        if not ids:
            return
        queue = self._player.queue
        current = [] if queue.current is None else [queue.current]
        without = frozenset([*current, *queue.upcoming.ids]) - set(ids)
        request = PlaylistRequest(
            ids,
            rules=replace(Rules.for_lists(date.today()), without=without),
            length=len(ids) + SIMILAR_ADDED,
        )

        def add(made: GeneratedPlaylist) -> None:
            known = {*ids, *without}
            found = [match.track.id for match in made.matches if match.track.id not in known]
            if not found:
                self._messages.tell(self.tr("No other track is similar enough."))
            elif self._insert_after(ids[-1], found):
                text = (
                    "Added %n similar track to the queue.",
                    "Added %n similar tracks to the queue.",
                )
                self._messages.tell(formats.counted("radio", len(found), *text))

        with self._messages.reporting():
            self._bridge.watch(self._app.playlists.make(request), add, self._messages.fail)

    def _insert_after(self, track_id: int, ids: Sequence[int]) -> bool:
        """Queue tracks by hand after one that is upcoming, or else next; False if they are being played instead."""
        upcoming = self._player.queue.upcoming
        if rows := upcoming.rows_of([track_id]):
            upcoming.insert(rows[0] + 1, ids)
            return True
        return self._player.enqueue(ids, first=True)

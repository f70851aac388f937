"""The player with all its parts except the widgets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings

from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.gains import gains_by
from musicsim.ui.playback.history import History
from musicsim.ui.playback.lengths import Lengths
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.radio_desk import RadioDesk
from musicsim.ui.playback.session import Session
from musicsim.ui.playback.similar_shuffle import SimilarShuffle
from musicsim.ui.playback.sleep_timer import SleepTimer
from musicsim.ui.playback.waveforms import WaveformSource
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim

PLAYER_LOG = "player.log"
"""Log of the playback process, inside the data folder."""


class Deck(QObject):
    """Owner of the player and its parts."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        messages: Messages,
        theme: Theme,
        settings: QSettings,
        make_engine: Callable[[Path], Engine],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        catalogue = app.catalogue
        engine = make_engine(app.data_folder / PLAYER_LOG)
        queue = PlayQueue(store, theme, self)
        self.player = Player(store, queue, messages, engine, self)
        self.controls = PlaybackControls(
            engine, self.player, settings, make_gain=gains_by(catalogue, store), parent=self
        )
        self.sleep_timer = SleepTimer(self.player, self)
        self.radio = RadioDesk(app, bridge, store, self.player, self.controls, messages, self)
        self.session = Session(app.data_folder, store, self.player, self.radio, self)
        self.waveforms = WaveformSource(catalogue, app.waveforms, bridge, self.player, engine, self)
        self.history = History(app.history, bridge, store, self.player, messages, theme, self)
        # These work on their own; nothing refers to them.
        SimilarShuffle(app, bridge, store, queue, self)
        Lengths(catalogue, app.events, bridge, store, self.player, self)

    def close(self) -> None:
        """Save the session and end playback."""
        self.session.close()
        self.player.close()
        self.waveforms.close()

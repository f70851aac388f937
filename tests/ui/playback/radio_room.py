"""A window on a real library of made-up sounds, for radios."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication
from radio_library import fill
from window_fakes import FakeEngine

from musicsim.app import Musicsim
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.radio_desk import FEWEST
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.side_panel import Tab


class Room:
    """A window on a real library, which can be closed and opened again."""

    def __init__(self, folder: Path, theme: Theme, qtbot, **library: int) -> None:
        self.app = Musicsim.open(folder / "data")
        self.ids = fill(self.app, folder / "music", **library)
        self._theme = theme
        self._qtbot = qtbot
        self.bridge: Bridge | None = None
        self.open()

    def open(self) -> None:
        self.bridge = Bridge(self.app.events)
        self.engine = FakeEngine()
        settings = QSettings(str(self.app.data_folder / "window.ini"), QSettings.Format.IniFormat)
        self.window = MainWindow(
            self.app, self.bridge, self._theme, settings, make_engine=lambda log: self.engine
        )
        self._qtbot.addWidget(self.window)
        with self._qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.window.panel.show_tab(Tab.QUEUE)
        self.player, self.queue = self.window.player, self.window.player.queue
        self.desk = self.window._deck.radio
        self.upcoming = self.queue.upcoming
        self.table = self.window.places.library.table

    def close(self) -> None:
        self.window.close()
        assert self.bridge is not None
        self.bridge.close()

    def seed(self, number: int = 0) -> Seed:
        return Seed(SeedKind.TRACK, f"Song {number}", (self.ids[number],))

    def start(self, number: int = 0) -> None:
        self.desk.start([self.seed(number)])
        self.until_full()

    def until_full(self) -> None:
        self._qtbot.waitUntil(
            lambda: (
                self.desk.is_on
                and len(self.upcoming.radio) > FEWEST - 1
                and not self.desk._is_waiting
            )
        )

    def hear_out(self) -> None:
        self.engine.end()
        QApplication.processEvents()

    def said(self) -> str:
        return self.window.message_bar.text

"""Dialogs of the window's menus; each is created once, and afterwards brought to the front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget

from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.history import History
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.problems import ProblemsDialog

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.ui.settings.settings_dialog import SettingsDialog


class Dialogs:
    """Problems dialog and settings dialog."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        playback: PlaybackControls,
        history: History,
        messages: Messages,
        theme: Theme,
        settings: QSettings,
        window: QWidget,
    ) -> None:
        self._app = app
        self._bridge = bridge
        self._store = store
        self._playback = playback
        self._history = history
        self._messages = messages
        self._theme = theme
        self._settings = settings
        self._window = window
        self.problems = ProblemsDialog(app, messages, theme, window)
        self.settings: SettingsDialog | None = None

    def open_problems(self) -> None:
        """Show the list of problems."""
        self.problems.show()
        self.problems.raise_()

    def open_settings(self) -> SettingsDialog:
        """Show the settings."""
        if self.settings is None:
            # It needs NumPy, which the window starts without.
            from musicsim.ui.settings.settings_dialog import SettingsDialog

            self.settings = SettingsDialog(
                self._app,
                self._bridge,
                self._store,
                self._messages,
                self._theme,
                self._settings,
                self._playback,
                self._history,
                self._window,
            )
        self.settings.show()
        self.settings.raise_()
        self.settings.activateWindow()
        return self.settings

    def open_opinions(self) -> None:
        """Show everything that the listener likes or never wants to hear."""
        settings = self.open_settings()
        settings.pages.setCurrentWidget(settings.opinions)

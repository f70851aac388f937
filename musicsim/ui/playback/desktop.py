"""What the desktop shows of a running musicsim: media controls, an icon in the tray, messages about tracks."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.widgets import bring_forward
from musicsim.ui.playback.cover_files import CoverFiles
from musicsim.ui.playback.mpris import Mpris, WindowActions
from musicsim.ui.playback.notifications import BusNotices, Notice, TrackNotices
from musicsim.ui.playback.settings import PlaybackSettings
from musicsim.ui.playback.tray import TrayIcon

if TYPE_CHECKING:
    from musicsim.app import Musicsim
    from musicsim.ui.window.main_window import MainWindow

COVERS_FOLDER = "covers"
"""Inside the data folder: the covers that the desktop shows."""


class Desktop(QObject):
    """Made for the window that a listener sees, and for none that a test makes."""

    def __init__(self, app: Musicsim, bridge: Bridge, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._covers = CoverFiles(app.cover, bridge, app.data_folder / COVERS_FOLDER, self)
        self.mpris = Mpris(
            window.player,
            WindowActions(
                lambda: bring_forward(window), window.commands.quit.trigger, window.open_uris
            ),
            window.store.tracks,
            covers=self._covers,
            parent=self,
        )
        self.tray: TrayIcon | None = None
        if sys.platform == "linux":
            show = BusNotices(lambda: self.mpris.bus).show
            self.notices = TrackNotices(window.player, show, self._covers, self)
        else:
            self.notices = TrackNotices(window.player, self._show_by_tray, parent=self)
        window.stays_in_tray = self._stays_in_tray
        window.playback.changed.connect(self._follow_settings)
        self._follow_settings(window.playback.settings)

    def close(self) -> None:
        """Leave the desktop."""
        self._window.playback.changed.disconnect(self._follow_settings)
        self.notices.close()
        if self.tray is not None:
            self.tray.close()
        self.mpris.close()
        self._covers.close()

    def _follow_settings(self, settings: PlaybackSettings, _: object = None) -> None:
        self.notices.on = settings.notifications
        if settings.tray and self.tray is None:
            self.tray = TrayIcon(self._window, self._window.player, self._window.commands)
            self.tray.show()
        elif not settings.tray and self.tray is not None:
            self.tray.close()
            self.tray.deleteLater()
            self.tray = None
            # Nothing else would lead back to it.
            if not self._window.isVisible():
                bring_forward(self._window)

    def _stays_in_tray(self) -> bool:
        """Whether a closed window can be brought back by the icon: the tray itself may be gone."""
        return (
            self._window.playback.settings.stays_in_tray
            and self.tray is not None
            and self.tray.isVisible()
            and QSystemTrayIcon.isSystemTrayAvailable()
        )

    def _show_by_tray(self, notice: Notice) -> None:
        if self.tray is not None:
            self.tray.showMessage(notice.title, notice.text, self._window.windowIcon())

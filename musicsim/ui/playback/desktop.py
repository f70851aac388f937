"""Presence on the desktop: media controls, tray icon, notifications about tracks."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from musicsim.library.types import Track
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.widgets import bring_forward
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.cover_files import CoverFiles
from musicsim.ui.playback.mpris import Mpris, WindowActions
from musicsim.ui.playback.notifications import BusNotices, Notice, TrackNotices
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.settings import PlaybackSettings
from musicsim.ui.playback.tray import TrayIcon

if TYPE_CHECKING:
    from musicsim.app import Musicsim

COVERS_FOLDER = "covers"
"""Folder of the covers that the desktop shows, inside the data folder."""


class Desktop(QObject):
    """Desktop integration of the listener's window; windows made in tests have none.

    Parameters
    ----------
    tracks
        Returns tracks by their ids.
    transport
        The window's play/pause, previous and next actions.
    leave
        The window's action that quits.
    open_uris
        Plays the files of `file:` addresses.
    """

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        window: QWidget,
        player: Player,
        playback: PlaybackControls,
        tracks: Callable[[Iterable[int]], list[Track]],
        *,
        transport: Sequence[QAction],
        leave: QAction,
        open_uris: Callable[[Sequence[str]], None],
    ) -> None:
        super().__init__(window)
        self._window = window
        self._player = player
        self._playback = playback
        self._transport = transport
        self._leave = leave
        self._covers = CoverFiles(
            app.collection.cover, bridge, app.data_folder / COVERS_FOLDER, self
        )
        self.mpris = Mpris(
            player,
            WindowActions(lambda: bring_forward(window), leave.trigger, open_uris),
            tracks,
            covers=self._covers,
            parent=self,
        )
        self.tray: TrayIcon | None = None
        if sys.platform == "linux":
            show = BusNotices(lambda: self.mpris.bus).show
            self.notices = TrackNotices(player, show, self._covers, self)
        else:
            self.notices = TrackNotices(player, self._show_by_tray, parent=self)
        playback.changed.connect(self._follow_settings)
        self._follow_settings(playback.settings)

    def close(self) -> None:
        """End the integration."""
        self._playback.changed.disconnect(self._follow_settings)
        self.notices.close()
        if self.tray is not None:
            self.tray.close()
        self.mpris.close()
        self._covers.close()

    def stays_in_tray(self) -> bool:
        """Return whether the icon can bring back a closed window; the tray itself may be gone."""
        return (
            self._playback.settings.stays_in_tray
            and self.tray is not None
            and self.tray.isVisible()
            and QSystemTrayIcon.isSystemTrayAvailable()
        )

    def _follow_settings(self, settings: PlaybackSettings, _: object = None) -> None:
        self.notices.on = settings.notifications
        if settings.tray and self.tray is None:
            self.tray = TrayIcon(self._window, self._player, self._transport, self._leave)
            self.tray.show()
        elif not settings.tray and self.tray is not None:
            self.tray.close()
            self.tray.deleteLater()
            self.tray = None
            # Without the icon, nothing leads back to a hidden window.
            if not self._window.isVisible():
                bring_forward(self._window)

    def _show_by_tray(self, notice: Notice) -> None:
        if self.tray is not None:
            self.tray.showMessage(notice.title, notice.text, self._window.windowIcon())

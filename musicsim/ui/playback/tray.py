"""Tray icon: shows what plays, and controls the player while the window is out of sight."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAction, QIcon, QWheelEvent
from PySide6.QtWidgets import QMenu, QSystemTrayIcon, QWidget

from musicsim.library.types import Track
from musicsim.ui.kit.wheel import Notches
from musicsim.ui.kit.widgets import bring_forward
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.track_model import one_line

_WHEEL_STEP = 0.05
"""Change of the volume per notch of the wheel."""
_LONGEST_TIP = 120
"""Characters: Windows shows 127."""
_JUST_NOW = 0.5
"""Seconds: on some trays, a click takes the focus from the window before musicsim learns of it."""


class TrayIcon(QSystemTrayIcon):
    """Icon for the window and its player; the caller shows and hides it.

    A click shows the window, or hides it if it is in front. A middle click plays or pauses. The wheel changes the
    volume if the tray passes it on, which trays over D-Bus don't. Some trays open the menu on any click, so everything
    important is in the menu.

    Parameters
    ----------
    transport
        The window's play/pause, previous and next actions, at the top of the menu.
    leave
        The window's action that quits, at the bottom of the menu.
    """

    def __init__(
        self, window: QWidget, player: Player, transport: Sequence[QAction], leave: QAction
    ) -> None:
        super().__init__(window)
        self._window = window
        self._player = player
        self._notches = Notches()
        self._left_at = float("-inf")
        """Time at which the window was last deactivated."""
        icon = window.windowIcon()
        # Use the theme's icon if musicsim is installed: a tray over D-Bus draws it at the sharpness that it needs.
        self.setIcon(QIcon.fromTheme("musicsim", icon))
        self._stop_after = QAction(_tr("Stop after this track"), self)
        self._stop_after.setCheckable(True)
        self._stop_after.triggered.connect(player.set_stops_after_this)
        self._show_window = QAction(_tr("Show window"), self)
        self._show_window.triggered.connect(lambda: bring_forward(window))
        # It has no parent that could delete it before the icon.
        self._menu = QMenu()
        self._menu.addActions(transport)
        self._menu.addAction(self._stop_after)
        self._menu.addSeparator()
        self._menu.addAction(self._show_window)
        self._menu.addAction(leave)
        self.setContextMenu(self._menu)
        self.activated.connect(self._follow_click)
        player.track_changed.connect(self._show_track)
        player.playing_changed.connect(self._show_track)
        player.modes_changed.connect(self._show_modes)
        window.installEventFilter(self)
        self._show_track()
        self._show_modes()

    def close(self) -> None:
        """Remove the icon."""
        self._window.removeEventFilter(self)
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Note when the window is deactivated (Qt override)."""
        if event.type() is QEvent.Type.WindowDeactivate:
            self._left_at = time.monotonic()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Change the volume by the wheel over the icon (Qt override)."""
        if isinstance(event, QWheelEvent):
            if notches := self._notches.turn(event.angleDelta().y()):
                self._player.set_volume(self._player.volume + notches * _WHEEL_STEP)
            return True
        return super().event(event)

    def _follow_click(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        if reason is QSystemTrayIcon.ActivationReason.Trigger:
            self._toggle_window()
        elif reason is QSystemTrayIcon.ActivationReason.MiddleClick:
            self._player.toggle()

    def _toggle_window(self) -> None:
        window = self._window
        seen = window.isVisible() and not window.isMinimized()
        if seen and (window.isActiveWindow() or time.monotonic() - self._left_at < _JUST_NOW):
            window.hide()
        else:
            bring_forward(window)

    def _show_track(self, _: object = None) -> None:
        self.setToolTip(tip_of(self._player.track, playing=self._player.playing))

    def _show_modes(self) -> None:
        self._stop_after.setChecked(self._player.stops_after_this)


def tip_of(track: Track | None, *, playing: bool) -> str:
    """Return the text of the icon's tooltip."""
    if track is None:
        return "musicsim"
    parts = [one_line(part) for part in (track.title, track.artist) if part]
    text = " — ".join(parts)
    if not playing:
        text = _tr("{0} (paused)").format(text)
    if len(text) > _LONGEST_TIP:
        text = f"{text[: _LONGEST_TIP - 1]}…"
    # Some trays read it as HTML and others don't, so escaped text would be wrong in some of them.
    return text.replace("<", "‹").replace(">", "›")


def _tr(text: str) -> str:
    return QCoreApplication.translate("tray", text)

"""The keyboard's media keys while a window of musicsim has the focus; elsewhere, MPRIS has them on Linux."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from musicsim.ui.playback.player import Player


def add_media_keys(window: QWidget, player: Player) -> None:
    """Have the keys for play, pause and stop do so; the menu's commands have those for previous and next."""
    for key, act in (
        # One key on most keyboards, which Windows and X11 call Play.
        (Qt.Key.Key_MediaPlay, player.toggle),
        (Qt.Key.Key_MediaTogglePlayPause, player.toggle),
        (Qt.Key.Key_MediaPause, player.pause),
        (Qt.Key.Key_MediaStop, player.stop),
    ):
        shortcut = QShortcut(QKeySequence(key), window)
        # In dialogs, too. A key that is held down doesn't play and pause in turn.
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(act)

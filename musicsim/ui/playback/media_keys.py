"""Media keys of the keyboard while a musicsim window has the focus; elsewhere, MPRIS handles them on Linux."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from musicsim.ui.playback.player import Player


def add_media_keys(window: QWidget, player: Player) -> None:
    """Assign the keys for play, pause and stop; the menu's commands have those for previous and next."""
    for key, act in (
        # Most keyboards have one key, which Windows and X11 call Play.
        (Qt.Key.Key_MediaPlay, player.toggle),
        (Qt.Key.Key_MediaTogglePlayPause, player.toggle),
        (Qt.Key.Key_MediaPause, player.pause),
        (Qt.Key.Key_MediaStop, player.stop),
    ):
        shortcut = QShortcut(QKeySequence(key), window)
        # Work in dialogs, too. Don't play and pause in turn while the key is held down.
        shortcut.setContext(Qt.ShortcutContext.ApplicationShortcut)
        shortcut.setAutoRepeat(False)
        shortcut.activated.connect(act)

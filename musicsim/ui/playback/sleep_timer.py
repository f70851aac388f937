"""Sleep timer: fades out and pauses after a while."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from musicsim.ui.playback.player import Player

SLEEP_MINUTES = (15, 30, 45, 60, 90)
_FADE_STEPS = 100
_FADE_MS = 10_000


class SleepTimer(QObject):
    """Timer that fades out and pauses the player when its time is over."""

    changed = Signal()

    def __init__(self, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._player = player
        self._steps = 0
        self.minutes = 0
        """Minutes that the listener chose; 0 for no timer."""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._begin_fade)
        self._fade = QTimer(self)
        self._fade.setInterval(_FADE_MS // _FADE_STEPS)
        self._fade.timeout.connect(self._step)

    def set_minutes(self, minutes: int) -> None:
        """Pause in this many minutes; 0 cancels the timer."""
        self.minutes = minutes
        self._end_fade()
        if minutes:
            self._timer.start(minutes * 60_000)
        else:
            self._timer.stop()
        self.changed.emit()

    def _begin_fade(self) -> None:
        self._steps = _FADE_STEPS
        self._fade.start()

    def _step(self) -> None:
        self._steps -= 1
        if self._steps > 0 and self._player.playing:
            self._player.set_fade(self._steps / _FADE_STEPS)
            return
        self._player.pause()
        self.set_minutes(0)

    def _end_fade(self) -> None:
        if self._fade.isActive():
            self._fade.stop()
            self._player.set_fade(1.0)

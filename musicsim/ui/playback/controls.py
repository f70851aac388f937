"""Playback settings in force: applied to the engine and the player, and saved."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSettings, QTimer, Signal

from musicsim.library.tags.replay_gain import GainMode
from musicsim.library.types import Track
from musicsim.ui.playback.engine import Engine
from musicsim.ui.playback.lineup import Mixing
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.settings import PlaybackSettings

_SETTLING_MS = 200
"""Time that a dragged slider must rest before its value is applied: the track is reloaded for it."""

GainFunction = Callable[[Track, bool], float]
"""Factor of a track's samples; the second argument says whether its album is played in order."""


class PlaybackControls(QObject):
    """Holder of the playback settings; applies and saves each change at once.

    Parameters
    ----------
    make_gain
        Makes the function that gives each track's gain, from the settings `gain` and `preamp`.
    """

    changed = Signal(object, object)
    """PlaybackSettings: the new ones and the previous ones."""

    def __init__(
        self,
        engine: Engine,
        player: Player,
        settings: QSettings,
        *,
        make_gain: Callable[[PlaybackSettings], GainFunction],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.engine = engine
        self._player = player
        self._settings = settings
        self._make_gain = make_gain
        self.settings = PlaybackSettings.load(settings)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLING_MS)
        self._settling.timeout.connect(self._apply_sound)
        self._sound = _sound(self.settings)
        if self.settings.device is not None:
            engine.use_device(self.settings.device)
        player.set_mixing(Mixing(make_gain(self.settings), self.settings.crossfade))

    def apply(self, settings: PlaybackSettings) -> None:
        """Apply and save settings; disturb the playing track only if its sound changes."""
        before, self.settings = self.settings, settings
        if settings == before:
            return
        settings.save(self._settings)
        if settings.device != before.device:
            self.engine.use_device(settings.device)
        if _sound(settings) != _sound(before):
            self._settling.start()
        self.changed.emit(settings, before)

    def _apply_sound(self) -> None:
        # The slider may be back at its old value.
        if (sound := _sound(self.settings)) != self._sound:
            self._sound = sound
            self._player.set_mixing(Mixing(self._make_gain(self.settings), self.settings.crossfade))


def _sound(settings: PlaybackSettings) -> tuple[object, ...]:
    """Return the part of the settings that changes the sound."""
    preamp = 0.0 if settings.gain is GainMode.OFF else settings.preamp
    return settings.gain, preamp, settings.crossfade

"""Playback settings, and how they are saved."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import QSettings

from musicsim.library.tags.replay_gain import GainMode
from musicsim.services.making.radio import RadioSettings, Strictness

LARGEST_PREAMP = 15.0
"""Decibels, up or down."""
PREAMP_STEP = 0.5
"""Decibels."""
LONGEST_CROSSFADE = 12
"""Seconds."""

_STRICTNESSES = {strictness.value: strictness for strictness in Strictness}
_AS_BUILT = RadioSettings()
_GAINS = {mode.value: mode for mode in GainMode}


@dataclass(frozen=True, slots=True)
class PlaybackSettings:
    """Settings on the playback page and in the player bar."""

    device: bytes | None = None
    """Id of the device to play on; None: the system's default, even when that changes."""
    device_name: str = ""
    """Name of the device, shown while it is not connected."""
    gain: GainMode = GainMode.AUTOMATIC
    preamp: float = 0.0
    """Decibels added to every gain."""
    crossfade: float = 0.0
    """Seconds; 0 joins tracks without a gap."""
    tray: bool = False
    """Whether to show an icon in the system tray."""
    stays_in_tray: bool = False
    """Whether musicsim keeps running in the tray when its window is closed."""
    notifications: bool = False
    """Whether the desktop shows a notification when a track begins."""
    remaining_time: bool = False
    """Whether the right end of the seek bar shows the remaining time instead of the length."""
    goes_on: bool = False
    """Whether a radio begins when the queue ends."""
    radio: RadioSettings = _AS_BUILT
    """How a radio goes on."""

    @classmethod
    def load(cls, settings: QSettings) -> PlaybackSettings:
        """Return the saved settings; invalid values count as not saved."""
        device, name = _text(settings, "device"), _text(settings, "device_name")
        try:
            device_id = bytes.fromhex(device) or None
        except ValueError:
            device_id = None
        gain = _text(settings, "gain")
        return cls(
            device=device_id,
            device_name=name if device_id else "",
            gain=_GAINS.get(gain, GainMode.AUTOMATIC),
            preamp=_number(settings, "preamp", -LARGEST_PREAMP, LARGEST_PREAMP),
            crossfade=_number(settings, "crossfade", 0.0, LONGEST_CROSSFADE),
            tray=_text(settings, "tray") == "true",
            stays_in_tray=_text(settings, "stays_in_tray") == "true",
            notifications=_text(settings, "notifications") == "true",
            remaining_time=_text(settings, "remaining_time") == "true",
            goes_on=_text(settings, "goes_on") == "true",
            radio=RadioSettings(
                _STRICTNESSES.get(_text(settings, "radio_strictness"), _AS_BUILT.strictness),
                _text(settings, "radio_follows_vibe") == "true",
            ),
        )

    def save(self, settings: QSettings) -> None:
        """Save the settings."""
        for name, text in (
            ("device", (self.device or b"").hex()),
            ("device_name", self.device_name),
            ("gain", self.gain.value),
            ("preamp", repr(float(self.preamp))),
            ("crossfade", repr(float(self.crossfade))),
            ("tray", _word(self.tray)),
            ("stays_in_tray", _word(self.stays_in_tray)),
            ("notifications", _word(self.notifications)),
            ("remaining_time", _word(self.remaining_time)),
            ("goes_on", _word(self.goes_on)),
            ("radio_strictness", self.radio.strictness.value),
            ("radio_follows_vibe", _word(self.radio.follows_vibe)),
        ):
            settings.setValue(f"playback/{name}", text)


def _word(on: bool) -> str:
    return "true" if on else "false"


def _text(settings: QSettings, name: str) -> str:
    """Return a value if it is text; Qt turns some values written by hand into lists and other types."""
    value = settings.value(f"playback/{name}")
    return value if isinstance(value, str) else ""


def _number(settings: QSettings, name: str, least: float, most: float) -> float:
    try:
        number = float(_text(settings, name))
    except ValueError:
        return 0.0
    return min(most, max(least, number)) if math.isfinite(number) else 0.0

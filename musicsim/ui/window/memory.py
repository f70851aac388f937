"""Appearance of the window, saved between starts."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSlider

from musicsim.ui.kit.theme import Scheme, Theme
from musicsim.ui.window.places import Places
from musicsim.ui.window.side_panel import SidePanel

_GEOMETRY, _SPLITTER = "window/geometry", "window/splitter"
_THEME = "window/theme"
_VOLUME = "player/volume"


class Memory:
    """Storage of the window's size, panes, place, columns and colours, and of the volume."""

    def __init__(
        self,
        settings: QSettings,
        window: QMainWindow,
        places: Places,
        panel: SidePanel,
        volume: QSlider,
        theme: Theme,
    ) -> None:
        self._settings = settings
        self._window = window
        self._places = places
        self._panel = panel
        self._volume = volume
        self._theme = theme

    def restore(self) -> None:
        """Restore what was saved, except the colours, which the theme already has."""
        settings = self._settings
        self._window.resize(1280, 800)
        for key, restore in (
            (_GEOMETRY, self._window.restoreGeometry),
            (_SPLITTER, self._places.splitter.restoreState),
        ):
            saved = settings.value(key)
            if isinstance(saved, QByteArray):
                restore(saved)
        self._panel.restore(settings)
        self._places.restore(settings)
        volume = str(settings.value(_VOLUME) or "")
        if volume.isdecimal():
            self._volume.setValue(int(volume))

    def save(self) -> None:
        """Save everything."""
        settings = self._settings
        settings.setValue(_GEOMETRY, self._window.saveGeometry())
        settings.setValue(_SPLITTER, self._places.splitter.saveState())
        settings.setValue(_THEME, self._theme.scheme.value)
        settings.setValue(_VOLUME, str(self._volume.value()))
        self._panel.save(settings)
        self._places.save(settings)
        settings.sync()


def saved_scheme(settings: QSettings) -> Scheme:
    """Return the colour scheme that the listener chose last."""
    saved = str(settings.value(_THEME) or "")
    return Scheme(saved) if saved in {scheme.value for scheme in Scheme} else Scheme.SYSTEM

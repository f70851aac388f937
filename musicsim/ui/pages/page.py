"""Interface of the pages; the window knows no page by its class."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget


class Page(Protocol):
    """Content for the middle of the window."""

    @property
    def key(self) -> str:
        """Word by which the page is remembered; never shown."""

    @property
    def name(self) -> str:
        """Title shown to the listener."""

    @property
    def icon(self) -> str:
        """Name of the page's icon."""

    @property
    def widget(self) -> QWidget:
        """Widget that is shown."""

    def focus(self) -> None:
        """Focus the widget where the listener continues."""

    def save(self, settings: QSettings) -> None:
        """Save the page's appearance."""

    def restore(self, settings: QSettings) -> None:
        """Restore the saved appearance."""


@runtime_checkable
class HasTracks(Protocol):
    """What a page can do besides if it shows tracks."""

    def play_tracks(self) -> None:
        """Play the selection or, without one, everything."""

    def show_track(self, track_id: int) -> bool:
        """Select a track and scroll to it; return False if it is not on this page."""

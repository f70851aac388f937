"""What a page is to the window, which knows none of them by its class."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QWidget


class Page(Protocol):
    """Something that fills the middle of the window."""

    @property
    def name(self) -> str:
        """What the listener reads."""

    @property
    def icon(self) -> str:
        """The name of its picture."""

    @property
    def widget(self) -> QWidget:
        """What is shown."""

    def focus(self) -> None:
        """Put the keyboard where the listener goes on from."""

    def save(self, settings: QSettings) -> None:
        """Keep what it looks like."""

    def restore(self, settings: QSettings) -> None:
        """Look as it was kept last."""


class TrackPage(Page, Protocol):
    """A page of tracks."""

    def play_tracks(self) -> None:
        """Play what is selected, or else everything."""

    def show_track(self, track_id: int) -> bool:
        """Select a track and bring it into view; False if it is not here."""

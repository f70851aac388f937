"""Interfaces between track lists and track actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class Selection(Protocol):
    """List of tracks that the actions work on."""

    list_name: str

    def selected_ids(self) -> list[int]:
        """Return the ids of the selected tracks, from top to bottom."""

    def selection_size(self) -> int:
        """Return the number of selected tracks."""

    def play_selection(self) -> None:
        """Play the selection."""

    def selectionModel(self) -> QItemSelectionModel:
        """Return the selection model (Qt method)."""


class TableActions(Protocol):
    """Actions of a list's menu and shortcuts, applied to its selection."""

    @property
    def all(self) -> tuple[QAction, ...]:
        """All actions."""

    def use(self, selection: Selection) -> None:
        """Apply the actions to the selection of this list from now on."""

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu."""

    def toggle_opinion(self, track_id: int) -> None:
        """Like a track, or take back what the listener thinks of it."""

    def play(self, ids: Sequence[int], at: int = 0) -> None:
        """Play a list of tracks, starting at index `at`."""

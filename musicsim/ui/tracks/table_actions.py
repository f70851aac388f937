"""What a list of tracks needs of the actions on tracks, and they of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu


class Selection(Protocol):
    """The list of tracks that the actions work on."""

    list_name: str

    def selected_ids(self) -> list[int]:
        """Return the selected tracks, from top to bottom."""

    def selection_size(self) -> int:
        """Return how many tracks are selected."""

    def play_selection(self) -> None:
        """Play what is selected."""

    def selectionModel(self) -> QItemSelectionModel:
        """Qt's."""


class TableActions(Protocol):
    """The actions of a list's menu and shortcuts, which work on its selection."""

    @property
    def all(self) -> tuple[QAction, ...]:
        """Every one of them."""

    def use(self, selection: Selection) -> None:
        """Work on the selection of this list from now on."""

    def fill(self, menu: QMenu) -> None:
        """Put the actions into a menu."""

    def play(self, ids: Sequence[int], at: int = 0) -> None:
        """Play a list of tracks from one of them on."""

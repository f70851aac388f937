"""What can be dropped on the builder."""

from __future__ import annotations

import json

from PySide6.QtCore import QMimeData

PLAYLISTS_MIME = "application/x-musicsim-playlists"
"""JSON: {"playlists": [ids], "folders": [ids]}, as the list of playlists drags them."""
CHIP_MIME = "application/x-musicsim-chip"
"""The number of a chip that is moved among the others."""


def dragged_playlists(data: QMimeData) -> list[int]:
    """Return the ids of the dragged playlists."""
    if not data.hasFormat(PLAYLISTS_MIME):
        return []
    ids: list[int] = json.loads(bytes(data.data(PLAYLISTS_MIME).data()))["playlists"]
    return ids


def dragged_chip(data: QMimeData) -> int | None:
    """Return the number of the dragged chip; None if something else is dragged."""
    text = bytes(data.data(CHIP_MIME).data()).decode()
    return int(text) if text.isdecimal() else None

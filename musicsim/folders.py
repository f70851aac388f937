"""Where the listener's library lies unless told otherwise."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def default_data_folder() -> Path:
    """The folder that MUSICSIM_DATA names, else the platform's for a program's data; need not exist."""
    named = os.environ.get("MUSICSIM_DATA")
    return Path(named) if named else platformdirs.user_data_path("musicsim", appauthor=False)


def models_folder_of(data_folder: Path) -> Path:
    """Where a data folder keeps weight files; need not exist."""
    return data_folder / "models"

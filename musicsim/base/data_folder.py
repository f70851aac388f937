"""Where the listener's library lies unless told otherwise, and how what is damaged is called in it."""

from __future__ import annotations

import itertools
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


def ending_aside(path: Path) -> str:
    """What makes a file's or folder's name one under which it can be kept beside what takes its place."""
    endings = itertools.chain([".damaged"], (f".damaged-{n}" for n in itertools.count(2)))
    return next(
        ending for ending in endings if not os.path.lexists(path.with_name(path.name + ending))
    )

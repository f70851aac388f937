"""The data folder: its location, its owner, and the names of damaged files put aside in it."""

from __future__ import annotations

import errno
import itertools
import os
from pathlib import Path

import platformdirs
from filelock import BaseFileLock, FileLock, Timeout

from musicsim.base.errors import MusicsimError, display_path


class DataFolderInUse(MusicsimError):  # noqa: N818
    """Another musicsim owns the data folder."""


def default_data_folder() -> Path:
    """Return the folder in MUSICSIM_DATA, else the platform's for a program's data; it need not exist."""
    named = os.environ.get("MUSICSIM_DATA")
    return Path(named) if named else platformdirs.user_data_path("musicsim", appauthor=False)


def models_folder_of(data_folder: Path) -> Path:
    """Return the folder for weight files in a data folder; it need not exist."""
    return data_folder / "models"


def ending_aside(path: Path) -> str:
    """Return an unused ending for the name of a file or folder, to keep it beside its replacement."""
    endings = itertools.chain([".damaged"], (f".damaged-{n}" for n in itertools.count(2)))
    return next(
        ending for ending in endings if not os.path.lexists(path.with_name(path.name + ending))
    )


def data_folder_lock(folder: Path) -> BaseFileLock:
    """Create a data folder if need be, and own it until the lock is released or this process ends.

    Raises
    ------
    DataFolderInUse
        If another musicsim owns it.
    MusicsimError
        If it can't be created, or its disk can't lock files.
    """
    # If a disk can't lock files, filelock would fall back to a marker file. That doesn't help SQLite.
    lock: BaseFileLock = FileLock(folder / "lock", timeout=0, fallback_to_soft=False)
    try:
        # What is played is nobody else's business on a shared computer.
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DataFolderInUse(
            f"Another musicsim is using {display_path(folder)}: close it, or choose another data folder with --data."
        ) from error
    except OSError as error:
        reason, remedy = error.strerror or error, "check its permissions, or choose another"
        if error.errno == errno.ENOSYS:
            reason, remedy = "its disk can't lock files", "choose another"
        raise MusicsimError(
            f"The data folder {display_path(folder)} can't be used ({reason}): {remedy} with --data."
        ) from error
    return lock

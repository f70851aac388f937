"""Reading of a playlist file, whatever is at its path."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

from musicsim.base.errors import display_path
from musicsim.base.opening import open_at_once
from musicsim.playlists.files.entries import PlaylistFileError

LARGEST = 10 * 10**6
"""Bytes: some 100,000 entries."""


def read_bytes(file: Path) -> bytes:
    """Return the content of a regular file of 10 MB at most; reading a device or a pipe might never end.

    Raises
    ------
    PlaylistFileError
        If it is something else, larger, or can't be read.
    """
    try:
        # Before it is opened, since opening alone has an effect on some devices ...
        _check(file, file.stat())
        with io.BufferedReader(io.FileIO(file, opener=open_at_once)) as opened:
            # ... and after, since it may have been replaced in between.
            _check(file, os.fstat(opened.fileno()))
            # The files of the system have no size before they are read.
            data = opened.read(LARGEST + 1)
    except OSError as error:
        raise PlaylistFileError(
            f"{display_path(file)} can't be read ({error.strerror or error})."
        ) from error
    if len(data) > LARGEST:
        raise _too_large(file)
    return data


def _check(file: Path, status: os.stat_result) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise PlaylistFileError(
            f"{display_path(file)} is a folder, not a playlist: name a file in it."
        )
    if not stat.S_ISREG(status.st_mode):
        raise PlaylistFileError(
            f"{display_path(file)} is not a regular file: save the playlist to one, and open that."
        )
    if status.st_size > LARGEST:
        raise _too_large(file)


def _too_large(file: Path) -> PlaylistFileError:
    return PlaylistFileError(
        f"{display_path(file)} is too large for a playlist ({LARGEST // 10**6} MB at most): split it, if it is one."
    )

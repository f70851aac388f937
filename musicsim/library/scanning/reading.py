"""Reading what the catalogue stores about a file, without decoding it."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from musicsim.base.reasons import Cause, Reason, reason_of
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.library.scanning.moves import content_key
from musicsim.library.tags import read_tags
from musicsim.library.tags.names import complete
from musicsim.library.types import ScannedFile, TagDetails, Tags, file_times


def scan_file(path: Path, status: os.stat_result, root: Path) -> ScannedFile:
    """Read a file's tags and content key; a read error is a problem in the result.

    Parameters
    ----------
    root
        The music folder; the names of folders below it may replace missing tags.

    Raises
    ------
    FileNotFoundError
        If the file no longer exists.
    """
    try:
        key = content_key(path, status.st_size)
        tags, details = read_tags(path)
        problem = None if status.st_size else Reason(Cause.EMPTY)
    except FileNotFoundError:
        raise
    except OSError as error:
        key, tags, details, problem = b"", Tags(), TagDetails(), reason_of(error)
    tags = complete(tags, path.relative_to(root), lambda: _audio_names(path.parent))
    mtime_ns, ctime_ns = file_times(status)
    return ScannedFile(
        path, status.st_size, mtime_ns, key, tags, details, problem=problem, ctime_ns=ctime_ns
    )


def _audio_names(folder: Path) -> tuple[str, ...]:
    """Return the names of a folder's audio files without suffix; empty if it can't be read."""
    try:
        return _audio_names_at(folder, folder.stat().st_mtime_ns)
    except OSError:
        return ()


@lru_cache(maxsize=2)
def _audio_names_at(folder: Path, _mtime_ns: int) -> tuple[str, ...]:
    """List a folder once for all of its files, and again when it has changed."""
    split = map(os.path.splitext, sorted(os.listdir(folder)))  # noqa: PTH208 (quick)
    return tuple(stem for stem, suffix in split if suffix.casefold() in AUDIO_SUFFIXES)

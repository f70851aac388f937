"""Telling a music folder whose disk is away from one that was emptied."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from musicsim.base.reasons import Cause, Reason
from musicsim.library.scanning.moves import is_gone
from musicsim.library.scanning.walking import Found
from musicsim.library.types import FileEntry

_MANY = 20  # files; in a smaller folder, losing half of them is common


def why_unavailable(
    root: Path, found: Found, known: Mapping[Path, FileEntry], *, was_away: bool
) -> Reason | None:
    """Return why a music folder is incomplete, None if it isn't: an empty mount point is no emptied library.

    Parameters
    ----------
    root
        The music folder.
    found
        What is in it.
    known
        The catalogue's entries for it.
    was_away
        Whether it was unavailable before.
    """
    for problem in found.problems:
        if problem.path == root:
            return problem.reason
    expected = [
        path
        for path, entry in known.items()
        if not (entry.missing_before if was_away else entry.missing)
        and not found.is_out_of_sight(path)
    ]
    lost = [path for path in expected if path not in found.files]
    there = len(expected) - len(lost)
    many = len(expected) >= _MANY
    if many and len(found.files) >= len(expected) / 2:
        return None  # most files have been renamed
    if there >= len(expected) / 2 if many else there or found.files or not expected:
        return None
    if found.has_no_music and not many:
        return None  # the disk is there, and its files were probably moved to its recycle bin
    # Files that are now left out of the library still exist.
    lost = [path for path in lost if is_gone(path)]
    if len(lost) <= len(expected) / 2 if many else not lost:
        return None
    return Reason(Cause.FILES_GONE, (len(lost), len(expected)))

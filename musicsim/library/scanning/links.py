"""Links to folders that may hold far more than music, which are not followed unasked."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

IsKnown = Callable[[Path], bool]
"""Return whether the library has tracks at or below a path."""


def nothing_known(_: Path) -> bool:
    """Return False: the library has no tracks anywhere."""
    return False


def far_target(link: Path, root: Path, is_known: IsKnown) -> Path | None:
    """Return the folder to which a link leads, if it may hold far more than music; None if it can be followed.

    It may if it holds the music folder or the listener's home, or is the top of a disk. A link to a disk from which the
    library has tracks is followed, as it was before.

    Parameters
    ----------
    link
        A link to a folder, in the music folder `root`.
    is_known
        Tells from which links the library has tracks.
    """
    target = os.path.realpath(link)
    here = os.path.realpath(root)
    if target == here:
        return None  # seen already
    holds_us = _holds(target, here) or _holds(target, os.path.realpath(Path.home()))
    if holds_us or (os.path.ismount(target) and not is_known(link)):
        return Path(target)
    return None


def far_links_above(area: Path, root: Path, is_known: IsKnown) -> Iterator[tuple[Path, Path]]:
    """Yield the links that are not followed among a path of a music folder and those above it, with their targets."""
    for path in (area, *area.parents):
        if path == root:
            return
        # Unlike Path, os.path treats an inaccessible path as no link.
        if os.path.islink(path) and os.path.isdir(path):  # noqa: PTH112, PTH114
            target = far_target(path, root, is_known)
            if target is not None:
                yield path, target


def _holds(folder: str, other: str) -> bool:
    return Path(other).is_relative_to(folder)

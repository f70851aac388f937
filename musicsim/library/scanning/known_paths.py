"""Finding the library's path of a file that is reached by another path."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.query.natural import natural_key
from musicsim.library.types import Track


def known_path(path: Path, folders: Iterable[Path]) -> Path:
    """Return the music folders' path of a folder or file that is reached through a link; else the same path."""
    real = Path(os.path.realpath(path))
    for root in folders:
        for above in (real, *real.parents):
            if _is_same(root, above):
                return root / real.relative_to(above)
        for above in root.parents:
            if _is_same(above, real):
                return above
    return path


class KnownFiles:
    """Finds the library's tracks of files, by any path; quick for many files of one folder.

    For one search only: it does not notice folders that are added to the library.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._folders = catalogue.folders.all()
        self._known: dict[Path, Path] = {}

    def track_at(self, path: Path) -> Track | None:
        """Return the track of a file, if it is in the library."""
        track = self._catalogue.tracks.at(path)
        if track is not None:
            return track
        real = Path(os.path.realpath(path))
        if real.parent not in self._known:
            self._known[real.parent] = known_path(real.parent, self._folders)
        known = self._known[real.parent] / real.name
        return None if known == path else self._catalogue.tracks.at(known)

    def ids_below(self, folder: Path) -> list[int]:
        """Return the tracks in a folder, at any depth, by their paths in natural order, without missing ones."""
        found = self._catalogue.tracks.below(known_path(folder, self._folders))
        found.sort(key=lambda track: natural_key(track.file))
        return [track.id for track in found if not track.missing]


def _is_same(one: Path, other: Path) -> bool:
    try:
        return os.path.samefile(one, other)  # noqa: PTH121 (the same test for both, without creating a Path)
    except OSError:
        return False

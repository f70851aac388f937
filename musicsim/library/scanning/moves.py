"""Following files to other paths by their content, without decoding them."""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.files import out_of_the_way
from musicsim.library.catalogue.folders import folder_of
from musicsim.library.tags import read_tags
from musicsim.library.types import FileEntry, ScannedFile

_CHUNK = 65_536
_SAME_LENGTH = 0.05  # largest difference in seconds between a file's lengths around retagging

Fresh = tuple[Path, os.stat_result, FileEntry | None]
"""A new or changed file, and the catalogue's entry for its path."""
_Content = tuple[int, bytes]
"""A file's content in brief: its size and its content key."""


class Moves:
    """The tracks whose files are no longer where they were when a scan began, to be found under other paths.

    Parameters
    ----------
    catalogue
        The catalogue as it was then.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lost: dict[_Content, list[tuple[int, Path]]] = {}
        """By content, each searched for once, since a thousand files may have the same."""

    def displace(self, fresh: Sequence[Fresh]) -> dict[int, Path]:
        """Detach tracks from paths that now have another track's sound, as after a renumbering.

        They get an unused path. So they are found again by their content, wherever their own file went, and the other
        track can take over their path. Return their ids and unused paths.
        """
        if not any(entry for _, _, entry in fresh):
            return {}
        # A file whose size no track has is not a moved one; it is read only once, when it is stored.
        sizes = set(
            filter(self._catalogue.files.has_size, {status.st_size for _, status, _ in fresh})
        )
        arrived: dict[_Content, list[tuple[Path, FileEntry | None]]] = {}
        holds: dict[Path, _Content] = {}
        for path, status, entry in fresh:
            if status.st_size and status.st_size in sizes:
                with contextlib.suppress(OSError):
                    content = holds[path] = status.st_size, content_key(path, status.st_size)
                    arrived.setdefault(content, []).append((path, entry))
        replaced: dict[int, Path] = {}
        for content, places in arrived.items():
            owners = dict(self._catalogue.files.same_content(*content))
            free = [(path, entry) for path, entry in places if not entry or entry.id not in owners]
            if not owners or not free:
                continue
            left = [
                (owner, place)
                for owner, place in owners.items()
                if self._has_left(owner, place, content, holds)
            ]
            if left:
                replaced.update((entry.id, path) for path, entry in free if entry)
                replaced.update(left[: len(free)])
        displaced = {
            track_id: out_of_the_way(path, track_id)
            for track_id, path in replaced.items()
            if not is_gone(path)
        }
        self._catalogue.files.set_paths(displaced)
        return displaced

    def take(self, file: ScannedFile) -> tuple[int, Path] | None:
        """Return the track that a new file was, and its path, if that path is now empty; each track only once.

        It looks at other files, so it may wait for a disk: don't call it in a transaction.
        """
        if not file.size or file.problem:
            return None
        content = file.size, file.content_key
        if content not in self._lost:
            self._lost[content] = [
                (track_id, path)
                for track_id, path in reversed(self._catalogue.files.same_content(*content))
                if is_gone(path) and self._root_is_there(path)
            ]
        lost = self._lost[content]
        return lost.pop() if lost else None

    def _has_left(
        self, track_id: int, place: Path, content: _Content, holds: Mapping[Path, _Content]
    ) -> bool:
        """Return whether a track's file has left its path: nothing is there, or another sound."""
        if is_gone(place):
            return True
        try:
            now = holds.get(place)
            if now is None:
                size = place.stat().st_size
                now = size, content_key(place, size)
            if now == content:
                return False
            if any(other != track_id for other, _ in self._catalogue.files.same_content(*now)):
                return True
            # Unknown content: the file was retagged, or has another sound.
            seconds = read_tags(place)[0].duration
        except OSError:
            return False
        before = self._catalogue.files.header_length(track_id)
        return seconds is not None and before is not None and abs(seconds - before) > _SAME_LENGTH

    def _root_is_there(self, path: Path) -> bool:
        """Return whether the music folder of a path is available; otherwise the file may still be there."""
        root = folder_of(path, self._catalogue.folders.all())
        # Unlike Path, os.path treats an unreadable folder as missing.
        return root is not None and os.path.isdir(root)  # noqa: PTH112


def content_key(path: Path, size: int) -> bytes:
    """Return a key of a file's bytes at its beginning, middle and end; equal for copies, and quick for large files."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        for start in (0, size // 2 - _CHUNK // 2, size - _CHUNK):
            file.seek(max(start, 0))
            digest.update(file.read(_CHUNK))
            if size <= _CHUNK:
                break
    return digest.digest()


def is_gone(path: Path) -> bool:
    """Return whether nothing is there; False if that can't be known."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False

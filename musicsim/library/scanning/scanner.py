"""Comparing the music folders with the catalogue to find new, changed, moved and missing files."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, ProblemsChanged, ScanProgress, TracksChanged, TracksRemoved
from musicsim.base.reasons import reason_of
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.folders import folder_of
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.hidden import is_apple_double
from musicsim.library.scanning.availability import why_unavailable
from musicsim.library.scanning.counting import ScanChanges, ScanSummary, summarise
from musicsim.library.scanning.known_paths import known_path
from musicsim.library.scanning.moves import Fresh, Moves
from musicsim.library.scanning.reading import scan_file
from musicsim.library.scanning.walking import IGNORE_FILE, NO_MEDIA_FILE, Found, walk
from musicsim.library.types import (
    FileEntry,
)

_BATCH = 100  # files per transaction and event: often enough to show progress in the library


class FolderError(MusicsimError):
    """A music folder can't be read."""


@dataclass(slots=True)
class _Compared:
    """A folder or file that was compared with the catalogue, and whose new and changed files are stored."""

    root: Path
    """Its music folder."""
    folder_id: int
    area: Path
    known: dict[Path, FileEntry]
    """The catalogue's entries for it before."""
    found: Found
    displaced: dict[int, Path]
    """See `Moves.displace`."""
    back: list[int]
    """Missing tracks whose files are there again."""


def check_folder(folder: Path) -> Path:
    """Return the absolute path of a folder that can be listed.

    Raises
    ------
    FolderError
        If it is not a folder, or may not be read.
    """
    folder = Path(os.path.abspath(folder.expanduser()))  # noqa: PTH100 (keeps the listener's symbolic links)
    try:
        with os.scandir(folder):
            return folder
    except OSError as error:
        reason = reason_of(error)
        raise FolderError(
            f"{display_path(folder)}: {reason}. Choose a folder that exists and may be read."
        ) from error


class Scanner:
    """Brings the catalogue up to date with the folders; reads tags, but decodes nothing.

    Parameters
    ----------
    catalogue
        The catalogue to update.
    identity
        Finds copies of lost files.
    events
        Receives progress, and changed tracks in batches.
    """

    def __init__(self, catalogue: Catalogue, identity: SoundIdentity, events: Events) -> None:
        self._catalogue = catalogue
        self._identity = identity
        self._events = events

    def scan(
        self,
        folders: Sequence[Path] | None = None,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ScanSummary:
        """Scan some music folders, or all of them.

        Parameters
        ----------
        folders
            Music folders, or folders within them; new ones are added to the library.
        cancelled
            Called regularly; when it returns True the scan ends, keeping the results so far.

        Raises
        ------
        FolderError
            If one of `folders` can't be read. If None is given, an unavailable folder becomes a problem in the list
            instead, and its tracks stay unchanged.
        """
        changes = ScanChanges()
        if folders is None:
            areas = list(self._catalogue.folders.all())
        else:
            areas = []
            for folder in [check_folder(folder) for folder in folders]:
                area = self.known_path(folder)
                self._catalogue.folders.add(area)
                if area not in areas:
                    areas.append(area)
        self._scan_areas(areas, changes, cancelled, self._tell)
        self._look_again(areas, changes, cancelled)
        return summarise(changes, self._catalogue)

    def known_path(self, path: Path) -> Path:
        """Return the library's path of a folder or file that is reached through a link; else the same path."""
        return known_path(path, self._catalogue.folders.all())

    def update(
        self, paths: Collection[Path], cancelled: Callable[[], bool] = lambda: False
    ) -> None:
        """Scan the changed files and folders, wherever they are in the music folders.

        It emits no progress.
        """
        roots = self._catalogue.folders.all()
        changes = ScanChanges()
        # A folder covers its content, except a music folder hidden in it, which sorts before it.
        areas: dict[Path, Path] = {}
        for path in sorted(paths):
            root = folder_of(path, roots)
            if root is None:
                continue
            if path.name in (IGNORE_FILE, NO_MEDIA_FILE):
                path = path.parent
            if not any(areas.get(above) == root for above in (path, *path.parents)):
                areas[path] = root
        self._scan_areas(areas, changes, cancelled)
        self._look_again(areas.values(), changes, cancelled)

    def _look_again(
        self, folders: Iterable[Path], changes: ScanChanges, cancelled: Callable[[], bool]
    ) -> None:
        """Scan seemingly unavailable music folders again: their lost files may have turned up in a later folder."""
        for folder in self._catalogue.folders.unavailable() if changes.moved else ():
            if folder in folders:
                self._scan_areas([folder], ScanChanges(), cancelled)

    def forget_missing(self, since: float = inf) -> list[int]:
        """Delete missing tracks like `Files.forget_missing`, except those with a copy.

        Without a time, also delete those in unavailable music folders: their disks will not come back.
        """
        self._follow_copies(self._catalogue.files.missing(since))
        with self._catalogue.transaction():
            if since == inf:
                self._catalogue.folders.set_all_available()
            return self._catalogue.files.forget_missing(since)

    def remove_folder(self, folder: Path) -> list[int]:
        """Remove a music folder from the library like `Folders.remove`; its tracks live on in copies."""
        folder_id = self._catalogue.folders.ids().get(folder)
        if folder_id is None:
            return []
        self._follow_copies(self._identity.copied_elsewhere(folder_id))
        return self._catalogue.folders.remove(folder)

    def _scan_areas(
        self,
        areas: Iterable[Path],
        changes: ScanChanges,
        cancelled: Callable[[], bool],
        tell: Callable[[int, str], None] = lambda _files, _folder: None,
    ) -> None:
        """Compare folders and files with the catalogue's entries for them."""
        compared: list[_Compared] = []
        for area in areas:
            if cancelled():
                break
            if (one := self._take_in(area, changes, cancelled, tell)) is not None:
                compared.append(one)
        # Only now, since what is gone from one of them may be in a later one. Otherwise an older copy would take its
        # place, such as one in a backup beside a folder that was renamed.
        for one in compared:
            if not cancelled():
                self._settle_losses(one, changes, cancelled)

    def _take_in(
        self,
        area: Path,
        changes: ScanChanges,
        cancelled: Callable[[], bool],
        tell: Callable[[int, str], None],
    ) -> _Compared | None:
        """Store the new and changed files of a folder, or a file; return None if cancelled."""
        folders = self._catalogue.folders.ids()
        root = folder_of(area, folders)
        if root is None:
            return None  # just removed from the library
        folder_id = folders[root]
        known = self._catalogue.files.within(folder_id, area)
        is_known = self._catalogue.files.any_within
        found = walk(root, area, cancelled=cancelled, tell=tell, is_known=is_known)
        if cancelled():
            return None
        # An ignore file above the area belongs to the scan of its own folder.
        problems = [problem for problem in found.problems if problem.path.is_relative_to(area)]
        if self._catalogue.problems.replace(folder_id, area, problems):
            self._events.emit(ProblemsChanged())
        fresh: list[Fresh] = []
        back: list[int] = []
        for path, status in list(found.files.items()):
            entry = known.get(path)
            differs = entry is None or entry.differs(status)
            # Read only of files that are read anyway, or were no music before.
            if (differs or (entry and entry.failed)) and is_apple_double(path):
                del found.files[path]
            elif entry is None or differs:
                fresh.append((path, status, entry))
            else:
                changes.unchanged.add(entry.id)
                if entry.missing:
                    back.append(entry.id)
        moves = Moves(self._catalogue)
        displaced = moves.displace(fresh)
        fresh = [
            (path, status, None if entry and entry.id in displaced else entry)
            for path, status, entry in fresh
        ]
        for batch in _batches(fresh, _BATCH):
            if cancelled():
                return None
            self._store(root, folder_id, batch, moves, changes)
        return _Compared(root, folder_id, area, known, found, displaced, back)

    def _settle_losses(
        self, compared: _Compared, changes: ScanChanges, cancelled: Callable[[], bool]
    ) -> None:
        """Find the copies of tracks whose files are gone, and mark the others missing."""
        root, folder_id, area = compared.root, compared.folder_id, compared.area
        known, found, back = compared.known, compared.found, compared.back
        # Moved tracks already have their new path, so the rest is gone, or offline with its music folder.
        unavailable = None
        if area == root:
            was_away = root in self._catalogue.folders.unavailable()
            unavailable = why_unavailable(root, found, known, was_away=was_away)
        lost = compared.displaced | {
            entry.id: path
            for path, entry in known.items()
            if path not in found.files
            and not entry.missing
            and (unavailable or not found.is_out_of_sight(path))
        }
        tracks = self._catalogue.tracks.by_id(lost)
        gone = [track.id for track in tracks if track.path == lost[track.id]]
        if not unavailable:
            moved = self._follow_copies(gone)
            changes.moved.update(moved)
            gone = [track_id for track_id in gone if track_id not in moved]
            if area != root and 2 * len(gone) > self._catalogue.files.count_present(folder_id):
                # So many losses may mean that the whole music folder is unavailable.
                self._scan_areas([root], changes, cancelled)
                return
            changes.missing.update(gone)
        # First, so that lost tracks are marked missing in an unavailable folder even if the process dies here.
        is_news = area == root and self._catalogue.folders.set_unavailable(folder_id, unavailable)
        self._catalogue.files.set_missing(gone, True)
        self._catalogue.files.set_missing(back, False)
        if gone or back:
            self._events.emit(TracksChanged((*gone, *back)))
        if is_news:
            self._events.emit(ProblemsChanged())
            if not unavailable:
                # Tracks that are still missing will not come back.
                self._follow_copies(self._catalogue.files.missing(folder_id=folder_id))

    def _tell(self, files: int, folder: str) -> None:
        self._events.emit(ScanProgress(files, folder))

    def _store(
        self,
        root: Path,
        folder_id: int,
        batch: Iterable[Fresh],
        moves: Moves,
        changes: ScanChanges,
    ) -> None:
        """Read the tags of new and changed files, and store the whole batch or nothing."""
        # Before the transaction, so that nobody has to wait for a slow disk.
        files = []
        for path, status, entry in batch:
            with contextlib.suppress(FileNotFoundError):  # gone since it was listed
                file = scan_file(path, status, root)
                files.append((file, entry, moves.take(file) if entry is None else None))
        touched: list[int] = []
        with self._catalogue.transaction():
            if folder_id not in self._catalogue.folders.ids().values():
                return
            for file, entry, origin in files:
                if entry is not None:
                    track_id = entry.id
                    if self._catalogue.files.update(track_id, folder_id, file):
                        changes.changed[track_id] = file.path
                    else:
                        changes.unchanged.add(track_id)
                elif origin is not None and self._catalogue.files.is_at(*origin):
                    track_id, _ = origin
                    self._catalogue.files.update(track_id, folder_id, file)
                    changes.moved.add(track_id)
                else:
                    track_id = self._catalogue.files.add(folder_id, file)
                    changes.added[track_id] = file.path
                touched.append(track_id)
        self._events.emit(TracksChanged(tuple(touched)))

    def _follow_copies(self, gone: Iterable[int]) -> set[int]:
        """Give tracks whose file is gone the file of a later copy; return the tracks that found one.

        To move files to another disk, a file manager copies them first, and deletes the originals at the end.
        """
        gone = set(gone)
        # The copy's music folder may not have been scanned since. Look before the transaction, so that nobody has to
        # wait for a slow disk.
        there = {
            track_id: [copy for copy in later if os.path.lexists(copy.path)]
            for track_id in sorted(gone)
            if (later := self._identity.later_copies(track_id, gone))
        }
        copies: dict[int, int] = {}
        with self._catalogue.transaction():
            for track_id, candidates in there.items():
                copy = self._identity.follow_copy(track_id, candidates)
                if copy is not None:
                    copies[track_id] = copy
        if copies:
            self._events.emit(TracksRemoved(tuple(copies.values())))
            # If the copy overwrote another track's sound, that track is now missing.
            self._events.emit(TracksChanged((*copies, *copies.values())))
        return set(copies)


def _batches(items: Sequence[Fresh], size: int) -> Iterator[Sequence[Fresh]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

"""Walking through a music folder to find its audio files, without ignored ones."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import re2
from pathspec import GitIgnoreSpec

from musicsim.base.errors import display_path
from musicsim.base.reasons import Cause, Reason, reason_of
from musicsim.library.hidden import (
    is_hidden,
    is_marked_hidden,
    is_no_music_folder,
    is_recycle_bin,
)
from musicsim.library.scanning.cue_sheets import CUE_SUFFIX, ignored_sheet
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.library.scanning.links import IsKnown, far_links_above, far_target, nothing_known
from musicsim.library.types import Problem

IGNORE_FILE = ".musicsimignore"
"""A file with patterns, like a `.gitignore`, for the content of its folder."""
NO_MEDIA_FILE = ".nomedia"
"""Android's marker: nothing in this folder and below belongs to a library."""

_LONGEST_IGNORE_FILE = 2**16
"""Bytes."""
_MOST_PATTERNS = 500


@dataclass(slots=True)
class Found:
    """The result of a walk through a folder."""

    files: dict[Path, os.stat_result] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[Path] = field(default_factory=set)
    """Folders that could not be listed, and files whose status could not be read: not gone, only out of sight."""
    has_no_music: bool = False
    """Whether there are recycle bins, hidden folders or hidden audio files, which an empty mount point hasn't."""

    def is_out_of_sight(self, path: Path) -> bool:
        """Return whether a file may still exist, because nobody could look."""
        return bool(self.unreadable) and not self.unreadable.isdisjoint((path, *path.parents))


class LeftOut:
    """The files and folders that a music folder leaves out of the library.

    These are hidden files and folders, recycle bins, snapshots and other folders of systems, folders with a `.nomedia`
    file, and matches of the patterns in `.musicsimignore` files. The music folder itself is never left out, whatever
    its name.

    Parameters
    ----------
    root
        The music folder.
    problems
        A list that receives unreadable ignore files.
    """

    def __init__(self, root: Path, problems: list[Problem]) -> None:
        self._root = root
        self._folders: dict[Path, bool] = {root: _has_no_media(root)}
        self._patterns: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}
        self._problems = problems

    def folder(self, path: Path) -> bool:
        """Return whether a folder is left out, by itself or with one above it."""
        # Downwards from a known folder, not recursively, since the folders may be deeply nested.
        unknown = []
        above = path
        while above not in self._folders:
            unknown.append(above)
            above = above.parent
        for below in reversed(unknown):
            self._folders[below] = (
                self._folders[below.parent]
                or is_no_music_folder(below.name)
                or self._matches(below, "/")
                or is_recycle_bin(below)
                or _has_no_media(below)
            )
        return self._folders[path]

    def file(self, path: Path) -> bool:
        """Return whether a file is left out, by itself or with its folder."""
        return is_hidden(path.name) or self.folder(path.parent) or self._matches(path, "")

    def _matches(self, path: Path, end: str) -> bool:
        """Return whether patterns leave out a path whose folder is not left out; the nearest patterns decide."""
        for folder, patterns in self._patterns_above(path.parent):
            name = _matchable(path.relative_to(folder).as_posix())
            verdict = patterns.check_file(name + end).include
            if verdict is not None:
                return verdict
        return False

    def _patterns_above(self, folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
        """Return the patterns of a folder and those above it, the nearest first, each with its folder."""
        known = self._patterns.get(folder)
        if known is None:
            own = self._read(folder / IGNORE_FILE)
            known = [] if own is None else [(folder, own)]
            if folder != self._root:
                known += self._patterns_above(folder.parent)
            self._patterns[folder] = known
        return known

    def _read(self, file: Path) -> GitIgnoreSpec | None:
        try:
            if not stat.S_ISREG(file.stat().st_mode):  # reading a pipe would block
                self._problems.append(Problem(file, Reason(Cause.NOT_REGULAR)))
                return None
            with file.open("rb") as opened:
                text = opened.read(_LONGEST_IGNORE_FILE + 1)
            lines = _matchable(text.decode("utf-8-sig", "surrogateescape")).splitlines()
            if len(text) > _LONGEST_IGNORE_FILE or len(lines) > _MOST_PATTERNS:
                raise ValueError(f"more than {_MOST_PATTERNS} lines, or 64 KiB")
            # RE2 matches in linear time, whatever the pattern: Python's expressions may take years for "*a*a*a*a*b".
            return GitIgnoreSpec.from_lines(lines, backend="re2")
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._problems.append(Problem(file, reason_of(error)))
        except (ValueError, re.error, re2.error) as error:
            self._problems.append(Problem(file, Reason(Cause.PATTERN, (str(error),))))
        return None


def _matchable(name: str) -> str:
    """Return a name or pattern as text that RE2 takes: each byte that is no text becomes a mark."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def walk(
    root: Path,
    area: Path,
    *,
    cancelled: Callable[[], bool],
    tell: Callable[[int, str], None],
    is_known: IsKnown = nothing_known,
) -> Found:
    """Find the audio files at or below a path of a music folder, following links and visiting each folder once.

    A link that leads far becomes a problem; see `far_target`.

    Parameters
    ----------
    root
        The music folder.
    area
        The music folder, or a folder or file in it.
    cancelled
        Called regularly; when it returns True the walk ends.
    tell
        Called with the number of files found and the current folder.
    is_known
        Tells from which links the library has tracks.
    """
    found = Found()
    left_out = LeftOut(root, found.problems)
    for link, target in far_links_above(area, root, is_known):
        if not left_out.folder(link):
            _refuse(link, target, found)
        return found
    try:
        status = area.stat()
    except OSError as error:
        # A vanished file or folder in a music folder is gone; a music folder itself is unavailable.
        if area == root or not isinstance(error, FileNotFoundError | NotADirectoryError):
            found.problems.append(Problem(area, reason_of(error)))
            found.unreadable.add(area)
        return found
    if stat.S_ISREG(status.st_mode):
        if (
            area.suffix.lower() in AUDIO_SUFFIXES
            and not left_out.file(area)
            and not is_marked_hidden(status)
        ):
            found.files[area] = status
        elif area.suffix.lower() == CUE_SUFFIX and not left_out.file(area):
            _tell_of_sheets([area], _audio_in(area.parent), found)
        return found
    if left_out.folder(area):
        return found
    seen: set[object] = set()
    waiting, linked = [area], list[Path]()
    while (waiting or linked) and not cancelled():
        # Links last, so that a folder that is also reached directly keeps its own path.
        folder = waiting.pop() if waiting else linked.pop()
        try:
            # A folder with read but no execute permission can be listed but not used; "/." tests entering it.
            status = os.stat(os.path.join(folder, os.curdir))  # noqa: PTH116, PTH118 (Path drops the dot)
            # Some file systems have no inode numbers.
            identity = (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)
            if identity in seen:
                continue  # a link to a folder above, or another link to the same folder
            seen.add(identity)
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            found.problems.append(Problem(folder, reason_of(error)))
            found.unreadable.add(folder)
            continue
        for link in _sort_entries(listed, left_out, found, waiting):
            far = far_target(link, root, is_known)
            if far is None:
                linked.append(link)
            else:
                _refuse(link, far, found)
        tell(len(found.files), display_path(folder))
    return found


def _sort_entries(
    entries: list[os.DirEntry[str]],
    left_out: LeftOut,
    found: Found,
    waiting: list[Path],
) -> list[Path]:
    """Add the files and folders of a folder to those found and waiting; return its links to folders."""
    linked: list[Path] = []
    sheets: list[Path] = []
    audio: list[str] = []
    for entry in entries:
        path = Path(entry.path)
        is_audio = path.suffix.lower() in AUDIO_SUFFIXES
        try:
            if entry.is_dir():
                if is_no_music_folder(entry.name):
                    found.has_no_music = True
                elif not (
                    left_out.folder(path) or is_marked_hidden(entry.stat(follow_symlinks=False))
                ):
                    (linked if entry.is_symlink() else waiting).append(path)
                continue
            if path.suffix.lower() == CUE_SUFFIX and not left_out.file(path):
                sheets.append(path)
            if is_audio and is_hidden(entry.name):
                found.has_no_music = True
            if not is_audio or left_out.file(path):
                continue
            status = entry.stat()
        except OSError as error:
            gone = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
            # If its status can't be read, it may be a folder, whatever its name: on a failed disk, or a link to a dead
            # server.
            if is_audio or not (gone or left_out.folder(path)):
                found.problems.append(Problem(path, reason_of(error)))
            if not gone:
                found.unreadable.add(path)
            continue
        if is_marked_hidden(status):
            continue
        if stat.S_ISREG(status.st_mode):
            found.files[path] = status
            audio.append(entry.name)
        else:
            found.problems.append(Problem(path, Reason(Cause.NOT_REGULAR)))
    _tell_of_sheets(sheets, audio, found)
    return linked


def _tell_of_sheets(sheets: Iterable[Path], audio: Collection[str], found: Found) -> None:
    found.problems += filter(None, (ignored_sheet(sheet, audio) for sheet in sheets))


def _audio_in(folder: Path) -> list[str]:
    """Return the names of a folder's files that are audio by their names."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return [
            entry.name
            for entry in entries
            if Path(entry.name).suffix.lower() in AUDIO_SUFFIXES and not is_hidden(entry.name)
        ]
    return []


def _refuse(link: Path, target: Path, found: Found) -> None:
    reason = Reason(Cause.LEADS_FAR, (display_path(target),))
    found.problems.append(Problem(link, reason))
    # Tracks from there, of an earlier musicsim, are not lost.
    found.unreadable.add(link)


def linked_folders(root: Path, area: Path, is_known: IsKnown = nothing_known) -> list[Path]:
    """Return the links to folders outside a music folder, at or below a path in it, including those behind other links.

    A link to nothing is included, since it may lead to a folder on a disconnected disk.

    Parameters
    ----------
    root
        The music folder.
    area
        The music folder, or a folder in it.
    is_known
        Tells from which links the library has tracks; see `far_target`.
    """
    left_out = LeftOut(root, [])
    links: list[Path] = []
    reached = [Path(os.path.realpath(root))]
    waiting = [area]
    while waiting:
        folder = waiting.pop()
        if folder != area and is_no_music_folder(folder.name):
            continue  # snapshots, which hold the whole library many times
        if folder != root and os.path.islink(folder):  # noqa: PTH114 (Path raises without permission)
            if _leads_to_file(folder):
                continue
            target = Path(os.path.realpath(folder))
            if any(map(target.is_relative_to, reached)) or left_out.folder(folder):
                continue
            if far_target(folder, root, is_known) is not None:
                continue
            reached.append(target)
            links.append(folder)
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            waiting += [Path(entry.path) for entry in entries if _is_folder_or_link(entry)]
    return links


def _is_folder_or_link(entry: os.DirEntry[str]) -> bool:
    with contextlib.suppress(OSError):
        return entry.is_symlink() or entry.is_dir()
    return False


def _leads_to_file(link: Path) -> bool:
    """Return whether a link leads to a file; for a link to nothing, judge by its name."""
    if os.path.exists(link):  # noqa: PTH110
        return not os.path.isdir(link)  # noqa: PTH112
    return link.suffix.lower() in AUDIO_SUFFIXES


def _has_no_media(folder: Path) -> bool:
    return _exists(folder / NO_MEDIA_FILE)


def _exists(path: Path) -> bool:
    # Unlike Path, os.path treats an inaccessible file as missing: the folder itself is then reported.
    return os.path.exists(path)  # noqa: PTH110

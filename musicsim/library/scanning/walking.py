"""Going through a music folder: its audio files, and what is left out and why."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from musicsim.base.errors import display_path
from musicsim.base.reasons import Cause, Reason, reason_of
from musicsim.library.catalogue.folders import is_hidden
from musicsim.library.scanning.formats import AUDIO_SUFFIXES
from musicsim.library.types import Problem

IGNORE_FILE = ".musicsimignore"
"""Holds patterns, as a `.gitignore` does, for what lies below its folder."""
NO_MEDIA_FILE = ".nomedia"
"""Android's: nothing in this folder and below is for a library."""

# Windows' marks; no other system has them.
_HIDDEN = stat.FILE_ATTRIBUTE_HIDDEN | stat.FILE_ATTRIBUTE_SYSTEM


@dataclass(slots=True)
class Found:
    """What a walk through a folder saw."""

    files: dict[Path, os.stat_result] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    unreadable: set[Path] = field(default_factory=set)
    """Folders that could not be listed, and files that could not be asked for: not gone, only out of sight."""

    def is_out_of_sight(self, path: Path) -> bool:
        """Whether a file may still be there, as nobody could look."""
        return bool(self.unreadable) and not self.unreadable.isdisjoint((path, *path.parents))


class LeftOut:
    """Which files and folders of a music folder are not for the library.

    Left out are hidden and system folders, those with a `.nomedia` file, and what the patterns of `.musicsimignore`
    files say. The music folder itself is the listener's choice, whatever its name.

    Parameters
    ----------
    root
        The music folder.
    problems
        Gets the ignore files that can't be read.
    """

    def __init__(self, root: Path, problems: list[Problem]) -> None:
        self._root = root
        self._folders: dict[Path, bool] = {root: _has_no_media(root)}
        self._patterns: dict[Path, list[tuple[Path, GitIgnoreSpec]]] = {}
        self._problems = problems

    def folder(self, path: Path) -> bool:
        """Whether a folder is left out, by itself or with one above it."""
        # Downwards from what is known, not by recursion, which a deep folder would exhaust.
        unknown = []
        above = path
        while above not in self._folders:
            unknown.append(above)
            above = above.parent
        for below in reversed(unknown):
            self._folders[below] = (
                self._folders[below.parent]
                or is_hidden(below.name)
                or self._matches(below, "/")
                or _has_no_media(below)
            )
        return self._folders[path]

    def file(self, path: Path) -> bool:
        """Whether a file is left out, by itself or with its folder."""
        return self.folder(path.parent) or self._matches(path, "")

    def _matches(self, path: Path, end: str) -> bool:
        """Whether the patterns leave out a path in a folder that is not; those nearest to it have the last word."""
        for folder, patterns in self._patterns_above(path.parent):
            verdict = patterns.check_file(path.relative_to(folder).as_posix() + end).include
            if verdict is not None:
                return verdict
        return False

    def _patterns_above(self, folder: Path) -> list[tuple[Path, GitIgnoreSpec]]:
        """The patterns of a folder and those above it, the nearest first, each with its folder."""
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
            if not stat.S_ISREG(file.stat().st_mode):  # a pipe would be waited for
                self._problems.append(Problem(file, Reason(Cause.NOT_REGULAR)))
                return None
            lines = file.read_text("utf-8-sig", "surrogateescape").splitlines()
            return GitIgnoreSpec.from_lines(lines)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            self._problems.append(Problem(file, reason_of(error)))
        except ValueError as error:
            self._problems.append(Problem(file, Reason(Cause.PATTERN, (str(error),))))
        return None


def walk(
    root: Path,
    area: Path,
    *,
    cancelled: Callable[[], bool],
    tell: Callable[[int, str], None],
) -> Found:
    """Find the audio files at or below a path of a music folder; follows links, each folder once.

    Parameters
    ----------
    root
        The music folder.
    area
        The same, or a folder or file in it.
    cancelled
        Asked now and then; when it answers True the walk ends.
    tell
        Hears how many files were found and which folder is looked at.
    """
    found = Found()
    left_out = LeftOut(root, found.problems)
    try:
        status = area.stat()
    except OSError as error:
        # A file or folder of the library that went away is gone; a music folder is out of reach.
        if area == root or not isinstance(error, FileNotFoundError | NotADirectoryError):
            found.problems.append(Problem(area, reason_of(error)))
            found.unreadable.add(area)
        return found
    if stat.S_ISREG(status.st_mode):
        attributes = area.name.startswith("._") and _exists(area.with_name(area.name[2:]))
        if area.suffix.lower() in AUDIO_SUFFIXES and not attributes and not left_out.file(area):
            found.files[area] = status
        return found
    if left_out.folder(area):
        return found
    seen: set[object] = set()
    waiting, linked = [area], list[Path]()
    while (waiting or linked) and not cancelled():
        # Links last: a folder that is in the library by itself keeps its own name.
        folder = waiting.pop() if waiting else linked.pop()
        try:
            # A folder that may be listed and not entered tells names and nothing else: "/." enters it.
            status = os.stat(os.path.join(folder, os.curdir))  # noqa: PTH116, PTH118 (Path drops the dot)
            # Some file systems have no numbers for what they hold.
            identity = (status.st_dev, status.st_ino) if status.st_ino else os.path.realpath(folder)
            if identity in seen:
                continue  # a link back to a folder above, or a second link to the same folder
            seen.add(identity)
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            found.problems.append(Problem(folder, reason_of(error)))
            found.unreadable.add(folder)
            continue
        _sort_entries(listed, left_out, found, waiting, linked)
        tell(len(found.files), display_path(folder))
    return found


def _sort_entries(
    entries: list[os.DirEntry[str]],
    left_out: LeftOut,
    found: Found,
    waiting: list[Path],
    linked: list[Path],
) -> None:
    names = {entry.name for entry in entries}
    for entry in entries:
        path = Path(entry.path)
        is_audio = path.suffix.lower() in AUDIO_SUFFIXES
        try:
            if entry.is_dir():
                if not (left_out.folder(path) or _is_marked_hidden(entry)):
                    (linked if entry.is_symlink() else waiting).append(path)
                continue
            if not is_audio or left_out.file(path):
                continue
            # macOS keeps a file's attributes in a "._" file beside it on foreign disks.
            if entry.name.startswith("._") and entry.name[2:] in names:
                continue
            status = entry.stat()
        except OSError as error:
            gone = error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP)
            # What can't be asked for may be a folder, whatever its name: a disk that failed, a link to a dead server.
            if is_audio or not (gone or left_out.folder(path)):
                found.problems.append(Problem(path, reason_of(error)))
            if not gone:
                found.unreadable.add(path)
            continue
        if stat.S_ISREG(status.st_mode):
            found.files[path] = status
        else:
            found.problems.append(Problem(path, Reason(Cause.NOT_REGULAR)))


def linked_folders(root: Path, area: Path) -> list[Path]:
    """The links to folders outside a music folder, at or below a path in it; also those behind others.

    A link that leads to nothing counts as well: it may lead to a folder of a disk that is not connected.

    Parameters
    ----------
    root
        The music folder.
    area
        The same, or a folder in it.
    """
    left_out = LeftOut(root, [])
    links: list[Path] = []
    reached = [Path(os.path.realpath(root))]
    waiting = [area]
    while waiting:
        folder = waiting.pop()
        if folder != root and os.path.islink(folder):  # noqa: PTH114 (Path fails where it may not look)
            if _leads_to_file(folder):
                continue
            target = Path(os.path.realpath(folder))
            if any(map(target.is_relative_to, reached)) or left_out.folder(folder):
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
    """Whether a link leads to a file, or seems to, by its name, where it leads to nothing."""
    if os.path.exists(link):  # noqa: PTH110
        return not os.path.isdir(link)  # noqa: PTH112
    return link.suffix.lower() in AUDIO_SUFFIXES


def _has_no_media(folder: Path) -> bool:
    return _exists(folder / NO_MEDIA_FILE)


def _exists(path: Path) -> bool:
    # os.path, unlike Path, takes what may not be looked at for what is not there: the folder itself says why.
    return os.path.exists(path)  # noqa: PTH110


def _is_marked_hidden(entry: os.DirEntry[str]) -> bool:
    return bool(getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0) & _HIDDEN)

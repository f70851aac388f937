"""Following the music folders while the program runs, by watchdog.

An event only says that something happened at a path: watchers lose events and see files half written. So paths are
collected until they have been quiet for a while and then compared with the catalogue like any other; and now and then
everything is looked through, for what was lost. Nor is anything told of a disk that takes a folder's place, or leaves
it: that is asked for every few seconds.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from math import inf
from pathlib import Path
from typing import Any

from watchdog.events import (
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

from musicsim.base.errors import display_path
from musicsim.base.events import Events, Notice
from musicsim.library.catalogue.folders import folder_of
from musicsim.library.scanning.mounts import is_network_folder
from musicsim.library.scanning.walking import linked_folders

_log = logging.getLogger(__name__)

QUIET_SECONDS = 1.5
"""A path is looked at when nothing has happened to it for so long."""
RESCAN_SECONDS = 30 * 60.0
"""How often everything is looked through, as a net below the watcher."""
CHECK_SECONDS = 60.0
"""How often the watcher is asked whether it is still alive."""
LOOK_SECONDS = 2.0
"""How often each folder is asked whether it is still the one that is watched."""

INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
# Not that something was opened or read: a scan of a large library would fill the system's queue with that.
# Nor that a folder was modified, which only repeats what happened to a file in it.
_TOLD_OF: list[type[FileSystemEvent]] = [
    DirCreatedEvent,
    DirDeletedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
]
_BURST = 5_000
"""Events in a row after which everything is looked through: beyond some 16,000 Linux drops them without a word."""
_LIMIT_REACHED = "the system's limit of watched folders is reached"


class DirtyPaths:
    """Paths in which something happened, given out once they have come to rest."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[float, object]] = {}

    def add(self, path: Path, now: float) -> None:
        """Something happened to a path at the time `now`, in seconds."""
        self._seen[path] = (now, _look(path))

    def take_due(self, now: float) -> set[Path]:
        """Give out the paths that are at rest: quiet, and of the same size and time as when last looked at."""
        due: set[Path] = set()
        for path, (since, look) in list(self._seen.items()):
            if now - since < QUIET_SECONDS:
                continue
            if (current := _look(path)) == look:
                due.add(path)
                del self._seen[path]
            else:
                self._seen[path] = (now, current)
        return due

    def next_due(self) -> float | None:
        """When the next path may come to rest, in the seconds of `add`; None if none is waiting."""
        return min((since for since, _ in self._seen.values()), default=None)


@dataclass(slots=True)
class _Place:
    """A music folder, or a link in one to a folder elsewhere."""

    root: Path
    """The music folder."""
    seen: tuple[int, int] | None
    """What lay there at the last look."""
    watch: Any = None
    """Watchdog's, None while there is none."""
    watched: tuple[int, int] | None = None
    """What lay there when the watch began."""
    folders: int = 0


class Watcher:
    """Calls back when files in the watched folders have changed.

    Parameters
    ----------
    changed
        Called in the watcher's thread with the paths of files and folders that came to rest.
    rescan
        Called when everything should be looked through.
    events
        Told when folders can't be watched.
    """

    def __init__(
        self,
        changed: Callable[[Collection[Path]], None],
        rescan: Callable[[], None],
        events: Events,
    ) -> None:
        self._changed = changed
        self._rescan = rescan
        self._events = events
        self._dirty = DirtyPaths()
        self._condition = threading.Condition()
        self._stopping = False
        self._observer: Any = None
        self._watching = threading.Lock()
        self._places: dict[Path, _Place] = {}
        self._unsought: set[Path] = set()
        """Where there may be links that are not among the places yet."""
        self._burst = 0
        self._thread = threading.Thread(target=self._run, name="musicsim-watcher")

    def start(self) -> None:
        """Begin; folders are added by `watch`."""
        self._thread.start()

    def watch(self, folders: Collection[Path], *, thoroughly: bool = False) -> None:
        """Watch these folders, and no others.

        Parameters
        ----------
        thoroughly
            Look in all of them for links of which nothing was told.
        """
        with self._watching:
            if self._stopping:
                return
            if thoroughly:
                self._unsought.update(folders)
            self._find_places(folders)
            self._unwatch()
            try:
                self._begin_if_dead()
                unwatched = self._watch()
            except (OSError, RuntimeError) as error:
                unwatched = dict.fromkeys(folders, _reason(error))
        text = ""
        if unwatched:
            minutes = round(RESCAN_SECONDS / 60)
            named = ", ".join(
                f"{display_path(folder)} ({reason})" for folder, reason in unwatched.items()
            )
            text = f"Can't watch {named}: looked through every {minutes} minutes instead."
        self._events.emit(Notice("watcher", text))

    def _find_places(self, folders: Collection[Path]) -> None:
        """Add what is to be watched by now, and what it leads to by links."""
        for folder in folders:
            if folder not in self._places:
                self._places[folder] = _Place(folder, _identity(folder))
                self._unsought.add(folder)
        for path in self._unsought:
            root = folder_of(path, folders)
            # os.path, unlike Path, takes what may not be looked at for no folder, and no link.
            may_lead_on = os.path.isdir(path) or os.path.islink(path)  # noqa: PTH112, PTH114
            if root and may_lead_on and self._unsought.isdisjoint(path.parents):
                for link in linked_folders(root, path):
                    self._places.setdefault(link, _Place(root, _identity(link)))
        self._unsought.clear()
        for path, place in list(self._places.items()):
            # A link that led to nothing may lead to a file by now, which is nothing to watch.
            is_there = path == place.root or (os.path.islink(path) and not os.path.isfile(path))  # noqa: PTH113, PTH114
            if place.root not in folders or not is_there:
                self._unschedule(place)
                del self._places[path]

    def _unwatch(self) -> None:
        """End the watches of what is not there any more: a disk that is plugged in again needs a new one."""
        for path, place in self._places.items():
            if place.watched != _identity(path):
                self._unschedule(place)

    def _unschedule(self, place: _Place) -> None:
        if place.watch is not None:
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(place.watch)
        place.watch = place.watched = None

    def _watch(self) -> dict[Path, str]:
        """Begin to watch what is not; returns the folders of which not everything will be told, and why."""
        unwatched: dict[Path, str] = {}
        limit = _inotify_limit()
        watched = 0
        for path, place in self._places.items():
            identity = _identity(path)
            if place.watch is None and identity is not None:
                add = self._add if path == place.root else partial(self._add_root, place.root)
                try:
                    place.folders = sum(1 for _ in os.walk(path))
                    place.watch = self._observer.schedule(
                        _Handler(self._happened, add),
                        os.path.join(path, ""),  # noqa: PTH118 (what a link leads to, not the link itself)
                        recursive=True,
                        event_filter=_TOLD_OF,
                    )
                    place.watched = identity
                except (OSError, RuntimeError) as error:
                    unwatched[path] = _reason(error)
                    _log.warning("can't watch %s: %s", display_path(path), error)
            if place.watch is not None:
                # Folders beyond the limit are passed over without an error.
                watched += place.folders
                if watched >= limit:
                    unwatched[path] = _LIMIT_REACHED
                elif is_network_folder(path):
                    unwatched[path] = "a network folder, of which this computer hears only in part"
        return unwatched

    def _is_dead(self) -> bool:
        """Whether a thread of watchdog's has ended, which none does by itself."""
        if self._observer is None:
            return False
        threads = [self._observer, *self._observer.emitters]
        # On Linux one reads for all of them, which watchdog keeps to itself.
        threads += filter(None, [getattr(self._observer, "_inotify_fd", None)])
        return not all(thread.is_alive() for thread in threads)

    def _begin_if_dead(self) -> None:
        """Begin, or begin anew if a thread of the watcher has ended.

        Raises
        ------
        OSError, RuntimeError
            If the system has no more of what it takes.
        """
        if self._is_dead():
            _log.warning("the watcher has died, and is begun anew")
            self._observer.stop()
            self._observer = None
        if self._observer is None:
            for place in self._places.values():
                place.watch = place.watched = None
            observer = Observer()
            observer.start()
            self._observer = observer

    def _take_replaced(self) -> set[Path]:
        """The music folders in whose place, or behind whose links, there is another folder than before, or none."""
        with self._watching:
            places = dict(self._places)
        changed: set[Path] = set()
        for path, place in places.items():
            # Without the lock: a server that went away may keep it waiting for minutes.
            identity = _identity(path)
            if identity != place.seen:
                place.seen = identity
                changed.add(place.root)
        with self._watching:
            self._unsought |= changed
        return changed

    def stop(self) -> None:
        """End; waits for a callback that is under way."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join()
        with self._watching:
            if self._observer is not None and self._observer.is_alive():
                self._observer.stop()
                self._observer.join()
            self._observer = None

    def _happened(self) -> None:
        self._burst += 1

    def _add(self, path: Path) -> None:
        with self._condition:
            self._dirty.add(path, time.monotonic())
            self._condition.notify()

    def _add_root(self, root: Path, _path: Path) -> None:
        """Something happened behind a link: the walk through the whole music folder knows whether it counts there."""
        self._add(root)

    def _run(self) -> None:
        next_rescan = time.monotonic() + RESCAN_SECONDS
        next_check = time.monotonic() + CHECK_SECONDS
        next_look = time.monotonic() + LOOK_SECONDS
        while True:
            with self._condition:
                if self._stopping:
                    return
                now = time.monotonic()
                due = self._dirty.take_due(now)
                until = min(next_rescan, next_check, next_look)
                if not due and now < until:
                    first = self._dirty.next_due()
                    if first is not None:
                        until = min(until, first + QUIET_SECONDS)
                    self._condition.wait(max(until - now, 0.05))
                    continue
            if due:
                with self._watching:
                    # For links in the music folders themselves everything would have to be looked through.
                    self._unsought |= due - {place.root for place in self._places.values()}
            if now >= next_look:
                next_look = now + LOOK_SECONDS
                due |= self._take_replaced()
            if due:
                self._changed(due)
                if self._dirty.next_due() is None:
                    burst, self._burst = self._burst, 0
                    if burst >= _BURST:
                        next_rescan = now
            if now >= next_check:
                next_check = now + CHECK_SECONDS
                with self._watching:
                    if self._is_dead():
                        # It is begun anew with the next scan, which finds what was missed.
                        next_rescan = now
            if now >= next_rescan:
                next_rescan = now + RESCAN_SECONDS
                self._rescan()


class _Handler(FileSystemEventHandler):
    """Turns watchdog's events into dirty paths."""

    def __init__(self, happened: Callable[[], None], add: Callable[[Path], None]) -> None:
        self._happened = happened
        self._add = add

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._happened()
        for path in (event.src_path, event.dest_path):
            if path:
                self._add(Path(os.fsdecode(path)))


def _reason(error: OSError | RuntimeError) -> str:
    """Why something can't be watched, in plain words."""
    if isinstance(error, RecursionError):
        return "its folders lie too deep in each other"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EMFILE):
        return _LIMIT_REACHED
    return getattr(error, "strerror", None) or str(error)


def _inotify_limit() -> float:
    """How many folders the system watches for one user; no limit where there is no such thing."""
    try:
        return int(INOTIFY_LIMIT.read_text())
    except (OSError, ValueError):
        return inf


def _identity(folder: Path) -> tuple[int, int] | None:
    """What tells a folder from another in its place; None if it is not there, or out of reach."""
    try:
        status = folder.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _look(path: Path) -> object:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns

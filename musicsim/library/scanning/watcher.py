"""Watching the music folders while the program runs, with watchdog.

An event only says that something happened at a path: watchers lose events and see half-written files. So paths are
collected until they have been quiet for a while, and then compared with the catalogue. To catch lost events, everything
is scanned now and then. No event reports a disk that is mounted over a folder or unmounted, so each folder's identity
is checked every few seconds.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
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
from musicsim.library.scanning.links import IsKnown, nothing_known
from musicsim.library.scanning.mounts import is_network_folder
from musicsim.library.scanning.walking import linked_folders
from musicsim.library.scanning.watch_limits import LIMIT_REACHED, inotify_limit, reason_unwatched

_log = logging.getLogger(__name__)

QUIET_SECONDS = 1.5
"""Seconds without events after which a path is scanned."""
_GONE_SECONDS = 15.0
"""Seconds that a path where nothing is any more waits for others: its files may turn up there."""
RESCAN_SECONDS = 30 * 60.0
"""Interval of full scans, as a safety net for the watcher."""
CHECK_SECONDS = 60.0
"""Interval of checks that the watcher is alive."""
LOOK_SECONDS = 2.0
"""Interval of checks that each folder is still the one that is watched."""

# Without opening and reading, since a scan of a large library would fill the system's queue with these events. Without
# modified folders, which only repeat what happened to a file in them.
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
"""Events in a row that trigger a full scan: beyond about 16,000, Linux silently drops them."""


class DirtyPaths:
    """Paths with events, returned once they have come to rest."""

    def __init__(self) -> None:
        self._seen: dict[Path, tuple[float, object]] = {}

    def add(self, path: Path, now: float) -> None:
        """Record an event at a path at the time `now`, in seconds."""
        self._seen[path] = (now, _look(path))

    def take_due(self, now: float) -> set[Path]:
        """Remove and return the paths at rest: quiet, and with the same size and time as at the last look.

        Where nothing is any more, the file may have been renamed, so its path waits a while for others to come to rest.
        """
        due: set[Path] = set()
        gone: dict[Path, float] = {}
        for path, (since, look) in list(self._seen.items()):
            if now - since < QUIET_SECONDS:
                continue
            if (current := _look(path)) != look:
                self._seen[path] = (now, current)
            elif current is None:
                gone[path] = since
            else:
                due.add(path)
        is_alone = len(self._seen) == len(due) + len(gone)
        due |= {path for path, since in gone.items() if is_alone or now - since >= _GONE_SECONDS}
        for path in due:
            del self._seen[path]
        return due

    def next_due(self) -> float | None:
        """Return when the next path may come to rest, in the seconds of `add`; None if none is waiting."""
        times = [since for since, look in self._seen.values() if look is not None]
        return min(times or (since for since, _ in self._seen.values()), default=None)


@dataclass(slots=True)
class _Place:
    """A watched place: a music folder, or a link in one to a folder elsewhere."""

    root: Path
    """The music folder."""
    seen: tuple[int, int] | None
    """The folder's identity at the last check."""
    watch: Any = None
    """Watchdog's watch, None without one."""
    watched: tuple[int, int] | None = None
    """The folder's identity when the watch began."""
    folders: int = 0


class Watcher:
    """Calls back when files in the watched folders have changed.

    Parameters
    ----------
    changed
        Called in the watcher's thread with the paths that came to rest.
    rescan
        Called when everything should be scanned.
    events
        Receives notices about folders that can't be watched.
    is_known
        Tells from which links the library has tracks; see `links.far_target`.
    """

    def __init__(
        self,
        changed: Callable[[Collection[Path]], None],
        rescan: Callable[[], None],
        events: Events,
        is_known: IsKnown = nothing_known,
    ) -> None:
        self._changed = changed
        self._rescan = rescan
        self._events = events
        self._is_known = is_known
        self._dirty = DirtyPaths()
        self._condition = threading.Condition()
        self._stopping = False
        self._observer: Any = None
        self._watching = threading.Lock()
        self._places: dict[Path, _Place] = {}
        self._unsought: set[Path] = set()
        """Paths that may contain links not yet among the places."""
        self._burst = 0
        self._thread = threading.Thread(target=self._run, name="musicsim-watcher")

    def start(self) -> None:
        """Start; `watch` adds the folders."""
        self._thread.start()

    def watch(self, folders: Collection[Path], *, thoroughly: bool = False) -> None:
        """Watch exactly these folders.

        Parameters
        ----------
        thoroughly
            Search all of them for new links, for which no event arrived.
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
                unwatched = dict.fromkeys(folders, reason_unwatched(error))
        text = ""
        if unwatched:
            minutes = round(RESCAN_SECONDS / 60)
            named = ", ".join(
                f"{display_path(folder)} ({reason})" for folder, reason in unwatched.items()
            )
            text = f"Can't watch {named}: looked through every {minutes} minutes instead."
        self._events.emit(Notice("watcher", text))

    def _find_places(self, folders: Collection[Path]) -> None:
        """Add the folders to watch, and those that their links lead to."""
        for folder in folders:
            if folder not in self._places:
                self._places[folder] = _Place(folder, _identity(folder))
                self._unsought.add(folder)
        for path in self._unsought:
            root = folder_of(path, folders)
            # Unlike Path, os.path treats inaccessible paths as neither folder nor link.
            may_lead_on = os.path.isdir(path) or os.path.islink(path)  # noqa: PTH112, PTH114
            if root and may_lead_on and self._unsought.isdisjoint(path.parents):
                for link in linked_folders(root, path, self._is_known):
                    self._places.setdefault(link, _Place(root, _identity(link)))
        self._unsought.clear()
        for path, place in list(self._places.items()):
            # A link that led to nothing may lead to a file by now, which isn't watched.
            is_there = path == place.root or (os.path.islink(path) and not os.path.isfile(path))  # noqa: PTH113, PTH114
            if place.root not in folders or not is_there:
                self._unschedule(place)
                del self._places[path]

    def _unwatch(self) -> None:
        """End the watches of vanished folders: a disk that is reconnected needs a new one."""
        for path, place in self._places.items():
            if place.watched != _identity(path):
                self._unschedule(place)

    def _unschedule(self, place: _Place) -> None:
        if place.watch is not None:
            with contextlib.suppress(KeyError, OSError):
                self._observer.unschedule(place.watch)
        place.watch = place.watched = None

    def _watch(self) -> dict[Path, str]:
        """Watch the places that are not watched yet; return those that can't be watched completely, and why."""
        unwatched: dict[Path, str] = {}
        limit = inotify_limit()
        watched = 0
        for path, place in self._places.items():
            identity = _identity(path)
            if place.watch is None and identity is not None:
                add = self._add if path == place.root else partial(self._add_root, place.root)
                try:
                    place.folders = sum(1 for _ in os.walk(path))
                    place.watch = self._observer.schedule(
                        _Handler(self._happened, add),
                        os.path.join(path, ""),  # noqa: PTH118 (the target of a link, not the link itself)
                        recursive=True,
                        event_filter=_TOLD_OF,
                    )
                    place.watched = identity
                except (OSError, RuntimeError) as error:
                    unwatched[path] = reason_unwatched(error)
                    _log.warning("can't watch %s: %s", display_path(path), error)
            if place.watch is not None:
                # Folders beyond the limit are skipped without an error.
                watched += place.folders
                if watched >= limit:
                    unwatched[path] = LIMIT_REACHED
                elif is_network_folder(path):
                    unwatched[path] = "a network folder, of which this computer hears only in part"
        return unwatched

    def _is_dead(self) -> bool:
        """Return whether a thread of watchdog has ended, which never happens normally."""
        if self._observer is None:
            return False
        threads = [self._observer, *self._observer.emitters]
        # On Linux one private thread of watchdog reads for all of them.
        threads += filter(None, [getattr(self._observer, "_inotify_fd", None)])
        return not all(thread.is_alive() for thread in threads)

    def _begin_if_dead(self) -> None:
        """Start, or restart if a thread of the watcher has ended.

        Raises
        ------
        OSError, RuntimeError
            If the system has no resources left.
        """
        if self._is_dead():
            _log.warning("the watcher has stopped unexpectedly and is restarted")
            self._observer.stop()
            self._observer = None
        if self._observer is None:
            for place in self._places.values():
                place.watch = place.watched = None
            observer = Observer()
            observer.start()
            self._observer = observer

    def _take_replaced(self) -> set[Path]:
        """Return the music folders that were replaced or removed, or whose links now lead to another folder."""
        with self._watching:
            places = dict(self._places)
        changed: set[Path] = set()
        for path, place in places.items():
            # Without the lock, since a vanished server may block this for minutes.
            identity = _identity(path)
            if identity != place.seen:
                place.seen = identity
                changed.add(place.root)
        with self._watching:
            self._unsought |= changed
        return changed

    def stop(self) -> None:
        """Stop, and wait for a callback in progress."""
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
        """Handle an event behind a link: only a walk through the whole music folder can tell whether it matters."""
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
                    # The music folders themselves would have to be searched completely for links.
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
                        # The scan restarts the watcher, and finds missed changes.
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


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return the identity of a folder; None if it doesn't exist or is unavailable."""
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

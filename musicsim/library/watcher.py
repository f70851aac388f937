"""Following the music folders while the program runs, by watchdog.

An event only says that something happened at a path: watchers lose events and see files half written. So paths are
collected until they have been quiet for a while and then compared with the catalogue like any other; and now and then
everything is looked through, for what was lost.
"""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import re
import threading
import time
from collections.abc import Callable, Collection
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

from musicsim.errors import display_path
from musicsim.events import Events, Notice

_log = logging.getLogger(__name__)

QUIET_SECONDS = 1.5
"""A path is looked at when nothing has happened to it for so long."""
RESCAN_SECONDS = 30 * 60.0
"""How often everything is looked through, as a net below the watcher."""
CHECK_SECONDS = 60.0
"""How often the watcher is asked whether it is still alive."""

INOTIFY_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
MOUNTS = Path("/proc/self/mounts")
# What others do there is not told to this machine.
_NETWORK = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.sshfs",
        "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "virtiofs", "vboxsf",
    }
)  # fmt: skip
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
        self._observer: Any = Observer()
        self._watching = threading.Lock()
        self._watches: dict[Path, tuple[Any, tuple[int, int]]] = {}
        self._below: dict[Path, int] = {}
        self._burst = 0
        self._thread = threading.Thread(target=self._run, name="musicsim-watcher")

    def start(self) -> None:
        """Begin; folders are added by `watch`."""
        self._observer.start()
        self._thread.start()

    def watch(self, folders: Collection[Path]) -> None:
        """Watch these folders, and no others."""
        with self._watching:
            self._renew_if_dead()
            unwatched = self._watch(folders)
        text = ""
        if unwatched:
            minutes = round(RESCAN_SECONDS / 60)
            named = ", ".join(
                f"{display_path(folder)} ({reason})" for folder, reason in unwatched.items()
            )
            text = f"Can't watch {named}: looked through every {minutes} minutes instead."
        self._events.emit(Notice("watcher", text))

    def _watch(self, folders: Collection[Path]) -> dict[Path, str]:
        """Watch these folders; returns those of which not everything will be told, and why."""
        unwatched: dict[Path, str] = {}
        there = {folder: identity for folder in folders if (identity := _identity(folder))}
        for folder, (watch, identity) in list(self._watches.items()):
            # A folder that was deleted and made again, or a disk plugged in again, needs a new watch.
            if there.get(folder) != identity:
                del self._watches[folder]
                with contextlib.suppress(KeyError, OSError):
                    self._observer.unschedule(watch)
        for folder, identity in there.items():
            if folder in self._watches:
                continue
            try:
                watch = self._observer.schedule(
                    _Handler(self._happened, self._add),
                    str(folder),
                    recursive=True,
                    event_filter=_TOLD_OF,
                )
                self._watches[folder] = (watch, identity)
                self._below[folder] = sum(1 for _ in os.walk(folder))
            except OSError as error:
                at_limit = error.errno in (errno.ENOSPC, errno.EMFILE)
                unwatched[folder] = _LIMIT_REACHED if at_limit else error.strerror or str(error)
                _log.warning("can't watch %s: %s", display_path(folder), error)
        # Folders beyond the limit are passed over without an error.
        limit = _inotify_limit()
        watched = 0
        for folder in self._watches:
            watched += self._below[folder]
            if watched >= limit:
                unwatched[folder] = _LIMIT_REACHED
            elif is_network_folder(folder):
                unwatched[folder] = "a network folder, of which this computer hears only in part"
        return unwatched

    def _renew_if_dead(self) -> bool:
        """Begin anew if a thread of the watcher has ended; returns whether one had."""
        threads = [self._observer, *self._observer.emitters]
        if self._stopping or not self._thread.is_alive() or all(t.is_alive() for t in threads):
            return False
        _log.warning("the watcher has died, and is begun anew")
        self._observer.stop()
        self._observer = Observer()
        self._watches.clear()
        self._observer.start()
        return True

    def stop(self) -> None:
        """End; waits for a callback that is under way."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._observer.is_alive():
            self._observer.stop()
            self._observer.join()
        if self._thread.is_alive():
            self._thread.join()

    def _happened(self) -> None:
        self._burst += 1

    def _add(self, path: Path) -> None:
        with self._condition:
            self._dirty.add(path, time.monotonic())
            self._condition.notify()

    def _run(self) -> None:
        next_rescan = time.monotonic() + RESCAN_SECONDS
        next_check = time.monotonic() + CHECK_SECONDS
        while True:
            with self._condition:
                if self._stopping:
                    return
                now = time.monotonic()
                due = self._dirty.take_due(now)
                if not due and now < min(next_rescan, next_check):
                    first = self._dirty.next_due()
                    until = min(next_rescan, next_check)
                    if first is not None:
                        until = min(until, first + QUIET_SECONDS)
                    self._condition.wait(max(until - now, 0.05))
                    continue
            if due:
                self._changed(due)
                if self._dirty.next_due() is None:
                    burst, self._burst = self._burst, 0
                    if burst >= _BURST:
                        next_rescan = now
            if now >= next_check:
                next_check = now + CHECK_SECONDS
                with self._watching:
                    died = self._renew_if_dead()
                if died:
                    # It watches again with the next scan, which finds what was missed.
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


def _inotify_limit() -> float:
    """How many folders the system watches for one user; no limit where there is no such thing."""
    try:
        return int(INOTIFY_LIMIT.read_text())
    except (OSError, ValueError):
        return inf


def is_network_folder(folder: Path) -> bool:
    """Whether a folder lies on another computer, as far as the system says."""
    try:
        lines = os.fsdecode(MOUNTS.read_bytes()).splitlines()
    except OSError:
        return False
    # The last of those that hold the folder most closely: mounts lie on top of each other.
    found, kind = Path(), ""
    for line in lines:
        _, place, of_kind, *_ = line.split(" ")
        # The file writes a space as "\\040".
        mounted = Path(re.sub(r"\\(\d{3})", lambda octal: chr(int(octal[1], 8)), place))
        if folder.is_relative_to(mounted) and len(mounted.parts) >= len(found.parts):
            found, kind = mounted, of_kind
    return kind in _NETWORK


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

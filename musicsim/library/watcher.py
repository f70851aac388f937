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
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from musicsim.errors import display_path
from musicsim.events import Events, Notice

_log = logging.getLogger(__name__)

QUIET_SECONDS = 1.5
"""A path is looked at when nothing has happened to it for so long."""
RESCAN_SECONDS = 30 * 60.0
"""How often everything is looked through, as a net below the watcher."""


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
        self._thread = threading.Thread(target=self._run, name="musicsim-watcher")

    def start(self) -> None:
        """Begin; folders are added by `watch`."""
        self._observer.start()
        self._thread.start()

    def watch(self, folders: Collection[Path]) -> None:
        """Watch these folders, and no others."""
        with self._watching:
            failed = self._watch(folders)
        text = ""
        if failed:
            minutes = round(RESCAN_SECONDS / 60)
            text = (
                f"Can't watch {', '.join(failed)}: looked through every {minutes} minutes instead."
            )
        self._events.emit(Notice("watcher", text))

    def _watch(self, folders: Collection[Path]) -> list[str]:
        failed: list[str] = []
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
                watch = self._observer.schedule(_Handler(self._add), str(folder), recursive=True)
                self._watches[folder] = (watch, identity)
            except OSError as error:
                reason = (
                    "the system's limit of watched folders is reached"
                    if error.errno in (errno.ENOSPC, errno.EMFILE)
                    else error.strerror or str(error)
                )
                failed.append(f"{display_path(folder)} ({reason})")
                _log.warning("can't watch %s: %s", display_path(folder), error)
        return failed

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

    def _add(self, path: Path) -> None:
        with self._condition:
            self._dirty.add(path, time.monotonic())
            self._condition.notify()

    def _run(self) -> None:
        next_rescan = time.monotonic() + RESCAN_SECONDS
        while True:
            with self._condition:
                if self._stopping:
                    return
                now = time.monotonic()
                due = self._dirty.take_due(now)
                if not due and now < next_rescan:
                    first = self._dirty.next_due()
                    until = next_rescan if first is None else first + QUIET_SECONDS
                    self._condition.wait(max(until - now, 0.05))
                    continue
            if due:
                self._changed(due)
            if now >= next_rescan:
                next_rescan = now + RESCAN_SECONDS
                self._rescan()


class _Handler(FileSystemEventHandler):
    """Turns watchdog's events into dirty paths."""

    def __init__(self, add: Callable[[Path], None]) -> None:
        self._add = add

    def on_any_event(self, event: FileSystemEvent) -> None:
        # A folder's own "modified" only repeats what happened to a file in it; opening and reading change nothing.
        if event.event_type in ("opened", "closed_no_write"):
            return
        if event.is_directory and event.event_type == "modified":
            return
        for path in (event.src_path, event.dest_path):
            if path:
                self._add(Path(os.fsdecode(path)))


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

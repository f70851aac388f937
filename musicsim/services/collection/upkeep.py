"""The thread and the watcher that keep the library in step with the music folders."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from musicsim.base.events import Events
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.folders import folder_of
from musicsim.library.scanning.watcher import Watcher
from musicsim.services.collection.looking import Looking
from musicsim.services.listening.listening import Listening
from musicsim.services.notices import Attempts


class Upkeep:
    """Scans and watches until it is stopped, and wakes listening; only `stop` blocks.

    After a failure that may end by itself, such as a full disk, everything is scanned after a while.

    Parameters
    ----------
    looking
        Scans the folders.
    catalogue
        The music folders and their files.
    listening
        Embeds new tracks.
    events
        Receives errors.
    """

    def __init__(
        self, looking: Looking, catalogue: Catalogue, listening: Listening, events: Events
    ) -> None:
        self._looking = looking
        self._folders = catalogue.folders
        self._listening = listening
        self._jobs: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._attempts = Attempts("scan", events)
        self._stopping = threading.Event()
        self._watcher = Watcher(
            self._changed, lambda: self.scan(None), events, catalogue.files.any_within
        )
        self._thread = threading.Thread(target=self._run, name="musicsim-scan")
        self._thread.start()
        self._watcher.start()
        self.scan(None)

    def stop(self) -> None:
        """Cancel the current scan, and wait for the threads to end."""
        self._stopping.set()
        self._jobs.put(None)
        self._watcher.stop()
        self._thread.join()

    def scan(self, folders: Sequence[Path] | None) -> None:
        """Scan some folders, or all of them."""
        self._jobs.put(
            self._scan_everything if folders is None else lambda: self._scan_known(folders)
        )

    def _scan_everything(self) -> None:
        self._scan_known(None)

    def _scan_known(self, folders: Sequence[Path] | None) -> None:
        """Scan, except folders that were removed from the library in the meantime."""
        roots = self._folders.all()
        self._watcher.watch(roots, thoroughly=folders is None)
        if folders is not None:
            folders = [folder for folder in folders if folder_of(folder, roots)]
        if folders is None or folders:
            self._looking.scan(folders, cancelled=self._stopping.is_set)

    def watch(self) -> None:
        """Watch the current music folders."""
        self._jobs.put(lambda: self._watcher.watch(self._folders.all()))

    def _changed(self, paths: Collection[Path]) -> None:
        self._jobs.put(lambda: self._update_known(paths))

    def _update_known(self, paths: Collection[Path]) -> None:
        self._watcher.watch(self._folders.all())
        self._looking.update(paths, self._stopping.is_set)

    def _run(self) -> None:
        while not self._stopping.is_set() and (job := self._next()) is not None:
            with self._attempts.told(all_of_it=job == self._scan_everything):
                job()
            self._listening.wake()

    def _next(self) -> Callable[[], object] | None:
        """Wait for the next job, or until what failed is to be tried again."""
        try:
            return self._jobs.get(timeout=self._attempts.seconds_left)
        except queue.Empty:
            return self._scan_everything

"""The threads that keep the library up to date: one scans, one embeds, one watches."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, Notice
from musicsim.library.catalogue.folders import folder_of
from musicsim.library.scanning.watcher import Watcher
from musicsim.services.listening.listener import Indexer
from musicsim.worker.client import WorkerClient

_log = logging.getLogger(__name__)

IDLE_SECONDS = 60.0
"""A worker holds half a gigabyte: it is let go when there was nothing to embed for so long."""


class Background:
    """Scans, watches and embeds until it is stopped; its methods return at once.

    Parameters
    ----------
    scan
        Looks through folders, or through all of them; its second argument says when to give up.
    update
        Looks at the paths in which something happened; likewise.
    folders
        The music folders as they are now.
    indexer
        Embeds what the scans find.
    worker
        Let go when idle.
    finished
        Called when everything is embedded for the moment.
    events
        Told what went wrong.
    """

    def __init__(
        self,
        *,
        scan: Callable[[Sequence[Path] | None, Callable[[], bool]], object],
        update: Callable[[Collection[Path], Callable[[], bool]], None],
        folders: Callable[[], Collection[Path]],
        indexer: Indexer,
        worker: WorkerClient,
        finished: Callable[[], object],
        events: Events,
    ) -> None:
        self._finished = finished
        self.indexer = indexer
        self._scan = scan
        self._update = update
        self._folders = folders
        self._worker = worker
        self._events = events
        self._scans: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._wake = threading.Condition()
        self._work_is_waiting = False
        self._stopping = threading.Event()
        self._watcher = Watcher(self._changed, lambda: self.scan(None), events)
        self._threads = [
            threading.Thread(target=self._run_scans, name="musicsim-scan"),
            threading.Thread(target=self._run_indexer, name="musicsim-index"),
        ]

    def start(self) -> None:
        """Begin, with a scan of everything."""
        for thread in self._threads:
            thread.start()
        self._watcher.start()
        self.scan(None)

    def stop(self) -> None:
        """End, and wait for it: what is in the network is finished and stored, a long decode is not waited for."""
        self._stopping.set()
        self.indexer.stop()
        self._scans.put(None)
        with self._wake:
            self._wake.notify_all()
        self._watcher.stop()
        self._worker.close()
        for thread in self._threads:
            thread.join()

    def scan(self, folders: Sequence[Path] | None) -> None:
        """Look through folders, or through all of them."""
        self._scans.put(lambda: self._scan_known(folders))

    def _scan_known(self, folders: Sequence[Path] | None) -> None:
        """Scan, but for folders that were taken out of the library while this waited."""
        roots = self._folders()
        self._watcher.watch(roots, thoroughly=folders is None)
        if folders is not None:
            folders = [folder for folder in folders if folder_of(folder, roots)]
        if folders is None or folders:
            self._scan(folders, self._stopping.is_set)

    def watch(self) -> None:
        """Watch the folders as they are now."""
        self._scans.put(lambda: self._watcher.watch(self._folders()))

    def _changed(self, paths: Collection[Path]) -> None:
        self._scans.put(lambda: self._update_known(paths))

    def _update_known(self, paths: Collection[Path]) -> None:
        self._watcher.watch(self._folders())
        self._update(paths, self._stopping.is_set)

    def wake(self) -> None:
        """Look for something to embed."""
        with self._wake:
            self._work_is_waiting = True
            self._wake.notify_all()

    def _run_scans(self) -> None:
        while not self._stopping.is_set() and (job := self._scans.get()) is not None:
            with self._notices("scan"):
                job()
            self.wake()

    def _run_indexer(self) -> None:
        while not self._stopping.is_set():
            with self._wake:
                due = self._wake.wait_for(
                    lambda: self._work_is_waiting or self._stopping.is_set(),
                    timeout=IDLE_SECONDS if self._worker.running else None,
                )
                self._work_is_waiting = False
            if not due:
                self._worker.stop()
                continue
            if not self._stopping.is_set():
                with self._notices("worker"):
                    self.indexer.run()
                    self._finished()

    @contextlib.contextmanager
    def _notices(self, topic: str) -> Iterator[None]:
        """Tell the listener what went wrong in a thread of ours; the thread lives on."""
        try:
            yield
        except MusicsimError as error:
            _log.warning("%s", error)
            self._events.emit(Notice(topic, str(error)))
        except Exception as error:  # noqa: BLE001 (a bug must not end the thread and all that is to come)
            _log.exception("the %s thread failed", topic)
            self._events.emit(Notice(topic, f"musicsim failed: {error!r}. Please report it."))
        else:
            self._events.emit(Notice(topic, ""))

"""Brings what happens in the background into the window's thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from musicsim.base.errors import MusicsimError
from musicsim.base.events import (
    EmbeddingProgress,
    Event,
    Events,
    FetchProgress,
    ModelChanged,
    Notice,
    PlaylistsChanged,
    ProblemsChanged,
    ScanFinished,
    ScanProgress,
    ScanStarted,
    TracksChanged,
    TracksRemoved,
)

T = TypeVar("T")

BATCH_MS = 150


class Bridge(QObject):
    """Re-emits the app's events as signals, in batches, and delivers the results of futures.

    Between two deliveries only the last word on each subject is kept: a scan may report thousands of files a second,
    and a window that followed each would do nothing else.

    Parameters
    ----------
    events
        The app's.
    errands
        Where `do` has its tasks done; a thread of its own without one.
    records
        Where `record` has its tasks done; likewise.
    """

    tracks_changed = Signal(object)
    """tuple[int, ...]: tracks that are new or not what they were."""
    tracks_removed = Signal(object)
    """tuple[int, ...]"""
    scan = Signal(object)
    """ScanStarted, ScanProgress or ScanFinished."""
    embedding_progress = Signal(object)
    model_changed = Signal()
    fetch_progress = Signal(object)
    problems_changed = Signal()
    playlists_changed = Signal()
    notice = Signal(object)

    _arrived = Signal()
    _settled = Signal(object)

    def __init__(
        self,
        events: Events,
        parent: QObject | None = None,
        *,
        errands: Executor | None = None,
        records: Executor | None = None,
    ) -> None:
        super().__init__(parent)
        self._errands = errands or ThreadPoolExecutor(1, "musicsim-errands")
        self._records = records or ThreadPoolExecutor(1, "musicsim-records")
        self._lock = threading.Lock()
        self._closed = False
        self._awaiting_delivery = False
        self._changed: dict[int, None] = {}
        self._removed: dict[int, None] = {}
        self._latest: dict[object, Event] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(BATCH_MS)
        self._timer.timeout.connect(self.deliver)
        self._arrived.connect(self._timer.start, Qt.ConnectionType.QueuedConnection)
        self._settled.connect(self._settle, Qt.ConnectionType.QueuedConnection)
        self._unsubscribe = events.subscribe(self._receive)

    def close(self) -> None:
        """Deliver nothing more; what other threads still report is dropped."""
        self._unsubscribe()
        with self._lock:
            self._closed = True
        self._timer.stop()
        # What is being done or still to be done comes to its end: the app is closed after this.
        self._errands.shutdown()
        self._records.shutdown()

    def do(
        self,
        task: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Do something that takes a moment, one task after the other and not in the window's thread; see `watch`."""
        self.watch(self._errands.submit(task), on_result, on_error)

    def record(
        self,
        task: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Do the same with what only reads or writes a few rows of the catalogue: it waits for no slow folder."""
        self.watch(self._records.submit(task), on_result, on_error)

    def watch(
        self,
        future: Future[T],
        on_result: Callable[[T], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Call one of the two in the window's thread when `future` is done; neither if it was cancelled."""

        def settled(done: Future[T]) -> None:
            with self._lock:
                if not self._closed:
                    self._settled.emit((done, on_result, on_error))

        future.add_done_callback(settled)

    def deliver(self) -> None:
        """Emit what has come since the last delivery."""
        with self._lock:
            if self._closed:
                return
            removed, self._removed = tuple(self._removed), {}
            changed, self._changed = tuple(self._changed), {}
            latest, self._latest = list(self._latest.values()), {}
            self._awaiting_delivery = False
        # Of this thread: while a large folder is removed, it may wait for the catalogue.
        started = time.thread_time()
        if removed:
            self.tracks_removed.emit(removed)
        if changed:
            self.tracks_changed.emit(changed)
        for event in latest:
            self._re_emit(event)
        # A large library takes longer to update: leave the window most of the time for the listener.
        self._timer.setInterval(max(BATCH_MS, int(4000 * (time.thread_time() - started))))

    def _receive(self, event: Event) -> None:
        # In any thread. The signal is emitted under the lock, so that close() can't come in between.
        with self._lock:
            if self._closed:
                return
            match event:
                case TracksChanged(track_ids=ids):
                    for track_id in ids:
                        self._removed.pop(track_id, None)
                    self._changed.update(dict.fromkeys(ids))
                case TracksRemoved(track_ids=ids):
                    for track_id in ids:
                        self._changed.pop(track_id, None)
                    self._removed.update(dict.fromkeys(ids))
                case _:
                    subject = (type(event), _topic(event))
                    self._latest.pop(subject, None)
                    self._latest[subject] = event
            if not self._awaiting_delivery:
                self._awaiting_delivery = True
                self._arrived.emit()

    def _re_emit(self, event: Event) -> None:
        match event:
            case ScanStarted() | ScanProgress() | ScanFinished():
                self.scan.emit(event)
            case EmbeddingProgress():
                self.embedding_progress.emit(event)
            case ModelChanged():
                self.model_changed.emit()
            case FetchProgress():
                self.fetch_progress.emit(event)
            case ProblemsChanged():
                self.problems_changed.emit()
            case PlaylistsChanged():
                self.playlists_changed.emit()
            case Notice():
                self.notice.emit(event)

    def _settle(
        self, settled: tuple[Future[Any], Callable[[Any], None], Callable[[MusicsimError], None]]
    ) -> None:
        future, on_result, on_error = settled
        if self._closed or future.cancelled():
            return
        error = future.exception()
        if error is None:
            on_result(future.result())
        elif isinstance(error, MusicsimError):
            on_error(error)
        else:
            raise error


def _topic(event: Event) -> str | None:
    """What tells an event from others of its kind, which it does not replace."""
    match event:
        case Notice(topic=topic):
            return topic
        case FetchProgress(name=name):
            return name
        case _:
            return None

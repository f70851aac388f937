"""Bridge from background threads to the window's thread."""

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
    GroupsChanged,
    GroupsProgress,
    ModelChanged,
    Notice,
    OpinionsChanged,
    PlaylistsChanged,
    PlaysChanged,
    ProblemsChanged,
    ScanFinished,
    ScanProgress,
    ScanStarted,
    SmartListsChanged,
    TracksChanged,
    TracksRemoved,
)

T = TypeVar("T")

BATCH_MS = 150


class Bridge(QObject):
    """Bridge that re-emits the app's events as Qt signals, in batches, and delivers the results of futures.

    Between two deliveries it keeps only the latest event per subject: a scan may report thousands of files a second,
    and following each would keep the window fully busy.

    Parameters
    ----------
    events
        The app's events.
    errands
        Executor for `do`; by default one new thread.
    records
        Executor for `record`; by default one new thread.
    """

    tracks_changed = Signal(object)
    """tuple[int, ...]: new or changed tracks."""
    tracks_removed = Signal(object)
    """tuple[int, ...]"""
    scan = Signal(object)
    """ScanStarted, ScanProgress or ScanFinished."""
    embedding_progress = Signal(object)
    model_changed = Signal()
    fetch_progress = Signal(object)
    problems_changed = Signal()
    playlists_changed = Signal()
    groups_changed = Signal()
    opinions_changed = Signal()
    plays_changed = Signal(object)
    """tuple[int, ...]: tracks that were played; none if plays were deleted."""
    groups_progress = Signal(object)
    smart_lists_changed = Signal()
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
        """Stop delivering; drop whatever other threads still report."""
        self._unsubscribe()
        with self._lock:
            self._closed = True
        self._timer.stop()
        # Let running and queued tasks finish: the app closes after this.
        self._errands.shutdown()
        self._records.shutdown()

    def do(
        self,
        task: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Run a slow task outside the window's thread, one task at a time; see `watch`."""
        self.watch(self._errands.submit(task), on_result, on_error)

    def record(
        self,
        task: Callable[[], T],
        on_result: Callable[[T], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Run a task that only reads or writes a few catalogue rows; unlike `do`, it waits for no slow folder."""
        self.watch(self._records.submit(task), on_result, on_error)

    def watch(
        self,
        future: Future[T],
        on_result: Callable[[T], None],
        on_error: Callable[[MusicsimError], None],
    ) -> None:
        """Call `on_result` or `on_error` in the window's thread when `future` is done; neither if it is cancelled."""

        def settled(done: Future[T]) -> None:
            with self._lock:
                if not self._closed:
                    self._settled.emit((done, on_result, on_error))

        future.add_done_callback(settled)

    def deliver(self) -> None:
        """Emit the events received since the last delivery."""
        with self._lock:
            if self._closed:
                return
            removed, self._removed = tuple(self._removed), {}
            changed, self._changed = tuple(self._changed), {}
            latest, self._latest = list(self._latest.values()), {}
            self._awaiting_delivery = False
        # This thread's CPU time: removing a large folder may make the thread wait for the catalogue.
        started = time.thread_time()
        if removed:
            self.tracks_removed.emit(removed)
        if changed:
            self.tracks_changed.emit(changed)
        for event in latest:
            self._re_emit(event)
        # Updating a large library takes longer: leave most of the time to the listener's actions.
        self._timer.setInterval(max(BATCH_MS, int(4000 * (time.thread_time() - started))))

    def _receive(self, event: Event) -> None:
        # Runs in any thread. Emit the signal under the lock, so that close() can't come in between.
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
                case PlaysChanged(track_ids=ids):
                    before = self._latest.pop(PlaysChanged, None)
                    if isinstance(before, PlaysChanged):
                        both = before.track_ids and ids
                        ids = (*before.track_ids, *ids) if both else ()
                    self._latest[PlaysChanged] = PlaysChanged(ids)
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
            case GroupsChanged():
                self.groups_changed.emit()
            case OpinionsChanged():
                self.opinions_changed.emit()
            case PlaysChanged(track_ids=ids):
                self.plays_changed.emit(ids)
            case GroupsProgress():
                self.groups_progress.emit(event)
            case SmartListsChanged():
                self.smart_lists_changed.emit()
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
    """Return the event's topic within its type: an event replaces only those with the same topic."""
    match event:
        case Notice(topic=topic):
            return topic
        case FetchProgress(name=name):
            return name
        case _:
            return None

"""The app's side of the worker process: it starts the process, sends requests and receives answers."""

from __future__ import annotations

import contextlib
import itertools
import logging
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any

from musicsim.base.errors import MusicsimError
from musicsim.base.processes import start_with_pipe
from musicsim.base.reasons import Reason
from musicsim.worker.protocol import (
    Answer,
    Envelope,
    Refusal,
    RefusalKind,
    Request,
    Stop,
    WorkerSettings,
)

_log = logging.getLogger(__name__)

# A process that shares nothing with this one, since it couldn't use its threads and libraries.
_CONTEXT = multiprocessing.get_context("spawn")
# Seconds in which a worker must finish a write to the index and end.
_STOP_SECONDS = 20.0


class Refused(MusicsimError):  # noqa: N818
    """The worker can't carry out a request; the message is the text of the reason, without the file's name."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class ModelUnavailable(MusicsimError):  # noqa: N818
    """The worker can't load the model, so nothing can be embedded."""


class WorkerBug(MusicsimError):  # noqa: N818
    """The worker hit a bug in musicsim; the log has its traceback."""


class WorkerDied(MusicsimError):  # noqa: N818
    """The worker process ended without answering this request."""


class WorkerHung(WorkerDied):
    """The worker process did not answer in time, and was killed."""


class WorkerClient:
    """Talks to the worker process, which starts with the first request and again after a crash; thread-safe.

    Parameters
    ----------
    settings
        The settings for the process.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        # A separate lock: a hung worker lets the pipe fill up and block, but `kill` must not wait for that.
        self._sending = threading.Lock()
        self._closed = False
        self._numbers = itertools.count()
        self._pending: dict[int, Future[Any]] = {}
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._reader: threading.Thread | None = None
        self.starts = 0
        """The number of processes started so far; an index opened in an earlier one is not open in this one."""

    @property
    def settings(self) -> WorkerSettings:
        """The settings for the next process."""
        return self._settings

    @property
    def running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    def request(self, request: Request) -> Future[Any]:
        """Send a request.

        Returns
        -------
        Future
            Returns the answer, or raises `Refused` with the reason, `WorkerBug`, `ModelUnavailable` or `WorkerDied`.
        """
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        with self._lock:
            if self._closed:
                future.set_exception(WorkerDied("musicsim is being closed."))
                return future
            if self._process is None:
                self._start()
            pipe = self._pipe
            assert pipe is not None
            number = next(self._numbers)
            self._pending[number] = future
        self._send(pipe, Envelope(number, request))
        return future

    def ask(self, request: Request, patience: float) -> Any:
        """Send a request and wait for its answer; kill the worker after `patience` seconds without one.

        Raises
        ------
        Refused, WorkerBug, ModelUnavailable, WorkerDied
            Like the future of `request`.
        WorkerHung
            If it was killed.
        """
        # The future's own timeout is not enough: a worker that hangs while holding Python's lock, as in Chroma's
        # writes, reads no requests, so that sending one may block for ever.
        with _time_limit(patience, self.kill) as is_over:
            try:
                return self.request(request).result()
            except WorkerDied as error:
                if not is_over():
                    raise
                text = f"The worker process did not answer for {patience:.0f} s."
                raise WorkerHung(text) from error

    def _send(self, pipe: Connection, envelope: Envelope) -> None:
        # If the worker has just died, the reader notices and fails every request.
        with self._sending, contextlib.suppress(OSError):
            pipe.send(envelope)

    def _start(self) -> None:
        # Only the worker needs the decoders' libraries: the window starts faster without them.
        from musicsim.worker.process import serve

        process, pipe = start_with_pipe(
            serve, self._settings, name="musicsim-worker", context=_CONTEXT
        )
        self._process, self._pipe = process, pipe
        self.starts += 1
        self._reader = threading.Thread(
            target=self._read, args=(process, pipe), name="musicsim-worker-answers"
        )
        self._reader.start()

    def _read(self, process: multiprocessing.process.BaseProcess, pipe: Connection) -> None:
        while True:
            try:
                answer: Answer | Refusal = pipe.recv()
            except (EOFError, OSError):
                break
            with self._lock:
                future = self._pending.pop(answer.number)
            if isinstance(answer, Answer):
                future.set_result(answer.value)
            else:
                future.set_exception(_error(answer))
        process.join()
        with self._sending:
            pipe.close()
        with self._lock:
            orphans = list(self._pending.values())
            self._pending.clear()
            self._process = self._pipe = None
        for future in orphans:
            future.set_exception(
                WorkerDied(f"The worker process ended unexpectedly (exit code {process.exitcode}).")
            )

    def kill(self) -> None:
        """End the process at once; unanswered requests fail with `WorkerDied`."""
        with self._lock:
            process, reader = self._process, self._reader
            if process is not None:
                process.kill()
        if process is not None and reader is not None:
            reader.join()

    def restart_with(self, settings: WorkerSettings) -> None:
        """Stop the running process, and start the next one with other settings."""
        # In this order: a request of another thread may start the next process as soon as this one is stopped.
        with self._lock:
            self._settings = settings
        self.stop()

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def close(self) -> None:
        """Stop for good; later requests fail with `WorkerDied`."""
        with self._lock:
            self._closed = True
        self.stop()

    def stop(self) -> None:
        """Let the process finish its writes and end, which frees its memory; the next request starts another."""
        with self._lock:
            process, pipe, reader = self._process, self._pipe, self._reader
            if process is None or pipe is None or reader is None:
                return
            number = next(self._numbers)
        with _time_limit(_STOP_SECONDS, process.kill) as is_over:
            self._send(pipe, Envelope(number, Stop()))
            reader.join()
        if is_over():
            _log.warning("the worker did not end in %.0f s", _STOP_SECONDS)


@contextlib.contextmanager
def _time_limit(seconds: float, end: Callable[[], object]) -> Iterator[Callable[[], bool]]:
    """Call `end`, in another thread, if the block takes longer; yield a function that tells whether it did."""
    is_over = threading.Event()

    def give_up() -> None:
        is_over.set()
        end()

    timer = threading.Timer(seconds, give_up)
    timer.start()
    try:
        yield is_over.is_set
    finally:
        timer.cancel()
        timer.join()


def _error(refusal: Refusal) -> MusicsimError:
    match refusal.kind:
        case RefusalKind.MODEL:
            return ModelUnavailable(str(refusal.reason))
        case RefusalKind.BUG:
            _log.error("the worker failed on a request:\n%s", refusal.reason)
            last_line = str(refusal.reason).strip().rpartition("\n")[2]
            return WorkerBug(f"{last_line}.")
        case RefusalKind.REQUEST:
            return Refused(refusal.reason)

"""The app's side of the worker process: starts it, sends requests, brings the answers back."""

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

# A process that shares nothing with this one, whose threads and libraries it could not use.
_CONTEXT = multiprocessing.get_context("spawn")
# How long a worker may take to finish a write to the index and to end.
_STOP_SECONDS = 20.0


class Refused(MusicsimError):  # noqa: N818
    """The worker can't do it; the message is the text of the reason, without the file's name."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


class ModelUnavailable(MusicsimError):  # noqa: N818
    """The worker can't load the model, so nothing can be embedded."""


class WorkerBug(MusicsimError):  # noqa: N818
    """The worker came across a bug of musicsim's; the log has its traceback."""


class WorkerDied(MusicsimError):  # noqa: N818
    """The worker process ended with this request unanswered."""


class WorkerHung(WorkerDied):
    """The worker process did not answer in time, and was killed."""


class WorkerClient:
    """Talks to the worker process, which starts with the first request and again after a crash; thread-safe.

    Parameters
    ----------
    settings
        What the process is started with.
    """

    def __init__(self, settings: WorkerSettings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        # Of its own: what a worker that stands still does not read fills the pipe, and then `kill` must not wait.
        self._sending = threading.Lock()
        self._closed = False
        self._numbers = itertools.count()
        self._pending: dict[int, Future[Any]] = {}
        self._process: multiprocessing.process.BaseProcess | None = None
        self._pipe: Connection | None = None
        self._reader: threading.Thread | None = None
        self.starts = 0
        """How often a process was started: an index that was open in another is not open in this one."""

    @property
    def settings(self) -> WorkerSettings:
        """What the next process is started with."""
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
            Its answer; else `Refused` with the reason, `WorkerBug`, `ModelUnavailable` or `WorkerDied`.
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
        """Send a request and wait for its answer; a worker that has none after `patience` seconds is killed.

        Raises
        ------
        Refused, WorkerBug, ModelUnavailable, WorkerDied
            As the future of `request` does.
        WorkerHung
            If it was killed.
        """
        # Not by the future's own time limit: a worker that hangs in a call that keeps Python's lock, as Chroma's writes
        # do, reads no request either, so that to send one may take for ever.
        with _time_limit(patience, self.kill) as is_over:
            try:
                return self.request(request).result()
            except WorkerDied as error:
                if not is_over():
                    raise
                text = f"The worker process did not answer for {patience:.0f} s."
                raise WorkerHung(text) from error

    def _send(self, pipe: Connection, envelope: Envelope) -> None:
        # Where it died just now, the reader finds out, and tells every request.
        with self._sending, contextlib.suppress(OSError):
            pipe.send(envelope)

    def _start(self) -> None:
        # The decoders' libraries are for the worker: the window starts faster without them.
        from musicsim.worker.process import serve

        ours, theirs = _CONTEXT.Pipe()
        # A daemon, so that it ends with this process however that ends.
        process = _CONTEXT.Process(
            target=serve, args=(theirs, self._settings), name="musicsim-worker", daemon=True
        )
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        self.starts += 1
        self._reader = threading.Thread(
            target=self._read, args=(process, ours), name="musicsim-worker-answers"
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
        """End the process at once; what it had not answered fails with `WorkerDied`."""
        with self._lock:
            process, reader = self._process, self._reader
            if process is not None:
                process.kill()
        if process is not None and reader is not None:
            reader.join()

    def restart_with(self, settings: WorkerSettings) -> None:
        """Start the next process with other settings; the one that runs is stopped."""
        self.stop()
        with self._lock:
            self._settings = settings

    @property
    def closed(self) -> bool:
        """Whether `close` was called."""
        return self._closed

    def close(self) -> None:
        """Stop for good: whatever is requested from now on fails with `WorkerDied`."""
        with self._lock:
            self._closed = True
        self.stop()

    def stop(self) -> None:
        """Let the process finish its writes and end, which gives its memory back; the next request starts another."""
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
    """Call `end`, in another thread, if the block takes longer; gives what says whether it did."""
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

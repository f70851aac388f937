"""Background rendering of the demo library."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musicsim.base.errors import MusicsimError

Render = Callable[[Path, Callable[[int, int], None]], object]


class _Cancelled(Exception):  # noqa: N818
    """Cancellation because the window is closing."""


def render(folder: Path, progress: Callable[[int, int], None]) -> None:
    """Render the demo library into `folder`."""
    from musicsim.demo import render_demo

    render_demo(folder, progress=progress)


class DemoJob(QObject):
    """Job that renders the demo library into a folder, in its own thread."""

    progressed = Signal(object)
    """(tracks done, total tracks)"""
    finished = Signal(object, str)
    """The folder and an empty text, or None and the error message."""

    def __init__(
        self, folder: Path, render: Render = render, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._render = render
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the job, unless it is running."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="demo library")
            self._thread.start()

    def cancel(self) -> None:
        """Stop, and wait for the thread to end; rendered tracks stay and are used next time."""
        self._cancelled.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._render(self._folder, self._report)
        except _Cancelled:
            return
        except MusicsimError as error:
            self.finished.emit(None, str(error))
        except OSError as error:
            self.finished.emit(None, f"{error.filename or self._folder}: {error.strerror or error}")
        else:
            self.finished.emit(self._folder, "")

    def _report(self, done: int, total: int) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        self.progressed.emit((done, total))

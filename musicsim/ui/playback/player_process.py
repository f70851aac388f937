"""Lifetime of the playback process, as the window sees it: start, end, and the messages in between."""

from __future__ import annotations

import logging
import threading
import time
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal

from musicsim.base.processes import start_with_pipe
from musicsim.ui.playback.protocol import Command, Done, Event, Numbered, Ready

_log = logging.getLogger(__name__)

_PATIENCE = 4.0
"""Seconds that a command may take, or that the process may be silent while it plays: a sound server may hold it up."""
_START_PATIENCE = 20.0
"""Seconds until the process reports its start: it loads its libraries, perhaps from a slow disk."""
_END_PATIENCE = 2.0
"""Seconds that a killed process may take to end."""


class PlayerProcess(QObject):
    """Owner of the playback process: starts and ends it, sends it commands, and knows whether it still answers.

    Parameters
    ----------
    log_file
        Where the process logs errors.
    """

    said = Signal(object)
    """Event, except those about the process itself."""
    crashed = Signal()
    """The process has ended by itself."""

    _arrived = Signal(int, object)

    def __init__(self, log_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log_file = log_file
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None
        self._reader: threading.Thread | None = None
        self._generation = 0
        """Distinguishes the events of this process from those of earlier ones."""
        self._number = 0
        self._unanswered: dict[int, float] = {}
        """Deadline of each command."""
        self._heard_at = 0.0
        """Time of the last event."""
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def pid(self) -> int | None:
        """Id of the process; None if there is none."""
        return None if self._process is None else self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether there is a process."""
        return self._process is not None

    @property
    def has_done_all(self) -> bool:
        """Whether all commands were carried out."""
        return not self._unanswered

    def start(self) -> None:
        """Start the process."""
        process, pipe = start_with_pipe(_serve, self.log_file, name="musicsim-player")
        self._generation += 1
        self._process, self._pipe = process, pipe
        self._unanswered.clear()
        self._heard_at = time.monotonic()
        self._reader = threading.Thread(
            target=self._read,
            args=(pipe, self._generation),
            name="musicsim-player-news",
            daemon=True,
        )
        self._reader.start()

    def end(self) -> None:
        """End the process, if there is one, and ignore its remaining events."""
        process, pipe, reader = self._process, self._pipe, self._reader
        if process is None or pipe is None or reader is None:
            return
        self._process = self._pipe = self._reader = None
        self._generation += 1
        # Don't ask it to end: it may hang in a call to the sound server, and has nothing to lose.
        process.kill()
        process.join(_END_PATIENCE)
        if process.is_alive():
            # The system holds it, for example in a read from a disconnected drive, and ends it when that returns.
            _log.warning("the player's process can't be ended yet")
            return
        reader.join()
        process.close()
        pipe.close()

    def send(self, command: Command, *, starting: bool = False) -> None:
        """Send a command; while the process starts, a command may take longer."""
        assert self._pipe is not None
        self._number += 1
        patience = _START_PATIENCE if starting else _PATIENCE
        waiting_since = max(self._unanswered.values(), default=0.0)
        self._unanswered[self._number] = max(waiting_since, time.monotonic() + patience)
        try:
            self._pipe.send(Numbered(self._number, command))
        except OSError:
            # The process has just died; the reader reports it in a moment.
            _log.debug("the player's process is gone")

    def is_overdue(self, now: float) -> bool:
        """Return whether a command should have been carried out by now."""
        return any(by < now for by in self._unanswered.values())

    def is_mute(self, now: float) -> bool:
        """Return whether the process has been silent for too long for one that plays."""
        return now - self._heard_at > _PATIENCE

    def forgive(self, now: float) -> None:
        """Restart the time limits from now."""
        self._heard_at = now
        for number, by in self._unanswered.items():
            self._unanswered[number] = max(by, now + _PATIENCE)

    def _read(self, pipe: Connection, generation: int) -> None:
        while True:
            try:
                event: Event | None = pipe.recv()
            except (EOFError, OSError):
                event = None
            self._arrived.emit(generation, event)
            if event is None:
                return

    def _take(self, generation: int, event: Event | None) -> None:
        if generation != self._generation:
            return
        self._heard_at = time.monotonic()
        match event:
            case None:
                self.end()
                self.crashed.emit()
            case Ready():
                for waiting in self._unanswered:
                    self._unanswered[waiting] = self._heard_at + _PATIENCE
            case Done(number=number):
                self._unanswered.pop(number, None)
            case _:
                self.said.emit(event)


def _serve(pipe: Connection, log_file: Path) -> None:
    """Run the playback process; import only here what the window doesn't need."""
    from musicsim.ui.playback.process import serve

    serve(pipe, log_file)

"""The playback process: takes the window's commands from a pipe, and reports what can be heard."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QCoreApplication,
    QMessageLogContext,
    QObject,
    Qt,
    QtMsgType,
    Signal,
    qInstallMessageHandler,
)

from musicsim.audio import AudioError, waveform
from musicsim.audio.quiet import silence_native_messages
from musicsim.base.logs import BoundedLog
from musicsim.ui.playback.protocol import (
    Command,
    Done,
    Event,
    Follow,
    Measure,
    Measured,
    Numbered,
    Pause,
    Play,
    Ready,
    Resume,
    Seek,
    SetVolume,
    Stop,
    UseDevice,
)

if TYPE_CHECKING:
    from musicsim.ui.playback.sounding import Sounding

_log = logging.getLogger(__name__)

_SERVER_LATENCY_MS = "150"
"""Latency asked of PulseAudio, or of PipeWire in its place. Qt asks for about 20 ms, which runs dry when other
programs need the processor; 60 ms did so once in five minutes (benchmarks/playing.py). The price: a change of volume,
and the sound after a seek, are heard that much later. `Output` reads it too.
"""


def serve(pipe: Connection, log_file: Path) -> None:
    """Play until the other end of the pipe is closed, which happens however the window's process ends."""
    # Ctrl+C in a terminal reaches all of its processes: the window decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    silence_native_messages()
    logging.basicConfig(
        handlers=[BoundedLog(log_file, afresh=True)],
        level=logging.WARNING,
        format="%(asctime)s %(message)s",
    )
    qInstallMessageHandler(_log_message)
    sys.excepthook = lambda *error: _log.critical("bug", exc_info=error)
    os.environ.setdefault("PULSE_LATENCY_MSEC", _SERVER_LATENCY_MS)
    application = QCoreApplication(["musicsim"])
    pipe.send(Ready())
    # Import only now: QtMultimedia writes to the terminal, and may wait for the sound server.
    from musicsim.ui.playback.sounding import Sounding

    server = _Server(pipe, Sounding)
    server.begin()
    application.exec()


class _Server(QObject):
    _arrived = Signal()

    def __init__(self, pipe: Connection, make: type[Sounding]) -> None:
        super().__init__()
        self._pipe = pipe
        self._sending = threading.Lock()
        self._waiting: deque[Numbered] = deque()
        self._sounding = make(self._send, self)
        self._measuring = ThreadPoolExecutor(1, "musicsim-waveforms")
        self._wanted: Measure | None = None
        self._arrived.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def begin(self) -> None:
        """Start to receive commands."""
        threading.Thread(target=self._read, name="musicsim-commands", daemon=True).start()
        self._sounding.tell_devices()

    def _read(self) -> None:
        while True:
            try:
                numbered = self._pipe.recv()
            except (EOFError, OSError):
                # Exit at once: the thread that plays may hang in a call to the sound server.
                os._exit(0)
            self._waiting.append(numbered)
            self._arrived.emit()

    def _send(self, event: Event) -> None:
        try:
            with self._sending:
                self._pipe.send(event)
        except OSError:
            os._exit(0)

    def _measure(self, measure: Measure) -> None:
        """Measure a waveform, in a thread of its own; only the last request matters."""
        try:
            found = waveform(measure.path, cancelled=lambda: self._wanted is not measure)
        except AudioError:
            found = None
        if self._wanted is measure:
            self._send(Measured(measure.key, None if found is None else found.to_bytes()))

    def _take(self) -> None:
        numbered = self._waiting.popleft()
        later = tuple(waiting.command for waiting in tuple(self._waiting))
        if not is_overtaken(numbered.command, later):
            self._carry_out(numbered.command)
        self._send(Done(numbered.number))

    def _carry_out(self, command: Command) -> None:
        sounding = self._sounding
        match command:
            case Play() as play:
                sounding.play(
                    play.item,
                    play.position,
                    play.following,
                    paused=play.paused,
                    longest_crossfade=play.longest_crossfade,
                )
            case Follow(after=after, item=item):
                sounding.follow(after, item)
            case Pause():
                sounding.pause()
            case Resume():
                sounding.resume()
            case Seek(token=token, position=position):
                sounding.seek(token, position)
            case Stop():
                sounding.stop()
            case SetVolume(factor=factor):
                sounding.set_volume(factor)
            case UseDevice(id=device):
                sounding.use_device(device)
            case Measure() as measure:
                self._wanted = measure
                self._measuring.submit(self._measure, measure)


def is_overtaken(command: Command, later: Iterable[Command]) -> bool:
    """Return whether a later command undoes this one, so that nothing of it would be heard.

    A seek takes some hundredths of a second; a dragged slider asks for it more often.
    """
    match command:
        case Seek(token=token):
            return any(
                isinstance(other, Play | Stop) or (isinstance(other, Seek) and other.token == token)
                for other in later
            )
        case Play():
            return any(isinstance(other, Play | Stop) for other in later)
        case SetVolume():
            return any(isinstance(other, SetVolume) for other in later)
        case _:
            return False


def _log_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    _log.log(logging.INFO if kind is QtMsgType.QtInfoMsg else logging.WARNING, "Qt: %s", text)

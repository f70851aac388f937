"""One window for a data folder: a second start hands what it was asked for to the first window."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TAKEN = b"taken"
_PATIENCE = 3000
"""Milliseconds that a window has for its answer: it may be busy."""
_LENGTH_DIGITS = 10
_LARGEST = 256 * 2**20
"""Bytes: more than any system passes to a program."""


@dataclass(frozen=True)
class Request:
    """What a start of musicsim asks the window for; it comes forward in any case."""

    paths: tuple[Path, ...] = ()
    """Absolute: files to play, playlists, and folders to add to the library."""
    enqueue: bool = False
    """Whether the files go to the end of the queue, instead of being played now."""

    def to_bytes(self) -> bytes:
        """Return the message of it: its length in ten digits, then the parts, each with a NUL, which no path has."""
        parts = [b"enqueue" if self.enqueue else b"play", *map(os.fsencode, self.paths)]
        body = b"".join(part + b"\0" for part in parts)
        return b"%0*d" % (_LENGTH_DIGITS, len(body)) + body

    @classmethod
    def from_bytes(cls, body: bytes) -> Request | None:
        """Return the request of a message, whose length was taken off; None if it is none."""
        if not body.endswith(b"\0"):
            return None
        what, *paths = body[:-1].split(b"\0")
        if what not in (b"play", b"enqueue"):
            return None
        return cls(tuple(Path(os.fsdecode(path)) for path in paths), what == b"enqueue")


class Instance(QObject):
    """Listens for later starts; only the owner of the data folder may make one."""

    called = Signal(object)
    """Request: somebody started musicsim again."""

    def __init__(self, data_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        name = _name(data_folder)
        # The owner of the data folder is alone, so what is there was left by a process that was killed.
        QLocalServer.removeServer(name)
        self._server.listen(name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _accept(self) -> None:
        # The callers are the server's children, and go with it; what one sent that died in the middle is never read.
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(lambda caller=caller: self._read(caller))
            self._read(caller)

    def _read(self, caller: QLocalSocket) -> None:
        """Take a caller's message once all of it is there."""
        head = bytes(caller.peek(_LENGTH_DIGITS).data())
        if len(head) < _LENGTH_DIGITS:
            return
        length = int(head) if head.isdigit() else _LARGEST + 1
        if length > _LARGEST:
            caller.abort()
            return
        if caller.bytesAvailable() < _LENGTH_DIGITS + length:
            return
        request = Request.from_bytes(bytes(caller.readAll().data())[_LENGTH_DIGITS:])
        if request is None:
            caller.abort()
            return
        caller.write(_TAKEN)
        caller.flush()
        self.called.emit(request)


def hand_over(data_folder: Path, request: Request) -> bool:
    """Ask the window that owns a data folder for something; False if no window answers."""
    socket = QLocalSocket()
    socket.connectToServer(_name(data_folder))
    if not socket.waitForConnected(_PATIENCE):
        return False
    socket.write(request.to_bytes())
    while socket.bytesToWrite():
        if not socket.waitForBytesWritten(_PATIENCE):
            return False
    answer = b""
    while len(answer) < len(_TAKEN) and socket.waitForReadyRead(_PATIENCE):
        answer += bytes(socket.readAll().data())
    socket.disconnectFromServer()
    return answer == _TAKEN


def _name(data_folder: Path) -> str:
    place = os.fsencode(data_folder.resolve())
    return f"musicsim-{hashlib.blake2b(place, digest_size=10).hexdigest()}"

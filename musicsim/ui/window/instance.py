"""One window per data folder: a second start passes its request to the first window."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_TAKEN = b"taken"
_PATIENCE = 3000
"""Milliseconds that a window may take to answer: it may be busy."""
_LENGTH_DIGITS = 10
_LARGEST = 256 * 2**20
"""Bytes: more than any system passes to a program."""


@dataclass(frozen=True)
class Request:
    """Request of a start of musicsim to the window, which comes to the front in any case."""

    paths: tuple[Path, ...] = ()
    """Absolute paths: files to play, playlists, and folders to add to the library."""
    enqueue: bool = False
    """Whether to queue the files instead of playing them now."""

    def to_bytes(self) -> bytes:
        """Return the message: its length in ten digits, then the parts, each ended by a NUL, which no path contains."""
        parts = [b"enqueue" if self.enqueue else b"play", *map(os.fsencode, self.paths)]
        body = b"".join(part + b"\0" for part in parts)
        return b"%0*d" % (_LENGTH_DIGITS, len(body)) + body

    @classmethod
    def from_bytes(cls, body: bytes) -> Request | None:
        """Return the request in a message, given without its length; None if it is invalid."""
        if not body.endswith(b"\0"):
            return None
        what, *paths = body[:-1].split(b"\0")
        if what not in (b"play", b"enqueue"):
            return None
        return cls(tuple(Path(os.fsdecode(path)) for path in paths), what == b"enqueue")


class Instance(QObject):
    """Listener for later starts; only the owner of the data folder may make one."""

    called = Signal(object)
    """Request: musicsim was started again."""

    def __init__(self, data_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        name = _name(data_folder)
        # Only one process owns the data folder, so an existing server was left by a process that was killed.
        QLocalServer.removeServer(name)
        self._server.listen(name)

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _accept(self) -> None:
        # The server's callers are its children, and are deleted with it; an incomplete message is never read.
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(lambda caller=caller: self._read(caller))
            self._read(caller)

    def _read(self, caller: QLocalSocket) -> None:
        """Take a caller's message once it is complete."""
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
    """Pass a request to the window that owns a data folder; return False if no window answers."""
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

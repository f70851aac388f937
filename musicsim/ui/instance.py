"""One window for a data folder: a second start hands its arguments to the first window, which comes forward."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

_END = b"\0"
"""Ends a message, which is a path or nothing; no path has it."""
_TAKEN = b"taken"
_PATIENCE = 3000
"""Milliseconds that a window has for its answer: it may be busy."""


class Instance(QObject):
    """Listens for later starts; only the owner of the data folder may make one."""

    called = Signal(object)
    """Somebody started musicsim again; with the folder to add, or None."""

    def __init__(self, data_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        name = _name(data_folder)
        # Whoever owns the data folder is alone, so what is there was left by a process that was killed.
        QLocalServer.removeServer(name)
        self._server.listen(name)

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _accept(self) -> None:
        # The callers are the server's children, and go with it.
        while (caller := self._server.nextPendingConnection()) is not None:
            caller.readyRead.connect(lambda caller=caller: self._read(caller))
            self._read(caller)

    def _read(self, caller: QLocalSocket) -> None:
        message = bytes(caller.peek(caller.bytesAvailable()).data())
        if not message.endswith(_END):
            return
        caller.readAll()
        caller.write(_TAKEN)
        caller.flush()
        folder = message.removesuffix(_END)
        self.called.emit(Path(os.fsdecode(folder)) if folder else None)


def hand_over(data_folder: Path, folder: Path | None) -> bool:
    """Have the window that owns a data folder come forward, and add a folder; False if no window answers.

    Parameters
    ----------
    folder
        An absolute path.
    """
    socket = QLocalSocket()
    socket.connectToServer(_name(data_folder))
    if not socket.waitForConnected(_PATIENCE):
        return False
    socket.write((b"" if folder is None else os.fsencode(folder)) + _END)
    while socket.bytesToWrite() and socket.waitForBytesWritten(_PATIENCE):
        pass
    answered = socket.waitForReadyRead(_PATIENCE) and bytes(socket.readAll().data()) == _TAKEN
    socket.disconnectFromServer()
    return answered


def _name(data_folder: Path) -> str:
    place = os.fsencode(data_folder.resolve())
    return f"musicsim-{hashlib.blake2b(place, digest_size=10).hexdigest()}"

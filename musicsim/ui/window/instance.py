"""One window per data folder: a second start passes its request to the first window."""

from __future__ import annotations

import hashlib
import os
import socket
import stat
import struct
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from musicsim.base.errors import display_path
from musicsim.ui.kit.formats import is_text

_TAKEN = b"taken"
_PATIENCE = 3000
"""Milliseconds that a window may take to answer: it may be busy."""
_LENGTH_DIGITS = 10
_LARGEST = 64 * 2**10
"""Bytes of a message without its length."""
_MOST = 16 * 2**20
"""Bytes of all messages of a caller: more than any system passes to a program."""
_LONGEST_PATH = 16 * 2**10
"""Bytes: more than any system allows, so nothing is lost by cutting a longer path."""
_LONGEST_PLACE = 107 if sys.platform == "linux" else 103
"""Bytes of a socket's path."""
_MORE = b"more"
"""Begins every message but the last."""
_WANTED = {b"play": False, b"enqueue": True}
"""Beginnings of the last message, and whether to queue the files."""
_LONGEST_BEGINNING = len(b"enqueue\0")


@dataclass(frozen=True)
class Request:
    """Request of a start of musicsim to the window, which comes to the front in any case."""

    paths: tuple[Path, ...] = ()
    """Absolute paths: files to play, playlists, and folders to add to the library."""
    enqueue: bool = False
    """Whether to queue the files instead of playing them now."""

    def to_messages(self) -> Iterator[bytes]:
        """Yield the messages, of 64 KiB at most.

        Each is its length in ten digits, then the parts, each ended by a NUL, which no path contains.
        """
        paths: list[bytes] = []
        room = _LARGEST - _LONGEST_BEGINNING
        for path in (os.fsencode(path)[:_LONGEST_PATH] + b"\0" for path in self.paths):
            if len(path) > room:
                yield _message(_MORE, paths)
                paths, room = [], _LARGEST - _LONGEST_BEGINNING
            paths.append(path)
            room -= len(path)
        yield _message(b"enqueue" if self.enqueue else b"play", paths)


class Instance(QObject):
    """Listener for later starts; only the owner of the data folder may make one.

    Attributes
    ----------
    failure
        Why later starts can't reach this window, in words; empty if they can.
    """

    called = Signal(object)
    """Request: musicsim was started again."""

    def __init__(self, data_folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._accept)
        self.failure = self._listen(data_folder)

    def _listen(self, data_folder: Path) -> str:
        reason = "no folder for its socket can be used"
        for place in _places(data_folder):
            # Only one process owns the data folder, so an existing server was left by a process that was killed.
            QLocalServer.removeServer(place)
            if self._server.listen(place):
                return ""
            reason = self._server.errorString()
        return (
            f"Files that you open elsewhere can't reach this window ({display_path(reason)}): drop them here, or check "
            f"that {display_path(data_folder)} can be written, and start musicsim again."
        )

    def close(self) -> None:
        """Stop listening."""
        self._server.close()

    def _accept(self) -> None:
        # The server's callers are its children, and are deleted with it; an incomplete message is never read.
        while (caller := self._server.nextPendingConnection()) is not None:
            if not _is_ours(caller):
                caller.abort()
                continue
            # Otherwise Qt would keep in memory whatever a caller sends.
            caller.setReadBufferSize(_LENGTH_DIGITS + _LARGEST)
            call = _Call()
            caller.readyRead.connect(lambda caller=caller, call=call: self._read(caller, call))
            self._read(caller, call)

    def _read(self, caller: QLocalSocket, call: _Call) -> None:
        """Take a caller's messages as they become complete."""
        while (body := _next_message(caller)) is not None:
            if not call.take(body):
                caller.abort()
                return
            if call.request is not None:
                caller.write(_TAKEN)
                caller.flush()
                self.called.emit(call.request)
                return


@dataclass
class _Call:
    """What a caller has said so far."""

    paths: list[Path] = field(default_factory=list)
    size: int = 0
    request: Request | None = None
    """Set by the last message."""

    def take(self, body: bytes) -> bool:
        """Add a message, given without its length; return whether it is valid."""
        self.size += len(body)
        if not body.endswith(b"\0") or self.size > _MOST or self.request is not None:
            return False
        what, *paths = body[:-1].split(b"\0")
        self.paths += (Path(os.fsdecode(path)) for path in paths)
        if what != _MORE and what not in _WANTED:
            return False
        if what in _WANTED:
            self.request = Request(tuple(self.paths), _WANTED[what])
        return True


def hand_over(data_folder: Path, request: Request) -> bool:
    """Pass a request to the window that owns a data folder; return False if no window answers."""
    return any(_hand_over_at(place, request) for place in _places(data_folder))


def _hand_over_at(place: str, request: Request) -> bool:
    caller = QLocalSocket()
    caller.connectToServer(place)
    # What the listener opens is nobody else's business.
    if not caller.waitForConnected(_PATIENCE) or not _is_ours(caller):
        return False
    for message in request.to_messages():
        caller.write(message)
        while caller.bytesToWrite():
            if not caller.waitForBytesWritten(_PATIENCE):
                return False
    answer = b""
    while len(answer) < len(_TAKEN) and caller.waitForReadyRead(_PATIENCE):
        answer += bytes(caller.readAll().data())
    caller.disconnectFromServer()
    return answer == _TAKEN


def _message(beginning: bytes, ended_paths: Sequence[bytes]) -> bytes:
    body = beginning + b"\0" + b"".join(ended_paths)
    return b"%0*d" % (_LENGTH_DIGITS, len(body)) + body


def _next_message(caller: QLocalSocket) -> bytes | None:
    """Return a caller's next message without its length; None if it is incomplete, empty if it is too long."""
    head = bytes(caller.peek(_LENGTH_DIGITS).data())
    if len(head) < _LENGTH_DIGITS:
        return None
    length = int(head) if head.isdigit() else _LARGEST + 1
    if length > _LARGEST:
        return b""
    if caller.bytesAvailable() < _LENGTH_DIGITS + length:
        return None
    return bytes(caller.read(_LENGTH_DIGITS + length).data())[_LENGTH_DIGITS:]


def _places(data_folder: Path) -> list[str]:
    """Return the names under which a window may listen, the best first.

    A later start tries them all, since its environment may be another one, such as that of a file manager.
    """
    whole = os.fsencode(data_folder.resolve())
    name = f"musicsim-{hashlib.blake2b(whole, digest_size=10).hexdigest()}"
    if sys.platform == "win32":
        return [name]
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or "relative")
    places = [runtime / name] if runtime.is_absolute() and _is_private(runtime) else []
    places.append(data_folder.resolve() / "window.socket")
    # Where the data folder's disk has no sockets, or its path is too long for one.
    temporary = Path(tempfile.gettempdir()) / f"musicsim-{os.getuid()}"
    try:
        temporary.mkdir(mode=0o700, exist_ok=True)
        places += [temporary / name] if _is_private(temporary) else []
    except OSError:
        pass
    # Qt takes text.
    short = [place for place in places if len(os.fsencode(place)) <= _LONGEST_PLACE]
    return [os.fspath(place) for place in short if is_text(place)]


def _is_private(folder: Path) -> bool:
    """Return whether a folder is ours, and nobody else can enter it."""
    try:
        status = folder.lstat()
    except (OSError, ValueError):
        return False
    is_ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()
    return is_ours and not stat.S_IMODE(status.st_mode) & 0o077


def _is_ours(peer: QLocalSocket) -> bool:
    """Return whether the other end of a connection is the same user's."""
    if sys.platform != "linux":
        # The folder, or Windows, lets nobody else in.
        return True
    with socket.socket(fileno=os.dup(int(peer.socketDescriptor()))) as ends:
        size = struct.calcsize("3i")
        _, user, _ = struct.unpack(
            "3i", ends.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
        )
    return bool(user == os.getuid())

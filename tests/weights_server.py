"""A web server on this machine that has weight files, and does to them what servers and networks do."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

import numpy as np
from embedding.openl3_reference import Layer, write_weights

from musicsim.embedding.official import OfficialModel

Answer = Callable[["_Handler"], None]
TYPE = "application/octet-stream"


class Published(NamedTuple):
    """A model as if it were published, with seeded weights."""

    model: OfficialModel
    archive: bytes
    file: bytes


def publish(folder: Path) -> Published:
    """Make the archive of a mel256 network for music, which packs well: some 1 MB."""
    path = write_weights(folder / "seeded.h5", change=_mostly_zero)
    return as_published(path.read_bytes())


def _mostly_zero(layers: list[Layer]) -> list[Layer]:
    return [
        (
            layer,
            weights if layer == "conv2d_4" else {n: np.zeros_like(v) for n, v in weights.items()},
        )
        for layer, weights in layers
    ]


def as_published(file: bytes, archive: bytes | None = None) -> Published:
    archive = gzip.compress(file, 1) if archive is None else archive
    model = OfficialModel(
        "mel256",
        "music",
        archive_blob=hashlib.sha1(b"blob %d\0" % len(archive) + archive).hexdigest(),
        archive_sha256=hashlib.sha256(archive).hexdigest(),
        file_sha256=hashlib.sha256(file).hexdigest(),
    )
    return Published(model, archive, file)


class WeightsServer(ThreadingHTTPServer):
    """Gives each request the next of its answers, and the last one again and again.

    Attributes
    ----------
    requests
        The path of each, and the byte from which on it asked.
    held, let_go
        Set when an answer of `held_after` has come to its stop, and set by the test to let it end.
    """

    daemon_threads = True

    def __init__(self, *answers: Answer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answers = list(answers)
        self.requests: list[tuple[str, int]] = []
        self.held = threading.Event()
        self.let_go = threading.Event()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def starts(self) -> list[int]:
        return [start for _, start in self.requests]

    def __enter__(self) -> WeightsServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go.set()
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Those who hang up are no news."""


class _Handler(BaseHTTPRequestHandler):
    server: WeightsServer

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "bytes=0-")
        self.start = int(asked.removeprefix("bytes=").removesuffix("-"))
        answers = self.server.answers
        self.server.requests.append((self.path, self.start))
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def head(self, status: int, **headers: object) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def whole(content: bytes, *, ranges: bool = True, kind: str = TYPE) -> Answer:
    """All of it, or all from where the request wants it."""
    return cut_after(len(content), content, ranges=ranges, kind=kind)


def cut_after(size: int, content: bytes, *, ranges: bool = True, kind: str = TYPE) -> Answer:
    """Promise all, send `size` bytes, and hang up."""

    def answer(handler: _Handler) -> None:
        start = handler.start if ranges else 0
        if start >= len(content):
            handler.head(416, Content_Range=f"bytes */{len(content)}")
            return
        length = len(content) - start
        if start:
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            handler.head(206, Content_Type=kind, Content_Length=length, Content_Range=span)
        else:
            handler.head(200, Content_Type=kind, Content_Length=length)
        handler.wfile.write(content[start : start + size])

    return answer


def held_after(size: int, content: bytes) -> Answer:
    """Send `size` bytes, and the rest when the test lets go."""

    def answer(handler: _Handler) -> None:
        handler.head(200, Content_Type=TYPE, Content_Length=len(content))
        handler.wfile.write(content[:size])
        handler.server.held.set()
        handler.server.let_go.wait()
        handler.wfile.write(content[size:])

    return answer


def promised(length: int, content: bytes) -> Answer:
    """All of it, but said to be of another length."""

    def answer(handler: _Handler) -> None:
        handler.head(200, Content_Type=TYPE, Content_Length=length)
        handler.wfile.write(content)

    return answer


def status(code: int, **headers: str) -> Answer:
    """Nothing but a status, such as a refusal or another address."""
    return lambda handler: handler.head(code, Content_Length=0, **headers)


class SlowServer:
    """Accepts a connection, says a few bytes or one after the other, and waits.

    Parameters
    ----------
    first
        Said at once.
    more
        Said again and again after that, with a pause before each.

    Attributes
    ----------
    held
        Set when the client waits for more.
    hung_up
        Set when the client has closed the connection.
    """

    def __init__(self, first: bytes = b"", more: bytes = b"") -> None:
        self._first, self._more = first, more
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.held = threading.Event()
        self.hung_up = threading.Event()
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> SlowServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        for _ in itertools.count():
            try:
                connection, _address = self._listening.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)
            self.hung_up.set()

    def _talk(self, connection: socket.socket) -> None:
        try:
            connection.recv(2**16)
            connection.sendall(self._first)
            self.held.set()
            connection.settimeout(0.01 if self._more else None)
            while True:
                try:
                    if not connection.recv(2**16):
                        return
                except TimeoutError:
                    connection.sendall(self._more)
        except OSError:  # reset by the client
            return

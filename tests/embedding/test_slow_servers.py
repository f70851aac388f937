"""Servers that keep a download waiting: stopping it closes the connection at once, and no wait is endless."""

from __future__ import annotations

import contextlib
import socket
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest
from weights_server import SlowServer, WeightsServer, status

from musicsim.embedding.fetching import FetchCancelled, FetchError, fetch_weights
from musicsim.embedding.official import OFFICIAL_MODELS

MODEL = OFFICIAL_MODELS[0]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 19000000\r\n"
ENDLESS = 3600.0
"""A timeout that no test waits for: whatever ends sooner has another reason."""

SLOW = {
    "says nothing": SlowServer,
    "says part of a header": lambda: SlowServer(b"HTTP/1.1 200 OK\r\nContent-"),
    "says nothing after the headers": lambda: SlowServer(HEAD + b"\r\n"),
    "breaks off in the middle": lambda: SlowServer(HEAD + b"\r\n" + bytes(100_000)),
    "says header after header": lambda: SlowServer(HEAD, b"X-More: 1\r\n"),
    "says byte after byte": lambda: SlowServer(HEAD + b"\r\n", b"x"),
    "asks for patience": lambda: SlowServer(b"", b"HTTP/1.1 102 Processing\r\n\r\n"),
    "redirects with an endless page": lambda: SlowServer(
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 99999999999\r\n\r\n", b"x"
    ),
}


def fetch(folder: Path, url: str, **options: object) -> Path:
    return fetch_weights(
        MODEL, folder, **{"mirror": url, "pauses": (), "timeout": ENDLESS, **options}
    )


def started(
    folder: Path, url: str, stop: threading.Event, **options: object
) -> tuple[threading.Thread, Future[Path]]:
    result: Future[Path] = Future()

    def run() -> None:
        try:
            result.set_result(fetch(folder, url, cancelled=stop, **options))
        except FetchError as error:
            result.set_exception(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


@pytest.mark.parametrize(
    ("kind", "scheme"),
    [
        *((kind, "http") for kind in SLOW if not kind.startswith("redirects")),
        # In the middle of the TLS handshake.
        ("says nothing", "https"),
    ],
)
def test_stopping_closes_the_connection_at_once(tmp_path, kind, scheme):
    stop = threading.Event()
    with SLOW[kind]() as server:
        thread, result = started(tmp_path, server.url.replace("http", scheme, 1), stop)
        assert server.held.wait(30)
        stop.set()
        thread.join()
        assert isinstance(result.exception(), FetchCancelled)
        assert server.hung_up.wait(30)


def test_stopping_ends_the_wait_for_a_connection(tmp_path):
    with contextlib.ExitStack() as sockets:
        server = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        # Those who wait for a server that accepts nobody; the system ignores all that come after them.
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(server.getsockname())
        stop = threading.Event()
        thread, result = started(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}", stop)
        stop.set()
        thread.join()
        assert isinstance(result.exception(), FetchCancelled)


def test_stopping_ends_the_wait_for_a_name(tmp_path, monkeypatch):
    asked, answer = threading.Event(), threading.Event()

    def look_up(*_: object, **__: object) -> list[object]:
        asked.set()
        answer.wait()
        raise socket.gaierror(socket.EAI_AGAIN, "no answer")

    monkeypatch.setattr("socket.getaddrinfo", look_up)
    stop = threading.Event()
    thread, result = started(tmp_path, "http://mirror.invalid", stop)
    assert asked.wait(30)
    stop.set()
    thread.join()
    assert isinstance(result.exception(), FetchCancelled)
    answer.set()
    # The look-up ends by itself.
    for other in threading.enumerate():
        if other.name == "musicsim-names":
            other.join()


def test_stopping_ends_the_pause_before_the_next_attempt(tmp_path):
    stop = threading.Event()
    with WeightsServer(status(503)) as server:
        thread, result = started(tmp_path, server.url, stop, pauses=(ENDLESS,))
        stop.set()
        thread.join()
        assert isinstance(result.exception(), FetchCancelled)


@pytest.mark.parametrize("kind", SLOW)
def test_a_server_that_is_too_slow_is_given_up(tmp_path, kind):
    with SLOW[kind]() as server, pytest.raises(FetchError) as refused:
        fetch(tmp_path, server.url, timeout=0.2, pauses=(0,))
    assert "for 0.2 seconds" in str(refused.value) or "redirects" in str(refused.value)
    assert not isinstance(refused.value, FetchCancelled)


def test_few_bytes_again_and_again_are_no_progress(tmp_path):
    """Each attempt brings some, so that it would never end."""
    with SLOW["breaks off in the middle"]() as server, pytest.raises(FetchError, match="nothing"):
        fetch(tmp_path, server.url, timeout=0.2)
    with SLOW["says byte after byte"]() as server, pytest.raises(FetchError, match="only"):
        fetch(tmp_path, server.url, timeout=0.2, pauses=(0, 0, 0))


def test_all_attempts_together_have_a_deadline(tmp_path):
    with SlowServer(HEAD + b"\r\n", bytes(50_000)) as server:
        with pytest.raises(FetchError, match="takes more than") as refused:
            fetch(tmp_path, server.url, deadline=0.5)
        assert server.hung_up.wait(30)
    assert "kept" in str(refused.value)
    assert (tmp_path / f"{MODEL.archive_name}.part").stat().st_size > 0


def test_endless_headers_are_given_up_before_they_fill_the_memory(tmp_path):
    endless = SlowServer(HEAD + b"X-Long: " + b"x" * 10_000_000)
    with endless as server, pytest.raises(FetchError, match="could not be downloaded"):
        fetch(tmp_path, server.url)


def test_redirects_without_end_are_given_up(tmp_path):
    with WeightsServer(status(302, Location="/again")) as server:
        with pytest.raises(FetchError, match="redirects"):
            fetch(tmp_path, server.url)
        assert len(server.requests) < 20

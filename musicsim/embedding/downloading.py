"""Downloading an archive over any number of connections, each of which can be closed at once."""

from __future__ import annotations

import asyncio
import functools
import socket
import threading
import weakref
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from musicsim.base.errors import MusicsimError, display_path
from musicsim.embedding.content import LARGEST_FILE
from musicsim.embedding.official import OfficialModel

# Importing it takes 0.1 s, and only downloads need it.
if TYPE_CHECKING:
    import httpx

Report = Callable[[int, int | None], object]

_LEAST_PROGRESS: Final = 16 * 2**10
"""Bytes that must come within the timeout; also those after which a new connection has been worth it."""
_MOST_REDIRECTS = 10
_LOOKS = 0.05  # seconds between two looks at whether the listener has stopped the download


class FetchError(MusicsimError):
    """A weight file could not be downloaded; no weight file has changed."""


class FetchCancelled(FetchError):  # noqa: N818 (not a failure: the listener asked for it)
    """The listener stopped the download; the part so far is kept for the next time."""


class _TooSlow(Exception):  # noqa: N818 (as httpx names its own)
    """A server sent nothing, or too little, for too long."""


@dataclass(frozen=True, slots=True)
class Download:
    """Completes a partial archive, in as many connections as necessary.

    Attributes
    ----------
    model
        The model in the archive.
    part
        The partial archive; need not exist.
    url
        The address of the whole one.
    proxy, progress, cancelled, timeout, deadline
        As for `fetch_weights`.
    """

    model: OfficialModel
    part: Path
    url: str
    proxy: str | None
    progress: Report | None
    cancelled: threading.Event
    timeout: float
    deadline: float

    def run(self, pauses: Sequence[float]) -> None:
        """Download the rest; blocks. Parameters and errors as for `fetch_weights`.

        Raises
        ------
        FetchError, OSError
            If that fails, or if the part can't be written.
        """
        with asyncio.Runner(loop_factory=_Loop) as runner:
            runner.run(self._supervise(pauses))

    async def _supervise(self, pauses: Sequence[float]) -> None:
        """Complete the archive unless the listener stops it, or the time is over."""
        completing = asyncio.ensure_future(self._complete(pauses))
        watching = asyncio.ensure_future(self._until_cancelled())
        try:
            await asyncio.wait(
                (completing, watching),
                timeout=self.deadline,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            stopped, late = watching.done(), not completing.done()
            completing.cancel()
            watching.cancel()
            await asyncio.gather(completing, watching, return_exceptions=True)
        if late and stopped:
            self._stop()
        if late:
            self._fail(f"it takes more than {self.deadline / 60:g} minutes")
        completing.result()

    async def _until_cancelled(self) -> None:
        while not self.cancelled.is_set():
            await asyncio.sleep(_LOOKS)

    async def _complete(self, pauses: Sequence[float]) -> None:
        import httpx

        try:
            client = httpx.AsyncClient(
                # Ranges count bytes of the stored archive, so it must not be compressed again.
                headers={"Accept-Encoding": "identity"},
                proxy=self.proxy,
                # `_continue` has limits of its own, which also hold for a server that sends a byte now and then.
                timeout=None,
            )
        # Raised for an invalid proxy, also one in the environment, and for unusable certificates.
        except (ValueError, httpx.InvalidURL, ImportError, OSError) as error:
            self._fail(f"the proxy or the certificates can't be used ({error})")
        async with client:
            most, failures, started_over = self._size(), 0, False
            while not self._is_whole():
                if self.cancelled.is_set():
                    self._stop()
                try:
                    from_the_beginning = await self._continue(client)
                except (
                    httpx.InvalidURL,
                    httpx.UnsupportedProtocol,
                    httpx.TooManyRedirects,
                    # Raised by Python for a host name that is too long, or has two dots in a row.
                    UnicodeError,
                ) as error:
                    self._fail(str(error).rstrip("."))
                except (httpx.TransportError, httpx.HTTPStatusError, _TooSlow) as error:
                    if (size := self._size()) >= most + _LEAST_PROGRESS:
                        most, failures = size, 0
                    if not _may_pass(error) or failures == len(pauses):
                        self._fail(_reason(error))
                    await asyncio.sleep(pauses[failures])
                    failures += 1
                else:
                    if not self._is_whole():
                        self.part.unlink(missing_ok=True)
                        # The existing part may be at fault: try once more without it.
                        if from_the_beginning or started_over:
                            self._reject()
                        most, started_over = 0, True

    async def _continue(self, client: httpx.AsyncClient) -> bool:
        """Append the bytes after the part; return whether the server sent the archive from the beginning.

        If-Range is unnecessary: the archive's hash reveals a change in between.
        """
        start = self._size()
        headers = {"Range": f"bytes={start}-"} if start else {}
        try:
            async with asyncio.timeout(self.timeout):
                response = await _answer(client, self.url, headers)
        except TimeoutError as error:
            raise _TooSlow(f"the server says nothing for {self.timeout:g} seconds") from error
        try:
            going_on = response.status_code == 206
            if response.status_code == 416 or (
                going_on
                and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            ):
                return False
            response.raise_for_status()
            # Checked before a network's login page overwrites the part.
            if response.headers.get("Content-Type", "").startswith("text/html"):
                self._reject()
            await self._append(response, start if going_on else 0)
            return not going_on
        finally:
            await response.aclose()

    async def _append(self, response: httpx.Response, start: int) -> None:
        length = response.headers.get("Content-Length", "")
        total = start + int(length) if length.isdecimal() and len(length) < 20 else None
        time = asyncio.get_running_loop().time
        size = mark = start
        with self.part.open("ab" if start else "wb") as file:
            try:
                async with asyncio.timeout(self.timeout) as limit:
                    async for piece in response.aiter_raw():
                        file.write(piece)
                        size += len(piece)
                        if size > LARGEST_FILE:
                            break
                        if size >= mark + _LEAST_PROGRESS:
                            mark = size
                            limit.reschedule(time() + self.timeout)
                        if self.progress is not None:
                            self.progress(size, total)
                        if self.cancelled.is_set():
                            self._stop()
            except TimeoutError as error:
                came = "nothing" if size == mark else f"only {size - mark} bytes"
                raise _TooSlow(f"the server says {came} for {self.timeout:g} seconds") from error

    def _size(self) -> int:
        with suppress(FileNotFoundError):
            return self.part.stat().st_size
        return 0

    def _is_whole(self) -> bool:
        with suppress(FileNotFoundError):
            return self.model.is_archive(self.part)
        return False

    def _fail(self, reason: str) -> NoReturn:
        raise FetchError(
            display_path(f"{self.url} could not be downloaded: {reason}.")
            + f" {self._remedy}"
            + (
                " What has come so far is kept: the next attempt goes on from there."
                if self._size()
                else ""
            )
        )

    def _reject(self) -> NoReturn:
        raise FetchError(
            display_path(f"{self.url} did not send the published file")
            + ", but perhaps the login page of a network, or another version: it was not kept. "
            + self._remedy
        )

    def _stop(self) -> NoReturn:
        raise FetchCancelled(
            f"The download of {self.model.name} was stopped. What has come so far is kept: the next attempt goes on "
            "from there."
        )

    @property
    def _remedy(self) -> str:
        return (
            "Check the connection, or name a mirror or a proxy (--mirror, --proxy); "
            f"{self.model.file_name} can also be put into {display_path(self.part.parent)} by hand."
        )


class _Loop(asyncio.SelectorEventLoop):
    """Closes every connection with itself, and waits for nothing.

    A connection that is given up in the middle of its TLS handshake is left open by httpcore. The system may take half
    a minute to look up a name, which happens in a thread that ends by itself.
    """

    def __init__(self) -> None:
        super().__init__()
        self._connections: weakref.WeakSet[asyncio.BaseTransport] = weakref.WeakSet()

    async def create_connection(self, *arguments: Any, **options: Any) -> Any:
        transport, protocol = await super().create_connection(*arguments, **options)
        self._connections.add(transport)
        return transport, protocol

    def close(self) -> None:
        if not self.is_closed():
            for transport in self._connections:
                transport.close()
            # Their sockets are closed in the next round.
            self.run_until_complete(asyncio.sleep(0))
        super().close()

    async def getaddrinfo(self, host: Any, port: Any, **options: Any) -> Any:
        found: asyncio.Future[Any] = self.create_future()

        def look_up() -> None:
            # As text: Python checks no name that it gets as bytes, and the error would look like one of the network.
            name = host.decode("ascii") if isinstance(host, bytes) else host
            try:
                answers = socket.getaddrinfo(name, port, **options)
                answer = functools.partial(found.set_result, answers)
            except (OSError, UnicodeError) as error:
                answer = functools.partial(found.set_exception, error)
            # The listener has stopped the download meanwhile.
            with suppress(RuntimeError):
                self.call_soon_threadsafe(lambda: found.done() or answer())

        threading.Thread(target=look_up, name="musicsim-names", daemon=True).start()
        return await found


async def _answer(client: httpx.AsyncClient, url: str, headers: dict[str, str]) -> httpx.Response:
    """Return the answer to a request, with its body to come; follow redirects without reading their bodies."""
    import httpx

    request: httpx.Request | None = client.build_request("GET", url, headers=headers)
    for _ in range(_MOST_REDIRECTS + 1):
        assert request is not None
        response = await client.send(request, stream=True)
        request = response.next_request
        if request is None:
            return response
        await response.aclose()
    raise httpx.TooManyRedirects(f"the server redirects more than {_MOST_REDIRECTS} times")


def _may_pass(error: httpx.TransportError | httpx.HTTPStatusError | _TooSlow) -> bool:
    """Return whether a retry may succeed."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error or error.response.status_code in (408, 429)
    return True


def _reason(error: httpx.TransportError | httpx.HTTPStatusError | _TooSlow) -> str:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"the server says {error.response.status_code} {error.response.reason_phrase}"
    return str(error) or type(error).__name__

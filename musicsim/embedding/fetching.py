"""Fetching the official weight files: each whole and as published, or not at all."""

from __future__ import annotations

import gzip
import os
import threading
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from filelock import FileLock, Timeout

from musicsim.base.errors import MusicsimError, display_path
from musicsim.embedding.official import RELEASE_URL, OfficialModel
from musicsim.embedding.weights import WeightsError, read_weights

# It takes a tenth of a second to import, and only who fetches needs it.
if TYPE_CHECKING:
    import httpx

Report = Callable[[int, int | None], object]

# A network has 4.7 million float32, 19 MB; a whole model with an optimiser's state would have three times that.
_LARGEST_FILE: Final = 64 * 2**20


class FetchError(MusicsimError):
    """A weight file could not be fetched; no weight file has changed."""


class FetchCancelled(FetchError):  # noqa: N818 (it is no failure: the listener asked for it)
    """The listener stopped it; what has come so far is kept for the next time."""


def fetch_weights(
    model: OfficialModel,
    folder: Path,
    *,
    mirror: str | None = None,
    proxy: str | None = None,
    progress: Report | None = None,
    cancelled: threading.Event | None = None,
    timeout: float = 30.0,
    pauses: Sequence[float] = (1.0, 3.0, 9.0),
) -> Path:
    """Download an official weight file, verify it, and put it into a folder; blocks.

    The archive grows as ``<its name>.part`` in `folder`. It is used only when it is the published one to the last byte;
    then its file is unpacked, read once, and takes its name in one step. A connection that broke leaves the ``.part``,
    and the next call goes on from there, also in another process. One that is complete and wrong is deleted.

    Parameters
    ----------
    model
        What to fetch; see `official_model`.
    folder
        Where the app keeps weight files; made if missing. Nothing is downloaded where the file is there and whole.
    mirror
        The address of a folder that has the archives under their published names.
    proxy
        The address of a proxy; without one, those of the environment (``HTTPS_PROXY`` and the like) are used.
    progress
        Called with the bytes that are there and, where the server says it, how many there will be.
    cancelled
        Set it from another thread to stop; noticed when the next bytes come, or after `timeout`.
    timeout
        Seconds without a byte after which a connection counts as broken.
    pauses
        Seconds to wait before trying again; with as many failures in a row that brought nothing new, it gives up.

    Returns
    -------
    Path
        The weight file.

    Raises
    ------
    FetchCancelled
        If `cancelled` was set.
    FetchError
        If the server can't be reached or breaks off again and again, if it sends anything but the published archive, if
        the folder can't be written, or if a fetch into it is going on already.
    """
    target = folder / model.file_name
    archive = folder / f"{model.archive_name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=0):
            if not _is_good(target, model):
                _Download(
                    model,
                    archive,
                    f"{(mirror or RELEASE_URL).rstrip('/')}/{model.archive_name}",
                    proxy,
                    progress,
                    cancelled or threading.Event(),
                    timeout,
                ).run(pauses)
                _unpack(archive, model, target)
            archive.unlink(missing_ok=True)
    except Timeout as error:
        raise FetchError(
            f"Another download into {display_path(folder)} is going on: wait until it is done."
        ) from error
    except OSError as error:
        raise FetchError(
            f"{display_path(error.filename or folder)} can't be written ({error.strerror or error}): make room, or "
            "check the folder's permissions. What has come so far is kept."
        ) from error
    return target


def _is_good(target: Path, model: OfficialModel) -> bool:
    try:
        read_weights(target, input_repr=model.input_repr)
    except WeightsError:
        return False
    return model.is_file(target) is not False


@dataclass(frozen=True, slots=True)
class _Download:
    """Makes the part the whole archive, in as many connections as it takes."""

    model: OfficialModel
    part: Path
    url: str
    proxy: str | None
    progress: Report | None
    cancelled: threading.Event
    timeout: float

    def run(self, pauses: Sequence[float]) -> None:
        import httpx

        try:
            client = httpx.Client(
                follow_redirects=True,
                # Where to go on is counted in bytes of the archive as it is stored.
                headers={"Accept-Encoding": "identity"},
                proxy=self.proxy,
                timeout=self.timeout,
            )
        # The proxy's address, also one of the environment, or the certificates that it names.
        except (ValueError, httpx.InvalidURL, ImportError, OSError) as error:
            self._fail(f"the proxy or the certificates can't be used ({error})")
        with client:
            most, failures, started_over = self._size(), 0, False
            while not self._is_whole():
                if self.cancelled.is_set():
                    self._stop()
                try:
                    from_the_beginning = self._continue(client)
                except (
                    httpx.InvalidURL,
                    httpx.UnsupportedProtocol,
                    httpx.TooManyRedirects,
                    # Python's own word on a host's name that is too long, or has two dots in a row.
                    UnicodeError,
                ) as error:
                    self._fail(str(error).rstrip("."))
                except (httpx.TransportError, httpx.HTTPStatusError) as error:
                    if (size := self._size()) > most:
                        most, failures = size, 0
                    if not _may_pass(error) or failures == len(pauses):
                        self._fail(_reason(error, self.timeout))
                    self.cancelled.wait(pauses[failures])
                    failures += 1
                else:
                    if not self._is_whole():
                        self.part.unlink(missing_ok=True)
                        # What was there before may be to blame: one more chance without it.
                        if from_the_beginning or started_over:
                            self._reject()
                        most, started_over = 0, True

    def _continue(self, client: httpx.Client) -> bool:
        """Append what the server has beyond the part; returns whether it sent all of it from the beginning.

        There is no If-Range: the archive is known by its hash, so one that changed in between is found out.
        """
        start = self._size()
        headers = {"Range": f"bytes={start}-"} if start else {}
        with client.stream("GET", self.url, headers=headers) as response:
            going_on = response.status_code == 206
            if response.status_code == 416 or (
                going_on
                and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-")
            ):
                return False
            response.raise_for_status()
            # Said before the part is overwritten by the login page of some network.
            if response.headers.get("Content-Type", "").startswith("text/html"):
                self._reject()
            if not going_on:
                start = 0
            length = response.headers.get("Content-Length", "")
            total = start + int(length) if length.isdecimal() else None
            with self.part.open("ab" if going_on else "wb") as file:
                for piece in response.iter_raw():
                    file.write(piece)
                    size = start + response.num_bytes_downloaded
                    if size > _LARGEST_FILE:
                        break
                    if self.progress is not None:
                        self.progress(size, total)
                    if self.cancelled.is_set():
                        self._stop()
            return not going_on

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


def _may_pass(error: httpx.TransportError | httpx.HTTPStatusError) -> bool:
    """Whether it is worth another try."""
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return error.response.is_server_error or error.response.status_code in (408, 429)
    return True


def _reason(error: httpx.TransportError | httpx.HTTPStatusError, timeout: float) -> str:
    import httpx

    if isinstance(error, httpx.HTTPStatusError):
        return f"the server says {error.response.status_code} {error.response.reason_phrase}"
    if isinstance(error, httpx.TimeoutException):
        return f"the server says nothing for {timeout:g} seconds"
    return str(error) or type(error).__name__


class _UnusableError(Exception):
    pass


def _unpack(archive: Path, model: OfficialModel, target: Path) -> None:
    """Put the archive's file into its place, if it is good."""
    fresh = target.with_name(f"{target.name}.new")
    try:
        with gzip.open(archive) as packed, fresh.open("wb") as file:
            while piece := packed.read(2**20):
                if file.tell() + len(piece) > _LARGEST_FILE:
                    raise _UnusableError("it is too large")
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        read_weights(fresh, input_repr=model.input_repr)
        if model.is_file(fresh) is False:
            raise _UnusableError("its SHA-256 is another one")
        fresh.replace(target)
    except (_UnusableError, EOFError, zlib.error, gzip.BadGzipFile, WeightsError) as error:
        archive.unlink()
        raise FetchError(
            f"{model.archive_name} holds no usable weight file ({error}): it was not kept. Fetch it again."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)

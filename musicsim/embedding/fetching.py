"""Downloading the official weight files: complete and as published, or not at all."""

from __future__ import annotations

import gzip
import os
import threading
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from filelock import FileLock, Timeout

from musicsim.base.errors import MusicsimError, display_path
from musicsim.embedding.checking import check_weights
from musicsim.embedding.content import LARGEST_FILE, WeightsError
from musicsim.embedding.official import RELEASE_URL, OfficialModel

# Importing it takes 0.1 s, and only downloads need it.
if TYPE_CHECKING:
    import httpx

Report = Callable[[int, int | None], object]


class FetchError(MusicsimError):
    """A weight file could not be downloaded; no weight file has changed."""


class FetchCancelled(FetchError):  # noqa: N818 (not a failure: the listener asked for it)
    """The listener stopped the download; the part so far is kept for the next time."""


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

    The archive grows as ``<its name>.part`` in `folder`. It is used only if it equals the published one. Then its file
    is unpacked, read once, and renamed atomically. A broken connection leaves the ``.part``, and the next call
    continues it, even in another process. A complete but wrong archive is deleted.

    Parameters
    ----------
    model
        The model to download; see `official_model`.
    folder
        The app's folder for weight files; created if missing. If the file is already there and valid, nothing is
        downloaded.
    mirror
        The address of a folder with the archives under their published names.
    proxy
        The address of a proxy; None uses the environment's (``HTTPS_PROXY`` and the like).
    progress
        Called with the bytes so far and the total, or None if the server doesn't state it.
    cancelled
        Set it from another thread to stop; noticed when the next bytes arrive, or after `timeout`.
    timeout
        Seconds without a byte after which a connection counts as broken.
    pauses
        Seconds to wait before each retry. After that many consecutive failures without new bytes, it gives up.

    Returns
    -------
    Path
        The weight file.

    Raises
    ------
    FetchCancelled
        If `cancelled` was set.
    FetchError
        If the server can't be reached or fails repeatedly, if it sends anything but the published archive, if the
        folder can't be written, or if another download into it is in progress.
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
        check_weights(target, input_repr=model.input_repr, sha256=model.file_sha256)
    except WeightsError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class _Download:
    """Completes the partial archive, in as many connections as necessary."""

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
                # Ranges count bytes of the stored archive, so it must not be compressed again.
                headers={"Accept-Encoding": "identity"},
                proxy=self.proxy,
                timeout=self.timeout,
            )
        # Raised for an invalid proxy, also one in the environment, and for unusable certificates.
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
                    # Raised by Python for a host name that is too long, or has two dots in a row.
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
                        # The existing part may be at fault: try once more without it.
                        if from_the_beginning or started_over:
                            self._reject()
                        most, started_over = 0, True

    def _continue(self, client: httpx.Client) -> bool:
        """Append the bytes after the part; return whether the server sent the archive from the beginning.

        If-Range is unnecessary: the archive's hash reveals a change in between.
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
            # Checked before a network's login page overwrites the part.
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
                    if size > LARGEST_FILE:
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
    """Return whether a retry may succeed."""
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
    """Put the archive's file into place, if it is valid."""
    fresh = target.with_name(f"{target.name}.new")
    try:
        with gzip.open(archive) as packed, fresh.open("wb") as file:
            while piece := packed.read(2**20):
                if file.tell() + len(piece) > LARGEST_FILE:
                    raise _UnusableError("it is too large")
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if model.is_file(fresh) is False:
            raise _UnusableError("its SHA-256 is another one")
        check_weights(fresh, input_repr=model.input_repr)
        fresh.replace(target)
    except (_UnusableError, EOFError, zlib.error, gzip.BadGzipFile, WeightsError) as error:
        archive.unlink()
        raise FetchError(
            f"{model.archive_name} holds no usable weight file ({error}): it was not kept. Fetch it again."
        ) from error
    finally:
        fresh.unlink(missing_ok=True)

"""Downloading the official weight files: complete and as published, or not at all."""

from __future__ import annotations

import gzip
import os
import threading
import zlib
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from musicsim.base.errors import display_path
from musicsim.embedding.checking import check_weights
from musicsim.embedding.content import LARGEST_FILE, WeightsError
from musicsim.embedding.downloading import Download, FetchCancelled, FetchError, Report
from musicsim.embedding.official import RELEASE_URL, OfficialModel

__all__ = ["FetchCancelled", "FetchError", "Report", "fetch_weights"]


def fetch_weights(
    model: OfficialModel,
    folder: Path,
    *,
    mirror: str | None = None,
    proxy: str | None = None,
    progress: Report | None = None,
    cancelled: threading.Event | None = None,
    timeout: float = 30.0,
    deadline: float = 3600.0,
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
        Set it from another thread to stop: the connection is closed at once, whatever the server does.
    timeout
        Seconds in which a server must answer, and then send each further 16 KB; else the connection counts as broken.
    deadline
        Seconds for all attempts together.
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
        If the server can't be reached, fails repeatedly or is too slow, if it sends anything but the published
        archive, if the folder can't be written, or if another download into it is in progress.
    """
    target = folder / model.file_name
    archive = folder / f"{model.archive_name}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "lock", timeout=0):
            if not _is_good(target, model):
                Download(
                    model,
                    archive,
                    f"{(mirror or RELEASE_URL).rstrip('/')}/{model.archive_name}",
                    proxy,
                    progress,
                    cancelled or threading.Event(),
                    timeout,
                    deadline,
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

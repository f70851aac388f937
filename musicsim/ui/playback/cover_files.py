"""Covers as files that the desktop's media controls can show."""

from __future__ import annotations

import contextlib
import hashlib
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from musicsim.base.errors import MusicsimError
from musicsim.library.types import Track
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.images import image_format

KEPT = 20
"""Number of files: those asked for last."""

_SUFFIXES = {"jpeg": ".jpg", "png": ".png"}
"""Suffixes of the image formats that every desktop shows."""


class CoverFiles(QObject):
    """Writer of requested covers into a folder, under names made from their content.

    With such names, a desktop that caches images never shows an old cover for a new one, and the tracks of an album
    share a file.

    Parameters
    ----------
    read_cover
        Reads a cover, as `app.collection.cover` does.
    folder
        Used for covers and by this window alone: existing cover files are removed.
    """

    found = Signal(object, object)
    """Track, and the URI of its cover file: str, or None without a suitable cover."""

    def __init__(
        self,
        read_cover: Callable[[Track, Callable[[bytes], str | None]], Future[str | None]],
        bridge: Bridge,
        folder: Path,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._read_cover = read_cover
        self._bridge = bridge
        self._folder = folder
        self._lock = threading.Lock()
        self._kept: dict[Path, None] = {}
        self._begun = False
        self._closed = False

    def ask(self, track: Track) -> None:
        """Look for a track's cover in another thread; `found` reports the result."""
        answer = partial(self.found.emit, track)

        def fail(_: MusicsimError) -> None:
            answer(None)

        self._bridge.watch(self._read_cover(track, self._write), answer, fail)

    def close(self) -> None:
        """Remove the files."""
        with self._lock:
            self._closed = True
            for file in self._kept:
                _remove(file)
            self._kept.clear()

    def _write(self, image: bytes) -> str | None:
        """Return the URI of the image's file; None if it is no JPEG or PNG. Runs in the thread that reads covers."""
        suffix = _SUFFIXES.get(image_format(image) or "")
        if suffix is None:
            return None
        name = hashlib.blake2b(image, digest_size=16).hexdigest()
        file = (self._folder / name).with_suffix(suffix)
        partial_file = file.with_suffix(f".{threading.get_ident()}.part")
        try:
            self._make_room()
            # Write to another name first, as the desktop must never read half a file. Don't hold the lock meanwhile:
            # the window may wait for it.
            partial_file.write_bytes(image)
            with self._lock:
                if self._closed:
                    return None
                partial_file.replace(file)
                self._keep(file)
        except OSError:
            return None  # such as a full disk: there is no picture to show
        finally:
            _remove(partial_file)
        return file.absolute().as_uri()

    def _keep(self, file: Path) -> None:
        """Mark a file as the latest, and remove the oldest ones beyond the limit."""
        self._kept.pop(file, None)
        self._kept[file] = None
        while len(self._kept) > KEPT:
            oldest = next(iter(self._kept))
            del self._kept[oldest]
            _remove(oldest)

    def _make_room(self) -> None:
        """On the first call, make the folder and remove the files that a killed window left in it."""
        with self._lock:
            first, self._begun = not self._begun, True
        if not first:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        for file in self._folder.iterdir():
            if file.suffix in (".part", *_SUFFIXES.values()):
                _remove(file)


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink(missing_ok=True)

"""The music folders and their files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from musicsim.base.events import Events
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.scanning.known_paths import known_path
from musicsim.library.scanning.scanner import Scanner, check_folder
from musicsim.library.tags.covers import read_cover
from musicsim.library.types import ScanSummary, Track
from musicsim.services.collection.looking import Looking
from musicsim.services.collection.upkeep import Upkeep
from musicsim.services.listening.listening import Listening

T = TypeVar("T")


class Collection:
    """Adds and removes music folders, and keeps the library up to date with them.

    Parameters
    ----------
    catalogue, embeddings
        The library.
    scanner
        Finds out which files there are.
    listening
        Embeds what is found, once `start` was called.
    events
        Told of what changed, and of what went wrong in the background.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        scanner: Scanner,
        listening: Listening,
        events: Events,
    ) -> None:
        self._catalogue = catalogue
        self._listening = listening
        self._events = events
        self._looking = Looking(catalogue, embeddings, scanner, events)
        self._upkeep: Upkeep | None = None
        self._covers = ThreadPoolExecutor(1, "musicsim-covers")

    def start(self) -> None:
        """Begin to look through the folders and to watch them, in the background."""
        self._upkeep = Upkeep(self._looking, self._catalogue.folders, self._listening, self._events)

    def close(self) -> None:
        """End that, and wait for it."""
        if self._upkeep is not None:
            self._upkeep.stop()
        self._covers.shutdown(cancel_futures=True)

    def scan(self, folders: Sequence[Path] | None = None) -> ScanSummary:
        """Look through folders, or all of them, and wait for it; embeds nothing. See `Scanner.scan`."""
        return self._looking.scan(folders)

    def rescan(self) -> None:
        """Look through every folder, in the background."""
        if self._upkeep is not None:
            self._upkeep.scan(None)

    def add_folder(self, folder: Path) -> None:
        """Add a music folder; what is in it turns up in the background.

        Raises
        ------
        FolderError
            If it can't be read.
        """
        folder = self.known_path(check_folder(folder))
        self._catalogue.folders.add(folder)
        if self._upkeep is not None:
            self._upkeep.scan([folder])

    def remove_folder(self, folder: Path) -> None:
        """Take a music folder and its tracks out of the library, and wait for it; the files stay as they are."""
        self._looking.remove_folder(folder)
        if self._upkeep is not None:
            self._upkeep.watch()

    def forget_missing(self) -> int:
        """Drop every track whose file is gone, or on a disk that is not connected, and wait; returns how many.

        Otherwise they are kept, those that were deleted for `KEEP_MISSING_SECONDS`.
        """
        return self._looking.forget_missing()

    def retry_failed(self) -> None:
        """Try every failed file again, in the background."""
        self._catalogue.files.clear_failures()
        self.rescan()

    def known_path(self, path: Path) -> Path:
        """The path by which music folders know a folder or file that is reached through a link; else the same."""
        return known_path(path, self._catalogue.folders.all())

    def cover(self, track: Track, decode: Callable[[bytes], T | None]) -> Future[T | None]:
        """What `decode` makes of the image file of a track's cover, from its tags or from beside it; None without one.

        It is called in the thread that has read the file; where it returns None, the next image is tried.
        """
        return self._covers.submit(read_cover, track.path, decode)

"""The music folders and their files."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from musicsim.base.events import Events
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.scanning.counting import ScanSummary, summarise
from musicsim.library.scanning.known_paths import known_path
from musicsim.library.scanning.scanner import Scanner, check_folder
from musicsim.library.tags.covers import read_cover
from musicsim.library.types import Track
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
        Finds the files.
    listening
        Embeds new tracks, after `start`.
    events
        Receives changes, and errors in the background.
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
        """Start scanning and watching the folders in the background."""
        self._upkeep = Upkeep(self._looking, self._catalogue, self._listening, self._events)

    def close(self) -> None:
        """Stop the background work, and wait for it."""
        if self._upkeep is not None:
            self._upkeep.stop()
        self._covers.shutdown(cancel_futures=True)

    def scan(self, folders: Sequence[Path] | None = None) -> ScanSummary:
        """Scan some folders, or all of them, and wait for it; embeds nothing. See `Scanner.scan`."""
        return self._looking.scan(folders)

    def summarise(self, scan: ScanSummary) -> ScanSummary:
        """Return a scan's counts again, after its files were listened to.

        Only then it is known that a new file is a missing track that was moved and retagged.
        """
        return summarise(scan.changes, self._catalogue)

    def rescan(self) -> None:
        """Scan every folder in the background."""
        if self._upkeep is not None:
            self._upkeep.scan(None)

    def add_folder(self, folder: Path) -> None:
        """Add a music folder; its tracks appear as they are found in the background.

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
        """Remove a music folder and its tracks from the library, and wait for it; the files stay."""
        self._looking.remove_folder(folder)
        if self._upkeep is not None:
            self._upkeep.watch()

    def forget_missing(self) -> int:
        """Delete every track whose file is gone or on a disconnected disk, and wait; return the number of tracks.

        Otherwise they stay in the library, those with deleted files for `KEEP_MISSING_SECONDS`.
        """
        return self._looking.forget_missing()

    def retry_failed(self) -> None:
        """Try every failed file again, in the background."""
        self._catalogue.files.clear_failures()
        self.rescan()

    def known_path(self, path: Path) -> Path:
        """Return the music folders' path of a folder or file that is reached through a link; else the same path."""
        return known_path(path, self._catalogue.folders.all())

    def cover(self, track: Track, decode: Callable[[bytes], T | None]) -> Future[T | None]:
        """Return what `decode` makes of a track's cover image, from its tags or beside the file; None without one.

        `decode` runs in the thread that reads the file. If it returns None, the next image is tried.
        """
        return self._covers.submit(read_cover, track.path, decode)

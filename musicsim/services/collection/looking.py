"""Scanning the music folders, and passing on the results."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from musicsim.base.events import (
    Events,
    PlaylistsChanged,
    ProblemsChanged,
    ScanFinished,
    ScanStarted,
    TracksRemoved,
)
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.scanning.counting import ScanSummary
from musicsim.library.scanning.scanner import Scanner
from musicsim.services.making.importing import find_missing_entries

_DAY = 86_400.0
KEEP_MISSING_SECONDS = 60 * _DAY
"""Seconds that a track with a deleted file is kept, with its embedding and its place in playlists.

Of the time between two scans, a day counts at most.
"""
_LAST_SCAN = "last_scan"
_HARDLY_ANY_TIME = 3600.0
"""Seconds after a scan within which another one notes nothing: there would be something to back up each time."""


class Looking:
    """Scans folders and forgets tracks; every method blocks, and only one runs at a time.

    Parameters
    ----------
    catalogue, embeddings
        The library.
    scanner
        Finds the files.
    events
        Receives changes.
    """

    def __init__(
        self, catalogue: Catalogue, embeddings: EmbeddingStore, scanner: Scanner, events: Events
    ) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._scanner = scanner
        self._events = events

    def scan(
        self,
        folders: Sequence[Path] | None = None,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ScanSummary:
        """Scan some folders, or all of them; embeds nothing. See `Scanner.scan`."""
        self._events.emit(ScanStarted())
        finished = ScanFinished(0, 0, 0, 0, 0, 0)
        try:
            self._count_time()
            summary = self._scanner.scan(folders, cancelled=cancelled)
            self._drop(self._scanner.forget_missing(time.time() - KEEP_MISSING_SECONDS))
            finished = ScanFinished(
                summary.added,
                summary.changed,
                summary.moved,
                summary.missing,
                summary.unchanged,
                self._catalogue.tracks.counts().failed,
            )
            self._find_missing_entries()
        finally:
            # Also after a failure, since the scan has ended.
            self._events.emit(finished)
        return summary

    def _find_missing_entries(self) -> None:
        """Let playlists have what they miss, where it turned up elsewhere."""
        if find_missing_entries(self._catalogue):
            self._events.emit(PlaylistsChanged())

    def _count_time(self) -> None:
        """Count the time since the last scan as a day at most, for forgetting what is missing.

        A clock may jump by years: it is set wrong, or its battery is empty. And a listener may be away for long.
        """
        now = time.time()
        last = self._catalogue.settings.get(_LAST_SCAN)
        step = 0.0 if last is None else now - float(last)
        if last is not None and 0 <= step < _HARDLY_ANY_TIME:
            return
        with self._catalogue.transaction():
            if not 0 <= step <= _DAY:
                self._catalogue.files.postpone_missing(step if step < 0 else step - _DAY)
            self._catalogue.settings.set(_LAST_SCAN, repr(now))

    def update(self, paths: Collection[Path], cancelled: Callable[[], bool]) -> None:
        """Scan the paths in which something happened."""
        self._scanner.update(paths, cancelled)
        self._find_missing_entries()

    def remove_folder(self, folder: Path) -> None:
        """Remove a music folder and its tracks from the library; the files stay."""
        self._drop(self._scanner.remove_folder(folder))

    def forget_missing(self) -> int:
        """Delete every track whose file is gone, or on a disconnected disk; return the number of tracks."""
        gone = self._scanner.forget_missing()
        self._drop(gone)
        self._events.emit(ProblemsChanged())
        return len(gone)

    def _drop(self, gone: Sequence[int]) -> None:
        """Pass on that tracks left the catalogue."""
        if gone:
            self._embeddings.prune()
            self._events.emit(TracksRemoved(tuple(gone)))

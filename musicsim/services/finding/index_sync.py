"""Keeping the index on disk, which the worker holds, in step with the catalogue."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.settings import Settings
from musicsim.services.finding.points import LibraryPoints
from musicsim.similarity.index.protocol import Ids, Neighbours
from musicsim.similarity.space import Vectors
from musicsim.worker.client import Refused, WorkerBug, WorkerClient, WorkerDied, WorkerHung
from musicsim.worker.protocol import AddToIndex, OpenIndex, QueryIndex, RemoveFromIndex

_log = logging.getLogger(__name__)

# A query takes milliseconds, and exact search can replace it; a write takes seconds, on a slow disk maybe minutes.
_QUERY_SECONDS = 30.0
_INDEX_SECONDS = 300.0
_PORTION = 4096
_WRITTEN = "index_written"


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The state of the index on disk, compared with the catalogue."""

    backend: str
    vectors: int
    healthy: bool


@dataclass(frozen=True, slots=True)
class _Written:
    """The state of the index at its last update, kept among the settings."""

    vectors: int = 0
    revision: int = -1
    """The catalogue's."""
    last: int = 0
    """The largest id in the index."""

    def keep(self, settings: Settings) -> None:
        settings.set(_WRITTEN, f"{self.vectors} {self.revision} {self.last}")

    @classmethod
    def kept(cls, settings: Settings) -> _Written:
        return cls(*map(int, (settings.get(_WRITTEN) or "").split()))


class IndexSync:
    """Updates and queries the worker's index; thread-safe.

    Parameters
    ----------
    catalogue
        Stores the state of the index.
    points
        The points to store in it.
    worker
        Holds the index; None for read-only use.

    Attributes
    ----------
    problem
        Why the last update of the index failed, and what can be done; empty if it succeeded.
    """

    def __init__(
        self, catalogue: Catalogue, points: LibraryPoints, worker: WorkerClient | None
    ) -> None:
        self._catalogue = catalogue
        self._points = points
        self._worker = worker
        # Only one thread updates it at a time; the points' own lock is held only while reading them.
        self._updating = threading.Lock()
        self._stored: Ids = np.zeros(0, np.int64)
        self._opened_in = 0  # the worker's start in which the index was opened; 0 if not open
        self._collection = ""
        self._revision = -1
        self._torn = False  # a torn store may crash or hang the process that opens it
        self.problem = ""

    @property
    def notice(self) -> str:
        """The message about `problem` for the listener; empty without one."""
        if not self.problem:
            return ""
        return f"The index is not complete, so that search is slower: {self.problem}."

    def forget(self) -> None:
        """Open the index again at the next use, since another model is searched."""
        self._opened_in = 0

    def update(self) -> int:
        """Bring the worker's index in step with the catalogue, and start the worker if need be.

        Return the number of vectors in it, or 0 if it can't be used: then search is exact, and the next call tries
        again. Blocks; don't call it in the window's thread.
        """
        worker = self._worker
        if worker is None:
            return 0
        with self._updating:
            # If need be, try a second time in a new worker and with an empty store.
            for _ in range(2):
                try:
                    self._update(worker)
                except (Refused, WorkerBug, WorkerDied) as error:
                    if worker.closed:
                        self._opened_in = 0
                        break
                    _log.warning("the index can't be brought up to date: %s", error)
                    self.problem = f"{str(error).rstrip('.')}: make sure that its disk has room and can be written"
                    self._torn |= isinstance(error, WorkerHung)
                    self._opened_in = 0
                else:
                    self.problem = ""
                    return len(self._stored)
            return 0

    def _update(self, worker: WorkerClient) -> None:
        with self._points.steady():
            revision = self._points.revision
            collection = self._points.name
            is_open = self._is_open() and collection == self._collection
            changed = self._catalogue.changes.since(self._revision) if is_open else None
            wanted = np.sort(self._points.ids)
        if not is_open:
            request = OpenIndex(collection, wanted, afresh=self._torn)
            self._torn = True
            self._stored = np.sort(worker.ask(request, _INDEX_SECONDS))
            self._torn = False
            self._opened_in, self._collection = worker.starts, collection
        elif self._revision == revision:
            return
        # The vector of an id never changes: another pass over a track gets a new id.
        stale, new = _differences(self._stored, wanted, changed)
        if len(stale):
            worker.ask(RemoveFromIndex(stale), _INDEX_SECONDS)
            self._stored = np.setdiff1d(self._stored, stale, assume_unique=True)
        for start in range(0, len(new), _PORTION):
            ids, points = self._points.of_embeddings(new[start : start + _PORTION].tolist())
            worker.ask(AddToIndex(ids, points), _INDEX_SECONDS)
            self._stored = np.union1d(self._stored, ids)
        self._revision = revision
        last = int(self._stored[-1]) if len(self._stored) else 0
        _Written(len(self._stored), revision, last).keep(self._catalogue.settings)

    def query(self, point: Vectors, count: int) -> Neighbours | None:
        """Query the index for the `count` nearest to a point (D,); None if it is out of step or doesn't answer."""
        in_step = (self._collection, self._revision) == (self._points.name, self._points.revision)
        if self._worker is None or not self._is_open() or not in_step:
            return None
        try:
            found: Neighbours = self._worker.ask(QueryIndex(point, count), _QUERY_SECONDS)
        except (Refused, WorkerBug, WorkerDied) as error:
            _log.warning("the index did not answer, so search is exact: %s", error)
            return None
        if len(found.ids) == count:
            return found
        _log.warning("the index gave %d of %d", len(found.ids), count)
        return None

    def _is_open(self) -> bool:
        worker = self._worker
        return worker is not None and worker.running and 0 < self._opened_in == worker.starts

    def report(self) -> IndexReport:
        """Open the index, compare it with the catalogue, and repair it."""
        vectors = self.update()
        return IndexReport("chroma", vectors, vectors == self._points.count())

    def recorded(self) -> IndexReport:
        """Return the state of the index when its owner last wrote to it, without opening it."""
        written = _Written.kept(self._catalogue.settings)
        changed = self._catalogue.changes.since(written.revision)
        if changed is None:
            return IndexReport("chroma", written.vectors, written.vectors == self._points.count())
        # Ids that should be removed do no harm meanwhile. Ids only increase: a later one is not in the index yet.
        lacking = self._points.count([i for i in changed if i > written.last])
        return IndexReport("chroma", written.vectors, not lacking)


def _differences(stored: Ids, wanted: Ids, changed: list[int] | None) -> tuple[Ids, Ids]:
    """Return the ids to remove and to add, ascending; only among the changed ids, if known."""
    if changed is None:
        return np.setdiff1d(stored, wanted), np.setdiff1d(wanted, stored)
    some = np.array(sorted(changed), np.int64)
    is_stored, is_wanted = np.isin(some, stored), np.isin(some, wanted)
    return some[is_stored & ~is_wanted], some[is_wanted & ~is_stored]

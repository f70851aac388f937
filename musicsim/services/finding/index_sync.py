"""The index on disk, which the worker holds, kept in step with the catalogue."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.services.finding.points import LibraryPoints
from musicsim.similarity.index.protocol import Ids, Neighbours
from musicsim.similarity.space import Vectors
from musicsim.worker.client import Refused, WorkerBug, WorkerClient, WorkerDied, WorkerHung
from musicsim.worker.protocol import AddToIndex, OpenIndex, QueryIndex, RemoveFromIndex

_log = logging.getLogger(__name__)

# A query takes milliseconds, and exact search has the answer, too; a write takes seconds, on a slow disk maybe minutes.
_QUERY_SECONDS = 30.0
_INDEX_SECONDS = 300.0
_PORTION = 4096


@dataclass(frozen=True, slots=True)
class IndexReport:
    """How the index on disk stands against the catalogue."""

    backend: str
    vectors: int
    healthy: bool


class IndexSync:
    """Brings the worker's index up to date, and asks it; thread-safe.

    Parameters
    ----------
    catalogue
        Keeps how the index stands.
    points
        What is to be in it.
    worker
        Holds it; None for whoever only reads.

    Attributes
    ----------
    problem
        Why the index could not be brought up to date the last time, and what can be done; empty if it could.
    """

    def __init__(
        self, catalogue: Catalogue, points: LibraryPoints, worker: WorkerClient | None
    ) -> None:
        self._catalogue = catalogue
        self._points = points
        self._worker = worker
        # One at a time brings it up to date; the points' own lock is held only to look at them.
        self._updating = threading.Lock()
        self._stored: Ids = np.zeros(0, np.int64)
        self._opened_in = 0  # the worker's start in which the index was opened; 0 in none
        self._collection = ""
        self._revision = -1
        self._torn = False  # a torn store can crash the process that opens it, or hang
        self.problem = ""

    @property
    def notice(self) -> str:
        """What to tell the listener of `problem`; empty without one."""
        if not self.problem:
            return ""
        return f"The index is not complete, so that search is slower: {self.problem}."

    def forget(self) -> None:
        """Open the index again the next time: another model is searched."""
        self._opened_in = 0

    def update(self) -> int:
        """Bring the worker's index up to date with the catalogue, and start the worker for it if need be.

        Returns how many vectors it holds, or 0 if it can't be used: search is exact then, and the next call tries
        again. Blocks; not for the window's thread.
        """
        worker = self._worker
        if worker is None:
            return 0
        with self._updating:
            # The second time, if need be, in a new worker and with an empty store.
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
        # What is under an id never changes: another pass over a track has another one.
        stale, new = _differences(self._stored, wanted, changed)
        if len(stale):
            worker.ask(RemoveFromIndex(stale), _INDEX_SECONDS)
            self._stored = np.setdiff1d(self._stored, stale, assume_unique=True)
        for start in range(0, len(new), _PORTION):
            ids, points = self._points.of_embeddings(new[start : start + _PORTION].tolist())
            worker.ask(AddToIndex(ids, points), _INDEX_SECONDS)
            self._stored = np.union1d(self._stored, ids)
        self._revision = revision
        self._catalogue.settings.set("index_vectors", str(len(self._stored)))
        self._catalogue.settings.set("index_revision", str(revision))
        last = int(self._stored[-1]) if len(self._stored) else 0
        self._catalogue.settings.set("index_last", str(last))

    def query(self, point: Vectors, count: int) -> Neighbours | None:
        """Ask the index for the `count` nearest to a point (D,); None where it is not in step, or does not answer."""
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
        """Open the index, compare it with the catalogue, and mend it."""
        vectors = self.update()
        return IndexReport("chroma", vectors, vectors == self._points.count())

    def recorded(self) -> IndexReport:
        """How the index stood when its owner last wrote to it, without opening it."""
        vectors = int(self._catalogue.settings.get("index_vectors") or 0)
        revision = int(self._catalogue.settings.get("index_revision") or -1)
        changed = self._catalogue.changes.since(revision)
        if changed is None:
            return IndexReport("chroma", vectors, vectors == self._points.count())
        # What is to be taken out of it does no harm meanwhile. Ids only rise: a later one is not in it yet.
        last = int(self._catalogue.settings.get("index_last") or 0)
        lacking = self._points.count([i for i in changed if i > last])
        return IndexReport("chroma", vectors, not lacking)


def _differences(stored: Ids, wanted: Ids, changed: list[int] | None) -> tuple[Ids, Ids]:
    """Return what is to go and what is to come, ascending; only of what has changed, where that is known."""
    if changed is None:
        return np.setdiff1d(stored, wanted), np.setdiff1d(wanted, stored)
    some = np.array(sorted(changed), np.int64)
    is_stored, is_wanted = np.isin(some, stored), np.isin(some, wanted)
    return some[is_stored & ~is_wanted], some[is_wanted & ~is_stored]

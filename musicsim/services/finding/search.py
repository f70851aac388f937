"""Finding the nearest tracks: by the worker's index while it is up, else exactly.

The catalogue is the truth. The index in the worker holds the same embeddings under the same ids and is brought up to
date from it; whatever goes wrong with the index, exact search gives the answer.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.types import KnownModel
from musicsim.similarity.index.index import ExactIndex, Ids, Neighbours
from musicsim.similarity.space import Space, Vectors
from musicsim.worker.client import Refused, WorkerClient, WorkerDied, WorkerHung
from musicsim.worker.protocol import AddToIndex, OpenIndex, QueryIndex, RemoveFromIndex

_log = logging.getLogger(__name__)

# A query takes milliseconds, and exact search has the answer, too; a write takes seconds, on a slow disk maybe minutes.
_QUERY_SECONDS = 30.0
_INDEX_SECONDS = 300.0


class NotEmbedded(MusicsimError):  # noqa: N818
    """There is no embedding of a track yet."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A track near a point."""

    track_id: int
    cosine: float
    point: Vectors
    """Its own place on the unit sphere; shape (D,)."""


@dataclass(frozen=True, slots=True)
class IndexReport:
    """How the index on disk stands against the catalogue."""

    backend: str
    vectors: int
    healthy: bool


class Search:
    """Search over the embeddings of one model; thread-safe.

    Parameters
    ----------
    catalogue, embeddings
        The truth.
    model
        Whose embeddings are searched.
    worker
        Its index is used while it runs; None searches exactly, always.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        model: KnownModel,
        worker: WorkerClient | None,
    ) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._model = model
        self._worker = worker
        self._lock = threading.RLock()
        self._space: Space | None = None
        self._exact: ExactIndex | None = None
        self._indexed: set[int] = set()
        self._index_opened_in = 0  # the worker's start in which the index was opened; 0 in none
        self._index_space = ""
        self._torn = False  # a torn store can crash the process that opens it, or hang
        self.index_problem = ""
        """Why the index could not be brought up to date the last time, and what can be done; empty if it could."""

    @property
    def model(self) -> KnownModel:
        """Whose embeddings are searched."""
        return self._model

    @property
    def index_notice(self) -> str:
        """What to tell the listener of `index_problem`; empty without one."""
        if not self.index_problem:
            return ""
        return f"The index is not complete, so that search is slower: {self.index_problem}."

    def steady(self) -> AbstractContextManager[object]:
        """While this is held, `use` waits: what was found so far fits what will be."""
        return self._lock

    def use(self, model: KnownModel) -> None:
        """Search the embeddings of another model from now on."""
        with self._lock:
            self._model = model
            self._space = self._exact = None
            self._indexed = set()
            self._index_opened_in = 0

    def point_of(self, track_id: int) -> Vectors:
        """A track's place on the unit sphere (D,).

        Raises
        ------
        NotEmbedded
            If the model in use has not embedded it yet.
        """
        embedding_id = self._embeddings.pooled.id_of(track_id, self._model.identity)
        if embedding_id is None:
            raise NotEmbedded(
                "musicsim has not listened to this track yet: its similar tracks can be shown when it has."
            )
        return self._get_space().transform(self._embeddings.pooled.load([embedding_id]).vectors[0])

    def point_for(self, pooled: Vectors) -> Vectors:
        """The place (D,) of a pooled embedding (D,) that is not in the library."""
        return self._get_space().transform(pooled)

    def all_points(self) -> tuple[Ids, Vectors]:
        """The ids of all embedded tracks that are not missing (N,), and their places on the unit sphere (N, D)."""
        with self._lock:
            ids = self._embeddings.pooled.ids(self._model.identity)
            loaded = self._embeddings.pooled.load(ids.tolist())
            return loaded.track_ids, self._get_space().transform(loaded.vectors)

    def nearest(self, point: Vectors) -> Iterator[list[Neighbour]]:
        """Every embedded track from the nearest to a point (D,) on, in portions; computed as they are taken."""
        ids = self._embeddings.pooled.ids(self._model.identity)
        space = self._get_space()
        given: set[int] = set()
        count = 100
        while len(given) < len(ids):
            found = self._query(point, min(count, len(ids)), ids)
            cosines = dict(zip(found.ids.tolist(), found.cosines.tolist(), strict=True))
            fresh = [i for i in cosines if i not in given]
            if not fresh:
                return
            given.update(fresh)
            # Those of tracks that left the library a moment ago are not among them.
            loaded = self._embeddings.pooled.load(fresh)
            points = space.transform(loaded.vectors)
            place = {int(i): row for row, i in enumerate(loaded.ids)}
            yield [
                Neighbour(int(loaded.track_ids[place[i]]), cosines[i], points[place[i]])
                for i in fresh
                if i in place
            ]
            count *= 10

    def _query(self, point: Vectors, count: int, ids: Ids) -> Neighbours:
        if self._index_is_open():
            assert self._worker is not None
            with self._lock:
                complete = self._indexed.issuperset(ids.tolist()) and len(self._indexed) == len(ids)
            if complete:
                try:
                    found: Neighbours = self._worker.ask(QueryIndex(point, count), _QUERY_SECONDS)
                except (Refused, WorkerDied) as error:
                    _log.warning("the index did not answer, so search is exact: %s", error)
                else:
                    if len(found.ids) == count:
                        return found
                    _log.warning("the index gave %d of %d", len(found.ids), count)
        return self._exact_index(ids).query(point, count)

    def _exact_index(self, ids: Ids) -> ExactIndex:
        """The index in memory, brought up to date: what is new is loaded, the rest stays."""
        with self._lock:
            space = self._get_space()
            known = self._exact or ExactIndex(ids[:0], np.zeros((0, 0), np.float32))
            kept = np.isin(known.ids, ids)
            new = np.setdiff1d(ids, known.ids)
            if self._exact is None or not kept.all() or len(new):
                known_ids, points = known.ids[kept], known.points[kept]
                if len(new):
                    loaded = self._embeddings.pooled.load(new.tolist())
                    fresh = space.transform(loaded.vectors)
                    points = np.concatenate([points, fresh]) if len(points) else fresh
                    known_ids = np.concatenate([known_ids, loaded.ids])
                self._exact = ExactIndex(known_ids, points)
            return self._exact

    def _get_space(self) -> Space:
        """The space of this library; fitted again when the library has outgrown it."""
        with self._lock:
            if self._model.standardised:
                self._space = self._space or Space()
                return self._space
            ids = self._embeddings.pooled.ids(self._model.identity)
            if self._space is None or self._space.outgrown_by(len(ids)):
                self._space = Space.fit(self._embeddings.pooled.load(ids.tolist()).vectors)
                self._exact = None
            return self._space

    # --- the index in the worker ---

    def update_index(self) -> int:
        """Bring the worker's index up to date with the catalogue, and start the worker for it if need be.

        Returns how many vectors it holds, or 0 if it can't be used: search is exact then, and the next call tries
        again. Blocks; not for the window's thread.
        """
        worker = self._worker
        if worker is None:
            return 0
        for _ in range(2):  # the second time, if need be, in a new worker and with an empty store
            try:
                vectors = self._update_index(worker)
            except (Refused, WorkerDied) as error:
                _log.warning("the index can't be brought up to date: %s", error)
                self.index_problem = (
                    f"{str(error).rstrip('.')}: make sure that its disk has room and can be written"
                )
                self._torn |= isinstance(error, WorkerHung)
                with self._lock:
                    self._index_opened_in = 0
                if worker.closed:
                    break
            else:
                self.index_problem = ""
                return vectors
        return 0

    def _update_index(self, worker: WorkerClient) -> int:
        space = self._get_space()
        ids = self._embeddings.pooled.ids(self._model.identity)
        if not self._index_is_open() or self._index_space != space.id:
            collection = f"{self._model.identity}.{space.id}"
            request = OpenIndex(collection, ids, afresh=self._torn)
            self._torn = True
            stored = worker.ask(request, _INDEX_SECONDS)
            self._torn = False
            with self._lock:
                self._indexed = set(stored.tolist())
                self._index_opened_in, self._index_space = worker.starts, space.id
        stale = np.setdiff1d(np.array(sorted(self._indexed), np.int64), ids)
        if len(stale):
            worker.ask(RemoveFromIndex(stale), _INDEX_SECONDS)
            with self._lock:
                self._indexed.difference_update(stale.tolist())
        new = np.array([i for i in ids.tolist() if i not in self._indexed], np.int64)
        for start in range(0, len(new), 4096):
            loaded = self._embeddings.pooled.load(new[start : start + 4096].tolist())
            points = space.transform(loaded.vectors)
            worker.ask(AddToIndex(loaded.ids, points), _INDEX_SECONDS)
            with self._lock:
                self._indexed.update(loaded.ids.tolist())
        self._catalogue.settings.set("index_vectors", str(len(self._indexed)))
        return len(self._indexed)

    def _index_is_open(self) -> bool:
        worker = self._worker
        return worker is not None and worker.running and 0 < self._index_opened_in == worker.starts

    def index_report(self) -> IndexReport:
        """Open the index, compare it with the catalogue, and mend it."""
        expected = len(self._embeddings.pooled.ids(self._model.identity))
        vectors = self.update_index()
        return IndexReport("chroma", vectors, vectors == expected)

    def recorded_index(self) -> IndexReport:
        """How the index stood when its owner last wrote to it; for whoever may not open it."""
        expected = len(self._embeddings.pooled.ids(self._model.identity))
        vectors = int(self._catalogue.settings.get("index_vectors") or 0)
        return IndexReport("chroma", vectors, vectors == expected)


def mean_point(points: Iterable[Vectors]) -> Vectors:
    """The point (D,) in the middle of several on the unit sphere."""
    return Space().transform(np.mean(np.stack(list(points)), axis=0, dtype=np.float32))

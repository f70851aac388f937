"""Finding the nearest tracks: by comparing with all of them or, if there are too many, with the index on disk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from musicsim.library.embedding_types import KnownModel
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.points import LibraryPoints, PointsCopy
from musicsim.similarity.index.exact import FIRST, GROWTH, Cosines, ExactIndex, in_order
from musicsim.similarity.index.protocol import Ids, Neighbours
from musicsim.similarity.space import Vectors

_PORTION = 20_000
"""Points that are read at a time where not all are in memory."""
_VALUES = 4_000_000
"""Cosines that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A track near a point."""

    track_id: int
    cosine: float
    point: Vectors
    """Its point on the unit sphere; shape (D,)."""


@dataclass(frozen=True, eq=False, slots=True)
class Portion:
    """Some of the tracks near a point, the nearest first; valid under `Nearest.steady`.

    Attributes
    ----------
    track_ids, cosines
        Shape (K,).
    """

    track_ids: Ids
    cosines: npt.NDArray[np.float32]
    _points: Vectors
    _rows: Ids

    def at(self, places: Ids) -> list[Neighbour]:
        """Return the neighbours at some places (k,), with copies of their points."""
        points = self._points[self._rows[places]]
        ids, cosines = self.track_ids[places].tolist(), self.cosines[places].tolist()
        return [Neighbour(*each) for each in zip(ids, cosines, points, strict=True)]


class Sieve(Protocol):
    """Decides which tracks a search yields, and is told of all that it compares."""

    def rows(self, track_ids: Ids, cosines: Cosines) -> Ids | None:
        """Return the rows that are wanted of compared tracks (N,); None for all."""
        ...


class Nearest:
    """Search over the embeddings of one model; thread-safe.

    Up to `MOST_VALUES`, all points are in memory and compared one by one, which is quicker than asking any other
    process. Beyond that the worker's index answers. If it can't, everything is read and compared.

    Parameters
    ----------
    points
        The points of the library.
    index
        The same points on disk.
    """

    def __init__(self, points: LibraryPoints, index: IndexSync) -> None:
        self._points = points
        self._index = index

    @property
    def model(self) -> KnownModel:
        """The model whose embeddings are searched."""
        return self._points.model

    def use(self, model: KnownModel) -> None:
        """Search the embeddings of another model from now on."""
        with self._points.steady():
            self._points.use(model)
            self._index.forget()

    def steady(self) -> AbstractContextManager[None]:
        """Return a lock that keeps `use` waiting, so that earlier and later results match."""
        return self._points.steady()

    def is_current(self) -> bool:
        """Return whether all embeddings in the catalogue can be found, also those stored under `steady`."""
        return self._points.is_current()

    def point_of(self, track_id: int) -> Vectors:
        """Return a track's point on the unit sphere (D,); `NotEmbedded` if the searched model hasn't embedded it."""
        return self._points.of_track(track_id)

    def point_for(self, pooled: Vectors) -> Vectors:
        """Return the point (D,) of a pooled embedding (D,) that is not in the library."""
        return self._points.space.transform(pooled)

    def count(self) -> int:
        """Return the number of all embedded tracks that are not missing."""
        return self._points.count()

    def all_points(self) -> tuple[Ids, Vectors]:
        """Return the ids (N,) of all embedded tracks that are not missing, and their points on the sphere (N, D)."""
        return self._points.all()

    def copy(self) -> PointsCopy:
        """Return copies of all points, and their model; nobody waits for it for long."""
        return self._points.copy()

    def nearness(self, points: Vectors) -> tuple[Ids, npt.NDArray[np.float32]]:
        """Return the ids (N,) of all embedded tracks, and the cosine of each to the nearest of some points (n, D)."""
        with self.steady():
            track_ids = self._points.track_ids.copy()
            cosines = np.full(len(track_ids), -1, np.float32)
            for rows, found in self._portions(_PORTION):
                cosines[rows] = (found @ points.T).max(axis=1)
            return track_ids, cosines

    def points_of(self, track_ids: Sequence[int]) -> tuple[Ids, Vectors]:
        """Return which of some tracks (n,) can be found, as places in the sequence, and their points (k, D)."""
        wanted = np.asarray(track_ids, np.int64)
        with self.steady():
            known = self._points.track_ids
            if not len(known) or not len(wanted):
                return np.zeros(0, np.int64), np.zeros((0, 0), np.float32)
            order = np.argsort(wanted, kind="stable")
            rows = np.flatnonzero(np.isin(known, wanted))
            places = order[np.searchsorted(wanted, known[rows], sorter=order)]
            if (own := self._points.points) is not None:
                found = own[rows]
            else:
                ids = self._points.ids[rows]
                some, found = self._points.of_embeddings(ids.tolist())
                by_id = np.argsort(ids)
                places = places[by_id[np.searchsorted(ids, some, sorter=by_id)]]
            in_order = np.argsort(places)
            return places[in_order], found[in_order]

    def within(self, points: Vectors, least: float) -> list[list[int]]:
        """Return for each of some points (n, D) the tracks of which the cosine to it is above `least`."""
        near: list[list[int]] = [[] for _ in points]
        if near:
            with self.steady():
                track_ids = self._points.track_ids
                for rows, found in self._portions(_VALUES // len(points) + 1):
                    for row, number in zip(*np.nonzero(found @ points.T > least), strict=True):
                        near[number].append(int(track_ids[rows[row]]))
        return near

    def _portions(self, size: int) -> Iterator[tuple[Ids, Vectors]]:
        """Yield all points (n, D) in portions, with their rows (n,)."""
        if (own := self._points.points) is not None:
            for start in range(0, len(own), size):
                yield np.arange(start, min(start + size, len(own))), own[start : start + size]
            return
        ids = self._points.ids
        order = np.argsort(ids)
        for start in range(0, len(ids), _PORTION):
            some, found = self._points.of_embeddings(ids[start : start + _PORTION].tolist())
            rows = order[np.searchsorted(ids, some, sorter=order)]
            for part in range(0, len(rows), size):
                yield rows[part : part + size], found[part : part + size]

    def prepare(self) -> None:
        """Prepare the index if it is needed, which may take seconds; don't call this under `steady`."""
        if self._points.points is None:
            self._index.update()

    def nearest(self, point: Vectors, sieve: Sieve | None = None) -> Iterator[Portion]:
        """Yield every embedded track, ordered by distance from a point (D,), in portions computed on demand.

        Iterate under `steady`.

        Parameters
        ----------
        sieve
            If given, only what it wants is yielded.
        """
        if (own := self._points.points) is None:
            return self._by_index(point, sieve)
        return self._in_order(own, own @ point if len(own) else np.zeros(0, np.float32), sieve)

    def nearest_of_each(
        self, points: Vectors, sieves: Sequence[Sieve | None]
    ) -> list[Iterator[Portion]]:
        """Return what `nearest` yields for each of several points (M, D); quicker than one by one."""
        if (own := self._points.points) is None or not len(own):
            return [self.nearest(*each) for each in zip(points, sieves, strict=True)]
        # To read all points once for twelve takes twice as long as for one.
        cosines = np.ascontiguousarray((own @ points.T).T)
        return [self._in_order(own, *each) for each in zip(cosines, sieves, strict=True)]

    def _in_order(
        self, points: Vectors, cosines: Cosines, sieve: Sieve | None
    ) -> Iterator[Portion]:
        ids = self._points.track_ids
        among = None if sieve is None else sieve.rows(ids, cosines)
        for rows in in_order(ids, cosines, among):
            yield Portion(ids[rows], cosines[rows], points, rows)

    def _by_index(self, point: Vectors, sieve: Sieve | None) -> Iterator[Portion]:
        """Yield ever larger results of the index or, if it doesn't answer, of comparing with all."""
        ids, track_ids = self._points.ids, self._points.track_ids
        order = np.argsort(ids)
        given: Ids = ids[:0]
        count = FIRST
        while len(given) < len(ids):
            found = self._index.query(point, min(count, len(ids))) or self._compare(point)
            fresh = np.flatnonzero(np.isin(found.ids, given, invert=True))
            if not len(fresh):
                return
            given = np.concatenate([given, found.ids[fresh]])
            rows = order[np.searchsorted(ids, found.ids[fresh], sorter=order)]
            fresh_ids, cosines = track_ids[rows], found.cosines[fresh]
            among = None if sieve is None else sieve.rows(fresh_ids, cosines)
            if among is None:
                among = np.arange(len(fresh))
            yield Portion(fresh_ids[among], cosines[among], found.points, fresh[among])
            count *= GROWTH

    def _compare(self, point: Vectors) -> Neighbours:
        """Compare with all points, read from the catalogue for this purpose."""
        ids, points = self._points.of_embeddings(self._points.ids.tolist())
        return ExactIndex(ids, points).query(point, len(ids))

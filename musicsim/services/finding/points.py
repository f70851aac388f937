"""The points of all tracks that can be found, in memory, and their space."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import KnownModel, PooledEmbeddings
from musicsim.library.types import Track
from musicsim.similarity.index.protocol import Ids
from musicsim.similarity.space import Space, Vectors

MOST_VALUES = 2**27
"""Total number of values up to which all points are kept in memory and compared one by one: 0.5 GB.

By the measurements of benchmarks/search.py, up to this size comparing all is quicker than asking Chroma, and always
exact.
"""
_PORTION = 4096
_GROWTH = 1.25
"""Growth factor of the arrays, since tracks are added one by one."""


_BREATH = 0.001
"""Seconds between two portions of a copy."""
_SLACK = 4096
"""Tracks that may come while a copy is made."""

_Value = TypeVar("_Value", bound=np.generic)


@dataclass(frozen=True, eq=False, slots=True)
class PointsCopy:
    """Copies of all points at one moment.

    Attributes
    ----------
    model
        The model of the embeddings.
    ids
        The ids of all tracks that can be found; shape (N,).
    points
        Their points on the unit sphere; shape (N, D).
    """

    model: KnownModel
    ids: Ids
    points: Vectors


@dataclass(eq=False, slots=True)
class _Changes:
    """What changes while a copy is made: some rows, or everything."""

    rows: set[int] = field(default_factory=set)
    everything: bool = False


class NotEmbedded(MusicsimError):  # noqa: N818
    """A track is not embedded yet."""


def why_not_embedded(tracks: Sequence[Track], name: str = "") -> NotEmbedded:
    """Return the error for a seed of which no track is embedded, with the reason and what can be done.

    Parameters
    ----------
    tracks
        Those of its tracks that are in the library.
    name
        The seed's name; if it is empty, that of its only track, or none.
    """
    if len(tracks) == 1:
        name = name or tracks[0].name
    if not tracks:
        who = f"“{name}” is" if name else "This is"
        return NotEmbedded(f"{who} not in the library any more: choose something else.")
    if all(track.problem for track in tracks):
        if len(tracks) == 1:
            return NotEmbedded(f"{name}: {tracks[0].problem}.")
        of = f" of “{name}”" if name else ""
        return NotEmbedded(f"No track{of} can be listened to: {tracks[0].problem}.")
    if all(track.missing for track in tracks):
        who, have = (f"“{name}” is", "has") if name else ("These tracks are", "have")
        return NotEmbedded(
            f"{who} missing, or on a disk that is not connected, and {have} not been listened to yet."
        )
    who = f"“{name}”" if name else "any of these tracks"
    return NotEmbedded(f"musicsim has not listened to {who} yet: try again later.")


class LibraryPoints:
    """The points of one model's embeddings, brought in step with the catalogue at every access; thread-safe.

    Access values that belong together under `steady`.

    Parameters
    ----------
    catalogue, embeddings
        The source of truth.
    model
        The model of the embeddings.
    most_values
        Number of values to keep in memory; beyond it, only the ids are kept: see `points`.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        model: KnownModel,
        *,
        most_values: int = MOST_VALUES,
    ) -> None:
        self._changes = catalogue.changes
        self._tracks = catalogue.tracks
        self._embeddings = embeddings.pooled
        self._most_values = most_values
        self._lock = threading.RLock()
        self._held = 0
        self._copying: list[_Changes] = []
        self.use(model)

    @property
    def model(self) -> KnownModel:
        """The model of the embeddings."""
        return self._model

    def use(self, model: KnownModel) -> None:
        """Switch to the embeddings of another model."""
        with self._lock:
            self._model = model
            self._all_change()
            self._space = Space()
            self._revision: int | None = None
            self._count = 0
            self._ids: Ids = np.zeros(0, np.int64)
            self._track_ids: Ids = self._ids
            self._points: Vectors | None = None

    @contextmanager
    def steady(self) -> Iterator[None]:
        """Hold all values constant, whatever changes in the catalogue, so that an answer is consistent."""
        with self._lock:
            self._catch_up()
            self._held += 1
            try:
                yield
            finally:
                self._held -= 1

    @property
    def revision(self) -> int:
        """The catalogue's revision that the points reflect; it increases with every change."""
        with self._lock:
            self._catch_up()
            assert self._revision is not None
            return self._revision

    def is_current(self) -> bool:
        """Return whether the points reflect the catalogue as it is now: held by `steady`, they may not."""
        with self._lock:
            return self._revision == self._changes.revision()

    @property
    def ids(self) -> Ids:
        """The embeddings' ids, unordered; shape (N,). A view that is valid under `steady`."""
        with self._lock:
            self._catch_up()
            return self._ids[: self._count]

    def count(self, among: Iterable[int] | None = None) -> int:
        """Return the number of embeddings, in total or among some ids, without loading points."""
        if among is None:
            return self._embeddings.count_findable(self._model.identity)
        found = self._embeddings.findable(self._model.identity, among)
        return sum(len(portion.ids) for portion in found)

    @property
    def track_ids(self) -> Ids:
        """The embeddings' track ids; shape (N,). A view that is valid under `steady`."""
        with self._lock:
            self._catch_up()
            return self._track_ids[: self._count]

    @property
    def points(self) -> Vectors | None:
        """The points on the unit sphere; shape (N, D). None if there are too many to keep in memory.

        A view that is valid under `steady`.
        """
        with self._lock:
            self._catch_up()
            return self._loaded()

    @property
    def name(self) -> str:
        """A name that differs between models and spaces."""
        return f"{self._model.identity}.{self.space.id}"

    @property
    def space(self) -> Space:
        """The space of this library, fitted again when the library outgrows it."""
        with self._lock:
            if not self._model.standardised:
                self._catch_up()
            return self._space

    def of_track(self, track_id: int) -> Vectors:
        """Return a track's point on the unit sphere (D,), even if its file is missing.

        Raises
        ------
        NotEmbedded
            If the model has not embedded it yet, or why it can't, as of a silent track.
        """
        pooled = self._embeddings.of(track_id, self._model.identity)
        if pooled is None:
            raise why_not_embedded(list(self._tracks.by_id([track_id])))
        return self.space.transform(pooled.vector)

    def of_embeddings(self, ids: Iterable[int]) -> tuple[Ids, Vectors]:
        """Return the ids (n,) of some embeddings and their points (n, D), without those deleted in the meantime."""
        loaded = self._embeddings.load(ids)
        return loaded.ids, self.space.transform(loaded.vectors)

    def all(self) -> tuple[Ids, Vectors]:
        """Return the ids of all tracks that can be found (N,), and copies of their points (N, D)."""
        made = self.copy()
        return made.ids, made.points

    def copy(self) -> PointsCopy:
        """Return copies of all points, as they are at the end; nobody waits for longer than a portion takes."""
        while True:
            with self.steady():
                model, space, count = self._model, self._space, self._count
                points = self.points
                if points is None:
                    break
                changes = _Changes()
                self._copying.append(changes)
                ids = np.empty(count + _SLACK, np.int64)
                copied = np.empty((count + _SLACK, points.shape[1]), np.float32)
            try:
                for start in range(0, count, _PORTION):
                    with self._lock:
                        if changes.everything or self._points is None:
                            break
                        some = slice(start, min(start + _PORTION, count))
                        ids[some], copied[some] = self._track_ids[some], self._points[some]
                    # Otherwise, this thread would have the lock again before one that waits for it.
                    time.sleep(_BREATH)
                with self._lock:
                    now = self._count
                    if changes.everything or self._points is None or now > len(ids):
                        continue
                    rows = [row for row in changes.rows if row < now]
                    ids[rows], copied[rows] = self._track_ids[rows], self._points[rows]
                    return PointsCopy(model, ids[:now], copied[:now])
            finally:
                with self._lock:
                    self._copying.remove(changes)
        return self._read_all(model, space)

    def _read_all(self, model: KnownModel, space: Space) -> PointsCopy:
        """Return all points, read from the catalogue."""
        portions = list(self._embeddings.findable(model.identity))
        if not portions:
            return PointsCopy(model, np.zeros(0, np.int64), np.zeros((0, 0), np.float32))
        # A track that was embedded again meanwhile comes twice; its later embedding counts.
        ids = np.concatenate([portion.track_ids for portion in portions])[::-1]
        ids, rows = np.unique(ids, return_index=True)
        vectors = np.concatenate([portion.vectors for portion in portions])
        return PointsCopy(model, ids, space.transform(vectors[len(vectors) - 1 - rows]))

    def _all_change(self) -> None:
        for copy in self._copying:
            copy.everything = True

    # --- catching up with the catalogue ---

    def _catch_up(self) -> None:
        now = self._changes.revision()
        if self._revision == now or (self._held and self._revision is not None):
            return
        changed = None if self._revision is None else self._changes.since(self._revision)
        if changed is None:
            self._load()
        else:
            self._apply(changed)
        # A change since the revision was read is applied twice.
        self._revision = now
        if not self._model.standardised and self._space.outgrown_by(self._count):
            self._load()

    def _load(self) -> None:
        """Read everything."""
        self._all_change()
        count = self._embeddings.count(self._model.identity)
        self._count, self._points = 0, None
        self._ids = self._track_ids = np.zeros(0, np.int64)
        self._space = Space()
        for portion in self._embeddings.findable(self._model.identity):
            self._make_room(len(portion.ids), portion.vectors.shape[1], count)
            self._append(portion)
        points = self._loaded()
        if not self._model.standardised:
            self._space = self._fit_to_some() if points is None else Space.fit(points)
        if points is not None:
            # In place and by portions: all at once would take three times the memory.
            for start in range(0, self._count, _PORTION):
                some = slice(start, start + _PORTION)
                points[some] = self._space.transform(points[some])

    def _loaded(self) -> Vectors | None:
        return None if self._points is None else self._points[: self._count]

    def _fit_to_some(self) -> Space:
        """Fit a space to as many embeddings as fit into memory."""
        some: list[Vectors] = []
        for portion in self._embeddings.findable(self._model.identity):
            some.append(portion.vectors)
            if sum(vectors.size for vectors in some) > self._most_values:
                break
        fitted = Space.fit(np.concatenate(some)) if some else Space()
        return Space(fitted.mean, fitted.std, self._count if fitted.fitted_on else 0)

    def _apply(self, changed: list[int]) -> None:
        """Remove the changed embeddings, and add those that can still be found."""
        stale = np.flatnonzero(np.isin(self._ids[: self._count], np.array(changed, np.int64)))
        # From the end, so that a row is never replaced by one that is also removed.
        for row in stale[::-1].tolist():
            last = self._count - 1
            self._ids[row], self._track_ids[row] = self._ids[last], self._track_ids[last]
            for copy in self._copying:
                copy.rows.add(row)
            if self._points is not None:
                self._points[row] = self._points[last]
            self._count = last
        for portion in self._embeddings.findable(self._model.identity, changed):
            self._make_room(len(portion.ids), portion.vectors.shape[1], self._count)
            points = self._space.transform(portion.vectors)
            self._append(PooledEmbeddings(portion.ids, portion.track_ids, points))

    def _make_room(self, more: int, dimensions: int, expected: int) -> None:
        needed = self._count + more
        if needed <= len(self._ids):
            return
        room = max(needed, expected, round(_GROWTH * self._count))
        self._ids, self._track_ids = _longer(self._ids, room), _longer(self._track_ids, room)
        if self._count and self._points is None:
            return
        before = np.zeros((0, dimensions), np.float32) if self._points is None else self._points
        # If there are too many points, those already in memory are dropped too.
        too_many = max(needed, expected) * dimensions > self._most_values
        self._points = None if too_many else _longer(before, room)

    def _append(self, portion: PooledEmbeddings) -> None:
        rows = slice(self._count, self._count + len(portion.ids))
        self._ids[rows], self._track_ids[rows] = portion.ids, portion.track_ids
        for copy in self._copying:
            copy.rows.update(range(rows.start, rows.stop))
        if self._points is not None:
            self._points[rows] = portion.vectors
        self._count = rows.stop


def _longer(array: npt.NDArray[_Value], length: int) -> npt.NDArray[_Value]:
    longer = np.empty((length, *array.shape[1:]), array.dtype)
    longer[: len(array)] = array
    return longer

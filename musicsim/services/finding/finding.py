"""Search for tracks similar to a track or a file, with rules applied."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import cast

import numpy as np

from musicsim.audio import SETTLED
from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, TrackWanted
from musicsim.embedding import InputRepr, pool
from musicsim.embedding.content import digest_in
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.embedding_types import KnownModel
from musicsim.library.types import Track
from musicsim.playlists.generators.similar import similar_tracks
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.result import SimilarTracks
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest, Portion
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.finding.selection import SelectedSearch, Selection
from musicsim.services.models.models import Models
from musicsim.similarity.space import Vectors
from musicsim.worker.client import Refused, WorkerClient
from musicsim.worker.protocol import EmbeddedTrack, EmbedTrack

_FIRST_READ = 64
"""Tracks that are read at first; each time, twice as many as before."""


class Finding:
    """Searches for similar tracks; every query returns a Future at once.

    Parameters
    ----------
    catalogue
        The tracks.
    models
        The models, and which one listens.
    banned
        What no list contains, whatever its rules.
    nearest
        Finds the nearest tracks.
    index
        The index on disk, for libraries too large for memory.
    worker
        Embeds files that are not in the library.
    events
        Receives the track that should be embedded next.
    thread
        Runs the queries, one after the other.

    Attributes
    ----------
    nearest, index
        The parameters.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        models: Models,
        banned: BannedTracks,
        nearest: Nearest,
        index: IndexSync,
        worker: WorkerClient,
        events: Events,
        thread: Executor,
    ) -> None:
        self._catalogue = catalogue
        self._models = models
        self._banned = banned
        self.nearest = nearest
        self.index = index
        self._worker = worker
        self._events = events
        self._thread = thread

    @property
    def model(self) -> KnownModel:
        """The model whose embeddings are searched."""
        return self.nearest.model

    def warm_up(self) -> None:
        """Read the points now, in the background, so that the first query is as quick as any other."""
        self._thread.submit(self._warm_up)

    def _warm_up(self) -> None:
        # A query reports the error.
        with contextlib.suppress(MusicsimError):
            self._banned.all()

    def similar(
        self, track_id: int, *, rules: Rules | None = None, limit: int = 50
    ) -> Future[SimilarTracks]:
        """Return the tracks most similar to one of the library; `NotEmbedded` if it is not embedded yet."""
        return self._thread.submit(self._similar, track_id, rules or Rules(), limit)

    def nearest_among(self, track_id: int, ids: Collection[int]) -> Future[int | None]:
        """Return the track among `ids` that is nearest to one of the library; None if none is embedded."""
        return self._thread.submit(self._nearest_among, track_id, ids)

    def similar_to_file(
        self, path: Path, *, rules: Rules | None = None, limit: int = 50
    ) -> Future[SimilarTracks]:
        """Return the library's tracks most similar to any audio file, which is embedded but not added.

        `MusicsimError` if the file can't be decoded or has no sound.
        """
        return self._thread.submit(self._similar_to_file, path, rules or Rules(), limit)

    def bans(self) -> Future[Bans]:
        """Return everything that is banned; the same object until something else is."""
        return self._thread.submit(self._banned.all)

    def with_bans(self, rules: Rules) -> Rules:
        """Return rules with everything that is banned."""
        return replace(rules, bans=self._banned.all())

    def selection(self, rules: Rules) -> Selection:
        """Return which tracks the filters of a list admit."""
        return Selection(self._catalogue, rules)

    def candidates(
        self, point: Vectors, selection: Selection, known: dict[int, Track] | None = None
    ) -> Iterator[Candidate]:
        """Yield every embedded track of a selection, ordered by distance from a point (D,), with what the rules need.

        Iterate while holding `nearest.steady`.

        Parameters
        ----------
        point
            The point.
        selection
            What the list's filters admit; it is told of what is passed over.
        known
            Tracks by their ids that were read already; those that are read now are added.
        """
        search = selection.search()
        return self._read(
            self.nearest.nearest(point, search), search, {} if known is None else known
        )

    def candidates_of_each(
        self, points: Vectors, selection: Selection, known: dict[int, Track]
    ) -> list[Iterator[Candidate]]:
        """Return what `candidates` yields for each of several points (M, D); quicker than one by one."""
        searches = [selection.search() for _ in points]
        found = self.nearest.nearest_of_each(points, searches)
        return [self._read(*each, known) for each in zip(found, searches, strict=True)]

    def _read(
        self, portions: Iterable[Portion], search: SelectedSearch, known: dict[int, Track]
    ) -> Iterator[Candidate]:
        read = _FIRST_READ
        for portion in portions:
            # Comparing all points is quicker than reading some hundred tracks, of which a few are looked at.
            start, count = 0, len(portion.track_ids)
            while start < count:
                neighbours = portion.at(np.arange(start, min(start + read, count)))
                start, read = start + read, 2 * read
                unread = [n.track_id for n in neighbours if n.track_id not in known]
                known.update((track.id, track) for track in self._catalogue.tracks.by_id(unread))
                for neighbour in neighbours:
                    track = known.get(neighbour.track_id)
                    if track is not None:
                        yield Candidate(track, neighbour.cosine, neighbour.point)
                        # The caller has looked at it, and wants more.
                        search.reached = neighbour.cosine
        search.reached = -np.inf

    def _similar(self, track_id: int, rules: Rules, limit: int) -> SimilarTracks:
        seed = next(iter(self._catalogue.tracks.by_id([track_id])), None)
        if seed is None:
            raise NotEmbedded("This track is not in the library any more.")
        self.nearest.prepare()
        with self.nearest.steady():
            try:
                point = self.nearest.point_of(track_id)
            except NotEmbedded:
                self._events.emit(TrackWanted(track_id))
                raise
            return self._near(seed, point, rules, limit)

    def _near(self, seed: Track | None, point: Vectors, rules: Rules, limit: int) -> SimilarTracks:
        selection = self.selection(rules)
        found = similar_tracks(
            seed,
            point,
            self.candidates(point, selection),
            rules=self.with_bans(rules),
            limit=limit,
        )
        exempt = () if seed is None else (seed.id,)
        hidden, left_out = selection.hidden_beside(found.hidden, found.left_out, exempt)
        return replace(found, hidden=hidden, left_out=left_out)

    def _nearest_among(self, track_id: int, ids: Collection[int]) -> int | None:
        wanted = np.fromiter(set(ids) - {track_id}, np.int64)
        self.nearest.prepare()
        with self.nearest.steady():
            point = self.nearest.point_of(track_id)
            for portion in self.nearest.nearest(point):
                if len(found := portion.track_ids[np.isin(portion.track_ids, wanted)]):
                    return int(found[0])
        return None

    def _similar_to_file(self, path: Path, rules: Rules, limit: int) -> SimilarTracks:
        model, pooled = self._embed(path)
        self.nearest.prepare()
        with self.nearest.steady():
            if model == self.model:
                return self._near(None, self.nearest.point_for(pooled), rules, limit)
        # Another model took over while the file was being embedded.
        return self._similar_to_file(path, rules, limit)

    def _embed(self, path: Path) -> tuple[KnownModel, Vectors]:
        """Embed a file with the searched model; return the model and the pooled embedding."""
        model, worker = self.model, self._worker
        if self._models.listening != model:
            # A temporary worker, since the other one uses the model that listens.
            settings = replace(
                worker.settings,
                weights=model.weights.absolute(),
                input_repr=cast(InputRepr | None, model.input_repr),
                embedding_size=model.embedding_size,
                sha256=digest_in(model.identity),
            )
            worker = WorkerClient(settings)
        try:
            answer: EmbeddedTrack = worker.request(EmbedTrack(path.absolute(), SETTLED)).result()
        except Refused as refused:
            raise MusicsimError(
                f"{display_path(path)}: {refused}. Choose a file that a player can play."
            ) from refused
        finally:
            if worker is not self._worker:
                worker.close()
        return model, pool(answer.vectors)

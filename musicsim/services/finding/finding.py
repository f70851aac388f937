"""What sounds similar: from a track or a file to an answer with its rules."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import cast

from musicsim.audio import SETTLED
from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, TrackWanted
from musicsim.embedding import InputRepr, pool
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import KnownModel, Track
from musicsim.playlists.generators.similar import Candidate, similar_tracks
from musicsim.playlists.result import SimilarTracks
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.models.models import Models
from musicsim.similarity.space import Vectors
from musicsim.worker.client import Refused, WorkerClient
from musicsim.worker.protocol import EmbeddedTrack, EmbedTrack


class Finding:
    """Answers what is similar; every question returns a Future at once.

    Parameters
    ----------
    catalogue
        What is known of the tracks.
    models
        Which model listens.
    nearest
        Finds the nearest tracks.
    index
        What it asks where the points are too many for memory.
    worker
        Embeds files that are not in the library.
    events
        Told which track somebody would like to have embedded next.
    thread
        Where the answers are found, one after the other.

    Attributes
    ----------
    nearest, index
        As given.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        models: Models,
        nearest: Nearest,
        index: IndexSync,
        worker: WorkerClient,
        events: Events,
        thread: Executor,
    ) -> None:
        self._catalogue = catalogue
        self._models = models
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
        """Read the points now, in the background, so that the first question is answered as quickly as any other."""
        self._thread.submit(self._warm_up)

    def _warm_up(self) -> None:
        # Whoever asks is told what is wrong.
        with contextlib.suppress(MusicsimError), self.nearest.steady():
            pass

    def similar(
        self, track_id: int, *, rules: Rules | None = None, limit: int = 50
    ) -> Future[SimilarTracks]:
        """The tracks most similar to one of the library; `NotEmbedded` if it has not been listened to yet."""
        return self._thread.submit(self._similar, track_id, rules or Rules(), limit)

    def nearest_among(self, track_id: int, ids: Collection[int]) -> Future[int | None]:
        """The track of these that is nearest to one of the library; None if none of them was listened to."""
        return self._thread.submit(self._nearest_among, track_id, ids)

    def similar_to_file(
        self, path: Path, *, rules: Rules | None = None, limit: int = 50
    ) -> Future[SimilarTracks]:
        """The library's tracks most similar to any audio file, which is embedded and not added.

        `MusicsimError` if the file can't be decoded or has no sound.
        """
        return self._thread.submit(self._similar_to_file, path, rules or Rules(), limit)

    def candidates(self, point: Vectors) -> Iterator[Candidate]:
        """Every embedded track from the nearest to a point (D,) on, with what the rules need to know of it.

        To be taken while `nearest.steady` is held.
        """
        for neighbours in self.nearest.nearest(point):
            tracks = self._catalogue.tracks.by_id(n.track_id for n in neighbours)
            known: dict[int, Track] = {track.id: track for track in tracks}
            for neighbour in neighbours:
                track = known.get(neighbour.track_id)
                # What lies on a disk that is not connected can't be played now.
                if track is not None and not track.missing:
                    yield Candidate(track, neighbour.cosine, neighbour.point)

    def _similar(self, track_id: int, rules: Rules, limit: int) -> SimilarTracks:
        seed = next(iter(self._catalogue.tracks.by_id([track_id])), None)
        if seed is None:
            raise NotEmbedded("This track is not in the library any more.")
        self.nearest.prepare()
        with self.nearest.steady():
            try:
                point = self.nearest.point_of(track_id)
            except NotEmbedded:
                if seed.problem:
                    raise NotEmbedded(f"{seed.name}: {seed.problem}.") from None
                self._events.emit(TrackWanted(track_id))
                raise
            return similar_tracks(seed, point, self.candidates(point), rules=rules, limit=limit)

    def _nearest_among(self, track_id: int, ids: Collection[int]) -> int | None:
        wanted = set(ids) - {track_id}
        self.nearest.prepare()
        with self.nearest.steady():
            point = self.nearest.point_of(track_id)
            for portion in self.nearest.nearest(point):
                for neighbour in portion:
                    if neighbour.track_id in wanted:
                        return neighbour.track_id
        return None

    def _similar_to_file(self, path: Path, rules: Rules, limit: int) -> SimilarTracks:
        model, pooled = self._embed(path)
        self.nearest.prepare()
        with self.nearest.steady():
            if model == self.model:
                point = self.nearest.point_for(pooled)
                return similar_tracks(None, point, self.candidates(point), rules=rules, limit=limit)
        # Another one took over while the file was being embedded.
        return self._similar_to_file(path, rules, limit)

    def _embed(self, path: Path) -> tuple[KnownModel, Vectors]:
        """Embed a file as the searched model does; gives that, too."""
        model, worker = self.model, self._worker
        if self._models.listening != model:
            # One for the moment: the other is loaded with the model that listens.
            settings = replace(
                worker.settings,
                weights=model.weights,
                input_repr=cast(InputRepr | None, model.input_repr),
                embedding_size=model.embedding_size,
            )
            worker = WorkerClient(settings)
        try:
            answer: EmbeddedTrack = worker.request(EmbedTrack(path, SETTLED)).result()
        except Refused as refused:
            raise MusicsimError(
                f"{display_path(path)}: {refused}. Choose a file that a player can play."
            ) from refused
        finally:
            if worker is not self._worker:
                worker.close()
        return model, pool(answer.vectors)

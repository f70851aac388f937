"""What sounds similar, and playlists of it: from a track, a file or several tracks to an answer with its rules."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from pathlib import Path

from musicsim.audio import SETTLED
from musicsim.embedding import pool
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import KnownModel, Track
from musicsim.playlists.generators.similar import (
    Candidate,
    GeneratedPlaylist,
    SimilarTracks,
    playlist_from,
    similar_tracks,
)
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import NotEmbedded, mean_point
from musicsim.services.models.models import Models
from musicsim.similarity.space import Vectors
from musicsim.worker.client import WorkerClient
from musicsim.worker.protocol import EmbeddedTrack, EmbedTrack, WorkerSettings


class Finder:
    """Finds similar tracks and makes playlists; every method waits for its answer, and may be called in any thread.

    Parameters
    ----------
    catalogue
        What is known of the tracks.
    models
        Which model listens.
    search
        Finds the nearest tracks.
    worker
        Embeds files that are not in the library.
    worker_settings
        Those of a worker with another model.
    prefer
        Told which track, by id, somebody would like to have embedded next.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        models: Models,
        search: Nearest,
        worker: WorkerClient,
        worker_settings: Callable[[KnownModel], WorkerSettings],
        prefer: Callable[[int], object],
    ) -> None:
        self._catalogue = catalogue
        self._models = models
        self._search = search
        self._worker = worker
        self._worker_settings = worker_settings
        self._prefer = prefer

    def similar(
        self, track_id: int, *, rules: Rules | None = None, limit: int = 50
    ) -> SimilarTracks:
        """The tracks most similar to one of the library; `NotEmbedded` if it has not been listened to yet."""
        seed = next(iter(self._catalogue.tracks.by_id([track_id])), None)
        if seed is None:
            raise NotEmbedded("This track is not in the library any more.")
        self._search.prepare()
        with self._search.steady():
            try:
                point = self._search.point_of(track_id)
            except NotEmbedded:
                if seed.problem:
                    raise NotEmbedded(f"{seed.name}: {seed.problem}.") from None
                self._prefer(track_id)
                raise
            return similar_tracks(
                seed, point, self._candidates(point), rules=rules or Rules(), limit=limit
            )

    def nearest_among(self, track_id: int, ids: Collection[int]) -> int | None:
        """The track of these that is nearest to one of the library; None if none of them was listened to."""
        wanted = set(ids) - {track_id}
        self._search.prepare()
        with self._search.steady():
            point = self._search.point_of(track_id)
            for portion in self._search.nearest(point):
                for neighbour in portion:
                    if neighbour.track_id in wanted:
                        return neighbour.track_id
        return None

    def similar_to_file(
        self, path: Path, *, rules: Rules | None = None, limit: int = 50
    ) -> SimilarTracks:
        """The library's tracks most similar to any audio file, which is embedded and not added.

        Raises
        ------
        Refused
            If the file can't be decoded or has no sound.
        """
        model, pooled = self._embed(path)
        self._search.prepare()
        with self._search.steady():
            if model != self._search.model:
                # It took over while the file was being embedded.
                return self.similar_to_file(path, rules=rules, limit=limit)
            point = self._search.point_for(pooled)
            return similar_tracks(
                None, point, self._candidates(point), rules=rules or Rules(), limit=limit
            )

    def playlist(
        self,
        seed_ids: Sequence[int],
        *,
        rules: Rules,
        length: int = 25,
        minutes: float | None = None,
        rng_seed: int | None = None,
    ) -> GeneratedPlaylist:
        """Make a playlist from tracks of the library. See `playlists.generate.playlist_from`."""
        tracks = self._catalogue.tracks.by_id(dict.fromkeys(seed_ids))
        self._search.prepare()
        with self._search.steady():
            seeds = [(track, self._search.point_of(track.id)) for track in tracks]
            middle = mean_point(point for _, point in seeds)
            return playlist_from(
                seeds,
                self._candidates(middle),
                rules=rules,
                length=length,
                minutes=minutes,
                rng_seed=rng_seed,
            )

    def _embed(self, path: Path) -> tuple[KnownModel, Vectors]:
        """Embed a file as the searched model does; gives that, too."""
        model, worker = self._search.model, self._worker
        if self._models.listening != model:
            # One for the moment: the other is loaded with the model that listens.
            worker = WorkerClient(self._worker_settings(model))
        try:
            answer: EmbeddedTrack = worker.request(EmbedTrack(path, SETTLED)).result()
        finally:
            if worker is not self._worker:
                worker.close()
        return model, pool(answer.vectors)

    def _candidates(self, point: Vectors) -> Iterator[Candidate]:
        """Every embedded track from the nearest to a point on, with what the rules need to know of it."""
        for neighbours in self._search.nearest(point):
            tracks = self._catalogue.tracks.by_id(n.track_id for n in neighbours)
            known: dict[int, Track] = {track.id: track for track in tracks}
            for neighbour in neighbours:
                track = known.get(neighbour.track_id)
                # What lies on a disk that is not connected can't be played now.
                if track is not None and not track.missing:
                    yield Candidate(track, neighbour.cosine, neighbour.point)

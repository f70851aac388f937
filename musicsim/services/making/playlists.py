"""Playlists from seeds."""

from __future__ import annotations

import enum
import random
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import Track
from musicsim.playlists.flow import order_by_flow
from musicsim.playlists.generators.journey import journey_through
from musicsim.playlists.generators.similar import playlist_from
from musicsim.playlists.neighbourhood import away_from, mean_point
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.opinions import Opinions
from musicsim.similarity.space import Vectors


class Mode(enum.StrEnum):
    """A way of making a playlist."""

    SIMILAR = "similar"
    """The tracks nearest to the middle of the seeds."""
    JOURNEY = "journey"
    """From the first seed through the others to the last."""
    MIX = "mix"
    """Near some tracks, and away from others."""


class Order(enum.StrEnum):
    """The order of a playlist."""

    FOUND = "found"
    """As the mode gives it: the most similar first, or from stop to stop."""
    FLOW = "flow"
    """Each track sounds like the next."""
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class PlaylistRequest:
    """A playlist to make.

    Attributes
    ----------
    seeds
        The ids of the tracks that it is made from.
    mode, order, rules
        How it is made.
    length, minutes
        The number of tracks, or the length instead.
    less
        The ids of tracks that it should not sound like.
    variety
        From 0, the nearest tracks, to 1, tracks of a wide neighbourhood that sound unlike each other. Not for journeys.
    rng_seed
        The same number gives the same playlist; None the nearest tracks.
    """

    seeds: Sequence[int]
    mode: Mode = Mode.SIMILAR
    order: Order = Order.FOUND
    rules: Rules = field(default_factory=Rules)
    length: int = 25
    minutes: float | None = None
    less: Sequence[int] = ()
    variety: float = 0.0
    rng_seed: int | None = None


class PlaylistMaker:
    """Makes playlists; every method returns a Future at once.

    Parameters
    ----------
    catalogue
        The tracks.
    opinions
        What the listener banned.
    finding
        Finds similar tracks.
    thread
        Makes the playlists, one after the other.
    """

    def __init__(
        self, catalogue: Catalogue, opinions: Opinions, finding: Finding, thread: Executor
    ) -> None:
        self._catalogue = catalogue
        self._opinions = opinions
        self._finding = finding
        self._thread = thread

    def make(self, request: PlaylistRequest) -> Future[GeneratedPlaylist]:
        """Return a playlist; `NotEmbedded` if one of the tracks that it is made from is not embedded yet.

        `MusicsimError` if a journey has less than two of them.
        """
        return self._thread.submit(self._make, request)

    def in_flow(self, track_ids: Sequence[int]) -> Future[list[int]]:
        """Return tracks in an order in which each sounds like the next; those that are not embedded stay at the end."""
        return self._thread.submit(self._in_flow, track_ids)

    def _make(self, request: PlaylistRequest) -> GeneratedPlaylist:
        nearest = self._finding.nearest
        nearest.prepare()
        with nearest.steady():
            seeds = self._stops(request.seeds)
            made = (
                self._journey(seeds, request)
                if request.mode is Mode.JOURNEY
                else self._around(seeds, request)
            )
            return self._ordered(made, request)

    def _stops(self, track_ids: Sequence[int]) -> list[tuple[Track, Vectors]]:
        tracks = self._catalogue.tracks.by_id(dict.fromkeys(track_ids))
        return [(track, self._finding.nearest.point_of(track.id)) for track in tracks]

    def _journey(
        self, stops: Sequence[tuple[Track, Vectors]], request: PlaylistRequest
    ) -> GeneratedPlaylist:
        if len(stops) < 2:
            raise MusicsimError("A journey needs two tracks: where it begins, and where it ends.")
        return journey_through(
            stops,
            self._finding,
            rules=self._opinions.added_to(request.rules),
            length=request.length,
            minutes=request.minutes,
            rng_seed=request.rng_seed,
        )

    def _around(
        self, seeds: Sequence[tuple[Track, Vectors]], request: PlaylistRequest
    ) -> GeneratedPlaylist:
        middle = mean_point(np.stack([point for _, point in seeds]))
        less = self._stops(request.less)
        if less:
            middle = away_from(middle, np.stack([point for _, point in less]))
        unwanted = {track.id for track, _ in less}
        return playlist_from(
            seeds,
            (each for each in self._finding.candidates(middle) if each.track.id not in unwanted),
            rules=self._opinions.added_to(request.rules),
            length=request.length,
            minutes=request.minutes,
            rng_seed=request.rng_seed,
            variety=request.variety,
            mode=request.mode.value,
        )

    def _ordered(self, made: GeneratedPlaylist, request: PlaylistRequest) -> GeneratedPlaylist:
        matches = list(made.matches)
        if request.order is Order.FOUND or len(matches) < 3:
            return made
        # The list begins with its seed, and a journey ends with its last.
        last = len(matches) - 1 if request.mode is Mode.JOURNEY else None
        if request.order is Order.FLOW:
            points = np.stack([self._finding.nearest.point_of(m.track.id) for m in matches])
            rows = order_by_flow(points, first=0, last=last)
        else:
            middle = list(range(1, len(matches) if last is None else last))
            random.Random(request.rng_seed).shuffle(middle)
            rows = [0, *middle, *([] if last is None else [last])]
        return replace(made, matches=tuple(matches[row] for row in rows))

    def _in_flow(self, track_ids: Sequence[int]) -> list[int]:
        nearest = self._finding.nearest
        points: list[Vectors] = []
        embedded: list[int] = []
        rest: list[int] = []
        with nearest.steady():
            for track_id in track_ids:
                try:
                    points.append(nearest.point_of(track_id))
                    embedded.append(track_id)
                except NotEmbedded:
                    rest.append(track_id)
        if len(embedded) > 2:
            embedded = [embedded[row] for row in order_by_flow(np.stack(points), first=0)]
        return [*embedded, *rest]

"""Playlists from seeds."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor, Future

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.playlists.generators.similar import playlist_from
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.points import mean_point
from musicsim.services.opinions import Opinions


class PlaylistMaker:
    """Makes playlists; every method returns a Future at once.

    Parameters
    ----------
    catalogue
        The tracks.
    opinions
        The listener's bans, which no playlist contains but as a seed.
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

    def make(
        self,
        seed_ids: Sequence[int],
        *,
        rules: Rules | None = None,
        length: int = 25,
        minutes: float | None = None,
        rng_seed: int | None = None,
    ) -> Future[GeneratedPlaylist]:
        """Return a playlist of the tracks most similar to some of the library.

        `NotEmbedded` if one of them is not embedded yet. See `playlist_from`.
        """
        return self._thread.submit(
            self._make, seed_ids, rules or Rules(), length, minutes, rng_seed
        )

    def _make(
        self,
        seed_ids: Sequence[int],
        rules: Rules,
        length: int,
        minutes: float | None,
        rng_seed: int | None,
    ) -> GeneratedPlaylist:
        nearest = self._finding.nearest
        tracks = self._catalogue.tracks.by_id(dict.fromkeys(seed_ids))
        nearest.prepare()
        with nearest.steady():
            seeds = [(track, nearest.point_of(track.id)) for track in tracks]
            middle = mean_point(point for _, point in seeds)
            return playlist_from(
                seeds,
                self._finding.candidates(middle),
                rules=self._opinions.added_to(rules),
                length=length,
                minutes=minutes,
                rng_seed=rng_seed,
            )

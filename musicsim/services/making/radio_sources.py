"""Where a radio gets its tracks from: the catalogue, the points and the history."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice

import numpy as np

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import Track
from musicsim.playlists.neighbourhood import Candidate
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.finding.selection import SelectedSearch
from musicsim.services.making.seeds import Seed
from musicsim.similarity.space import Vectors

RECENT_HOURS = 12.0
"""What was heard so long ago at most doesn't come in a radio: what was on in the morning is not on in the evening."""
_GLIMPSE = 10.0
"""Seconds of a track that must have been heard for that."""
_MOST_RECENT = 500
_MOST_OF_A_SEED = 400
"""Tracks of a seed that are looked at: some that are evenly spread over it."""
_READ_AT_ONCE = 100


class RadioSources:
    """Reads what radios are made from; used under `Nearest.steady`.

    Parameters
    ----------
    catalogue
        The tracks and plays.
    nearest
        The points, and what is near.
    """

    def __init__(self, catalogue: Catalogue, nearest: Nearest) -> None:
        self._catalogue = catalogue
        self._nearest = nearest

    def points_of(self, seed: Seed) -> Iterator[tuple[Track, Vectors]]:
        """Yield the tracks of a seed that are embedded, and their points."""
        for track in self._catalogue.tracks.by_id(dict.fromkeys(some_of(seed.track_ids))):
            if (point := self.point(track.id)) is not None:
                yield track, point

    def has_any_of(self, seed: Seed) -> bool:
        """Return whether a track of a seed is embedded."""
        return any(True for _ in self.points_of(seed))

    def with_points(self, ids: Sequence[int]) -> Iterator[tuple[Track, Vectors | None]]:
        """Yield tracks in this order, with the points of those that are embedded."""
        tracks = {track.id: track for track in self._catalogue.tracks.by_id(dict.fromkeys(ids))}
        for track_id in ids:
            if track_id in tracks:
                yield tracks[track_id], self.point(track_id)

    def point(self, track_id: int) -> Vectors | None:
        """Return a track's point (D,); None if it is not embedded."""
        with suppress(NotEmbedded):
            return self._nearest.point_of(track_id)
        return None

    def recent(self) -> list[int]:
        """Return the tracks that were heard in the last hours, the latest at the end."""
        since = time.time() - 3600 * RECENT_HOURS
        plays = self._catalogue.plays.latest(_MOST_RECENT, heard=_GLIMPSE)
        return [play.track_id for play in reversed(plays) if play.started_at > since]

    def near(
        self,
        point: Vectors,
        is_unwanted: Callable[[int], bool],
        search: SelectedSearch | None = None,
    ) -> Iterator[Candidate]:
        """Yield the tracks nearest to a point that can be played; the catalogue is read only as far as necessary.

        Parameters
        ----------
        search
            Yields what filters admit, if there are any.
        """
        for portion in self._nearest.nearest(point, search):
            ids = portion.track_ids.tolist()
            wanted = (place for place, track_id in enumerate(ids) if not is_unwanted(track_id))
            while read := list(islice(wanted, _READ_AT_ONCE)):
                some = portion.at(np.array(read))
                tracks = self._catalogue.tracks.by_id(each.track_id for each in some)
                known = {track.id: track for track in tracks if not track.missing}
                for each in some:
                    if each.track_id in known:
                        yield Candidate(known[each.track_id], each.cosine, each.point)
                        if search is not None:
                            search.reached = each.cosine
        if search is not None:
            search.reached = -np.inf


def some_of(ids: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of a seed's tracks that are looked at."""
    if len(ids) <= _MOST_OF_A_SEED:
        return tuple(ids)
    rows = np.linspace(0, len(ids) - 1, _MOST_OF_A_SEED).astype(int)
    return tuple(ids[row] for row in rows.tolist())

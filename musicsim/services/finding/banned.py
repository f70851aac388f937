"""Everything that is banned, also as other files of the same recordings: the one place that lists ask."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np

from musicsim.base.events import Event, Events, OpinionsChanged, TracksChanged, TracksRemoved
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import Track
from musicsim.playlists.rules.bans import SAME_RECORDING_COSINE, Bans, may_be_same_recording
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import NotEmbedded
from musicsim.services.opinions import Opinions
from musicsim.similarity.space import Vectors

_MOST_CHANGED = 2000
"""Changed tracks from which on all are compared again."""


class BannedTracks:
    """Finds what may be in no list, and keeps it in step with the library; thread-safe.

    Albums and artists are known by their names, whatever the file. A banned track is also known in other files of its
    recording: in another format, or on another album. These are found once, when the ban or the file is new, since to
    compare some thousand bans with a large library takes seconds.

    Parameters
    ----------
    catalogue, opinions, nearest
        The tracks, what the listener thinks of them, and how they sound.
    events
        Tells what changed.
    """

    def __init__(
        self, catalogue: Catalogue, opinions: Opinions, nearest: Nearest, events: Events
    ) -> None:
        self._catalogue = catalogue
        self._opinions = opinions
        self._nearest = nearest
        self._lock = threading.Lock()
        # Another one than `_lock`, which is held while the catalogue is read: events come from its transactions.
        self._marking = threading.Lock()
        self._changed: set[int] = set()
        self._opinions_are_new = True
        self._model = ""
        self._bans = Bans()
        self._by_themselves: frozenset[int] = frozenset()
        self._copies: dict[int, frozenset[int]] = {}
        """The other files of each banned track's recording."""
        events.subscribe(self._follow)

    def all(self) -> Bans:
        """Return everything that is banned, with the other files of banned tracks among the tracks.

        As long as nothing changes, it is the same object, and nobody waits for it, even while a long list is made.
        """
        with self._lock:
            if not self._is_behind():
                return self._bans
        with self._nearest.steady(), self._lock:
            try:
                self._catch_up()
            except BaseException:
                # What changed is known no more: the next time, all is found again.
                self._model = ""
                raise
            return self._bans

    def _follow(self, event: Event) -> None:
        with self._marking:
            if isinstance(event, OpinionsChanged):
                self._opinions_are_new = True
            elif isinstance(event, TracksChanged):
                self._changed.update(event.track_ids)
            elif isinstance(event, TracksRemoved):
                self._changed.update(event.track_ids)
                # Opinions move to a track that this one turned out to be, or that sounds the same.
                self._opinions_are_new = True

    def _is_behind(self) -> bool:
        with self._marking:
            is_marked = self._opinions_are_new or bool(self._changed)
        return is_marked or self._nearest.model.identity != self._model

    def _catch_up(self) -> None:
        with self._marking:
            changed, self._changed = self._changed, set()
            opinions_are_new, self._opinions_are_new = self._opinions_are_new, False
        if changed and not self._nearest.is_current():
            # Of these tracks, some points may come only when nobody holds them constant any more.
            with self._marking:
                self._changed |= changed
        if self._nearest.model.identity != self._model or len(changed) > _MOST_CHANGED:
            self._model = self._nearest.model.identity
            self._copies.clear()
            opinions_are_new = True
        if not (opinions_are_new or changed):
            return
        bans = self._opinions.bans()
        # Of albums and artists, other files are other tracks of theirs.
        self._by_themselves = self._opinions.tracks(Opinion.BANNED)
        known = {i: self._copies[i] for i in self._by_themselves & self._copies.keys() - changed}
        self._copies = known
        if known and changed:
            self._add_changed(changed)
        if unknown := self._by_themselves - known.keys():
            self._copies |= dict.fromkeys(unknown, frozenset())
            points_of = self._points_of(unknown)
            for (track, _), found in zip(
                points_of,
                self._nearest.within(_stacked(points_of), SAME_RECORDING_COSINE),
                strict=True,
            ):
                self._copies[track.id] = self._same(track, found)
        bans = replace(bans, track_ids=bans.track_ids.union(*self._copies.values()))
        if bans != self._bans:
            self._bans = bans

    def _add_changed(self, changed: Collection[int]) -> None:
        """Find out whether tracks that are new, or others by now, are files of banned recordings."""
        banned, others = self._points_of(self._copies), self._points_of(changed)
        near = (
            _stacked(others) @ _stacked(banned).T > SAME_RECORDING_COSINE
            if banned and others
            else None
        )
        for column, (track, _) in enumerate(banned):
            same = self._copies[track.id] - set(changed)
            if near is not None:
                rows = np.flatnonzero(near[:, column]).tolist()
                same |= self._same(track, [others[row][0].id for row in rows])
            self._copies[track.id] = same

    def _same(self, track: Track, track_ids: Iterable[int]) -> frozenset[int]:
        """Return which of some tracks that sound the same are files of the same recording by their tags, too."""
        others = self._catalogue.tracks.by_id(i for i in track_ids if i != track.id)
        return frozenset(other.id for other in others if may_be_same_recording(track, other))

    def _points_of(self, track_ids: Iterable[int]) -> list[tuple[Track, Vectors]]:
        """Return tracks with their points, also of those on a disk that is not connected."""
        tracks = list(self._catalogue.tracks.by_id(track_ids))
        places, points = self._nearest.points_of([track.id for track in tracks])
        found = dict(zip(places.tolist(), points, strict=True))
        for place, track in enumerate(tracks):
            if place not in found and track.missing:
                with suppress(NotEmbedded):
                    found[place] = self._nearest.point_of(track.id)
        return [(track, found[place]) for place, track in enumerate(tracks) if place in found]


def _stacked(points_of: Sequence[tuple[Track, Vectors]]) -> Vectors:
    return (
        np.stack([point for _, point in points_of]) if points_of else np.zeros((0, 0), np.float32)
    )

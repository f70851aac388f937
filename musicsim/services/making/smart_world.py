"""What the rules of smart playlists need to know of a library: its facts, kept in step, and what surrounds them."""

from __future__ import annotations

import datetime
import math
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from musicsim.base.events import (
    Event,
    Events,
    OpinionsChanged,
    PlaysChanged,
    TracksChanged,
    TracksRemoved,
)
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.track_facts import PlayFacts, TrackFacts
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.smart.facts import Facts, Mask, Rows
from musicsim.playlists.smart.matching import beginning_of, today
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.nearest import Nearest
from musicsim.services.opinions import Opinions
from musicsim.similarity.space import Vectors

LATELY = 8
"""Tracks that count as played lately."""

Members = Callable[[str], Collection[int] | None]
"""Returns the tracks of the playlist of a name; None if there is none, or it refers to itself."""


@dataclass(frozen=True, slots=True)
class Moment:
    """The time for which rules are evaluated."""

    now: float
    zone: datetime.tzinfo | None = None

    @property
    def midnight(self) -> float:
        """The beginning of the day."""
        return beginning_of(today(self), self.zone)


class LibraryFacts:
    """The facts about all tracks of a library, brought in step at every access; thread-safe.

    Parameters
    ----------
    catalogue, opinions, banned
        The source of truth.
    events
        Tells what changed.
    """

    def __init__(
        self, catalogue: Catalogue, opinions: Opinions, banned: BannedTracks, events: Events
    ) -> None:
        self._catalogue = catalogue
        self._opinions = opinions
        self._banned = banned
        self._lock = threading.RLock()
        # Another one than `_lock`, which is held while the catalogue is read: events come from its transactions.
        self._marking = threading.Lock()
        self._changed: set[int] = set()
        self._tracks: dict[int, TrackFacts] = {}
        self._folds: dict[str, str] = {}
        self._bare: Facts | None = None
        self._latest: dict[float, Facts] = {}
        self._plays: dict[float, dict[int, PlayFacts]] = {}
        self._played: set[int | None] = set()
        self._liked: Collection[int] | None = None
        self._forbidden: dict[int, bool] = {}
        self._forbade: Bans | None = None
        self._opinions_are_new = False
        self._unsubscribe = events.subscribe(self._follow)

    def close(self) -> None:
        """Follow no more changes."""
        self._unsubscribe()

    def at(self, before: float) -> Facts:
        """Return the facts as of a time, in seconds since the epoch: later plays don't count."""
        with self._lock:
            self._catch_up()
            if before not in self._latest:
                assert self._bare is not None
                if self._liked is None:
                    self._liked = self._opinions.tracks(Opinion.LIKED)
                if before not in self._plays:
                    # Of yesterday there is no need any more.
                    for other in [other for other in self._plays if math.isfinite(other)]:
                        del self._plays[other]
                        self._latest.pop(other, None)
                    self._plays[before] = self._count(None, before)
                self._latest[before] = self._bare.with_history(self._plays[before], self._liked)
            return self._latest[before]

    def _count(self, track_ids: Collection[int] | None, before: float) -> dict[int, PlayFacts]:
        counts = self._catalogue.plays.counts(track_ids, before=before)
        return {i: PlayFacts(c.plays, c.skips, c.last_played) for i, c in counts.items()}

    def banned(self, facts: Facts) -> Mask:
        """Return which tracks are banned, by themselves, with their album or with their artist; shape (N,)."""
        bans = self._banned.all()
        with self._lock:
            self._catch_up()
            if bans is not self._forbade:
                self._forbade = bans
                self._forbidden.clear()
            mask = facts.rows_mask(bans.track_ids)
            if not (bans.artists or bans.albums):
                return mask
            unknown = [i for i in facts.ids.tolist() if i not in self._forbidden]
            found = {track.id: track for track in self._catalogue.tracks.by_id(unknown)}
            for track_id in unknown:
                track = found.get(track_id)
                self._forbidden[track_id] = track is not None and bans.forbid(track)
            by_name = (self._forbidden[i] for i in facts.ids.tolist())
            mask |= np.fromiter(by_name, bool, len(facts))
            return mask

    def _follow(self, event: Event) -> None:
        if isinstance(event, TracksChanged | TracksRemoved):
            with self._marking:
                self._changed.update(event.track_ids)
                if isinstance(event, TracksRemoved):
                    # Plays and opinions move to a track that this one turned out to be, or that sounds the same.
                    self._played.add(None)
                    self._opinions_are_new = True
        elif isinstance(event, PlaysChanged):
            with self._marking:
                self._played.update(event.track_ids or (None,))
        elif isinstance(event, OpinionsChanged):
            with self._marking:
                self._opinions_are_new = True

    def _catch_up(self) -> None:
        with self._marking:
            changed, self._changed = self._changed, set()
            played, self._played = self._played, set()
            opinions_are_new, self._opinions_are_new = self._opinions_are_new, False
        if opinions_are_new:
            self._liked = None
        if played:
            self._count_again(played)
        if self._bare is None or (changed and self._read_again(changed)):
            self._bare = self._read()
            self._latest.clear()
        if opinions_are_new or played:
            self._latest.clear()

    def _count_again(self, played: set[int | None]) -> None:
        if None in played:
            self._plays.clear()
            return
        track_ids = [track_id for track_id in played if track_id is not None]
        for before, plays in self._plays.items():
            counted = self._count(track_ids, before)
            # Facts may still be looking at the earlier ones.
            kept = {i: each for i, each in plays.items() if i not in played}
            self._plays[before] = kept | counted

    def _read_again(self, changed: Collection[int]) -> bool:
        """Read some tracks again; return whether their facts are others."""
        found = {track.id: track for track in self._catalogue.facts.by_id(changed)}
        if all(self._tracks.get(i) == found.get(i) for i in changed):
            return False
        for track_id in changed:
            self._forbidden.pop(track_id, None)
            self._tracks.pop(track_id, None)
        self._tracks.update(found)
        return True

    def _read(self) -> Facts:
        if not self._tracks:
            self._tracks = {track.id: track for track in self._catalogue.facts.all()}
        tracks = [self._tracks[i] for i in sorted(self._tracks)]
        if len(self._folds) > 4 * len(tracks) + 1000:
            self._folds.clear()
        return Facts(tracks, folds=self._folds)


class LibraryWorld:
    """What surrounds the facts while one smart playlist is evaluated; see `playlists.smart.choosing.World`.

    Attributes
    ----------
    unheard
        Whether a track that the list should sound like has not been listened to.
    nothing_lately
        Whether nothing was played that the list could sound like.
    lost
        The names of playlists that the rules refer to in vain.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        nearest: Nearest,
        facts: Facts,
        moment: Moment,
        members: Members,
        *,
        daily: bool,
    ) -> None:
        self._catalogue = catalogue
        self._nearest = nearest
        self._facts = facts
        self._moment = moment
        self._members = members
        self._daily = daily
        self._likeness: dict[tuple[int, ...] | None, npt.NDArray[np.float64]] = {}
        self.unheard = False
        self.nothing_lately = False
        self.lost: dict[str, None] = {}

    @property
    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._moment.now

    @property
    def zone(self) -> datetime.tzinfo | None:
        """The time zone in which days begin."""
        return self._moment.zone

    def likeness(self, track_ids: tuple[int, ...] | None) -> npt.NDArray[np.float64]:
        """Return how similar each track is to the nearest of some, or of those played lately; shape (N,)."""
        if track_ids not in self._likeness:
            self._likeness[track_ids] = self._find_likeness(track_ids)
        return self._likeness[track_ids]

    def _find_likeness(self, track_ids: tuple[int, ...] | None) -> npt.NDArray[np.float64]:
        likeness = np.full(len(self._facts), np.nan)
        seeds = self._lately() if track_ids is None else track_ids
        places, points = self._nearest.points_of(seeds)
        if track_ids is None:
            self.nothing_lately = not len(places)
        else:
            self.unheard |= len(places) < len(set(seeds))
        if len(places):
            ids, cosines = self._nearest.nearness(points)
            rows = np.searchsorted(self._facts.ids, ids)
            is_here = rows < len(self._facts)
            is_here[is_here] = self._facts.ids[rows[is_here]] == ids[is_here]
            likeness[rows[is_here]] = cosines[is_here]
        return likeness

    def _lately(self) -> list[int]:
        plays = self._catalogue.plays
        if self._daily and (found := plays.last_played(LATELY, before=self._moment.midnight)):
            return found
        # On the first day there is nothing else.
        return plays.last_played(LATELY)

    def members(self, name: str) -> Collection[int]:
        """Return the tracks in a playlist."""
        found = self._members(name)
        if found is None:
            self.lost[name] = None
            return ()
        return found

    def points(self, track_ids: Sequence[int]) -> tuple[Rows, Vectors]:
        """Return which of some tracks have a point, as places in the sequence, and these points."""
        return self._nearest.points_of(track_ids)


def system_moment() -> Moment:
    """Return now, in the system's time zone."""
    return Moment(time.time())

"""The library's own groups: found in the background, named, and kept as the listener wants them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, GroupsChanged, GroupsProgress, GroupStep
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import FoundGroup, Group, Track
from musicsim.playlists.generators.groups import cover_tracks, name_groups, says_little
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.nearest import Nearest
from musicsim.similarity.clustering import Clusters, cluster, cluster_count
from musicsim.similarity.index.protocol import Ids
from musicsim.similarity.space import Vectors

FEWEST_TRACKS = 30
"""Number of tracks below which a library has no groups."""
_BREATH = 0.001
"""Seconds of rest after each portion of work."""
NAMED_AFTER = 500
"""Tracks of a group, the most typical ones, whose tags make its name."""
LEAST_LEFT = 1 / 3
"""Share of a group's tracks that must have been in it before, or it gets a new name."""


GROWN = 1.1
"""How much larger or smaller the library must be than when its groups were found, for them to be out of date."""
MORE_LIKE = 50
"""Tracks outside a group that sound like it."""
_FOR_COVERS = 200
"""Tracks of a group, the most typical ones, whose covers may stand for it."""
_COVERS = 8
"""Tracks whose covers may stand for a group: some have none."""
_FOUND = "groups.found"
"""The setting that holds the number of tracks when groups were found last, and their model."""


class TooFewTracks(MusicsimError):  # noqa: N818
    """The library is too small for groups."""


class NoGroup(MusicsimError):  # noqa: N818
    """A track is in no group."""


@dataclass(frozen=True, slots=True)
class GroupCard:
    """What a listener sees of a group before it is opened.

    Attributes
    ----------
    id, name, frozen, renamed
        Those of the group.
    count, seconds
        Of the tracks that can be played and are not banned.
    left_out
        The number of the others.
    covers
        Tracks of different albums, the most typical first, whose covers stand for the group if they have any.
    """

    id: int
    name: str
    frozen: bool
    renamed: bool
    count: int
    left_out: int
    seconds: float
    covers: tuple[Track, ...]


class Groups:
    """Finds groups of tracks that sound alike, and keeps them.

    Parameters
    ----------
    catalogue
        The tracks, and the groups that are kept.
    banned
        What no list contains.
    nearest
        The points of the tracks.
    events
        Receives `GroupsChanged`.
    """

    def __init__(
        self, catalogue: Catalogue, banned: BannedTracks, nearest: Nearest, events: Events
    ) -> None:
        self._catalogue = catalogue
        self._banned = banned
        self._nearest = nearest
        self._events = events
        self._closing = threading.Event()
        self._thread = ThreadPoolExecutor(1, "musicsim-groups")
        self._answers = ThreadPoolExecutor(1, "musicsim-group-cards")

    def all(self) -> list[Group]:
        """Return every group, by name."""
        return self._catalogue.groups.all()

    def refresh(self, *, rng_seed: int = 0) -> Future[list[Group]]:
        """Find the groups again in the background, and return all; `TooFewTracks` below 30 tracks.

        Groups that exist already keep their names and most of their tracks. Those that the listener froze stay as
        they are, and those that the listener named are never dropped.

        Parameters
        ----------
        rng_seed
            The same number gives the same groups, if the library and the groups before are the same.
        """
        return self._thread.submit(self._refresh, rng_seed)

    def tracks_of(self, group: Group) -> list[Track]:
        """Return the tracks of a group that can be played and are not banned, the most typical first."""
        return self._playable(group.track_ids)

    def cover_tracks(self, group: Group, count: int = 4) -> list[Track]:
        """Return the tracks whose covers stand for a group: the most typical ones of different albums."""
        return cover_tracks(self._playable(group.track_ids[:_FOR_COVERS]), count)

    def cards(self) -> Future[list[GroupCard]]:
        """Return every group as it is shown, by name; in a large library that takes some seconds.

        Those whose tracks have all left the library are not shown, unless the listener named or froze them.
        """
        return self._answers.submit(self._cards)

    def group_of(self, track_id: int) -> tuple[Group, list[Track]]:
        """Return the group of a track and its tracks, the most typical first.

        A track that came after the groups were found belongs to the one whose middle is nearest.

        Raises
        ------
        NoGroup
            If there are no groups, or none that the track could be compared with.
        NotEmbedded
            If the track is in no group because it has not been listened to.
        """
        groups = {group.id: group for group in self.all()}
        own = self._catalogue.groups.of_track(track_id)
        if own is None or own not in groups:
            own = self._nearest_group(track_id, list(groups.values()))
        return groups[own], self.tracks_of(groups[own])

    def more_like(self, group_id: int, count: int = MORE_LIKE) -> Future[list[Track]]:
        """Return the tracks outside a group that sound like it, the most similar first."""
        return self._answers.submit(self._more_like, group_id, count)

    def due(self) -> Future[bool]:
        """Return whether groups should be found: there are none yet, or the library or its model has changed.

        Never while tracks wait to be listened to: the groups would change with each of them.
        """
        return self._answers.submit(self._are_due)

    def rename(self, group_id: int, name: str) -> None:
        """Give a group a name of the listener's; `PlaylistNameError` if it can't have it."""
        self._catalogue.groups.rename(group_id, name)
        self._events.emit(GroupsChanged())

    def freeze(self, group_id: int) -> None:
        """Keep a group as it is."""
        self._catalogue.groups.set_frozen(group_id, True)
        self._events.emit(GroupsChanged())

    def unfreeze(self, group_id: int) -> None:
        """Let the next refresh change a group."""
        self._catalogue.groups.set_frozen(group_id, False)
        self._events.emit(GroupsChanged())

    def close(self) -> None:
        """Stop the search for groups; those before it stay."""
        self._closing.set()
        self._thread.shutdown(cancel_futures=True)
        self._answers.shutdown(cancel_futures=True)

    def _are_due(self) -> bool:
        counts = self._catalogue.tracks.counts()
        tracks = self._nearest.count()
        # Those of a disk that is not connected may wait for long.
        if counts.pending > counts.unavailable or tracks < FEWEST_TRACKS:
            return False
        if not self._catalogue.groups.count():
            return True
        before, _, model = (self._catalogue.settings.get(_FOUND) or "").partition(" ")
        grouped = int(before) if before.isdecimal() else self._catalogue.groups.count_tracks()
        # Those on a disk that is not connected are still in the library.
        return (
            tracks >= GROWN * grouped
            or GROWN * (tracks + counts.missing + counts.unavailable) <= grouped
            or model not in ("", self._nearest.model.identity)
        )

    def _playable(self, track_ids: Sequence[int]) -> list[Track]:
        bans = self._banned.all()
        tracks = self._catalogue.tracks.by_id(track_ids)
        return [track for track in tracks if not track.missing and not bans.forbid(track)]

    def _cards(self) -> list[GroupCard]:
        groups = self.all()
        return [
            self._card(each) for each in groups if each.track_ids or each.renamed or each.frozen
        ]

    def _card(self, group: Group) -> GroupCard:
        self._give_way()
        tracks = self.tracks_of(group)
        return GroupCard(
            group.id,
            group.name,
            group.frozen,
            group.renamed,
            len(tracks),
            len(group.track_ids) - len(tracks),
            sum(track.tags.duration or 0.0 for track in tracks),
            tuple(cover_tracks(tracks[:_FOR_COVERS], _COVERS)),
        )

    def _nearest_group(self, track_id: int, groups: Sequence[Group]) -> int:
        with self._nearest.steady():
            point = self._nearest.point_of(track_id)
            model = self._nearest.model.identity
        known = [group for group in groups if group.model == model and len(group.track_ids)]
        if not known:
            raise NoGroup(
                "There are no groups yet that this track could belong to: find them first."
            )
        cosines = _centres(known, model, len(point)) @ point
        return known[int(cosines.argmax())].id

    def _more_like(self, group_id: int, count: int) -> list[Track]:
        group = next((group for group in self.all() if group.id == group_id), None)
        found: list[Track] = []
        if group is None or group.model != self._nearest.model.identity:
            return found
        own = np.array(group.track_ids, np.int64)
        with self._nearest.steady():
            for portion in self._nearest.nearest(group.centre):
                others = portion.track_ids[np.isin(portion.track_ids, own, invert=True)]
                found += self._playable(others.tolist())
                if len(found) >= count:
                    break
        return found[:count]

    def _refresh(self, rng_seed: int) -> list[Group]:
        self._events.emit(GroupsProgress(GroupStep.READING, 0))
        copy = self._nearest.copy()
        model, ids, points = copy.model.identity, copy.ids, copy.points
        if len(ids) < FEWEST_TRACKS:
            raise TooFewTracks(self._too_few(len(ids)))
        self._events.emit(GroupsProgress(GroupStep.COMPARING, len(ids)))
        groups = self.all()
        frozen = [group for group in groups if group.frozen]
        # Points at zero are in no cluster. This is a copy of them.
        points[np.isin(ids, [i for group in frozen for i in group.track_ids])] = 0
        earlier, continued = _earlier(groups, ids, model, points)
        found = cluster(
            points,
            ids,
            count=cluster_count(len(ids)) - len(frozen),
            earlier=earlier,
            earlier_centres=_centres(continued, model, points.shape[1]),
            kept=[n for n, group in enumerate(continued) if group.renamed],
            rng_seed=rng_seed,
            step=self._give_way,
        )
        taken = [group.name for group in groups if group.frozen or group.renamed]
        self._store(found, ids, points, continued, taken, model)
        self._catalogue.settings.set(_FOUND, f"{len(ids)} {model}")
        self._events.emit(GroupsChanged())
        return self.all()

    def _store(
        self,
        found: Clusters,
        ids: Ids,
        points: Vectors,
        continued: Sequence[Group],
        taken: Sequence[str],
        model: str,
    ) -> None:
        members = []
        for label, centre in enumerate(found.centres):
            self._give_way()
            rows = np.flatnonzero(found.labels == label)
            cosines = points[rows] @ centre
            members.append(ids[rows[np.lexsort((ids[rows], -cosines))]].tolist())
        before = [continued[n] if n >= 0 else None for n in found.earlier.tolist()]
        self._events.emit(GroupsProgress(GroupStep.NAMING, len(ids)))
        names = self._names(members, before, taken)
        self._events.emit(GroupsProgress(GroupStep.STORING, len(ids)))
        self._catalogue.groups.store(
            [
                FoundGroup(group.id if group else None, name, tuple(tracks), model, centre)
                for group, name, tracks, centre in zip(
                    before, names, members, found.centres, strict=True
                )
            ],
            step=self._give_way,
        )

    def _names(
        self,
        members: Sequence[Sequence[int]],
        before: Sequence[Group | None],
        taken: Sequence[str],
    ) -> list[str]:
        """Return the names of groups: those they have, or new ones."""
        names = [
            group.name if group and _still_fits(group, tracks) else ""
            for group, tracks in zip(before, members, strict=True)
        ]
        nameless = [n for n, name in enumerate(names) if not name or says_little(name)]
        fresh = name_groups(
            [self._catalogue.tracks.by_id(members[n][:NAMED_AFTER]) for n in nameless],
            [*taken, *names],
        )
        for n, name in zip(nameless, fresh, strict=True):
            # One name that says little is no better than another.
            names[n] = names[n] if names[n] and says_little(name) else name
        return names

    def _too_few(self, tracks: int) -> str:
        waiting = self._catalogue.tracks.counts().pending
        more = f", and {waiting} more are waiting" if waiting else ""
        remedy = "wait until they have been listened to" if waiting else "add more music"
        return (
            f"Groups need at least {FEWEST_TRACKS} tracks that have been listened to. This library has {tracks}{more}: "
            f"{remedy}."
        )

    def _give_way(self) -> None:
        """Let other threads calculate and write; end the search if the program ends."""
        # BLAS and the catalogue have locks that this thread would take again before one that waits.
        if self._closing.wait(_BREATH):
            raise CancelledError


def _earlier(
    groups: Sequence[Group], ids: Ids, model: str, points: Vectors
) -> tuple[Ids, list[Group]]:
    """Return the earlier group of each point, -1 for none, and the groups that these numbers mean.

    A group without any of the points is continued only if the listener named it, from its centre.
    """
    order = np.argsort(ids)
    earlier = np.full(len(ids), -1)
    continued: list[Group] = []
    for group in sorted(groups, key=lambda group: group.id):
        if group.frozen:
            continue
        own = np.array(group.track_ids, np.int64)
        places = np.minimum(np.searchsorted(ids, own, sorter=order), len(ids) - 1)
        rows = order[places]
        rows = rows[(ids[rows] == own) & points[rows].any(axis=1)]
        has_centre = group.model == model and group.centre.shape == points.shape[1:]
        if len(rows) or (group.renamed and has_centre):
            earlier[rows] = len(continued)
            continued.append(group)
    return earlier, continued


def _centres(groups: Sequence[Group], model: str, dimensions: int) -> Vectors:
    """Return the stored centres (K, D); zero for those of another model."""
    centres = np.zeros((len(groups), dimensions), np.float32)
    for n, group in enumerate(groups):
        if group.model == model and group.centre.shape == (dimensions,):
            centres[n] = group.centre
    return centres


def _still_fits(group: Group, tracks: Sequence[int]) -> bool:
    """Return whether a group has remained what it was when it got its name."""
    return group.renamed or len(set(group.track_ids) & set(tracks)) >= LEAST_LEFT * len(tracks)

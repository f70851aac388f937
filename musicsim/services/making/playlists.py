"""Playlists from seeds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import Track
from musicsim.playlists.anchors import anchors
from musicsim.playlists.arranging import Order, arrange
from musicsim.playlists.flow import order_by_flow
from musicsim.playlists.generators.journey import journey_through
from musicsim.playlists.generators.route import Stop
from musicsim.playlists.generators.similar import Source, Unwanted, playlist_from
from musicsim.playlists.neighbourhood import Candidate, away_from, mean_point
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.breaches import breaches
from musicsim.playlists.rules.fitting import fitted_to
from musicsim.playlists.rules.relaxing import loosened
from musicsim.playlists.rules.rules import Rules
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.nearby import Nearby
from musicsim.services.finding.points import NotEmbedded, why_not_embedded
from musicsim.services.finding.selection import Selection
from musicsim.services.making.groups import Groups
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import (
    Seed,
    SeedKind,
    Seeds,
    as_seeds,
    contradiction,
    some_of,
)
from musicsim.services.opinions import Opinions
from musicsim.similarity.space import Vectors, similarity


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A seed with the tracks of it that are embedded, and their points (N, D); of a large seed, some of them."""

    seed: Seed
    tracks: list[Track]
    points: Vectors

    @property
    def stops(self) -> list[Stop]:
        return list(zip(self.tracks, self.points, strict=True))


class PlaylistMaker:
    """Makes playlists; every method returns a Future at once.

    Parameters
    ----------
    catalogue
        The tracks.
    opinions
        Knows albums and artists by their names.
    finding
        Finds similar tracks, and knows what is banned.
    groups
        Knows the group of a track.
    thread
        Makes the playlists, one after the other.

    Attributes
    ----------
    seeds
        Finds what a playlist can be made from.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        opinions: Opinions,
        finding: Finding,
        groups: Groups,
        thread: Executor,
    ) -> None:
        self._catalogue = catalogue
        self._finding = finding
        self._groups = groups
        self._thread = thread
        self.seeds = Seeds(catalogue, opinions)

    def make(self, request: PlaylistRequest) -> Future[GeneratedPlaylist]:
        """Return a playlist; `NotEmbedded` if one of the tracks that it is made from is not embedded yet.

        `MusicsimError` if there is no seed, or if a journey has less than two.
        """
        return self._thread.submit(self._make, request)

    def in_flow(
        self, track_ids: Sequence[int], *, first: int | None = 0, last: int | None = None
    ) -> Future[list[int]]:
        """Return tracks in an order in which each sounds like the next; those that are not embedded come after them.

        Parameters
        ----------
        track_ids
            The tracks.
        first, last
            Indices of the tracks that stay at the beginning and at the end; None if any may be there.
        """
        return self._thread.submit(self._in_flow, track_ids, first, last)

    def _make(self, request: PlaylistRequest) -> GeneratedPlaylist:
        nearest = self._finding.nearest
        # A journey has no use for what is unwanted.
        if request.mode is not Mode.JOURNEY and (
            text := contradiction(as_seeds(request.seeds), request.less)
        ):
            raise MusicsimError(text)
        nearest.prepare()
        with nearest.steady():
            seeds = [self._resolve(each) for each in as_seeds(request.seeds)]
            wanted = [each for each in seeds if each.seed.weight > 0]
            if not wanted:
                raise MusicsimError(
                    "A list needs a track, artist, album, genre or playlist to begin with."
                )
            seeding = [track for each in wanted for track in each.tracks]
            rules = fitted_to(self._finding.with_bans(request.rules), seeding)
            request = replace(request, rules=rules)
            selection = self._finding.selection(rules)
            make = self._journey if request.mode is Mode.JOURNEY else self._around
            made = make(seeds, request, selection)
            exempt = {track.id for track in (*seeding, *(m.track for m in made.matches))}
            hidden, left_out = selection.hidden_beside(made.hidden, made.left_out, exempt)
            return self._finished(replace(made, hidden=hidden, left_out=left_out), request)

    def _resolve(self, seed: Seed) -> _Resolved:
        """Return a seed's tracks and points; of several tracks, some may not be embedded yet."""
        tracks: list[Track] = []
        points: list[Vectors] = []
        own = self._catalogue.tracks.by_id(some_of(tuple(dict.fromkeys(seed.track_ids))))
        for track in own:
            if seed.kind is SeedKind.TRACK:
                points.append(self._finding.nearest.point_of(track.id))
                tracks.append(track)
            else:
                with suppress(NotEmbedded):
                    points.append(self._finding.nearest.point_of(track.id))
                    tracks.append(track)
        if not tracks:
            raise why_not_embedded(own, seed.name)
        return _Resolved(seed, tracks, np.stack(points))

    def _journey(
        self, seeds: Sequence[_Resolved], request: PlaylistRequest, selection: Selection
    ) -> GeneratedPlaylist:
        stops = [_stop_of(each, request.rules) for each in seeds if each.seed.weight > 0]
        if len(stops) < 2:
            raise MusicsimError("A journey needs two tracks: where it begins, and where it ends.")
        nearby = Nearby(self._finding, selection)
        kept = dict(zip(sorted(request.kept), self._tracks_of(request.kept), strict=True))
        best: GeneratedPlaylist | None = None
        for rules in loosened(request.rules):
            made = journey_through(
                stops,
                nearby,
                rules=rules,
                length=request.length,
                minutes=request.minutes,
                rng_seed=request.rng_seed,
                kept=kept,
            )
            if best is None or len(made.matches) > len(best.matches):
                best = made
            if (
                len(made.matches) >= request.length
                or made.most is not None
                or (request.minutes is not None and made.duration >= 0.9 * 60 * request.minutes)
            ):
                break
        assert best is not None
        return best

    def _around(
        self, seeds: Sequence[_Resolved], request: PlaylistRequest, selection: Selection
    ) -> GeneratedPlaylist:
        wanted = [each for each in seeds if each.seed.weight > 0]
        less = [each for each in seeds if each.seed.weight <= 0]
        less += [self._resolve(each) for each in as_seeds(request.less)]
        begins = [
            stop
            for each in wanted
            if each.seed.kind is SeedKind.TRACK
            for stop in each.stops
            if _may_begin(stop[0], request.rules)
        ]
        begun = {track.id for track, _ in begins}
        locked = [stop for stop in self._tracks_of(request.kept) if stop[0].id not in begun]
        unwanted = _unwanted(less)
        avoided = {track.id for each in less for track in each.tracks if len(each.tracks) == 1}
        rules = replace(request.rules, without=request.rules.without | avoided)
        made = playlist_from(
            [*begins, *locked],
            self._sources(wanted, unwanted, request, selection),
            rules=rules,
            length=request.length,
            minutes=request.minutes,
            rng_seed=request.rng_seed,
            variety=request.variety,
            mode=request.mode.value,
            unwanted=unwanted,
        )
        near = np.concatenate([each.points for each in wanted])
        kept = {track.id: similarity(float((near @ point).max())) for track, point in locked}
        return replace(
            made,
            seeds=tuple(track for track, _ in begins),
            matches=tuple(
                replace(match, similarity=kept.get(match.track.id, match.similarity))
                for match in made.matches
            ),
        )

    def _sources(
        self,
        wanted: Sequence[_Resolved],
        unwanted: Unwanted | None,
        request: PlaylistRequest,
        selection: Selection,
    ) -> list[Source]:
        """Return where the tracks come from: for a mix, near each seed; otherwise, near their middle."""
        if request.mode is Mode.GROUP:
            return [
                Source(
                    self._of_group(each, request.rules), each.seed.weight, number, each.points[:20]
                )
                for number, each in enumerate(wanted)
            ]
        single = [each for each in wanted if each.seed.kind is SeedKind.TRACK]
        if request.mode is Mode.MIX or len(single) < len(wanted):
            parts = [
                (point, each.seed.weight * share, number)
                for number, each in enumerate(wanted)
                for point, share in anchors(each.points)
            ]
        else:
            parts = [(mean_point(np.concatenate([each.points for each in wanted])), 1.0, 0)]
        sources = []
        for point, weight, number in parts:
            target = point if unwanted is None else away_from(point, unwanted.points)
            seen = np.concatenate([each.points[:20] for each in wanted])
            found = self._candidates(target, point, selection)
            sources.append(Source(found, weight, number, seen))
        return sources

    def _candidates(
        self, target: Vectors, point: Vectors, selection: Selection
    ) -> Iterator[Candidate]:
        """Yield the tracks nearest to a target, each with its nearness to the seed itself."""
        for each in self._finding.candidates(target, selection):
            yield each if target is point else replace(each, cosine=float(each.point @ point))

    def _of_group(self, seed: _Resolved, rules: Rules) -> Iterator[Candidate]:
        """Yield the tracks of the seed's group, the most typical first."""
        centre, point = _stop_of(seed, rules)
        _, tracks = self._groups.group_of(centre.id)
        for track in tracks:
            with suppress(NotEmbedded):
                own = self._finding.nearest.point_of(track.id)
                yield Candidate(track, float(own @ point), own)

    def _tracks_of(self, locked: Mapping[int, int]) -> list[Stop]:
        ids = [track_id for _, track_id in sorted(locked.items())]
        return [stop for i in ids for stop in self._resolve(as_seeds([i])[0]).stops]

    def _finished(self, made: GeneratedPlaylist, request: PlaylistRequest) -> GeneratedPlaylist:
        """Return a list in its order, with the rules that it doesn't keep."""
        matches = list(made.matches)
        wanted = request.length if request.minutes is None else None
        if not matches:
            return replace(made, wanted=wanted, wanted_minutes=request.minutes)
        points = np.stack([self._finding.nearest.point_of(m.track.id) for m in matches])
        fixed = frozenset(self._fixed(made, request))
        if request.mode is not Mode.JOURNEY and request.kept:
            at = _places([match.track.id for match in matches], request.kept)
            matches, points = [matches[row] for row in at], points[at]
            locked = set(request.kept.values())
            fixed = frozenset(
                row for row, match in enumerate(matches) if row in fixed or match.track.id in locked
            )
        tracks = [match.track for match in matches]
        rows = arrange(
            tracks,
            points,
            request.order,
            rules=request.rules,
            fixed=fixed,
            rng_seed=request.rng_seed if request.shuffle is None else request.shuffle,
        )
        points = points[rows]
        exempt = frozenset({*(track.id for track in made.seeds), *request.locked.values()})
        return replace(
            made,
            wanted=wanted,
            wanted_minutes=request.minutes,
            matches=tuple(matches[row] for row in rows),
            relaxed=breaches([tracks[row] for row in rows], request.rules, exempt=exempt),
            steps=tuple(map(similarity, np.einsum("nd,nd->n", points[1:], points[:-1]).tolist())),
        )

    def _fixed(self, made: GeneratedPlaylist, request: PlaylistRequest) -> Iterator[int]:
        """Yield the rows that stay where they are: the first seed, and all stops of a journey.

        Without a seed in the list, what flows begins with the most similar track.
        """
        seeds = {track.id for track in made.seeds}
        if request.mode is Mode.JOURNEY:
            yield from (row for row, m in enumerate(made.matches) if m.track.id in seeds)
        elif made.matches[0].track.id in seeds or request.order is Order.FLOW:
            yield 0

    def _in_flow(self, track_ids: Sequence[int], first: int | None, last: int | None) -> list[int]:
        if not track_ids:
            return []
        last = None if last == first else last
        points = self._known_points(track_ids)
        embedded = list(points)
        if len(embedded) > 1:
            ends = [embedded.index(end) if end in points else None for end in (first, last)]
            order = order_by_flow(np.stack(list(points.values())), first=ends[0], last=ends[1])
            embedded = [embedded[row] for row in order]
        rest = [row for row in range(len(track_ids)) if row not in points]
        # The ends stay where they are, also if nothing is known about their sound.
        middle = [row for row in (*embedded, *rest) if row not in (first, last)]
        begin, end = ([row] if row is not None else [] for row in (first, last))
        return [track_ids[row] for row in (*begin, *middle, *end)]

    def _known_points(self, track_ids: Sequence[int]) -> dict[int, Vectors]:
        """Return the points of the tracks that are embedded, by their indices."""
        nearest = self._finding.nearest
        ids = list(dict.fromkeys(track_ids))
        with nearest.steady():
            # One by one, 10,000 take seconds.
            places, found = nearest.points_of(ids)
            points = {
                ids[place]: point for place, point in zip(places.tolist(), found, strict=True)
            }
            for track_id in ids:
                if track_id not in points:
                    # Its file may be missing.
                    with suppress(NotEmbedded):
                        points[track_id] = nearest.point_of(track_id)
        return {row: points[i] for row, i in enumerate(track_ids) if i in points}


def _may_begin(track: Track, rules: Rules) -> bool:
    """Return whether a track from which a list is made is in it, or only says how it should sound."""
    return not (track.missing or track.id in rules.without or rules.bans.forbid(track))


def _stop_of(seed: _Resolved, rules: Rules) -> Stop:
    """Return the track by which a journey passes a seed: of several, the one nearest to their middle."""
    rows = [row for row, track in enumerate(seed.tracks) if _may_begin(track, rules)]
    if seed.seed.kind is SeedKind.TRACK or not rows:
        rows = list(range(len(seed.tracks)))
    row = rows[int((seed.points[rows] @ mean_point(seed.points)).argmax())]
    return seed.tracks[row], seed.points[row]


def _unwanted(less: Sequence[_Resolved]) -> Unwanted | None:
    parts = [
        (point, abs(each.seed.weight) or 1.0) for each in less for point, _ in anchors(each.points)
    ]
    if not parts:
        return None
    return Unwanted(
        np.stack([point for point, _ in parts]),
        np.array([weight for _, weight in parts], np.float32),
    )


def _places(ids: Sequence[int], kept: Mapping[int, int]) -> list[int]:
    """Return the rows of a list so that kept tracks are in their places; the others keep their order.

    A track whose place is beyond the end is as near to it as those that come after it in the same way allow.
    """
    rows = {track_id: row for row, track_id in enumerate(ids)}
    placed: dict[int, int] = {}
    end = len(ids) - 1
    for place, track_id in sorted(kept.items(), reverse=True):
        if track_id in rows:
            end = min(place, end)
            placed[end] = rows.pop(track_id)
            end -= 1
    rest = iter(rows.values())
    return [placed[place] if place in placed else next(rest) for place in range(len(ids))]

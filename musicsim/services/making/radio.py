"""Radios: endless music from seeds, a few tracks at a time."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import date
from itertools import islice, pairwise
from typing import TypeVar

import numpy as np

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, TrackWanted
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.types import Track
from musicsim.playlists.anchors import anchors
from musicsim.playlists.feedback import Reaction
from musicsim.playlists.generators.radio import (
    Anchor,
    Radio,
    RadioSettings,
    RadioTracks,
    Strictness,
    artists_nearby,
    rules_of_radio,
)
from musicsim.playlists.neighbourhood import Candidate
from musicsim.playlists.result import GeneratedPlaylist, Match, seconds
from musicsim.playlists.rules.breaches import breaches
from musicsim.playlists.rules.chooser import LeftOut
from musicsim.playlists.rules.fitting import fitted_to
from musicsim.playlists.rules.rules import Rule, Rules
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.points import why_not_embedded
from musicsim.services.making.radio_session import (
    BATCH,
    NothingMore,
    RadioSession,
    RadioState,
)
from musicsim.services.making.radio_sources import RadioSources, some_of
from musicsim.services.making.seeds import Seed, SeedKind
from musicsim.similarity.space import Vectors, similarity

__all__ = ["NothingMore", "RadioMaker", "RadioSession", "RadioSettings", "RadioState", "Strictness"]

T = TypeVar("T")

_LAST_HEARD = 5
"""Tracks that a radio goes on from if its seeds are gone."""
_LESS = 20
"""Tracks of a seed with a weight below 0 that count as skipped."""


class RadioMaker:
    """Makes radios, and lists as a radio would play them.

    Parameters
    ----------
    catalogue
        The tracks and plays.
    finding
        Finds the nearest tracks, and knows what is banned.
    events
        Receives the seed that should be embedded next.
    thread
        Makes the tracks, one request after the other.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        finding: Finding,
        events: Events,
        thread: Executor,
    ) -> None:
        self._catalogue = catalogue
        self._finding = finding
        self._events = events
        self._thread = thread
        self._sources = RadioSources(catalogue, finding.nearest)

    def session(
        self,
        seeds: Sequence[Seed],
        settings: RadioSettings,
        *,
        rng_seed: int | None = None,
        is_automatic: bool = False,
    ) -> RadioSession:
        """Return a new radio; nothing is read yet.

        Parameters
        ----------
        rng_seed
            The same number gives the same tracks, as long as nothing else differs; by default another one each time.
        """
        if not seeds:
            raise MusicsimError("A radio needs something to begin with: choose a track.")
        number = random.randrange(2**31) if rng_seed is None else rng_seed
        some = tuple(replace(seed, track_ids=some_of(seed.track_ids)) for seed in seeds)
        return RadioSession(self, RadioState(some, settings, number, is_automatic=is_automatic))

    def resume(self, state: RadioState) -> RadioSession:
        """Return a radio that was saved."""
        return RadioSession(self, state)

    def playlist(
        self,
        seeds: Sequence[Seed],
        settings: RadioSettings,
        *,
        rules: Rules | None = None,
        length: int = 25,
        minutes: float | None = None,
        rng_seed: int = 0,
    ) -> Future[GeneratedPlaylist]:
        """Return a list as a radio plays it if nobody skips; it repeats nothing, and ends when nothing is left.

        Parameters
        ----------
        rules
            By default those of lists to play. Windows that they don't have are those of a radio.
        length, minutes
            The number of tracks, with those that it begins with, or the length instead.
        """
        chosen = rules or Rules.for_lists(date.today())
        return self._thread.submit(
            self._playlist, seeds, settings, chosen, length, minutes, rng_seed
        )

    def submit(self, task: Callable[[], T]) -> Future[T]:
        """Run a task of a session, after those before it."""
        return self._thread.submit(task)

    # --- for sessions, in the maker's thread ---

    def next_of(self, session: RadioSession, count: int, upcoming: Sequence[int]) -> RadioTracks:
        """Return the next tracks of a radio."""
        nearest = self._finding.nearest
        nearest.prepare()
        with nearest.steady():
            radio = session.brought_up_to_date(nearest.model.identity, self._build)
            radio.rules = self._finding.with_bans(radio.rules)
            found = radio.next(count, self._sources.near, list(self._sources.with_points(upcoming)))
            session.remember(match.track.id for match in found.matches)
            if not found.matches:
                raise NothingMore(self._why_nothing())
            return found

    def hear(self, radio: Radio, track_id: int) -> None:
        """Let a radio note that a track plays."""
        for track, point in self._sources.with_points([track_id]):
            radio.hear(track, point)

    def react(self, radio: Radio, track_id: int, how: float) -> None:
        """Let a radio learn what the listener made of a track, unless that is not embedded."""
        for track, point in self._sources.with_points([track_id]):
            if point is not None:
                radio.react(Reaction(track, point, how))

    def change(self, radio: Radio, settings: RadioSettings, gone: Iterable[int]) -> None:
        """Let a radio go on in another way."""
        radio.settings = settings
        radio.forget(self._catalogue.tracks.by_id(gone))

    def is_still_at(self, track_id: int, point: Vectors) -> bool:
        """Return whether a track's point is where it was; it moves when the space is fitted again."""
        now = self._sources.point(track_id)
        return now is not None and np.array_equal(now, point)

    def _build(self, state: RadioState) -> tuple[Radio, tuple[int, Vectors]]:
        radio, resolved = self._tuned(
            self._seeds_of(state), state.settings, Rules.for_lists(date.today()), state.rng_seed
        )
        ids = [
            *self._sources.recent(),
            *state.known,
            *state.heard,
            *(i for i, _ in state.reactions),
        ]
        tracks = {track.id: track for track in self._catalogue.tracks.by_id(dict.fromkeys(ids))}
        for track_id in (*self._sources.recent(), *state.known):
            if track_id in tracks:
                radio.know(tracks[track_id])
        for track_id in state.heard:
            if track_id in tracks:
                radio.hear(tracks[track_id], self._sources.point(track_id))
        for track_id, how in state.reactions:
            point = self._sources.point(track_id) if track_id in tracks else None
            if point is not None:
                radio.react(Reaction(tracks[track_id], point, how))
        tracks_of_seed, points = resolved[0]
        return radio, (tracks_of_seed[0].id, points[0])

    # --- what they are made from ---

    def _seeds_of(self, state: RadioState) -> Sequence[Seed]:
        """Return what a radio goes on from: its seeds or, if they have left the library, what was heard last."""
        if any(seed.weight > 0 and self._sources.has_any_of(seed) for seed in state.seeds):
            return state.seeds
        last = list(dict.fromkeys(reversed(state.heard)))[:_LAST_HEARD]
        heard = [Seed(SeedKind.TRACK, "", (track_id,)) for track_id in last]
        return [seed for seed in heard if self._sources.has_any_of(seed)] or state.seeds

    def _tuned(
        self, seeds: Sequence[Seed], settings: RadioSettings, rules: Rules, rng_seed: int
    ) -> tuple[Radio, list[tuple[list[Track], Vectors]]]:
        """Return a radio that knows nothing but its seeds, and these with their points."""
        wanted: list[tuple[int, list[Track], Vectors]] = []
        less: list[tuple[int, list[Track], Vectors]] = []
        for number, seed in enumerate(seeds):
            found = list(self._sources.points_of(seed))
            if not found and seed.weight > 0 and (single := _only_track(seeds)) is not None:
                self._events.emit(TrackWanted(single))
            if found:
                tracks, points = [track for track, _ in found], np.stack([p for _, p in found])
                (wanted if seed.weight > 0 else less).append((number, tracks, points))
        if not wanted:
            ids = [each for seed in seeds if seed.weight > 0 for each in some_of(seed.track_ids)]
            name = seeds[0].name if len(seeds) == 1 else ""
            raise why_not_embedded(list(self._catalogue.tracks.by_id(dict.fromkeys(ids))), name)
        if all(seeds[number].kind is SeedKind.TRACK for number, _, _ in wanted):
            together = np.concatenate([points for _, _, points in wanted])
            places = [Anchor(point, share) for point, share in anchors(together)]
        else:
            places = [
                Anchor(point, share * seeds[number].weight, number)
                for number, _, points in wanted
                for point, share in anchors(points)
            ]
        seeding = [track for _, tracks, _ in wanted for track in tracks]
        nearby = artists_nearby(self._sources.near(places[0].point, lambda _: False))
        rules = rules_of_radio(rules, nearby)
        fitted = fitted_to(self._finding.with_bans(rules), seeding)
        radio = Radio(places, rules=fitted, settings=settings, rng_seed=rng_seed)
        for number, tracks, points in less:
            for track, point in islice(zip(tracks, points, strict=True), _LESS):
                radio.react(Reaction(track, point, max(-1.0, seeds[number].weight or -1.0)))
        return radio, [(tracks, points) for _, tracks, points in wanted]

    def _why_nothing(self) -> str:
        if self._finding.nearest.count() <= 1:
            return (
                "The radio has nothing else to play: musicsim has listened to one track only. Add more music, or wait "
                "until more of it has been listened to."
            )
        return "The radio has nothing else to play: the other tracks are banned, or on a disk that is not connected."

    # --- lists ---

    def _playlist(
        self,
        seeds: Sequence[Seed],
        settings: RadioSettings,
        rules: Rules,
        length: int,
        minutes: float | None,
        rng_seed: int,
    ) -> GeneratedPlaylist:
        if not seeds:
            raise MusicsimError("A radio needs something to begin with: choose a track.")
        nearest = self._finding.nearest
        nearest.prepare()
        with nearest.steady():
            # Nobody wants a list to repeat itself.
            rules = replace(rules, firm=rules.firm | {Rule.SONG_WINDOW})
            radio, _ = self._tuned(seeds, settings, rules, rng_seed)
            begins = [s for s in seeds if s.kind is SeedKind.TRACK and s.weight > 0]
            chosen = [stop for seed in begins for stop in self._sources.points_of(seed)]
            for track, point in chosen:
                radio.hear(track, point)
            matches = [Match(track, 1.0) for track, _ in chosen]
            selection = self._finding.selection(radio.rules)
            left_out: dict[int, LeftOut] = {}

            def near(point: Vectors, is_unwanted: Callable[[int], bool]) -> Iterator[Candidate]:
                return self._sources.near(point, is_unwanted, selection.search())

            while not _is_full(matches, length, minutes):
                upcoming = list(
                    self._sources.with_points([m.track.id for m in matches[len(chosen) :]])
                )
                found = radio.next(BATCH, near, upcoming)
                left_out |= {each.track.id: each for each in found.left_out}
                for match in found.matches:
                    if not _is_full(matches, length, minutes):
                        matches.append(match)
                if len(found.matches) < BATCH:
                    break
            points = [self._finding.nearest.point_of(match.track.id) for match in matches]
            listed = {match.track.id for match in matches}
            away = [each for track_id, each in left_out.items() if track_id not in listed]
            hidden, away_too = selection.hidden_beside(
                Counter(each.reason for each in away), away, listed
            )
            return GeneratedPlaylist(
                "radio",
                tuple(track for track, _ in chosen),
                tuple(matches),
                hidden,
                relaxed=breaches(
                    [match.track for match in matches],
                    radio.rules,
                    exempt=frozenset(track.id for track, _ in chosen),
                ),
                left_out=away_too,
                steps=tuple(similarity(float(one @ other)) for one, other in pairwise(points)),
                wanted=length if minutes is None else None,
                wanted_minutes=minutes,
            )


def _is_full(matches: Sequence[Match], length: int, minutes: float | None) -> bool:
    return len(matches) >= length if minutes is None else seconds(matches) >= 60 * minutes


def _only_track(seeds: Sequence[Seed]) -> int | None:
    """Return the track of a radio from one track."""
    only = seeds[0] if len(seeds) == 1 else None
    return only.track_ids[0] if only is not None and only.kind is SeedKind.TRACK else None

"""Endless music near its seeds, which learns from what is skipped, liked and heard out."""

from __future__ import annotations

import enum
import random
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from musicsim.library.types import Track
from musicsim.playlists.feedback import Reaction, Reactions
from musicsim.playlists.neighbourhood import Candidate, Neighbourhood
from musicsim.playlists.result import Match
from musicsim.playlists.rules.artists import artist_key
from musicsim.playlists.rules.breaches import breaches
from musicsim.playlists.rules.chooser import NEAR_DUPLICATE_COSINE, LeftOut
from musicsim.playlists.rules.memory import SongMemory
from musicsim.playlists.rules.rules import Relaxed, Rule, Rules, Window
from musicsim.playlists.sequel import LEAST_EXPECTED, Pool, Sequel, looked_back_at
from musicsim.similarity.space import Vectors, similarity

ARTIST_WINDOW, ALBUM_WINDOW, SONG_WINDOW = Window(5), Window(10), Window(1000)
"""How soon an artist, an album and a song come again, unless the listener chose otherwise.

Five tracks are some twenty minutes: the seed's own artist is at most a sixth of what is heard. A thousand tracks are
three days and nights.
"""
A_WHILE = 60
"""Tracks after which a song may come again, four hours, where the library has no other that the listener would like."""
_NEARBY = 200
"""Tracks of which the artists are counted."""
_WIDEST = 2000
"""Candidates among which one is found to come again."""
_REMEMBERED = 300
"""Tracks before the next one that windows look at."""


class Strictness(enum.StrEnum):
    """How near a radio stays."""

    LOCKED_IN = "locked-in"
    """The nearest tracks, and hardly moved by what the listener likes."""
    FOCUSED = "focused"
    BALANCED = "balanced"
    ADVENTUROUS = "adventurous"
    """A wide neighbourhood, and far where the listener likes it."""

    @property
    def reach(self) -> int:
        """The rank among the nearest up to which most tracks are taken."""
        return {"locked-in": 6, "focused": 15, "balanced": 40, "adventurous": 100}[self.value]

    @property
    def lean(self) -> float:
        """How far reactions move the radio away from its seeds: the sine of the angle, at most."""
        return {"locked-in": 0.2, "focused": 0.4, "balanced": 0.6, "adventurous": 0.8}[self.value]


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """How a radio goes on.

    Attributes
    ----------
    strictness
        How near it stays.
    follows_vibe
        Whether it stays near what was heard last, instead of near its seeds.
    """

    strictness: Strictness = Strictness.FOCUSED
    follows_vibe: bool = False


@dataclass(frozen=True, slots=True)
class Anchor:
    """A point (D,) that a radio stays near.

    Attributes
    ----------
    point
        On the unit sphere.
    share
        Its share of the tracks, compared to other anchors.
    seed
        The number of the seed that it belongs to.
    """

    point: Vectors
    share: float = 1.0
    seed: int | None = 0


@dataclass(frozen=True, slots=True)
class RadioTracks:
    """The next tracks of a radio.

    Attributes
    ----------
    matches
        In their order; fewer than wanted only if the library has no other track that may be played.
    relaxed
        The rules that they don't keep.
    left_out
        The first of the tracks nearby that the rules left out.
    """

    matches: tuple[Match, ...]
    relaxed: tuple[Relaxed, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


Near = Callable[[Vectors, Callable[[int], bool]], Iterator[Candidate]]
"""Yields the tracks nearest to a point first, without those of whose ids the second argument says True."""


def near_in(neighbourhood: Neighbourhood) -> Near:
    """Return where a radio gets its tracks from, over a library whose tracks are all at hand."""

    def near(point: Vectors, is_unwanted: Callable[[int], bool]) -> Iterator[Candidate]:
        return (c for c in neighbourhood.candidates(point) if not is_unwanted(c.track.id))

    return near


def artists_nearby(candidates: Iterable[Candidate]) -> int:
    """Return how many artists sound like a place, of candidates with the nearest first.

    These are at least half as near as the nearest one; tracks at the place itself don't count.
    """
    others = [each for each in islice(candidates, _NEARBY) if each.cosine < NEAR_DUPLICATE_COSINE]
    least = others[0].cosine / 2 if others else 0.0
    return len({artist_key(each.track) for each in others if each.cosine >= least})


def rules_of_radio(rules: Rules, artists: int | None = None) -> Rules:
    """Return rules with the windows of a radio where they have none, and without limits for a list that ends.

    Parameters
    ----------
    artists
        How many sound like the seeds. With few, they come again sooner: otherwise a radio would have to play music of
        another kind between.
    """
    tracks = ARTIST_WINDOW.tracks
    if artists is not None:
        tracks = min(tracks, max(1, artists // 2))
    artist_window = Window(tracks)
    album_window = ALBUM_WINDOW if tracks == ARTIST_WINDOW.tracks else artist_window
    return replace(
        rules,
        max_per_artist=None,
        max_per_album=None,
        artist_window=rules.artist_window or artist_window,
        album_window=rules.album_window or album_window,
        song_window=rules.song_window or SONG_WINDOW,
    )


class Radio:
    """A radio and what it knows: what was heard, and what the listener made of it.

    The same anchors, rules, settings, number and events give the same tracks. What it knows is bounded, so the next
    track takes as long after a week as in the beginning.

    Parameters
    ----------
    anchors
        What it stays near; at least one.
    rules
        As from `rules_of_radio`.
    settings
        How it goes on; may be changed.
    rng_seed
        Another number gives other tracks.
    """

    def __init__(
        self,
        anchors: Sequence[Anchor],
        *,
        rules: Rules,
        settings: RadioSettings,
        rng_seed: int = 0,
    ) -> None:
        self._anchors = list(anchors)
        self._turns = [0] * len(anchors)
        self.rules = rules
        self.settings = settings
        self._rng_seed = rng_seed
        self._reactions = Reactions()
        self._memory = SongMemory(rules.song_window, versions=not rules.near_duplicates)
        self._planned = SongMemory(Window(_REMEMBERED), versions=not rules.near_duplicates)
        """What comes before the next track, also what the listener put there."""
        self._heard: deque[tuple[Track, Vectors | None]] = deque(maxlen=_REMEMBERED)

    def react(self, reaction: Reaction) -> None:
        """Learn what the listener made of a track."""
        if reaction.liking:
            self._reactions.add(reaction)

    def hear(self, track: Track, point: Vectors | None = None) -> None:
        """Note that a track plays; the windows of artist and album begin with it."""
        self._heard.append((track, point))
        if not self._memory.knows_id(track.id):
            self._memory.add(track)

    def know(self, track: Track) -> None:
        """Note a track that was heard before the radio began: it must not come again soon."""
        self._memory.add(track)

    def forget(self, tracks: Iterable[Track]) -> None:
        """Let tracks come that were given, but won't be heard."""
        for track in tracks:
            self._memory.forget(track)

    def next(
        self,
        count: int,
        near: Near,
        upcoming: Sequence[tuple[Track, Vectors | None]] = (),
    ) -> RadioTracks:
        """Return the next tracks, and note that they are given.

        Where the rules leave none, they give way in this order: keys and tempo; the windows of album and artist; the
        song's, where one comes again that was heard long ago; what the listener is expected to skip; then the length,
        the season and the genre.

        Parameters
        ----------
        count
            The number of tracks.
        near
            Where they come from.
        upcoming
            What is heard before them, with the points as far as they are known.
        """
        before = [*self._heard, *upcoming][-_REMEMBERED:]
        sequel = Sequel(self.rules, before)
        self._planned.clear()
        for track, _ in upcoming:
            self._planned.add(track)
        pools: dict[int, Pool] = {}
        matches: list[Match] = []
        again: list[int] = []
        for _ in range(count):
            number = self._next_anchor()
            anchor = self._anchor(number)
            if number not in pools:
                pools[number] = self._pool(anchor, near, sequel)
            pool = pools[number]
            chosen = pool.pick() or pool.pick(relaxed=True)
            if chosen is None:
                chosen = (
                    self._again(near, sequel, A_WHILE)
                    or pool.pick_unloved()
                    or self._again(near, sequel, 1)
                    or pool.pick_against_rules()
                )
            if chosen is None:
                break
            if (between := self._memory.between(chosen.track)) is not None:
                again.append(between)
            sequel.place(chosen.track, chosen.point)
            self._memory.add(chosen.track)
            nearness = similarity(float(chosen.point @ anchor.point))
            matches.append(Match(chosen.track, nearness, anchor.seed))
        return RadioTracks(
            tuple(matches), self._relaxed(before, matches, again), sequel.chooser.left_out
        )

    # --- where the next ones come from ---

    def _next_anchor(self) -> int:
        """Return the number of the anchor that has the least of its share."""
        shares = [
            (turns + 0.5) / anchor.share
            for turns, anchor in zip(self._turns, self._anchors, strict=True)
        ]
        number = 0 if self._mood() is not None else shares.index(min(shares))
        self._turns[number] += 1
        return number

    def _mood(self) -> Vectors | None:
        return self._reactions.mood() if self.settings.follows_vibe else None

    def _anchor(self, number: int) -> Anchor:
        mood = self._mood()
        return self._anchors[number] if mood is None else Anchor(mood, seed=None)

    def _pool(self, anchor: Anchor, near: Near, sequel: Sequel) -> Pool:
        strictness = self.settings.strictness
        target = anchor.point
        if (pull := self._reactions.leaning()) is not None:
            moved = target + strictness.lean * pull
            length = float(np.linalg.norm(moved))
            target = target if length < 1e-9 else (moved / length).astype(np.float32)
        return Pool(
            near(target, lambda i: self._memory.knows_id(i) or self._planned.knows_id(i)),
            sequel,
            self._reactions,
            is_known=lambda track: self._memory.knows(track) or self._planned.knows(track),
            reach=strictness.reach,
            rng=random.Random(f"{self._rng_seed} {self._memory.count}"),
        )

    def _again(self, near: Near, sequel: Sequel, least: int) -> Candidate | None:
        """Return a track that was heard at least so many tracks ago; one of the oldest that keeps the windows."""
        if Rule.SONG_WINDOW in self.rules.firm:
            return None
        nearby = islice(near(self._anchors[0].point, lambda _: False), _WIDEST)
        known = [
            (between, candidate)
            for candidate in nearby
            if (between := self._memory.between(candidate.track)) is not None
            and between >= least
            and sequel.may_come_again(candidate)
        ]
        if not known:
            return None
        tracks = [candidate.track for _, candidate in known]
        points = np.stack([candidate.point for _, candidate in known])
        expected = self._reactions.expected(tracks, points)
        loved = [each for each, how in zip(known, expected, strict=True) if how >= LEAST_EXPECTED]
        if least > 1 or loved:
            known = loved
        if not known:
            return None
        known.sort(key=lambda each: -each[0])
        oldest = known[: max(1, len(known) // 3)]
        return min(oldest, key=lambda each: sequel.cost(each[1].track))[1]

    def _relaxed(
        self,
        before: Sequence[tuple[Track, Vectors | None]],
        matches: Sequence[Match],
        again: Sequence[int],
    ) -> tuple[Relaxed, ...]:
        before = before[-looked_back_at(self.rules) :]
        tracks = [*(track for track, _ in before), *(match.track for match in matches)]
        rules = replace(self.rules, song_window=Window())
        new = {match.track.id for match in matches}
        exempt = frozenset(track.id for track, _ in before) - new
        found = list(breaches(tracks, rules, exempt=exempt)) if matches else []
        if again:
            wanted = self.rules.song_window.tracks
            found.insert(0, Relaxed(Rule.SONG_WINDOW, wanted, min(again), len(again)))
        return tuple(found)

"""Facts about made-up tracks, and surroundings for rules."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np

from musicsim.library.track_facts import PlayFacts, TrackFacts
from musicsim.playlists.smart.choosing import choose
from musicsim.playlists.smart.facts import Facts
from musicsim.playlists.smart.rules import Group, Order, OrderBy, Rule, SmartRules

NOW = datetime.datetime(2026, 3, 31, 15, 0, tzinfo=datetime.UTC).timestamp()
DAY = 86_400.0


@dataclass
class FakeWorld:
    """Surroundings that a test states; by default nothing sounds like anything."""

    now: float = NOW
    zone: datetime.tzinfo | None = datetime.UTC
    likenesses: dict[tuple[int, ...] | None, Sequence[float]] = field(default_factory=dict)
    playlists: dict[str, Collection[int]] = field(default_factory=dict)
    where: dict[int, Sequence[float]] = field(default_factory=dict)
    count: int = 0

    def likeness(self, track_ids):
        return np.array(self.likenesses.get(track_ids, [np.nan] * self.count), float)

    def members(self, name):
        return self.playlists.get(name, ())

    def points(self, track_ids):
        places = [n for n, i in enumerate(track_ids) if i in self.where]
        points = [self.where[i] for i in track_ids if i in self.where]
        return np.array(places, np.intp), np.array(points or np.zeros((0, 2)), np.float32)


def track(number: int = 1, **facts) -> TrackFacts:
    known = {
        "id": number,
        "file": f"/m/{number}.mp3",
        "title": f"T{number}",
        "artist": "",
        "album_artist": "",
        "artists": (),
        "album": "",
        "genre": "",
        "year": None,
        "disc_number": None,
        "track_number": None,
        "duration": 240.0,
        "added_at": NOW - 1000 * DAY,
        "missing": False,
    }
    return TrackFacts(**(known | facts))


def found(
    rules: SmartRules | Group | Rule,
    *tracks: TrackFacts,
    plays: dict[int, PlayFacts] | None = None,
    liked: Collection[int] = (),
    world: FakeWorld | None = None,
    unwanted: Collection[int] = (),
) -> list[int]:
    """The ids of the tracks of a smart playlist, in its order; those that match a rule or a group by id."""
    if not isinstance(rules, Group | SmartRules):
        rules = Group((rules,))
    if isinstance(rules, Group):
        rules = SmartRules(rules, Order(OrderBy.SKIPS))
    facts = Facts(tracks, plays, liked)
    world = world or FakeWorld()
    world.count = len(facts)
    rows, _ = choose(rules, facts, world, unwanted=facts.rows_mask(unwanted))
    return facts.ids[rows].tolist()

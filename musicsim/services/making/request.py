"""What a playlist should be: its seeds, its mode, its size, its rules."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from musicsim.playlists.arranging import Order
from musicsim.playlists.rules.rules import Rules
from musicsim.services.making.seeds import Seed


class Mode(enum.StrEnum):
    """A way of making a playlist."""

    SIMILAR = "similar"
    """The tracks nearest to the middle of the seeds."""
    JOURNEY = "journey"
    """From the first seed through the others to the last."""
    MIX = "mix"
    """Near each of the seeds, as much as its weight says, and away from others."""
    GROUP = "group"
    """The seed's group of the library, the most typical tracks first."""


@dataclass(frozen=True, slots=True)
class PlaylistRequest:
    """A playlist to make.

    Attributes
    ----------
    seeds
        What it is made from; tracks may be given by their ids. In a mix, those with a weight below 0 are what it
        should not sound like.
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
    shuffle
        The number of a random order; by default `rng_seed`.
    locked
        Tracks by their places in the list, from 0, that stay there whatever the rules say.
    held
        The same for tracks that the listener didn't choose to keep: the list says which rules they break.
    """

    seeds: Sequence[int | Seed]
    mode: Mode = Mode.SIMILAR
    order: Order = Order.FOUND
    rules: Rules = field(default_factory=Rules)
    length: int = 25
    minutes: float | None = None
    less: Sequence[int] = ()
    variety: float = 0.0
    rng_seed: int | None = None
    shuffle: int | None = None
    locked: Mapping[int, int] = field(default_factory=dict)
    held: Mapping[int, int] = field(default_factory=dict)

    @property
    def kept(self) -> Mapping[int, int]:
        """The tracks by their places that stay there: those that are locked, and those that are held beside them."""
        places: dict[int, int] = {}
        for place, track_id in (*self.locked.items(), *self.held.items()):
            places.setdefault(track_id, place)
        kept: dict[int, int] = {}
        for track_id, place in places.items():
            kept.setdefault(place, track_id)
        return kept

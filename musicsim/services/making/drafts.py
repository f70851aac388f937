"""A playlist that is being made: what it is made from and how, and every change that the listener makes to it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from musicsim.playlists.arranging import Order
from musicsim.playlists.rules.rules import Rules
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import Seed, SeedKind

LENGTH = 25
"""Tracks of a new draft."""
MINUTES_A_TRACK = 4.0
"""Length of a track by which a number of tracks becomes a number of minutes, and back."""
WEIGHTS = (-2.0, -1.0, 0.5, 1.0, 2.0, 4.0)
"""What a seed can weigh in a mix: much less and less of it; a little, normal, more and much more of it."""

Places = tuple[tuple[int, int], ...]
"""Places in the list, from 0, each with the id of the track that stays there."""


class Lacking(enum.Enum):
    """What a draft lacks, so that no list can be made."""

    SEEDS = "seeds"
    LISTENED = "listened"
    """None of the seeds has been listened to yet."""
    GOAL = "goal"
    """A journey that ends nowhere."""
    WANTED = "wanted"
    """A mix that only says what it should not sound like."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a playlist is made from, and how. The list is a function of it and of the library.

    Attributes
    ----------
    seeds
        What it is made from; in a journey, in the order in which it passes them.
    mode, order, variety
        How it is made. A journey has neither an order nor variety of its own.
    length, minutes
        Its number of tracks; if `minutes` is given, its length instead.
    rules
        The rules and filters, with the exceptions for single tracks, but without the date.
    seasonal
        Whether seasonal music may be in the list when it is not its season.
    number
        How often "Another one" was asked for; 0 for the nearest tracks.
    locked
        The tracks that the listener locked in their places.
    held
        The other tracks, if they stay where they are until something else is changed.
    """

    seeds: tuple[Seed, ...] = ()
    mode: Mode = Mode.SIMILAR
    order: Order = Order.FLOW
    variety: float = 0.0
    length: int = LENGTH
    minutes: float | None = None
    rules: Rules = field(default_factory=lambda: Rules(shortest=1.0, longest=15.0))
    seasonal: bool = False
    number: int = 0
    locked: Places = ()
    held: Places = ()

    @property
    def locked_ids(self) -> frozenset[int]:
        """The tracks that are locked."""
        return frozenset(track_id for _, track_id in self.locked)

    @property
    def track_ids(self) -> frozenset[int]:
        """Every track that the draft names."""
        named = {i for seed in self.seeds for i in seed.track_ids}
        kept = {i for _, i in (*self.locked, *self.held)}
        return frozenset(named | kept | self.rules.let_in | self.rules.without)

    @property
    def exceptions(self) -> int:
        """The number of tracks that were removed or let in."""
        return len(self.rules.without) + len(self.rules.let_in)


# --- seeds ---


def with_seed(draft: Draft, seed: Seed) -> Draft:
    """Return a draft with one more seed; one that it has already gets the weight of this one.

    A single track that was removed from the list comes back.
    """
    if not seed.track_ids:
        return draft
    rules = draft.rules
    if seed.kind is SeedKind.TRACK:
        rules = replace(rules, without=rules.without - set(seed.track_ids))
    keys = [_key(each) for each in draft.seeds]
    if _key(seed) in keys:
        at = keys.index(_key(seed))
        seeds = (*draft.seeds[:at], seed, *draft.seeds[at + 1 :])
    else:
        seeds = (*draft.seeds, seed)
    if seeds == draft.seeds and rules == draft.rules:
        return draft
    return replace(draft, seeds=seeds, rules=rules, held=())


def with_seeds(draft: Draft, seeds: Iterable[Seed]) -> Draft:
    """Return a draft with more seeds."""
    for seed in seeds:
        draft = with_seed(draft, seed)
    return draft


def without_seed(draft: Draft, at: int) -> Draft:
    """Return a draft without the seed of this number; nothing changes if there is none."""
    if not 0 <= at < len(draft.seeds):
        return draft
    seeds = (*draft.seeds[:at], *draft.seeds[at + 1 :])
    # Without seeds there is no list, and what was locked in it would turn up in the next one.
    locked = draft.locked if seeds else ()
    return replace(draft, seeds=seeds, locked=locked, held=())


def moved_seed(draft: Draft, at: int, to: int) -> Draft:
    """Return a draft with a seed at another place among them."""
    if not 0 <= at < len(draft.seeds):
        return draft
    seeds = list(draft.seeds)
    seed = seeds.pop(at)
    seeds.insert(max(0, min(to, len(seeds))), seed)
    return draft if tuple(seeds) == draft.seeds else replace(draft, seeds=tuple(seeds), held=())


def weighted(draft: Draft, at: int, steps: int) -> Draft:
    """Return a draft with a seed that weighs more, or less if `steps` is below 0; see `WEIGHTS`."""
    if not 0 <= at < len(draft.seeds):
        return draft
    seed = draft.seeds[at]
    nearest = min(range(len(WEIGHTS)), key=lambda n: abs(WEIGHTS[n] - seed.weight))
    weight = WEIGHTS[max(0, min(len(WEIGHTS) - 1, nearest + steps))]
    if weight == seed.weight:
        return draft
    seeds = (*draft.seeds[:at], replace(seed, weight=weight), *draft.seeds[at + 1 :])
    return replace(draft, seeds=seeds, held=())


def _key(seed: Seed) -> tuple[SeedKind, tuple[int, ...]]:
    return seed.kind, seed.track_ids


# --- settings ---


def changed(draft: Draft, **settings: Any) -> Draft:
    """Return a draft with other settings; the fields of `Draft` but for seeds and places."""
    after = replace(draft, **settings)
    return draft if after == draft else replace(after, held=())


def in_minutes(draft: Draft, wanted: bool) -> Draft:
    """Return a draft whose size is in minutes or in tracks, as large as before."""
    if wanted == (draft.minutes is not None):
        return draft
    if wanted:
        return changed(draft, minutes=MINUTES_A_TRACK * draft.length)
    assert draft.minutes is not None
    return changed(draft, minutes=None, length=max(1, round(draft.minutes / MINUTES_A_TRACK)))


def another(draft: Draft) -> Draft:
    """Return a draft of which another list is made; locked tracks stay."""
    return replace(draft, number=draft.number + 1, held=())


def cleared(draft: Draft) -> Draft:
    """Return a draft without seeds and exceptions; how lists are made stays."""
    rules = replace(draft.rules, let_in=frozenset(), without=frozenset())
    return replace(draft, seeds=(), rules=rules, number=0, locked=(), held=())


# --- single tracks of the list; `shown` are the ids of its tracks as it is now ---


def locked(draft: Draft, track_ids: Collection[int], shown: Sequence[int]) -> Draft:
    """Return a draft in which some tracks of the list stay in their places; the list stays as it is."""
    places = {i: place for place, i in draft.locked}
    places |= {i: place for place, i in enumerate(shown) if i in set(track_ids)}
    return _with_locks(draft, places, shown)


def unlocked(draft: Draft, track_ids: Collection[int], shown: Sequence[int]) -> Draft:
    """Return a draft in which some tracks may go again; the list stays as it is until something else is changed."""
    gone = set(track_ids)
    return _with_locks(draft, {i: place for place, i in draft.locked if i not in gone}, shown)


def _with_locks(draft: Draft, places: dict[int, int], shown: Sequence[int]) -> Draft:
    after = tuple(sorted((place, i) for i, place in places.items()))
    if after == draft.locked:
        return draft
    return replace(draft, locked=after, held=tuple(enumerate(shown)))


def removed(draft: Draft, track_ids: Collection[int], shown: Sequence[int]) -> Draft:
    """Return a draft without some tracks, in whose places others come; the rest of the list stays as it is.

    A stop of a journey is left out of its route, as long as two others are in it.
    """
    gone = set(track_ids)
    seeds = draft.seeds
    if draft.mode is Mode.JOURNEY:
        for seed in draft.seeds:
            is_gone = seed.kind is SeedKind.TRACK and seed.track_ids[0] in gone
            if is_gone and sum(each.weight > 0 for each in seeds) > 2:
                seeds = tuple(each for each in seeds if each is not seed)
        gone -= {i for seed in seeds if seed.kind is SeedKind.TRACK for i in seed.track_ids}
    if not gone:
        return draft
    rules = replace(
        draft.rules, without=draft.rules.without | gone, let_in=draft.rules.let_in - gone
    )
    return replace(
        draft,
        seeds=seeds,
        rules=rules,
        locked=tuple((place, i) for place, i in draft.locked if i not in gone),
        held=tuple((place, i) for place, i in enumerate(shown) if i not in gone),
    )


def let_in(draft: Draft, track_ids: Collection[int]) -> Draft:
    """Return a draft in which some hidden tracks may be; for them, only bans count."""
    rules = draft.rules
    rules = replace(
        rules,
        let_in=rules.let_in | frozenset(track_ids),
        without=rules.without - frozenset(track_ids),
    )
    return changed(draft, rules=rules)


def without_exceptions(draft: Draft) -> Draft:
    """Return a draft in which tracks that were removed may be, and those that were let in are like any others."""
    return changed(draft, rules=replace(draft.rules, let_in=frozenset(), without=frozenset()))


# --- the library ---


def pruned(draft: Draft, known: Callable[[int], bool]) -> Draft:
    """Return a draft without the tracks that have left the library."""
    gone = {i for i in draft.track_ids if not known(i)}
    if not gone:
        return draft
    seeds = [
        replace(seed, track_ids=left)
        for seed in draft.seeds
        if (left := tuple(i for i in seed.track_ids if i not in gone))
    ]
    return replace(
        draft,
        seeds=tuple(seeds),
        rules=replace(
            draft.rules, let_in=draft.rules.let_in - gone, without=draft.rules.without - gone
        ),
        locked=tuple((place, i) for place, i in draft.locked if i not in gone),
        held=tuple((place, i) for place, i in draft.held if i not in gone),
    )


def request_of(
    draft: Draft, today: date, is_ready: Callable[[int], bool] = lambda _: True
) -> PlaylistRequest | Lacking:
    """Return what to ask for, or why there can't be a list yet.

    Parameters
    ----------
    draft
        The draft.
    today
        The date.
    is_ready
        Whether a track has been listened to; seeds that have not count for nothing until then.
    """
    if not draft.seeds:
        return Lacking.SEEDS
    seeds = tuple(seed for seed in draft.seeds if any(map(is_ready, seed.track_ids)))
    if not seeds:
        return Lacking.LISTENED
    is_journey = draft.mode is Mode.JOURNEY
    if draft.mode in (Mode.SIMILAR, Mode.GROUP):
        seeds = tuple(replace(seed, weight=1.0 if seed.weight > 0 else -1.0) for seed in seeds)
    wanted = sum(seed.weight > 0 for seed in seeds)
    if not wanted:
        return Lacking.WANTED
    if is_journey and wanted < 2:
        ready = sum(seed.weight > 0 for seed in draft.seeds)
        return Lacking.LISTENED if ready > wanted else Lacking.GOAL
    return PlaylistRequest(
        seeds,
        mode=draft.mode,
        order=Order.FOUND if is_journey else draft.order,
        rules=replace(draft.rules, today=None if draft.seasonal else today),
        length=draft.length,
        minutes=draft.minutes,
        variety=0.0 if is_journey else draft.variety,
        rng_seed=draft.number or None,
        shuffle=draft.number,
        locked={place: i for place, i in draft.locked if is_ready(i)},
        held={place: i for place, i in draft.held if is_ready(i)},
    )

"""What a listener does to a draft: random edits never raise, and every one can be undone."""

from __future__ import annotations

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from musicsim.library.query.filters import Filters
from musicsim.playlists.arranging import Order
from musicsim.playlists.rules.rules import Rules, Window
from musicsim.services.making import drafts
from musicsim.services.making.draft_history import MOST_STEPS, History
from musicsim.services.making.draft_text import draft_as_text, draft_from_text
from musicsim.services.making.drafts import WEIGHTS, Draft, Lacking
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import Seed, SeedKind

TODAY = date(2026, 7, 1)

ids = st.integers(1, 12)
some_ids = st.lists(ids, max_size=5)
seeds = st.builds(
    Seed,
    st.sampled_from(SeedKind),
    st.text(max_size=4),
    st.lists(ids, min_size=1, max_size=3, unique=True).map(tuple),
    st.sampled_from(WEIGHTS),
).map(lambda s: Seed(s.kind, s.name, s.track_ids[:1], s.weight) if s.kind == "track" else s)
limits = st.none() | st.integers(1, 9)
minutes = st.none() | st.floats(0.5, 60)
rules = st.builds(
    Rules,
    max_per_artist=limits,
    max_per_album=limits,
    near_duplicates=st.booleans(),
    filters=st.builds(
        Filters,
        artists=st.lists(st.text(max_size=3), max_size=2).map(tuple),
        years=st.lists(st.tuples(minutes, minutes), max_size=2).map(tuple),
    ),
    artist_window=st.builds(Window, st.integers(0, 9), st.floats(0, 90)),
    shortest=minutes,
    longest=minutes,
    genre_groups=st.lists(st.lists(st.text(max_size=3), max_size=2).map(tuple), max_size=2).map(
        tuple
    ),
    tempo_step=minutes,
    matching_keys=st.booleans(),
)
shown = st.lists(ids, unique=True, max_size=9)
edits = st.one_of(
    seeds.map(lambda seed: lambda d: drafts.with_seed(d, seed)),
    st.integers(-2, 5).map(lambda at: lambda d: drafts.without_seed(d, at)),
    st.tuples(st.integers(-2, 5), st.integers(-2, 5)).map(
        lambda each: lambda d: drafts.moved_seed(d, *each)
    ),
    st.tuples(st.integers(-2, 5), st.integers(-9, 9)).map(
        lambda each: lambda d: drafts.weighted(d, *each)
    ),
    st.sampled_from(Mode).map(lambda mode: lambda d: drafts.changed(d, mode=mode)),
    st.sampled_from(Order).map(lambda order: lambda d: drafts.changed(d, order=order)),
    st.floats(0, 1).map(lambda much: lambda d: drafts.changed(d, variety=much)),
    st.booleans().map(lambda wanted: lambda d: drafts.in_minutes(d, wanted)),
    rules.map(lambda new: lambda d: drafts.changed(d, rules=new)),
    st.just(drafts.another),
    st.just(drafts.cleared),
    st.just(drafts.without_exceptions),
    st.tuples(some_ids, shown).map(lambda each: lambda d: drafts.locked(d, *each)),
    st.tuples(some_ids, shown).map(lambda each: lambda d: drafts.unlocked(d, *each)),
    st.tuples(some_ids, shown).map(lambda each: lambda d: drafts.removed(d, *each)),
    some_ids.map(lambda i: lambda d: drafts.let_in(d, i)),
    st.sets(ids).map(lambda left: lambda d: drafts.pruned(d, left.__contains__)),
)


def seed(*track_ids: int, kind: SeedKind = SeedKind.TRACK, weight: float = 1.0) -> Seed:
    return Seed(kind, "A name", track_ids, weight)


def after(draft: Draft, *some: object) -> Draft:
    for edit in some:
        draft = edit(draft)  # type: ignore[operator]
    return draft


@given(st.lists(edits, max_size=30))
def test_random_edits_never_raise_and_are_undone_and_done_again(some: list[object]) -> None:
    history = History()
    passed = [history.draft]
    for edit in some:
        history = history.edit(edit(history.draft))  # type: ignore[operator]
        if history.draft != passed[-1]:
            passed.append(history.draft)
        assert isinstance(drafts.request_of(history.draft, TODAY), PlaylistRequest | Lacking)

    back = history
    for expected in reversed(passed[:-1]):
        back = back.undo()
        assert back.draft == expected
    assert back.undo() == back
    for expected in passed[1:]:
        back = back.redo()
        assert back.draft == expected
    assert back.redo() == back


@given(st.lists(edits, max_size=20))
def test_a_draft_comes_back_from_its_text(some: list[object]) -> None:
    draft = after(Draft(), *some)

    assert draft_from_text(draft_as_text(draft)) == draft


@given(st.text() | st.sampled_from(["{}", "[]", "null", "1", draft_as_text(Draft())[:-9]]))
def test_a_text_that_holds_no_draft_gives_none(text: str) -> None:
    assert draft_from_text(text) is None


def test_damaged_fields_give_none() -> None:
    whole = draft_as_text(Draft(seeds=(seed(1),)))
    rng = random.Random(0)
    for _ in range(300):
        at = rng.randrange(len(whole))
        damaged = whole[:at] + rng.choice('{}[]",:0x') + whole[at + rng.randrange(3) :]
        restored = draft_from_text(damaged)
        assert restored is None or isinstance(restored, Draft)


@given(st.lists(edits, max_size=20), some_ids, shown)
def test_locking_moves_nothing(some: list[object], wanted: list[int], now: list[int]) -> None:
    draft = drafts.locked(after(Draft(), *some), wanted, now)

    assert {(now.index(i), i) for i in wanted if i in now} <= set(draft.locked)


@given(st.lists(edits, max_size=20), some_ids, shown)
def test_what_stays_after_a_removal_keeps_its_place(
    some: list[object], gone: list[int], now: list[int]
) -> None:
    before = after(Draft(), *some, lambda d: drafts.changed(d, mode=Mode.SIMILAR))
    draft = drafts.removed(before, gone, now)

    assert set(gone) <= draft.rules.without
    assert not {i for _, i in draft.locked} & set(gone)
    if gone:
        assert draft.held == tuple((n, i) for n, i in enumerate(now) if i not in gone)


def test_a_seed_is_there_once_with_its_last_weight() -> None:
    draft = drafts.with_seeds(Draft(), [seed(1), seed(2), seed(1), seed(2, weight=-1.0)])

    assert [(each.track_ids, each.weight) for each in draft.seeds] == [((1,), 1.0), ((2,), -1.0)]


def test_a_removed_track_comes_back_as_a_seed() -> None:
    draft = drafts.removed(Draft(seeds=(seed(1),)), [2], [1, 2, 3])

    assert not drafts.with_seed(draft, seed(2)).rules.without


def test_a_removed_stop_leaves_the_route_but_not_its_last_two() -> None:
    journey = Draft(seeds=(seed(1), seed(2), seed(3)), mode=Mode.JOURNEY)

    two = drafts.removed(journey, [2], [1, 9, 2, 3])
    assert [each.track_ids for each in two.seeds] == [(1,), (3,)]
    assert two.rules.without == {2}
    assert drafts.removed(two, [1], [1, 9, 3]) == two


def test_the_weights_go_step_by_step_from_much_less_to_much_more() -> None:
    draft = Draft(seeds=(seed(1),))
    found = [drafts.weighted(draft, 0, steps).seeds[0].weight for steps in range(-5, 5)]

    assert found == [-2.0, -2.0, -2.0, -1.0, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


def test_the_size_stays_when_its_unit_changes() -> None:
    in_minutes = drafts.in_minutes(Draft(length=30), True)

    assert in_minutes.minutes == 120
    assert drafts.in_minutes(in_minutes, False) == Draft(length=30)


@pytest.mark.parametrize(
    ("draft", "ready", "lacking"),
    [
        (Draft(), (), Lacking.SEEDS),
        (Draft(seeds=(seed(1),)), (), Lacking.LISTENED),
        (Draft(seeds=(seed(1, weight=-1.0),), mode=Mode.MIX), (1,), Lacking.WANTED),
        (Draft(seeds=(seed(1),), mode=Mode.JOURNEY), (1,), Lacking.GOAL),
        (Draft(seeds=(seed(1), seed(2)), mode=Mode.JOURNEY), (1,), Lacking.LISTENED),
    ],
)
def test_it_says_what_it_lacks(draft: Draft, ready: tuple[int, ...], lacking: Lacking) -> None:
    assert drafts.request_of(draft, TODAY, ready.__contains__) is lacking


def test_seasonal_music_comes_in_its_season_unless_it_is_wanted() -> None:
    draft = Draft(seeds=(seed(1),))
    always = drafts.changed(draft, seasonal=True)

    assert drafts.request_of(draft, TODAY).rules.today == TODAY  # type: ignore[union-attr]
    assert drafts.request_of(always, TODAY).rules.today is None  # type: ignore[union-attr]


def test_another_one_is_another_number_and_keeps_the_locks() -> None:
    draft = drafts.another(drafts.locked(Draft(seeds=(seed(1),)), [3], [1, 2, 3]))

    request = drafts.request_of(draft, TODAY)
    assert isinstance(request, PlaylistRequest)
    assert (request.rng_seed, request.kept) == (1, {2: 3})


def test_what_left_the_library_leaves_the_draft() -> None:
    album = seed(1, 2, kind=SeedKind.ALBUM)
    draft = drafts.locked(Draft(seeds=(album, seed(3))), [2, 4], [2, 4])

    left = drafts.pruned(draft, lambda i: i not in (2, 3))
    assert left.seeds == (seed(1, kind=SeedKind.ALBUM),)
    assert left.locked == ((1, 4),)


def test_moves_of_one_slider_are_undone_together() -> None:
    history = History(Draft(seeds=(seed(1),)))
    for much in (0.1, 0.2, 0.3):
        history = history.edit(drafts.changed(history.draft, variety=much), "variety")
    history = history.edit(drafts.changed(history.draft, length=9), "size")

    assert history.undo().draft.variety == 0.3
    assert history.undo().undo().draft == Draft(seeds=(seed(1),))


def test_the_history_forgets_its_beginning() -> None:
    history = History()
    for _ in range(MOST_STEPS + 5):
        history = history.edit(drafts.another(history.draft))

    assert len(history.past) == MOST_STEPS
    assert history.past[0].number == 5

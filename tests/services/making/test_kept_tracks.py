"""Lists of which some tracks stay: in their places, whatever else is asked for."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from musicsim.base.events import Events
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.embedding_types import KnownModel, PooledTrack, TrackWindows
from musicsim.library.types import ScannedFile, Tags
from musicsim.playlists.arranging import Order
from musicsim.playlists.result import GeneratedPlaylist
from musicsim.playlists.rules.rules import Rule, Rules
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints
from musicsim.services.making.groups import Groups
from musicsim.services.making.playlists import PlaylistMaker
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.seeds import MOST_TRACKS, Seed, SeedKind, some_of
from musicsim.services.opinions import Opinions

MODEL = KnownModel("m", Path("m.h5"), None, None, standardised=True)
COUNT = 60


class Made:
    """A library of 60 tracks by 20 artists, and what makes lists of it."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue(folder)
        embeddings = EmbeddingStore(self.catalogue, folder)
        self.catalogue.settings.set("model", MODEL.identity)
        points = LibraryPoints(self.catalogue, embeddings, MODEL)
        index = IndexSync(self.catalogue, points, None)
        nearest, events = Nearest(points, index), Events()
        self.opinions = Opinions(self.catalogue, events)
        banned = BannedTracks(self.catalogue, self.opinions, nearest, events)
        self.thread = ThreadPoolExecutor(1)
        self.thread.submit(int).result()
        nothing = cast(Any, SimpleNamespace())
        parts = (nearest, index, nothing, events, self.thread)
        finding = Finding(self.catalogue, nothing, banned, *parts)
        groups = Groups(self.catalogue, banned, nearest, events)
        self.maker = PlaylistMaker(self.catalogue, self.opinions, finding, groups, self.thread)
        rng = np.random.default_rng(0)
        root = self._root = self.catalogue.folders.add(Path("/m"))
        self._sounds: dict[int, np.ndarray] = {}
        self.ids = []
        for number in range(COUNT):
            tags = Tags(f"Halo the {number}th", f"Artist {number % 20}", duration=200.0)
            path = Path(f"/m/{number}.flac")
            file = ScannedFile(path, 1, 1, str(number).encode(), tags)
            self.ids.append(self.catalogue.files.add(root, file))
        for track in embeddings.pending.tracks(MODEL.identity):
            sound = self._sounds[track.id] = rng.normal(size=16).astype(np.float32)
            windows = TrackWindows(np.zeros(1, np.float32), sound[None])
            embeddings.store(track, MODEL.identity, 1, windows, PooledTrack(sound, 1))
        self._embeddings = embeddings

    def add_copy_of(self, track_id: int, *, length: float) -> int:
        """Add a file of the same song and nearly the same sound."""
        (track,) = self.catalogue.tracks.by_id([track_id])
        path = Path(f"/m/{track_id} {length}.mp3")
        tags = replace(track.tags, duration=length)
        file = ScannedFile(path, 1, 1, str(path).encode(), tags)
        copy = self.catalogue.files.add(self._root, file)
        for pending in self._embeddings.pending.tracks(MODEL.identity):
            sound = self._sounds[track_id] + np.float32(0.001)
            windows = TrackWindows(np.zeros(1, np.float32), sound[None])
            self._embeddings.store(pending, MODEL.identity, 1, windows, PooledTrack(sound, 1))
        return copy

    def make(self, *seeds: int | Seed, **settings: Any) -> GeneratedPlaylist:
        return self.maker.make(PlaylistRequest(seeds, **settings)).result()

    def close(self) -> None:
        self.thread.shutdown()
        self._embeddings.close()
        self.catalogue.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    made = Made(tmp_path_factory.mktemp("kept"))
    yield made
    made.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Made]:
    made = Made(tmp_path)
    yield made
    made.close()


def ids_of(made: GeneratedPlaylist) -> list[int]:
    return [match.track.id for match in made.matches]


places = st.dictionaries(st.integers(0, 40), st.integers(0, COUNT - 1), max_size=8)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kept=places,
    held=places,
    length=st.integers(1, 30),
    mode=st.sampled_from([Mode.SIMILAR, Mode.MIX, Mode.JOURNEY]),
    order=st.sampled_from(Order),
    number=st.none() | st.integers(1, 3),
    seeds=st.lists(st.integers(0, COUNT - 1), min_size=2, max_size=4, unique=True),
)
def test_kept_tracks_are_where_they_were(
    shared: Made,
    kept: dict[int, int],
    held: dict[int, int],
    length: int,
    mode: Mode,
    order: Order,
    number: int | None,
    seeds: list[int],
) -> None:
    places_of = {shared.ids[i]: place for place, i in kept.items()}
    by_place = {place: i for i, place in places_of.items()}
    request = {
        "mode": mode,
        "order": Order.FOUND if mode is Mode.JOURNEY else order,
        "length": length,
        "rng_seed": number,
        "shuffle": 0,
        "locked": by_place,
        "held": {place: shared.ids[i] for place, i in held.items()},
    }
    made = shared.make(*(shared.ids[i] for i in seeds), **request)

    found = ids_of(made)
    assert len(found) == len(set(found))
    assert set(by_place.values()) <= set(found)
    assert found == ids_of(shared.make(*(shared.ids[i] for i in seeds), **request))
    ends = {shared.ids[seeds[0]], shared.ids[seeds[-1]]}
    if mode is not Mode.JOURNEY and not held:
        for place, track_id in by_place.items():
            if place < len(found) - len(by_place):
                assert found[place] == track_id
    if mode is Mode.JOURNEY:
        assert {found[0], found[-1]} == ends


@pytest.mark.parametrize("mode", [Mode.SIMILAR, Mode.MIX, Mode.JOURNEY])
def test_a_list_of_which_all_is_held_stays_as_it_is(shared: Made, mode: Mode) -> None:
    seeds = [shared.ids[n] for n in (3, 17, 40)]
    before = ids_of(shared.make(*seeds, mode=mode, length=20))

    after = shared.make(*seeds, mode=mode, length=20, held=dict(enumerate(before)))

    assert ids_of(after) == before


@pytest.mark.parametrize("mode", [Mode.SIMILAR, Mode.MIX, Mode.JOURNEY])
@pytest.mark.parametrize("order", [Order.FOUND, Order.FLOW])
def test_the_next_best_takes_the_place_of_a_removed_track(
    shared: Made, mode: Mode, order: Order
) -> None:
    seeds = [shared.ids[n] for n in (3, 17)]
    settings = {"mode": mode, "order": order, "length": 20}
    before = ids_of(shared.make(*seeds, **settings))
    gone = next(i for i in before[5:] if i not in seeds)
    held = {place: i for place, i in enumerate(before) if i != gone}

    rules = Rules(without=frozenset({gone}))
    after = ids_of(shared.make(*seeds, **settings, rules=rules, held=held))

    at = before.index(gone)
    assert len(after) == 20
    assert after[at] not in before
    assert after[:at] == before[:at]
    assert after[at + 1 :] == before[at + 1 :]


def test_a_lock_on_a_journey_keeps_its_place_beside_way_points(shared: Made) -> None:
    stops = [shared.ids[n] for n in (3, 17, 40)]
    before = ids_of(shared.make(*stops, mode=Mode.JOURNEY, length=20))
    locked = {place: before[place] for place in (2, 9, 15) if before[place] not in stops}

    after = ids_of(shared.make(*stops, mode=Mode.JOURNEY, length=20, locked=locked, rng_seed=1))

    assert {place: after[place] for place in locked} == locked
    assert after != before
    assert [i for i in after if i in stops] == stops


def test_locks_beyond_the_end_of_a_shorter_list_come_last(shared: Made) -> None:
    locked = {30: shared.ids[7], 35: shared.ids[8], 38: shared.ids[9]}

    found = ids_of(shared.make(shared.ids[0], length=6, locked=locked))

    assert len(found) == 6
    assert found[3:] == list(locked.values())


def test_only_locks_are_exempt_from_what_the_list_says_of_its_rules(shared: Made) -> None:
    rules = Rules(max_per_artist=1)
    same = {place: shared.ids[n] for place, n in enumerate((4, 24, 44), 1)}

    held = shared.make(shared.ids[0], length=6, rules=rules, held=same)
    locked = shared.make(shared.ids[0], length=6, rules=rules, locked=same)

    assert [each.rule for each in held.relaxed] == [Rule.ARTIST]
    assert not locked.relaxed


def test_a_random_order_has_a_number_of_its_own(shared: Made) -> None:
    one, again, other = (
        ids_of(shared.make(shared.ids[0], order=Order.RANDOM, shuffle=number))
        for number in (0, 0, 1)
    )

    assert one == again != other
    assert set(one) == set(other)


def test_a_removed_or_banned_seed_only_says_how_the_list_sounds(own: Made) -> None:
    removed = own.make(own.ids[0], length=5, rules=Rules(without=frozenset({own.ids[0]})))
    own.opinions.set(own.ids[1], Subject.TRACK, Opinion.BANNED)
    banned = own.make(own.ids[1], length=5)

    assert own.ids[0] not in ids_of(removed)
    assert own.ids[1] not in ids_of(banned)
    assert len(removed.matches) == len(banned.matches) == 5


def test_what_was_let_in_is_in_the_next_one_too(shared: Made) -> None:
    rules = Rules(max_per_artist=1)
    hidden = shared.make(shared.ids[0], length=10, rules=rules).left_out
    wanted = hidden[0].track.id

    let_in = Rules(max_per_artist=1, let_in=frozenset({wanted}))
    for number in (None, 1, 2, 3):
        made = shared.make(shared.ids[0], length=10, rules=let_in, rng_seed=number)
        assert wanted in ids_of(made)


def test_of_a_large_seed_some_tracks_from_everywhere_are_read() -> None:
    ids = tuple(range(5000))

    some = some_of(ids)

    assert (len(some), some[0], some[-1]) == (MOST_TRACKS, 0, 4999)
    assert max(b - a for a, b in itertools.pairwise(some)) <= 13
    assert some_of(ids[:9]) == ids[:9]


def test_a_journey_says_which_tracks_were_left_out(shared: Made) -> None:
    rules = Rules(max_per_artist=1)
    made = shared.make(shared.ids[0], shared.ids[30], mode=Mode.JOURNEY, length=15, rules=rules)

    assert made.left_out
    assert sum(made.hidden.values()) == len({each.track.id for each in made.left_out})
    assert not {each.track.id for each in made.left_out} & set(ids_of(made))


def test_an_album_is_no_track_that_must_be_in_the_list(shared: Made) -> None:
    seed = Seed(SeedKind.ALBUM, "An album", tuple(shared.ids[:3]))

    assert len(shared.make(seed, length=10).matches) == 10


def test_another_file_of_a_banned_recording_is_banned(tmp_path: Path) -> None:
    own = Made(tmp_path)
    try:
        original, copy = own.ids[5], own.add_copy_of(own.ids[5], length=201.0)
        live = own.add_copy_of(own.ids[5], length=250.0)
        loose = Rules(max_per_artist=None, near_duplicates=True)
        assert {original, copy, live} <= set(ids_of(own.make(own.ids[25], length=62, rules=loose)))
        own.opinions.set(original, Subject.TRACK, Opinion.BANNED)
        made = ids_of(own.make(own.ids[25], length=62, rules=loose))
        assert not {original, copy} & set(made)
        assert live in made
    finally:
        own.close()

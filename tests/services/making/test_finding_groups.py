"""Finding groups in a library, with a real catalogue and made-up sounds."""

from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicsim.base.events import Events, GroupsChanged, GroupsProgress, GroupStep
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.embedding_types import KnownModel, PooledTrack, TrackWindows
from musicsim.library.types import Group, ScannedFile, Tags
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints, NotEmbedded
from musicsim.services.making.groups import Groups, NoGroup, TooFewTracks
from musicsim.services.opinions import Opinions

MODEL = KnownModel("m", Path("m.h5"), None, None, standardised=True)
OTHER = KnownModel("other", Path("o.h5"), None, None, standardised=True)
GENRES = ("Rock", "Jazz", "Techno", "Folk", "Choir")


class GroupedLibrary:
    """A library whose tracks sound as their genres do."""

    def __init__(self, folder: Path) -> None:
        self.catalogue = Catalogue(folder)
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        self.seen: list[object] = []
        events = Events()
        events.subscribe(self.seen.append)
        points = LibraryPoints(self.catalogue, self.embeddings, MODEL)
        self.catalogue.settings.set("model", MODEL.identity)
        self.nearest = Nearest(points, IndexSync(self.catalogue, points, None))
        self.opinions = Opinions(self.catalogue, events)
        banned = BannedTracks(self.catalogue, self.opinions, self.nearest, events)
        self.groups = Groups(self.catalogue, banned, self.nearest, events)
        self._folder = self.catalogue.folders.add(Path("/m"))
        self._rng = np.random.default_rng(0)
        self._sounds = 3 * self._rng.normal(size=(len(GENRES), 16))
        self.ids: list[int] = []

    def add(self, count: int, *, tags: Tags | None = None) -> list[int]:
        """Add tracks of each genre in turn."""
        added = []
        for number in range(len(self.ids), len(self.ids) + count):
            kind = number % len(GENRES)
            own = tags or Tags(f"T{number}", f"A{number}", f"A{number}'s", genre=GENRES[kind])
            sound = self._sounds[kind] + self._rng.normal(size=16)
            added.append(self.add_one(own, sound))
        return added

    def points_of(self, genre: str) -> np.ndarray:
        """Return the middle of a genre's sounds."""
        return self._sounds[GENRES.index(genre)]

    def add_one(self, tags: Tags, sound: Sequence[float], model: KnownModel = MODEL) -> int:
        number = len(self.ids)
        file = ScannedFile(Path(f"/m/{number}.mp3"), 1, 1, str(number).encode(), tags)
        self.ids.append(self.catalogue.files.add(self._folder, file))
        self.listen(self.ids[-1], sound, model)
        return self.ids[-1]

    def listen(self, track_id: int, sound: Sequence[float], model: KnownModel = MODEL) -> None:
        vector = np.asarray(sound, np.float32)
        windows = TrackWindows(np.zeros(1), vector[np.newaxis])
        pending = self.embeddings.pending.tracks(model.identity)
        track = next(track for track in pending if track.id == track_id)
        self.embeddings.store(track, model.identity, 1, windows, PooledTrack(vector, 1))

    def refresh(self, **options) -> dict[str, Group]:
        return {group.name: group for group in self.groups.refresh(**options).result()}

    def close(self) -> None:
        self.groups.close()
        self.embeddings.close()
        self.catalogue.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[GroupedLibrary]:
    made = GroupedLibrary(tmp_path)
    yield made
    made.close()


def tracks(groups: dict[str, Group]) -> dict[str, set[int]]:
    return {name: set(group.track_ids) for name, group in groups.items()}


def test_a_small_library_has_groups_named_after_what_they_share(library):
    library.add(30)

    groups = library.refresh()

    assert tracks(groups) == {genre: set(library.ids[n::5]) for n, genre in enumerate(GENRES)}
    assert GroupsChanged() in library.seen
    assert not any(group.frozen or group.renamed for group in groups.values())


def test_below_thirty_tracks_the_reason_is_told_and_what_was_kept_stays(library):
    library.add(30)
    before = library.refresh()
    library.catalogue.files.set_missing(library.ids[:1], True)
    file = ScannedFile(Path("/m/new.mp3"), 1, 1, b"new", Tags())
    library.catalogue.files.add(library.catalogue.folders.add(Path("/m")), file)

    with pytest.raises(TooFewTracks, match=r"at least 30 .* has 29, and 1 more"):
        library.refresh()

    assert tracks({group.name: group for group in library.groups.all()}) == tracks(before)


def test_an_empty_library_has_too_few_tracks(library):
    with pytest.raises(TooFewTracks, match="has 0: add more music"):
        library.refresh()


def test_the_most_typical_tracks_come_first(library):
    library.add(35)
    group = library.refresh()["Jazz"]

    ids, points = library.nearest.all_points()
    rows = dict(zip(ids.tolist(), points, strict=True))
    cosines = [float(rows[track] @ group.centre) for track in group.track_ids]
    assert cosines == sorted(cosines, reverse=True)


def test_groups_keep_their_names_and_tracks_as_the_library_grows(library):
    library.add(35)
    before = library.refresh()
    for track_id in library.ids[::5]:
        library.catalogue.files.set_missing([track_id], track_id == library.ids[5])
    library.add(3, tags=Tags(genre="Polka"))

    after = library.refresh(rng_seed=3)

    assert after.keys() == before.keys()
    assert {name: group.id for name, group in after.items()} == {
        name: group.id for name, group in before.items()
    }
    gone = {library.ids[5]}
    assert all(tracks(after)[name] >= own - gone for name, own in tracks(before).items())
    assert set().union(*tracks(after).values()) == set(library.ids) - gone


def test_the_same_library_and_number_give_the_same_groups(library, tmp_path):
    library.add(50)
    (tmp_path / "twin").mkdir()
    twin = GroupedLibrary(tmp_path / "twin")
    twin.add(50)

    assert tracks(library.refresh(rng_seed=5)) == tracks(twin.refresh(rng_seed=5))
    twin.close()


def test_a_frozen_group_stays_as_it_is_and_its_tracks_are_in_no_other(library):
    library.add(35)
    frozen = library.refresh()["Rock"]
    library.groups.freeze(frozen.id)
    new = library.add(10)

    after = library.refresh()

    assert after["Rock"] == replace(frozen, frozen=True)
    others = set().union(*(group.track_ids for name, group in after.items() if name != "Rock"))
    assert others == set(library.ids) - set(frozen.track_ids)
    library.groups.unfreeze(frozen.id)
    assert new[0] in library.refresh()["Rock"].track_ids


def test_everything_may_be_frozen(library):
    library.add(35)
    before = library.refresh()
    for group in before.values():
        library.groups.freeze(group.id)

    assert tracks(library.refresh()) == tracks(before)


def test_a_name_that_the_listener_chose_stays_with_its_sound(library):
    library.add(45)
    before = library.refresh()
    kind = next(n for n, genre in enumerate(GENRES) if genre in before)
    group = before[GENRES[kind]]
    library.groups.rename(group.id, "Loud")
    library.catalogue.files.set_missing(group.track_ids, True)
    library.catalogue.files.forget_missing()

    assert library.refresh()["Loud"].id == group.id
    back = library.add(45)[kind :: len(GENRES)]

    assert set(back) <= set(library.refresh()["Loud"].track_ids)


def test_every_change_is_told(library):
    library.add(35)
    group = library.refresh()["Rock"]
    for change in (
        lambda: library.groups.rename(group.id, "Loud"),
        lambda: library.groups.freeze(group.id),
        lambda: library.groups.unfreeze(group.id),
        library.refresh,
    ):
        library.seen.clear()
        change()
        told = [event for event in library.seen if not isinstance(event, GroupsProgress)]
        assert told == [GroupsChanged()]


def test_groups_are_the_same_after_the_model_has_changed(library):
    library.add(35)
    before = library.refresh()
    library.groups.rename(before["Jazz"].id, "Blue notes")
    rng = np.random.default_rng(1)
    sounds = 3 * rng.normal(size=(5, 8))
    for number, track_id in enumerate(library.ids):
        library.listen(track_id, sounds[number % 5] + rng.normal(size=8), OTHER)
    library.nearest.use(OTHER)

    after = library.refresh()

    assert after.keys() == before.keys() - {"Jazz"} | {"Blue notes"}
    assert after["Rock"].model == "other"
    assert after["Rock"].id == before["Rock"].id


def test_groups_without_tags_get_a_name_as_soon_as_there_are_tags(library):
    library.add(35, tags=Tags(title="Same"))
    before = library.refresh()
    assert set(before) == {"Group 1", "Group 2", "Group 3", "Group 4", "Group 5"}
    for number, track_id in enumerate(library.ids):
        file = ScannedFile(
            Path(f"/m/{number}.mp3"), 1, 1, str(number).encode(), Tags(genre=GENRES[number % 5])
        )
        library.catalogue.files.update(track_id, 1, file)

    assert set(library.refresh()) == set(GENRES)


def test_numbered_groups_keep_their_numbers_beside_new_ones(library):
    library.add(35, tags=Tags(title="Same"))
    before = library.refresh()
    library.add(100, tags=Tags(title="Same"))

    after = library.refresh()

    assert len(after) > len(before)
    assert set(after) == {f"Group {n + 1}" for n in range(len(after))}
    assert all(after[name].id == group.id for name, group in before.items())


def test_a_group_that_has_become_another_gets_a_name_that_fits(library):
    library.add(35, tags=Tags(genre="Polka", artist="Band"))
    library.add(265)
    known = set(library.ids[:35])
    library.catalogue.files.set_missing(library.ids[35:], True)
    before = library.refresh()
    library.catalogue.files.set_missing(library.ids[35:], False)

    after = library.refresh()

    assert all(name.startswith("Polka") for name in before)
    assert {group.id for group in before.values()} <= {group.id for group in after.values()}
    for name, group in after.items():
        if len(known & set(group.track_ids)) < len(group.track_ids) / 3:
            assert "Polka" not in name


def test_silent_tracks_and_copies_are_no_trouble(library):
    library.add(35)
    for _ in range(6):
        library.add_one(Tags("Silence"), np.zeros(16))
        library.add_one(Tags("Hum"), np.ones(16))

    groups = library.refresh()

    together = [set(group.track_ids) for group in groups.values()]
    silent, hum = set(library.ids[35::2]), set(library.ids[36::2])
    assert not any(silent & own for own in together)
    assert sum(bool(hum & own) for own in together) == 1


def test_tracks_that_all_sound_the_same_are_one_group(library):
    for _ in range(35):
        library.add_one(Tags("Hum", genre="Drone"), np.ones(16))

    assert tracks(library.refresh()) == {"Drone": set(library.ids)}


def test_tracks_that_are_missing_are_left_out_of_lists(library):
    library.add(35)
    rock = library.refresh()["Rock"]
    library.catalogue.files.set_missing(rock.track_ids[:1], True)

    assert [track.id for track in library.groups.tracks_of(rock)] == list(rock.track_ids[1:])
    covers = library.groups.cover_tracks(rock)
    assert covers[0].id == rock.track_ids[1]
    assert len({track.tags.album for track in covers}) == len(covers) > 1
    library.catalogue.files.forget_missing()
    assert len(library.groups.tracks_of(rock)) == len(rock.track_ids) - 1


def test_a_banned_track_stays_in_its_group_but_is_not_in_its_list(library):
    library.add(35)
    group = library.refresh()["Rock"]
    banned, *others = group.track_ids
    library.opinions.set(banned, Subject.TRACK, Opinion.BANNED)
    assert [track.id for track in library.groups.tracks_of(group)] == others
    library.opinions.withdraw(banned, Subject.TRACK, Opinion.BANNED)
    assert [track.id for track in library.groups.tracks_of(group)] == [banned, *others]


def test_closing_does_not_wait_for_groups(library):
    library.add(35)
    library.groups.close()

    with pytest.raises(CancelledError):
        library.groups._refresh(0)
    assert library.groups.all() == []


def test_groups_are_due_once_the_library_was_listened_to_and_when_it_has_grown(library):
    library.add(29)
    assert not library.groups.due().result()
    library.add(11)
    waiting = library.catalogue.files.add(
        1, ScannedFile(Path("/m/waits.mp3"), 1, 1, b"waits", Tags())
    )
    assert not library.groups.due().result()
    library.listen(waiting, np.ones(16))
    assert library.groups.due().result()

    library.refresh()
    assert not library.groups.due().result()
    library.add(4)
    assert not library.groups.due().result()
    library.add(1)
    assert library.groups.due().result()


def test_a_disk_that_comes_and_goes_makes_no_groups_due(library):
    library.add(60)
    library.catalogue.files.set_missing(library.ids[:20], True)
    library.refresh()
    assert not library.groups.due().result()

    library.catalogue.files.set_missing(library.ids[:20], False)
    assert library.groups.due().result()
    library.refresh()
    library.catalogue.files.set_missing(library.ids[:20], True)
    assert not library.groups.due().result()


def test_groups_whose_music_has_left_the_library_are_not_shown_and_soon_found_again(library):
    library.add(60)
    library.refresh()
    gone, named, *_ = [group for group in library.groups.all() if group.track_ids]
    library.groups.rename(named.id, "Mine")
    library.catalogue.files.set_missing([*gone.track_ids, *named.track_ids], True)
    library.catalogue.files.forget_missing()

    shown = {card.name: card.count for card in library.groups.cards().result()}
    assert gone.name not in shown
    assert shown["Mine"] == 0
    assert library.groups.due().result()
    library.refresh()
    assert not library.groups.due().result()


def test_another_model_makes_groups_due(library):
    library.add(30)
    library.refresh()
    for track_id in library.ids:
        library.listen(track_id, np.ones(16) * (track_id % 5), OTHER)
    library.catalogue.settings.set("model", OTHER.identity)
    library.nearest.use(OTHER)

    assert library.groups.due().result()
    library.refresh()
    assert not library.groups.due().result()


def test_the_steps_are_told(library):
    library.add(30)
    library.refresh()

    told = [event for event in library.seen if isinstance(event, GroupsProgress)]
    assert [event.step for event in told] == list(GroupStep)
    assert told[1].tracks == 30


def test_a_track_has_the_group_that_it_is_in_or_whose_middle_is_nearest(library):
    library.add(30)
    jazz = library.refresh()["Jazz"]

    group, listed = library.groups.group_of(jazz.track_ids[-1])
    assert (group, [track.id for track in listed]) == (jazz, list(jazz.track_ids))
    new = library.add(5)
    assert library.groups.group_of(new[1])[0] == jazz


def test_a_track_of_no_group_says_why(library):
    library.add(30)
    with pytest.raises(NoGroup, match="no groups yet"):
        library.groups.group_of(library.ids[0])
    library.refresh()
    silent = library.catalogue.files.add(1, ScannedFile(Path("/m/n.mp3"), 1, 1, b"n", Tags()))
    with pytest.raises(NotEmbedded):
        library.groups.group_of(silent)


def test_more_like_a_group_is_the_nearest_outside_it(library):
    library.add(30)
    jazz = library.refresh()["Jazz"]
    near = library.add_one(Tags("Near"), library.points_of("Jazz") + 0.1)
    banned = library.add_one(Tags("Never"), library.points_of("Jazz"))
    library.catalogue.opinions.set_track(banned, Opinion.BANNED)

    found = library.groups.more_like(jazz.id, 10).result()

    assert found[0].id == near
    assert len(found) == 10
    assert not {track.id for track in found} & {banned, *jazz.track_ids}
    assert library.groups.more_like(99).result() == []


def test_a_card_shows_what_can_be_played(library):
    for number in range(30):
        album = f"Album {number % 3}"
        library.add_one(Tags(f"T{number}", "A", album, duration=60.0), library.points_of("Jazz"))
    group = next(iter(library.refresh().values()))
    library.catalogue.files.set_missing(library.ids[:5], True)
    library.groups.freeze(group.id)

    (card,) = library.groups.cards().result()

    assert (card.id, card.name, card.frozen) == (group.id, group.name, True)
    assert (card.count, card.seconds) == (25, 25 * 60)
    assert {track.tags.album for track in card.covers} == {"Album 0", "Album 1", "Album 2"}

"""Smart playlists of a real catalogue, with made-up sounds."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, SmartListsChanged, TracksChanged, TracksRemoved
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.embedding_types import KnownModel, PooledTrack, TrackWindows
from musicsim.library.types import EndOfPlay, Play, ScannedFile, Tags
from musicsim.playlists.smart.ready_made import READY_MADE
from musicsim.playlists.smart.rules import (
    Field,
    Group,
    LikedRule,
    NumberRule,
    Order,
    OrderBy,
    PlaylistRule,
    Rule,
    SmartRules,
    SoundRule,
    TextMatch,
    TextRule,
)
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints
from musicsim.services.history import PlayHistory
from musicsim.services.making.smart_lists import SmartLists
from musicsim.services.making.smart_texts import remarks
from musicsim.services.making.smart_world import Moment
from musicsim.services.opinions import Opinions

MODEL = KnownModel("m", Path("m.h5"), None, None, standardised=True)
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC).timestamp()
DAY = 86_400.0


class SmartLibrary:
    """A library with smart playlists, at a time that a test sets."""

    def __init__(self, folder: Path, *, most_values: int = 2**20) -> None:
        self.folder = folder
        self.catalogue = Catalogue(folder)
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        self.catalogue.settings.set("model", MODEL.identity)
        self.events = Events()
        self.now = NOON
        points = LibraryPoints(self.catalogue, self.embeddings, MODEL, most_values=most_values)
        self.nearest = Nearest(points, IndexSync(self.catalogue, points, None))
        self.opinions = Opinions(self.catalogue, self.events)
        self.history = PlayHistory(self.catalogue, self.events)
        self.lists = SmartLists(
            self.catalogue,
            self.opinions,
            BannedTracks(self.catalogue, self.opinions, self.nearest, self.events),
            self.nearest,
            self.events,
            moment=lambda: Moment(self.now, UTC),
        )
        self._folder = self.catalogue.folders.add(Path("/m"))
        self._count = 0

    def add(self, sound: list[float] | None = None, **tags) -> int:
        self._count += 1
        number = self._count
        known = Tags(**{"title": f"T{number}", "duration": 200.0, **tags})
        file = ScannedFile(Path(f"/m/{number:03}.mp3"), 1, 1, str(number).encode(), known)
        track_id = self.catalogue.files.add(self._folder, file)
        if sound is not None:
            self.listen(track_id, sound)
        self.events.emit(TracksChanged((track_id,)))
        return track_id

    def listen(self, track_id: int, sound: list[float]) -> None:
        vector = np.asarray(sound, np.float32)
        windows = TrackWindows(np.zeros(1), vector[np.newaxis])
        pending = self.embeddings.pending.tracks(MODEL.identity)
        track = next(track for track in pending if track.id == track_id)
        self.embeddings.store(track, MODEL.identity, 1, windows, PooledTrack(vector, 1))

    def retag(self, track_id: int, **tags) -> None:
        (track,) = self.catalogue.tracks.by_id([track_id])
        file = ScannedFile(track.path, 2, 2, b"new", Tags(**tags))
        self.catalogue.files.update(track_id, self._folder, file)
        self.events.emit(TracksChanged((track_id,)))

    def play(self, track_id: int, days_ago: float = 0.0) -> None:
        play = Play(track_id, self.now - days_ago * DAY, 200.0, 200.0, EndOfPlay.FINISHED)
        self.history.add(play)

    def like(self, track_id: int) -> None:
        self.opinions.set(track_id, Subject.TRACK, Opinion.LIKED)

    def ban(self, track_id: int, subject: Subject = Subject.TRACK) -> None:
        self.opinions.set(track_id, subject, Opinion.BANNED)

    def found(self, *rules: Rule | Group, **others) -> list[int]:
        made = SmartRules(Group(rules), **{"order": Order(OrderBy.SKIPS), **others})
        return list(self.lists.evaluate(made).track_ids)

    def ready_made(self, key: str) -> list[int]:
        (found,) = [each for each in self.lists.all() if each.ready_made == key]
        return list(self.lists.find(found.id).track_ids)

    def close(self) -> None:
        self.lists.close()
        self.embeddings.close()
        self.catalogue.close()


@pytest.fixture
def library(tmp_path: Path) -> Iterator[SmartLibrary]:
    made = SmartLibrary(tmp_path)
    yield made
    made.close()


def genre(*names: str, negated: bool = False) -> TextRule:
    return TextRule(Field.GENRE, TextMatch.IS, names, negated)


def test_every_library_has_those_that_are_ready_made(library):
    assert [(each.ready_made, each.name) for each in library.lists.all()] == [
        (key, name) for key, (name, _) in READY_MADE.items()
    ]
    for each in library.lists.all():
        assert library.lists.content(each.id).result().track_ids == ()


def test_lists_follow_the_library_and_the_history(library):
    rock, pop = library.add(genre="Rock"), library.add(genre="Pop")
    assert library.found(genre("Rock")) == [rock]

    library.retag(pop, title="Other", genre="Rock")
    assert library.found(genre("Rock")) == [rock, pop]
    library.catalogue.folders.remove(Path("/m"))
    library.events.emit(TracksRemoved((rock, pop)))
    assert library.found() == []


def test_what_is_played_liked_or_cleared_counts_at_once(library):
    first, second = library.add(), library.add()
    assert library.ready_made("never-played") in ([first, second], [second, first])
    library.play(first)
    library.play(first)
    library.play(second)
    assert library.ready_made("never-played") == []
    assert library.ready_made("most-played") == [first, second]
    assert library.ready_made("liked") == []
    library.like(second)
    assert library.ready_made("liked") == [second]
    library.history.clear()
    assert library.ready_made("most-played") == []


def test_recently_added_has_the_latest_first(library):
    ids = [library.add() for _ in range(3)]
    assert library.ready_made("recently-added") == ids[::-1]


def test_long_not_heard_and_forgotten_gems_change_with_the_day(library):
    track = library.add()
    library.like(track)
    library.play(track)
    library.now += 170 * DAY
    assert library.ready_made("long-not-heard") == library.ready_made("forgotten-gems") == []
    library.now += 20 * DAY
    assert library.ready_made("long-not-heard") == [track]
    # It was added by the computer's own clock, long before or after the test's.
    library.now = max(library.now, datetime.now(UTC).timestamp() + 400 * DAY)
    assert library.ready_made("forgotten-gems") == [track]


def test_bans_are_honoured_by_every_list(library):
    track = library.add(genre="Rock", artist="Somebody", album="A")
    other = library.add(genre="Rock", artist="Somebody else", album="B")
    third = library.add(genre="Rock", artist="Third", album="C")
    for each in (track, other, third):
        library.like(each)
    library.ban(track)
    library.ban(other, Subject.ARTIST)
    library.ban(third, Subject.ALBUM)

    content = library.lists.evaluate(SmartRules(Group((genre("Rock"),))))
    assert (content.track_ids, content.matched, content.banned) == ((), 3, 3)
    assert library.ready_made("liked") == []

    library.opinions.withdraw(other, Subject.ARTIST, Opinion.BANNED)
    assert library.found(genre("Rock")) == [other]
    library.retag(third, title="T", artist="Third", album="Another", genre="Rock")
    assert third not in library.found(genre("Rock")), "it was in the album that is banned"


def test_a_track_gets_out_of_a_ban_and_into_one_by_its_tags(library):
    library.ban(library.add(artist="Banned"), Subject.ARTIST)
    track = library.add(artist="Free", genre="Rock")
    assert library.found(genre("Rock")) == [track]
    library.retag(track, artist="Banned", genre="Rock")
    assert library.found(genre("Rock")) == []
    library.retag(track, artist="Free again", genre="Rock")
    assert library.found(genre("Rock")) == [track]


def test_what_is_known_of_banned_names_is_kept_while_tracks_are_listened_to(library, monkeypatch):
    library.ban(library.add(artist="Banned"), Subject.ARTIST)
    tracks = [library.add(artist="Free", genre="Rock") for _ in range(20)]
    assert library.found(genre("Rock")) == tracks
    read, by_id = [], library.catalogue.tracks.by_id
    monkeypatch.setattr(
        library.catalogue.tracks, "by_id", lambda ids: read.extend(ids := list(ids)) or by_id(ids)
    )
    tracks.append(library.add([1, 0], artist="Free", genre="Rock"))
    assert library.found(genre("Rock")) == tracks
    assert set(read) == {tracks[-1]}


def test_tracks_on_a_disk_that_is_away_are_counted_and_not_played(library):
    here, away = library.add(), library.add()
    library.catalogue.files.set_missing([away], True)
    library.events.emit(TracksChanged((away,)))
    content = library.lists.evaluate(SmartRules())
    assert (content.track_ids, content.matched, content.missing) == ((here,), 2, 1)


def test_sounds_like(library):
    seed = library.add([1, 0])
    near, far, silent = library.add([0.9, 0.1]), library.add([-1, 0.2]), library.add()
    assert library.found(SoundRule((seed,), 0.9)) == [seed, near]
    assert library.found(SoundRule((seed,), 0.9, negated=True)) == [far, silent]
    assert library.found(SoundRule((seed, far), 0.9)) == [seed, near, far]
    similar = {"order": Order(OrderBy.SIMILARITY), "tracks": 2}
    assert library.found(SoundRule((near,), 0.1), **similar) == [near, seed]


def test_a_library_too_large_for_memory_gives_the_same_lists(
    library: SmartLibrary, tmp_path_factory: pytest.TempPathFactory
) -> None:
    large = SmartLibrary(tmp_path_factory.mktemp("large"), most_values=1)
    rng = np.random.default_rng(0)
    for _ in range(40):
        sound = rng.normal(size=4).tolist()
        library.add(sound)
        large.add(sound)
    for one in (library, large):
        one.catalogue.files.set_missing([7], True)
    like = SmartRules(Group((SoundRule((3, 9, 7), 0.3),)), Order(OrderBy.SIMILARITY))
    flowing = SmartRules(order=Order(OrderBy.FLOW), tracks=12)
    mixed = SmartRules(order=Order(OrderBy.RANDOM), known_per_new=4)
    for one in (library, large):
        for track in range(1, 31):
            one.play(track)
    for rules in (like, flowing, mixed):
        content = library.lists.evaluate(rules)
        assert content == large.lists.evaluate(rules)
        assert len(content.track_ids) > 5
    large.close()


def test_a_list_without_sounds_yet_says_so(library):
    silent = library.add()
    rules = SmartRules(Group((SoundRule((silent, 999), 0.5),)))
    content = library.lists.evaluate(rules)
    assert (content.track_ids, content.unheard) == ((), True)
    library.listen(silent, [1, 0])
    assert library.lists.evaluate(
        replace(rules, group=Group((SoundRule((silent,), 0.5),)))
    ).track_ids == (silent,)


def test_another_models_points_are_not_mixed_with_the_first(library):
    track = library.add([1, 0])
    library.nearest.use(replace(MODEL, identity="other"))
    content = library.lists.evaluate(SmartRules(Group((SoundRule((track,), 0.5),))))
    assert (content.track_ids, content.unheard) == ((), True)


def test_for_today_is_around_what_was_played_before_today(library):
    first, near = library.add([1, 0]), library.add([0.9, 0.2])
    other, other_near = library.add([-1, 0]), library.add([-0.9, 0.2])
    (today,) = [each for each in library.lists.all() if each.ready_made == "for-today"]
    assert library.lists.find(today.id).nothing_lately

    library.play(first, days_ago=1)
    assert set(library.ready_made("for-today")) == {first, near}
    library.play(other)
    assert set(library.ready_made("for-today")) == {first, near}, "not under the listener's hands"
    library.now += DAY
    assert set(library.ready_made("for-today")) == {first, near, other, other_near}


def test_on_the_first_day_today_counts(library):
    first, near = library.add([1, 0]), library.add([0.9, 0.2])
    library.play(first)
    assert set(library.ready_made("for-today")) == {first, near}


def test_one_new_for_four_does_not_change_while_it_is_played(library):
    ids = [library.add([1, n / 100]) for n in range(20)]
    for known in ids[:16]:
        library.play(known, days_ago=2)
    before = library.ready_made("one-new-for-four")
    assert [track in ids[16:] for track in before] == 4 * [False, False, False, False, True]
    for track in before:
        library.play(track)
    assert library.ready_made("one-new-for-four") == before


def test_podcasts_and_audiobooks_are_no_music_that_was_not_heard(library):
    for words in ("Podcasts/Tech", "Audio Book", "Books & Spoken", "Hörbuch; Krimi", "Speech"):
        library.add([1, 0], genre=words)
    music = [library.add([1, 0], genre=words) for words in ("Horror", "Spoken Word", "")]
    assert sorted(library.ready_made("never-played")) == music
    assert sorted(library.ready_made("one-new-for-four")) == music


def test_playlists_in_rules(library):
    first, second = library.add(genre="Rock"), library.add(genre="Pop")
    library.catalogue.playlists.create("Sunday", [second])
    rock = library.lists.create("Rock", SmartRules(Group((genre("Rock"),))))
    assert library.found(PlaylistRule("Sunday")) == [second]
    assert library.found(PlaylistRule("Rock")) == [first]
    assert library.found(PlaylistRule("Rock", negated=True)) == [second]

    library.lists.delete(rock.id)
    content = library.lists.evaluate(SmartRules(Group((PlaylistRule("Rock"),))))
    assert (content.track_ids, content.lost) == ((), ("Rock",))


def test_lists_that_refer_to_each_other_end(library):
    track = library.add(genre="Rock")
    a = library.lists.create("A", SmartRules(Group((genre("Rock"), PlaylistRule("B")), any=True)))
    b = library.lists.create("B", SmartRules(Group((PlaylistRule("A"),))))
    own = library.lists.create("Own", SmartRules(Group((PlaylistRule("Own"),))))
    assert library.lists.find(a.id).track_ids == library.lists.find(b.id).track_ids == (track,)
    assert library.lists.find(own.id).lost == ("Own",)


def test_rules_that_cannot_be_read_leave_a_list_that_says_why(library):
    stored = library.catalogue.smart_lists.create("Newer", '{"version": 99}')
    content = library.lists.find(stored.id)
    assert content.track_ids == ()
    assert "newer musicsim" in content.problem
    library.lists.change(stored.id, rules=SmartRules())
    assert library.lists.find(stored.id).problem == ""


def test_a_ready_made_list_is_edited_restored_duplicated_and_hidden(library):
    lists = library.lists
    liked = next(each for each in lists.all() if each.ready_made == "liked")
    copy = lists.duplicate(liked.id)
    assert (copy.name, copy.rules, copy.ready_made) == ("Liked (2)", liked.rules, None)

    lists.change(liked.id, name="Loved", rules=SmartRules(tracks=1))
    edited = lists.get(liked.id)
    assert (edited.name, edited.is_edited, edited.rules.tracks) == ("Loved", True, 1)
    lists.restore(liked.id)
    assert lists.get(liked.id).rules == SmartRules(Group((LikedRule(),)))
    lists.hide(liked.id)
    assert liked.id not in [each.id for each in lists.all()]
    assert liked.id in [each.id for each in lists.all(hidden=True)]
    lists.hide(liked.id, False)
    lists.delete(liked.id)
    assert lists.get(liked.id).hidden

    lists.delete(copy.id)
    with pytest.raises(MusicsimError, match="not there any more"):
        lists.duplicate(copy.id)
    assert lists.find(copy.id).track_ids == ()


def test_shuffle_draws_another_order_that_stays(library):
    for _ in range(30):
        library.add()
    never = next(each for each in library.lists.all() if each.ready_made == "never-played")
    before = library.lists.find(never.id).track_ids
    assert library.lists.find(never.id).track_ids == before
    library.lists.shuffle(never.id)
    after = library.lists.find(never.id).track_ids
    assert set(after) == set(before)
    assert after != before


def test_values_for_completion_have_the_most_frequent_first(library):
    for name in ("Pop; Rock", "Rock", "Rock", "", "Jazz"):
        library.add(genre=name)
    assert library.lists.values(Field.GENRE).result() == ["Rock", "Jazz", "Pop", "Pop; Rock"]


def test_a_reader_finds_the_lists_of_a_library_that_is_in_use(library):
    track = library.add(genre="Rock")
    library.lists.create("Rock", SmartRules(Group((genre("Rock"),))))
    reading = Catalogue(library.folder, read_only=True)
    opinions, events = Opinions(reading, Events()), Events()
    banned = BannedTracks(reading, opinions, library.nearest, events)
    lists = SmartLists(reading, opinions, banned, library.nearest, events, read_only=True)
    assert lists.find(lists.named("Rock").id).track_ids == (track,)
    lists.close()
    reading.close()


class Told:
    """Waits for the events that say that lists changed."""

    def __init__(self, events: Events, until: Callable[[], bool]) -> None:
        self.seen: list[int] = []
        self._until = until
        self.happened = threading.Event()
        events.subscribe(self._see)

    def _see(self, event: object) -> None:
        if isinstance(event, SmartListsChanged):
            self.seen += event.list_ids
            if self._until():
                self.happened.set()


def test_lists_are_refreshed_in_the_background_and_only_what_changed_is_told(library):
    lists = library.lists
    rock = lists.create("Rock", SmartRules(Group((genre("Rock"),)))).id
    pop = lists.create("Pop", SmartRules(Group((genre("Pop"),)))).id
    lists.refresh()
    track = library.add(genre="Rock")
    told = Told(library.events, lambda: lists.known_content(rock).track_ids == (track,))
    lists.start()
    assert told.happened.wait(30)
    assert pop not in told.seen

    (liked,) = [each.id for each in lists.all() if each.ready_made == "liked"]
    again = Told(library.events, lambda: lists.known_content(liked).track_ids == (track,))
    library.like(track)
    assert again.happened.wait(30)
    assert again.seen == [liked]


def test_a_range_of_plays_is_found_in_the_history(library):
    first, second = library.add(), library.add()
    for _ in range(3):
        library.play(first)
    library.play(second)
    assert library.found(NumberRule(Field.PLAYS, 2, None)) == [first]


def test_tracks_that_state_no_length_are_told_of_in_a_list_of_minutes(library):
    for _ in range(3):
        library.add(duration=120.0)
    unknown = [library.add(duration=None) for _ in range(40)]
    content = library.lists.evaluate(
        SmartRules(order=Order(OrderBy.ADDED, descending=True), minutes=20)
    )
    # Each counts as two minutes, the mean, and not as none.
    assert len(content.track_ids) == content.unknown_lengths == 10
    assert set(content.track_ids) <= set(unknown)
    assert remarks(content) == ["10 tracks state no length and count as long as the mean."]
    assert library.lists.evaluate(SmartRules()).unknown_lengths == 0

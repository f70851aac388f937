"""Tracks whose files take each other's places, with a stand-in for what hears them."""

import functools

import numpy as np
import pytest
from scanned_library import Library

from musicsim.library.catalogue.identity import may_be_copies
from musicsim.library.embedding_types import PendingTrack, PooledTrack, TrackWindows
from musicsim.library.scanning.counting import summarise
from musicsim.library.types import EndOfPlay, FoundGroup, Play

MODEL = "m"


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    made.catalogue.settings.set("model", MODEL)
    made.file("kept.mp3")
    made.scan()
    yield made
    made.embeddings.close()
    made.catalogue.close()


def listen(library, **sounds: bytes) -> None:
    """Hear what is pending: by the file's name what it sounds like, which is also its vector."""
    for track in library.embeddings.pending.tracks(MODEL):
        sound = sounds.get(track.path.stem, b"k")
        found = library.identity.recognise(track, sound, MODEL, None)
        if found.shares or found.track_id != track.id or not is_pending(library, track.id):
            continue
        vector = np.full(3, float(sound[0]), np.float32)
        windows = TrackWindows(np.zeros(1), vector[None])
        library.embeddings.store(track, MODEL, 1, windows, PooledTrack(vector, 1), afresh=True)
        library.identity.heard(track, sound, MODEL)


def is_pending(library, track_id: int) -> bool:
    return track_id in [track.id for track in library.embeddings.pending.tracks(MODEL)]


def state(library) -> dict[str, tuple[int, bytes]]:
    """By the names of the files that are there, their track and what its embedding is of."""
    return {
        track.path.stem: (track.id, heard_as(library, track.id))
        for track in library.catalogue.tracks.all()
        if not track.missing
    }


def heard_as(library, track_id: int) -> bytes:
    return bytes([int(library.embeddings.pooled.of(track_id, MODEL).vector[0])])


@pytest.mark.parametrize(("source", "target"), [("b", "a"), ("a", "b")])
def test_a_sound_that_was_copied_over_another_and_deleted_before_anybody_heard(
    library, source, target
):
    paths = {name: library.file(f"{name}.mp3") for name in "ab"}
    library.scan()
    listen(library, a=b"a", b=b"b")
    ids = {name: track_id for name, (track_id, _) in state(library).items()}
    paths[target].write_bytes(paths[source].read_bytes())
    library.scan()
    paths[source].unlink()
    library.scan()
    listen(library, **{target: source.encode()})
    library.scan()
    assert state(library)[target] == (ids[source], source.encode())
    # The other one was written over, and is kept as what it was.
    assert library.catalogue.tracks.counts().missing == 1
    assert heard_as(library, ids[target]) == target.encode()


def test_a_missing_sound_that_turns_up_over_another_leaves_that_one_missing(library):
    one, two = library.file("a.mp3"), library.file("b.mp3")
    library.scan()
    listen(library, a=b"a", b=b"b")
    ids = {name: track_id for name, (track_id, _) in state(library).items()}
    playlist = library.catalogue.playlists.create("Evening", [ids["a"], ids["b"]])
    one.unlink()
    library.scan()
    two.write_bytes(b"the sound of a, with other tags")
    library.scan()
    listen(library, b=b"a")
    assert state(library)["b"] == (ids["a"], b"a")
    assert heard_as(library, ids["b"]) == b"b"
    (kept,) = library.catalogue.playlists.all()
    assert kept.track_ids == playlist.track_ids == (ids["a"], ids["b"])
    # Its own sound, when it comes back, is that track.
    library.file("again.mp3")
    library.scan()
    listen(library, again=b"b")
    assert state(library)["again"] == (ids["b"], b"b")


def counts(library, scan) -> tuple[int, int, int, int, int]:
    now = summarise(scan.changes, library.catalogue)
    return now.added, now.changed, now.moved, now.missing, now.unchanged


def test_the_counts_of_a_scan_are_what_became_of_the_files(library):
    moved, retagged, gone, touched = (library.file(f"{name}.mp3") for name in "abcd")
    library.scan()
    listen(library, a=b"a", b=b"b", c=b"c", d=b"d")
    # a is moved and retagged, b retagged, c deleted; e is new, and has another sound than all of them.
    moved.unlink()
    library.file("new/a.mp3", b"the sound of a, with other tags")
    retagged.write_bytes(b"the sound of b, with other tags")
    gone.unlink()
    library.file("e.mp3")
    touched.touch()
    scan = library.scan()
    assert counts(library, scan) == (2, 1, 0, 2, 2)
    listen(library, a=b"a", b=b"b", e=b"e")
    assert counts(library, scan) == (1, 1, 1, 1, 2)
    # c comes back by another name, with other tags, from an earlier scan's point of view.
    library.file("back.mp3", b"the sound of c, with other tags")
    scan = library.scan()
    assert counts(library, scan) == (1, 0, 0, 0, 5)
    listen(library, back=b"c")
    assert counts(library, scan) == (0, 0, 1, 0, 5)


def test_a_sound_written_over_another_is_moved_and_the_other_is_missing(library):
    one, two = library.file("a.mp3"), library.file("b.mp3")
    library.scan()
    listen(library, a=b"a", b=b"b")
    one.unlink()
    library.scan()
    two.write_bytes(b"the sound of a, with other tags")
    scan = library.scan()
    assert counts(library, scan) == (0, 1, 0, 0, 1)
    listen(library, b=b"a")
    assert counts(library, scan) == (0, 0, 1, 1, 1)


def test_a_file_in_two_folders_that_are_scanned_at_once_counts_once(library):
    library.file("new/a.mp3")
    scan = library.scanner.scan([library.music / "new", library.music])
    assert counts(library, scan) == (1, 0, 0, 0, 1)
    scan = library.scanner.scan([library.music / "new", library.music])
    assert counts(library, scan) == (0, 0, 0, 0, 2)


def test_what_was_renamed_and_retagged_keeps_its_group(library):
    one = library.file("a.mp3")
    library.scan()
    listen(library, a=b"a")
    track = library.catalogue.tracks.at(one)
    library.catalogue.groups.store([FoundGroup(None, "Rock", (track.id,), MODEL, np.ones(3))])
    (group,) = library.catalogue.groups.all()
    one.unlink()
    new = library.file("b.mp3")
    library.scan()
    # Until it has been heard it is another track, which may be in a group as well.
    both = (library.catalogue.tracks.at(new).id, track.id)
    library.catalogue.groups.store([FoundGroup(group.id, "Rock", both, MODEL, np.ones(3))])
    listen(library, b=b"a")
    assert library.catalogue.tracks.at(new).id == track.id
    assert library.catalogue.groups.all()[0].track_ids == (track.id,)


def test_what_was_renamed_and_retagged_keeps_its_tracks_when_all_of_a_folder_was(library):
    paths = [library.file(f"{n:02}.mp3") for n in range(24)]
    library.scan()
    listen(library, **{path.stem: bytes([n + 1]) for n, path in enumerate(paths)})
    before = {name: found for name, found in state(library).items() if name != "kept"}
    for path in paths:
        path.unlink()
        library.file(f"new/{path.stem}.mp3")
    library.scan()
    listen(library, **{path.stem: bytes([n + 1]) for n, path in enumerate(paths)})
    assert {name: found for name, found in state(library).items() if name != "kept"} == before
    assert library.catalogue.tracks.counts().missing == 0


def test_a_folder_that_is_taken_out_lives_on_in_its_copy(library, tmp_path):
    old, new = tmp_path / "old" / "a.mp3", tmp_path / "new" / "a.mp3"
    old.parent.mkdir()
    old.write_bytes(b"the same")
    library.scanner.scan([old.parent])
    track = library.catalogue.tracks.at(old)
    library.catalogue.playlists.create("Evening", [track.id])
    new.parent.mkdir()
    new.write_bytes(old.read_bytes())
    library.scanner.scan([new.parent])
    assert len(library.scanner.remove_folder(old.parent)) == 0
    assert library.catalogue.tracks.at(new).id == track.id
    assert list(library.catalogue.playlists.all()[0].track_ids) == [track.id]


def test_what_is_missing_when_a_folder_is_back_is_looked_for_in_its_copies(library, tmp_path):
    one = library.file("a.mp3")
    library.scan()
    listen(library, a=b"a")
    track = library.catalogue.tracks.at(one)
    away = tmp_path / "away"
    library.music.rename(away)
    library.scanner.scan()
    other = tmp_path / "other" / "b.mp3"
    other.parent.mkdir()
    other.write_bytes(b"the sound of a, with other tags")
    library.scanner.scan([other.parent])
    listen(library, b=b"a")
    (away / "a.mp3").unlink()
    away.rename(library.music)
    library.scanner.scan()
    assert library.catalogue.tracks.at(other).id == track.id


def test_a_folder_around_one_that_is_unplugged_lets_its_time_count_for_nothing(library):
    one = library.file("disk/a.mp3")
    library.scan()
    library.scanner.remove_folder(library.music)
    library.scanner.scan([one.parent])
    one.parent.rename(library.music.with_name("away"))
    library.scanner.scan()
    with library.catalogue.database.transaction() as db:
        days = 80 * 86_400
        db.execute("UPDATE tracks SET missing_since = missing_since - ?", (days,))
        db.execute("UPDATE folders SET unavailable_since = unavailable_since - ?", (days,))
    library.scan()
    now = library.catalogue.database.query("SELECT strftime('%s', 'now')")[0][0]
    assert library.scanner.forget_missing(float(now) - 60 * 86_400) == []
    library.music.with_name("away").rename(one.parent)
    library.scan()
    assert library.catalogue.tracks.at(one).missing is False


def plays_of(library) -> list[tuple[int, float]]:
    return [(play.track_id, play.started_at) for play in library.catalogue.plays.latest(9)]


def test_plays_of_a_track_that_turns_out_to_be_a_missing_one_are_of_that_one(library):
    path = library.file("a.mp3")
    library.scan()
    listen(library, a=b"a")
    track_id, _ = state(library)["a"]
    library.catalogue.plays.add(Play(track_id, 1, 60, 60, EndOfPlay.FINISHED))
    path.unlink()
    library.file("retagged.mp3")
    library.scan()
    new_id = library.catalogue.tracks.at(library.music / "retagged.mp3").id
    library.catalogue.plays.add(Play(new_id, 2, 30, 60, EndOfPlay.SKIPPED))

    listen(library, retagged=b"a")

    assert state(library)["retagged"] == (track_id, b"a")
    assert plays_of(library) == [(track_id, 2), (track_id, 1)]


def test_plays_stay_with_what_was_heard_when_a_file_is_written_over(library):
    one, two = library.file("a.mp3"), library.file("b.mp3")
    library.scan()
    listen(library, a=b"a", b=b"b")
    ids = {name: track_id for name, (track_id, _) in state(library).items()}
    for at, name in enumerate("ab"):
        library.catalogue.plays.add(Play(ids[name], at, 60, 60, EndOfPlay.FINISHED))
    one.unlink()
    library.scan()
    two.write_bytes(b"the sound of a, with other tags")
    library.scan()
    listen(library, b=b"a")

    assert state(library)["b"] == (ids["a"], b"a")
    assert plays_of(library) == [(ids["b"], 1), (ids["a"], 0)]


# --- which sounds are known ---


def pending_of(library, name: str):
    track = library.catalogue.tracks.at(library.music / f"{name}.mp3")
    return next(one for one in library.embeddings.pending.tracks("other") if one.id == track.id)


@pytest.mark.parametrize(
    ("one", "other", "may_be"),
    [
        ((b"k", 60.0), (b"k", 90.0), True),
        ((b"k", None), (b"k", 90.0), True),
        ((b"k", 60.0), (b"l", 60.01), True),
        ((b"k", 60.0), (b"l", 90.0), False),
        ((b"k", None), (b"l", 60.0), False),
        ((b"k", 60.0), (b"l", None), False),
    ],
)
def test_copies_have_the_same_content_or_nearly_the_same_length(tmp_path, one, other, may_be):
    first, second = (PendingTrack(n, tmp_path, *each) for n, each in enumerate((one, other)))
    assert may_be_copies(first, second) is may_be


def test_the_sounds_that_a_track_may_be_are_its_own_and_those_of_likely_copies(library):
    for name in "ab":
        library.file(f"{name}.mp3")
    library.scan()
    listen(library, a=b"a", b=b"b")
    ids = {name: track_id for name, (track_id, _) in state(library).items()}
    known = functools.partial(library.identity.known_sounds, model=MODEL)
    assert known(pending_of(library, "a")) == {b"a"}
    for track_id in ids.values():
        library.catalogue.files.set_duration(track_id, 60.0)
    assert known(pending_of(library, "a")) == {b"a", b"b", b"k"}
    assert library.identity.known_sounds(pending_of(library, "a"), "other") == frozenset()


def test_a_track_shares_the_pass_of_a_copy_that_has_had_it(library):
    path = library.file("a.mp3")
    library.scan()
    listen(library, a=b"a")
    (library.music / "copy.mp3").write_bytes(path.read_bytes())
    library.scan()
    listen(library, copy=b"a")
    original, copy = (pending_of(library, name) for name in ("a", "copy"))
    assert not library.identity.share_pass(copy, MODEL, 2)
    vector = np.full(3, 7.0, np.float32)
    windows = TrackWindows(np.ones(1), vector[None])
    library.embeddings.store(original, MODEL, 2, windows, PooledTrack(vector, 2))
    assert library.identity.share_pass(copy, MODEL, 2)
    assert heard_as(library, copy.id) == b"\7"
    # One that nobody has heard shares nothing.
    library.file("new.mp3")
    library.scan()
    assert not library.identity.share_pass(pending_of(library, "new"), MODEL, 2)


def test_a_file_that_changed_meanwhile_is_not_taken_for_the_missing_track(library):
    path = library.file("a.mp3")
    library.scan()
    listen(library, a=b"a")
    path.unlink()
    moved = library.file("b.mp3")
    library.scan()
    seen = pending_of(library, "b")
    moved.write_bytes(b"something else, written while b was listened to")
    library.scan()
    assert library.identity.recognise(seen, b"a", MODEL, None).track_id == seen.id
    assert library.catalogue.tracks.counts().missing == 1

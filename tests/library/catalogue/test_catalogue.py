import contextlib
import shutil
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from musicsim.library.catalogue.catalogue import CATALOGUE_FILE, Catalogue
from musicsim.library.catalogue.database import CatalogueError, Database
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.types import (
    EndOfPlay,
    KnownModel,
    Play,
    PooledTrack,
    Problem,
    ScannedFile,
    TagDetails,
    Tags,
    TrackState,
    TrackWindows,
)


def scanned(path: str | Path, key: bytes = b"k", *, size: int = 10, **tags) -> ScannedFile:
    return ScannedFile(Path(path), size, 1, key, Tags(**tags))


@pytest.fixture
def catalogue(tmp_path):
    with_folder = Catalogue(tmp_path)
    yield with_folder
    with_folder.close()


@pytest.fixture
def store(catalogue, tmp_path):
    embeddings = EmbeddingStore(catalogue, tmp_path)
    yield embeddings
    embeddings.close()


@contextlib.contextmanager
def library_in(folder: Path):
    """A catalogue and what was embedded, until the end of the block."""
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        contextlib.closing(EmbeddingStore(catalogue, folder)) as store,
    ):
        yield catalogue, store


def windows_of(*vectors) -> TrackWindows:
    return TrackWindows(np.arange(len(vectors), dtype=float), np.array(vectors, np.float32))


def embed(catalogue, store, track_id: int, model: str, vector) -> int | None:
    (pending,) = [track for track in store.pending.tracks(model) if track.id == track_id]
    return store.store(pending, model, 1, windows_of(vector), pooled(vector))


def pooled(vector, windows: int = 1) -> PooledTrack:
    return PooledTrack(np.array(vector, np.float32), windows)


def test_a_track_comes_back_as_it_went_in(catalogue):
    folder = catalogue.folders.add(Path("/music"))
    tags = Tags("Über", "Ä", "B", "C", "Jazz", 1959, 3, 1, 61.5)
    track_id = catalogue.files.add(folder, ScannedFile(Path("/music/a.mp3"), 10, 99, b"k", tags))
    (track,) = catalogue.tracks.all()
    assert (track.id, track.path, track.tags) == (track_id, Path("/music/a.mp3"), tags)
    assert track.state is TrackState.PENDING
    assert catalogue.tracks.at(Path("/music/a.mp3")) == track


def test_the_details_of_tags_come_back_as_they_went_in(catalogue):
    folder = catalogue.folders.add(Path("/music"))
    details = TagDetails(
        artists=("Ä", "B"), composers=("C",), date="1999-05", track_total=12, compilation=True,
        track_gain=0.0, track_peak=0.5, artist_ids=("1", "2"), has_cover=True,
    )  # fmt: skip
    file = ScannedFile(Path("/music/a.mp3"), 10, 99, b"k", Tags(), details)
    track_id = catalogue.files.add(folder, file)
    assert catalogue.tracks.details(track_id) == details
    catalogue.files.update(track_id, folder, replace(file, details=TagDetails(bpm=90.0)))
    assert catalogue.tracks.details(track_id) == TagDetails(bpm=90.0)


@pytest.mark.parametrize(
    "name", ["emoji 🎵.mp3", "line\nbreak.mp3", "#1.mp3", "e\u0301.mp3", "\udcff\udcfe.mp3"]
)
def test_any_file_name_is_kept_to_the_byte(catalogue, name):
    folder = catalogue.folders.add(Path("/music"))
    catalogue.files.add(folder, scanned(Path("/music") / name, title="t\udcff"))
    assert catalogue.tracks.all()[0].path.name == name
    assert catalogue.tracks.at(Path("/music") / name) is not None


def test_tracks_by_id_keeps_the_order_asked_for_and_skips_unknown_ids(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    ids = [catalogue.files.add(folder, scanned(f"/m/{n}.mp3")) for n in range(1200)]
    wanted = [*reversed(ids), 999_999]
    assert [track.id for track in catalogue.tracks.by_id(wanted)] == list(reversed(ids))


def test_a_folder_within_a_music_folder_is_part_of_it(catalogue):
    outer = catalogue.folders.add(Path("/music"))
    assert catalogue.folders.add(Path("/music/jazz")) == outer
    assert catalogue.folders.all() == [Path("/music")]


def test_a_folder_around_others_takes_their_tracks_over(catalogue):
    inner = catalogue.folders.add(Path("/music/jazz"))
    track_id = catalogue.files.add(inner, scanned("/music/jazz/a.mp3"))
    catalogue.folders.add(Path("/music"))
    assert catalogue.folders.all() == [Path("/music")]
    assert [track.id for track in catalogue.tracks.all()] == [track_id]


def test_a_folder_that_is_hidden_in_another_is_one_of_its_own(catalogue):
    outer = catalogue.folders.add(Path("/music"))
    inner = catalogue.folders.add(Path("/music/.mine/jazz"))
    assert outer != inner
    assert catalogue.folders.add(Path("/music/.mine/jazz/old")) == inner
    # One around the inner one alone takes it over, one around both only the outer one.
    catalogue.folders.add(Path("/music/.mine"))
    catalogue.folders.add(Path("/"))
    assert catalogue.folders.all() == [Path("/music/.mine"), Path("/")]


def test_removing_a_folder_removes_its_tracks_from_playlists_too(catalogue):
    keep = catalogue.files.add(catalogue.folders.add(Path("/a")), scanned("/a/1.mp3"))
    drop = catalogue.files.add(catalogue.folders.add(Path("/b")), scanned("/b/1.mp3"))
    catalogue.playlists.create("Both", [keep, drop])
    assert catalogue.folders.remove(Path("/b")) == [drop]
    assert [track.id for track in catalogue.tracks.all()] == [keep]
    assert catalogue.playlists.all()[0].track_ids == (keep,)


def test_the_states_of_tracks_are_counted(catalogue, store):
    catalogue.settings.set("model", "m")
    folder = catalogue.folders.add(Path("/m"))
    embedded, failed, missing, _pending = (
        catalogue.files.add(folder, scanned(f"/m/{n}.mp3", title=str(n))) for n in range(4)
    )
    embed(catalogue, store, embedded, "m", [1.0, 2.0])
    catalogue.files.set_problem(failed, "it is noise", failed=True)
    catalogue.files.set_missing([missing], True)
    counts = catalogue.tracks.counts()
    assert (counts.tracks, counts.embedded, counts.failed, counts.missing, counts.pending) == (
        4, 1, 1, 1, 1,
    )  # fmt: skip
    assert [track.state for track in catalogue.tracks.by_id([embedded, failed])] == [
        TrackState.EMBEDDED,
        TrackState.FAILED,
    ]


def test_embeddings_of_another_model_do_not_count(catalogue, store):
    catalogue.settings.set("model", "new")
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    embed(catalogue, store, track_id, "old", [1.0])
    assert catalogue.tracks.counts().pending == 1
    assert [track.id for track in store.pending.tracks("new")] == [track_id]


def test_a_moved_file_keeps_its_embedding_and_a_changed_one_does_not(catalogue, store):
    catalogue.settings.set("model", "m")
    folder = catalogue.folders.add(Path("/m"))
    track_id = catalogue.files.add(folder, scanned("/m/1.mp3", b"same"))
    embed(catalogue, store, track_id, "m", [1.0])
    assert catalogue.files.update(track_id, folder, scanned("/m/2.mp3", b"same")) is False
    assert catalogue.tracks.counts().embedded == 1
    assert catalogue.files.update(track_id, folder, scanned("/m/2.mp3", b"other")) is True
    assert catalogue.tracks.counts().embedded == 0


def test_new_tags_in_a_file_of_the_same_sound_are_taken_over(catalogue, store):
    catalogue.settings.set("model", "m")
    folder = catalogue.folders.add(Path("/m"))
    track_id = catalogue.files.add(folder, scanned("/m/1.mp3", title="Old"))
    embed(catalogue, store, track_id, "m", [1.0])
    assert catalogue.files.update(track_id, folder, scanned("/m/1.mp3", title="New")) is False
    assert catalogue.tracks.all()[0].title == "New"
    assert catalogue.tracks.counts().embedded == 1


def test_an_embedding_of_a_file_that_changed_meanwhile_is_not_stored(catalogue, store):
    catalogue.settings.set("model", "m")
    folder = catalogue.folders.add(Path("/m"))
    track_id = catalogue.files.add(folder, scanned("/m/1.mp3", b"before"))
    (pending,) = store.pending.tracks("m")
    catalogue.files.update(track_id, folder, scanned("/m/1.mp3", b"after"))
    assert store.store(pending, "m", 1, windows_of([1.0]), pooled([1.0])) is None
    assert catalogue.tracks.counts().pending == 1


def test_windows_stored_before_a_crash_are_found(catalogue, store, monkeypatch):
    catalogue.settings.set("model", "m")
    catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    (pending,) = store.pending.tracks("m")

    def killed(*_args, **_options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store, "pool_again", killed)
        with pytest.raises(KeyboardInterrupt):
            store.store(pending, "m", 2, windows_of([1.0, 3.0], [3.0, 5.0]), pooled([2.0, 4.0], 2))
    ((track, plan, windows),) = store.pending.interrupted("m")
    assert (track, plan) == (pending, 2)
    assert windows.vectors.tolist() == [[1.0, 3.0], [3.0, 5.0]]
    assert windows.offsets.tolist() == [0.0, 1.0]


def test_a_later_pass_adds_to_the_windows(catalogue, store):
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    (pending,) = store.pending.tracks("m", 2)
    store.store(pending, "m", 2, windows_of([1.0], [3.0]), pooled([2.0], 2))
    assert store.pending.tracks("m", 2) == []
    assert store.pending.tracks("m", 3) == [pending]
    store.store(pending, "m", 3, TrackWindows(np.array([7.0]), np.ones((1, 1))), pooled([1.5], 3))
    assert store.pending.tracks("m", 3) == []
    windows = store.windows.of(track_id, "m")
    assert windows.offsets.tolist() == [0.0, 1.0, 7.0]
    assert windows.vectors.tolist() == [[1.0], [3.0], [1.0]]
    assert store.pending.interrupted("m") == []


def test_a_later_pass_that_was_cut_short_is_found_with_all_windows(catalogue, store, monkeypatch):
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    embed(catalogue, store, track_id, "m", [1.0])
    (pending,) = store.pending.tracks("m", 2)
    with monkeypatch.context() as patch:
        patch.setattr(store, "pool_again", lambda *_: None)
        store.store(pending, "m", 2, TrackWindows(np.array([9.0]), np.ones((1, 1))), pooled([1.0]))
    ((track, plan, windows),) = store.pending.interrupted("m")
    assert (track, plan, windows.offsets.tolist()) == (pending, 2, [0.0, 9.0])


def test_windows_do_not_go_to_another_track_when_an_older_catalogue_is_put_back(tmp_path):
    with library_in(tmp_path) as (catalogue, store):
        folder = catalogue.folders.add(Path("/m"))
        kept = catalogue.files.add(folder, scanned("/m/kept.mp3"))
        embed(catalogue, store, kept, "m", [1.0])
    older = shutil.copy(tmp_path / CATALOGUE_FILE, tmp_path / "older")
    with library_in(tmp_path) as (catalogue, store):
        lost = catalogue.files.add(folder, scanned("/m/lost.mp3"))
        embed(catalogue, store, lost, "m", [2.0])
    shutil.copy(older, tmp_path / CATALOGUE_FILE)
    with library_in(tmp_path) as (catalogue, store):
        catalogue.files.add(folder, scanned("/m/other.mp3"))
        assert store.windows.of(lost, "m") is None
        assert store.windows.of(kept, "m") is not None


def test_a_pass_with_nothing_to_add_keeps_the_embedding(catalogue, store):
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    embedding_id = embed(catalogue, store, track_id, "m", [1.0])
    (pending,) = store.pending.tracks("m", 64)
    store.reach(pending, "m", 64)
    assert store.pending.tracks("m", 64) == []
    assert store.pooled.id_of(track_id, "m") == embedding_id


def test_what_a_model_made_can_be_forgotten(catalogue, store):
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    for model in ("old", "new"):
        embed(catalogue, store, track_id, model, [1.0])
        store.models.remember(KnownModel(model, Path("/w"), "mel256", 512, standardised=False))
    assert store.models.counts() == {"old": 1, "new": 1}
    assert store.forget("old") == 1
    assert store.models.counts() == {"new": 1}
    assert store.windows.of(track_id, "old") is None
    assert store.models.known("old") is None
    assert store.models.known("new") == KnownModel(
        "new", Path("/w"), "mel256", 512, standardised=False
    )


def test_a_library_of_the_first_version_keeps_its_windows(catalogue, store, tmp_path):
    """One row a track, from the time when there was one pass of 32 windows."""
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    embed(catalogue, store, track_id, "m", [1.0])
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "windows.sqlite3")) as db:
        db.executescript(
            """CREATE TABLE old (track_id INTEGER NOT NULL, model TEXT NOT NULL, content_key BLOB NOT NULL,
            offsets BLOB NOT NULL, vectors BLOB NOT NULL, problem TEXT, PRIMARY KEY (track_id, model));
            INSERT INTO old SELECT track_id, model, content_key, offsets, vectors, problem FROM windows;
            DROP TABLE windows; ALTER TABLE old RENAME TO windows; PRAGMA user_version = 1;"""
        )
    again = EmbeddingStore(catalogue, tmp_path)
    try:
        assert again.windows.of(track_id, "m").vectors.tolist() == [[1.0]]
    finally:
        again.close()


def test_the_tags_of_an_older_library_are_read_once_more(tmp_path):
    old = Database(tmp_path / "catalogue.sqlite3", MIGRATIONS[:2])
    with old.transaction() as db:
        db.execute("INSERT INTO folders VALUES (1, '/m')")
        db.execute(
            "INSERT INTO tracks VALUES (7, 1, CAST('/m/1.mp3' AS BLOB), 10, 99, x'01', 'T', 'A', 'B', '', '', 1999, 1, "
            "1, 61.5, 0, NULL, 0, NULL)"
        )
        db.execute("INSERT INTO embeddings VALUES (5, 7, 'm', 12, x'0000803f', 0, 12)")
    old.close()
    with (
        contextlib.closing(Catalogue(tmp_path)) as catalogue,
        contextlib.closing(EmbeddingStore(catalogue, tmp_path)) as store,
    ):
        (track,) = catalogue.tracks.all()
        assert (track.title, track.tags.year) == ("T", 1999)
        (entry,) = catalogue.files.within(1, Path("/m")).values()
        assert entry.mtime_ns == -1
        assert catalogue.tracks.details(7) == TagDetails()
        assert store.pooled.id_of(7, "m") == 5


def test_a_library_from_before_plays_were_kept_keeps_them_from_now_on(tmp_path):
    before = next(n for n, script in enumerate(MIGRATIONS) if "CREATE TABLE plays" in script)
    old = Database(tmp_path / "catalogue.sqlite3", MIGRATIONS[:before])
    with old.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, '/m')")
        db.execute(
            "INSERT INTO tracks (id, folder_id, path, size, mtime_ns, content_key, title, artist, album, album_artist, "
            "genre, added_at) VALUES (7, 1, CAST('/m/1.mp3' AS BLOB), 10, 99, x'01', 'T', 'A', 'B', '', '', 0)"
        )
    old.close()
    play = Play(7, 1.0, 60.0, 60.0, EndOfPlay.FINISHED)
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        assert catalogue.plays.latest(9) == []
        catalogue.plays.add(play)
        assert catalogue.plays.latest(9) == [play]


def test_a_length_is_corrected_unless_another_one_is_known_by_now(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    one = catalogue.files.add(folder, scanned("/m/1.mp3", duration=61.5))
    two = catalogue.files.add(folder, scanned("/m/2.mp3"))

    assert catalogue.files.correct_duration(one, 61.5, 64.25)
    assert catalogue.files.correct_duration(two, None, 30.0)
    # Meanwhile the scanner read a changed file.
    assert not catalogue.files.correct_duration(one, 61.5, 10.0)
    assert [track.tags.duration for track in catalogue.tracks.all()] == [64.25, 30.0]


def test_the_time_on_an_unplugged_disk_counts_for_nothing(catalogue):
    folder = catalogue.folders.add(Path("/disk"))
    track_id = catalogue.files.add(folder, scanned("/disk/1.mp3"))
    deleted = catalogue.files.add(folder, scanned("/disk/2.mp3"))
    catalogue.folders.set_unavailable(folder, "not connected")
    catalogue.files.set_missing([track_id, deleted], True)
    with catalogue.database.transaction() as db:
        db.execute("UPDATE folders SET unavailable_since = 1000")
        db.execute("UPDATE tracks SET missing_since = 1000")
        db.execute("UPDATE tracks SET missing_since = 400 WHERE id = ?", (deleted,))
    # It comes back with some of its files; others may still come.
    now = time.time()
    catalogue.folders.set_unavailable(folder, None)
    assert catalogue.files.missing(now - 10) == [deleted]
    assert catalogue.files.forget_missing(now - 1000) == []


def test_missing_tracks_are_forgotten_after_a_while_but_not_those_out_of_reach(catalogue):
    here, away = (catalogue.folders.add(Path(f"/{name}")) for name in ("here", "away"))
    old, young, kept = (catalogue.files.add(here, scanned(f"/here/{n}.mp3")) for n in range(3))
    unreachable = catalogue.files.add(away, scanned("/away/1.mp3"))
    catalogue.files.set_missing([old, young, unreachable], True)
    with catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET missing_since = 1000 WHERE id IN (?, ?)", (old, unreachable))
    catalogue.folders.set_unavailable(away, "not connected")
    assert (catalogue.tracks.counts().missing, catalogue.tracks.counts().unavailable) == (2, 1)
    assert catalogue.files.forget_missing(2000) == [old]
    assert catalogue.files.forget_missing(2000) == []
    catalogue.folders.set_all_available()
    assert sorted(catalogue.files.forget_missing()) == [young, unreachable]
    assert catalogue.tracks.ids() == [kept]
    assert catalogue.folders.unavailable() == {}


def test_a_track_embedded_again_has_a_new_embedding_id(catalogue, store):
    folder = catalogue.folders.add(Path("/m"))
    track_id = catalogue.files.add(folder, scanned("/m/1.mp3", b"1"))
    first = embed(catalogue, store, track_id, "m", [1.0, 2.0])
    catalogue.files.update(track_id, folder, scanned("/m/1.mp3", b"2"))
    second = embed(catalogue, store, track_id, "m", [3.0, 4.0])
    assert first != second
    assert store.pooled.ids("m").tolist() == [second]
    loaded = store.pooled.load([first, second])
    assert loaded.track_ids.tolist() == [track_id]
    assert loaded.vectors.tolist() == [[3.0, 4.0]]


def test_missing_tracks_are_not_searched(catalogue, store):
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    embed(catalogue, store, track_id, "m", [1.0])
    catalogue.files.set_missing([track_id], True)
    assert store.pooled.ids("m").tolist() == []


def test_windows_of_tracks_that_left_are_pruned(catalogue, store):
    track_id = catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    embed(catalogue, store, track_id, "m", [1.0])
    catalogue.folders.remove(Path("/m"))
    assert store.prune() == 1
    assert store.windows.of(track_id, "m") is None


def test_problems_name_files_and_folders(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    broken = catalogue.files.add(folder, scanned("/m/b.mp3"))
    short = catalogue.files.add(folder, scanned("/m/c.mp3"))
    catalogue.files.set_problem(broken, "not audio", failed=True)
    catalogue.files.set_problem(short, "it ends early", failed=False)
    closed = [Problem(Path("/m/a"), "no permission to read it")]
    assert catalogue.problems.replace(folder, Path("/m"), closed)
    assert not catalogue.problems.replace(folder, Path("/m"), closed)
    assert not catalogue.problems.replace(folder, Path("/m/elsewhere"), [])
    assert catalogue.problems.all() == [
        Problem(Path("/m/a"), "no permission to read it"),
        Problem(Path("/m/b.mp3"), "not audio", mtime_ns=1),
        Problem(Path("/m/c.mp3"), "it ends early", failed=False, mtime_ns=1),
    ]
    assert catalogue.files.clear_failures() == [broken]
    assert [problem.path.name for problem in catalogue.problems.all()] == ["a", "c.mp3"]


def test_playlists_are_kept_renamed_reordered_and_deleted(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    one, two = (catalogue.files.add(folder, scanned(f"/m/{n}.mp3")) for n in range(2))
    made = catalogue.playlists.create("Evening", [one, two, one])
    again = catalogue.playlists.create("Evening", [two])
    assert again.name == "Evening (2)"
    catalogue.playlists.set_tracks(made.id, [two, one])
    catalogue.playlists.rename(again.id, "Another")
    catalogue.playlists.set_tracks(again.id, [two, 999])  # one that left the library meanwhile
    assert [(p.name, p.track_ids) for p in catalogue.playlists.all()] == [
        ("Another", (two,)),
        ("Evening", (two, one)),
    ]
    with pytest.raises(CatalogueError, match="already"):
        catalogue.playlists.rename(again.id, "Evening")
    with pytest.raises(CatalogueError, match="name"):
        catalogue.playlists.rename(again.id, "  ")
    catalogue.playlists.delete(made.id)
    assert [playlist.name for playlist in catalogue.playlists.all()] == ["Another"]


def test_what_one_thread_writes_another_reads(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    threads = [
        threading.Thread(
            target=lambda part=part: [
                catalogue.files.add(folder, scanned(f"/m/{part}-{n}.mp3")) for n in range(50)
            ]
        )
        for part in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert catalogue.tracks.counts().tracks == 200


def test_a_failed_transaction_leaves_nothing(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    same_path_twice = pytest.raises(sqlite3.IntegrityError)
    with same_path_twice, catalogue.transaction():
        for _ in range(2):
            catalogue.files.add(folder, scanned("/m/1.mp3"))
    assert catalogue.tracks.all() == []
    catalogue.files.add(folder, scanned("/m/1.mp3"))


def test_a_reader_beside_the_owner_sees_what_is_stored_and_cannot_write(catalogue, tmp_path):
    catalogue.files.add(catalogue.folders.add(Path("/m")), scanned("/m/1.mp3"))
    reader = Catalogue(tmp_path, read_only=True)
    assert reader.tracks.counts().tracks == 1
    with pytest.raises(CatalogueError, match="can't be written"):
        reader.settings.set("a", "b")
    reader.close()


def test_a_damaged_catalogue_is_named_with_the_remedy(tmp_path):
    (tmp_path / "catalogue.sqlite3").write_bytes(b"this is not a database at all" * 100)
    with pytest.raises(CatalogueError, match=r"catalogue\.sqlite3 is damaged .*scan again"):
        Catalogue(tmp_path)


def test_a_catalogue_of_a_newer_musicsim_is_left_alone(tmp_path):
    Catalogue(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "catalogue.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(CatalogueError, match="newer"):
        Catalogue(tmp_path)


def test_a_full_disk_says_so_and_loses_nothing(catalogue):
    folder = catalogue.folders.add(Path("/m"))
    catalogue.files.add(folder, scanned("/m/1.mp3"))
    ((pages,),) = catalogue.database.query("PRAGMA page_count")
    catalogue.database.query(f"PRAGMA max_page_count = {pages}")
    full = pytest.raises(CatalogueError, match="full")
    with full, catalogue.transaction():
        for n in range(2000):
            catalogue.files.add(folder, scanned(f"/m/new {n}.mp3", title="x" * 200))
    assert catalogue.tracks.counts().tracks == 1

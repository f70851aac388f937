import contextlib
import shutil
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from stored import embed, pooled, scanned, windows_of

from musicsim.library.catalogue.catalogue import CATALOGUE_FILE, Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import KnownModel, TrackWindows


@contextlib.contextmanager
def library_in(folder: Path):
    """A catalogue and what was embedded, until the end of the block."""
    with (
        contextlib.closing(Catalogue(folder)) as catalogue,
        contextlib.closing(EmbeddingStore(catalogue, folder)) as store,
    ):
        yield catalogue, store


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

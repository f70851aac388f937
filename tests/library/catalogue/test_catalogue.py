import contextlib
import sqlite3
import threading
from pathlib import Path

import pytest
from stored import scanned

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.database import CatalogueError, Database
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.playlist_names import PlaylistNameError
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.types import (
    EndOfPlay,
    Play,
    TagDetails,
)


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


@pytest.mark.parametrize(("unheard", "length"), [(0, 61.5), (1, 30.0)])
def test_a_length_that_an_older_library_found_by_listening_stays(tmp_path, unheard, length):
    before = next(n for n, script in enumerate(MIGRATIONS) if "length_is_heard" in script)
    old = Database(tmp_path / "catalogue.sqlite3", MIGRATIONS[:before])
    with old.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, '/m')")
        db.execute(
            "INSERT INTO tracks (id, folder_id, path, size, mtime_ns, content_key, title, artist, album, album_artist, "
            "genre, duration, added_at, fingerprint, unheard) "
            "VALUES (7, 1, CAST('/m/1.mp3' AS BLOB), 10, -1, x'6b', 'T', 'A', 'B', '', '', 61.5, 0, x'aa', ?)",
            (unheard,),
        )
        db.execute(
            "INSERT INTO embeddings (track_id, model, windows, vector, created_at) VALUES (7, 'm', 12, x'0000803f', 0)"
        )
    old.close()
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        assert not catalogue.files.update(7, 1, scanned("/m/1.mp3", duration=30.0))
        (track,) = catalogue.tracks.all()
        assert track.tags.duration == length


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
    with pytest.raises(PlaylistNameError, match="already"):
        catalogue.playlists.rename(again.id, "Evening")
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

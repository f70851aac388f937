"""Loudness belongs to a track's sound, whatever becomes of its file."""

import contextlib

import numpy as np
import pytest
from known_reasons import because
from scanned_library import Library

from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.types import Loudness

MODEL = "m"


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    made.catalogue.settings.set("model", MODEL)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def listen(library, sound: bytes, lufs: float = -12.0, peak: float = 0.5, seconds: int = 12):
    """Hear what is pending, all of which sounds the same."""
    for track in library.embeddings.pending.tracks(MODEL):
        found = library.identity.recognise(track, sound, MODEL, None)
        now = found.track_id
        if not found.shares and now == track.id:
            windows = TrackWindows(np.zeros(1), np.ones((1, 3), np.float32))
            pooled = PooledTrack(np.ones(3, np.float32), 1)
            library.embeddings.store(track, MODEL, 1, windows, pooled, afresh=True)
            now = library.identity.heard(track, sound, MODEL)
        library.catalogue.loudness.keep(now, track.content_key, Loudness(lufs, peak), seconds)


def loudness(library) -> dict[str, Loudness | None]:
    return {
        track.path.stem: library.catalogue.loudness.of(track.id)
        for track in library.catalogue.tracks.all()
        if not track.missing
    }


def heard_once(library) -> Loudness:
    library.file("a.mp3")
    library.scan()
    assert loudness(library) == {"a": None}
    listen(library, b"a")
    assert loudness(library) == {"a": Loudness(-12.0, 0.5)}
    return Loudness(-12.0, 0.5)


def test_what_was_never_heard_has_none(library):
    library.file("a.mp3")
    library.scan()
    assert library.catalogue.loudness.of(999) is None
    assert loudness(library) == {"a": None}


def test_a_file_that_is_renamed_keeps_it(library):
    expected = heard_once(library)
    (library.music / "a.mp3").rename(library.music / "b.mp3")
    library.scan()
    assert loudness(library) == {"b": expected}


def test_a_file_with_new_tags_keeps_it(library):
    expected = heard_once(library)
    library.file("a.mp3", b"other tags before the same sound")
    library.scan()
    assert loudness(library) == {"a": expected}
    listen(library, b"a", lufs=-12.5, peak=0.25, seconds=4)
    assert loudness(library) == {"a": expected}


def test_a_file_renamed_and_with_new_tags_keeps_it(library):
    expected = heard_once(library)
    (library.music / "a.mp3").unlink()
    library.file("b.mp3", b"other tags before the same sound")
    library.scan()
    listen(library, b"a", seconds=4)
    assert loudness(library) == {"b": expected}
    assert len(library.catalogue.tracks.all()) == 1


def test_a_copy_has_that_of_its_original(library):
    expected = heard_once(library)
    library.file("copy.mp3", b"other tags before the same sound")
    library.scan()
    listen(library, b"a", seconds=4)
    assert loudness(library) == {"a": expected, "copy": expected}
    # What a later pass hears of either holds for both.
    (track, _) = library.embeddings.pending.tracks(MODEL, 2)
    library.catalogue.loudness.keep(track.id, track.content_key, Loudness(-11.0, 0.75), 52)
    assert loudness(library) == {"a": Loudness(-11.0, 0.75), "copy": Loudness(-11.0, 0.75)}


def test_another_sound_in_the_file_forgets_it(library):
    heard_once(library)
    library.file("a.mp3", b"another song")
    library.scan()
    # A measurement of fewer seconds takes its place: it is not of the same sound.
    listen(library, b"b", lufs=-30.0, peak=0.1, seconds=2)
    assert loudness(library) == {"a": Loudness(-30.0, 0.1)}
    library.file("a.mp3", b"a third song")
    library.scan()
    with library.catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET fingerprint = x'63', unheard = 0")
    assert loudness(library) == {"a": None}


def test_a_file_that_can_not_be_heard_any_more_has_none(library):
    heard_once(library)
    library.file("a.mp3", b"damaged")
    library.scan()
    (track,) = library.embeddings.pending.tracks(MODEL)
    library.embeddings.fail(track, because("it is not audio"))
    assert loudness(library) == {"a": None}


def test_more_seconds_count_more_and_the_larger_peak_stays(library):
    heard_once(library)
    (track,) = library.embeddings.pending.tracks(MODEL, 2)
    keep = library.catalogue.loudness.keep
    keep(track.id, track.content_key, Loudness(-10.0, 0.9), 11)
    assert loudness(library) == {"a": Loudness(-12.0, 0.9)}
    keep(track.id, track.content_key, Loudness(-11.0, 0.7), 52)
    assert loudness(library) == {"a": Loudness(-11.0, 0.9)}


def test_of_a_file_that_changed_meanwhile_nothing_is_kept(library):
    heard_once(library)
    (track,) = library.embeddings.pending.tracks(MODEL, 2)
    keep = library.catalogue.loudness.keep
    keep(track.id, b"another", Loudness(-20.0, 1.0), 100)
    library.file("a.mp3", b"another song")
    library.scan()
    keep(track.id, track.content_key, Loudness(-20.0, 1.0), 100)
    (track,) = library.embeddings.pending.tracks(MODEL, 2)
    keep(track.id, track.content_key, Loudness(-20.0, 1.0), 100)  # of which sound is not known
    assert loudness(library) == {"a": Loudness(-12.0, 0.5)}


def test_what_no_track_sounds_like_is_deleted_with_the_tracks(library):
    heard_once(library)
    library.file("copy.mp3", b"other tags before the same sound")
    library.scan()
    listen(library, b"a")
    rows = "SELECT COUNT(*) FROM loudness"
    library.embeddings.prune()
    assert library.catalogue.database.query(rows) == [(1,)]
    library.catalogue.folders.remove(library.music)
    library.embeddings.prune()
    assert library.catalogue.database.query(rows) == [(0,)]


def test_a_library_of_before_has_none_until_it_is_heard_again(tmp_path):
    old = Database(tmp_path / "catalogue.sqlite3", MIGRATIONS[:6])
    with old.transaction() as db:
        db.execute("INSERT INTO folders (id, path) VALUES (1, '/m')")
        db.execute(
            "INSERT INTO tracks (id, folder_id, path, size, mtime_ns, content_key, title, artist, album, album_artist, "
            "genre, added_at, fingerprint) VALUES (7, 1, CAST('/m/1.mp3' AS BLOB), 10, 99, x'01', 'T', 'A', 'B', '', "
            "'', 0, x'aa')"
        )
        db.execute("INSERT INTO embeddings VALUES (5, 7, 'm', 12, x'0000803f', 0, 12)")
    old.close()
    with (
        contextlib.closing(Catalogue(tmp_path)) as catalogue,
        contextlib.closing(EmbeddingStore(catalogue, tmp_path)) as store,
    ):
        assert catalogue.loudness.of(7) is None
        assert store.pooled.id_of(7, "m") == 5
        (track,) = store.pending.tracks("m", 64)
        catalogue.loudness.keep(7, track.content_key, Loudness(-9.0, 1.0), 52)
        assert catalogue.loudness.of(7) == Loudness(-9.0, 1.0)

"""What is kept of waveforms, and under which keys."""

import contextlib
import logging
import os
import shutil
import sqlite3
import threading
from pathlib import Path

import pytest
from scanned_library import Library

from musicsim.library.catalogue.waveforms import WAVEFORMS_FILE, Waveforms, waveform_keys


@pytest.fixture
def kept(tmp_path):
    made = Waveforms(tmp_path, most=10)
    yield made
    made.close()


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def rows(folder: Path) -> list[bytes]:
    with contextlib.closing(sqlite3.connect(folder / WAVEFORMS_FILE)) as db:
        return [key for (key,) in db.execute("SELECT key FROM waveforms ORDER BY id")]


def test_what_was_put_is_got(kept, tmp_path):
    kept.put(b"a", b"one")
    kept.put(b"b", b"two")

    assert (kept.get(b"a"), kept.get(b"b"), kept.get(b"c")) == (b"one", b"two", None)
    kept.close()
    again = Waveforms(tmp_path)
    assert again.get(b"a") == b"one"
    again.close()


def test_a_newer_one_takes_the_place(kept, tmp_path):
    kept.put(b"a", b"one")
    kept.put(b"a", b"two")

    assert kept.get(b"a") == b"two"
    assert rows(tmp_path) == [b"a"]


def test_the_oldest_make_room(kept, tmp_path):
    for number in range(25):
        kept.put(b"%d" % number, b"waveform")

    assert rows(tmp_path) == [b"%d" % number for number in range(15, 25)]


def test_putting_one_again_costs_no_other_its_place(kept, tmp_path):
    for number in range(10):
        kept.put(b"%d" % number, b"waveform")
    for _ in range(30):
        kept.put(b"5", b"another")

    assert len(rows(tmp_path)) == 10


def test_the_first_key_that_has_one_counts_and_hands_it_on(kept):
    kept.put(b"content", b"one")

    assert kept.get(b"sound", b"content") == b"one"
    assert kept.get(b"sound") == b"one"
    assert kept.get() is None


def test_a_damaged_file_is_begun_again(kept, tmp_path, caplog):
    kept.put(b"a", b"one")
    kept.close()
    (tmp_path / WAVEFORMS_FILE).write_bytes(b"no database at all" * 100)

    again = Waveforms(tmp_path)

    assert again.get(b"a") is None
    again.put(b"a", b"two")
    assert again.get(b"a") == b"two"
    again.close()
    assert "An empty file replaces it" in caplog.text


def test_a_deleted_file_is_begun_again(kept, tmp_path):
    kept.put(b"a", b"one")
    kept.close()
    (tmp_path / WAVEFORMS_FILE).unlink()

    again = Waveforms(tmp_path)
    assert again.get(b"a") is None
    again.close()


def test_without_a_folder_nothing_is_kept_and_nothing_fails(tmp_path, caplog):
    nowhere = Waveforms(tmp_path / "gone")

    nowhere.put(b"a", b"one")
    assert nowhere.get(b"a") is None
    nowhere.close()
    assert "No waveforms are kept" in caplog.text


def test_a_file_that_is_damaged_meanwhile_is_no_error(kept, tmp_path, caplog):
    for number in range(10):
        kept.put(b"%d" % number, bytes(5_000))
    kept.close()
    path = tmp_path / WAVEFORMS_FILE
    opened = Waveforms(tmp_path)
    content = bytearray(path.read_bytes())
    content[100:] = b"\xff" * (len(content) - 100)
    path.write_bytes(content)
    # SQLite has the pages in memory still that it checked.
    opened._database._connection.execute("PRAGMA shrink_memory")

    assert opened.get(b"5") is None
    opened.put(b"x", b"one")
    opened.close()
    assert "can't be" in caplog.text
    # And the next start makes it again.
    again = Waveforms(tmp_path)
    again.put(b"x", b"one")
    assert again.get(b"x") == b"one"
    again.close()


def test_to_read_only_changes_nothing(kept, tmp_path):
    kept.put(b"content", b"one")
    kept.close()
    before = (tmp_path / WAVEFORMS_FILE).read_bytes()

    reader = Waveforms(tmp_path, read_only=True)
    assert reader.get(b"sound", b"content") == b"one"
    reader.put(b"a", b"two")
    assert reader.get(b"a") is None
    reader.close()
    assert (tmp_path / WAVEFORMS_FILE).read_bytes() == before


def test_to_read_only_makes_no_file(tmp_path, caplog):
    reader = Waveforms(tmp_path, read_only=True)

    assert reader.get(b"a") is None
    reader.close()
    assert list(tmp_path.iterdir()) == []
    assert not caplog.records


def test_threads_share_it(tmp_path):
    kept = Waveforms(tmp_path)

    def work(name: int) -> None:
        for number in range(20):
            kept.put(b"%d %d" % (name, number), b"waveform")

    threads = [threading.Thread(target=work, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(tmp_path)) == 80
    kept.close()


# --- what a track's waveform is known by ---


def only(library) -> int:
    (track,) = [track for track in library.catalogue.tracks.all() if not track.missing]
    return track.id


def hear(library, sound: bytes | None) -> None:
    with library.catalogue.database.transaction() as db:
        db.execute("UPDATE tracks SET fingerprint = ?, unheard = 0", (sound,))


def test_a_file_that_nobody_has_heard_is_known_by_its_content(library):
    library.file("a.mp3", b"content")
    library.file("same.mp3", b"content")
    library.file("other.mp3", b"contenu")
    library.scan()

    keys = [waveform_keys(library.catalogue, track.id) for track in library.catalogue.tracks.all()]
    assert [len(each) for each in keys] == [1, 1, 1]
    assert len(set(keys)) == 2


def test_the_sound_comes_first(library):
    library.file("a.mp3")
    library.scan()
    (content,) = waveform_keys(library.catalogue, only(library))
    hear(library, b"fingerprint")

    assert waveform_keys(library.catalogue, only(library)) == (b"sound fingerprint", content)


def test_a_moved_file_keeps_its_keys(library):
    path = library.file("a.mp3")
    library.scan()
    hear(library, b"fingerprint")
    before = waveform_keys(library.catalogue, only(library))
    (library.music / "elsewhere").mkdir()
    shutil.move(path, library.music / "elsewhere" / "b.mp3")
    library.scan()

    assert waveform_keys(library.catalogue, only(library)) == before


def test_a_changed_file_loses_its_keys_until_it_is_heard(library):
    path = library.file("a.mp3")
    library.scan()
    hear(library, b"fingerprint")
    before = waveform_keys(library.catalogue, only(library))
    path.write_bytes(b"something else")

    # Before a scan has seen it there is no telling what it is.
    assert waveform_keys(library.catalogue, only(library)) == ()
    library.scan()
    changed = waveform_keys(library.catalogue, only(library))
    assert len(changed) == 1
    assert not set(changed) & set(before)
    # Only its tags were new, as it turns out.
    hear(library, b"fingerprint")
    assert waveform_keys(library.catalogue, only(library))[0] == before[0]


def test_a_file_of_the_same_size_that_is_newer_has_no_keys(library):
    path = library.file("a.mp3")
    library.scan()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(1, 1))

    assert waveform_keys(library.catalogue, only(library)) == ()


def test_a_file_that_is_gone_has_no_keys(library):
    path = library.file("a.mp3")
    library.scan()
    track_id = only(library)
    path.unlink()

    assert waveform_keys(library.catalogue, track_id) == ()
    assert waveform_keys(library.catalogue, 999) == ()


def test_a_full_disk_is_no_error(kept, caplog):
    kept._database._connection.execute("PRAGMA max_page_count = 4")
    with caplog.at_level(logging.WARNING):
        for number in range(10):
            kept.put(b"%d" % number, bytes(4_000))

    assert "is full" in caplog.text
    assert kept.get(b"0") is not None

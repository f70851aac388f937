"""A length that decoding found stays as long as the sound is the same; the header of these files is wrong."""

import os

import mutagen.id3
import numpy as np
import pytest
import soundfile
from scanned_library import Library
from tagged_files import make

from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.embedding_types import PooledTrack, TrackWindows

MODEL = "m"
HEARD = 61.5


@pytest.fixture
def library(tmp_path):
    made = Library(tmp_path)
    make(made.music, "mp3")
    make(made.music, "wav")
    made.scan()
    for track in made.embeddings.pending.tracks(MODEL):
        vector = np.ones(3, np.float32)
        windows = TrackWindows(np.zeros(1), vector[None])
        made.embeddings.store(track, MODEL, 1, windows, PooledTrack(vector, 1), afresh=True)
        made.catalogue.files.set_duration(track.id, HEARD)
        made.identity.heard(track, track.path.name.encode(), MODEL)
    yield made
    made.embeddings.close()
    made.catalogue.close()


def lengths(library) -> dict[str, float | None]:
    return {
        track.path.name: track.tags.duration
        for track in library.catalogue.tracks.all()
        if not track.missing
    }


def retag(path) -> None:
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(3, "Another title " * 1000))
    tags.save(path)


def test_a_touched_file_keeps_its_length(library):
    for path in library.music.iterdir():
        os.utime(path, (1, 1))
    library.scan()
    assert lengths(library) == {"a.mp3": HEARD, "a.wav": HEARD}


def test_a_moved_and_renamed_file_keeps_its_length(library):
    (library.music / "album").mkdir()
    (library.music / "a.mp3").rename(library.music / "album" / "b.mp3")
    library.scan()
    assert lengths(library) == {"b.mp3": HEARD, "a.wav": HEARD}


def test_a_retagged_file_keeps_its_length(library):
    retag(library.music / "a.mp3")
    assert library.scan().changed == 1
    assert lengths(library)["a.mp3"] == HEARD


def test_a_file_with_another_sound_has_its_own_length(library):
    soundfile.write(library.music / "a.wav", np.zeros(3 * 48_000), 48_000)
    (library.music / "a.mp3").write_bytes(b"no sound at all")
    library.scan()
    assert lengths(library) == {"a.mp3": None, "a.wav": 3.0}


def test_a_missing_track_that_turns_up_retagged_keeps_its_length(library):
    path = library.music / "a.mp3"
    path.rename(library.music / "b.mp3")
    retag(library.music / "b.mp3")
    library.scan()
    (track,) = library.embeddings.pending.tracks(MODEL)
    found = library.identity.recognise(track, b"a.mp3", MODEL, None)
    assert found.track_id != track.id
    assert lengths(library)["b.mp3"] == HEARD


def test_a_missing_track_whose_copy_is_not_listened_to_yet_keeps_its_length(library):
    path = library.music / "a.mp3"
    (library.music / "b.mp3").write_bytes(path.read_bytes())
    library.scan()
    path.unlink()
    library.scan()
    assert lengths(library) == {"b.mp3": HEARD, "a.wav": HEARD}


def test_a_sound_is_likely_to_be_that_of_a_track_with_the_same_header(library):
    copy = library.music / "b.mp3"
    copy.write_bytes((library.music / "a.mp3").read_bytes())
    retag(copy)
    library.scan()
    (track,) = library.embeddings.pending.tracks(MODEL)
    assert b"a.mp3" in library.identity.known_sounds(track, MODEL)


def test_a_new_version_reads_all_tags_again_and_keeps_the_lengths(library):
    """Of a library of the version before the one that reads tags of every kind."""
    again = next(script for script in MIGRATIONS if script == "UPDATE tracks SET mtime_ns = -1;")
    with library.catalogue.transaction() as db:
        db.execute("UPDATE tracks SET title = 'as it was read before'")
        db.execute(again)
    summary = library.scan()
    assert (summary.added, summary.missing) == (0, 0)
    assert lengths(library) == {"a.mp3": HEARD, "a.wav": HEARD}
    titles = {track.tags.title for track in library.catalogue.tracks.all()}
    assert "as it was read before" not in titles

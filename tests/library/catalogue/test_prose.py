"""Libraries whose reasons are English are migrated to causes with values."""

import contextlib
import sqlite3

import numpy as np
import pytest
from stored import windows_of

from musicsim.base.reasons import Cause, Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.catalogue.windows import WINDOWS_FILE, WindowStore
from musicsim.library.embedding_types import PendingTrack
from musicsim.library.types import TrackState

BEFORE = next(n for n, script in enumerate(MIGRATIONS) if "json_array" in script)
GONE = (
    "are not there: is the disk that holds them connected? They come back with it; if you deleted them, "
    "have musicsim"
)
KNOWN = {
    "no permission to read it": Reason(Cause.NO_PERMISSION),
    "the file is not there (any more)": Reason(Cause.NOT_THERE),
    "the file is empty (0 bytes)": Reason(Cause.EMPTY),
    "protected by DRM, so it can't be decoded": Reason(Cause.PROTECTED),
    "the file ends early: only 12 of 36 s can be decoded": Reason(Cause.ENDS_EARLY, (12, 36)),
    "the file ends early: only 3.5 of 9.0 s can be decoded": Reason(Cause.ENDS_EARLY, (3.5, 9.0)),
    "the file is damaged: its header claims a sample rate of 12 Hz": Reason(
        Cause.SAMPLE_RATE, (12,)
    ),
    f"1,201 of its 30,000 files {GONE} forget missing tracks": Reason(
        Cause.FILES_GONE, (1_201, 30_000)
    ),
    "a pattern in it can't be understood, so it is not followed (Invalid (git) pattern: '!')": Reason(
        Cause.PATTERN, ("Invalid (git) pattern: '!'",)
    ),
    "it can't be read: Input/output error": Reason(Cause.UNREADABLE, ("Input/output error",)),
    "it can't be read (Stale file handle)": Reason(Cause.UNREADABLE, ("Stale file handle",)),
    'it said "no"\n': Reason(Cause.OTHER, ('it said "no"\n',)),
    "the file ends early: only some of it s can be decoded": None,
}


def old_library(folder, *, texts):
    """Make a catalogue of the version before reasons were values, with a track for each text."""
    old = Database(folder / "catalogue.sqlite3", MIGRATIONS[:BEFORE])
    with old.transaction() as db:
        db.execute(
            "INSERT INTO folders (id, path, unavailable) VALUES (1, '/m', 'it is not a folder')"
        )
        db.execute("INSERT INTO folder_problems VALUES ('/m/x', 1, 'no permission to read it')")
        for number, text in enumerate(texts, 1):
            db.execute(
                "INSERT INTO tracks (id, folder_id, path, size, mtime_ns, content_key, title, artist, album, "
                "album_artist, genre, added_at, failed, problem) "
                "VALUES (?, 1, CAST('/m/' || ? AS BLOB), 10, 9, x'01', '', '', '', '', '', 0, ?, ?)",
                (number, number, text is not None, text),
            )
    old.close()


def test_english_becomes_causes_with_values(tmp_path):
    old_library(tmp_path, texts=[None, *KNOWN])
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        first, *rest = sorted(catalogue.tracks.all(), key=lambda track: track.id)
        assert first.problem is None
        for track, (text, reason) in zip(rest, KNOWN.items(), strict=True):
            assert reason is None or track.problem == reason
            if "(any more)" not in text and "(0 bytes)" not in text and "read (" not in text:
                assert str(track.problem).startswith(text.rstrip("0")[:30])
            assert track.state is TrackState.FAILED
        assert list(catalogue.folders.unavailable().values()) == [Reason(Cause.NOT_A_FOLDER)]
        assert [p.reason for p in catalogue.problems.all() if p.path.name == "x"] == [
            Reason(Cause.NO_PERMISSION)
        ]


def test_what_failed_by_a_bug_of_an_older_version_is_tried_again(tmp_path):
    old_library(tmp_path, texts=["musicsim failed on it (KeyError: 'x')"])
    with contextlib.closing(Catalogue(tmp_path)) as catalogue:
        (track,) = catalogue.tracks.all()
        assert (track.state, track.problem) == (TrackState.PENDING, None)


@pytest.mark.parametrize("text", ["parts of the file are damaged", None])
def test_windows_keep_what_is_wrong_with_their_file(tmp_path, text):
    store = WindowStore(tmp_path)
    track = PendingTrack(1, tmp_path / "a.mp3", b"key")
    store.put(track, "m", 2, windows_of([1.0, 2.0]), afresh=True)
    store.close()
    with contextlib.closing(sqlite3.connect(tmp_path / WINDOWS_FILE)) as db, db:
        db.execute("UPDATE windows SET problem = ?", (text,))
        db.execute("PRAGMA user_version = 2")
    with contextlib.closing(WindowStore(tmp_path)) as migrated:
        windows = migrated.of(1, "m")
        assert windows is not None
        assert windows.problem == (text and Reason(Cause.PARTLY_DAMAGED))
        assert np.array_equal(windows.vectors, [[1.0, 2.0]])

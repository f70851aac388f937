import os
import threading

import pytest
from scanned_library import Library


@pytest.fixture
def library(tmp_path):
    return Library(tmp_path)


@pytest.mark.parametrize("what", ["moved", "copied before it was deleted"])
def test_nobody_waits_for_the_library_while_a_scan_waits_for_a_disk(library, monkeypatch, what):
    """A scan looks where a file has been: on a network drive that may take minutes."""
    song, others = library.file("old/song.mp3"), library.file("others/song.mp3", b"another")
    library.scan()
    if what == "moved":
        (library.music / "new").mkdir()
        song.rename(library.music / "new" / "song.mp3")
    else:
        library.file("new/song.mp3", song.read_bytes())
        library.scan()
        song.unlink()
    asked, answered = [], threading.Event()

    def slow(look):
        def wait(path, *options, **more):
            if "song.mp3" in os.fspath(path) and threading.current_thread().name == "scan":
                asked.append(path)
                reader = threading.Thread(target=read)
                reader.start()
                reader.join(20)
            return look(path, *options, **more)

        return wait

    def read():
        library.catalogue.tracks.all()
        library.catalogue.settings.set("from another thread", "written")
        answered.set()

    for name in ("stat", "lstat", "open"):
        monkeypatch.setattr(os, name, slow(getattr(os, name)))
    scan = threading.Thread(target=library.scan, name="scan")
    scan.start()
    scan.join(60)
    assert asked
    assert answered.is_set()
    assert not scan.is_alive()
    monkeypatch.undo()
    assert library.paths() == {"new/song.mp3", "others/song.mp3"}
    assert others.exists()
    assert not library.paths(missing=True)

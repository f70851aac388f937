"""A song whose folder is renamed while it is watched stays the same track, whatever copies of it there are."""

from __future__ import annotations

import queue
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
from scanned_library import Library

from musicsim.base.events import Events
from musicsim.library.scanning import watcher as watcher_module
from musicsim.library.scanning.watcher import DirtyPaths, Watcher


class WatchedLibrary(Library):
    """A library that follows its folder as the window does."""

    def watch(self) -> None:
        self.changes: queue.Queue[set[Path]] = queue.Queue()
        self.watcher = Watcher(self.changed, lambda: None, Events())
        self.watcher.start()
        self.watcher.watch([self.music])

    def changed(self, paths: Collection[Path]) -> None:
        self.watcher.watch([self.music])
        self.scanner.update(paths)
        self.changes.put(set(paths))

    def wait_for(self, *paths: Path) -> None:
        lacking = set(paths)
        while lacking:
            lacking -= self.changes.get(timeout=20)

    def path_of(self, track_id: int) -> str:
        (track,) = self.catalogue.tracks.by_id([track_id])
        assert not track.missing
        return str(track.path.relative_to(self.music))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WatchedLibrary]:
    monkeypatch.setattr(watcher_module, "QUIET_SECONDS", 0.1)
    made = WatchedLibrary(tmp_path)
    yield made
    if hasattr(made, "watcher"):
        made.watcher.stop()
    made.embeddings.close()
    made.catalogue.close()


@pytest.mark.parametrize("new", ["Album (2001)", "A", "zzz", "deep/er/Album"])
@pytest.mark.parametrize("backup", ["backup", "Album backup", "ZZZ"])
def test_a_copy_takes_no_playlist_entry_from_a_song_whose_folder_is_renamed(library, new, backup):
    for n in range(3):
        library.file(f"Album/{n}.mp3", b"%d" % n)
    library.file("other.mp3")
    library.file("deep/er/other.mp3")
    library.scan()
    shutil.copytree(library.music / "Album", library.music / backup)
    library.scan()
    songs = [library.catalogue.tracks.at(library.music / f"Album/{n}.mp3").id for n in range(3)]
    kept = library.catalogue.playlists.create("Evening", songs)
    library.watch()

    (library.music / "Album").rename(library.music / new)
    library.wait_for(library.music / "Album", library.music / new)

    (now,) = library.catalogue.playlists.all()
    assert now.track_ids == kept.track_ids
    assert [library.path_of(song) for song in songs] == [f"{new}/{n}.mp3" for n in range(3)]
    copies = {f"{backup}/{n}.mp3" for n in range(3)}
    assert copies < library.paths()
    assert len(library.paths()) == 8
    assert not library.paths(missing=True)


def test_a_song_that_is_renamed_alone_stays_itself_beside_its_copy(library):
    song = library.file("a.mp3", b"song")
    library.scan()
    library.file("backup/a.mp3", b"song")
    library.scan()
    track = library.catalogue.tracks.at(song)
    library.watch()

    song.rename(library.music / "b.mp3")
    library.wait_for(song, library.music / "b.mp3")

    assert library.path_of(track.id) == "b.mp3"
    assert library.paths() == {"b.mp3", "backup/a.mp3"}


@pytest.mark.parametrize("order", ["old, backup, new", "backup, old, new", "new, backup, old"])
def test_a_song_that_moves_to_another_music_folder_is_not_its_copy_in_a_third(library, order):
    """Found by a scan of all of them, in whatever order they were added."""
    folders = {name: library.music.with_name(name) for name in order.split(", ")}
    for name, folder in folders.items():
        folder.mkdir()
        (folder / "other.mp3").write_bytes(name.encode())
    for name in ("old", "backup"):
        (folders[name] / "Album").mkdir()
        (folders[name] / "Album" / "a.mp3").write_bytes(b"song")
        library.scanner.scan([folders[name]])
    library.scanner.scan(list(folders.values()))
    track = library.catalogue.tracks.at(folders["old"] / "Album" / "a.mp3")

    (folders["old"] / "Album").rename(folders["new"] / "Album")
    library.scanner.scan()

    (now,) = library.catalogue.tracks.by_id([track.id])
    assert now.path == folders["new"] / "Album" / "a.mp3"
    assert library.catalogue.tracks.at(folders["backup"] / "Album" / "a.mp3") is not None


def test_a_song_that_is_deleted_lives_on_in_its_copy(library):
    song = library.file("a.mp3", b"song")
    library.scan()
    library.file("backup/a.mp3", b"song")
    library.scan()
    track = library.catalogue.tracks.at(song)
    library.watch()

    song.unlink()
    library.wait_for(song)

    assert library.path_of(track.id) == "backup/a.mp3"


def test_what_is_gone_waits_for_what_still_changes(tmp_path):
    """A renamed folder in which a file is being written: the old name is quiet before the new one."""
    dirty = DirtyPaths()
    gone, new = tmp_path / "Album", tmp_path / "Album (2001)"
    dirty.add(gone, now=100.0)
    new.mkdir()
    dirty.add(new, now=101.0)
    assert dirty.take_due(101.6) == set()
    assert dirty.take_due(102.6) == {gone, new}
    # But not for ever.
    dirty.add(gone, now=200.0)
    for second in range(200, 230):
        dirty.add(new, now=second)
    assert dirty.take_due(229.5) == {gone}

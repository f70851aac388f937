import queue
from pathlib import Path

import pytest

from musicsim.events import Events, Notice
from musicsim.library import watcher as watcher_module
from musicsim.library.watcher import QUIET_SECONDS, DirtyPaths, Watcher, is_network_folder

LATER = QUIET_SECONDS + 1


def test_a_path_is_due_when_it_has_been_quiet(tmp_path):
    dirty = DirtyPaths()
    path = tmp_path / "a.mp3"
    path.write_bytes(b"whole")
    dirty.add(path, now=100.0)
    assert dirty.take_due(100.5) == set()
    assert dirty.next_due() == 100.0
    assert dirty.take_due(100 + LATER) == {path}
    assert dirty.take_due(100 + 2 * LATER) == set()


def test_a_file_that_is_still_growing_is_left_alone(tmp_path):
    dirty = DirtyPaths()
    path = tmp_path / "a.mp3"
    path.write_bytes(b"half")
    dirty.add(path, now=100.0)
    path.write_bytes(b"half and more")  # the watcher lost this event
    assert dirty.take_due(100 + LATER) == set()
    assert dirty.take_due(100 + 2 * LATER) == {path}


def test_a_deleted_path_is_due_as_well(tmp_path):
    dirty = DirtyPaths()
    dirty.add(tmp_path / "gone.mp3", now=100.0)
    assert dirty.take_due(100 + LATER) == {tmp_path / "gone.mp3"}


class Watched:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.changes: queue.Queue[set[Path]] = queue.Queue()
        self.notices: list[str] = []
        events = Events()
        events.subscribe(
            lambda event: self.notices.append(event.text) if isinstance(event, Notice) else None
        )
        self.watcher = Watcher(self.changes.put, lambda: None, events)
        self.watcher.start()
        self.watcher.watch([folder])

    def wait_for(self, path: Path) -> None:
        seen = set()
        while path not in seen:
            seen |= set(self.changes.get(timeout=20))


@pytest.fixture
def watched(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher_module, "QUIET_SECONDS", 0.1)
    folder = tmp_path / "music"
    folder.mkdir()
    made = Watched(folder)
    yield made
    made.watcher.stop()


def test_new_changed_and_deleted_files_are_reported(watched):
    path = watched.folder / "a \udcff.mp3"
    path.write_bytes(b"new")
    watched.wait_for(path)
    path.write_bytes(b"changed")
    watched.wait_for(path)
    path.unlink()
    watched.wait_for(path)


def test_a_renamed_file_is_reported_under_both_names(watched):
    old, new = watched.folder / "old.mp3", watched.folder / "new.mp3"
    old.write_bytes(b"x")
    watched.wait_for(old)
    old.rename(new)
    watched.wait_for(new)


def test_files_in_a_new_folder_are_reported(watched):
    folder = watched.folder / "album"
    folder.mkdir()
    (folder / "a.mp3").write_bytes(b"x")
    watched.wait_for(folder)


def test_a_folder_that_was_deleted_and_made_again_is_watched_again(watched):
    watched.folder.rename(watched.folder.with_name("unplugged"))
    watched.watcher.watch([watched.folder])
    watched.folder.mkdir()
    watched.watcher.watch([watched.folder])
    path = watched.folder / "a.mp3"
    path.write_bytes(b"new")
    watched.wait_for(path)


def test_folders_that_cannot_be_watched_are_named(watched, tmp_path, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()

    def refuse(*_args, **_options):
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(watched.watcher._observer, "schedule", refuse)
    watched.watcher.watch([watched.folder, other])
    assert "other (the system's limit of watched folders is reached)" in watched.notices[-1]
    assert "every 30 minutes" in watched.notices[-1]


def test_more_folders_than_the_system_watches_are_told_of(watched, tmp_path, monkeypatch):
    # inotify passes over those beyond the limit without a word.
    for n in range(5):
        (watched.folder / str(n)).mkdir()
    (tmp_path / "limit").write_text("4\n")
    monkeypatch.setattr(watcher_module, "INOTIFY_LIMIT", tmp_path / "limit")
    other = tmp_path / "other"
    other.mkdir()
    watched.watcher.watch([other])
    assert watched.notices[-1] == ""
    watched.watcher.watch([watched.folder, other])
    assert "music (the system's limit of watched folders is reached)" in watched.notices[-1]


def test_a_network_folder_is_told_of(watched, tmp_path, monkeypatch):
    mounts = tmp_path / "mounts"
    spaced = str(watched.folder).replace("/music", "/my\\040music")
    mounts.write_text(
        f"/dev/sda1 / ext4 rw 0 0\nserver:/music {watched.folder} nfs4 rw 0 0\n"
        f"//server/music {spaced} cifs rw 0 0\n/dev/sdb1 {watched.folder}/local ext4 rw 0 0\n"
    )
    monkeypatch.setattr(watcher_module, "MOUNTS", mounts)
    watched.watcher.watch([watched.folder])
    assert "music (a network folder" in watched.notices[-1]
    assert "every 30 minutes" in watched.notices[-1]
    assert is_network_folder(watched.folder.with_name("my music") / "a")
    assert not is_network_folder(watched.folder / "local" / "a")
    assert not is_network_folder(tmp_path)
    monkeypatch.setattr(watcher_module, "MOUNTS", tmp_path / "nowhere")
    assert not is_network_folder(watched.folder)


def test_a_watcher_that_died_is_begun_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher_module, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(watcher_module, "CHECK_SECONDS", 0.05)
    folder = tmp_path / "music"
    folder.mkdir()
    changes: queue.Queue[set[Path]] = queue.Queue()
    rescans: queue.Queue[None] = queue.Queue()

    def rescan() -> None:
        watcher.watch([folder])
        rescans.put(None)

    watcher = Watcher(changes.put, rescan, Events())
    watcher.start()
    watcher.watch([folder])
    watcher._observer.stop()
    watcher._observer.join()
    rescans.get(timeout=20)
    (folder / "a.mp3").write_bytes(b"new")
    assert folder / "a.mp3" in changes.get(timeout=20)
    watcher.stop()


def test_after_a_burst_of_events_everything_is_looked_through(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher_module, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(watcher_module, "_BURST", 50)
    rescans: queue.Queue[None] = queue.Queue()
    watcher = Watcher(lambda _: None, lambda: rescans.put(None), Events())
    watcher.start()
    watcher.watch([tmp_path])
    for n in range(50):
        (tmp_path / f"{n}.mp3").write_bytes(b"x")
    rescans.get(timeout=20)
    watcher.stop()


def test_everything_is_looked_through_now_and_then(monkeypatch):
    monkeypatch.setattr(watcher_module, "RESCAN_SECONDS", 0.05)
    rescans: queue.Queue[None] = queue.Queue()
    watcher = Watcher(lambda _: None, lambda: rescans.put(None), Events())
    watcher.start()
    rescans.get(timeout=20)
    rescans.get(timeout=20)
    watcher.stop()

import errno
import os
import queue
from collections.abc import Collection
from pathlib import Path

import pytest

from musicsim.base.events import Events, Notice
from musicsim.library.scanning import mounts as mounts_module
from musicsim.library.scanning import watch_limits
from musicsim.library.scanning import watcher as watcher_module
from musicsim.library.scanning.mounts import is_network_folder
from musicsim.library.scanning.walking import linked_folders
from musicsim.library.scanning.watcher import QUIET_SECONDS, DirtyPaths, Watcher

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
        self.rescans: queue.Queue[None] = queue.Queue()
        self.watcher = Watcher(self.changed, self.rescan, events)
        self.watcher.start()
        self.watcher.watch([folder])

    def changed(self, paths: Collection[Path]) -> None:
        self.watcher.watch([self.folder])  # as before every scan
        self.changes.put(set(paths))

    def rescan(self) -> None:
        self.watcher.watch([self.folder], thoroughly=True)
        self.rescans.put(None)

    def wait_for(self, path: Path) -> None:
        seen = set()
        while path not in seen:
            seen |= set(self.changes.get(timeout=20))


@pytest.fixture
def watched(tmp_path, monkeypatch):
    monkeypatch.setattr(watcher_module, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(watcher_module, "LOOK_SECONDS", 0.05)
    monkeypatch.setattr(watcher_module, "CHECK_SECONDS", 0.05)
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


def test_a_drive_that_is_unplugged_or_plugged_in_is_noticed_and_watched_again(watched):
    # Neither a mount nor a renamed music folder gives an event.
    watched.folder.rename(watched.folder.with_name("unplugged"))
    watched.wait_for(watched.folder)
    watched.folder.mkdir()
    watched.wait_for(watched.folder)
    path = watched.folder / "a.mp3"
    path.write_bytes(b"new")
    watched.wait_for(path)


def test_a_folder_that_is_not_there_at_first_is_watched_when_it_comes(watched, tmp_path):
    watched.folder = tmp_path / "drive"
    watched.watcher.watch([watched.folder])
    watched.folder.mkdir()
    watched.wait_for(watched.folder)
    (watched.folder / "a.mp3").write_bytes(b"new")
    watched.wait_for(watched.folder / "a.mp3")


def test_a_music_folder_that_is_a_link_is_watched(watched, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(watched.folder)
    watched.folder = link
    watched.watcher.watch([link])
    (link / "a.mp3").write_bytes(b"new")
    watched.wait_for(link / "a.mp3")


@pytest.fixture
def elsewhere(tmp_path):
    """Two folders outside the music folder, with a link from one to the other and back."""
    for name in ("jazz", "blues"):
        (tmp_path / "elsewhere" / name / "in").mkdir(parents=True)
    (tmp_path / "elsewhere" / "jazz" / "more").symlink_to(tmp_path / "elsewhere" / "blues")
    (tmp_path / "elsewhere" / "blues" / "back").symlink_to(tmp_path / "elsewhere" / "jazz")
    return tmp_path / "elsewhere"


@pytest.mark.parametrize("name", ["jazz/a.mp3", "jazz/in/b.mp3", "blues/in/c.mp3"])
def test_what_happens_behind_links_has_the_music_folder_looked_through(watched, elsewhere, name):
    album = watched.folder / "album"
    album.mkdir()
    (album / "link").symlink_to(elsewhere / "jazz")
    watched.wait_for(album)
    (elsewhere / name).write_bytes(b"new")
    watched.wait_for(watched.folder)


def test_a_drive_behind_a_link_is_noticed_and_watched_again(watched, elsewhere):
    link = watched.folder / "link"
    link.symlink_to(elsewhere)
    watched.wait_for(link)
    elsewhere.rename(elsewhere.with_name("unplugged"))
    watched.wait_for(watched.folder)
    elsewhere.mkdir()
    watched.wait_for(watched.folder)
    (elsewhere / "a.mp3").write_bytes(b"new")
    watched.wait_for(watched.folder)


def test_a_drive_is_noticed_that_comes_behind_a_link_to_nothing(watched, elsewhere):
    watched.folder = watched.folder.with_name("other")
    watched.folder.mkdir()
    (watched.folder / "link").symlink_to(elsewhere / "drive")
    watched.watcher.watch([watched.folder])
    (elsewhere / "drive").mkdir()
    watched.wait_for(watched.folder)
    (elsewhere / "drive" / "a.mp3").write_bytes(b"new")
    watched.wait_for(watched.folder)


def test_looking_thoroughly_finds_links_of_which_nothing_was_told(watched, elsewhere, monkeypatch):
    monkeypatch.setattr(watcher_module._Handler, "on_any_event", lambda *_: None)
    (watched.folder / "link").symlink_to(elsewhere / "drive")
    watched.watcher.watch([watched.folder], thoroughly=True)
    (elsewhere / "drive").mkdir()
    watched.wait_for(watched.folder)


def test_a_link_to_a_file_that_comes_is_noticed_and_not_watched(watched, elsewhere):
    (watched.folder / "link").symlink_to(elsewhere / "a")
    watched.wait_for(watched.folder / "link")
    (elsewhere / "a").write_bytes(b"new")
    watched.wait_for(watched.folder)
    assert set(watched.notices) == {""}


def test_links_that_a_scan_would_not_follow_are_not_watched(tmp_path, elsewhere):
    music = tmp_path / "music"
    (music / ".wine").mkdir(parents=True)
    (music / ".wine" / "z").symlink_to("/")
    (music / "in").mkdir()
    (music / "self").symlink_to(music / "in")
    (music / "loop").symlink_to("loop")
    (music / "gone.mp3").symlink_to(elsewhere / "gone.mp3")
    (music / "jazz").symlink_to(elsewhere / "jazz")
    assert linked_folders(music, music) == [music / "jazz", music / "jazz" / "more"]
    (music / ".musicsimignore").write_text("jazz")
    assert linked_folders(music, music) == []


def test_what_lies_behind_a_link_to_everything_is_not_watched(tmp_path, monkeypatch, elsewhere):
    music = tmp_path / "home" / "music"
    music.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name, target in (("root", "/"), ("home", tmp_path / "home"), ("disk", "/proc")):
        (music / name).symlink_to(target)
    (music / "jazz").symlink_to(elsewhere / "jazz")
    assert linked_folders(music, music) == [music / "jazz", music / "jazz" / "more"]


@pytest.mark.logs
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
    monkeypatch.setattr(watch_limits, "INOTIFY_LIMIT", tmp_path / "limit")
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
    monkeypatch.setattr(mounts_module, "MOUNTS", mounts)
    watched.watcher.watch([watched.folder])
    assert "music (a network folder" in watched.notices[-1]
    assert "every 30 minutes" in watched.notices[-1]
    assert is_network_folder(watched.folder.with_name("my music") / "a")
    assert not is_network_folder(watched.folder / "local" / "a")
    assert not is_network_folder(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(watched.folder)
    assert is_network_folder(link)
    monkeypatch.setattr(mounts_module, "MOUNTS", tmp_path / "nowhere")
    assert not is_network_folder(watched.folder)


@pytest.mark.parametrize("mark", ["\u2028", "\x85", "\r", "\x0c"])
def test_a_mount_with_an_odd_name_hinders_no_network_folder(tmp_path, monkeypatch, mark):
    mounts = tmp_path / "mounts"
    mounts.write_bytes(
        f"/dev/sdb1 /media/a{mark}b ext4 rw 0 0\nserver:/music {tmp_path}/n{mark}s nfs4 rw 0 0\n".encode()
    )
    monkeypatch.setattr(mounts_module, "MOUNTS", mounts)
    assert is_network_folder(tmp_path / f"n{mark}s" / "jazz")
    assert not is_network_folder(tmp_path)


@pytest.mark.logs
@pytest.mark.parametrize("thread", ["dispatcher", "reader"])
def test_a_watcher_that_died_is_restarted(watched, thread):
    observer = watched.watcher._observer
    ended = observer if thread == "dispatcher" else getattr(observer, "_inotify_fd", None)
    if ended is None:
        pytest.skip("this system has no such thread")
    ended.stop()
    ended.join()
    watched.rescans.get(timeout=20)
    (watched.folder / "a.mp3").write_bytes(b"new")
    watched.wait_for(watched.folder / "a.mp3")
    assert watched.notices[-1] == ""


@pytest.mark.logs
def test_a_watcher_that_died_and_cannot_be_restarted_is_reported(watched, monkeypatch):
    def refuse() -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    with monkeypatch.context() as patch:
        patch.setattr(watcher_module, "Observer", refuse)
        watched.watcher._observer.stop()
        watched.rescans.get(timeout=20)
    assert "music (the system's limit of watched folders is reached)" in watched.notices[-1]
    assert "every 30 minutes" in watched.notices[-1]
    # The next scan finds that it can.
    watched.watcher.watch([watched.folder])
    assert watched.notices[-1] == ""
    (watched.folder / "a.mp3").write_bytes(b"new")
    watched.wait_for(watched.folder / "a.mp3")


def test_a_system_without_room_for_a_watcher_still_starts(tmp_path, monkeypatch):
    def refuse() -> None:
        raise OSError(errno.EMFILE, "inotify instance limit reached")

    monkeypatch.setattr(watcher_module, "Observer", refuse)
    watched = Watched(tmp_path)
    watched.watcher.stop()
    assert "limit of watched folders" in watched.notices[-1]


@pytest.mark.logs
def test_folders_too_deep_to_be_watched_are_told_of(watched, monkeypatch):
    def walk(_folder):
        raise RecursionError("maximum recursion depth exceeded")

    with monkeypatch.context() as patch:
        patch.setattr(os, "walk", walk)
        (watched.folder.parent / "other").mkdir()
        watched.watcher.watch([watched.folder.parent / "other"])
    assert "other (its folders lie too deep in each other)" in watched.notices[-1]


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

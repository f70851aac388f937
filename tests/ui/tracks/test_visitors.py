"""Files that are played without being in the library."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from tagged_files import make, write_id3
from window_fakes import Library, titles

from musicsim.base.events import TracksChanged
from musicsim.library.types import Tags
from musicsim.ui.commands import actions
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks import visitors
from musicsim.ui.tracks.library_model import LibraryModel
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.track_list import TrackList
from musicsim.ui.window.main_window import MainWindow


@pytest.fixture
def song(tmp_path: Path) -> Path:
    """A tagged file outside the library."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    path = make(folder, "mp3")
    write_id3(path)
    return path


def test_a_visitor_gets_its_tags_in_another_thread(
    library: Library, song: Path, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []
    read_tags = visitors.read_tags
    monkeypatch.setattr(
        visitors,
        "read_tags",
        lambda path: (threads.append(threading.current_thread()), read_tags(path))[1],
    )
    bridge = Bridge(library.events, errands=ThreadPoolExecutor(1))
    store = TrackStore(library.catalogue, bridge)

    with qtbot.waitSignal(store.changed) as changed:
        track = store.track_for(song)

    assert (track.title, track.id) == ("a", -1)
    assert changed.args == [(-1,)]
    read = store.get(-1)
    assert (read.title, read.artist, read.tags.duration) == (
        "Blue",
        "Ada, Béla",
        pytest.approx(1, 0.1),
    )
    assert store.details(-1).track_gain == -7.5
    assert threads
    assert threading.main_thread() not in threads
    bridge.close()


def test_a_visitor_is_in_lists_and_not_in_the_library(
    library: Library,
    ids: list[int],
    store: Callable[[], TrackStore],
    theme: Theme,
    song: Path,
    settle,
) -> None:
    tracks = store()
    model = LibraryModel(tracks, theme)
    queue = TrackList(tracks, theme)
    counts = tracks.counts()

    visitor = tracks.track_for(song)
    queue.set_ids([ids[0], visitor.id])
    settle()

    assert titles(queue) == ["Überall", "Blue"]
    assert tracks.counts() == counts
    assert len(tracks) == len(ids)
    assert visitor.id not in {track.id for track in tracks}
    assert model.ids == [i for i in model.ids if i > 0]
    assert model.total == len(ids)
    model.search("blue")
    assert model.rowCount() == 0


def test_one_file_is_one_visitor_and_is_read_again(
    store: Callable[[], TrackStore], song: Path, settle
) -> None:
    tracks = store()
    first = tracks.track_for(song)
    settle()
    os.utime(song, (1, 1))

    second = tracks.track_for(song)
    settle()

    assert second.id == first.id
    assert tracks.visitors == 1
    assert tracks.get(first.id).mtime_ns == 10**9


def test_a_file_of_the_library_is_no_visitor(
    library: Library, store: Callable[[], TrackStore], tmp_path: Path
) -> None:
    (track_id,) = library.add(Tags("Known"))
    tracks = store()
    path = tracks.get(track_id).path
    path.write_bytes(b"x")
    (tmp_path / "link.flac").symlink_to(path)
    (tmp_path / "folder").symlink_to(path.parent)

    assert tracks.track_for(path).id == track_id
    assert tracks.track_for(tmp_path / "link.flac").id == track_id
    assert tracks.track_for(tmp_path / "folder" / path.name).id == track_id
    assert tracks.visitors == 0


def test_a_file_that_is_back_before_the_library_knows_is_played(
    library: Library, store: Callable[[], TrackStore], settle
) -> None:
    (track_id,) = library.add(Tags("Back"))
    library.catalogue.files.set_missing([track_id], True)
    tracks = store()
    path = tracks.get(track_id).path
    make(path.parent, "flac").rename(path)

    assert not tracks.track_for(path).missing
    settle()


def test_a_file_that_is_added_to_the_library_later(
    library: Library, store: Callable[[], TrackStore], theme: Theme, settle
) -> None:
    path = library.music / "00000 0.flac"
    make(library.music, "flac").rename(path)
    tracks = store()
    queue = TrackList(tracks, theme)
    model = LibraryModel(tracks, theme)
    visitor = tracks.track_for(path)
    queue.set_ids([visitor.id])
    settle()
    assert tracks.in_library([visitor.id]) == []

    (track_id,) = library.add(Tags("Added"))
    # Before the window heard of it, too.
    assert tracks.track_for(path).id == track_id
    library.events.emit(TracksChanged((track_id,)))
    settle()

    assert queue.ids == [visitor.id]
    assert model.ids == [track_id]
    assert tracks.in_library([visitor.id, track_id]) == [track_id, track_id]


def test_they_are_bounded(
    store: Callable[[], TrackStore], theme: Theme, tmp_path: Path, settle, monkeypatch
) -> None:
    monkeypatch.setattr(visitors, "MOST", 3)
    tracks = store()
    queue = TrackList(tracks, theme)
    paths = [tmp_path / f"{number}.mp3" for number in range(6)]
    for path in paths[:3]:
        queue.extend([tracks.track_for(path).id])
    tracks.set_playing(-1)
    tracks.track_for(paths[1])  # is used again

    for path in paths[3:5]:
        queue.extend([tracks.track_for(path).id])
    settle()

    assert [i in tracks for i in (-1, -2, -3, -4, -5)] == [True, False, False, True, True]
    assert queue.ids == [-1, -4, -5]
    assert tracks.visitors == 3


@pytest.fixture
def visitor(window: MainWindow, song: Path, settle: Callable[[], None]) -> int:
    """A visitor in the queue of the window, selected."""
    track = window.store.track_for(song)
    window.player.play([track.id, track.id])
    settle()
    window.commands.queue_panel.trigger()
    window.queue_pane.table.select_rows([0])
    window.queue_pane.table.setFocus()
    window.actions_.use(window.queue_pane.table)
    return track.id


@pytest.mark.parametrize("what", ["play_similar", "show_similar", "make_playlist", "export"])
def test_what_needs_the_library_says_so(window: MainWindow, visitor: int, what: str) -> None:
    getattr(window.actions_, what).trigger()

    assert "1 track is not in your library" in window.message_bar.text
    assert "add its folder" in window.message_bar.text
    assert window.player.track.title == "Blue"
    assert window.similar.seed is None
    assert window.playlists.all == []


def test_a_playlist_takes_none(
    window: MainWindow, visitor: int, ids: list[int], settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ask_name", lambda *_: "List")
    window.actions_.save_as_playlist([visitor], "List")
    assert window.playlists.all == []
    assert "not in your library" in window.message_bar.text

    window.actions_.save_as_playlist([visitor, ids[0]], "List")
    (playlist,) = window.playlists.all
    assert playlist.track_ids == (ids[0],)

    window.actions_.add_tracks_to_playlist(playlist.id, [visitor, ids[1]])
    assert window.playlists.get(playlist.id).track_ids == (ids[0], ids[1])
    assert "Added 1 track to “List”. 1 track is not in your library" in window.message_bar.text

    # Dragged there from the queue.
    window.places.show_playlist(playlist.id)
    dragged = window.player.queue.upcoming.mimeData([window.player.queue.upcoming.index(0, 0)])
    window.places.playlist.list.dropMimeData(dragged, Qt.DropAction.CopyAction, 1, 0, QModelIndex())
    settle()
    assert window.places.playlist.list.ids == [ids[0], ids[1]]
    assert window.playlists.get(playlist.id).track_ids == (ids[0], ids[1])
    assert "1 track is not in your library" in window.message_bar.text

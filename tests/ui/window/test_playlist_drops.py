"""Files and playlists dropped on a playlist, and tracks dragged out of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QModelIndex, Qt
from window_fakes import Library

from musicsim.ui.kit.dropping import dragged_files, dropped_uris, paths_of
from musicsim.ui.window.main_window import MainWindow


def test_files_and_playlists_dropped_on_a_playlist_are_put_in(
    window: MainWindow, library: Library, ids: list[int], settle: Callable[[], None], tmp_path: Path
) -> None:
    playlist = window.playlists.create("Sunday", ids[:2])
    window.places.show_playlist(playlist.id)
    first, second, third = (track.path for track in library.catalogue.tracks.by_id(ids[2:5]))
    for path in (first, second, third):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    (tmp_path / "l.m3u8").write_text(f"{second}\n{third}\ngone.mp3\n", "utf-8")
    (tmp_path / "stranger.mp3").write_bytes(b"x")
    data = QMimeData()
    data.setData(
        "text/uri-list",
        dragged_files([first, tmp_path / "l.m3u8", tmp_path / "stranger.mp3"]),
    )
    page = window.places.playlist

    assert page.list.dropMimeData(data, Qt.DropAction.CopyAction, 1, 0, QModelIndex())
    settle()

    kept = library.catalogue.playlists.named("Sunday")
    assert kept is not None
    assert kept.track_ids == (ids[0], *ids[2:5], ids[1])
    assert "not there, or are no music: 1" in window.message_bar.text
    assert "1 track is not in your library" in window.message_bar.text


def test_names_of_any_bytes_are_dragged_out(tmp_path: Path) -> None:
    paths = [tmp_path / "a b#%.mp3", tmp_path / "\udcff.mp3", tmp_path / "음악.mp3"]
    data = QMimeData()
    data.setData("text/uri-list", dragged_files(paths))
    assert paths_of(dropped_uris(data)) == (paths, [])


def test_tracks_are_dragged_out_as_files(window: MainWindow) -> None:
    model = window.places.library.model
    dragged = model.mimeData([model.index(row, 0) for row in range(2)])
    assert len(dragged.urls()) == 2
    assert all(url.isLocalFile() for url in dragged.urls())

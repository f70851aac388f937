"""Entries of a playlist whose tracks are not in the library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QHelpEvent
from window_fakes import Library

from musicsim.base.events import TracksChanged, TracksRemoved
from musicsim.library.types import MissingEntry, ScannedFile, Tags
from musicsim.playlists.files.reading import read_playlist
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def lost(library: Library) -> MissingEntry:
    return MissingEntry(library.music / "lost.flac", "Lost", "Nobody", "Gone", 100.0)


@pytest.fixture
def page(window: MainWindow, ids: list[int], lost: MissingEntry) -> PlaylistPage:
    playlist = window.playlists.create("Sunday", [ids[0], lost, ids[1]])
    window.places.show_playlist(playlist.id)
    return window.places.playlist


def labels(library: Library) -> list[int | str]:
    playlist = library.catalogue.playlists.named("Sunday")
    assert playlist is not None
    return [e.title if isinstance(e, MissingEntry) else e for e in playlist.entries]


def titles(page: PlaylistPage) -> list[str]:
    return [page.list.index(row, Column.TITLE).data() for row in range(page.list.rowCount())]


def test_they_are_shown_in_their_place_with_where_they_were_expected(
    page: PlaylistPage, lost: MissingEntry
) -> None:
    assert titles(page) == ["Überall", "Lost", "Quiet Harbour"]
    assert page.list.index(1, Column.ARTIST).data() == "Nobody"
    assert page._summary.text() == "2 tracks · 7 min · 1 not in your library"
    tooltip = page.list.index(1, Column.TITLE).data(Qt.ItemDataRole.ToolTipRole)
    assert str(lost.path) in tooltip
    track = page.list.track(1)
    assert track is not None
    assert track.missing, "drawn dimmed"


def test_they_are_not_played(page: PlaylistPage, window: MainWindow, ids: list[int], qtbot) -> None:
    qtbot.mouseClick(page.play, Qt.MouseButton.LeftButton)
    assert [window.player.queue.current, *window.player.queue.upcoming.ids] == ids[:2]

    page.table.select_rows([2])
    page.table.setFocus()
    qtbot.keyClick(page.table, Key.Key_Return)
    assert window.player.queue.current == ids[1]
    window.player.play([ids[4]])

    page.table.select_rows([1])
    qtbot.keyClick(page.table, Key.Key_Return)
    assert window.player.queue.current == ids[4], "there is nothing to play"
    assert not window.actions_.play_selected.isEnabled()
    page.table.select_rows([0, 1])
    qtbot.keyClick(page.table, Key.Key_Return)
    assert window.player.queue.current == ids[0]


def test_they_can_be_moved_and_removed(
    page: PlaylistPage, ids: list[int], library: Library, qtbot
) -> None:
    page.table.select_rows([1])
    page.table.setFocus()

    qtbot.keyClick(page.table, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert labels(library) == ["Lost", *ids[:2]]
    qtbot.keyClick(page.table, Key.Key_Delete)
    assert labels(library) == ids[:2]

    qtbot.keyClick(page.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(page.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert labels(library) == [ids[0], "Lost", ids[1]]
    assert titles(page) == ["Überall", "Lost", "Quiet Harbour"]


def test_they_are_named_at_export(
    page: PlaylistPage,
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    qtbot,
) -> None:
    file = tmp_path / "out.m3u8"
    monkeypatch.setattr(window.exporter, "ask_for_file", lambda suggested: file)

    qtbot.mouseClick(page.export, Qt.MouseButton.LeftButton)

    assert len(read_playlist(file).entries) == 2
    assert "1 track is left out" in window.message_bar.text
    assert "Nobody - Lost" in window.message_bar.text


def test_one_turns_into_its_track_when_the_file_turns_up(
    page: PlaylistPage,
    ids: list[int],
    library: Library,
    lost: MissingEntry,
    settle: Callable[[], None],
) -> None:
    folder = library.catalogue.folders.add(library.music)
    file = ScannedFile(lost.path, 1, 1, b"new", Tags("Lost and found"))
    found = library.catalogue.files.add(folder, file)
    library.events.emit(TracksChanged((found,)))
    settle()

    assert labels(library) == [ids[0], found, ids[1]]
    assert titles(page) == ["Überall", "Lost and found", "Quiet Harbour"]
    assert page._summary.text().startswith("3 tracks")


def test_tracks_that_leave_the_library_stay_as_missing_entries(
    page: PlaylistPage,
    window: MainWindow,
    ids: list[int],
    library: Library,
    settle: Callable[[], None],
) -> None:
    library.catalogue.folders.remove(library.music)
    library.events.emit(TracksRemoved(tuple(ids)))
    settle()

    assert titles(page) == ["Überall", "Lost", "Quiet Harbour"]
    assert labels(library) == ["Überall", "Lost", "Quiet Harbour"]
    assert not page.play.isEnabled()
    tooltip = window.places.sidebar.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert tooltip == "Sunday\n0 tracks · 3 missing"


def test_a_long_name_of_a_missing_entry_is_drawn_with_its_tooltip(
    page: PlaylistPage, qtbot
) -> None:
    index = page.list.index(1, Column.TITLE)
    place = page.table.visualRect(index).center()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, page.table.viewport().mapToGlobal(place))

    assert page.table.viewport().event(event) or event.isAccepted()
    page.grab()

from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from window_fakes import Library

from musicsim.playlists.files.reading import read_playlist
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def page(window: MainWindow, ids: list[int]) -> PlaylistPage:
    playlist = window.playlists.create("Sunday", ids[:4])
    window.places.show_playlist(playlist.id)
    return window.places.playlist


def rename(window: MainWindow, name: str, qtbot) -> None:
    """Type a name into the field that is open in the sidebar."""
    editor = window.places.sidebar.list.findChild(QLineEdit)
    assert editor.selectedText() == editor.text() != ""
    qtbot.keyClicks(editor, name)
    qtbot.keyClick(editor, Key.Key_Return)
    # Qt takes the name over when the key has been dealt with.
    QApplication.processEvents()


def kept(library: Library) -> dict[str, list[int]]:
    return {each.name: list(each.track_ids) for each in library.catalogue.playlists.all()}


def test_rows_are_moved_by_keyboard(
    page: PlaylistPage, ids: list[int], library: Library, qtbot
) -> None:
    page.table.select_rows([1, 2])
    page.table.setFocus()

    qtbot.keyClick(page.table, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert kept(library)["Sunday"] == [ids[1], ids[2], ids[0], ids[3]]
    for _ in range(3):
        qtbot.keyClick(page.table, Key.Key_Down, Qt.KeyboardModifier.AltModifier)

    assert kept(library)["Sunday"] == [ids[0], ids[3], ids[1], ids[2]]
    assert page.table.selected_ids() == ids[1:3]


def test_rows_are_moved_by_dragging(page: PlaylistPage, ids: list[int], library: Library) -> None:
    dragged = page.list.mimeData([page.list.index(3, 0)])

    page.list.dropMimeData(dragged, Qt.DropAction.MoveAction, 0, 0, QModelIndex())

    assert kept(library)["Sunday"] == [ids[3], *ids[:3]]


def test_rows_are_removed(page: PlaylistPage, ids: list[int], library: Library, qtbot) -> None:
    page.table.select_rows([1, 2])
    page.table.setFocus()

    qtbot.keyClick(page.table, Key.Key_Delete)

    assert kept(library)["Sunday"] == [ids[0], ids[3]]
    assert page.table.selected_ids() == [ids[3]], "so that Delete can go on"


def test_rename_in_the_sidebar(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    window.playlists.create("Zebra", [])

    page.rename.click()
    rename(window, "Zoo", qtbot)

    assert set(kept(library)) == {"Zoo", "Zebra"}
    assert page.playlist is not None
    assert page.playlist.name == "Zoo"
    row = window.places.sidebar.list.currentIndex()
    assert window.places.sidebar.model.playlist_id(row) == page.playlist.id


def test_a_name_that_is_taken_is_refused_with_a_message(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    window.playlists.create("Zebra", [])
    page.rename.click()

    rename(window, "Zebra", qtbot)

    assert set(kept(library)) == {"Sunday", "Zebra"}
    assert "Zebra" in window.message_bar.text


def test_a_name_that_no_playlist_can_have_is_refused_with_a_message(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    page.rename.click()

    rename(window, "x" * 201, qtbot)

    assert set(kept(library)) == {"Sunday"}
    assert "choose a shorter one" in window.message_bar.text


def test_a_new_playlist_asks_for_its_name(window: MainWindow, library: Library, qtbot) -> None:
    window.commands.new_playlist.trigger()

    rename(window, "Running", qtbot)

    assert kept(library) == {"Running": []}
    assert "empty" in window.places.playlist.table.placeholder


def test_delete_and_undo(page: PlaylistPage, window: MainWindow, library: Library) -> None:
    before = kept(library)

    page.delete.click()
    assert kept(library) == {}
    assert window.places.library.isVisible()
    assert "Deleted" in window.message_bar.text
    window.message_bar._action.click()

    assert kept(library) == before
    assert page.isVisible()


def test_export_writes_a_file_that_players_open(
    page: PlaylistPage,
    window: MainWindow,
    library: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    suggested: list[str] = []

    def ask(path: Path) -> Path:
        suggested.append(path.name)
        return tmp_path / "sunday.m3u8"

    monkeypatch.setattr(window.exporter, "ask_for_file", ask)

    page.export.click()

    exported = read_playlist(tmp_path / "sunday.m3u8")
    name, files = exported.name, [entry.path for entry in exported.entries]
    assert (name, suggested) == ("Sunday", ["Sunday.m3u8"])
    tracks = library.catalogue.tracks.by_id(page.list.ids)
    assert files == [track.path for track in tracks]


def test_play(page: PlaylistPage, window: MainWindow, ids: list[int]) -> None:
    page.play.click()

    assert window.player.queue.current == ids[0]
    assert window.player.queue.upcoming.ids == ids[1:4]


def test_the_summary_follows(page: PlaylistPage) -> None:
    assert page._summary.text() == "4 tracks · 1 h 13 min"

    page.list.remove([3])

    assert page._summary.text() == "3 tracks · 10 min"


def test_tracks_dropped_on_a_playlist_of_the_sidebar_are_added(
    page: PlaylistPage, window: MainWindow, ids: list[int], library: Library
) -> None:
    dragged = window.places.library.model.mimeData([window.places.library.model.index(0, 0)])
    row = window.places.sidebar.model.index(0)

    window.places.sidebar.model.dropMimeData(dragged, Qt.DropAction.CopyAction, -1, -1, row)

    assert kept(library)["Sunday"] == [*ids[:4], window.places.library.model.ids[0]]
    assert page.list.rowCount() == 5

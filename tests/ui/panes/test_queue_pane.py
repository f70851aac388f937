import pytest
from PySide6.QtCore import Qt
from window_fakes import Library

from musicsim.ui.commands import actions
from musicsim.ui.window.main_window import MainWindow


@pytest.fixture
def playing(window: MainWindow, ids: list[int]) -> MainWindow:
    window.player.play(ids)
    window.commands.queue_panel.trigger()
    return window


def test_the_queue_is_what_comes_next(playing: MainWindow, ids: list[int], qtbot) -> None:
    assert playing.queue_pane.list.ids == ids[1:]

    playing.commands.following.trigger()

    assert playing.queue_pane.list.ids == ids[2:]


def test_playing_from_the_queue_goes_on_from_there(
    playing: MainWindow, ids: list[int], qtbot
) -> None:
    table = playing.queue_pane.table
    table.select_rows([2])
    table.setFocus()

    qtbot.keyClick(table, Qt.Key.Key_Return)

    assert playing.player.queue.current == ids[3]
    assert playing.queue_pane.list.ids == ids[4:]


def test_remove_and_reorder(playing: MainWindow, ids: list[int], qtbot) -> None:
    table = playing.queue_pane.table
    table.setFocus()
    table.select_rows([0])
    qtbot.keyClick(table, Qt.Key.Key_Delete)
    table.select_rows([3])
    qtbot.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)

    assert playing.queue_pane.list.ids == [ids[2], ids[3], ids[5], ids[4]]
    playing.commands.following.trigger()
    assert playing.player.queue.current == ids[2]


def test_clear_and_undo(playing: MainWindow, ids: list[int], qapp) -> None:
    playing.queue_pane.clear.click()
    qapp.processEvents()
    assert playing.queue_pane.list.ids == []
    assert not playing.queue_pane.clear.isEnabled()

    playing.message_bar._action.click()

    assert playing.queue_pane.list.ids == ids[1:]


def test_save_as_playlist(
    playing: MainWindow, ids: list[int], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ask_name", lambda *_: "Tonight")

    playing.queue_pane.save.click()

    (playlist,) = library.catalogue.playlists.all()
    assert (playlist.name, list(playlist.track_ids)) == ("Tonight", ids[1:])

"""What a listener does with tracks: by the menu, by the keyboard, by double-click."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hands import press_key
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu
from window_fakes import FakeApp, FakeEngine, Library, titles

from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import Tags
from musicsim.playlists.files.reading import read_playlist
from musicsim.ui.commands import actions
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import TrackTable
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.side_panel import Tab

Key = Qt.Key
Modifier = Qt.KeyboardModifier


def select(table: TrackTable, *wanted: str) -> None:
    table.select_rows([titles(table.tracks).index(title) for title in wanted])
    table.setFocus()


def open_menu() -> QMenu:
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entries(menu: QMenu) -> dict[str, bool]:
    return {
        action.text(): action.isEnabled() for action in menu.actions() if not action.isSeparator()
    }


@pytest.fixture
def table(window: MainWindow) -> TrackTable:
    return window.places.library.table


@pytest.mark.parametrize(
    ("key", "modifier"),
    [(Key.Key_Menu, Modifier.NoModifier), (Key.Key_F10, Modifier.ShiftModifier)],
)
def test_the_menu_opens_by_keyboard(
    table: TrackTable, qtbot, key: Qt.Key, modifier: Qt.KeyboardModifier
) -> None:
    select(table, "Último")

    qtbot.keyClick(table, key, modifier)

    menu = open_menu()
    assert entries(menu) == {
        "Play": True,
        "Play similar": True,
        "Start radio": True,
        "Play next": True,
        "Add to queue": True,
        "Add 5 similar after this one": True,
        "Show similar tracks": True,
        "Make playlist from this": True,
        "Playlist builder": True,
        "Add to playlist": True,
        "Like": True,
        "Never play this": True,
        "Album": True,
        "Artist": True,
        "Export similar…": True,
        "Show in folder": True,
    }
    menu.close()


def test_the_menu_opens_by_mouse_and_works_on_several(table: TrackTable, qtbot) -> None:
    select(table, "Último", "Überall")
    place = table.visualRect(table.currentIndex()).center()
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, table.viewport().mapToGlobal(place)
    )

    QApplication.sendEvent(table.viewport(), event)

    menu = open_menu()
    assert entries(menu)["Show similar tracks"] is False
    assert entries(menu)["Export 2 tracks…"] is True
    menu.close()


def test_return_plays_from_there_on(
    table: TrackTable, window: MainWindow, engine: FakeEngine, qtbot
) -> None:
    order = titles(table.tracks)
    select(table, order[3])

    qtbot.keyClick(table, Key.Key_Return)

    assert window.player.playing
    assert window.player.track is not None
    assert window.player.track.title == order[3]
    assert titles(window.player.queue.upcoming) == order[4:]
    assert window.windowTitle().startswith(window.player.track.name)


def test_double_click_plays(table: TrackTable, window: MainWindow, qtbot) -> None:
    place = table.visualRect(table.tracks.index(2, Column.TITLE)).center()

    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert window.player.track is not None
    assert window.player.track.title == titles(table.tracks)[2]


def test_space_pauses_and_goes_on(table: TrackTable, window: MainWindow, qtbot) -> None:
    select(table, "Último")
    qtbot.keyClick(table, Key.Key_Return)
    table.setFocus()

    press_key(window, Key.Key_Space)
    assert not window.player.playing
    press_key(window, Key.Key_Space)
    assert window.player.playing


def test_space_in_the_search_box_is_a_space(window: MainWindow, qtbot) -> None:
    window.places.library.focus_search()

    qtbot.keyClicks(window.places.library.search, "quiet harb")

    assert window.places.library.search.text() == "quiet harb"
    assert titles(window.places.library.model) == ["Quiet Harbour"]


def test_play_similar_plays_the_track_and_queues_what_is_like_it(
    table: TrackTable, window: MainWindow, app: FakeApp, settle: Callable[[], None], qtbot
) -> None:
    select(table, "Último")

    qtbot.keyClick(table, Key.Key_Return, Modifier.ControlModifier)
    assert window.player.track is not None
    assert window.player.track.title == "Último", "the track itself starts at once"
    settle()

    found = app.finding.similar(window.player.track.id).result()
    assert window.player.queue.upcoming.ids == [match.track.id for match in found.matches]
    assert len(found.matches) == 5


def test_play_similar_of_several(
    table: TrackTable, window: MainWindow, settle: Callable[[], None]
) -> None:
    select(table, "Último", "Überall")

    window.actions_.play_similar.trigger()
    settle()

    assert window.player.queue.upcoming.rowCount() == 5
    assert len({window.player.queue.current, *window.player.queue.upcoming.ids}) == 6


def test_an_answer_that_comes_after_something_else_was_started_is_dropped(
    table: TrackTable, window: MainWindow, ids: list[int], settle: Callable[[], None]
) -> None:
    select(table, "Último")
    window.actions_.play_similar.trigger()
    window.player.play([ids[0]])

    settle()

    assert window.player.queue.upcoming.rowCount() == 0


def test_play_similar_of_a_track_that_was_not_listened_to_says_so(
    window: MainWindow, library: Library, settle: Callable[[], None]
) -> None:
    (new,) = library.add(Tags("New", "A"), embedded=False)
    window.store.refresh((new,))
    select(window.places.library.table, "New")

    window.actions_.play_similar.trigger()
    settle()

    assert window.player.queue.current == new
    assert "has not been listened to" in window.message_bar.text


def test_show_similar_tracks(
    table: TrackTable, window: MainWindow, settle: Callable[[], None], qtbot
) -> None:
    window.panel.hide()
    select(table, "Último")

    qtbot.keyClick(table, Key.Key_R, Modifier.ControlModifier)
    settle()

    assert window.panel.isVisible()
    assert window.panel.tab is Tab.SIMILAR
    assert window.similar.seed is not None
    assert window.similar.seed.title == "Último"
    assert window.similar.list.rowCount() == 5


def test_make_playlist_opens_it_under_a_sensible_name(
    table: TrackTable, window: MainWindow, settle: Callable[[], None], qtbot
) -> None:
    select(table, "Último")

    qtbot.keyClick(table, Key.Key_M, Modifier.ControlModifier)
    settle()

    playlist = window.places.playlist.playlist
    assert playlist is not None
    assert playlist.name == "Like Último"
    assert titles(window.places.playlist.list)[0] == "Último"
    assert window.places.playlist.list.rowCount() == 6
    assert window.places.playlist.isVisible()


def test_add_to_queue(table: TrackTable, window: MainWindow, ids: list[int], qtbot) -> None:
    window.player.play([ids[0]])
    select(table, "Último", "Don’t Wait")

    qtbot.keyClick(table, Key.Key_U, Modifier.ControlModifier)

    assert set(titles(window.player.queue.upcoming)) == {"Último", "Don’t Wait"}
    qtbot.waitUntil(lambda: window.panel.tabs.tabText(Tab.QUEUE) == "Queue (2)")


def test_add_to_queue_with_nothing_playing_begins_to_play(
    table: TrackTable, window: MainWindow
) -> None:
    select(table, "Último")

    window.actions_.add_to_queue.trigger()

    assert window.player.playing


def test_add_to_playlist_and_undo(
    table: TrackTable, window: MainWindow, ids: list[int], library: Library
) -> None:
    playlist = window.playlists.create("Rock & Roll", ids[:1])
    select(table, "Último", "Überall")
    menu = window.actions_.add_to_playlist.menu()
    menu.aboutToShow.emit()
    (entry,) = [action for action in menu.actions() if action.text() == "Rock && Roll"]

    entry.trigger()
    (kept,) = library.catalogue.playlists.all()
    assert len(kept.track_ids) == 3
    window.message_bar.findChild(type(window.similar.save)).click()

    assert library.catalogue.playlists.all()[0].track_ids == playlist.track_ids


def test_add_to_a_new_playlist(
    table: TrackTable, window: MainWindow, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ask_name", lambda *_: "Fresh")
    select(table, "Último", "Überall")
    menu = window.actions_.add_to_playlist.menu()
    menu.aboutToShow.emit()

    menu.actions()[0].trigger()

    (playlist,) = library.catalogue.playlists.all()
    assert playlist.name == "Fresh"
    assert len(playlist.track_ids) == 2


def test_a_new_playlist_is_not_made_under_a_name_that_none_can_have(
    table: TrackTable, window: MainWindow, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ask_name", lambda *_: "x" * 201)
    select(table, "Último", "Überall")
    menu = window.actions_.add_to_playlist.menu()
    menu.aboutToShow.emit()

    menu.actions()[0].trigger()

    assert library.catalogue.playlists.all() == []
    assert "choose a shorter one" in window.message_bar.text


def test_export_of_one_track_is_a_playlist_like_it(
    table: TrackTable,
    window: MainWindow,
    tmp_path: Path,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    suggested: list[str] = []

    def ask(path: Path) -> Path:
        suggested.append(path.name)
        return tmp_path / "out.m3u8"

    monkeypatch.setattr(window.exporter, "ask_for_file", ask)
    select(table, "Último")

    window.actions_.export.trigger()
    settle()

    exported = read_playlist(tmp_path / "out.m3u8")
    files = [entry.path for entry in exported.entries]
    assert suggested == ["Like Último.m3u8"]
    assert exported.name == "Like Último"
    assert len(files) == 6
    assert "Exported 6 tracks" in window.message_bar.text


def test_export_of_several_is_those(
    table: TrackTable, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(window.exporter, "ask_for_file", lambda _: tmp_path / "out.m3u8")
    select(table, "Último", "Überall")

    window.actions_.export.trigger()

    exported = read_playlist(tmp_path / "out.m3u8")
    assert {entry.path.name for entry in exported.entries} == {"00004 4.flac", "00000 0.flac"}


def test_export_names_the_files_that_are_missing(
    window: MainWindow,
    library: Library,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    settle: Callable[[], None],
) -> None:
    monkeypatch.setattr(window.exporter, "ask_for_file", lambda _: tmp_path / "out.m3u8")
    tracks = library.catalogue.tracks.all()
    for track in tracks:
        track.path.parent.mkdir(exist_ok=True)
        track.path.touch()
    window.exporter.export("List", tracks[:3])
    settle()
    assert "Exported 3 tracks" in window.message_bar.text
    assert "missing" not in window.message_bar.text
    # No scan has seen it yet.
    tracks[0].path.unlink()
    window.exporter.export("List", tracks[:3])
    settle()
    assert "Exported 3 tracks" in window.message_bar.text
    assert f"1 file is missing: {tracks[0].path.name}." in window.message_bar.text
    for track in tracks[1:5]:
        track.path.unlink()
    window.exporter.export("List", [*tracks[:5], tracks[0]])
    settle()
    assert "5 files are missing: " in window.message_bar.text
    assert "and 2 more" in window.message_bar.text


def test_export_to_where_nothing_can_be_written_says_so(
    table: TrackTable, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        window.exporter, "ask_for_file", lambda _: tmp_path / "no such folder" / "out.m3u8"
    )
    select(table, "Último", "Überall")

    window.actions_.export.trigger()

    assert "out.m3u8 can't be written" in window.message_bar.text


def test_show_in_folder(
    table: TrackTable, window: MainWindow, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[Path]] = []
    monkeypatch.setattr(actions, "show_in_folder", lambda paths: bool(shown.append(paths)))
    select(table, "Último")

    window.actions_.show_in_folder.trigger()

    assert shown == [[library.music / "00004 4.flac"]]
    assert str(library.music) in window.message_bar.text, "so that it can be opened by hand"


def test_the_track_menu_of_the_menu_bar_works_on_the_list_used_last(
    window: MainWindow, ids: list[int], settle: Callable[[], None]
) -> None:
    window.show_similar(ids[0])
    settle()
    select(window.similar.table, titles(window.similar.list)[0])

    window.actions_.play_selected.trigger()

    assert window.player.queue.current == window.similar.list.ids[0]
    assert window.player.queue.upcoming.ids == window.similar.list.ids[1:]


def test_rows_that_come_in_above_leave_the_list_where_it_is(
    make_window: Callable[[], MainWindow], library: Library
) -> None:
    library.add(*(Tags(f"Song {i:03}", "Middle") for i in range(200)))
    table = make_window().places.library.table
    table.verticalScrollBar().setValue(1000)
    top = table.rowAt(0)
    before = (titles(table.tracks)[top], table.rowViewportPosition(top))

    new = library.add(*(Tags(f"New {i:03}", "Above") for i in range(30)))
    table.tracks._store.refresh(tuple(new))

    top = table.rowAt(0)
    assert (titles(table.tracks)[top], table.rowViewportPosition(top)) == before
    assert table.tracks.rowCount() == 230


def entry(table: TrackTable, qtbot, text: str) -> QAction:
    """An entry of the menu of the selected tracks, as it is when the menu opens."""
    qtbot.keyClick(table, Key.Key_Menu)
    menu = open_menu()
    found = next(action for action in menu.actions() if action.text() == text)
    menu.close()
    return found


def test_tracks_are_banned_and_liked_by_the_menu_which_shows_it(
    table: TrackTable, window: MainWindow, app: FakeApp, settle: Callable[[], None], qtbot
) -> None:
    settle()
    select(table, "Último", "Überall")
    both = set(table.selected_ids())

    entry(table, qtbot, "Never play this").trigger()
    settle()
    assert app.opinions.bans().track_ids == both
    assert entry(table, qtbot, "Never play this").isChecked()

    select(table, "Último")
    entry(table, qtbot, "Like").trigger()
    settle()
    assert app.opinions.tracks(Opinion.LIKED) == set(table.selected_ids())
    select(table, "Último", "Überall")
    assert not entry(table, qtbot, "Never play this").isChecked()
    select(table, "Überall")
    entry(table, qtbot, "Never play this").trigger()
    settle()
    assert app.opinions.bans().track_ids == frozenset()


def test_a_ban_that_is_undone_leaves_the_tracks_liked_as_before(
    table: TrackTable, window: MainWindow, app: FakeApp, settle: Callable[[], None], qtbot
) -> None:
    settle()
    select(table, "Último", "Überall")
    window.actions_.like.trigger()
    settle()
    window.actions_.ban.trigger()
    settle()
    assert app.opinions.tracks(Opinion.LIKED) == frozenset()

    window.message_bar.findChild(type(window.similar.save)).click()
    settle()

    assert app.opinions.tracks(Opinion.LIKED) == set(table.selected_ids())
    assert app.opinions.bans().track_ids == frozenset()

"""The order of a playlist: sorted for a look, kept, by flow, shuffled, turned around; and undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu
from window_fakes import FakeApp, Library

from musicsim.library.types import MissingEntry, Playlist
from musicsim.ui.commands import playlist_editing
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.playlists.flow_dialog import FlowDialog
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key
CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def page(window: MainWindow, ids: list[int]) -> PlaylistPage:
    playlist = window.playlists.create("Sunday", [ids[3], ids[0], ids[4], ids[1]])
    window.places.show_playlist(playlist.id)
    window.resize(1700, 900)  # with room for every column
    return window.places.playlist


def kept(library: Library, name: str = "Sunday") -> Playlist:
    playlist = library.catalogue.playlists.named(name)
    assert playlist is not None
    return playlist


def click_heading(page: PlaylistPage, column: Column, qtbot) -> None:
    heading = page.table.heading
    place = QPoint(heading.sectionViewportPosition(column) + 20, heading.height() // 2)
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)


def numbers(page: PlaylistPage) -> list[str]:
    return [page.list.index(row, Column.POSITION).data() for row in range(page.list.rowCount())]


def choose(menu: QMenu, text: str) -> None:
    (action,) = [each for each in menu.actions() if each.text() == text]
    action.trigger()


def test_a_click_on_a_heading_sorts_for_a_look(
    page: PlaylistPage, ids: list[int], library: Library, qtbot
) -> None:
    own = list(kept(library).track_ids)
    assert page.note.text == ""

    click_heading(page, Column.YEAR, qtbot)

    assert page.list.ids == [ids[1], ids[4], ids[0], ids[3]]
    assert numbers(page) == ["4", "3", "2", "1"], "the places in its own order"
    assert "Sorted by Year for a look" in page.note.text
    click_heading(page, Column.YEAR, qtbot)
    assert page.list.ids == [ids[3], ids[0], ids[4], ids[1]]
    assert page.note.text
    click_heading(page, Column.YEAR, qtbot)
    assert page.list.ids == own
    assert page.note.text == ""
    assert list(kept(library).track_ids) == own


def test_a_click_on_the_number_shows_the_list_backwards(page: PlaylistPage, qtbot) -> None:
    own = page.list.ids

    click_heading(page, Column.POSITION, qtbot)
    assert page.list.ids == own[::-1]
    assert "backwards" in page.note.text
    qtbot.mouseClick(page.note.back, Qt.MouseButton.LeftButton)

    assert page.list.ids == own


@pytest.mark.parametrize(
    "column",
    [Column.STATE, Column.TITLE, Column.ARTIST, Column.ALBUM, Column.GENRE, Column.LENGTH],
)
def test_every_column_sorts_and_the_selection_stays_on_its_tracks(
    page: PlaylistPage, ids: list[int], column: Column, qtbot
) -> None:
    page.table.select_rows([2])

    click_heading(page, column, qtbot)

    assert page.table.selected_ids() == [ids[4]]
    assert sorted(page.list.ids) == sorted([ids[0], ids[1], ids[3], ids[4]])
    texts = [page.list.index(row, column).data() for row in range(4)]
    if column not in (Column.STATE, Column.LENGTH):
        assert texts == sorted(texts, key=lambda text: text.casefold().replace("ü", "u"))


def test_the_order_shown_is_kept_and_brought_back(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    own = list(kept(library).track_ids)
    click_heading(page, Column.YEAR, qtbot)
    shown = page.list.ids

    qtbot.mouseClick(page.note.keep, Qt.MouseButton.LeftButton)

    assert list(kept(library).track_ids) == page.list.ids == shown
    assert numbers(page) == ["1", "2", "3", "4"]
    assert page.note.text == ""
    assert "order of Year" in window.message_bar.text
    page.table.setFocus()
    qtbot.keyClick(page.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert list(kept(library).track_ids) == page.list.ids == own
    assert "Undone" in window.message_bar.text
    qtbot.keyClick(page.table, Key.Key_Z, CTRL_SHIFT)
    assert list(kept(library).track_ids) == page.list.ids == shown


def test_rows_can_be_removed_but_not_moved_while_they_are_sorted_for_a_look(
    page: PlaylistPage, window: MainWindow, ids: list[int], library: Library, qtbot
) -> None:
    own = list(kept(library).track_ids)
    click_heading(page, Column.YEAR, qtbot)
    page.table.select_rows([1])
    page.table.setFocus()

    qtbot.keyClick(page.table, Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert list(kept(library).track_ids) == own
    assert "only sorted for a look" in window.message_bar.text

    qtbot.keyClick(page.table, Key.Key_Delete)
    assert list(kept(library).track_ids) == [ids[3], ids[0], ids[1]]
    assert page.list.ids == [ids[1], ids[0], ids[3]]
    assert numbers(page) == ["3", "2", "1"]

    dragged = window.places.library.model.mimeData([window.places.library.model.index(0, 0)])
    page.list.dropMimeData(dragged, Qt.DropAction.CopyAction, 0, 0, page.list.index(-1, 0))
    assert kept(library).track_ids[-1] == window.places.library.model.ids[0]
    assert len(kept(library).track_ids) == 4


def test_another_playlist_is_shown_in_its_own_order(
    page: PlaylistPage, window: MainWindow, ids: list[int], qtbot
) -> None:
    other = window.playlists.create("Other", [ids[2], ids[0], ids[1]])
    click_heading(page, Column.TITLE, qtbot)

    window.places.show_playlist(other.id)

    assert page.list.ids == [ids[2], ids[0], ids[1]]
    assert page.note.text == ""


def test_turning_around_and_shuffling_can_be_undone(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    own = list(kept(library).track_ids)

    choose(page.order.menu(), "Reverse")
    assert list(kept(library).track_ids) == own[::-1]
    qtbot.mouseClick(window.message_bar._action, Qt.MouseButton.LeftButton)
    assert list(kept(library).track_ids) == own

    window.playlist_commands.editing._random.seed(1)
    choose(page.order.menu(), "Shuffle")
    assert sorted(kept(library).track_ids) == sorted(own)
    assert list(kept(library).track_ids) != own
    assert page.list.ids == list(kept(library).track_ids)


def flow_dialog(page: PlaylistPage) -> FlowDialog:
    choose(page.order.menu(), "Sort by flow…")
    dialog = page.findChild(FlowDialog)
    assert isinstance(dialog, FlowDialog)
    return dialog


def test_sorting_by_flow_with_the_ends_that_the_listener_wants(
    page: PlaylistPage,
    window: MainWindow,
    ids: list[int],
    app: FakeApp,
    library: Library,
    settle: Callable[[], None],
) -> None:
    page.table.select_rows([2])
    dialog = flow_dialog(page)
    assert dialog.first.currentText() == "Tomé Ribeiro - Último", "the selected one"
    dialog.last.setCurrentIndex(dialog.last.findData(3))

    dialog.sort.click()
    settle()

    assert ("in_flow", 2, 3) in app.calls
    assert list(kept(library).track_ids) == [ids[4], ids[0], ids[3], ids[1]]
    assert "by flow" in window.message_bar.text


def test_a_track_cant_be_at_both_ends(page: PlaylistPage) -> None:
    page.table.select_rows([2])
    dialog = flow_dialog(page)

    dialog.last.setCurrentIndex(dialog.last.findData(2))
    assert not dialog.sort.isEnabled()
    dialog.first.setCurrentIndex(0)

    assert dialog.sort.isEnabled()
    assert dialog.ends == (None, 2)


def test_sorting_by_flow_leaves_missing_entries_at_the_end(
    page: PlaylistPage, window: MainWindow, ids: list[int], library: Library, settle, tmp_path
) -> None:
    made = window.playlists.create("Gaps", [MissingEntry(tmp_path / "x.mp3", "X"), *ids[2::-1]])

    window.playlist_commands.editing.sort_by_flow(made.id)
    settle()

    entries = kept(library, "Gaps").entries
    assert entries[:3] == (ids[2], ids[0], ids[1])
    assert isinstance(entries[3], MissingEntry)


def test_what_was_changed_meanwhile_is_not_overwritten(
    page: PlaylistPage, window: MainWindow, ids: list[int], library: Library, settle
) -> None:
    assert page.playlist is not None
    window.playlist_commands.editing.sort_by_flow(page.playlist.id)
    window.playlists.edit(page.playlist.id, ids[:2], "")

    settle()

    assert list(kept(library).track_ids) == ids[:2]
    assert "was changed meanwhile" in window.message_bar.text


def test_steps_are_undone_one_by_one(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    own = list(kept(library).track_ids)
    page.table.setFocus()
    page.table.select_rows([0])
    for _ in range(3):
        qtbot.keyClick(page.table, Key.Key_Delete)
    assert len(kept(library).track_ids) == 1

    for left in (2, 3, 4):
        qtbot.keyClick(page.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert len(kept(library).track_ids) == left
    assert list(kept(library).track_ids) == own
    qtbot.keyClick(page.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.message_bar.text == "There is nothing to undo."
    for left in (3, 2, 1, 1):
        qtbot.keyClick(page.table, Key.Key_Z, CTRL_SHIFT)
        assert len(kept(library).track_ids) == left
    assert window.message_bar.text == "There is nothing to redo."


def test_the_messages_undo_does_not_undo_an_earlier_step(
    page: PlaylistPage, window: MainWindow, library: Library, qtbot
) -> None:
    page.list.remove([0])
    page.list.remove([0])
    undo = window.message_bar._message.on_action
    page.table.setFocus()
    qtbot.keyClick(page.table, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    undo()

    assert len(kept(library).track_ids) == 3


def test_duplicates_are_removed_with_a_message_that_tells_them_apart(
    page: PlaylistPage, window: MainWindow, ids: list[int], library: Library, settle, qtbot
) -> None:
    for track_id in ids[:2]:
        library.catalogue.files.set_fingerprint(track_id, b"sound")
    made = window.playlists.create("Twice", [*ids[:3], ids[2], ids[2]])
    window.places.show_playlist(made.id)

    choose(page.order.menu(), "Remove duplicates")
    settle()

    assert list(kept(library, "Twice").track_ids) == [ids[0], ids[2]]
    text = "Removed 3 tracks from “Twice”: 2 that were in it twice, 1 with the same sound."
    assert window.message_bar.text == text
    qtbot.mouseClick(window.message_bar._action, Qt.MouseButton.LeftButton)
    assert list(kept(library, "Twice").track_ids) == [*ids[:3], ids[2], ids[2]]

    once = window.playlists.create("Once", ids[1:])
    window.playlist_commands.editing.remove_duplicates(once.id)
    settle()
    assert window.message_bar.text == "Nothing is twice in “Once”."


@pytest.mark.parametrize(("answer", "left"), [(0, [0]), (1, [0, 1]), (None, [0, 1, 0])])
def test_other_versions_of_a_song_are_asked_about(
    window: MainWindow,
    ids: list[int],
    library: Library,
    settle,
    monkeypatch: pytest.MonkeyPatch,
    answer: int | None,
    left: list[int],
) -> None:
    with library.catalogue.database.transaction() as db:
        db.execute(
            "UPDATE tracks SET title = 'Überall (Live)', artist = 'Motörnacht' WHERE id = ?",
            (ids[1],),
        )
    window.store.refresh((ids[1],))
    made = window.playlists.create("Versions", [ids[0], ids[1], ids[0]])
    asked: list[str] = []

    def ask(parent, title, question, choices):
        asked.append(question)
        return answer

    monkeypatch.setattr(playlist_editing, "ask_choice", ask)

    window.playlist_commands.editing.remove_duplicates(made.id)
    settle()

    assert "Motörnacht - Überall (Live)" in asked[0]
    assert list(kept(library, "Versions").track_ids) == [ids[i] for i in left]


def test_a_gap_is_filled_from_the_menu(
    page: PlaylistPage, window: MainWindow, ids: list[int], library: Library, settle, qtbot
) -> None:
    own = list(kept(library).track_ids)
    page.table.setFocus()
    page.table.select_rows([0])
    page.table.open_menu()
    assert not page.table.fill_gap.isEnabled(), "one track has no gap"
    page.table.select_rows([1, 2])
    page.table.open_menu()
    assert page.table.fill_gap.isEnabled()

    page.table.fill_gap.menu().actions()[0].trigger()
    settle()

    after = list(kept(library).track_ids)
    assert [*after[:2], *after[3:]] == own
    assert after[2] in (ids[2], ids[5])
    assert "Put 1 track in between." in window.message_bar.text
    QApplication.activePopupWidget().close()

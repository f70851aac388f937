"""The journey through a playlist, from a few tracks to an order for good; with all real services."""

from __future__ import annotations

import hands
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMessageBox

from musicsim.app import Musicsim
from musicsim.library.types import Track
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.playlists.flow_dialog import FlowDialog
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def tracks(demo_app: Musicsim) -> list[Track]:
    return demo_app.catalogue.tracks.all()


@pytest.fixture
def page(demo_window: MainWindow, tracks: list[Track]) -> PlaylistPage:
    """Four tracks of two albums, in a playlist that is open."""
    demo_window.resize(1700, 1000)
    chosen = [tracks[n].id for n in (12, 0, 13, 1)]
    demo_window.places.show_playlist(demo_window.playlists.create("Sunday", chosen).id)
    QApplication.processEvents()
    return demo_window.places.playlist


def kept(demo_app: Musicsim, name: str = "Sunday") -> list[int]:
    playlist = demo_app.catalogue.playlists.named(name)
    assert playlist is not None
    return list(playlist.track_ids)


def undo(page: PlaylistPage) -> None:
    page.table.setFocus()
    hands.QTest.keyClick(page.table, Key.Key_Z, CTRL)


def test_a_playlist_is_completed_filled_and_flows(
    page: PlaylistPage, demo_window: MainWindow, demo_app: Musicsim, qtbot
) -> None:
    four = kept(demo_app)
    offered = page.suggestions
    qtbot.waitUntil(lambda: offered.rows.rowCount() >= 4, timeout=20_000)
    assert not set(offered.rows.ids) & set(four)
    suggested, others = offered.rows.ids[1], [offered.rows.ids[0], *offered.rows.ids[2:]]
    hands.click_row(offered.table, 1, Column.STATE)
    assert kept(demo_app) == page.list.ids == [*four, suggested]
    assert offered.rows.ids[: len(others)] == others, "the others stay where they are"

    hands.click_row(page.table, 0)
    hands.click_row(page.table, 1, modifier=CTRL)
    menu = hands.menu_at(page.table, hands.cell(page.table, 0))
    hands.choose(menu, "Fill the gap between these", "3 tracks")
    qtbot.waitUntil(lambda: len(kept(demo_app)) == 8, timeout=20_000)
    filled = kept(demo_app)
    assert [filled[0], *filled[4:]] == [*four, suggested]
    assert len(set(filled)) == 8
    assert demo_window.message_bar.text == "Put 3 tracks in between."
    undo(page)
    assert kept(demo_app) == page.list.ids == [*four, suggested]

    def first_and_last(dialog: FlowDialog) -> None:
        dialog.first.setFocus()
        assert dialog.first.currentIndex() == 1, "the first stays, if nothing else is said"
        dialog.last.setFocus()
        qtbot.keyClick(dialog.last, Key.Key_Down)
        hands.click(dialog.sort)

    hands.answering(FlowDialog, first_and_last)
    hands.click_row(page.table, 0)
    hands.click(page.order)
    hands.choose(hands.open_menu(), "Sort by flow…")
    qtbot.waitUntil(lambda: "by flow" in demo_window.message_bar.text, timeout=20_000)
    flowing = kept(demo_app)
    assert flowing == page.list.ids != [*four, suggested]
    assert (flowing[0], flowing[-1]) == (four[0], suggested)
    assert sorted(flowing) == sorted([*four, suggested])


def test_a_look_at_what_is_liked_and_played_is_kept_for_good(
    page: PlaylistPage, demo_window: MainWindow, demo_app: Musicsim, engine, qtbot
) -> None:
    own = kept(demo_app)
    hands.click_row(page.table, 2, Column.OPINION)
    qtbot.waitUntil(lambda: bool(demo_window.store.facts.opinions))
    hands.click_heading(page.table, Column.OPINION)
    qtbot.waitUntil(lambda: page.list.ids == [own[2], own[0], own[1], own[3]])
    assert "Sorted by Liked for a look" in page.note.text
    assert kept(demo_app) == own
    hands.click(page.note.back)
    assert page.list.ids == own

    # Of columns that are not shown at first, too; facts arrive while the rows are sorted by them.
    hands.click_row(page.table, 3)
    qtbot.keyClick(page.table, Key.Key_Return)
    qtbot.waitUntil(lambda: engine.item is not None)
    QApplication.processEvents()
    engine.advance(engine.seconds)
    engine.end()
    for column in (Column.PLAYS, Column.LAST_PLAYED, Column.RATING, Column.BPM, Column.KEY):
        page.list.look(column)
        assert sorted(page.list.ids) == sorted(own)
    page.list.look(Column.PLAYS, Qt.SortOrder.DescendingOrder)
    qtbot.waitUntil(lambda: page.list.ids == [own[3], *own[:3]])
    page.list.look(None)

    hands.click_heading(page.table, Column.TITLE)
    shown = hands.titles(page.table)
    assert shown == sorted(shown, key=str.casefold)
    assert kept(demo_app) == own
    hands.click(page.note.keep)
    assert kept(demo_app) == page.list.ids != own
    assert hands.titles(page.table) == shown
    undo(page)
    assert kept(demo_app) == page.list.ids == own


def test_duplicates_go_and_deleted_tracks_and_playlists_come_back(
    page: PlaylistPage, demo_window: MainWindow, demo_app: Musicsim, qtbot
) -> None:
    own = kept(demo_app)
    other = demo_window.playlists.create("Monday", [own[1], own[0]])
    tree = demo_window.places.sidebar.list
    hands.click_name(tree, hands.tree_row(tree, "Monday"))
    place = tree.visualRect(hands.tree_row(tree, "Sunday")).center()
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, CTRL, place)
    hands.choose(hands.menu_at(tree, place), "Merge into one playlist")
    merged = kept(demo_app, "Monday + Sunday")
    assert merged == [own[1], own[0], own[2], own[3]]
    assert "2 tracks that were in them twice came once" in demo_window.message_bar.text

    demo_window.playlists.add(other.id, [own[1], own[2]])
    hands.click_name(tree, hands.tree_row(tree, "Monday"))
    hands.click(page.order)
    hands.choose(hands.open_menu(), "Remove duplicates")
    qtbot.waitUntil(lambda: kept(demo_app, "Monday") == [own[1], own[0], own[2]], timeout=20_000)
    assert "Removed 1 track from “Monday”" in demo_window.message_bar.text

    hands.click_row(page.table, 0)
    hands.click_row(page.table, 1, modifier=CTRL)
    qtbot.keyClick(page.table, Key.Key_Delete)
    assert kept(demo_app, "Monday") == [own[2]]
    hands.click(demo_window.message_bar._action)
    assert kept(demo_app, "Monday") == page.list.ids == [own[1], own[0], own[2]]

    before = demo_app.catalogue.playlists.all()
    hands.click(page.delete)
    assert not any(isinstance(w, QMessageBox) for w in QApplication.topLevelWidgets())
    assert demo_app.catalogue.playlists.named("Monday") is None
    assert demo_window.places.current is demo_window.places.library
    hands.click(demo_window.message_bar._action)
    assert demo_app.catalogue.playlists.all() == before
    assert page.name == "Monday", "it is shown again"


def test_folders_hold_playlists_and_missing_tracks_come_back(
    page: PlaylistPage, demo_window: MainWindow, demo_app: Musicsim, qtbot
) -> None:
    sidebar, own = demo_window.places.sidebar, kept(demo_app)
    hands.click(sidebar.add_folder)
    hands.type_name(sidebar.list, "Trips")
    place = sidebar.list.visualRect(hands.tree_row(sidebar.list, "Sunday")).center()
    hands.choose(hands.menu_at(sidebar.list, place), "Move to folder", "Trips")
    (folder,) = demo_app.catalogue.playlist_folders.all()
    assert folder.name == "Trips"
    assert [p.folder_id for p in demo_app.catalogue.playlists.all()] == [folder.id]
    hands.click_name(sidebar.list, hands.tree_row(sidebar.list, "Trips"))
    assert not sidebar.list.isExpanded(hands.tree_row(sidebar.list, "Trips"))

    # Its music folder leaves the library: the playlist keeps what it was, and has it again with the folder.
    (root,) = demo_app.catalogue.folders.all()
    with qtbot.waitSignal(demo_window.playlists.changed, timeout=20_000):
        demo_app.collection.remove_folder(root)
    playlist = demo_app.catalogue.playlists.named("Sunday")
    assert playlist is not None
    assert len(playlist.missing) == len(own)
    assert playlist.track_ids == ()
    demo_app.collection.scan([root])

    def is_back() -> bool:
        now = demo_app.catalogue.playlists.named("Sunday")
        return now is not None and len(now.track_ids) == len(own)

    qtbot.waitUntil(is_back, timeout=30_000)
    qtbot.waitUntil(lambda: len(page.list.playable) == len(own), timeout=20_000)
    assert not page.list.has_missing

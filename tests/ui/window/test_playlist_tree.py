"""The playlists in their folders, at the left of the window."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from window_fakes import Library

from musicsim.library.catalogue.playlist_folders import folder_names
from musicsim.library.types import MissingEntry, Playlist
from musicsim.ui.commands import playlist_commands
from musicsim.ui.playlists.playlist_list import PlaylistList
from musicsim.ui.playlists.playlist_tree import Chosen
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key
Button = Qt.MouseButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def filled(library: Library, ids: list[int]) -> dict[str, int]:
    """Folders: "Parties" with "Summer" in it, and "work"; playlists: "BBQ", "Focus" and "Alone"."""
    folders, playlists = library.catalogue.playlist_folders, library.catalogue.playlists
    parties = folders.create("Parties").id
    summer = folders.create("Summer", parties).id
    work = folders.create("work").id
    lost = MissingEntry(Path("/x.mp3"), "Lost")
    return {
        "Parties": parties,
        "Summer": summer,
        "work": work,
        "BBQ": playlists.create("BBQ", [ids[0], lost, ids[1]], folder_id=summer).id,
        "Focus": playlists.create("Focus", ids[1:3], folder_id=work).id,
        "Alone": playlists.create("Alone", ids[3:]).id,
    }


@pytest.fixture
def tree(filled: dict[str, int], window: MainWindow) -> PlaylistList:
    return window.places.sidebar.list


def shown(tree: PlaylistList, parent: QModelIndex | None = None, depth: int = 0) -> list[str]:
    """Return the rows that can be seen, indented."""
    found: list[str] = []
    for row in range(tree.playlists.rowCount(parent or QModelIndex())):
        index = tree.playlists.index(row, 0, parent or QModelIndex())
        found.append("  " * depth + index.data())
        if tree.isExpanded(index):
            found += shown(tree, index, depth + 1)
    return found


def row(tree: PlaylistList, name: str) -> QModelIndex:
    everywhere = Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly
    first = tree.playlists.index(0)
    (found,) = tree.playlists.match(first, Qt.ItemDataRole.DisplayRole, name, -1, everywhere)
    return found


def click(tree: PlaylistList, name: str, qtbot, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    place = tree.visualRect(row(tree, name)).center()
    qtbot.mouseClick(tree.viewport(), Button.LeftButton, modifier, place)


def places(library: Library) -> dict[str, str]:
    folders = library.catalogue.playlist_folders.all()
    return {
        each.name: "/".join(folder_names(each.folder_id, folders))
        for each in library.catalogue.playlists.all()
    }


def menu_at(tree: PlaylistList, name: str | None) -> QMenu:
    """Return the menu that a right click opens."""
    place = tree.visualRect(row(tree, name)).center() if name else QPoint(20, tree.height() - 4)
    screen = tree.viewport().mapToGlobal(place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, screen)
    QApplication.sendEvent(tree.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entry(menu: QMenu, text: str) -> QAction:
    (found,) = [action for action in menu.actions() if action.text() == text]
    return found


def choose(menu: QMenu, *texts: str) -> None:
    for text in texts[:-1]:
        menu = entry(menu, text).menu()
    action = entry(menu, texts[-1])
    assert action.isEnabled()
    for popup in iter(QApplication.activePopupWidget, None):
        popup.close()
    action.trigger()


def texts(menu: QMenu) -> list[str]:
    found = [action.text() for action in menu.actions() if not action.isSeparator()]
    menu.close()
    return found


def type_name(tree: PlaylistList, name: str, qtbot) -> None:
    # Those of earlier names are closed, but not deleted yet.
    (editor,) = [each for each in tree.findChildren(QLineEdit) if each.isVisible()]
    qtbot.keyClicks(editor, name)
    qtbot.keyClick(editor, Key.Key_Return)
    QApplication.processEvents()


def undo(window: MainWindow, qtbot) -> None:
    assert window.message_bar._action.text() == "Undo"
    qtbot.mouseClick(window.message_bar._action, Button.LeftButton)


def test_folders_come_first_by_name_whatever_its_case(tree: PlaylistList) -> None:
    assert shown(tree) == ["Parties", "  Summer", "    BBQ", "work", "  Focus", "Alone"]


def test_a_click_folds_a_folder_and_that_is_remembered(
    tree: PlaylistList, window: MainWindow, make_window: Callable[[], MainWindow], qtbot
) -> None:
    click(tree, "Parties", qtbot)
    assert shown(tree) == ["Parties", "work", "  Focus", "Alone"]
    window.playlists.create("New", [])
    assert shown(tree) == ["Parties", "work", "  Focus", "Alone", "New"]
    tree.setCurrentIndex(row(tree, "work"))
    qtbot.keyClick(tree, Key.Key_Return)
    window.close()

    again = make_window().places.sidebar.list
    assert shown(again) == ["Parties", "work", "Alone", "New"]

    click(again, "Parties", qtbot)
    assert shown(again) == ["Parties", "  Summer", "    BBQ", "work", "Alone", "New"]


def test_a_click_shows_a_playlist_and_a_folder_is_no_place(
    tree: PlaylistList, window: MainWindow, filled: dict[str, int], qtbot
) -> None:
    click(tree, "BBQ", qtbot)
    assert window.places.playlist.playlist is not None
    assert window.places.playlist.playlist.id == filled["BBQ"]
    click(tree, "work", qtbot)
    assert window.places.playlist.isVisible()
    assert window.places.playlist.name == "BBQ"


def test_to_show_a_playlist_opens_the_folders_around_it(
    tree: PlaylistList, window: MainWindow, filled: dict[str, int], qtbot
) -> None:
    click(tree, "Parties", qtbot)

    window.places.show_playlist(filled["BBQ"])

    assert "    BBQ" in shown(tree)
    assert tree.currentIndex() == row(tree, "BBQ")


def test_dragging_moves_playlists_and_folders(
    tree: PlaylistList, window: MainWindow, library: Library, qtbot
) -> None:
    def drop(*names: str, on: str | None) -> None:
        data = tree.playlists.mimeData([row(tree, name) for name in names])
        place = row(tree, on) if on else QModelIndex()
        tree.playlists.dropMimeData(data, Qt.DropAction.MoveAction, -1, -1, place)

    drop("Alone", on="Summer")
    assert places(library)["Alone"] == "Parties/Summer"
    assert window.message_bar.text == "Moved the playlist “Alone” into “Summer”."
    undo(window, qtbot)
    assert places(library)["Alone"] == ""

    drop("Summer", "Alone", on="Focus")
    assert places(library) == {"BBQ": "work/Summer", "Focus": "work", "Alone": "work"}
    drop("work", on="Summer")
    assert places(library)["Focus"] == "work", "never into itself"
    drop("Summer", "BBQ", on=None)
    assert places(library)["BBQ"] == "Summer", "BBQ comes along in its folder"


def test_playlists_can_be_dragged(
    tree: PlaylistList, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    # A drag would wait for the mouse.
    started: list[bool] = []
    monkeypatch.setattr(PlaylistList, "startDrag", lambda self, actions: started.append(True))
    place = tree.visualRect(row(tree, "Alone")).center()
    qtbot.mousePress(tree.viewport(), Button.LeftButton, pos=place)
    for distance in (5, 15, 30):
        qtbot.mouseMove(tree.viewport(), place - QPoint(0, distance))

    assert started


def test_tracks_are_dropped_on_playlists_only(
    tree: PlaylistList, window: MainWindow, library: Library, ids: list[int]
) -> None:
    model = window.places.library.model
    tracks = model.mimeData([model.index(0, 0)])

    can_drop = tree.playlists.canDropMimeData
    action = Qt.DropAction.CopyAction
    assert can_drop(tracks, action, -1, -1, row(tree, "BBQ"))
    assert not can_drop(tracks, action, -1, -1, row(tree, "Summer"))
    assert not can_drop(tracks, action, -1, -1, QModelIndex())
    tree.playlists.dropMimeData(tracks, action, -1, -1, row(tree, "Focus"))

    playlist = library.catalogue.playlists.named("Focus")
    assert playlist is not None
    assert playlist.track_ids == (*ids[1:3], model.ids[0])


def test_a_playlist_can_be_dropped_in_the_queue(
    tree: PlaylistList, window: MainWindow, ids: list[int]
) -> None:
    window.player.play(ids[:1])
    data = tree.playlists.mimeData([row(tree, "BBQ")])
    queue = window.queue_pane.list

    queue.dropMimeData(data, Qt.DropAction.CopyAction, 0, 0, QModelIndex())

    assert queue.ids == ids[:2], "without the missing entry"


def test_a_playlist_is_dragged_to_other_programs_as_its_files(
    tree: PlaylistList, window: MainWindow, filled: dict[str, int]
) -> None:
    data = tree.playlists.mimeData([row(tree, "BBQ")])

    playlist = window.playlists.get(filled["BBQ"])
    assert playlist is not None
    files = [track.path.as_uri() for track in window.store.tracks(playlist.track_ids)]
    assert bytes(data.data("text/uri-list").data()).decode().split() == files
    # A file manager that may move files would take the music away.
    assert tree.playlists.supportedDragActions() == Qt.DropAction.CopyAction


def test_a_new_folder_asks_for_its_name(
    tree: PlaylistList, window: MainWindow, library: Library, qtbot
) -> None:
    qtbot.mouseClick(window.places.sidebar.add_folder, Button.LeftButton)
    type_name(tree, "Zoo", qtbot)
    assert [f.name for f in library.catalogue.playlist_folders.all()][-1] == "Zoo"

    choose(menu_at(tree, "Zoo"), "New playlist")
    type_name(tree, "Lions", qtbot)
    assert places(library)["Lions"] == "Zoo"
    choose(menu_at(tree, "Zoo"), "New folder")
    type_name(tree, "Cats", qtbot)
    choose(menu_at(tree, "Zoo"), "Rename")
    type_name(tree, "Work", qtbot)
    assert places(library)["Lions"] == "Work", "another folder is named “work”"
    choose(menu_at(tree, "Work"), "Rename")
    type_name(tree, "Parties", qtbot)
    assert "There is a folder named “Parties” already" in window.message_bar.text
    assert places(library)["Lions"] == "Work"


def test_the_menus_offer_what_fits(tree: PlaylistList, window: MainWindow, qtbot) -> None:
    assert texts(menu_at(tree, "BBQ")) == [
        "Play", "Play next", "Add to queue", "Start radio", "More of this in the builder",
        "Less of this in the builder", "Duplicate", "Move to folder", "Sort by flow", "Remove duplicates",
        "Rename", "Export…", "Delete",
    ]  # fmt: skip
    assert texts(menu_at(tree, "Parties")) == [
        "New playlist", "New folder", "Import playlists…", "Move to folder", "Rename", "Delete…",
    ]  # fmt: skip
    assert texts(menu_at(tree, None)) == ["New playlist", "New folder", "Import playlists…"]
    click(tree, "BBQ", qtbot)
    click(tree, "Alone", qtbot, CTRL)
    assert texts(menu_at(tree, "Alone")) == ["Merge into one playlist", "Move to folder", "Delete"]
    assert "Duplicate" in texts(menu_at(tree, "Focus")), "not of the selection, but of the row"


def test_more_actions_come_into_the_menu(
    tree: PlaylistList, window: MainWindow, filled: dict[str, int]
) -> None:
    asked: list[Chosen] = []

    def more(chosen: Chosen, menu: QMenu) -> list[QAction]:
        asked.append(chosen)
        return [QAction("Another one", menu)]

    window.playlist_commands.more_actions.append(more)

    assert "Another one" in texts(menu_at(tree, "BBQ"))
    assert asked == [Chosen((filled["BBQ"],))]


def test_the_page_has_the_same_menu(
    tree: PlaylistList, window: MainWindow, filled: dict[str, int], qtbot
) -> None:
    window.places.show_playlist(filled["BBQ"])
    qtbot.mouseClick(window.places.playlist.more, Button.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert "Move to folder" in texts(menu)


def test_playing_and_queueing_a_playlist(
    tree: PlaylistList, window: MainWindow, ids: list[int]
) -> None:
    choose(menu_at(tree, "BBQ"), "Play")
    assert window.player.queue.current == ids[0]
    choose(menu_at(tree, "Focus"), "Add to queue")
    assert window.queue_pane.list.ids == [*ids[1:3], ids[1]]
    choose(menu_at(tree, "Alone"), "Play next")
    assert window.queue_pane.list.ids[:3] == ids[3:]


def test_a_playlist_is_duplicated_beside_itself(
    tree: PlaylistList, window: MainWindow, library: Library, qtbot
) -> None:
    choose(menu_at(tree, "BBQ"), "Duplicate")

    assert places(library)["BBQ (2)"] == "Parties/Summer"
    assert window.places.playlist.name == "BBQ (2)"
    assert window.places.playlist.list.rowCount() == 3
    undo(window, qtbot)
    assert "BBQ (2)" not in places(library)


def test_moving_by_the_menu(tree: PlaylistList, library: Library, qtbot) -> None:
    menu = menu_at(tree, "BBQ")
    into = entry(menu, "Move to folder").menu()
    assert [a.text() for a in into.actions() if not a.isSeparator()] == [
        "No folder", "Parties", "Parties / Summer", "work", "New folder",
    ]  # fmt: skip
    assert not entry(into, "Parties / Summer").isEnabled()
    choose(menu, "Move to folder", "work")
    assert places(library)["BBQ"] == "work"
    choose(menu_at(tree, "BBQ"), "Move to folder", "No folder")
    assert places(library)["BBQ"] == ""

    choose(menu_at(tree, "Alone"), "Move to folder", "New folder")
    type_name(tree, "Fresh", qtbot)
    assert places(library)["Alone"] == "Fresh"
    into = entry(menu_at(tree, "Parties"), "Move to folder").menu()
    assert not entry(into, "Parties / Summer").isEnabled()


def test_a_deleted_playlist_comes_back_exactly(
    tree: PlaylistList, window: MainWindow, library: Library, qtbot
) -> None:
    before = library.catalogue.playlists.all()
    click(tree, "BBQ", qtbot)
    qtbot.keyClick(tree, Key.Key_Delete)
    assert "BBQ" not in places(library)
    assert window.message_bar.text == "Deleted the playlist “BBQ”."
    window.playlists.create("Other", [])

    tree.setFocus()
    qtbot.keyClick(tree, Key.Key_Z, CTRL)

    after = {playlist.name: playlist for playlist in library.catalogue.playlists.all()}
    assert [after[playlist.name] for playlist in before] == before
    qtbot.keyClick(tree, Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert "BBQ" not in places(library)


def test_several_are_deleted_at_once(
    tree: PlaylistList, window: MainWindow, library: Library, qtbot
) -> None:
    before = library.catalogue.playlists.all()
    click(tree, "BBQ", qtbot)
    click(tree, "Alone", qtbot, CTRL)
    qtbot.keyClick(tree, Key.Key_Delete)
    assert window.message_bar.text == "Deleted 2 playlists."
    assert places(library).keys() == {"Focus"}
    undo(window, qtbot)
    assert library.catalogue.playlists.all() == before


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        (None, {"BBQ": "Parties/Summer", "Focus": "work", "Alone": ""}),
        (0, {"BBQ": "Summer", "Focus": "work", "Alone": ""}),
        (1, {"Focus": "work", "Alone": ""}),
    ],
)
def test_a_deleted_folder_keeps_its_playlists_or_not(
    tree: PlaylistList,
    window: MainWindow,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    answer: int | None,
    left: dict[str, str],
    qtbot,
) -> None:
    asked: list[str] = []

    def ask(parent, title, question, choices):
        asked.append(question)
        return answer

    monkeypatch.setattr(playlist_commands, "ask_choice", ask)
    before: list[Playlist] = library.catalogue.playlists.all()

    choose(menu_at(tree, "Parties"), "Delete…")

    assert asked == ["The folder “Parties” has 1 playlist in it. Keep it?"]
    assert places(library) == left
    if answer is not None:
        undo(window, qtbot)
    assert library.catalogue.playlists.all() == before
    assert shown(tree) == ["Parties", "  Summer", "    BBQ", "work", "  Focus", "Alone"]


def test_an_empty_folder_is_deleted_at_once(
    tree: PlaylistList, window: MainWindow, library: Library, qtbot
) -> None:
    folder = window.playlists.create_folder("Empty")
    choose(menu_at(tree, "Empty"), "Delete")
    assert window.message_bar.text == "Deleted the folder “Empty”."
    undo(window, qtbot)
    assert folder in library.catalogue.playlist_folders.all()

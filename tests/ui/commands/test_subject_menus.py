"""Likes and bans of albums and artists by the submenus of the track menu."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu
from window_fakes import FakeApp, Library, titles

from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.types import Tags
from musicsim.ui.commands.subject_menus import make_subject_menus
from musicsim.ui.tracks.track_table import TrackTable
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def table(window: MainWindow, settle: Settle) -> TrackTable:
    settle()
    return window.places.library.table


def select(table: TrackTable, *wanted: str) -> None:
    table.select_rows([titles(table.tracks).index(title) for title in wanted])
    table.setFocus()


@pytest.fixture
def submenu(table: TrackTable, settle: Settle, qtbot) -> Callable[[str], dict[str, QAction]]:
    """Opens a submenu of the track menu, and returns its entries."""

    def open_submenu(name: str) -> dict[str, QAction]:
        qtbot.keyClick(table, Qt.Key.Key_Menu)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        entry = next(action for action in menu.actions() if action.text() == name)
        menu.setActiveAction(entry)
        qtbot.keyClick(menu, Qt.Key.Key_Right)
        opened = entry.menu()
        assert opened.isVisible()
        settle()
        found = {each.text(): each for each in opened.actions() if not each.isSeparator()}
        opened.close()
        menu.close()
        return found

    return open_submenu


def named(app: FakeApp) -> list[tuple[Subject, Opinion, str]]:
    return [(each.subject, each.opinion, each.name) for each in app.opinions.listed()]


def test_an_album_is_banned_by_the_menu_of_one_of_its_tracks(
    table: TrackTable, window: MainWindow, app: FakeApp, settle: Settle, submenu
) -> None:
    select(table, "Sunrise 🌅")
    entries = submenu("Album")
    assert next(iter(entries)) == "Play"
    assert list(entries)[-2:] == ["Like album", "Never play this album"]
    assert not entries["Never play this album"].isChecked()

    entries["Never play this album"].trigger()
    settle()

    assert named(app) == [(Subject.ALBUM, Opinion.BANNED, "Amber Okafor - Harbour Lights")]
    assert "“Amber Okafor - Harbour Lights”" in window.message_bar.text
    # By another track of it, too.
    select(table, "Don’t Wait")
    entries = submenu("Album")
    assert entries["Never play this album"].isChecked()
    assert not entries["Like album"].isChecked()

    entries["Never play this album"].trigger()
    settle()
    assert named(app) == []
    window.message_bar._action.click()
    settle()
    assert named(app) == [(Subject.ALBUM, Opinion.BANNED, "Amber Okafor - Harbour Lights")]


def test_several_artists_are_liked_together_and_undo_brings_back_what_was(
    table: TrackTable, window: MainWindow, app: FakeApp, settle: Settle, submenu
) -> None:
    select(table, "Sunrise 🌅")
    submenu("Artist")["Never play this artist"].trigger()
    settle()
    before = app.opinions.listed()

    select(table, "Sunrise 🌅", "Don’t Wait", "Último")
    assert not submenu("Artist")["Never play this artist"].isChecked()
    submenu("Artist")["Like artist"].trigger()
    settle()
    assert {name for _, opinion, name in named(app) if opinion is Opinion.LIKED} == {
        "Amber Okafor",
        "Tomé Ribeiro",
    }

    window.message_bar._action.click()
    settle()
    assert app.opinions.listed() == before


def test_a_track_whose_tags_name_no_album_has_none_to_like(
    table: TrackTable, library: Library, window: MainWindow, settle: Settle, submenu
) -> None:
    (track_id,) = library.add(Tags("Alone"))
    window.store.refresh((track_id,))
    select(table, "Alone")

    for name in ("Album", "Artist"):
        assert not any(action.isEnabled() for action in submenu(name).values())


def test_further_actions_come_first(window: MainWindow, app: FakeApp, bridge, theme) -> None:
    more = QAction("Play", window)
    menus = make_subject_menus(app.opinions, bridge, window.messages, theme, list, window)
    menus[Subject.ALBUM].add([more])

    texts = [action.text() for action in menus[Subject.ALBUM].menu.actions()]
    assert texts == ["Play", "", "Like album", "Never play this album"]
    assert len(menus[Subject.ARTIST].menu.actions()) == 2

"""The list of likes and bans in the settings."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from window_fakes import FakeApp

from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.ui.settings.opinions_page import OpinionsPage
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def page(window: MainWindow, app: FakeApp, ids: list[int], settle: Settle) -> OpinionsPage:
    app.opinions.set(ids[0], Subject.TRACK, Opinion.LIKED)
    app.opinions.set(ids[5], Subject.ALBUM, Opinion.BANNED)
    app.opinions.set(ids[4], Subject.ARTIST, Opinion.BANNED)
    window.commands.opinions.trigger()
    settle()
    assert window.dialogs.settings is not None
    assert window.dialogs.settings.opinions.isVisible()
    return window.dialogs.settings.opinions


def rows(page: OpinionsPage) -> list[tuple[str, str, str]]:
    model = page.model
    return [
        tuple(model.index(row, column).data() for column in range(3))
        for row in range(model.rowCount())
    ]


TRACK = ("Like it", "Track", "Motörnacht - Überall")
ALBUM = ("Never play it", "Album", "Amber Okafor - Harbour Lights")
ARTIST = ("Never play it", "Artist", "Tomé Ribeiro")


def test_everything_is_listed_the_last_one_first(page: OpinionsPage) -> None:
    assert rows(page) == [ARTIST, ALBUM, TRACK]
    assert page.count.text() == "3 entries"


def test_a_search_finds_names_without_their_accents(page: OpinionsPage, qtbot) -> None:
    qtbot.keyClicks(page.search, "tome")
    assert rows(page) == [ARTIST]
    assert page.count.text() == "1 of 3 entries"
    page.search.setText("nobody")
    assert rows(page) == []
    assert page.table.placeholder == "Nothing matches."


def test_what_is_never_played_is_listed_alone(page: OpinionsPage, qtbot) -> None:
    qtbot.keyClick(page.kind, Qt.Key.Key_Down)
    assert rows(page) == [TRACK]
    qtbot.keyClick(page.kind, Qt.Key.Key_Down)
    assert rows(page) == [ARTIST, ALBUM]


def test_a_click_on_a_heading_sorts(page: OpinionsPage, qtbot) -> None:
    heading = page.table.horizontalHeader()
    place = QPoint(heading.sectionViewportPosition(2) + 20, 8)
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert rows(page) == [ALBUM, TRACK, ARTIST]


@pytest.mark.parametrize("by_key", [True, False])
def test_a_ban_is_removed_and_brought_back(
    page: OpinionsPage, app: FakeApp, settle: Settle, qtbot, by_key: bool
) -> None:
    assert not page.remove.isEnabled()
    page.table.setFocus()
    page.table.selectRow(1)
    if by_key:
        qtbot.keyClick(page.table, Qt.Key.Key_Delete)
    else:
        qtbot.mouseClick(page.remove, Qt.MouseButton.LeftButton)
    settle()
    assert rows(page) == [ARTIST, TRACK]
    assert not app.opinions.bans().albums

    qtbot.mouseClick(page.undo, Qt.MouseButton.LeftButton)
    settle()
    assert rows(page) == [ARTIST, ALBUM, TRACK]
    assert app.opinions.bans().albums
    assert not page.undo.isEnabled()


def test_it_follows_what_is_changed_elsewhere(
    page: OpinionsPage, window: MainWindow, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    app.opinions.withdraw(ids[0], Subject.TRACK, Opinion.LIKED)
    settle()
    assert rows(page) == [ARTIST, ALBUM]


def test_an_empty_list_says_where_they_come_from(window: MainWindow, settle: Settle) -> None:
    window.commands.opinions.trigger()
    settle()
    page = window.dialogs.settings.opinions
    assert "menu of every track" in page.table.placeholder

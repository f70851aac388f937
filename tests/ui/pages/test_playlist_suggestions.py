"""Suggestions below a playlist."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from window_fakes import SONGS, Library

from musicsim.library.types import Tags
from musicsim.ui.pages.playlist_page import PlaylistPage
from musicsim.ui.playlists.suggestions import Suggestions
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def ids(library: Library) -> list[int]:
    """Forty embedded songs of different names, and one that was not listened to."""
    made = library.add(*SONGS, *(Tags(f"Song of {n}", f"Band {n}") for n in range(34)))
    return [*made, *library.add(Tags("Later"), embedded=False)]


@pytest.fixture
def page(window: MainWindow, ids: list[int], settle: Callable[[], None], qtbot) -> PlaylistPage:
    playlist = window.playlists.create("Sunday", ids[:4])
    window.places.show_playlist(playlist.id)
    wait(window.places.playlist.suggestions, qtbot)
    return window.places.playlist


def wait(suggestions: Suggestions, qtbot) -> None:
    if suggestions._waiting.isActive():
        with qtbot.waitSignal(suggestions._waiting.timeout):
            pass
    qtbot.waitUntil(lambda: suggestions.rows.rowCount() > 0)


def kept(library: Library) -> list[int]:
    playlist = library.catalogue.playlists.named("Sunday")
    assert playlist is not None
    return list(playlist.track_ids)


def click_plus(suggestions: Suggestions, row: int, qtbot) -> None:
    index = suggestions.rows.index(row, Column.STATE)
    place = suggestions.table.visualRect(index).center()
    qtbot.mouseClick(suggestions.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_the_keyboard_adds_what_is_selected(
    page: PlaylistPage, ids: list[int], library: Library, qtbot
) -> None:
    shown = page.suggestions.rows.ids
    page.suggestions.table.setFocus()
    page.suggestions.table.select_rows([0, 1])

    qtbot.keyClick(page.suggestions.table, Key.Key_Insert)

    assert kept(library) == [*ids[:4], *shown[:2]]


def test_more_suggestions_are_others(page: PlaylistPage, settle, qtbot) -> None:
    first = page.suggestions.rows.ids

    qtbot.mouseClick(page.suggestions.more, Qt.MouseButton.LeftButton)
    settle()

    second = page.suggestions.rows.ids
    assert len(second) == 8
    assert not set(first) & set(second)


def test_when_few_are_left_more_follow(page: PlaylistPage, settle, library: Library, qtbot) -> None:
    for _ in range(5):
        click_plus(page.suggestions, 0, qtbot)
    settle()

    shown = page.suggestions.rows.ids
    assert len(shown) == 8
    assert not set(shown) & set(kept(library))


def test_they_are_folded_away_and_that_is_remembered(
    page: PlaylistPage,
    window: MainWindow,
    make_window: Callable[[], MainWindow],
    qtbot,
) -> None:
    qtbot.mouseClick(page.suggestions.fold, Qt.MouseButton.LeftButton)
    assert not page.suggestions.table.isVisible()
    assert page.suggestions.fold.isVisible()
    window.close()

    again = make_window()
    assert page.playlist is not None
    again.places.show_playlist(page.playlist.id)
    suggestions = again.places.playlist.suggestions
    assert not suggestions.table.isVisible()
    assert suggestions.rows.rowCount() == 0, "nothing is computed"

    qtbot.mouseClick(suggestions.fold, Qt.MouseButton.LeftButton)
    wait(suggestions, qtbot)
    assert suggestions.table.isVisible()


def test_a_playlist_whose_tracks_were_not_listened_to_says_why(
    window: MainWindow, ids: list[int], qtbot
) -> None:
    playlist = window.playlists.create("Later", ids[-1:])
    window.places.show_playlist(playlist.id)
    suggestions = window.places.playlist.suggestions

    qtbot.waitUntil(lambda: "listened to yet" in suggestions._note.text())

    assert suggestions.rows.rowCount() == 0


def test_below_an_empty_playlist_there_are_none(window: MainWindow, ids: list[int]) -> None:
    playlist = window.playlists.create("Empty", [])

    window.places.show_playlist(playlist.id)

    assert not window.places.playlist.suggestions.isVisible()

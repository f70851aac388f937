"""Menus of tracks, likes and bans, and the history, clicked through with all real services."""

from __future__ import annotations

import csv
from pathlib import Path

import hands
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Opinion
from musicsim.services.making.request import Mode
from musicsim.ui.panes import history_pane
from musicsim.ui.tracks.track_table import TrackTable
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def table(demo_window: MainWindow) -> TrackTable:
    demo_window.resize(1700, 1000)
    QApplication.processEvents()
    return demo_window.places.library.table


def menu_of(table: TrackTable, row: int) -> QMenu:
    hands.click_row(table, row)
    return hands.menu_at(table, hands.cell(table, row))


def test_a_journey_and_more_and_less_of_tracks_in_the_builder(
    table: TrackTable, demo_window: MainWindow, qtbot
) -> None:
    ids = list(table.tracks.ids)
    bench = demo_window.builder.bench

    hands.choose(menu_of(table, 0), "Playlist builder", "Journey from here to…")
    assert demo_window.places.current is demo_window.builder
    assert bench.draft.mode is Mode.JOURNEY
    assert [seed.track_ids for seed in bench.draft.seeds] == [(ids[0],)]
    assert bench.lacking is not None, "it asks where to"
    # Of several tracks, it leads from the first to the last.
    demo_window.places.show_library()
    hands.click_row(table, 0)
    hands.click_row(table, 20, modifier=hands.CTRL)
    menu = hands.menu_at(table, hands.cell(table, 20))
    hands.choose(menu, "Playlist builder", "Journey from here to…")
    qtbot.waitUntil(lambda: bench.made is not None, timeout=20_000)
    seeds = [seed.track_ids for seed in bench.draft.seeds]
    assert seeds == [(ids[0],), (ids[20],)]
    made = [match.track.id for match in bench.made.matches]
    assert (made[0], made[-1]) == (ids[0], ids[20])

    for row, text in ((5, "More like this"), (9, "Less like this")):
        demo_window.places.show_library()
        hands.choose(menu_of(table, row), "Playlist builder", text)
    assert [(seed.track_ids, seed.weight > 0) for seed in bench.draft.seeds[-2:]] == [
        ((ids[5],), True),
        ((ids[9],), False),
    ]


def test_likes_and_bans_are_listed_and_taken_back(
    table: TrackTable, demo_window: MainWindow, demo_app: Musicsim, qtbot
) -> None:
    liked, banned = table.tracks.ids[0], table.tracks.ids[8]
    hands.choose(menu_of(table, 0), "Like")
    hands.choose(menu_of(table, 8), "Never play this")
    artist = demo_app.catalogue.tracks.by_id([table.tracks.ids[20]])[0].artist
    hands.choose(menu_of(table, 20), "Artist", "Never play this artist")
    qtbot.waitUntil(lambda: len(demo_app.opinions.listed()) == 3)
    assert demo_app.opinions.tracks(Opinion.LIKED) == {liked}

    (view,) = [a.menu() for a in demo_window.menuBar().actions() if a.text() == "&View"]
    view.popup(demo_window.mapToGlobal(demo_window.rect().center()))
    hands.choose(view, "Likes and bans…")
    page = demo_window.dialogs.settings.opinions
    qtbot.waitUntil(lambda: page.model.rowCount() == 3)
    assert page.count.text() == "3 entries"
    hands.type_over(page.search, artist)
    assert page.model.rowCount() == 1
    place = page.table.visualRect(page.model.index(0, 2)).center()
    qtbot.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    hands.click(page.remove)
    qtbot.waitUntil(lambda: len(demo_app.opinions.listed()) == 2)
    qtbot.waitUntil(page.undo.isEnabled)
    hands.click(page.undo)
    qtbot.waitUntil(lambda: len(demo_app.opinions.listed()) == 3)
    assert banned in demo_app.opinions.tracks(Opinion.BANNED)


def test_history_is_listed_exported_cleared_in_part_and_switched_off(
    table: TrackTable,
    demo_window: MainWindow,
    demo_app: Musicsim,
    engine,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    qtbot,
) -> None:
    pane, ids = demo_window.history_pane, list(table.tracks.ids)

    def hear(row: int) -> None:
        hands.click_row(table, row)
        qtbot.keyClick(table, Key.Key_Return)
        qtbot.waitUntil(
            lambda: (
                demo_window.player.track is not None
                and demo_window.player.track.id == ids[row]
                and engine.item is not None
            )
        )
        QApplication.processEvents()
        for second in range(1, 9):
            engine.advance(float(second))

    qtbot.keyClick(demo_window, Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert pane.isVisible()
    assert "Nothing has been played yet" in pane.table.placeholder
    hear(0)
    hear(3)
    qtbot.waitUntil(lambda: demo_app.catalogue.plays.counts().keys() == {ids[0]})
    assert pane.list.ids == [ids[3], ids[0]]

    file = tmp_path / "plays.csv"
    # The desktop's own dialog.
    monkeypatch.setattr(history_pane, "ask_new_file", lambda *_: file)
    hands.click(pane.export)
    qtbot.waitUntil(lambda: "1 play written to plays.csv" in demo_window.message_bar.text)
    (line,) = csv.DictReader(file.read_text("utf-8-sig").splitlines())
    assert demo_app.catalogue.tracks.by_id([ids[0]])[0].title in line.values()

    hands.answering(QMessageBox, lambda box: hands.press(box, "Clear"))
    hands.click(pane.clear)
    hands.choose(hands.open_menu(), "Today…")
    qtbot.waitUntil(lambda: "cleared" in demo_window.message_bar.text)
    assert not demo_app.catalogue.plays.counts()
    assert pane.list.ids == [ids[3]], "what is being heard"

    settings = demo_window.dialogs.open_settings()
    box = settings.playback.history
    assert box.isChecked()
    qtbot.keyClick(box, Key.Key_Space)
    hands.click(settings.done_button)
    demo_window.activateWindow()
    hear(5)
    hear(6)
    assert not demo_app.catalogue.plays.counts()
    qtbot.waitUntil(pane.on.isVisible)
    hands.click(pane.on)
    assert demo_app.history.is_kept

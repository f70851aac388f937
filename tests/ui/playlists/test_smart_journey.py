"""The journey through smart playlists, from the ready-made ones to one's own rules; with all real services."""

from __future__ import annotations

import hands
import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QComboBox

from musicsim.app import Musicsim
from musicsim.library.catalogue.opinions import Opinion
from musicsim.library.types import Track
from musicsim.ui.playlists.smart_editor import SmartEditor
from musicsim.ui.playlists.smart_section import COUNT_ROLE, SmartSection
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key


@pytest.fixture
def section(demo_window: MainWindow, demo_app: Musicsim) -> SmartSection:
    # As the program does when its window is open.
    demo_app.smart_lists.start()
    demo_window.resize(1700, 1000)
    QApplication.processEvents()
    return demo_window.places.smart_section


def row(section: SmartSection, name: str) -> QModelIndex:
    (found,) = [
        section.model.index(number)
        for number in range(section.model.rowCount())
        if section.model.index(number).data() == name
    ]
    return found


def count(section: SmartSection, name: str) -> int | None:
    number: int | None = row(section, name).data(COUNT_ROLE)
    return number


def pick(box: QComboBox, text: str) -> None:
    """Choose an entry with the keyboard."""
    assert box.isVisible()
    box.setFocus()
    step = Key.Key_Down if box.findText(text) > box.currentIndex() else Key.Key_Up
    while box.currentText() != text:
        before = box.currentIndex()
        hands.QTest.keyClick(box, step)
        assert box.currentIndex() != before, text


def test_ready_made_ones_follow_what_is_heard_and_liked(
    section: SmartSection, demo_window: MainWindow, demo_app: Musicsim, engine, qtbot
) -> None:
    page = demo_window.places.smart
    qtbot.waitUntil(lambda: count(section, "Never played") == 30, timeout=20_000)
    assert count(section, "Most played") == count(section, "Liked") == 0
    hands.click_name(section.list, row(section, "Liked"))
    qtbot.waitUntil(lambda: page.table.placeholder == "No track matches the rules.")

    hands.click_name(section.list, row(section, "Never played"))
    qtbot.waitUntil(lambda: page.list.rowCount() == 30)
    heard = page.list.ids[0]
    hands.click(page.play)
    qtbot.waitUntil(lambda: engine.item is not None)
    QApplication.processEvents()
    assert demo_window.player.track is not None
    assert demo_window.player.track.id == heard
    engine.advance(engine.seconds)
    engine.end()
    qtbot.waitUntil(lambda: heard not in page.list.ids, timeout=20_000)
    assert count(section, "Never played") == 29
    qtbot.waitUntil(lambda: count(section, "Most played") == 1, timeout=20_000)

    liked = page.list.ids[0]
    hands.click_row(page.table, 0, hands.Column.OPINION)
    qtbot.waitUntil(lambda: demo_app.opinions.tracks(Opinion.LIKED) == {liked})
    qtbot.waitUntil(lambda: count(section, "Liked") == 1, timeout=20_000)
    # What was played lately has one more; today's list is around it.
    hands.click_name(section.list, row(section, "For today"))
    qtbot.waitUntil(lambda: heard in page.list.ids, timeout=20_000)
    assert page.list.rowCount() >= 3

    menu = hands.menu_at(section.list, section.list.visualRect(row(section, "Liked")).center())
    hands.choose(menu, "Hide")
    names = [section.model.index(n).data() for n in range(section.model.rowCount())]
    assert "Liked" not in names
    hands.click(demo_window.message_bar._action)
    assert count(section, "Liked") == 1


def test_rules_of_ones_own_find_the_library_as_it_changes(
    section: SmartSection, demo_window: MainWindow, demo_app: Musicsim, qtbot
) -> None:
    tracks: list[Track] = demo_app.catalogue.tracks.all()
    genre = tracks[0].tags.genre
    of_genre = {track.id for track in tracks if track.tags.genre == genre}
    qtbot.keyClick(
        demo_window,
        Key.Key_N,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    editor = QApplication.activeModalWidget()
    assert isinstance(editor, SmartEditor)
    hands.type_over(editor.name, "Mine to keep")
    line = editor.rules.parts[0].value
    hands.type_over(line, genre)
    pick(editor.order, "Title")
    qtbot.waitUntil(lambda: editor.count.text().startswith(f"{len(of_genre)} tracks match"))
    hands.click(editor.limits_minutes)
    editor.minutes.setFocus()
    editor.minutes.selectAll()
    qtbot.keyClicks(editor.minutes, "1")
    qtbot.waitUntil(lambda: f"in the list: {len(of_genre)}" not in editor.count.text())
    hands.click(editor.save)

    page = demo_window.places.smart
    qtbot.waitUntil(lambda: page.name == "Mine to keep" and page.list.rowCount() > 0)
    by_id = {track.id: track for track in tracks}
    assert sum(by_id[i].tags.duration or 0 for i in page.list.ids) <= 60
    assert set(page.list.ids) < of_genre
    assert genre in page.rules.text()
    assert "1 minute" in page.rules.text()
    shown = hands.titles(page.table)
    assert shown == sorted(shown, key=str.casefold)
    made = demo_app.smart_lists.named("Mine to keep")
    assert made is not None
    assert made.rules.minutes == 1

    # The library changes: a track of the list is never to be played, and its folder goes.
    first = page.list.ids[0]
    demo_window.activateWindow()
    hands.click_row(page.table, 0)
    hands.choose(hands.menu_at(page.table, hands.cell(page.table, 0)), "Never play this")
    qtbot.waitUntil(lambda: demo_app.opinions.tracks(Opinion.BANNED) == {first})
    qtbot.waitUntil(lambda: first not in page.list.ids, timeout=20_000)
    assert "never to be played" in page.summary.text()
    (root,) = demo_app.catalogue.folders.all()
    demo_app.collection.remove_folder(root)
    qtbot.waitUntil(lambda: not page.list.rowCount(), timeout=20_000)
    qtbot.waitUntil(lambda: page.table.placeholder == "No track matches the rules.", timeout=20_000)

"""Smart playlists in the window: sidebar, page, editor, with the real service."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hands import press_key
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtWidgets import QApplication, QComboBox, QMenu
from window_fakes import SONGS, FakeApp, Library, titles

from musicsim.base.events import TracksChanged
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.library.types import EndOfPlay, Play
from musicsim.playlists.files.reading import read_playlist
from musicsim.playlists.smart.ready_made import READY_MADE
from musicsim.playlists.smart.rules import (
    DateRule,
    Field,
    Group,
    LikedRule,
    NumberRule,
    Order,
    OrderBy,
    PlaylistRule,
    SmartRules,
    SoundRule,
    SpanRule,
    TextMatch,
    TextRule,
    Unit,
    UnknownRule,
)
from musicsim.ui.playlists.list_delegate import COUNT_ROLE
from musicsim.ui.playlists.smart_editor import SmartEditor
from musicsim.ui.playlists.smart_rows import RuleRow
from musicsim.ui.playlists.track_picker import TrackPicker
from musicsim.ui.window.main_window import MainWindow

Key = Qt.Key
SOUL = SmartRules(Group((TextRule(Field.GENRE, TextMatch.IS, ("soul",)),)), Order(OrderBy.TITLE))


@pytest.fixture
def soul(window: MainWindow, settle: Callable[[], None]) -> int:
    """A smart playlist of the two Soul songs, which is shown."""
    made = window.smart_commands.smart.create("Soulful", SOUL)
    window.places.show_smart(made.id)
    settle()
    return made.id


def open_editor(window: MainWindow, list_id: int | None, settle: Callable[[], None]) -> SmartEditor:
    if list_id is None:
        window.places.smart_section.add.click()
    else:
        window.smart_commands.edit(list_id)
    settle()
    editor = window.smart_commands.editor
    assert editor is not None
    return editor


def row(editor: SmartEditor, number: int = 0) -> RuleRow:
    made = editor.rules.parts[number]
    assert isinstance(made, RuleRow)
    return made


def choose(box: QComboBox, text: str, qtbot) -> None:
    """Choose an entry with the keyboard, as a listener does."""
    place = box.findText(text)
    assert place >= 0, [box.itemText(n) for n in range(box.count())]
    box.setFocus()
    while box.currentIndex() != place:
        qtbot.keyClick(box, Key.Key_Down if place > box.currentIndex() else Key.Key_Up)


def names_in_sidebar(window: MainWindow) -> list[str]:
    model = window.places.smart_section.model
    return [model.index(n).data() for n in range(model.rowCount())]


def test_ready_made_lists_are_in_the_sidebar_and_open_with_the_keyboard(
    window: MainWindow, settle: Callable[[], None], qtbot
) -> None:
    section = window.places.smart_section
    assert names_in_sidebar(window) == [name for name, _ in READY_MADE.values()]
    section.list.setFocus()
    qtbot.keyClick(section.list, Key.Key_Down)
    qtbot.keyClick(section.list, Key.Key_Down)
    settle()

    page = window.places.smart
    assert window.places.current is page
    assert page.name == "Recently added"
    assert titles(page.list) == [tags.title for tags in SONGS][::-1]
    assert section.list.hasFocus(), "so that the arrow keys go on"
    assert section.list.currentIndex().data(COUNT_ROLE) == 6

    window.places.show_library()
    assert not section.list.currentIndex().isValid()


def test_the_place_in_the_sidebar_is_either_a_playlist_or_a_smart_one(
    window: MainWindow, soul: int
) -> None:
    playlist = window.playlists.create("Sunday", [])
    section, sidebar = window.places.smart_section, window.places.sidebar
    assert section.list.currentIndex().data() == "Soulful"
    window.places.show_playlist(playlist.id)
    assert not section.list.currentIndex().isValid()
    window.places.show_smart(soul)
    assert not sidebar.list.currentIndex().isValid()


def test_play_and_queue(window: MainWindow, soul: int, ids: list[int], qtbot) -> None:
    page = window.places.smart
    assert titles(page.list) == ["Don’t Wait", "Sunrise 🌅"]
    assert "2 tracks" in page.summary.text()
    assert "Genre is soul" in page.rules.text()
    page.play.click()
    qtbot.waitUntil(lambda: window.player.queue.current == ids[3])
    assert titles(window.player.queue.upcoming) == ["Sunrise 🌅"]
    page.queue.click()
    assert len(titles(window.player.queue.upcoming)) == 3


def test_an_empty_list_says_why(window: MainWindow, settle: Callable[[], None]) -> None:
    liked = next(each for each in window.smart_commands.smart.all if each.ready_made == "liked")
    window.places.show_smart(liked.id)
    settle()
    page = window.places.smart
    assert page.table.placeholder == "No track matches the rules."
    assert not page.play.isEnabled()


def test_the_page_follows_the_library_and_the_history(
    window: MainWindow,
    soul: int,
    app: FakeApp,
    library: Library,
    ids: list[int],
    settle: Callable[[], None],
) -> None:
    page = window.places.smart
    library.retag(ids[0], replace(SONGS[0], genre="Soul"))
    app.events.emit(TracksChanged((ids[0],)))
    app.smart_lists.refresh()
    settle()
    settle()
    assert titles(page.list) == ["Don’t Wait", "Sunrise 🌅", "Überall"]

    most = next(
        each for each in window.smart_commands.smart.all if each.ready_made == "most-played"
    )
    window.places.show_smart(most.id)
    app.history.add(Play(ids[1], 1.0, 185.0, 185.0, EndOfPlay.FINISHED))
    app.smart_lists.refresh()
    settle()
    settle()
    assert titles(page.list) == ["Quiet Harbour"]


def test_the_selection_stays_when_tracks_come(
    window: MainWindow, soul: int, app: FakeApp, library: Library, settle: Callable[[], None]
) -> None:
    page = window.places.smart
    page.table.select_rows([1])
    (new,) = library.add(replace(SONGS[3], title="Another", artist="B"))
    app.events.emit(TracksChanged((new,)))
    settle()
    app.smart_lists.refresh()
    settle()
    settle()
    assert titles(page.list) == ["Another", "Don’t Wait", "Sunrise 🌅"]
    assert [page.list.track(n).title for n in page.table.selected_rows()] == ["Sunrise 🌅"]


def test_banned_tracks_are_left_out_and_counted(
    window: MainWindow, soul: int, app: FakeApp, ids: list[int], settle: Callable[[], None]
) -> None:
    app.opinions.set(ids[3], Subject.TRACK, Opinion.BANNED)
    window.places.smart.refresh.click()
    settle()
    assert titles(window.places.smart.list) == ["Sunrise 🌅"]
    assert "never to be played" in window.places.smart.summary.text()


def test_a_new_smart_playlist_is_made_with_the_keyboard(
    window: MainWindow, settle: Callable[[], None], qtbot
) -> None:
    editor = open_editor(window, None, settle)
    assert editor.name.hasFocus()
    qtbot.keyClicks(editor.name, "Older")
    choose(row(editor).fact, "Year", qtbot)
    choose(row(editor).comparison, "is at most", qtbot)
    number = row(editor).value.low.lineEdit()
    number.selectAll()
    qtbot.keyClicks(number, "1990")
    editor.rules.add_rule.click()
    assert row(editor, 1).fact.hasFocus()
    choose(row(editor, 1).fact, "Genre", qtbot)
    choose(row(editor, 1).comparison, "is not", qtbot)
    qtbot.keyClicks(row(editor, 1).value, "Metal")
    editor.look()
    settle()
    assert "1 track matches" in editor.count.text()
    assert editor.preview.model().index(0, 0).data().startswith("Tomé Ribeiro - Último")

    qtbot.keyClick(editor.name, Key.Key_Return)
    settle()

    assert window.places.smart.name == "Older"
    assert titles(window.places.smart.list) == ["Último"]
    made = window.smart_commands.smart.all[-1]
    assert made.rules.group == Group(
        (
            NumberRule(Field.YEAR, None, 1990),
            TextRule(Field.GENRE, TextMatch.IS, ("Metal",), True),
        )
    )


def test_the_editor_opens_with_its_shortcut(window: MainWindow, qtbot) -> None:
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Key.Key_N, both)
    editor = window.smart_commands.editor
    assert editor.isVisible()
    qtbot.keyClick(editor, Key.Key_Escape)
    assert window.smart_commands.smart.all[-1].ready_made is not None


def test_genres_are_completed_from_the_library_several_in_one_line(
    window: MainWindow, settle: Callable[[], None], qtbot
) -> None:
    editor = open_editor(window, None, settle)
    line = row(editor).value
    line.setFocus()
    qtbot.keyClicks(line, "met")
    popup = line._completer.popup()
    assert popup.model().index(0, 0).data() == "Metal"
    line._completer.activated.emit("Metal")
    qtbot.keyClicks(line, ", bos")
    line._completer.activated.emit("Bossa Nova")
    assert line.text() == "Metal, Bossa Nova"
    popup.hide()
    editor.look()
    settle()
    assert "2 tracks match" in editor.count.text()
    editor.reject()


def test_the_preview_follows_a_moment_after_typing(
    window: MainWindow, soul: int, settle: Callable[[], None], qtbot
) -> None:
    editor = open_editor(window, soul, settle)
    assert "2 tracks match" in editor.count.text()
    row(editor).value.clear()
    qtbot.keyClicks(row(editor).value, "Indie Pop")
    qtbot.waitUntil(lambda: "1 track matches" in editor.count.text())
    editor.reject()


EVERYTHING = SmartRules(
    Group(
        (
            TextRule(Field.ARTIST, TextMatch.CONTAINS, ("a, b", 'c"d'), True),
            TextRule(Field.FOLDER, TextMatch.IS, ("/m/\udcff",)),
            TextRule(Field.TITLE, TextMatch.ENDS, ("x",), True),
            NumberRule(Field.YEAR, 1990, 1999, True),
            NumberRule(Field.PLAYS, 5, 5),
            NumberRule(Field.LENGTH, None, 2.5),
            NumberRule(Field.SKIPS, 1, None, True),
            DateRule(Field.ADDED, datetime.date(2020, 1, 2), None),
            DateRule(Field.PLAYED, datetime.date(2020, 1, 2), datetime.date(2020, 1, 3), True),
            DateRule(Field.ADDED, datetime.date(2020, 1, 2), datetime.date(2020, 1, 2)),
            SpanRule(Field.PLAYED, 10**12, Unit.MONTHS, True),
            UnknownRule(Field.PLAYED, True),
            UnknownRule(Field.GENRE),
            LikedRule(True),
            SoundRule((1, 99), 0.123456, True),
            SoundRule(None, 0.5),
            PlaylistRule("Not there"),
            Group((LikedRule(), Group((), any=True, negated=True)), any=False, negated=True),
        ),
        any=True,
    ),
    Order(OrderBy.RANDOM, True, 7),
    tracks=10**9,
    minutes=12.5,
    daily=True,
    known_per_new=3,
)


@pytest.mark.parametrize(
    "rules", [EVERYTHING, SmartRules(), *(rules for _, rules in READY_MADE.values())]
)
def test_rules_that_are_only_looked_at_stay_as_they_are(
    window: MainWindow, rules: SmartRules, settle: Callable[[], None]
) -> None:
    made = window.smart_commands.smart.create("Kept", rules)
    editor = open_editor(window, made.id, settle)
    assert editor.edited() == rules
    editor.save.click()
    assert window.smart_commands.smart.get(made.id) == made


def test_rules_without_a_value_can_be_edited(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    empty = Group((DateRule(Field.ADDED, None, None), NumberRule(Field.YEAR, None, None)))
    made = window.smart_commands.smart.create("Empty", SmartRules(empty))
    editor = open_editor(window, made.id, settle)
    assert [type(rule) for rule in editor.edited().group.parts] == [SpanRule, NumberRule]
    editor.reject()


def test_every_fact_can_be_chosen_with_every_comparison(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    editor = open_editor(window, None, settle)
    made = row(editor)
    for fact in range(made.fact.count()):
        made.fact.setCurrentIndex(fact)
        made.fact.activated.emit(fact)
        for comparison in range(made.comparison.count()):
            made.comparison.setCurrentIndex(comparison)
            made.comparison.activated.emit(comparison)
            editor.look()
            settle()
            assert editor.count.text()
    editor.reject()


def test_what_was_entered_stays_with_another_comparison(
    window: MainWindow, soul: int, settle: Callable[[], None], qtbot
) -> None:
    editor = open_editor(window, soul, settle)
    choose(row(editor).comparison, "is not", qtbot)
    assert editor.edited().group.parts == (TextRule(Field.GENRE, TextMatch.IS, ("soul",), True),)
    editor.reject()


def test_groups_are_added_and_removed(
    window: MainWindow, soul: int, settle: Callable[[], None], qtbot
) -> None:
    editor = open_editor(window, soul, settle)
    editor.rules.add_group.click()
    inner = editor.rules.parts[1]
    assert inner.group() == Group((TextRule(Field.GENRE, TextMatch.IS, ()),), any=True)
    qtbot.keyClicks(inner.parts[0].value, "Metal")
    choose(editor.rules.way, "any of these rules", qtbot)
    editor.look()
    settle()
    assert "3 tracks match" in editor.count.text()
    row(editor).remove.click()
    assert editor.edited().group == Group((inner.group(),), any=True)
    inner.removed.emit()
    assert editor.edited().group == Group(any=True)
    assert editor.focusWidget() is editor.rules.add_rule
    editor.reject()


def test_a_name_that_is_taken_is_refused_in_the_editor(
    window: MainWindow, soul: int, settle: Callable[[], None], qtbot
) -> None:
    editor = open_editor(window, soul, settle)
    editor.name.clear()
    assert not editor.save.isEnabled()
    qtbot.keyClicks(editor.name, "Liked")
    editor.save.click()
    assert editor.isVisible()
    assert "already" in editor.problem.text()
    editor.reject()


def test_tracks_to_sound_like_are_chosen_by_typing(
    window: MainWindow, settle: Callable[[], None], ids: list[int], qtbot
) -> None:
    def pick() -> None:
        picker = QApplication.activeModalWidget()
        assert isinstance(picker, TrackPicker)
        qtbot.keyClicks(picker.search, "uberall")
        qtbot.keyClick(picker.search, Key.Key_Return)
        picker.search.clear()
        for number in (1, 2):
            picker.found.setCurrentIndex(picker.found.model().index(number, 0))
            picker.add.click()
        picker.chosen.setCurrentIndex(picker.chosen.model().index(1, 0))
        picker.remove.click()
        picker.accept()

    editor = open_editor(window, None, settle)
    choose(row(editor).fact, "Sounds like", qtbot)
    QTimer.singleShot(0, pick)
    row(editor).value.choose.click()
    (rule,) = editor.edited().group.parts
    assert rule == SoundRule((ids[0], ids[2]), 0.5)
    editor.reject()


def entries(menu: QMenu) -> dict[str, object]:
    return {action.text(): action for action in menu.actions() if action.text()}


def menu_of(window: MainWindow, list_id: int) -> QMenu:
    window.smart_commands.open_menu(list_id, QPoint(1, 1))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def press(menu: QMenu, text: str) -> None:
    action = entries(menu)[text]
    menu.close()
    action.trigger()


def test_a_ready_made_list_is_hidden_and_comes_back(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    liked = next(each for each in window.smart_commands.smart.all if each.ready_made == "liked")
    window.places.show_smart(liked.id)
    press(menu_of(window, liked.id), "Hide")
    assert "Liked" not in names_in_sidebar(window)
    assert window.places.current is window.places.library

    other = window.smart_commands.smart.all[0]
    hidden = menu_of(window, other.id)
    (submenu,) = [action.menu() for action in hidden.actions() if action.menu() is not None]
    (again,) = submenu.actions()
    hidden.close()
    again.trigger()
    settle()
    assert "Liked" in names_in_sidebar(window)
    assert window.places.smart.name == "Liked"


def test_an_own_list_is_deleted_with_the_keyboard_and_brought_back(
    window: MainWindow, soul: int, settle: Callable[[], None], qtbot
) -> None:
    section = window.places.smart_section
    section.list.setFocus()
    qtbot.keyClick(section.list, Key.Key_Delete)
    assert "Soulful" not in names_in_sidebar(window)
    window.message_bar._action.click()
    settle()
    assert window.places.smart.name == "Soulful"
    assert titles(window.places.smart.list) == ["Don’t Wait", "Sunrise 🌅"]


def test_a_copy_is_made_and_an_edited_list_gets_its_rules_back(
    window: MainWindow, settle: Callable[[], None]
) -> None:
    smart = window.smart_commands.smart
    liked = next(each for each in smart.all if each.ready_made == "liked")
    press(menu_of(window, liked.id), "Duplicate")
    assert window.places.smart.name == "Liked (2)"
    menu = menu_of(window, liked.id)
    assert "Bring its own rules back" not in entries(menu)
    menu.close()
    smart.change(liked.id, rules=SOUL)
    press(menu_of(window, liked.id), "Bring its own rules back")
    assert smart.get(liked.id).rules == liked.rules


def test_a_list_is_kept_as_a_playlist_and_exported(
    window: MainWindow, soul: int, library: Library, tmp_path: Path, ids: list[int], monkeypatch
) -> None:
    monkeypatch.setattr("musicsim.ui.commands.actions.ask_name", lambda *asked: asked[-1])
    window.places.smart.keep.click()
    assert [(each.name, each.track_ids) for each in window.playlists.all] == [
        ("Soulful", (ids[3], ids[5]))
    ]
    file = tmp_path / "soul.m3u8"
    monkeypatch.setattr(window.exporter, "ask_for_file", lambda suggested: file)
    window.places.show_smart(soul)
    window.places.export()
    entries_in_file = read_playlist(file, [], lambda path: path.suffix == ".flac").entries
    assert len(entries_in_file) == 2


def test_the_section_stays_folded(
    window: MainWindow, make_window: Callable[[], MainWindow], qtbot
) -> None:
    section = window.places.smart_section
    section.heading.setFocus()
    press_key(window, Key.Key_Return)
    assert not section.list.isVisible()
    window.close()
    again = make_window()
    assert not again.places.smart_section.list.isVisible()


def test_the_next_start_shows_the_smart_playlist_that_was_shown(
    window: MainWindow, soul: int, make_window: Callable[[], MainWindow]
) -> None:
    window.close()
    again = make_window()
    assert again.places.current is again.places.smart
    assert again.places.smart.name == "Soulful"
    again.smart_commands.smart.delete(soul)
    again.close()
    third = make_window()
    assert third.places.current is third.places.library


def test_shuffle_is_offered_where_the_order_is_drawn(
    window: MainWindow, soul: int, settle: Callable[[], None]
) -> None:
    page = window.places.smart
    assert not page.shuffle.isVisible()
    never = next(
        each for each in window.smart_commands.smart.all if each.ready_made == "never-played"
    )
    window.places.show_smart(never.id)
    settle()
    before = titles(page.list)
    for _ in range(3):
        page.shuffle.click()
        settle()
    assert sorted(titles(page.list)) == sorted(before)
    assert window.smart_commands.smart.get(never.id).rules.order.number == 3


def test_a_list_of_a_newer_program_can_be_seen_and_says_so(
    window: MainWindow, library: Library, app: FakeApp, settle: Callable[[], None]
) -> None:
    stored = library.catalogue.smart_lists.create("Newer", '{"version": 99}')
    window.smart_commands.smart.hide(stored.id, False)
    window.places.show_smart(stored.id)
    settle()
    assert "newer musicsim" in window.places.smart.table.placeholder

from collections.abc import Callable
from pathlib import Path

import pytest
from known_reasons import because
from PySide6.QtCore import QByteArray, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QLabel, QToolButton
from window_fakes import FakeApp, FakeEngine, Library, titles

from musicsim.base.errors import MusicsimError
from musicsim.library.types import Tags
from musicsim.ui.kit.theme import DARK, LIGHT, Scheme, Theme
from musicsim.ui.settings import folders
from musicsim.ui.settings.folders import FoldersDialog
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_page import TrackPage
from musicsim.ui.window.help import ShortcutsDialog
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.memory import saved_scheme
from musicsim.ui.window.side_panel import Tab

MakeWindow = Callable[[], MainWindow]


def settings_of(app: FakeApp) -> QSettings:
    return QSettings(str(app.data_folder / "window.ini"), QSettings.Format.IniFormat)


def test_the_next_start_looks_as_the_last_one_ended(
    window: MainWindow, make_window: MakeWindow, app: FakeApp, theme: Theme
) -> None:
    window.resize(780, 620)
    window.places.splitter.setSizes([160, 350, 268])
    window.panel.show_tab(Tab.QUEUE)
    window.player_bar.volume.setValue(35)
    window.places.library.table.heading.setSortIndicator(
        Column.LENGTH, Qt.SortOrder.DescendingOrder
    )
    window.commands.schemes[Scheme.DARK].trigger()
    window.places.library.table.heading.resizeSection(Column.LENGTH, 90)
    sizes = window.places.splitter.sizes()

    window.close()
    again = make_window()

    assert (again.width(), again.height()) == (780, 620)
    assert again.places.splitter.sizes() == sizes
    assert again.panel.tab is Tab.QUEUE
    assert again.player_bar.volume.value() == 35
    assert again.player.volume == pytest.approx(0.35)
    assert titles(again.places.library.model)[0] == "Don’t Wait"
    assert again.places.library.table.heading.sectionSize(Column.LENGTH) == 90
    assert saved_scheme(settings_of(app)) is Scheme.DARK


def test_every_page_of_tracks_keeps_its_own_columns(
    window: MainWindow, make_window: MakeWindow
) -> None:
    def columns(of: MainWindow) -> dict[str, str]:
        return {page.key: page.table.heading.save() for page in of.findChildren(TrackPage)}

    for width, page in enumerate(window.findChildren(TrackPage), 90):
        page.table.heading.resizeSection(Column.LENGTH, width)
    wanted = columns(window)

    window.close()

    assert columns(make_window()) == wanted
    assert set(wanted) == {"library", "playlist", "smart", "groups", "builder"}
    assert len(set(wanted.values())) == 5


def test_a_closed_panel_stays_closed(window: MainWindow, make_window: MakeWindow) -> None:
    window.panel.close_button.click()
    window.close()

    again = make_window()

    assert not again.panel.isVisible()
    assert not again.commands.similar_panel.isChecked()


def test_settings_that_make_no_sense_are_ignored(
    ids: list[int], app: FakeApp, make_window: MakeWindow
) -> None:
    settings = settings_of(app)
    settings.setValue("window/geometry", QByteArray(b"nonsense"))
    settings.setValue("window/splitter", "text")
    settings.setValue("window/panel", "KITCHEN")
    settings.setValue("window/theme", "pink")
    settings.setValue("library/columns", "TITLE=-5,HUGO=3,ARTIST=abc;TITLE,NOBODY")
    settings.setValue("library/sort", "KITCHEN descending")
    settings.setValue("player/volume", "loud")
    settings.sync()

    window = make_window()

    assert window.places.library.model.rowCount() == 6
    assert not window.places.library.table.isColumnHidden(Column.TITLE)
    assert saved_scheme(settings) is Scheme.SYSTEM


def test_closing_stops_the_music(window: MainWindow, engine: FakeEngine, ids: list[int]) -> None:
    window.player.play(ids)

    window.close()

    assert not window.player.playing


def test_the_colours_change_while_it_is_open(window: MainWindow, theme: Theme) -> None:
    assert theme.colours == LIGHT
    before = window.commands.search.icon().cacheKey()

    window.commands.schemes[Scheme.DARK].trigger()

    assert theme.colours == DARK
    assert window.palette().window().color().name() == DARK.window
    assert window.commands.search.icon().cacheKey() != before


def test_every_button_that_shows_only_an_icon_has_a_name(window: MainWindow) -> None:
    buttons = window.findChildren(QAbstractButton)
    nameless = [
        button.objectName() or button
        for button in buttons
        if isinstance(button, QToolButton)
        and button.focusPolicy() != Qt.FocusPolicy.NoFocus
        and not (button.accessibleName() or button.text())
        # Qt's own, inside a text field or a table.
        and not type(button.parent()).__name__.startswith(("QLineEdit", "QTabBar"))
    ]

    assert len(buttons) > 15
    assert nameless == []


def test_the_keyboard_reaches_the_search_and_comes_back(window: MainWindow, qtbot) -> None:
    search, table = window.places.library.search, window.places.library.table
    qtbot.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.focusWidget() is search

    qtbot.keyClicks(search, "harbour")
    assert window.places.library.model.rowCount() == 3
    qtbot.keyClick(search, Qt.Key.Key_Down)
    assert QApplication.focusWidget() is table
    assert table.selected_rows() == [0]
    qtbot.keyClick(table, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(search, Qt.Key.Key_Escape)

    assert window.places.library.model.rowCount() == 6


def test_an_empty_search_says_what_was_looked_for(window: MainWindow) -> None:
    window.places.library.search.setText("zzz")

    assert window.places.library.table.placeholder == "Nothing matches “zzz”."


def test_clicking_a_heading_sorts(window: MainWindow, qtbot) -> None:
    heading = window.places.library.table.heading
    place = heading.viewport().rect().center()
    place.setX(heading.sectionViewportPosition(Column.LENGTH) + 20)

    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert titles(window.places.library.model)[0] == "Sunrise 🌅"
    qtbot.mouseClick(heading.viewport(), Qt.MouseButton.LeftButton, pos=place)

    assert titles(window.places.library.model)[0] == "Don’t Wait"


@pytest.mark.parametrize("width", [1400, 1000, 760])
def test_the_columns_always_fill_the_table(window: MainWindow, width: int, qapp) -> None:
    window.resize(width, 600)
    qapp.processEvents()

    table = window.places.library.table
    assert table.heading.length() == table.viewport().width()
    assert not table.isColumnHidden(Column.TITLE)
    assert table.isColumnHidden(Column.GENRE) == (width < 1400)


def test_a_column_made_wider_takes_the_room_from_those_after_it(window: MainWindow) -> None:
    heading = window.places.library.table.heading
    title = heading.sectionSize(Column.TITLE)

    heading.resizeSection(Column.ARTIST, heading.sectionSize(Column.ARTIST) + 40)

    assert heading.sectionSize(Column.TITLE) == title
    assert heading.length() == window.places.library.table.viewport().width()


def test_panels_are_shown_and_hidden_from_the_menu(window: MainWindow) -> None:
    commands = window.commands
    assert commands.similar_panel.isChecked()

    commands.queue_panel.trigger()
    assert window.panel.tab is Tab.QUEUE
    assert not commands.similar_panel.isChecked()
    commands.queue_panel.trigger()
    assert not window.panel.isVisible()
    commands.similar_panel.trigger()

    assert window.panel.isVisible()
    assert window.panel.tab is Tab.SIMILAR


def test_lists_of_cards_fill_the_panel_with_their_own_columns(
    window: MainWindow, ids: list[int], settle: Callable[[], None]
) -> None:
    # On a screen: grab() would have every widget told of its size, also those that are hidden.
    window.player.play(ids)
    window.show_similar(ids[0])
    settle()
    window.commands.queue_panel.trigger()
    settle()

    for table, columns in (
        (window.similar.table, [Column.TITLE, Column.SIMILARITY]),
        (window.queue_pane.table, [Column.TITLE, Column.LENGTH]),
    ):
        shown = [column for column in Column if not table.isColumnHidden(column)]
        assert shown == columns
        widths = [table.columnWidth(column) for column in columns]
        assert sum(widths) == table.viewport().width()


def test_a_folder_is_removed_after_a_question(
    window: MainWindow,
    library: Library,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window.commands.folders.trigger()
    dialog = window.findChild(FoldersDialog)
    dialog.list.setCurrentIndex(dialog.list.model().index(0, 0))
    monkeypatch.setattr(folders, "confirm", lambda *_: False)
    dialog.remove.click()
    assert library.catalogue.folders.all() == [library.music]

    monkeypatch.setattr(folders, "confirm", lambda *_: True)
    dialog.remove.click()
    assert "Removing" in window.message_bar.text
    settle()

    assert "Removed" in window.message_bar.text
    assert library.catalogue.folders.all() == []
    assert dialog.list.model().rowCount() == 0
    assert window.places.library.model.rowCount() == 0
    assert window.places.start.isVisible()
    dialog.close()


def test_a_removal_that_fails_half_of_the_way_is_told_and_shown(
    window: MainWindow,
    app: FakeApp,
    library: Library,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def remove(folder: Path) -> None:
        library.catalogue.folders.remove(folder)
        raise MusicsimError("The disk is full.")

    monkeypatch.setattr(app.collection, "remove_folder", remove)
    monkeypatch.setattr(folders, "confirm", lambda *_: True)
    window.commands.folders.trigger()
    dialog = window.findChild(FoldersDialog)
    dialog.list.setCurrentIndex(dialog.list.model().index(0, 0))

    dialog.remove.click()
    settle()

    assert window.message_bar.text == "The disk is full."
    assert dialog.list.model().rowCount() == 0
    dialog.close()


def test_missing_tracks_are_forgotten_after_a_question(
    window: MainWindow,
    library: Library,
    settle: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window.commands.forget_missing.trigger()
    assert "No track is missing" in window.message_bar.text

    count = window.places.library.model.rowCount()
    library.catalogue.files.set_missing(library.catalogue.tracks.ids()[:2], True)
    library.catalogue.folders.set_unavailable(1, because("not connected"))
    asked: list[str] = []
    monkeypatch.setattr(folders, "confirm", lambda _, title, question, yes: asked.append(question))
    window.commands.forget_missing.trigger()
    assert "Forget 2 missing tracks?" in asked[0]
    assert f"“{library.music}” can’t be reached" in asked[0]
    assert len(library.catalogue.tracks.ids()) == count

    monkeypatch.setattr(folders, "confirm", lambda *_: True)
    window.commands.forget_missing.trigger()
    settle()
    assert window.places.library.model.rowCount() == count - 2
    assert "Forgot 2 missing tracks" in window.message_bar.text


def test_a_folder_is_added_from_the_menu(
    window: MainWindow, app: FakeApp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicsim.ui.settings.folders.ask_folder", lambda *_: tmp_path / "more")

    window.commands.add_folder.trigger()

    assert app.calls == [("add_folder", tmp_path / "more")]


def test_the_dialogs_open(window: MainWindow, qapp) -> None:
    window.commands.shortcuts.trigger()
    window.commands.about.trigger()
    window.commands.problems.trigger()
    shown = [dialog for dialog in window.findChildren(QDialog) if dialog.isVisible()]

    assert any(isinstance(dialog, ShortcutsDialog) for dialog in shown)
    assert len(shown) == 3
    for dialog in shown:
        dialog.close()


def test_no_shortcut_is_given_twice(window: MainWindow) -> None:
    actions = [
        *window.actions_.all,
        *(each for each in vars(window.commands).values() if isinstance(each, QAction)),
        *window.places.actions_,
        *window.queue_pane.table.extra_actions,
        *window.playback_commands.all,
    ]
    keys = [key.toString() for action in actions for key in action.shortcuts()]

    assert len(keys) == len(set(keys))
    assert len(keys) > 15


def test_the_bar_follows_what_plays_without_seeking(
    window: MainWindow, engine: FakeEngine, ids: list[int]
) -> None:
    window.player.play(ids)
    for second in range(30):
        engine.advance(second)

    assert window.player_bar.seek.position == 29_000
    assert engine.sought == []


def test_seeking_and_volume(
    window: MainWindow, engine: FakeEngine, ids: list[int], settle: Callable[[], None], qtbot
) -> None:
    window.player.play(ids)
    settle()
    engine.advance(60.0)
    bar = window.player_bar
    assert bar.elapsed.text() == "1:00"
    assert bar.length.text() == "4:00"

    middle = bar.seek.rect().center()
    qtbot.mouseClick(bar.seek, Qt.MouseButton.LeftButton, pos=middle)
    assert engine.sought[-1] == pytest.approx(120, rel=0.05)
    bar.seek.setFocus()
    engine.advance(120.0)
    qtbot.keyClick(bar.seek, Qt.Key.Key_Right)
    assert engine.sought[-1] == pytest.approx(125, rel=0.05)

    bar.volume.setValue(50)
    bar.mute.click()
    assert engine.volume == 0.0
    bar.mute.click()
    assert engine.volume == 0.5**3


def test_the_wheel_over_the_bar_changes_the_volume(window: MainWindow, engine: FakeEngine) -> None:
    bar = window.player_bar
    bar.volume.setValue(50)
    place = QPointF(bar.rect().center())
    for turned in (120, 60, 60, -120):
        event = QWheelEvent(
            place,
            QPointF(bar.mapToGlobal(place)),
            QPoint(),
            QPoint(0, turned),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(bar, event)

    assert bar.volume.value() == 55
    assert engine.volume == pytest.approx(0.55**3)


def test_a_title_of_a_megabyte_is_drawn_nowhere(
    library: Library, make_window: MakeWindow, settle: Callable[[], None]
) -> None:
    ids = library.add(*[Tags("long " * 200_000, "A" * 1_000_000, "B" * 1_000_000)] * 2)
    window = make_window()

    window.player.play(ids)
    window.show_similar(ids[0])
    settle()
    window.grab()

    texts = [label.text() for label in window.findChildren(QLabel)]
    texts += [window.windowTitle(), window.actions_.name_like(ids)]
    assert len([text for text in texts if text.startswith("long")]) == 2
    assert max(map(len, texts)) < 2000

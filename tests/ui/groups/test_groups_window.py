"""The page of groups, with the real service that finds them."""

from collections.abc import Callable

import pytest
from hands import press_key
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QInputDialog, QLabel, QPushButton
from window_fakes import FakeApp, FakeEngine, Library

from musicsim.base.events import EmbeddingProgress, GroupsChanged, TracksRemoved
from musicsim.library.catalogue.opinions import Opinion, Subject
from musicsim.ui.kit.theme import Scheme
from musicsim.ui.window.main_window import MainWindow

MakeWindow = Callable[[], MainWindow]
NAMES = ["Choir", "Folk", "Jazz", "Rock", "Techno"]


def shown(window: MainWindow) -> str:
    """Return all that the page says."""
    labels = [*window.groups.findChildren(QLabel), *window.groups.findChildren(QPushButton)]
    return "\n".join(label.text() for label in labels if label.isVisible())


def names(window: MainWindow) -> list[str]:
    model = window.groups.model
    return [model.index(row).data() for row in range(model.rowCount())]


def queued(window: MainWindow) -> list[int]:
    """Return what plays, and what comes after it."""
    queue = window.player.queue
    return [queue.current, *queue.upcoming.ids]


def place_of(window: MainWindow, name: str) -> QPoint:
    grid = window.groups.grid
    return grid.visualRect(window.groups.model.index(names(window).index(name))).center()


def open_group(window: MainWindow, name: str, qtbot) -> None:
    with qtbot.waitSignal(window.group_commands.opened):
        qtbot.mouseClick(
            window.groups.grid.viewport(), Qt.MouseButton.LeftButton, pos=place_of(window, name)
        )


def changed(window: MainWindow, qtbot):
    """Wait until the cards have followed a change."""
    return qtbot.waitSignal(window.groups.model.updated)


def test_cards_say_what_is_in_the_groups(grouped: MainWindow) -> None:
    assert names(grouped) == NAMES
    assert "5 groups" in shown(grouped)
    first = grouped.groups.model.index(0)
    assert first.data(Qt.ItemDataRole.AccessibleTextRole) == "Choir, 6 tracks · 6 min"


def test_a_click_opens_a_group_and_back_returns_to_it(grouped: MainWindow, qtbot) -> None:
    open_group(grouped, "Jazz", qtbot)
    assert grouped.groups.tracks.isVisible()
    assert "Jazz" in shown(grouped)
    assert grouped.groups.tracks.list.rowCount() == 6
    assert grouped.groups.tracks.table.hasFocus()

    qtbot.keyClick(grouped.groups.tracks.table, Qt.Key.Key_Escape)

    assert grouped.groups.grid.hasFocus()
    assert grouped.groups.grid.currentIndex().data() == "Jazz"


def test_the_sidebar_returns_to_all_groups(grouped: MainWindow, qtbot) -> None:
    open_group(grouped, "Jazz", qtbot)
    entry = grouped.places.sidebar.entries.entry("groups")

    qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)

    assert grouped.groups.grid.isVisible()
    assert entry.isChecked()


def test_the_keyboard_opens_and_plays_groups(
    grouped: MainWindow, app: FakeApp, engine: FakeEngine, settle, qtbot
) -> None:
    grid = grouped.groups.grid
    assert grid.hasFocus()
    assert grid.currentIndex().data() == "Choir"
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.currentIndex().data() == "Folk"
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    # Nothing is below, but there is another row.
    assert grid.visualRect(grouped.groups.model.index(1)).bottom() < place_of(grouped, "Techno").y()
    assert grid.currentIndex().data() == "Techno"
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.currentIndex().data() == "Rock"

    qtbot.keyClicks(grid, "ja")
    qtbot.keyClick(grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    settle()
    jazz = app.catalogue.groups.named("Jazz")
    assert queued(grouped) == list(jazz.track_ids)
    assert engine.playing
    qtbot.keyClick(grid, Qt.Key.Key_Return)
    settle()
    assert grouped.groups.tracks.group == jazz


def test_the_space_bar_plays_the_group_that_the_keyboard_is_on(
    grouped: MainWindow, app: FakeApp, settle, qtbot
) -> None:
    grid = grouped.groups.grid
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    grid.setFocus()
    press_key(grouped, Qt.Key.Key_Space)
    settle()

    assert queued(grouped) == list(app.catalogue.groups.named("Folk").track_ids)


def test_the_button_under_the_mouse_plays_without_opening(
    grouped: MainWindow, engine: FakeEngine, app: FakeApp, settle, qtbot
) -> None:
    grid = grouped.groups.grid
    row = names(grouped).index("Folk")
    button = grid.delegate.play_place(grid.visualRect(grouped.groups.model.index(row)))

    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=button.center())
    settle()

    assert queued(grouped) == list(app.catalogue.groups.named("Folk").track_ids)
    assert grouped.groups.grid.isVisible()


def test_banned_and_missing_tracks_are_not_in_a_group(
    grouped: MainWindow, app: FakeApp, library: Library, bridge, settle, qtbot
) -> None:
    first, second = app.catalogue.groups.named("Jazz").track_ids[:2]
    library.catalogue.files.set_missing([first], True)
    app.opinions.set(second, Subject.TRACK, Opinion.BANNED)

    open_group(grouped, "Jazz", qtbot)

    assert grouped.groups.tracks.list.rowCount() == 4
    assert "4 tracks · 4 min · 2 more missing or banned" in shown(grouped)


def test_a_group_can_be_kept_as_a_playlist_queued_and_exported(
    grouped: MainWindow, app: FakeApp, monkeypatch: pytest.MonkeyPatch, tmp_path, settle, qtbot
) -> None:
    jazz = app.catalogue.groups.named("Jazz")
    open_group(grouped, "Jazz", qtbot)
    view = grouped.groups.tracks
    file = tmp_path / "jazz.m3u8"
    monkeypatch.setattr(grouped.exporter, "ask_for_file", lambda suggested: file)
    qtbot.mouseClick(view.export, Qt.MouseButton.LeftButton)
    settle()
    assert len([line for line in file.read_text().splitlines() if line[0] != "#"]) == 6

    qtbot.mouseClick(view.enqueue, Qt.MouseButton.LeftButton)
    settle()
    assert queued(grouped) == list(jazz.track_ids)

    monkeypatch.setattr(QInputDialog, "getText", lambda *_, text: (text, True))
    qtbot.mouseClick(view.keep, Qt.MouseButton.LeftButton)
    settle()
    assert grouped.places.current.name == "Jazz"
    assert grouped.playlists.all[0].track_ids == jazz.track_ids


def test_a_group_can_be_renamed_and_frozen(
    grouped: MainWindow, app: FakeApp, monkeypatch: pytest.MonkeyPatch, settle, qtbot
) -> None:
    open_group(grouped, "Jazz", qtbot)
    view = grouped.groups.tracks
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, text: ("Evenings", True))
    with qtbot.waitSignal(grouped.groups.model.updated):
        qtbot.mouseClick(view.rename, Qt.MouseButton.LeftButton)
    assert names(grouped) == ["Choir", "Evenings", "Folk", "Rock", "Techno"]
    assert "Evenings" in shown(grouped)

    with changed(grouped, qtbot):
        qtbot.mouseClick(view.frozen, Qt.MouseButton.LeftButton)
    assert app.catalogue.groups.named("Evenings").frozen
    assert "stays as it is" in shown(grouped)
    assert view.frozen.isChecked()
    with changed(grouped, qtbot):
        qtbot.mouseClick(view.frozen, Qt.MouseButton.LeftButton)
    assert not app.catalogue.groups.named("Evenings").frozen


def test_a_name_that_is_taken_says_so(
    grouped: MainWindow, monkeypatch: pytest.MonkeyPatch, settle, qtbot
) -> None:
    monkeypatch.setattr(QInputDialog, "getText", lambda *_, text: ("Folk", True))

    qtbot.keyClick(grouped.groups.grid, Qt.Key.Key_F2)
    settle()
    settle()

    assert "a group named “Folk” already" in grouped.message_bar.text


def test_more_like_a_group_is_a_playlist_of_others(
    grouped: MainWindow, app: FakeApp, qtbot
) -> None:
    jazz = app.catalogue.groups.named("Jazz")
    open_group(grouped, "Jazz", qtbot)

    with qtbot.waitSignal(grouped.playlists.changed):
        qtbot.mouseClick(grouped.groups.tracks.more, Qt.MouseButton.LeftButton)

    (made,) = grouped.playlists.all
    assert made.name == "More like Jazz"
    assert len(made.track_ids) == 24
    assert not set(made.track_ids) & set(jazz.track_ids)


def test_a_refresh_says_what_it_does(grouped: MainWindow, app: FakeApp, add, qtbot, bridge) -> None:
    texts: list[str] = []
    grouped.groups.finder.changed.connect(lambda: texts.append(grouped.groups.finder.text))
    add(5)
    with changed(grouped, qtbot):
        qtbot.mouseClick(grouped.groups.refresh, Qt.MouseButton.LeftButton)
        assert not grouped.groups.refresh.isEnabled()
        assert "Getting your music ready" in shown(grouped)

    if grouped.groups.finder.busy:
        with qtbot.waitSignal(grouped.groups.finder.changed):
            pass
    assert texts[-1] == ""
    assert grouped.groups.refresh.isEnabled()
    assert names(grouped) == NAMES
    assert grouped.groups.model.cards[0].count == 7


def test_a_group_that_has_gone_leads_back_to_all(grouped: MainWindow, app: FakeApp, qtbot) -> None:
    open_group(grouped, "Jazz", qtbot)
    jazz = app.catalogue.groups.named("Jazz")
    with app.catalogue.database.transaction() as db:
        db.execute("DELETE FROM groups WHERE id = ?", (jazz.id,))

    with qtbot.waitSignal(grouped.group_commands.gone):
        app.events.emit(GroupsChanged())

    assert grouped.groups.grid.isVisible()
    assert "“Jazz” no longer exists" in grouped.message_bar.text


def test_groups_come_by_themselves_when_the_library_was_listened_to(
    thirty: list[int], app: FakeApp, make_window: MakeWindow, qtbot
) -> None:
    window = make_window()
    with qtbot.waitSignal(window.groups.model.updated):
        window.places.show_page("groups")
    assert "can be sorted into groups" in shown(window)
    assert window.groups.find_now.hasFocus()
    finder = window.groups.finder

    with qtbot.waitSignal(window.groups.model.updated):
        finder.timer.timeout.emit()

    assert names(window) == NAMES
    assert window.groups.grid.hasFocus()


def test_they_are_not_refreshed_while_the_listener_looks(
    grouped: MainWindow, app: FakeApp, add, bridge, qtbot
) -> None:
    add(5)
    finder = grouped.groups.finder
    finder.timer.setInterval(60_000)
    finder.timer.timeout.emit()
    assert not finder.busy
    assert finder.timer.isActive()

    grouped.places.show_library()
    with qtbot.waitSignal(finder.changed):
        finder.timer.timeout.emit()
    assert finder.busy
    with qtbot.waitSignal(bridge.groups_changed):
        pass
    with qtbot.waitSignal(grouped.groups.model.updated):
        grouped.places.show_page("groups")
    assert grouped.groups.model.cards[0].count == 7


def test_listening_puts_groups_off(grouped: MainWindow, app: FakeApp, settle) -> None:
    timer = grouped.groups.finder.timer
    app.events.emit(EmbeddingProgress(1, 9, 1.0, 8.0, paused=False, finished=False))
    settle()
    assert timer.interval() == 60_000
    app.events.emit(EmbeddingProgress(9, 9, 1.0, 0.0, paused=False, finished=True))
    settle()
    assert timer.interval() < 60_000


def test_a_closed_window_finds_no_groups(grouped: MainWindow, app: FakeApp, settle) -> None:
    grouped.close()
    app.events.emit(EmbeddingProgress(9, 9, 1.0, 0.0, paused=False, finished=True))
    settle()

    assert not grouped.groups.finder.timer.isActive()


def test_a_small_library_says_what_is_missing(
    add, app: FakeApp, make_window: MakeWindow, qtbot
) -> None:
    add(12)
    window = make_window()
    with qtbot.waitSignal(window.groups.model.updated):
        window.places.show_page("groups")

    assert "at least 30 tracks" in shown(window)
    assert "your library has 12" in shown(window)
    assert not window.groups.find_now.isVisible()


def test_covers_make_the_picture(
    thirty: list[int], app: FakeApp, make_window: MakeWindow, colour_covers, qtbot
) -> None:
    colour_covers(300, "#c03020")
    app.groups.refresh().result()
    window = make_window()

    with qtbot.waitSignal(window.groups.mosaics.ready) as ready:
        window.places.show_page("groups")

    row = window.groups.model.row_of(ready.args[0])
    picture = window.groups.mosaics.picture(window.groups.model.cards[row])
    colour = picture.toImage().pixelColor(100, 100)
    assert abs(colour.red() - 0xC0) < 8


def test_pictures_without_covers_differ_and_keep_their_colours(
    grouped: MainWindow, theme, qtbot
) -> None:
    def colours() -> list[QColor]:
        image = grouped.groups.grid.viewport().grab().toImage()
        return [image.pixelColor(place_of(grouped, name) - QPoint(40, 60)) for name in NAMES[:3]]

    before = colours()
    assert len({colour.name() for colour in before}) == 3
    assert colours() == before
    theme.set_scheme(Scheme.DARK)
    assert colours() != before


def test_cards_fit_the_width(grouped: MainWindow, qapp) -> None:
    grid = grouped.groups.grid
    for width in (900, 1280, 1900, 3200):
        grouped.resize(width, 700)
        qapp.processEvents()
        rects = [grid.visualRect(grouped.groups.model.index(row)) for row in range(5)]
        assert all(rect.left() >= 0 and rect.right() <= grid.viewport().width() for rect in rects)
        columns = len({rect.left() for rect in rects})
        assert columns == min(5, grid.maximumViewportSize().width() // grid.gridSize().width())


def test_removed_tracks_leave_the_cards(
    grouped: MainWindow, app: FakeApp, library: Library, qtbot
) -> None:
    gone = app.catalogue.groups.named("Choir").track_ids[:2]
    library.catalogue.files.set_missing(gone, True)

    with changed(grouped, qtbot):
        library.catalogue.files.forget_missing()
        app.events.emit(TracksRemoved(gone))

    assert grouped.groups.model.cards[0].count == 4


def test_names_with_markup_are_shown_literally(grouped: MainWindow, app: FakeApp, qtbot) -> None:
    jazz = app.catalogue.groups.named("Jazz")
    with qtbot.waitSignal(grouped.groups.model.updated):
        app.groups.rename(jazz.id, "<b>Loud</b> & fast")

    tooltip = grouped.groups.model.index(0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;Loud" in tooltip


def test_the_keys_of_groups_can_be_looked_up(grouped: MainWindow) -> None:
    grouped.commands.shortcuts.trigger()
    texts = [label.text() for label in grouped.findChildren(QLabel)]

    assert texts[texts.index("Play group") + 1] == "Shift+Return"
    assert "Rename group" in texts

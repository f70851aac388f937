"""What was played, in the window and in the catalogue."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QLocale, QSettings, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QMenu, QToolTip
from tagged_files import make
from window_fakes import FakeApp, FakeEngine, Library, titles

from musicsim.base.events import TracksChanged, TracksRemoved
from musicsim.library.catalogue.database import CatalogueError
from musicsim.library.catalogue.plays import Plays
from musicsim.library.types import EndOfPlay, Play, Tags
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.panes import history_pane
from musicsim.ui.playback import history_list
from musicsim.ui.playback.lineup import Mixing
from musicsim.ui.playback.modes import Repeat
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.side_panel import Tab

Settle = Callable[[], None]
MakeWindow = Callable[[], MainWindow]


@pytest.fixture(autouse=True)
def british() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale("en_GB"))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def open_window(window: MainWindow, settle: Settle) -> MainWindow:
    """The window with the history in view."""
    window.commands.history_panel.trigger()
    settle()
    return window


def shown(window: MainWindow) -> list[tuple[int, str]]:
    """By row the track and what is said of when it was played."""
    model = window.history_pane.list
    return [
        (row.track_id, model.index(at, Column.PLAYED).data()) for at, row in enumerate(model.rows)
    ]


def tracks(window: MainWindow) -> list[int]:
    return window.history_pane.list.ids


def stored(app: FakeApp) -> list[tuple[int, EndOfPlay]]:
    return [(play.track_id, play.end) for play in app.catalogue.plays.latest(99)]


def long_ago(app: FakeApp, *ids: int, at: float | None = None) -> None:
    """Let tracks have been played, one after the other, some two days ago."""
    start = time.time() - 48 * 3600 if at is None else at
    for number, track_id in enumerate(ids):
        app.catalogue.plays.add(Play(track_id, start + 240 * number, 240, 240, EndOfPlay.FINISHED))


def test_the_list_follows_what_is_played(
    open_window: MainWindow, app: FakeApp, engine: FakeEngine, ids: list[int], settle: Settle
) -> None:
    window = open_window
    assert tracks(window) == []

    window.player.play(ids)
    settle()
    assert shown(window) == [(ids[0], "Now playing")]
    assert stored(app) == []

    engine.advance(1.5)
    engine.end()
    settle()
    assert tracks(window) == [ids[1], ids[0]]
    assert stored(app) == [(ids[0], EndOfPlay.FINISHED)]

    for second in range(12):
        engine.advance(second)
    window.commands.following.trigger()
    settle()
    assert tracks(window) == [ids[2], ids[1], ids[0]]
    assert shown(window)[1] == (ids[1], "Just now, Skipped, 0:11 of 4:00")
    assert stored(app) == [(ids[1], EndOfPlay.SKIPPED), (ids[0], EndOfPlay.FINISHED)]


def test_what_is_passed_over_is_kept_but_not_listed(
    open_window: MainWindow, app: FakeApp, engine: FakeEngine, ids: list[int], settle: Settle
) -> None:
    window = open_window
    window.player.play(ids)
    settle()
    for second in range(5):
        engine.advance(second)

    window.commands.following.trigger()
    settle()

    assert shown(window) == [(ids[1], "Now playing")]
    assert stored(app) == [(ids[0], EndOfPlay.SKIPPED)]


def test_a_pause_and_a_jump_are_no_listening(
    open_window: MainWindow, engine: FakeEngine, ids: list[int], settle: Settle
) -> None:
    window = open_window
    window.player.play(ids)
    settle()
    for second in range(8):
        engine.advance(second)
    window.player.pause()
    window.player.resume()
    window.player.seek(239_000)
    engine.end()
    settle()

    # To its end, but not through it.
    assert shown(window)[1] == (ids[0], "Just now, 0:08 of 4:00")


def test_a_track_on_repeat_is_one_row(
    open_window: MainWindow, app: FakeApp, engine: FakeEngine, ids: list[int], settle: Settle
) -> None:
    window = open_window
    engine.seconds = 3.0
    window.player.set_repeat(Repeat.ONE)
    window.player.play(ids)
    settle()
    for _ in range(3):
        engine.advance(1.5)
        engine.end()
        settle()

    assert shown(window) == [(ids[0], "Now playing"), (ids[0], "Just now, × 3")]
    assert len(stored(app)) == 3


def test_a_change_of_the_sound_is_no_new_play(
    open_window: MainWindow, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    open_window.player.play(ids)
    settle()
    open_window.player.set_mixing(Mixing(crossfade=3.0))
    settle()

    assert shown(open_window) == [(ids[0], "Now playing")]
    assert stored(app) == []


def test_the_last_play_is_kept_when_the_window_closes(
    library: Library,
    app: FakeApp,
    theme: Theme,
    engine: FakeEngine,
    ids: list[int],
    qtbot,
    tmp_path: Path,
) -> None:
    """With the thread that writes in the real window."""
    bridge = Bridge(library.events)
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    window = MainWindow(app, bridge, theme, settings, make_engine=lambda log: engine)
    qtbot.addWidget(window)
    window.player.play(ids)
    QApplication.processEvents()
    for second in range(30):
        engine.advance(second)

    window.close()
    bridge.close()

    (play,) = library.catalogue.plays.latest(9)
    assert (play.track_id, play.heard, play.end) == (ids[0], 29, EndOfPlay.STOPPED)
    assert play.started_at == pytest.approx(time.time(), abs=60)


def test_plays_are_written_in_another_thread_that_no_slow_folder_holds_up(
    library: Library, qapp: QApplication
) -> None:
    waiting, threads = threading.Event(), []
    bridge = Bridge(library.events, errands=ThreadPoolExecutor(1))
    done = threading.Event()
    bridge.do(lambda: waiting.wait(60), lambda _: None, lambda _: None)
    bridge.record(
        lambda: (threads.append(threading.current_thread()), done.set()),
        lambda _: None,
        lambda _: None,
    )

    assert done.wait(60)
    assert threads != [threading.main_thread()]
    waiting.set()
    bridge.close()


def test_the_history_is_there_at_the_next_start(
    make_window: MakeWindow, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    long_ago(app, ids[0], ids[1], ids[1], ids[2])

    window = make_window()

    assert tracks(window) == [ids[2], ids[1], ids[0]]
    assert shown(window)[1][1].endswith(", × 2")


def test_no_more_than_the_last_plays_are_shown(
    make_window: MakeWindow,
    app: FakeApp,
    engine: FakeEngine,
    ids: list[int],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history_list, "LIMIT", 4)
    long_ago(app, *ids)
    window = make_window()
    assert tracks(window) == ids[:1:-1]

    window.player.play(ids)
    settle()
    engine.end()
    settle()

    assert tracks(window) == [ids[1], ids[0], ids[5], ids[4], ids[3]]


def test_return_and_a_double_click_play_that_track_only(
    open_window: MainWindow, engine: FakeEngine, ids: list[int], settle: Settle, qtbot
) -> None:
    window = open_window
    table = window.history_pane.table
    window.player.play(ids)
    settle()
    engine.end()
    engine.end()
    settle()
    assert tracks(window) == [ids[2], ids[1], ids[0]]

    place = table.visualRect(table.tracks.index(2, Column.TITLE)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()
    assert window.player.queue.current == ids[0]
    assert window.player.queue.upcoming.rowCount() == 0

    table.select_rows([tracks(window).index(ids[1])])
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Return)
    settle()
    assert window.player.queue.current == ids[1]
    assert window.player.queue.upcoming.rowCount() == 0


def test_a_row_that_is_looked_at_stays_where_it_is(
    make_window: MakeWindow, library: Library, app: FakeApp, engine: FakeEngine, settle: Settle
) -> None:
    many = library.add(*(Tags(f"{n}", duration=240.0) for n in range(60)))
    long_ago(app, *many)
    window = make_window()
    window.commands.history_panel.trigger()
    settle()
    table = window.history_pane.table
    table.verticalScrollBar().setValue(500)
    looked_at = tracks(window)[table.rowAt(30)]

    window.player.play(many)
    settle()
    engine.end()
    settle()

    assert tracks(window)[table.rowAt(30)] == looked_at


def test_the_menu_is_that_of_every_list(
    make_window: MakeWindow, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    long_ago(app, *ids)
    window = make_window()
    window.commands.history_panel.trigger()
    settle()
    table = window.history_pane.table
    table.select_rows([1])

    table.open_menu()

    (menu,) = table.findChildren(QMenu)
    shared = QMenu(window)
    window.actions_.fill(shared)
    assert menu.actions()
    assert [a.text() for a in menu.actions()] == [a.text() for a in shared.actions()]
    assert window.actions_._selected() == [ids[4]]
    menu.close()


def clear(window: MainWindow, part: str) -> None:
    (action,) = [a for a in window.history_pane.clear.menu().actions() if a.text() == part]
    action.trigger()


def test_the_last_plays_alone_are_cleared(
    open_window: MainWindow,
    app: FakeApp,
    ids: list[int],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window, now = open_window, time.time()
    for days, track_id in ((40, ids[0]), (3, ids[1]), (0, ids[2])):
        long_ago(app, track_id, at=now - days * 86_400)
    window.history_pane._history._reload()
    settle()
    asked: list[str] = []
    monkeypatch.setattr(
        history_pane, "confirm", lambda *words: bool(asked.append(words[2])) or True
    )

    clear(window, "Since yesterday…")
    settle()
    assert tracks(window) == [ids[1], ids[0]]
    clear(window, "The last seven days…")
    settle()
    assert tracks(window) == [ids[0]]
    assert [track_id for track_id, _ in stored(app)] == [ids[0]]
    assert "seven days" in asked[1]


def test_switched_off_it_remembers_nothing_and_plays_on(
    open_window: MainWindow,
    app: FakeApp,
    engine: FakeEngine,
    ids: list[int],
    settle: Settle,
    make_window: MakeWindow,
    qtbot,
) -> None:
    window = open_window
    window.player.play(ids)
    settle()
    engine.end()
    settle()
    window.commands.settings.trigger()
    page = window.dialogs.settings.playback
    assert page.history.isChecked()

    page.history.click()
    settle()
    assert not page.history.isChecked()
    assert tracks(window) == [ids[0]]
    engine.end()
    settle()
    assert window.player.queue.current == ids[2]
    assert stored(app) == [(ids[0], EndOfPlay.FINISHED)]
    assert window.history_pane.off.isVisible()
    # Also the next time.
    assert not make_window().history_pane._history.is_kept

    qtbot.mouseClick(window.history_pane.on, Qt.MouseButton.LeftButton)
    settle()
    assert page.history.isChecked()
    engine.end()
    engine.end()
    settle()
    assert tracks(window) == [ids[4], ids[3], ids[2], ids[0]]
    assert not window.history_pane.off.isVisible()


def test_clearing_asks_first_and_leaves_what_plays(
    make_window: MakeWindow,
    app: FakeApp,
    ids: list[int],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long_ago(app, *ids)
    window = make_window()
    pane = window.history_pane
    window.player.play(ids)
    settle()

    monkeypatch.setattr(history_pane, "confirm", lambda *_: False)
    clear(window, "Everything…")
    assert len(stored(app)) == len(ids)

    monkeypatch.setattr(history_pane, "confirm", lambda *_: True)
    clear(window, "Everything…")
    settle()
    assert stored(app) == []
    assert shown(window) == [(ids[0], "Now playing")]
    assert window.message_bar.text == "The history was cleared."

    window.player.stop()
    settle()
    assert tracks(window) == []
    assert not pane.clear.isEnabled()


def test_a_visitor_is_listed_and_not_kept(
    open_window: MainWindow,
    app: FakeApp,
    engine: FakeEngine,
    ids: list[int],
    settle: Settle,
    tmp_path: Path,
) -> None:
    window = open_window
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    window.open_paths([make(elsewhere, "mp3")])
    settle()
    settle()
    engine.end()
    window.player.play(ids)
    settle()

    assert titles(window.history_pane.list) == ["Überall", "a"]
    assert stored(app) == []
    # Also when the list is read again.
    long_ago(app, ids[3], ids[4])
    window._deck.history.list.begin(ids[0])
    app.events.emit(TracksRemoved((ids[0],)))
    settle()
    # It plays on as a file outside the library.
    assert titles(window.history_pane.list) == ["Überall", "a", "Último", "Don’t Wait"]


def test_tracks_that_leave_the_library_leave_the_history(
    make_window: MakeWindow, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    long_ago(app, *ids)
    window = make_window()

    app.catalogue.files.set_missing(ids[1:3], True)
    app.events.emit(TracksChanged((*ids[1:3],)))
    settle()
    assert tracks(window) == ids[::-1]
    app.collection.forget_missing()
    settle()
    settle()

    assert tracks(window) == [ids[5], ids[4], ids[3], ids[0]]


def test_plays_of_a_track_that_was_another_one_are_listed_as_of_that(
    make_window: MakeWindow, library: Library, app: FakeApp, ids: list[int], settle: Settle
) -> None:
    long_ago(app, ids[0], ids[1])
    window = make_window()

    # As when a file that was moved and retagged is recognised.
    with library.catalogue.database.transaction() as db:
        db.execute("UPDATE plays SET track_id = ? WHERE track_id = ?", (ids[3], ids[1]))
        db.execute("DELETE FROM tracks WHERE id = ?", (ids[1],))
    app.events.emit(TracksRemoved((ids[1],)))
    settle()
    settle()

    assert tracks(window) == [ids[3], ids[0]]


def test_what_can_not_be_kept_is_told_once(
    open_window: MainWindow,
    engine: FakeEngine,
    ids: list[int],
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise CatalogueError("The disk is full.")

    monkeypatch.setattr(Plays, "add", fail)
    told: list[str] = []
    open_window.messages.posted.connect(lambda message: told.append(message.text))
    open_window.player.play(ids)
    settle()
    for _ in range(3):
        engine.end()
        settle()

    assert told == ["What was played can’t be kept in the history. The disk is full."]
    assert tracks(open_window) == ids[3::-1]


def test_the_tab_has_a_command(window: MainWindow, make_window: MakeWindow, qtbot) -> None:
    command = window.commands.history_panel
    qtbot.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)

    assert window.panel.tab is Tab.HISTORY
    assert window.history_pane.isVisible()
    assert command.isChecked()
    assert not window.commands.queue_panel.isChecked()
    window.close()
    assert make_window().panel.tab is Tab.HISTORY


def test_tags_are_no_markup(
    make_window: MakeWindow, library: Library, app: FakeApp, settle: Settle
) -> None:
    (track_id,) = library.add(Tags("<h1>Loud</h1>", "R&amp;B", "<img src=x>"))
    long_ago(app, track_id, at=datetime(2026, 3, 2, 21, 14).timestamp())
    window = make_window()
    window.commands.history_panel.trigger()
    settle()
    table = window.history_pane.table
    place = table.visualRect(table.tracks.index(0, Column.TITLE)).center()

    QApplication.sendEvent(
        table.viewport(),
        QHelpEvent(QEvent.Type.ToolTip, place, table.viewport().mapToGlobal(place)),
    )

    assert QToolTip.text() == (
        '<p style="white-space: pre-wrap">&lt;h1&gt;Loud&lt;/h1&gt;\nR&amp;amp;B\n&lt;img src=x&gt;\n'
        "Monday, 2 March 2026, 21:14</p>"
    )
    QToolTip.hideText()


@pytest.mark.parametrize(
    ("locale", "ago", "text"),
    [
        ("en_GB", timedelta(minutes=30), "00:05"),
        # The day before, though it was within the hour.
        ("en_GB", timedelta(minutes=40), "Yesterday 23:55"),
        ("en_US", timedelta(minutes=40), "Yesterday 11:55\u202fPM"),
        ("en_GB", timedelta(hours=47), "27/11/2026"),
        ("de_DE", timedelta(hours=47), "27.11.26"),
        # The clock was set back since.
        ("en_GB", -timedelta(hours=2), "02:35"),
        ("en_GB", -timedelta(days=1), "30/11/2026"),
    ],
)
def test_when_something_was(locale: str, ago: timedelta, text: str) -> None:
    QLocale.setDefault(QLocale(locale))
    now = datetime(2026, 11, 29, 0, 35)

    assert formats.moment((now - ago).timestamp(), now.timestamp()) == text


def test_just_now_grows_old(
    make_window: MakeWindow, app: FakeApp, ids: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = datetime(2026, 11, 29, 21, 18).timestamp()
    long_ago(app, ids[0], at=ended - 240)
    window = make_window()

    for later, text in (
        (0, "Just now"),
        (59, "Just now"),
        (60, "21:14"),
        (86400, "Yesterday 21:14"),
    ):
        monkeypatch.setattr(history_list.time, "time", lambda later=later: ended + later)
        assert shown(window) == [(ids[0], text)]

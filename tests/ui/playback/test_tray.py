"""The tray's icon over a window whose player is silent; what a real tray does with it: test_desktop_session.py."""

import pytest
from mpris_fakes import song
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QCloseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from window_fakes import FakeApp

from musicsim.library.types import Tags
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.main import show_on_desktop
from musicsim.ui.playback.desktop import Desktop
from musicsim.ui.playback.notifications import Notice
from musicsim.ui.playback.settings import PlaybackSettings
from musicsim.ui.playback.tray import TrayIcon, tip_of
from musicsim.ui.window.main_window import MainWindow

REASON = QSystemTrayIcon.ActivationReason


@pytest.fixture
def tray(window: MainWindow, ids) -> TrayIcon:
    made = TrayIcon(window, window.player, window.commands.transport, window.commands.quit)
    window.player.play(ids)
    return made


def turn(tray: TrayIcon, eighths: int) -> None:
    event = QWheelEvent(
        QPointF(),
        QPointF(),
        QPoint(),
        QPoint(0, eighths),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(tray, event)


def test_the_wheel_changes_the_volume(tray: TrayIcon, window: MainWindow) -> None:
    window.player.set_volume(0.5)
    turn(tray, 240)
    assert window.player.volume == pytest.approx(0.6)
    # A fine wheel turns in parts of a notch.
    for _ in range(3):
        turn(tray, -40)
    assert window.player.volume == pytest.approx(0.55)
    turn(tray, 12_000)
    assert window.player.volume == 1.0


def test_a_middle_click_plays_and_pauses(tray: TrayIcon, window: MainWindow) -> None:
    tray.activated.emit(REASON.MiddleClick)
    assert not window.player.playing
    tray.activated.emit(REASON.MiddleClick)
    assert window.player.playing
    tray.activated.emit(REASON.Context)
    assert window.player.playing


def test_a_click_hides_the_window_and_brings_it_back(
    tray: TrayIcon, window: MainWindow, qtbot
) -> None:
    qtbot.waitUntil(window.isActiveWindow)
    tray.activated.emit(REASON.Trigger)
    assert not window.isVisible()
    tray.activated.emit(REASON.Trigger)
    assert window.isVisible()
    window.showMinimized()
    tray.activated.emit(REASON.Trigger)
    assert window.isVisible()
    assert not window.isMinimized()


def test_the_menu_stops_after_this_track(tray: TrayIcon, window: MainWindow) -> None:
    (stop,) = [a for a in tray.contextMenu().actions() if a.text() == "Stop after this track"]
    stop.trigger()
    assert window.player.stops_after_this
    window.player.set_stops_after_this(False)
    assert not stop.isChecked()


def test_the_tooltip_says_what_plays(tray: TrayIcon, window: MainWindow) -> None:
    assert tray.toolTip() == "Überall — Motörnacht"
    window.player.pause()
    assert tray.toolTip() == "Überall — Motörnacht (paused)"


def test_a_tooltip_is_one_short_line_of_plain_text() -> None:
    assert tip_of(None, playing=False) == "musicsim"
    tip = tip_of(song(1, Tags("<b>a</b>\n<img src=x>", "x" * 500)), playing=True)
    assert "<" not in tip
    assert "\n" not in tip
    assert len(tip) <= 127


# --- with the settings ---


@pytest.fixture
def desktop_shell(
    window: MainWindow, app: FakeApp, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "")
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)
    made = show_on_desktop(app, bridge, window)
    yield made
    made.close()


def test_the_icon_comes_and_goes_with_its_setting(
    desktop_shell: Desktop, window: MainWindow, qtbot
) -> None:
    assert desktop_shell.tray is None
    window.playback.apply(PlaybackSettings(tray=True, stays_in_tray=True))
    assert desktop_shell.tray is not None
    assert desktop_shell.tray.isVisible()
    window.hide()
    window.playback.apply(PlaybackSettings(tray=False, stays_in_tray=True))
    assert desktop_shell.tray is None
    # Nothing else would lead back to it.
    assert window.isVisible()


def test_only_the_listener_closes_into_the_tray(
    desktop_shell: Desktop, window: MainWindow, monkeypatch
) -> None:
    window.playback.apply(PlaybackSettings(tray=True, stays_in_tray=True))
    monkeypatch.setattr(QCloseEvent, "spontaneous", lambda event: True)
    assert not window.close()
    assert not window.isVisible()
    window.show()
    # The tray went away meanwhile.
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: False)
    assert window.close()


def test_the_tray_tells_of_tracks_where_no_bus_does(
    window: MainWindow, app: FakeApp, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, str]] = []
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "")
    monkeypatch.setattr("sys.platform", "win32")
    desktop = show_on_desktop(app, bridge, window)
    monkeypatch.undo()
    monkeypatch.setattr(TrayIcon, "showMessage", lambda self, *what: told.append(what[:2]))
    desktop._show_by_tray(Notice("lost", ""))
    window.playback.apply(PlaybackSettings(tray=True, notifications=True))
    desktop._show_by_tray(Notice("T & <i>", "A"))
    desktop.close()
    assert told == [("T & <i>", "A")]

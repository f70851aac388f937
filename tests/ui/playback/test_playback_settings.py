"""The playback settings: kept in a file, chosen on their page, passed on to engine and player."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QSystemTrayIcon
from window_fakes import FakeEngine

from musicsim.library.tags.replay_gain import GainMode
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.protocol import Device
from musicsim.ui.playback.settings import PlaybackSettings
from musicsim.ui.playback.settings_page import PlaybackPage
from musicsim.ui.window.main_window import MainWindow

SPEAKERS = Device(b"speakers", "Speakers", True)
HEADPHONES = Device(b"\xff\x00head", "Headphones, red", False)
CHOSEN = PlaybackSettings(
    device=HEADPHONES.id,
    device_name=HEADPHONES.name,
    gain=GainMode.ALBUM,
    preamp=-3.5,
    crossfade=4.0,
    tray=True,
    stays_in_tray=True,
    notifications=True,
    remaining_time=True,
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "window.ini"


def open_settings(file: Path) -> QSettings:
    return QSettings(str(file), QSettings.Format.IniFormat)


def test_what_was_saved_is_there_the_next_time(file: Path) -> None:
    assert PlaybackSettings.load(open_settings(file)) == PlaybackSettings()
    settings = open_settings(file)
    CHOSEN.save(settings)
    settings.sync()
    assert PlaybackSettings.load(open_settings(file)) == CHOSEN


@pytest.mark.parametrize(
    "lines",
    [
        "device=not hex\ndevice_name=Speakers\ngain=loud\npreamp=much\ncrossfade=nan\ntray=perhaps",
        "device=a, b\ndevice_name=a, b\ngain=track, album\npreamp=1, 2\ncrossfade=inf\ntray=1",
        "device=@Invalid()\ngain=@ByteArray(track)\npreamp=@Variant()\ncrossfade=\ntray=@Size(1 2)",
    ],
)
def test_what_makes_no_sense_counts_as_not_saved(file: Path, lines: str) -> None:
    file.write_text(f"[playback]\n{lines}\n")
    assert PlaybackSettings.load(open_settings(file)) == PlaybackSettings()


def test_numbers_stay_within_what_there_is(file: Path) -> None:
    file.write_text("[playback]\npreamp=-99\ncrossfade=1e9\n")
    loaded = PlaybackSettings.load(open_settings(file))
    assert (loaded.preamp, loaded.crossfade) == (-15.0, 12.0)


# --- in force ---


@pytest.fixture
def controls(engine: FakeEngine, player: Player, file: Path) -> PlaybackControls:
    return PlaybackControls(
        engine,
        player,
        open_settings(file),
        make_gain=lambda settings: lambda track, in_album: 10 ** (settings.preamp / 20),
    )


def test_they_are_in_force_from_the_start(
    engine: FakeEngine, player: Player, file: Path, ids
) -> None:
    settings = open_settings(file)
    CHOSEN.save(settings)
    PlaybackControls(engine, player, settings, make_gain=lambda s: lambda t, a: s.preamp)
    assert engine.device == HEADPHONES.id
    player.play(ids)
    assert engine.crossfade == 4.0
    assert engine.item.gain == -3.5


def test_the_track_that_plays_changes_only_where_it_sounds_different(
    controls: PlaybackControls, player: Player, engine: FakeEngine, ids, qtbot
) -> None:
    player.play(ids)
    qtbot.waitUntil(lambda: player.duration == 240_000)
    loaded = len(engine.loaded)

    controls.apply(replace(CHOSEN, gain=GainMode.AUTOMATIC, preamp=0.0, crossfade=0.0))
    assert engine.device == HEADPHONES.id
    # A slider that was drawn back.
    for preamp in (1.0, 2.0, 0.0):
        controls.apply(replace(controls.settings, preamp=preamp))
    qtbot.waitUntil(lambda: not controls._settling.isActive())
    assert len(engine.loaded) == loaded

    controls.apply(replace(controls.settings, preamp=6.0))
    qtbot.waitUntil(lambda: len(engine.loaded) == loaded + 1)
    assert engine.item.gain == pytest.approx(1.995, abs=0.01)

    # Without ReplayGain the pre-amp changes nothing.
    controls.apply(replace(controls.settings, gain=GainMode.OFF))
    qtbot.waitUntil(lambda: len(engine.loaded) == loaded + 2)
    controls.apply(replace(controls.settings, preamp=-6.0))
    assert not controls._settling.isActive()


def test_applied_settings_are_kept(controls: PlaybackControls, file: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controls.engine, "use_device", lambda device: None)
        controls.apply(CHOSEN)
    controls._settings.sync()
    assert PlaybackSettings.load(open_settings(file)) == CHOSEN


# --- the page ---


@pytest.fixture
def has_tray(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    def pretend(has: bool) -> None:
        monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: has)

    pretend(True)
    return pretend


@pytest.fixture
def page(has_tray, window: MainWindow, engine: FakeEngine, settle) -> PlaybackPage:
    engine.devices = (SPEAKERS, HEADPHONES)
    window.commands.settings.trigger()
    assert window.dialogs.settings is not None
    assert window.dialogs.settings.pages.currentIndex() == 0
    return window.dialogs.settings.playback


def names(page: PlaybackPage) -> list[str]:
    return [page.device.itemText(row) for row in range(page.device.count())]


def test_a_device_is_chosen_by_key(
    page: PlaybackPage, window: MainWindow, engine: FakeEngine, qtbot
) -> None:
    assert names(page) == ["System default (follows it)", "Speakers", "Headphones, red"]
    page.device.setFocus()
    qtbot.keyClick(page.device, Qt.Key.Key_End)
    assert engine.device == HEADPHONES.id
    assert window.playback.settings.device_name == "Headphones, red"
    qtbot.keyClick(page.device, Qt.Key.Key_Home)
    assert engine.device is None
    assert window.playback.settings.device_name == ""


def test_an_unplugged_device_stays_chosen(
    page: PlaybackPage, engine: FakeEngine, window: MainWindow, qtbot
) -> None:
    qtbot.keyClick(page.device, Qt.Key.Key_End)
    engine.devices = (SPEAKERS,)
    engine.devices_changed.emit(engine.devices)
    assert page.device.currentText() == "Headphones, red — not connected"
    assert engine.device == HEADPHONES.id
    engine.devices = (HEADPHONES, SPEAKERS)
    engine.devices_changed.emit(engine.devices)
    assert page.device.currentText() == "Headphones, red"
    assert len(names(page)) == 3


def test_until_the_devices_are_known_none_is_called_unplugged(
    has_tray, window: MainWindow, engine: FakeEngine
) -> None:
    window.playback.apply(CHOSEN)
    window.commands.settings.trigger()
    page = window.dialogs.settings.playback
    assert page.device.currentText() == "Headphones, red"
    engine.devices_changed.emit(())
    assert page.device.currentText() == "Headphones, red — not connected"


def test_devices_of_the_same_name_are_told_apart(
    page: PlaybackPage, engine: FakeEngine, qtbot
) -> None:
    first, second = (Device(id_, "Null Output", False) for id_ in (b"a", b"b"))
    for devices in ((first, SPEAKERS, second), (second, SPEAKERS, first)):
        engine.devices = devices
        engine.devices_changed.emit(devices)
        page.device.setCurrentIndex(page.device.findText("Null Output (2)"))
        page.device.activated.emit(page.device.currentIndex())
        assert engine.device == b"b"


def test_the_gain_is_chosen_by_key_and_by_a_click_on_its_sentence(
    page: PlaybackPage, window: MainWindow, qtbot
) -> None:
    radio = page.gains[GainMode.AUTOMATIC].radio
    radio.setFocus()
    qtbot.keyClick(radio, Qt.Key.Key_Down)
    assert window.playback.settings.gain is GainMode.TRACK
    choice = page.gains[GainMode.OFF]
    qtbot.mouseClick(
        choice, Qt.MouseButton.LeftButton, pos=QPoint(choice.width() // 2, choice.height() - 3)
    )
    assert window.playback.settings.gain is GainMode.OFF
    assert not page.preamp.isEnabled()


def test_the_sliders_say_what_they_are_at(page: PlaybackPage, window: MainWindow, qtbot) -> None:
    qtbot.keyClick(page.preamp, Qt.Key.Key_Right)
    assert window.playback.settings.preamp == 0.5
    assert page.preamp_value.text() == "+0.5 dB"
    qtbot.keyClick(page.preamp, Qt.Key.Key_Home)
    assert page.preamp_value.text() == "−15.0 dB"
    qtbot.keyClick(page.preamp, Qt.Key.Key_End)
    assert window.playback.settings.preamp == 15.0
    assert page.crossfade_value.text() == "Off"
    qtbot.keyClick(page.crossfade, Qt.Key.Key_PageUp)
    assert page.crossfade_value.text() == "3 s"
    qtbot.keyClick(page.crossfade, Qt.Key.Key_End)
    assert window.playback.settings.crossfade == 12.0


def test_to_show_a_number_between_two_steps_changes_nothing(
    has_tray, window: MainWindow, engine: FakeEngine
) -> None:
    odd = replace(PlaybackSettings(), preamp=2.3, crossfade=2.5)
    window.playback.apply(odd)
    window.commands.settings.trigger()
    assert window.playback.settings == odd
    assert window.dialogs.settings.playback.preamp_value.text() == "+2.3 dB"


def test_the_wheel_scrolls_past_the_controls(page: PlaybackPage, window: MainWindow) -> None:
    before = window.playback.settings
    for control in (page.preamp, page.crossfade, page.device):
        place = QPointF(5, 5)
        event = QWheelEvent(
            place,
            QPointF(control.mapToGlobal(QPoint(5, 5))),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(control, event)
    assert window.playback.settings == before
    assert page.device.currentIndex() == 0


def test_the_tray_and_what_depends_on_it(page: PlaybackPage, window: MainWindow, has_tray) -> None:
    assert not page.stays_in_tray.isEnabled()
    assert page.no_tray.isHidden()
    page.tray.click()
    page.stays_in_tray.click()
    page.notifications.click()
    assert window.playback.settings == PlaybackSettings(
        tray=True, stays_in_tray=True, notifications=True
    )
    has_tray(False)
    page.refresh()
    assert not page.tray.isEnabled()
    assert not page.stays_in_tray.isEnabled()
    assert page.no_tray.isVisibleTo(page)
    assert page.notifications.isEnabled() == (sys.platform == "linux")


def test_where_the_tray_tells_of_tracks_it_is_needed_for_that(
    has_tray, window: MainWindow, qtbot
) -> None:
    page = PlaybackPage(window.playback, window._deck.history, tray_notifies=True)
    qtbot.addWidget(page)
    assert not page.notifications.isEnabled()
    page.tray.click()
    assert page.notifications.isEnabled()


def test_no_text_is_cut_off_in_a_small_dialog(
    page: PlaybackPage, window: MainWindow, qapp: QApplication
) -> None:
    window.dialogs.settings.resize(360, 400)
    qapp.processEvents()
    area = page.parentWidget().parentWidget()
    assert area.horizontalScrollBar().maximum() == 0


@pytest.mark.parametrize(
    ("key", "from_playing", "to_playing"),
    [
        (Qt.Key.Key_MediaPlay, True, False),
        (Qt.Key.Key_MediaPlay, False, True),
        (Qt.Key.Key_MediaTogglePlayPause, True, False),
        (Qt.Key.Key_MediaPause, True, False),
        (Qt.Key.Key_MediaPause, False, False),
        (Qt.Key.Key_MediaStop, True, False),
    ],
)
def test_media_keys(
    window: MainWindow, ids, qtbot, key: Qt.Key, from_playing: bool, to_playing: bool
) -> None:
    window.player.play(ids)
    qtbot.waitUntil(lambda: window.player.duration == 240_000)
    if not from_playing:
        window.player.pause()
    qtbot.keyClick(window.places.library.table, key)
    assert window.player.playing is to_playing

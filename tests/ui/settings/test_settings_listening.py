import os
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from window_fakes import FakeApp, Library

from musicsim.base.errors import MusicsimError
from musicsim.base.events import EmbeddingProgress
from musicsim.services.listening.settings import Depth, ListeningSettings
from musicsim.ui.settings.settings_dialog import SettingsDialog
from musicsim.ui.window.main_window import MainWindow

Settle = Callable[[], None]


@pytest.fixture
def dialog(window: MainWindow) -> SettingsDialog:
    window.commands.settings.trigger()
    assert window.dialogs.settings is not None
    window.dialogs.settings.pages.setCurrentIndex(1)
    return window.dialogs.settings


def test_the_settings_open_by_key_and_close_by_escape(window: MainWindow, qtbot) -> None:
    qtbot.keyClick(
        window.places.library.table, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier
    )
    dialog = window.dialogs.settings
    assert dialog is not None
    assert dialog.isVisible()

    qtbot.keyClick(dialog, Qt.Key.Key_Escape)

    assert not dialog.isVisible()


def test_the_settings_are_in_the_file_menu(window: MainWindow) -> None:
    file = window.menuBar().actions()[0].menu()

    (entry,) = [action for action in file.actions() if action.text() == "Settings…"]
    entry.trigger()

    assert window.dialogs.settings is not None
    assert window.dialogs.settings.isVisible()
    window.dialogs.settings.done_button.click()
    assert not window.dialogs.settings.isVisible()


def test_how_thoroughly_to_listen_counts_at_once_and_is_there_the_next_time(
    dialog: SettingsDialog, window: MainWindow, app: FakeApp, make_window, qtbot
) -> None:
    cards = dialog.listening.cards
    assert cards[Depth.SETTLED].radio.isChecked()

    # Anywhere on the card.
    qtbot.mouseClick(cards[Depth.EVERY], Qt.MouseButton.LeftButton)

    assert app.calls == [ListeningSettings(depth=Depth.EVERY)]
    window.close()
    again = make_window()
    again.commands.settings.trigger()
    assert again.dialogs.settings.listening.cards[Depth.EVERY].radio.isChecked()


def test_the_arrow_keys_choose(dialog: SettingsDialog, app: FakeApp, qtbot) -> None:
    radio = dialog.listening.cards[Depth.SETTLED].radio
    radio.setFocus()

    qtbot.keyClick(radio, Qt.Key.Key_Up)

    assert app.listening.settings.depth is Depth.QUICK
    assert QApplication.focusWidget() is dialog.listening.cards[Depth.QUICK].radio


def test_it_says_what_each_choice_costs_and_brings(
    dialog: SettingsDialog, app: FakeApp, library: Library, settle: Settle
) -> None:
    cards = dialog.listening.cards
    assert "Listens to 12 seconds" in cards[Depth.QUICK].text
    assert "96 % as well as Everything; 7 of the ten" in cards[Depth.QUICK].text
    assert (
        "About 0.2 s a track on this computer, 1 s for your library." in cards[Depth.SETTLED].text
    )
    assert "About 12 s a track" in cards[Depth.EVERY].text
    assert "1 min for your library" in cards[Depth.EVERY].text

    app.listening.seconds_a_track = lambda depth: None
    library.events.emit(EmbeddingProgress(6, 6, 1.0, None, paused=False, finished=True))
    settle()

    assert "About" not in cards[Depth.QUICK].text


def test_cores_and_gentleness_count_at_once(
    window: MainWindow, app: FakeApp, monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    window.commands.settings.trigger()
    page = window.dialogs.settings.listening
    assert page.cores.currentText() == "All (8)"

    page.cores.setFocus()
    qtbot.keyClick(page.cores, Qt.Key.Key_Down)
    page.gentle.click()
    assert app.listening.settings == ListeningSettings(threads=1, gentle=True)

    qtbot.keyClick(page.cores, Qt.Key.Key_Up)
    page.gentle.click()
    assert app.listening.settings == ListeningSettings()


def test_more_cores_than_there_are_count_as_all(window: MainWindow, app: FakeApp) -> None:
    app.listening.settings = ListeningSettings(threads=4096)

    window.commands.settings.trigger()

    assert window.dialogs.settings.listening.cores.currentData() is None


def test_what_could_not_be_kept_is_told_and_not_shown(
    dialog: SettingsDialog, window: MainWindow, app: FakeApp
) -> None:
    def fail(settings: ListeningSettings) -> None:
        raise MusicsimError("The disk is full.")

    app.listening.set_settings = fail

    dialog.listening.cards[Depth.QUICK].radio.click()

    assert window.message_bar.text == "The disk is full."
    assert dialog.listening.cards[Depth.SETTLED].radio.isChecked()

from collections.abc import Callable

import pytest
from hands import press_key
from PySide6.QtCore import QSettings, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget
from window_fakes import FakeApp, FakeEngine, Library

from musicsim.ui.window.main_window import MainWindow
from musicsim.ui.window.places import Places

MakeWindow = Callable[[], MainWindow]


class Kitchen(QLabel):
    """A page without tracks."""

    key, name, icon = "kitchen", "Kitchen", "note"

    def __init__(self) -> None:
        super().__init__("Soup")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    @property
    def widget(self) -> QWidget:
        return self

    def focus(self) -> None:
        self.setFocus()

    def save(self, settings: QSettings) -> None:
        settings.setValue("kitchen/soup", self.text())

    def restore(self, settings: QSettings) -> None:
        self.setText(str(settings.value("kitchen/soup", "Soup")))


@pytest.fixture
def with_kitchen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every window has a kitchen."""
    made = Places.__init__

    def make(self: Places, *args: object) -> None:
        made(self, *args)  # type: ignore[arg-type]
        self.add(Kitchen(), "Ctrl+K")

    monkeypatch.setattr(Places, "__init__", make)


def entry(window: MainWindow, text: str) -> QPushButton:
    (found,) = [each for each in window.findChildren(QPushButton) if each.text() == text]
    return found


def test_a_page_has_an_entry_in_the_sidebar(with_kitchen: None, window: MainWindow, qtbot) -> None:
    qtbot.mouseClick(entry(window, "Kitchen"), Qt.MouseButton.LeftButton)

    assert window.places.current.name == "Kitchen"
    assert window.findChild(Kitchen).isVisible()
    assert QApplication.focusWidget() is window.findChild(Kitchen)
    assert entry(window, "Kitchen").isChecked()
    assert not entry(window, "Library").isChecked()


def test_the_keyboard_goes_from_page_to_page(with_kitchen: None, window: MainWindow, qtbot) -> None:
    library = window.places.library
    for key, modifier, shown in (
        (Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier, "Kitchen"),
        (Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier, "Library"),
        (Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier, "Kitchen"),
        (Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier, "Library"),
    ):
        qtbot.keyClick(QApplication.focusWidget(), key, modifier)
        assert window.places.current.name == shown

    assert library.table.hasFocus()


def test_the_shortcuts_of_the_pages_can_be_looked_up(
    with_kitchen: None, window: MainWindow
) -> None:
    window.commands.shortcuts.trigger()
    texts = [label.text() for label in window.findChildren(QLabel)]

    assert "Alt+2" in texts
    assert "Kitchen" in texts


def test_a_badge_is_read_out(with_kitchen: None, window: MainWindow) -> None:
    kitchen = window.places.sidebar.entries.entry("kitchen")
    kitchen.set_badge("12")
    assert kitchen.accessibleName() == "Kitchen (12)"

    kitchen.set_badge("")
    assert kitchen.accessibleName() == "Kitchen"


def test_the_next_start_shows_the_page_that_was_shown(
    with_kitchen: None, window: MainWindow, make_window: MakeWindow
) -> None:
    window.places.show_page("kitchen")
    window.findChild(Kitchen).setText("Cake")
    window.close()

    again = make_window()

    assert again.places.current.name == "Kitchen"
    assert again.findChild(Kitchen).text() == "Cake"
    assert entry(again, "Kitchen").isChecked()


def test_the_next_start_shows_the_playlist_that_was_shown(
    window: MainWindow, make_window: MakeWindow, library: Library, ids: list[int]
) -> None:
    playlist = window.playlists.create("Sunday", ids[:2])
    window.places.show_playlist(playlist.id)
    window.close()

    again = make_window()

    assert again.places.current.name == "Sunday"
    assert again.places.sidebar.list.currentIndex().data() == "Sunday"
    assert not entry(again, "Library").isChecked()


@pytest.mark.parametrize("place", ["playlist 99", "playlist x", "playlist", "start", "cellar", 7])
def test_without_the_place_that_was_shown_it_is_the_library(
    ids: list[int], app: FakeApp, make_window: MakeWindow, place: object
) -> None:
    settings = QSettings(str(app.data_folder / "window.ini"), QSettings.Format.IniFormat)
    settings.setValue("window/place", place)
    settings.sync()

    window = make_window()

    assert window.places.current is window.places.library
    assert entry(window, "Library").isChecked()


def test_on_a_page_without_tracks_play_plays_the_library(
    with_kitchen: None, window: MainWindow, engine: FakeEngine, ids: list[int], qtbot
) -> None:
    window.places.show_page("kitchen")

    press_key(window, Qt.Key.Key_Space)

    assert engine.playing
    window.playback_commands.show_playing.trigger()
    assert window.places.current is window.places.library
    assert window.player.track is not None
    assert window.places.library.table.selected_ids() == [window.player.track.id]

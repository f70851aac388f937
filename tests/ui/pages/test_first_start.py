import os
from collections.abc import Callable
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtCore import Qt
from window_fakes import FakeApp

from musicsim.base.errors import MusicsimError
from musicsim.ui.commands.demo import DemoJob
from musicsim.ui.window.main_window import MainWindow

MakeWindow = Callable[[], MainWindow]
Settle = Callable[[], None]


def test_it_suggests_the_music_folder_and_adds_what_is_chosen(
    make_window: MakeWindow, app: FakeApp, settle: Settle, qtbot
) -> None:
    music = platformdirs.user_music_path()
    music.mkdir(parents=True, exist_ok=True)
    window = make_window()
    page = window.places.start
    assert page.isVisible()
    assert not window.places.library.isVisible()
    assert page.folder.text() == os.fspath(music)

    page.add.click()
    settle()

    assert app.calls == [("add_folder", music)]
    assert window.places.library.isVisible()
    assert not page.isVisible()


def test_the_folder_can_be_typed(
    make_window: MakeWindow, app: FakeApp, tmp_path: Path, qtbot
) -> None:
    page = make_window().places.start

    page.folder.clear()
    assert not page.add.isEnabled()
    qtbot.keyClicks(page.folder, str(tmp_path))
    qtbot.keyClick(page.folder, Qt.Key.Key_Return)

    assert app.calls == [("add_folder", tmp_path)]


def test_the_folder_can_be_chosen(
    make_window: MakeWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("musicsim.ui.pages.first_start.ask_folder", lambda *_: tmp_path)
    page = make_window().places.start

    page.choose.click()

    assert page.folder.text() == str(tmp_path)


def test_a_folder_that_can_not_be_read_is_refused_with_a_message(
    make_window: MakeWindow, app: FakeApp, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(folder: Path) -> None:
        raise MusicsimError(f"{folder} is not a folder.")

    monkeypatch.setattr(app.collection, "add_folder", refuse)
    window = make_window()
    window.places.start.folder.setText("/nowhere")

    window.places.start.add.click()
    settle()

    assert window.message_bar.text == "/nowhere is not a folder."
    assert window.places.start.isVisible()


def test_the_demo_library_is_rendered_and_added(
    make_window: MakeWindow, app: FakeApp, settle: Settle, qtbot
) -> None:
    window = make_window()
    window.demo._render = lambda folder, progress: progress(1, 24)
    page = window.places.start

    with qtbot.waitSignal(window.demo.finished):
        page.demo.click()
        assert page.progress.isVisible()
        assert not page.demo.isEnabled()
    settle()

    ((call, folder),) = app.calls
    assert call == "add_folder"
    assert folder.is_dir()
    assert window.places.library.isVisible()


def test_a_full_disk_is_told(make_window: MakeWindow, qtbot) -> None:
    def render(folder: Path, progress: Callable[[int, int], None]) -> None:
        raise MusicsimError("The disk is full.")

    window = make_window()
    window.demo._render = render

    with qtbot.waitSignal(window.demo.finished):
        window.places.start.demo.click()

    assert window.message_bar.text == "The disk is full."
    assert window.places.start.demo.isEnabled()


def test_closing_the_window_stops_the_rendering(tmp_path: Path, qapp) -> None:
    rendered: list[int] = []

    def render(folder: Path, progress: Callable[[int, int], None]) -> None:
        for number in range(10_000_000):
            rendered.append(number)
            progress(number, 10_000_000)

    job = DemoJob(tmp_path / "demo", render)
    job.start()

    job.cancel()

    assert len(rendered) < 10_000_000

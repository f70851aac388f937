import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from window_fakes import FakeApp

from musicsim.base.errors import MusicsimError
from musicsim.ui.main import run_window
from musicsim.ui.settings.folders import FoldersDialog
from musicsim.ui.window.instance import Request
from musicsim.ui.window.main_window import MainWindow


def the_window() -> MainWindow:
    (window,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
    return window


def test_it_starts_the_app_after_the_window_and_closes_it_once(app: FakeApp, qtbot) -> None:
    def look_and_close() -> None:
        window = the_window()
        assert window.isVisible()
        app.calls.append("seen")
        window.close()

    app.start = lambda: (app.calls.append("start"), QTimer.singleShot(0, look_and_close))

    assert run_window(app) == 0

    assert app.calls == ["start", "seen", "close"]
    assert (app.data_folder / "window.ini").exists()


def test_a_folder_is_added(app: FakeApp, tmp_path: Path, qtbot) -> None:
    folder = tmp_path / "more"
    folder.mkdir()

    def close_afterwards() -> None:
        app.calls.append("start")
        the_window().folders.changed.connect(the_window().close)

    app.start = close_afterwards
    threads: list[threading.Thread] = []
    app.collection.add_folder = lambda _: (
        app.calls.append("added"),
        threads.append(threading.current_thread()),
    )

    run_window(app, Request((folder,)))

    assert app.calls == ["start", "added", "close"]
    # A server that doesn't answer holds up no window.
    assert threads != [threading.main_thread()]


def test_a_folder_is_removed_in_another_thread(
    app: FakeApp, ids: list[int], monkeypatch: pytest.MonkeyPatch, qtbot
) -> None:
    threads: list[threading.Thread] = []
    app.collection.remove_folder = lambda _: threads.append(threading.current_thread())
    monkeypatch.setattr("musicsim.ui.settings.folders.confirm", lambda *_: True)

    def remove() -> None:
        window = the_window()
        window.folders.changed.connect(window.close)
        window.commands.folders.trigger()
        dialog = window.findChild(FoldersDialog)
        dialog.list.setCurrentIndex(dialog.list.model().index(0, 0))
        dialog.remove.click()

    app.start = lambda: QTimer.singleShot(0, remove)

    run_window(app)

    assert threads
    assert threads != [threading.main_thread()]


def test_an_error_in_the_midst_of_it_is_told(app: FakeApp, qtbot) -> None:
    told: list[str] = []

    def fail() -> None:
        QTimer.singleShot(0, look_and_close)
        raise MusicsimError("The disk is full.")

    def look_and_close() -> None:
        told.append(the_window().message_bar.text)
        the_window().close()

    app.start = lambda: QTimer.singleShot(0, fail)

    run_window(app)

    assert told == ["The disk is full."]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_the_end_of_the_session_closes_the_window_properly(app: FakeApp, qtbot) -> None:
    before = signal.getsignal(signal.SIGTERM)
    app.start = lambda: QTimer.singleShot(0, lambda: signal.raise_signal(signal.SIGTERM))

    assert run_window(app) == 0

    assert app.calls == ["close"]
    assert (app.data_folder / "window.ini").exists()
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_signal_while_the_window_is_made_or_the_app_closes_is_not_lost(
    app: FakeApp, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made_slowly(*arguments: object) -> MainWindow:
        window = MainWindow(*arguments)
        # In what Qt calls an exception would be printed and forgotten.
        QTimer.singleShot(0, lambda: signal.raise_signal(signal.SIGTERM))
        QApplication.processEvents()
        return window

    def close() -> None:
        signal.raise_signal(signal.SIGTERM)
        app.calls.append("close")

    monkeypatch.setattr("musicsim.ui.main.MainWindow", made_slowly)
    app.close = close

    assert run_window(app) == 0

    assert app.calls[-1] == "close"


def test_the_window_imports_nothing_heavy() -> None:
    code = (
        "import sys, musicsim.ui.main;"
        "heavy = {'tensorflow', 'keras', 'chromadb', 'av', 'PySide6.QtMultimedia'};"
        "print(sorted(heavy & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )

    assert done.stdout.strip() == "[]"

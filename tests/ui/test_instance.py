"""A second start: the first window comes forward and gets the arguments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess, QTimer
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from window_fakes import FakeApp

from musicsim.app import Musicsim
from musicsim.ui.instance import Instance, _name, hand_over
from musicsim.ui.main import run_window
from musicsim.ui.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("no_window_left")


@pytest.mark.parametrize("name", ["more music", "line\nbreak", "\udcff\udce9", ""])
def test_the_window_hears_what_a_later_start_wants(qtbot, tmp_path, name):
    folder = tmp_path / name if name else None
    instance = Instance(tmp_path)
    program = (
        "import os, sys; from pathlib import Path; from musicsim.ui.instance import hand_over;"
        "wanted = sys.argv[2:] and Path(sys.argv[2]) or None;"
        "sys.exit(not hand_over(Path(sys.argv[1]), wanted))"
    )
    arguments = [sys.executable, "-c", program, tmp_path, *([folder] if folder else [])]
    with qtbot.waitSignal(instance.called, timeout=60_000) as called:
        process = subprocess.Popen(arguments)
    assert called.args == [folder]
    assert process.wait(60) == 0
    instance.close()


def test_nobody_answers_where_there_is_no_window(tmp_path):
    assert not hand_over(tmp_path, None)


def test_what_a_killed_window_left_is_in_nobodys_way(qtbot, tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from musicsim.ui.instance import Instance;"
        "app = QCoreApplication([]); instance = Instance(Path(sys.argv[1])); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, timeout=60)
    assert not hand_over(tmp_path, None)
    instance = Instance(tmp_path)
    assert instance._server.isListening()
    instance.close()


def test_a_second_start_brings_the_first_window_forward_and_adds_the_folder(
    app: FakeApp, qtbot, tmp_path: Path
) -> None:
    folder = tmp_path / "more music"
    folder.mkdir()
    told: list[object] = []
    second = QProcess()

    def start_again() -> None:
        (window,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        window.showMinimized()

        def close_after_both() -> None:
            if told and app.calls:
                window.close()

        second.finished.connect(lambda code: told.extend([code, window.isMinimized()]))
        second.finished.connect(close_after_both)
        window.folders.changed.connect(close_after_both)
        arguments = ["-m", "musicsim", "--data", os.fspath(app.data_folder), "gui", str(folder)]
        second.start(sys.executable, arguments)

    app.start = lambda: QTimer.singleShot(0, start_again)
    # Somebody owns the data folder.
    with Musicsim.open(app.data_folder):
        run_window(app)
    assert told == [0, False]
    assert ("add_folder", folder) in app.calls
    assert b"open already" in second.readAllStandardOutput().data()


def test_a_window_that_closes_keeps_nobody_waiting_for_its_answer(app: FakeApp, qtbot) -> None:
    answered: list[bool] = []
    close = app.close

    def close_slowly() -> None:
        caller = QLocalSocket()
        caller.connectToServer(_name(app.data_folder))
        answered.append(caller.waitForConnected(3000))
        close()

    def close_window() -> None:
        (window,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        window.close()

    app.start = lambda: QTimer.singleShot(0, close_window)
    app.close = close_slowly
    run_window(app)
    assert answered == [False]

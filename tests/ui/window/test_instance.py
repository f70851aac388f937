"""A second start: the first window comes forward and gets the arguments."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QProcess, QProcessEnvironment, QTimer
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from tagged_files import make
from window_fakes import FakeApp, FakeEngine

import musicsim
from musicsim.app import Musicsim
from musicsim.ui.main import run_window
from musicsim.ui.window.instance import Instance, Request, _name, hand_over
from musicsim.ui.window.main_window import MainWindow

pytestmark = pytest.mark.usefixtures("no_window_left")


HAND_OVER = """
import os, sys
from pathlib import Path
from musicsim.ui.window.instance import Request, hand_over
data, what, *paths = sys.argv[1:]
request = Request(tuple(map(Path, paths)), enqueue=what == "enqueue")
sys.exit(not hand_over(Path(data), request))
"""


def start(program: str, *arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", program, *arguments])


@pytest.mark.parametrize("what", ["play", "enqueue"])
@pytest.mark.parametrize(
    "names",
    [
        ["more music"],
        ["line\nbreak", "\udcff\udce9", "100% #1?.mp3", "ü 音楽"],
        [],
        [f"{number:04} {'a long name ' * 10}.mp3" for number in range(5000)],
    ],
    ids=["one", "odd", "none", "thousands"],
)
def test_the_window_hears_what_a_later_start_wants(qtbot, tmp_path, names, what):
    paths = tuple(Path("/music") / name for name in names)
    instance = Instance(tmp_path)
    with qtbot.waitSignal(instance.called, timeout=60_000) as called:
        process = start(HAND_OVER, tmp_path, what, *paths)
    assert called.args == [Request(paths, enqueue=what == "enqueue")]
    assert process.wait(60) == 0
    instance.close()


@pytest.mark.parametrize("sent", [b"", b"00", Request((Path("/x" * 5000),)).to_bytes()[:-1]])
def test_a_later_start_that_dies_in_the_middle_asks_for_nothing(qtbot, tmp_path, sent):
    instance = Instance(tmp_path)
    heard: list[Request] = []
    instance.called.connect(heard.append)
    program = (
        "import os, sys; from pathlib import Path; from PySide6.QtNetwork import QLocalSocket;"
        "from musicsim.ui.window.instance import _name;"
        "socket = QLocalSocket(); socket.connectToServer(_name(Path(sys.argv[1])));"
        "socket.waitForConnected(3000); socket.write(bytes.fromhex(sys.argv[2]));"
        "socket.bytesToWrite() and socket.waitForBytesWritten(3000); os._exit(0)"
    )
    with qtbot.waitSignal(instance._server.newConnection, timeout=60_000):
        process = start(program, tmp_path, sent.hex())
    assert process.wait(60) == 0
    # The next one is heard.
    with qtbot.waitSignal(instance.called, timeout=60_000):
        process = start(HAND_OVER, tmp_path, "play", "/a")
    assert process.wait(60) == 0
    assert heard == [Request((Path("/a"),))]
    instance.close()


@pytest.mark.parametrize(
    "message", [b"?" * 20, b"9999999999play\0", b"0000000006erase\0", b"0000000004play"]
)
def test_what_is_no_message_is_refused(qtbot, tmp_path, message):
    instance = Instance(tmp_path)
    heard: list[Request] = []
    instance.called.connect(heard.append)
    caller = QLocalSocket()
    caller.connectToServer(_name(tmp_path))
    assert caller.waitForConnected(3000)
    with qtbot.waitSignal(caller.disconnected):
        caller.write(message)
    assert not heard
    instance.close()


def test_nobody_answers_where_there_is_no_window(tmp_path):
    assert not hand_over(tmp_path, Request())


def test_what_a_killed_window_left_is_in_nobodys_way(qtbot, tmp_path):
    code = (
        "import os, sys; from pathlib import Path; from PySide6.QtCore import QCoreApplication;"
        "from musicsim.ui.window.instance import Instance;"
        "app = QCoreApplication([]); instance = Instance(Path(sys.argv[1])); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", code, tmp_path], check=True, timeout=60)
    assert not hand_over(tmp_path, Request())
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


def test_files_are_played_by_the_window_that_is_open(
    app: FakeApp, engine: FakeEngine, qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second process in another folder names a file of that folder, one by address, and a playlist."""
    monkeypatch.setitem(MainWindow.__init__.__kwdefaults__, "make_engine", lambda log: engine)
    folder = tmp_path / "new"
    folder.mkdir()
    for name in ("b #1 100%.mp3", "c.mp3", "a.mp3"):
        make(folder, "mp3").rename(folder / name)
    (folder / "list.m3u").write_text("#EXTM3U\na.mp3\ngone.mp3\n", encoding="utf-8")
    names: list[str] = []
    second = QProcess()
    second.setWorkingDirectory(str(folder))
    environment = QProcessEnvironment.systemEnvironment()
    environment.insert("PYTHONPATH", str(Path(musicsim.__file__).parents[1]))
    second.setProcessEnvironment(environment)

    def start_again() -> None:
        (window,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]

        def close() -> None:
            names.extend(Path(track.file).name for track in [window.player.track])
            rows = range(window.player.queue.upcoming.rowCount())
            names.extend(window.player.queue.upcoming.track(row).path.name for row in rows)
            names.append(window.message_bar.text)
            window.close()

        window.messages.posted.connect(lambda message: QTimer.singleShot(0, close))
        address = (folder / "b #1 100%.mp3").as_uri()
        arguments = ["-m", "musicsim", "--data", os.fspath(app.data_folder)]
        second.start(sys.executable, [*arguments, "c.mp3", "list.m3u", address])

    app.start = lambda: QTimer.singleShot(0, start_again)
    with Musicsim.open(app.data_folder):
        run_window(app)
    assert second.waitForFinished()
    assert second.exitCode() == 0
    assert names[:-1] == ["c.mp3", "a.mp3", "b #1 100%.mp3"]
    assert "1 of the 2 entries of “list.m3u” can’t be played: gone.mp3" in names[-1]


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

"""A second start: the first window comes forward and gets the arguments."""

import os
import subprocess
import sys
import tempfile
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
from musicsim.ui.window import instance as instance_module
from musicsim.ui.window.instance import Instance, Request, _places, hand_over
from musicsim.ui.window.main_window import MainWindow

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


LONG = list(Request((Path("/x" * 5000),) * 20).to_messages())


@pytest.mark.parametrize("sent", [b"", b"00", LONG[0][:-1], b"".join(LONG)[:-1]])
def test_a_later_start_that_dies_in_the_middle_asks_for_nothing(qtbot, tmp_path, sent):
    instance = Instance(tmp_path)
    heard: list[Request] = []
    instance.called.connect(heard.append)
    program = (
        "import os, sys; from pathlib import Path; from PySide6.QtNetwork import QLocalSocket;"
        "from musicsim.ui.window.instance import _places;"
        "socket = QLocalSocket(); socket.connectToServer(_places(Path(sys.argv[1]))[0]);"
        "socket.waitForConnected(3000); socket.write(sys.stdin.buffer.read());"
        "[socket.waitForBytesWritten(3000) for _ in range(99) if socket.bytesToWrite()]; os._exit(0)"
    )
    with qtbot.waitSignal(instance._server.newConnection, timeout=60_000):
        process = subprocess.Popen([sys.executable, "-c", program, tmp_path], stdin=subprocess.PIPE)
        process.stdin.write(sent)
        process.stdin.close()
    assert process.wait(60) == 0
    # The next one is heard.
    with qtbot.waitSignal(instance.called, timeout=60_000):
        process = start(HAND_OVER, tmp_path, "play", "/a")
    assert process.wait(60) == 0
    assert heard == [Request((Path("/a"),))]
    instance.close()


@pytest.mark.parametrize(
    "message",
    [
        b"?" * 20,
        b"9999999999play\0",
        b"0000065537play\0",
        b"0000000006erase\0",
        b"0000000004play",
        LONG[0] * 300,
    ],
    ids=["text", "long", "over-64-KiB", "unknown", "unended", "endless"],
)
def test_what_is_no_message_is_refused(qtbot, tmp_path, message):
    instance = Instance(tmp_path)
    heard: list[Request] = []
    instance.called.connect(heard.append)
    caller = QLocalSocket()
    caller.connectToServer(_places(tmp_path)[0])
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


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as desktops make one for each user."""
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def sockets_below(folder: Path) -> list[Path]:
    return [path.relative_to(folder) for path in folder.rglob("*") if path.is_socket()]


def hands_over(qtbot, instance: Instance, data: Path) -> bool:
    """Whether a start of musicsim reaches the window, as both see it."""
    heard: list[Request] = []
    instance.called.connect(heard.append)
    second = QProcess()
    with qtbot.waitSignal(second.finished, timeout=60_000):
        second.start(sys.executable, ["-c", HAND_OVER, str(data), "play", "/a"])
    assert len(heard) == (second.exitCode() == 0)
    return bool(heard)


on_unix = pytest.mark.skipif(sys.platform == "win32", reason="pipes have no place there")


@on_unix
def test_the_socket_is_in_the_users_own_runtime_folder(qtbot, tmp_path, runtime, data) -> None:
    instance = Instance(data)
    (place,) = sockets_below(tmp_path)
    assert place.parent == Path("run")
    assert (tmp_path / place).stat().st_mode & 0o077 == 0
    assert hands_over(qtbot, instance, data)
    instance.close()
    assert not sockets_below(tmp_path)


@on_unix
@pytest.mark.parametrize("spoil", ["open", "link", "file", "gone", "relative", "unset"])
def test_a_runtime_folder_that_others_may_enter_is_left_alone(
    qtbot, tmp_path, runtime, data, monkeypatch, spoil
) -> None:
    if spoil == "open":
        runtime.chmod(0o750)
    elif spoil == "relative":
        monkeypatch.setenv("XDG_RUNTIME_DIR", "run")
        monkeypatch.chdir(tmp_path)
    elif spoil == "unset":
        monkeypatch.delenv("XDG_RUNTIME_DIR")
    else:
        runtime.rmdir()
        if spoil == "link":
            (tmp_path / "elsewhere").mkdir(mode=0o700)
            runtime.symlink_to(tmp_path / "elsewhere")
        elif spoil == "file":
            runtime.touch()
    instance = Instance(data)
    assert not instance.failure
    # Which of the others depends on how long this test's own folder is named.
    (place,) = sockets_below(tmp_path)
    assert place.parts[0] in ("data", "tmp")
    assert hands_over(qtbot, instance, data)
    instance.close()


@on_unix
def test_a_start_from_elsewhere_finds_the_window(
    qtbot, tmp_path, runtime, data, monkeypatch
) -> None:
    """Such as one by a file manager or over ssh, with another environment."""
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    instance = Instance(data)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    assert hands_over(qtbot, instance, data)
    instance.close()


@on_unix
@pytest.mark.parametrize("length", [120, 250])
def test_a_long_path_to_the_data_folder_is_in_nobodys_way(
    qtbot, tmp_path, runtime, monkeypatch, length
) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    data = tmp_path / ("ü" * (length // 2))
    data.mkdir()
    with tempfile.TemporaryDirectory(dir="/tmp") as short:
        monkeypatch.setenv("TMPDIR", short)
        monkeypatch.setattr(tempfile, "tempdir", short)
        instance = Instance(data)
        assert not instance.failure
        assert hands_over(qtbot, instance, data)
        instance.close()


@on_unix
def test_a_window_that_nobody_can_reach_says_so(qtbot, tmp_path, runtime, monkeypatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    data = tmp_path / "data"
    data.mkdir()
    # Neither is a folder for a socket any more.
    (data / "window.socket").mkdir()
    (tmp_path / "tmp" / f"musicsim-{os.getuid()}").symlink_to(data)
    instance = Instance(data)
    assert "Files that you open elsewhere can't reach this window" in instance.failure
    assert str(data) in instance.failure
    assert not hand_over(data, Request())


def test_the_listener_is_told_that_nobody_can_reach_the_window(
    app: FakeApp, qtbot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(instance_module, "_places", lambda _: [])
    told: list[str] = []

    def look() -> None:
        (window,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        told.append(window.message_bar.text)
        window.close()

    app.start = lambda: QTimer.singleShot(0, look)
    run_window(app)
    assert "Files that you open elsewhere can't reach this window" in told[0]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't tell the user")
def test_another_users_program_is_not_listened_to(qtbot, data, runtime, monkeypatch) -> None:
    instance = Instance(data)
    # A user's number that is not the caller's.
    me = os.getuid()
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    assert not hands_over(qtbot, instance, data)
    monkeypatch.undo()
    instance.close()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems don't tell the user")
def test_nothing_is_told_to_a_window_of_another_user(qtbot, data, runtime, monkeypatch) -> None:
    (place, *_) = _places(data)
    instance = Instance(data)
    me = os.getuid()
    monkeypatch.setattr(instance_module, "_places", lambda _: [place])
    monkeypatch.setattr(os, "getuid", lambda: me + 1)
    assert not hand_over(data, Request((Path("/secret"),)))
    monkeypatch.undo()
    instance.close()


def test_a_path_longer_than_any_file_system_allows_is_told_as_such(qtbot, tmp_path) -> None:
    instance = Instance(tmp_path)
    with qtbot.waitSignal(instance.called, timeout=60_000) as called:
        process = start(HAND_OVER, tmp_path, "play", "/x" * 50_000, "/b")
    long, short = called.args[0].paths
    assert len(str(long)) == 16 * 1024
    assert short == Path("/b")
    assert process.wait(60) == 0
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
        caller.connectToServer(_places(app.data_folder)[0])
        answered.append(caller.waitForConnected(3000))
        close()

    def close_window() -> None:
        (window,) = [w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow)]
        window.close()

    app.start = lambda: QTimer.singleShot(0, close_window)
    app.close = close_slowly
    run_window(app)
    assert answered == [False]

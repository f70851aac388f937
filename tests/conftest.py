"""What all tests share: no screen, none of the user's data, nothing left running, and the demo library."""

import contextlib
import hashlib
import itertools
import logging
import multiprocessing
import os
import shutil
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import av  # noqa: TID253 (for its version)
import coverage
import numpy as np
import pytest
from command_line import CommandLine
from filelock import FileLock
from hypothesis import settings
from process_starts import ProcessStarts
from waiting_for_disks import forbidden_in_transactions
from warm_workers import WarmContext

# Before anything imports Qt, which asks when the first application is made.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
# As many tests run at a time as there are cores.
os.environ |= {
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}

from musicsim import demo
from musicsim.demo import STYLES, DemoTrack, render_demo

# The same examples each time, however busy the machine is.
settings.register_profile("musicsim", deadline=None, derandomize=True, database=None)
settings.load_profile("musicsim")

_HOME_VARIABLES = {
    "HOME": "",
    "USERPROFILE": "",
    "APPDATA": "AppData/Roaming",
    "LOCALAPPDATA": "AppData/Local",
    "XDG_CACHE_HOME": ".cache",
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_MUSIC_DIR": "Music",
}
_ALLOWED_PROCESSES = (
    # multiprocessing starts them with the first worker, for as long as this process lives.
    b"multiprocessing.resource_tracker",
    b"multiprocessing.forkserver",
)
_LAST_WORDS = 5.0
"""Seconds that a thread or process that was told to end has for it."""


_HEARD = (
    "tests/ui/playback/test_sound.py",
    "tests/ui/playback/test_radio_heard.py",
    "tests/ui/playback/test_desktop_session.py",
    "tests/ui/playback/test_whole_program.py",
)
"""Tests that are heard in real time; most of that time they leave the processor to the others."""
_ORDER = (
    *_HEARD,
    "tests/faults/",
    "tests/embedding/",
    "tests/audio/",
    "tests/cli/",
    "tests/test_app.py",
    "tests/",
)
"""What takes long begins first, so that no process is left with it at the end."""
_GROUPS = {
    # Each starts whole programs that play: one of these at a time.
    "tests/ui/playback/test_desktop_session.py": "programs",
    "tests/ui/playback/test_whole_program.py": "programs",
}


def _group(nodeid: str) -> str:
    """Tests of a group run in one process, as they come: those of a file, or of several."""
    file = nodeid.partition("::")[0]
    # They share files of every format, which take a while to make.
    return "audio" if file.startswith("tests/audio/") else _GROUPS.get(file, file)


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ProcessStarts(config), "process starts")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put them in order."""
    items.sort(key=lambda item: next(n for n, s in enumerate(_ORDER) if item.nodeid.startswith(s)))
    for item in items:
        if item.get_closest_marker("stress") or "faults" in item.path.parts:
            item.add_marker(pytest.mark.slow)
        if "faults" in item.path.parts:
            item.add_marker(pytest.mark.logs)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Divide the tests among processes by their groups."""
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return _group(nodeid)

    return ByGroup(config, log)


@pytest.fixture(scope="module", autouse=True)
def _way_for_loudspeakers(request: pytest.FixtureRequest) -> None:
    """Side by side with tests that are heard in real time, which come first, all others give way."""
    beside = "PYTEST_XDIST_WORKER" in os.environ and hasattr(os, "nice")
    is_heard = request.node.nodeid.startswith(_HEARD)
    if beside and not is_heard and not os.nice(0):
        os.nice(5)


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Everything that is kept in a home folder goes to an empty one."""
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for variable, folder in _HOME_VARIABLES.items():
            patch.setenv(variable, str(home / folder))
        yield


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_disks() -> Iterator[None]:
    # coverage.py looks at the sources of what runs.
    is_measured = coverage.Coverage.current() is not None
    with contextlib.nullcontext() if is_measured else forbidden_in_transactions():
        yield


@pytest.fixture(scope="session", autouse=True)
def _warm_workers() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("musicsim.worker.client._CONTEXT", WarmContext())
        yield


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    """For tests that have this process behave as one of musicsim's own."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, handlers, strict=True):
        signal.signal(number, handler)


_data_folders = itertools.count()


@pytest.fixture(autouse=True)
def _own_data_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each test has a data folder of its own, which does not exist yet."""
    folder = tmp_path_factory.getbasetemp() / f"data-{next(_data_folders)}"
    monkeypatch.setenv("MUSICSIM_DATA", str(folder))


@pytest.fixture(autouse=True)
def _nothing_left_running() -> Iterator[None]:
    """Fail a test that leaves a thread or a process behind."""
    threads_before, children_before = set(threading.enumerate()), _children()
    yield
    left = [t for t in threading.enumerate() if t not in threads_before and not t.daemon]
    for thread in left:
        thread.join(_LAST_WORDS)
    for process in multiprocessing.active_children():
        if process.pid not in children_before:
            process.join(_LAST_WORDS)
    names = [f"the thread {thread.name!r}" for thread in left if thread.is_alive()]
    names += [
        f"the process {name}" for pid, name in _children().items() if pid not in children_before
    ]
    if names:
        pytest.fail(f"the test left running: {', '.join(names)}")


@pytest.fixture(autouse=True)
def _nothing_unexpected_in_the_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test in which musicsim warns of something that the test does not ask about.

    It asks by `caplog`, or says by the marker `logs` that there is something.
    """
    handler = _Records(logging.WARNING)
    log = logging.getLogger("musicsim")
    log.addHandler(handler)
    yield
    log.removeHandler(handler)
    asked = "caplog" in request.fixturenames or request.node.get_closest_marker("logs")
    if handler.records and not asked:
        pytest.fail("unexpected in the log: " + "; ".join(handler.records))


class _Records(logging.Handler):
    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.records: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(f"{record.name}: {record.getMessage()}")


def _children() -> dict[int, str]:
    """Return the processes started by this one that are still there: their ids and names."""
    children = {process.pid: process.name for process in multiprocessing.active_children()}
    # Linux knows of those too that multiprocessing did not start.
    for task in Path("/proc/self/task").glob("*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for pid in map(int, (task / "children").read_text().split()):
                command = Path(f"/proc/{pid}/cmdline").read_bytes()
                if not any(allowed in command for allowed in _ALLOWED_PROCESSES):
                    children[pid] = command.replace(b"\0", b" ").decode(errors="replace")
    return children


@pytest.fixture
def musicsim(tmp_path: Path) -> CommandLine:
    """The command line, on a fresh data folder."""
    return CommandLine(tmp_path / "data")


@pytest.fixture(scope="session")
def demo_library(pytestconfig: pytest.Config) -> list[DemoTrack]:
    """The demo library, in a folder with a space in its name. Shared: its files must stay as they are.

    It takes half a minute to render, so it is kept until what renders it is another.
    """
    folder = pytestconfig.cache.mkdir(f"demo library {_demo_version()}")
    # Its files appear when they are complete, so that the next run finishes what one that was cut short has begun.
    with FileLock(folder.with_suffix(".lock")):
        return render_demo(folder)


@pytest.fixture(scope="session")
def shared_scan(demo_library: list[DemoTrack], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the demo library is scanned, once for all processes; to be copied, not to be used."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    data = folder / "scanned demo"
    with FileLock(folder / "scanned demo.lock"):
        if not data.exists():
            half_done = CommandLine(folder / "scanned demo.part")
            result = half_done("scan", demo_library[0].path.parents[2], "--json")
            assert result.code == 0, result.err
            half_done.data.rename(data)
    return data


def _demo_version() -> str:
    """What the demo library depends on, as a few digits."""
    digest = hashlib.sha256(" ".join((av.__version__, np.__version__)).encode())
    for source in sorted(Path(demo.__file__).parent.rglob("*.py")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


@pytest.fixture
def demo_copy(demo_library: list[DemoTrack], tmp_path: Path) -> list[DemoTrack]:
    """A track of each style, and of each format, copied below `tmp_path / "music"` to do anything with."""
    root = demo_library[0].path.parents[2]
    copies = []
    for style in STYLES:
        track = next(track for track in demo_library if track.style == style)
        path = tmp_path / "music" / track.path.relative_to(root)
        path.parent.mkdir(parents=True)
        shutil.copy2(track.path, path)
        copies.append(replace(track, path=path))
    return copies

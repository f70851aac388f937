"""A window over a real catalogue, with a stand-in for what embeds, searches and plays."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSettings
from PySide6.QtWidgets import QApplication
from window_fakes import SONGS, AtOnce, FakeApp, FakeEngine, Library

from musicsim.app import Musicsim
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Scheme, Theme
from musicsim.ui.playback.play_queue import PlayQueue
from musicsim.ui.playback.player import Player
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.window.main_window import MainWindow


@pytest.fixture(autouse=True)
def no_session_bus(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a test's window off the desktop of whoever runs the tests."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)


@pytest.fixture(autouse=True)
def no_window_left() -> Iterator[None]:
    """Delete the windows of a test, which else go on taking part in all that the next ones do."""
    yield
    for widget in QApplication.topLevelWidgets():
        widget.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    made = Library(tmp_path)
    yield made
    made.embeddings.close()
    made.catalogue.close()


@pytest.fixture
def bridge(library: Library, qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge(library.events, errands=AtOnce(), records=AtOnce())
    yield made
    made.close()


@pytest.fixture(scope="session")
def light(qapp: QApplication) -> tuple[Theme, str]:
    """The light theme, and how it dresses the application, which takes as long as to make a window."""
    made = Theme(qapp, Scheme.LIGHT)
    return made, qapp.styleSheet()


@pytest.fixture
def theme(light: tuple[Theme, str], qapp: QApplication) -> Theme:
    made, style_sheet = light
    if made.scheme is not Scheme.LIGHT or qapp.styleSheet() != style_sheet:
        made.set_scheme(Scheme.LIGHT)
    return made


@pytest.fixture
def store(library: Library, bridge: Bridge) -> Callable[[], TrackStore]:
    """Makes the store when the library is filled."""
    return lambda: TrackStore(library.catalogue, bridge)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def app(library: Library) -> Iterator[FakeApp]:
    made = FakeApp(library)
    yield made
    made.groups.close()


@pytest.fixture
def make_window(
    app: FakeApp, bridge: Bridge, theme: Theme, engine: FakeEngine, qtbot, qapp: QApplication
) -> Callable[[], MainWindow]:
    """Opens the window on the library as it is then."""

    def make() -> MainWindow:
        settings = QSettings(str(app.data_folder / "window.ini"), QSettings.Format.IniFormat)
        window = MainWindow(app, bridge, theme, settings, make_engine=lambda log: engine)
        qtbot.addWidget(window)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        return window

    return make


@pytest.fixture
def ids(library: Library) -> list[int]:
    """Six embedded songs."""
    return library.add(*SONGS)


@pytest.fixture
def window(ids: list[int], make_window: Callable[[], MainWindow]) -> MainWindow:
    """The window on six embedded songs."""
    return make_window()


@pytest.fixture
def settle(bridge: Bridge, qapp: QApplication) -> Callable[[], None]:
    """Delivers the events and answers that are on their way."""

    def deliver() -> None:
        bridge.deliver()
        qapp.processEvents()

    return deliver


@pytest.fixture
def player(
    ids: list[int], store: Callable[[], TrackStore], theme: Theme, engine: FakeEngine
) -> Iterator[Player]:
    """A player of six songs, without a window."""
    tracks = store()
    made = Player(tracks, PlayQueue(tracks, theme), Messages(), engine)
    yield made
    made.close()


@pytest.fixture
def demo_app(shared_scan: Path, tmp_path: Path) -> Iterator[Musicsim]:
    """The program on a copy of the scanned demo library."""
    with Musicsim.open(shutil.copytree(shared_scan, tmp_path / "data")) as made:
        yield made


@pytest.fixture
def demo_window(
    demo_app: Musicsim, theme: Theme, engine: FakeEngine, tmp_path: Path, qtbot
) -> Iterator[MainWindow]:
    bridge = Bridge(demo_app.events)
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(demo_app, bridge, theme, settings, make_engine=lambda log: engine)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    yield window
    window.close()
    bridge.close()

"""The journey through the groups of the demo library, with all real services."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSettings, Qt
from window_fakes import FakeEngine

from musicsim.app import Musicsim
from musicsim.playlists.generators.groups import says_little
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.theme import Theme
from musicsim.ui.window.main_window import MainWindow


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


def test_from_the_first_groups_to_one_that_plays(
    demo_window: MainWindow, demo_app: Musicsim, engine: FakeEngine, qtbot
) -> None:
    page, grid = demo_window.groups, demo_window.groups.grid
    with qtbot.waitSignal(page.model.updated):
        qtbot.keyClick(
            demo_window.places.library.table, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier
        )
    assert page.find_now.isVisible()

    with qtbot.waitSignal(demo_window.groups.model.updated, timeout=30_000):
        qtbot.mouseClick(page.find_now, Qt.MouseButton.LeftButton)
    names = [card.name for card in page.model.cards]
    assert len(names) >= 3
    assert not any(says_little(name) for name in names)
    assert sum(card.count for card in page.model.cards) == 30

    with qtbot.waitSignal(demo_window.group_commands.opened):
        qtbot.keyClick(grid, Qt.Key.Key_Return)
    view = page.tracks
    with qtbot.waitSignal(page.model.updated):
        qtbot.mouseClick(view.frozen, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(view.play, Qt.MouseButton.LeftButton)
    group = demo_app.catalogue.groups.named(names[0])
    assert engine.playing
    assert group is not None
    assert group.frozen
    assert demo_window.player.track is not None
    assert demo_window.player.track.id == group.track_ids[0]

    qtbot.keyClick(view.table, Qt.Key.Key_Backspace)
    with qtbot.waitSignal(demo_window.player.track_changed):
        qtbot.keyClick(grid, Qt.Key.Key_Right)
        qtbot.keyClick(grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    other = demo_app.catalogue.groups.named(names[1])
    assert other is not None
    assert demo_window.player.track.id == other.track_ids[0]

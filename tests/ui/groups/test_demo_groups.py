"""The journey through the groups of the demo library, with all real services."""

from PySide6.QtCore import Qt
from window_fakes import FakeEngine

from musicsim.app import Musicsim
from musicsim.playlists.generators.groups import says_little
from musicsim.ui.window.main_window import MainWindow


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

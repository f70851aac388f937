"""What a listener's hands do: clicks on rows and menus, answers to dialogs, files dropped from a file manager.

All by events on the widgets themselves, as the desktop sends them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QEventLoop, QMimeData, QModelIndex, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QTreeView,
    QWidget,
)

from musicsim.ui.kit.dropping import URIS_MIME, dragged_files
from musicsim.ui.tracks.track_model import Column
from musicsim.ui.tracks.track_table import TrackTable

D = TypeVar("D", bound=QDialog)
_LEFT = Qt.MouseButton.LeftButton
_PLAIN = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


# Rows


def cell(table: TrackTable, row: int, column: Column = Column.TITLE) -> QPoint:
    """Return the middle of a cell that can be seen."""
    place = table.visualRect(table.model().index(row, column))
    assert not place.isEmpty()
    assert table.viewport().rect().contains(place.center())
    return place.center()


def press_key(window: QWidget, key: Qt.Key) -> None:
    """Press a key as the desktop does: the window gets it, and hands it on to what has the focus."""
    QTest.keyClick(window.windowHandle(), key)


def click_row(
    table: TrackTable,
    row: int,
    column: Column = Column.TITLE,
    modifier: Qt.KeyboardModifier = _PLAIN,
) -> None:
    QTest.mouseClick(table.viewport(), _LEFT, modifier, cell(table, row, column))


def click_heading(table: TrackTable, column: Column) -> None:
    heading = table.heading
    assert not heading.isSectionHidden(column)
    place = QPoint(heading.sectionViewportPosition(column) + 12, heading.height() // 2)
    QTest.mouseClick(heading.viewport(), _LEFT, _PLAIN, place)


def titles(table: TrackTable) -> list[str]:
    """Return the titles from top to bottom, as they are shown."""
    model = table.model()
    return [model.index(row, Column.TITLE).data() for row in range(model.rowCount())]


def tree_row(tree: QTreeView, name: str) -> QModelIndex:
    everywhere = Qt.MatchFlag.MatchRecursive | Qt.MatchFlag.MatchExactly
    first = tree.model().index(0, 0)
    (found,) = tree.model().match(first, Qt.ItemDataRole.DisplayRole, name, -1, everywhere)
    return found


def click_name(view: QAbstractItemView, index: QModelIndex) -> None:
    QTest.mouseClick(view.viewport(), _LEFT, _PLAIN, view.visualRect(index).center())


def type_name(view: QAbstractItemView, name: str) -> None:
    """Type into the field that is open in a row."""
    (field,) = [each for each in view.findChildren(QLineEdit) if each.isVisible()]
    QTest.keyClicks(field, name)
    QTest.keyClick(field, Qt.Key.Key_Return)
    QApplication.processEvents()


# Menus


def menu_at(view: QAbstractItemView, place: QPoint) -> QMenu:
    """Return the menu that a right click opens."""
    screen = view.viewport().mapToGlobal(place)
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, _PLAIN, place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, screen)
    QApplication.sendEvent(view.viewport(), event)
    return open_menu()


def open_menu() -> QMenu:
    """Return the menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(menu: QMenu, *texts: str) -> None:
    """Click on an entry of a menu, or of menus in it."""
    window = menu.parentWidget().window()
    for text in texts:
        (action,) = [each for each in menu.actions() if each.text() == text]
        assert action.isEnabled(), text
        # A click on the entry of another menu opens that one.
        _in_event_loop(
            partial(QTest.mouseClick, menu, _LEFT, _PLAIN, menu.actionGeometry(action).center())
        )
        inner = action.menu()
        if isinstance(inner, QMenu):
            menu = inner
            _wait_until(menu.isVisible)
    QApplication.processEvents()
    # As a desktop does when a menu has closed.
    (QApplication.activeModalWidget() or window).activateWindow()
    QApplication.processEvents()


def _wait_until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not done():
        assert time.monotonic() < until
        QTest.qWait(5)


def _in_event_loop(do: Callable[[], object]) -> None:
    """Do something as it happens in the program: a menu is not deleted while a dialog that it opened is there."""
    loop = QEventLoop()

    def run() -> None:
        try:
            do()
        finally:
            loop.quit()

    QTimer.singleShot(0, run)
    loop.exec()


# Dialogs


def answering(kind: type[D], answer: Callable[[D], object]) -> None:
    """Have the next dialog of a kind answered when it is open: one that waits for its answer holds up the test."""

    until = time.monotonic() + 10

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, kind):
            if time.monotonic() < until:
                QTimer.singleShot(5, look)
                return
            if isinstance(dialog, QDialog):
                dialog.reject()
            raise AssertionError(f"no {kind.__name__} is open, but {dialog}")
        try:
            answer(dialog)
        except BaseException:
            dialog.reject()
            raise

    QTimer.singleShot(0, look)


def press(parent: QWidget, text: str) -> None:
    """Click on the button of a dialog."""
    assert isinstance(parent, QMessageBox)
    (found,) = [each for each in parent.buttons() if each.text().replace("&", "") == text]
    QTest.mouseClick(found, _LEFT)


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, _LEFT)


def type_over(field: QLineEdit, text: str) -> None:
    """Type a text in place of the one in a field."""
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, CTRL)
    QTest.keyClicks(field, text)


# Dropping


def drop_files(view: QAbstractItemView, place: QPoint, paths: Sequence[Path]) -> bool:
    """Drag files from a file manager over a view and let go of them there; return whether the view took them."""
    data = QMimeData()
    data.setData(URIS_MIME, dragged_files(paths))
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    there = view.viewport()
    edge = QPoint(there.width() - 2, 1)
    enter = QDragEnterEvent(edge, actions, data, _LEFT, _PLAIN)
    QApplication.sendEvent(there, enter)
    move = QDragMoveEvent(place, actions, data, _LEFT, _PLAIN)
    QApplication.sendEvent(there, move)
    if not (enter.isAccepted() and move.isAccepted()):
        QApplication.sendEvent(there, QDragLeaveEvent())
        return False
    drop = QDropEvent(QPointF(place), actions, data, _LEFT, _PLAIN)
    QApplication.sendEvent(there, drop)
    # The file manager would delete what was moved.
    assert drop.dropAction() is Qt.DropAction.CopyAction
    return drop.isAccepted()

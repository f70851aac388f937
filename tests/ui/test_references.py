"""PySide6 6.12.0 gave references to None and True away: in the end Python stops for good, in the midst of a song."""

import sys

import pytest
from PySide6.QtCore import QAbstractListModel, QObject, Qt, Signal


class Sender(QObject):
    told = Signal(bool)


class Lines(QAbstractListModel):
    def rowCount(self, parent=None):
        return 1

    def data(self, index, role=Qt.ItemDataRole.DisplayRole):
        return None


@pytest.mark.parametrize("value", [True, None])
def test_qt_keeps_the_references_it_is_given(value):
    sender, lines = Sender(), Lines()
    sender.told.connect(lambda _: None)
    index = lines.index(0)
    before = sys.getrefcount(value)
    for _ in range(200):
        sender.told.emit(True)
        index.data(Qt.ItemDataRole.FontRole)
    assert sys.getrefcount(value) > before - 100

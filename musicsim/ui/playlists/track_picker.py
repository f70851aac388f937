"""Dialog in which the listener chooses tracks of the library by typing."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from musicsim.library.query.folding import fold
from musicsim.library.types import Track
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, button
from musicsim.ui.tracks.store import TrackStore

_SHOWN = 200
"""Tracks found that are listed."""


class TrackPicker(QDialog):
    """A search field with what it finds, and the tracks chosen so far."""

    def __init__(
        self, store: TrackStore, chosen: Sequence[int], theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Choose tracks"))
        self.resize(620, 560)
        self._texts = [(fold(_line(track)), track) for track in store]
        self._found: list[Track] = []
        self._chosen = store.tracks(chosen)
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the library for a track"))
        self.search.setAccessibleName(self.tr("Search"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._take_first)
        self.found, self._found_names = self._list(self.tr("Tracks found"))
        self.found.activated.connect(lambda index: self._take(index.row()))
        self.chosen, self._chosen_names = self._list(self.tr("Tracks chosen"))
        delete = QAction(self.tr("Remove from the tracks chosen"), self.chosen)
        delete.setShortcuts([QKeySequence("Del"), QKeySequence("Backspace")])
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self._drop)
        self.chosen.addAction(delete)
        self.add = button(self.tr("Add"), theme, "add")
        self.add.clicked.connect(self._add_selected)
        self.remove = button(self.tr("Remove"), theme, "delete")
        self.remove.clicked.connect(self._drop)
        done = button(self.tr("Done"), theme, primary=True)
        done.clicked.connect(self.accept)
        cancel = button(self.tr("Cancel"), theme)
        cancel.clicked.connect(self.reject)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(done)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(10)
        column.addWidget(self.search)
        column.addWidget(self.found, 3)
        column.addWidget(Label(self.tr("Chosen")))
        column.addWidget(self.chosen, 1)
        column.addLayout(buttons)
        self._find("")
        self._show_chosen()

    def chosen_ids(self) -> list[int]:
        """Return the tracks that are chosen."""
        return [track.id for track in self._chosen]

    def _list(self, name: str) -> tuple[QListView, QStringListModel]:
        names = QStringListModel(self)
        view = QListView()
        view.setObjectName("boxed")
        view.setModel(names)
        view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        view.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        view.setUniformItemSizes(True)
        view.setAccessibleName(name)
        return view, names

    def _find(self, text: str) -> None:
        words = fold(text).split()
        self._found = []
        for folded, track in self._texts:
            if all(word in folded for word in words):
                self._found.append(track)
                if len(self._found) == _SHOWN:
                    break
        self._found_names.setStringList([_line(track) for track in self._found])

    def _take_first(self) -> None:
        if self._found and self.search.text().strip():
            self._take(0)

    def _add_selected(self) -> None:
        for index in self.found.selectionModel().selectedIndexes():
            self._take(index.row())

    def _take(self, row: int) -> None:
        if self._found[row] not in self._chosen:
            self._chosen.append(self._found[row])
            self._show_chosen()

    def _drop(self) -> None:
        rows = {index.row() for index in self.chosen.selectionModel().selectedIndexes()}
        self._chosen = [track for n, track in enumerate(self._chosen) if n not in rows]
        self._show_chosen()

    def _show_chosen(self) -> None:
        self._chosen_names.setStringList([_line(track) for track in self._chosen])
        self.remove.setEnabled(bool(self._chosen))


def _line(track: Track) -> str:
    return " – ".join(filter(None, (track.name, track.tags.album)))

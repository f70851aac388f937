"""The smart playlists in the sidebar."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QSettings,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import icon_button, plain_tooltip
from musicsim.ui.playlists.list_delegate import COUNT_ROLE, ListDelegate
from musicsim.ui.playlists.smart_kept import SmartPlaylists
from musicsim.ui.tracks.delegates import row_height

Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole

_NO_INDEX = QModelIndex()
_FOLDED_KEY = "smart/folded"


class SmartModel(QAbstractListModel):
    """The smart playlists that are shown, with their numbers of tracks."""

    def __init__(self, smart: SmartPlaylists, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._smart = smart
        self._rows = smart.all
        smart.changed.connect(self._read)

    def list_id(self, row: int) -> int:
        """Return the id of the smart playlist in a row."""
        return self._rows[row].id

    def row_of(self, list_id: int) -> int | None:
        """Return the row of a smart playlist, or None."""
        ids = [each.id for each in self._rows]
        return ids.index(list_id) if list_id in ids else None

    def _read(self) -> None:
        rows = self._smart.all
        same = [each.id for each in rows] == [each.id for each in self._rows]
        if same:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        else:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of smart playlists (Qt override)."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Role.DisplayRole) -> Any:
        """Return the name, number of tracks or tooltip of a smart playlist (Qt override)."""
        each = self._rows[index.row()]
        content = self._smart.content(each.id)
        if role == Role.DisplayRole:
            return each.name
        if role == COUNT_ROLE:
            return None if content is None else len(content.track_ids)
        if role == Role.ToolTipRole:
            if content is None:
                return plain_tooltip(each.name)
            count = len(content.track_ids)
            return plain_tooltip(
                f"{each.name}\n{formats.counted('lists', count, '%n track', '%n tracks')}"
            )
        return None


class SmartListView(QListView):
    """List of the smart playlists, as high as its rows if there is room."""

    menu_wanted = Signal(int, object)
    """The smart playlist's id, and the position on the screen."""
    edit_wanted = Signal(int)
    delete_wanted = Signal(int)

    def __init__(self, model: SmartModel) -> None:
        super().__init__()
        self._lists = model
        self.setModel(model)
        self.setItemDelegate(ListDelegate(self))
        # Painted as the playlists are.
        self.setObjectName("playlists")
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        model.modelReset.connect(self.updateGeometry)
        for text, key, signal in (
            (self.tr("Edit rules of smart playlist"), "F2", self.edit_wanted),
            (self.tr("Delete smart playlist"), "Del", self.delete_wanted),
        ):
            action = QAction(text, self)
            action.setShortcut(key)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.triggered.connect(lambda _, signal=signal: self._emit(signal))
            self.addAction(action)

    def sizeHint(self) -> QSize:
        """Return the height of all rows (Qt override)."""
        rows = self._lists.rowCount()
        return QSize(super().sizeHint().width(), rows * row_height(self.fontMetrics()))

    def minimumSizeHint(self) -> QSize:
        """Return the height of three rows (Qt override)."""
        rows = min(self._lists.rowCount(), 3)
        return QSize(0, rows * row_height(self.fontMetrics()))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Request a smart playlist's menu (Qt override)."""
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if index.isValid():
            place = self.viewport().mapToGlobal(self.visualRect(index).center())
            place = place if by_keyboard else event.globalPos()
            self.menu_wanted.emit(self._lists.list_id(index.row()), place)

    def _emit(self, signal: Any) -> None:
        if self.currentIndex().isValid():
            signal.emit(self._lists.list_id(self.currentIndex().row()))


class SmartSection(QWidget):
    """A heading that folds, and the smart playlists below it."""

    wanted = Signal(int)
    """The listener chose a smart playlist."""
    new_wanted = Signal(object)
    """The position on the screen of the button to make one."""

    def __init__(self, smart: SmartPlaylists, theme: Theme) -> None:
        super().__init__()
        self.model = SmartModel(smart, self)
        self.list = SmartListView(self.model)
        self.list.setAccessibleName(self.tr("Smart playlists"))
        self.heading = QToolButton()
        self.heading.setObjectName("sectionHeading")
        self.heading.setText(self.tr("Smart playlists"))
        self.heading.setCheckable(True)
        self.heading.setChecked(True)
        self.heading.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.heading.setToolTip(self.tr("Show or fold the smart playlists"))
        self.heading.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.heading.setArrowType(Qt.ArrowType.DownArrow)
        self.heading.toggled.connect(self._unfold)
        self.add = icon_button(self.tr("New smart playlist"), theme, "add")
        self.add.clicked.connect(
            lambda: self.new_wanted.emit(self.add.mapToGlobal(QPoint(0, self.add.height())))
        )
        self._shown: int | None = None
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.list.clicked.connect(self._choose)
        self.model.modelReset.connect(lambda: self.show_place(self._shown))

        row = QHBoxLayout()
        row.setContentsMargins(8, 10, 8, 2)
        row.addWidget(self.heading)
        row.addStretch(1)
        row.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.list)

    def show_place(self, list_id: int | None) -> None:
        """Mark the smart playlist that is shown, if any."""
        self._shown = list_id
        row = None if list_id is None else self.model.row_of(list_id)
        selection = self.list.selectionModel()
        selection.blockSignals(True)
        if row is None:
            self.list.clearSelection()
            self.list.setCurrentIndex(QModelIndex())
        else:
            self.list.setCurrentIndex(self.model.index(row))
        selection.blockSignals(False)
        self.list.viewport().update()

    def save(self, settings: QSettings) -> None:
        """Save whether the section is folded."""
        settings.setValue(_FOLDED_KEY, not self.heading.isChecked())

    def restore(self, settings: QSettings) -> None:
        """Restore whether the section is folded."""
        self.heading.setChecked(not settings.value(_FOLDED_KEY, False, type=bool))

    def _unfold(self, unfolded: bool) -> None:
        self.list.setVisible(unfolded)
        arrow = Qt.ArrowType.DownArrow if unfolded else Qt.ArrowType.RightArrow
        self.heading.setArrowType(arrow)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and (chosen := self.model.list_id(index.row())) != self._shown:
            self.wanted.emit(chosen)

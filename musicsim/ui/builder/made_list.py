"""The list that was made: its tracks, with a lock at each that stays."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, Qt, Signal
from PySide6.QtGui import QAction, QColor, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QToolTip, QWidget

from musicsim.ui.builder.words import tr
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.delegates import CellDelegate, Index
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.table_actions import TableActions
from musicsim.ui.tracks.track_list import SimilarList
from musicsim.ui.tracks.track_model import Column, as_ids
from musicsim.ui.tracks.track_table import TrackTable

_COLUMNS = (
    ColumnLayout(Column.POSITION, 40),
    ColumnLayout(Column.STATE, 36),
    ColumnLayout(Column.TITLE, 270, stretches=True),
    ColumnLayout(Column.ARTIST, 180, stretches=True),
    ColumnLayout(Column.ALBUM, 180, stretches=True, gives_way=2),
    ColumnLayout(Column.GENRE, 104, gives_way=4),
    ColumnLayout(Column.YEAR, 60, gives_way=3),
    ColumnLayout(Column.LENGTH, 72, gives_way=1),
)


class MadeList(SimilarList):
    """Tracks that nobody can drop into or move; another list replaces it row by row."""

    def __init__(self, store: TrackStore, theme: Theme, parent: QObject) -> None:
        super().__init__(store, theme, parent)
        self.locked: frozenset[int] = frozenset()
        """The tracks that stay in their places."""

    def show_list(self, ids: Sequence[int], locked: frozenset[int]) -> None:
        """Show another list; what is in both keeps its selection."""
        self.locked = locked
        wanted = [i for i in ids if i in self._store]
        if wanted != self.ids:
            self._keep(np.isin(self._ids, as_ids(wanted)))
            known = set(self.ids)
            self._append(as_ids(i for i in wanted if i not in known))
            rows = {i: row for row, i in enumerate(self.ids)}
            self._permute(np.array([rows[i] for i in wanted], np.intp))
        self._redraw_all()


class _LockDelegate(CellDelegate):
    """Delegate for the lock of a track; of a track that isn't locked, an open one under the pointer."""

    def __init__(self, tracks: MadeList, table: MadeTable, theme: Theme) -> None:
        super().__init__(tracks, table)
        self._list = tracks
        self._table = table
        self._theme = theme

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        track = self._list.track(index.row())
        is_locked = track is not None and track.id in self._list.locked
        if not is_locked and self._table.hovered != index.row():
            super().paint(painter, option, index)
            return
        opt: object = option
        rect: QRect = opt.rect  # type: ignore[attr-defined]
        place = QRect(0, 0, 17, 17)
        place.moveCenter(rect.center())
        icon = ("lock", "accent") if is_locked else ("unlock", "faint")
        self._theme.icon(*icon).paint(painter, place)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            track = self._list.track(index.row())
            is_locked = track is not None and track.id in self._list.locked
            text = (
                tr("Stays in its place. Click to let it go.")
                if is_locked
                else tr("Click to keep this track in its place when the list changes.")
            )
            QToolTip.showText(event.globalPos(), text, view)
            return True
        return super().helpEvent(event, view, option, index)


class _Veil(QWidget):
    """Dims a list that is older than its settings."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def paintEvent(self, event: QPaintEvent) -> None:
        colour = QColor(self._theme.colours.base)
        colour.setAlpha(150)
        QPainter(self).fillRect(self.rect(), colour)


class MadeTable(TrackTable):
    """Table of the list: the lock is switched by a click or Alt+L, and Del removes tracks."""

    lock_wanted = Signal(object, bool)
    """list[int]: the tracks, and whether they are to stay."""
    remove_wanted = Signal(object)
    """list[int]: the tracks."""

    def __init__(self, model: MadeList, actions: TableActions, theme: Theme) -> None:
        super().__init__(model, _COLUMNS, actions, theme)
        self.list = model
        self.hovered = -1
        """The row under the pointer."""
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Tracks of the new playlist"))
        self.setItemDelegateForColumn(Column.STATE, _LockDelegate(model, self, theme))
        self.heading.moveSection(self.heading.visualIndex(Column.STATE), Column.POSITION)
        self.lock = QAction(tr("Keep in its place"), self)
        self.lock.setShortcut("Alt+L")
        self.lock.triggered.connect(self._switch_selection)
        theme.set_icon(self.lock, "lock")
        self.remove = QAction(tr("Remove, and put the next best in its place"), self)
        self.remove.setShortcut("Del")
        self.remove.triggered.connect(lambda: self.remove_wanted.emit(self.selected_ids()))
        theme.set_icon(self.remove, "close")
        self.extra_actions = (self.lock, self.remove)
        for action in self.extra_actions:
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            self.addAction(action)
        self._veil = _Veil(self.viewport(), theme)
        self._pressed: int | None = None

    def set_veiled(self, veiled: bool) -> None:
        """Dim the list, or show it clearly again."""
        self._veil.setGeometry(self.viewport().rect())
        self._veil.setVisible(veiled)
        self._veil.raise_()

    def show_list(self, ids: Sequence[int], locked: frozenset[int]) -> None:
        """Show another list where this one was scrolled to."""
        bar = self.verticalScrollBar()
        place = bar.value()
        self.list.show_list(ids, locked)
        self.updateGeometries()
        bar.setValue(place)

    def select_step(self, step: int) -> None:
        """Select two tracks, one after the other."""
        self.select_rows([row for row in (step, step + 1) if row < self.list.rowCount()])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Press a lock without changing the selection (Qt override)."""
        row = self._lock_at(event)
        self._pressed = row
        if row is None:
            super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Switch a lock (Qt override)."""
        pressed, self._pressed = self._pressed, None
        if pressed is None:
            super().mouseReleaseEvent(event)
        elif pressed == self._lock_at(event):
            self._switch([self.list.ids[pressed]])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let two quick clicks on a lock be two clicks (Qt override)."""
        if self._lock_at(event) is None:
            super().mouseDoubleClickEvent(event)
        else:
            self._pressed = self._lock_at(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show the open lock in the row under the pointer (Qt override)."""
        self._hover(self.indexAt(event.position().toPoint()).row())
        if self._pressed is None:
            super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """Hide the open lock (Qt override)."""
        self._hover(-1)
        super().leaveEvent(event)

    def _hover(self, row: int) -> None:
        if row != self.hovered:
            before, self.hovered = self.hovered, row
            for each in (before, row):
                if 0 <= each < self.list.rowCount():
                    self.update(self.list.index(each, Column.STATE))

    def _lock_at(self, event: QMouseEvent) -> int | None:
        index: QModelIndex = self.indexAt(event.position().toPoint())
        is_lock = index.isValid() and index.column() == Column.STATE
        is_left = event.button() is Qt.MouseButton.LeftButton
        return index.row() if is_lock and is_left else None

    def _switch_selection(self) -> None:
        self._switch(self.selected_ids())

    def _switch(self, ids: Collection[int]) -> None:
        if ids:
            self.lock_wanted.emit(list(ids), not set(ids) <= self.list.locked)

"""Table of the upcoming tracks, which shows which of them come from the radio."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QDropEvent, QFontMetrics, QHelpEvent, QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem, QToolTip, QWidget

from musicsim.library.types import Track
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.playback.queue_list import QueueList
from musicsim.ui.tracks.delegates import CardDelegate, CellDelegate
from musicsim.ui.tracks.header import ColumnLayout
from musicsim.ui.tracks.table_actions import TableActions
from musicsim.ui.tracks.track_model import Column, Index
from musicsim.ui.tracks.track_table import OrderedTable

_ICON = 14
"""Pixels of the sign beside a track of the radio."""
_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft


class _BelowCaption:
    """Part of the delegates of the queue: the first track of the radio stands below a caption.

    Attributes
    ----------
    caption
        Its text; empty while no radio is on.
    """

    def __init__(self, queue: QueueList) -> None:
        self.queue = queue
        self.caption = ""

    def height(self, metrics: QFontMetrics) -> int:
        """Return the height of the caption."""
        return metrics.height() + 12

    def has_caption(self, row: int) -> bool:
        """Return whether the caption is above a row."""
        return bool(self.caption) and row == self.queue.first_of_radio

    def take_room(self, painter: QPainter, opt: Any, *, with_text: bool) -> None:
        """Draw the caption, and leave the place below it in `opt`."""
        height = self.height(opt.fontMetrics)
        place = QRect(opt.rect.left(), opt.rect.top(), opt.rect.width(), height)
        painter.fillRect(place, opt.palette.color(QPalette.ColorRole.Base))
        if with_text:
            inner = place.adjusted(14, 4, 0, 0)
            painter.setFont(opt.font)
            painter.setPen(opt.palette.color(QPalette.ColorRole.Accent))
            text = opt.fontMetrics.elidedText(
                self.caption, Qt.TextElideMode.ElideRight, inner.width()
            )
            painter.drawText(inner, _LEFT, text)
        opt.rect = opt.rect.adjusted(0, height, 0, 0)


class QueueCard(CardDelegate):
    """Card with a sign beside the tracks of the radio."""

    def __init__(self, above: _BelowCaption, theme: Theme, parent: QObject) -> None:
        super().__init__(above.queue, parent)
        self._above = above
        self._theme = theme

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        if self._above.has_caption(row):
            self._above.take_room(painter, opt, with_text=True)
        if self._above.queue.is_radio(row):
            place = QRect(0, 0, _ICON, _ICON)
            place.moveCenter(opt.rect.center())
            place.moveRight(opt.rect.right() - 4)
            self._theme.icon("radio", "dim").paint(painter, place)
            opt.rect = opt.rect.adjusted(0, 0, -_ICON - 6, 0)
        super()._draw(painter, opt, track, row, column)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Say that a track comes from the radio, before what may be cut off (Qt override)."""
        shown = super().helpEvent(event, view, option, index)
        if index.isValid() and self._above.caption and self._above.queue.is_radio(index.row()):
            track = self._above.queue.track(index.row())
            name = "" if track is None else track.name
            text = f"{self._above.caption}\n{name}"
            QToolTip.showText(event.globalPos(), plain_tooltip(text), view)
            return True
        return shown


class _QueueCell(CellDelegate):
    def __init__(self, above: _BelowCaption, parent: QObject) -> None:
        super().__init__(above.queue, parent)
        self._above = above

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        if self._above.has_caption(row):
            self._above.take_room(painter, opt, with_text=False)
        super()._draw(painter, opt, track, row, column)


class QueueTable(OrderedTable):
    """Queue table. Playing a row continues from there and drops the tracks before it."""

    play_wanted = Signal(int)
    """Row to play."""

    def __init__(
        self,
        model: QueueList,
        layout: Sequence[ColumnLayout],
        actions: TableActions,
        theme: Theme,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(model, layout, actions, theme, cards=True, parent=parent)
        self._above = _BelowCaption(model)
        self.setItemDelegate(_QueueCell(self._above, self))
        self.setItemDelegateForColumn(Column.TITLE, QueueCard(self._above, theme, self))
        self._high: int | None = None
        """The row that has room for the caption."""
        self._fitting = QTimer(self)
        self._fitting.setSingleShot(True)
        self._fitting.setInterval(0)
        self._fitting.timeout.connect(self._fit_rows)
        for changed in (
            model.rowsInserted,
            model.rowsRemoved,
            model.modelReset,
            model.layoutChanged,
        ):
            changed.connect(self._fitting.start)

    def set_caption(self, caption: str) -> None:
        """Show what the radio is like above its first track; nothing while none is on."""
        self._above.caption = caption
        self._fitting.start()
        self.viewport().update()

    def _fit_rows(self) -> None:
        rows = self.verticalHeader()
        row = self._above.queue.first_of_radio if self._above.caption else None
        if self._high is not None:
            # Rows that come and go have moved the high one.
            rows.setDefaultSectionSize(rows.defaultSectionSize())
        if row is not None:
            height = rows.defaultSectionSize() + self._above.height(self.fontMetrics())
            rows.resizeSection(row, height)
        self._high = row

    def play_selection(self) -> None:
        """Continue with the first selected track."""
        if rows := self.selected_rows():
            self.play_wanted.emit(rows[0])

    def dropEvent(self, event: QDropEvent) -> None:
        """Copy dropped files, never move them: the file manager might delete them (Qt override)."""
        super().dropEvent(event)
        if event.source() is None:
            event.setDropAction(Qt.DropAction.CopyAction)

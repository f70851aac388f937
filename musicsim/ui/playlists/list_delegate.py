"""Drawing of the sidebar's lists of playlists."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from musicsim.ui.kit import formats
from musicsim.ui.tracks.delegates import row_height

Index = QModelIndex | QPersistentModelIndex

COUNT_ROLE = int(Qt.ItemDataRole.UserRole)
"""The number of tracks; None if it is unknown, or if the row has none."""


class ListDelegate(QStyledItemDelegate):
    """Delegate that draws a name and, where it is known, the number of tracks."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the row (Qt override)."""
        opt: Any = QStyleOptionViewItem(option)
        self.initStyleOption(opt, index)
        palette: QPalette = opt.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Over the whole width, whatever the depth.
        place = opt.rect.adjusted(8 - opt.rect.left(), 1, -8, -1)
        selected = opt.state & QStyle.StateFlag.State_Selected
        if selected or opt.state & QStyle.StateFlag.State_MouseOver:
            role = QPalette.ColorRole.Highlight if selected else QPalette.ColorRole.Midlight
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.brush(role))
            painter.drawRoundedRect(place, 6, 6)
        place.adjust(10 + opt.rect.left(), 0, -10, 0)
        self._draw_sign(painter, place, index)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        if (count := index.data(COUNT_ROLE)) is not None:
            text = formats.number(count)
            painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | middle, text)
            place.setRight(place.right() - opt.fontMetrics.horizontalAdvance(text) - 10)
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        name = opt.fontMetrics.elidedText(opt.text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, middle, name)
        painter.restore()

    def _draw_sign(self, painter: QPainter, place: QRect, index: Index) -> None:
        """Draw what stands before the name, and take its width off the left of `place`; nothing by default."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> Any:
        """Return the size of the row (Qt override)."""
        hint = super().sizeHint(option, index)
        hint.setHeight(row_height(option.fontMetrics))
        return hint

"""How the rows of track lists are drawn."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QHelpEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from musicsim.library.types import Track
from musicsim.ui.header import PADDING
from musicsim.ui.track_model import SIMILARITY_ROLE, TRACK_ROLE, Column, one_line

Index = QModelIndex | QPersistentModelIndex


def _fill(painter: QPainter, option: Any, index: Index) -> None:
    """Draw a row's background, as far as it lies in this cell."""
    palette: QPalette = option.palette
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, palette.brush(QPalette.ColorRole.Highlight))
    elif index.row() % 2:
        painter.fillRect(option.rect, palette.brush(QPalette.ColorRole.AlternateBase))


class CellDelegate(QStyledItemDelegate):
    """One line of text or one sign; shows what is cut off when the pointer rests on it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's."""
        opt: Any = QStyleOptionViewItem(option)
        self.initStyleOption(opt, index)
        painter.save()
        _fill(painter, opt, index)
        if index.column() == Column.STATE:
            place = QRect(0, 0, 18, 18)
            place.moveCenter(opt.rect.center())
            opt.icon.paint(painter, place)
        elif opt.text:
            painter.setFont(opt.font)
            colour = opt.palette.color(QPalette.ColorRole.Text)
            faded = index.column() not in (Column.TITLE, Column.ARTIST)
            grey = index.data(Qt.ItemDataRole.ForegroundRole)
            if grey is not None:
                colour = grey.color()
            elif faded:
                colour = opt.palette.color(QPalette.ColorRole.PlaceholderText)
            painter.setPen(colour)
            place = opt.rect.adjusted(PADDING, 0, -PADDING, 0)
            text = opt.fontMetrics.elidedText(opt.text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, opt.displayAlignment | Qt.TextFlag.TextSingleLine, text)
        painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Qt's."""
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            text = index.data(Qt.ItemDataRole.ToolTipRole) or _cut_off(option, index)
            QToolTip.showText(event.globalPos(), text, view)
            return True
        return super().helpEvent(event, view, option, index)


def _cut_off(option: Any, index: Index) -> str:
    """Return the text of a cell if it doesn't fit."""
    text = str(index.data() or "")
    room = option.rect.width() - 2 * PADDING
    return text if option.fontMetrics.horizontalAdvance(text) > room else ""


class CardDelegate(QStyledItemDelegate):
    """The title over the artist, for lists that are narrow."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Qt's."""
        return QSize(0, card_height(QFontMetrics(QApplication.font())))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's."""
        opt: Any = QStyleOptionViewItem(option)
        self.initStyleOption(opt, index)
        painter.save()
        _fill(painter, opt, index)
        track = index.data(TRACK_ROLE)
        if track is not None:
            grey = index.data(Qt.ItemDataRole.ForegroundRole)
            text = grey.color() if grey is not None else opt.palette.color(QPalette.ColorRole.Text)
            dim = opt.palette.color(QPalette.ColorRole.PlaceholderText)
            line = opt.fontMetrics.height()
            place = opt.rect.adjusted(PADDING + 4, 0, -PADDING, 0)
            top = place.top() + (place.height() - 2 * line - 2) // 2
            elide = Qt.TextElideMode.ElideRight
            for y, font, colour, words in (
                (top, opt.font, text, one_line(track.title)),
                (top + line + 2, _small(opt.font), dim, card_subtitle(track)),
            ):
                painter.setFont(font)
                painter.setPen(colour)
                row = QRect(place.left(), y, place.width(), line)
                words = painter.fontMetrics().elidedText(words, elide, row.width())
                painter.drawText(
                    row, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, words
                )
        painter.restore()

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Qt's: the whole of what may be cut off."""
        track = index.data(TRACK_ROLE) if index.isValid() else None
        if event.type() != QEvent.Type.ToolTip or track is None:
            return super().helpEvent(event, view, option, index)
        lines = (
            track.title,
            track.artist,
            track.tags.album,
            index.data(Qt.ItemDataRole.ToolTipRole),
        )
        QToolTip.showText(
            event.globalPos(), "\n".join(one_line(line) for line in lines if line), view
        )
        return True


class ScoreDelegate(QStyledItemDelegate):
    """A bar as long as the similarity, and the percent beside it."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Qt's."""
        opt: Any = QStyleOptionViewItem(option)
        self.initStyleOption(opt, index)
        painter.save()
        _fill(painter, opt, index)
        similarity = index.data(SIMILARITY_ROLE)
        if similarity is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            metrics = opt.fontMetrics
            number = metrics.horizontalAdvance("100%")
            place = opt.rect.adjusted(4, 0, -PADDING - 2, 0)
            groove = QRectF(place.left(), place.center().y() - 2, place.width() - number - 8, 5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(opt.palette.color(QPalette.ColorRole.Mid))
            painter.drawRoundedRect(groove, 2.5, 2.5)
            groove.setWidth(max(5.0, groove.width() * min(1.0, similarity)))
            painter.setBrush(opt.palette.color(QPalette.ColorRole.Accent))
            painter.drawRoundedRect(groove, 2.5, 2.5)
            painter.setPen(opt.palette.color(QPalette.ColorRole.Text))
            painter.drawText(
                place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, opt.text
            )
        painter.restore()


def card_height(metrics: QFontMetrics) -> int:
    """Return the height of a row with two lines."""
    return 2 * metrics.height() + 16


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a row with one line."""
    return metrics.height() + 16


def card_subtitle(track: Track) -> str:
    """Return what stands under a title."""
    return one_line(" · ".join(text for text in (track.artist, track.tags.album) if text))


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setBold(False)
    small.setPointSizeF(max(7.5, font.pointSizeF() * 0.92))
    return small

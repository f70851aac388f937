"""Drawing of the rows in track lists."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QFontMetrics, QHelpEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from musicsim.library.types import Track
from musicsim.ui.kit.widgets import plain_tooltip
from musicsim.ui.tracks.header import PADDING
from musicsim.ui.tracks.track_model import NUMERIC, Column, TrackModel, one_line

Index = QModelIndex | QPersistentModelIndex

# Looked up once: PySide represents them as Python enumerations, which are slow to access and combine.
_SELECTED = QStyle.StateFlag.State_Selected
_TEXT = QPalette.ColorRole.Text
_DIM = QPalette.ColorRole.PlaceholderText
_DISABLED = QPalette.ColorGroup.Disabled
_ELIDE = Qt.TextElideMode.ElideRight
_ONE_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
_LEFT = Qt.AlignmentFlag.AlignLeft | _ONE_LINE
_RIGHT = Qt.AlignmentFlag.AlignRight | _ONE_LINE
_FOREMOST = (Column.TITLE, Column.ARTIST)
"""Columns drawn in the full text colour."""


class TrackDelegate(QStyledItemDelegate):
    """Base of the delegates for cells in track lists.

    Delegates call the model's Python methods. `initStyleOption` and `index.data` would take eight Qt calls for each of
    the hundreds of cells on a screen, which took several times as long as the drawing.
    """

    def __init__(self, tracks: TrackModel, parent: QObject) -> None:
        super().__init__(parent)
        self._tracks = tracks

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the cell (Qt override)."""
        row = index.row()
        track = self._tracks.track(row)
        opt: Any = option
        painter.save()
        if _SELECTED in opt.state:
            # The view has drawn it already, except when rows are drawn to be dragged.
            painter.fillRect(opt.rect, opt.palette.brush(QPalette.ColorRole.Highlight))
        if track is not None:
            self._draw(painter, opt, track, row, index.column())
        painter.restore()

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        """Draw the cell's content for a track."""
        raise NotImplementedError


class CellDelegate(TrackDelegate):
    """Delegate for one line of text or one icon; a tooltip shows text that is cut off."""

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        if column == Column.STATE:
            sign = self._tracks.sign(track)
            if sign is not None:
                place = QRect(0, 0, 18, 18)
                place.moveCenter(opt.rect.center())
                sign.paint(painter, place)
            return
        text = self._tracks.text(track, column, row)
        if not text:
            return
        font, metrics = opt.font, opt.fontMetrics
        if column == Column.TITLE and self._tracks.is_playing(track):
            font = _bold(font)
            metrics = QFontMetrics(font)
        painter.setFont(font)
        painter.setPen(_colour(opt.palette, track, _TEXT if column in _FOREMOST else _DIM))
        place = opt.rect.adjusted(PADDING, 0, -PADDING, 0)
        side = _RIGHT if column in NUMERIC else _LEFT
        painter.drawText(place, side, metrics.elidedText(text, _ELIDE, place.width()))

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show the cell's tooltip, or its text if that is cut off (Qt override)."""
        if event.type() == QEvent.Type.ToolTip and index.isValid():
            text = index.data(Qt.ItemDataRole.ToolTipRole) or _cut_off(option, index)
            QToolTip.showText(event.globalPos(), plain_tooltip(text), view)
            return True
        return super().helpEvent(event, view, option, index)


def _cut_off(option: Any, index: Index) -> str:
    """Return the text of a cell if it doesn't fit."""
    text = str(index.data() or "")
    room = option.rect.width() - 2 * PADDING
    return text if option.fontMetrics.horizontalAdvance(text) > room else ""


class CardDelegate(TrackDelegate):
    """Delegate with the title above the artist, for narrow lists."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a card (Qt override)."""
        return QSize(0, card_height(QFontMetrics(QApplication.font())))

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        line = opt.fontMetrics.height()
        place = opt.rect.adjusted(PADDING + 4, 0, -PADDING, 0)
        top = place.top() + (place.height() - 2 * line - 2) // 2
        title = _bold(opt.font) if self._tracks.is_playing(track) else opt.font
        for y, font, role, text in (
            (top, title, _TEXT, one_line(track.title)),
            (top + line + 2, _small(opt.font), _DIM, card_subtitle(track)),
        ):
            painter.setFont(font)
            painter.setPen(_colour(opt.palette, track, role))
            text = painter.fontMetrics().elidedText(text, _ELIDE, place.width())
            painter.drawText(QRect(place.left(), y, place.width(), line), _LEFT, text)

    def helpEvent(
        self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index
    ) -> bool:
        """Show everything that may be cut off (Qt override)."""
        track = self._tracks.track(index.row()) if index.isValid() else None
        if event.type() != QEvent.Type.ToolTip or track is None:
            return super().helpEvent(event, view, option, index)
        tags = [one_line(text) for text in (track.title, track.artist, track.tags.album)]
        note = index.data(Qt.ItemDataRole.ToolTipRole) or ""
        text = "\n".join(line for line in [*tags, *note.split("\n")] if line)
        QToolTip.showText(event.globalPos(), plain_tooltip(text), view)
        return True


class ScoreDelegate(TrackDelegate):
    """Bar as long as the similarity, with the percentage beside it."""

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        similarity = self._tracks.similarity(row)
        if similarity is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        number = opt.fontMetrics.horizontalAdvance("100%")
        place = opt.rect.adjusted(4, 0, -PADDING - 2, 0)
        groove = QRectF(place.left(), place.center().y() - 2, place.width() - number - 8, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(opt.palette.color(QPalette.ColorRole.Mid))
        painter.drawRoundedRect(groove, 2.5, 2.5)
        groove.setWidth(max(5.0, groove.width() * min(1.0, similarity)))
        painter.setBrush(opt.palette.color(QPalette.ColorRole.Accent))
        painter.drawRoundedRect(groove, 2.5, 2.5)
        painter.setPen(_colour(opt.palette, track, _TEXT))
        painter.drawText(place, _RIGHT, self._tracks.text(track, Column.SIMILARITY, row))


class QuietLinesDelegate(TrackDelegate):
    """Delegate for lines of small text at the right of a card, the first beside its title."""

    def _draw(self, painter: QPainter, opt: Any, track: Track, row: int, column: int) -> None:
        line = opt.fontMetrics.height()
        place = opt.rect.adjusted(4, 0, -PADDING - 2, 0)
        top = place.top() + (place.height() - 2 * line - 2) // 2
        painter.setFont(_small(opt.font))
        painter.setPen(_colour(opt.palette, track, _DIM))
        for number, text in enumerate(self._tracks.text(track, column, row).split("\n")):
            text = painter.fontMetrics().elidedText(text, _ELIDE, place.width())
            y = top + number * (line + 2)
            painter.drawText(QRect(place.left(), y, place.width(), line), _RIGHT, text)


def card_height(metrics: QFontMetrics) -> int:
    """Return the height of a row with two lines."""
    return 2 * metrics.height() + 16


def row_height(metrics: QFontMetrics) -> int:
    """Return the height of a row with one line."""
    return metrics.height() + 16


def card_subtitle(track: Track) -> str:
    """Return the line under a card's title."""
    return one_line(" · ".join(text for text in (track.artist, track.tags.album) if text))


def _colour(palette: QPalette, track: Track, role: QPalette.ColorRole) -> QColor:
    """Return the text colour of a track: grey if its file is missing."""
    return palette.color(_DISABLED, _TEXT) if track.missing else palette.color(role)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    return bold


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(max(7.5, font.pointSizeF() * 0.92))
    return small

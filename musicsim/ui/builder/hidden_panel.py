"""Panel with the tracks that the rules left out, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from musicsim.playlists.rules.chooser import LeftOut
from musicsim.playlists.rules.rules import Hidden, Rule
from musicsim.services.texts import hidden_text
from musicsim.ui.builder.words import tr
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, icon_button, plain_tooltip, scaled_font
from musicsim.ui.tracks.track_model import one_line

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_LEFT_OUT = int(Qt.ItemDataRole.UserRole)
_PADDING = 12


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.rows: Sequence[LeftOut] = ()

    def show_rows(self, rows: Sequence[LeftOut]) -> None:
        if rows != self.rows:
            self.beginResetModel()
            self.rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        left_out = self.rows[index.row()]
        name, reason = one_line(left_out.track.name), hidden_text(left_out.reason)
        if role == _LEFT_OUT:
            return left_out
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{name}: {reason}"
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tooltip(f"{name}\n{reason}")
        return None


class _Delegate(QStyledItemDelegate):
    """Delegate for a track above its reason, with "Let it in" at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        opt: Any = option
        return QSize(0, 2 * opt.fontMetrics.height() + 14)

    def link(self, rect: QRect, opt: Any) -> QRect:
        """Return where the link of a row is."""
        width = opt.fontMetrics.horizontalAdvance(_link_text()) + 2 * _PADDING
        return QRect(rect.right() - width, rect.top(), width, rect.height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option
        left_out: LeftOut = index.data(_LEFT_OUT)
        palette: QPalette = opt.palette
        painter.save()
        if opt.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(opt.rect, palette.brush(QPalette.ColorRole.Highlight))
        line = opt.fontMetrics.height()
        place = opt.rect.adjusted(_PADDING, 0, 0, 0)
        link = QRect(0, 0, 0, 0)
        if may_be_let_in(left_out):
            link = self.link(opt.rect, opt)
            painter.setPen(palette.color(QPalette.ColorRole.Accent))
            painter.drawText(link, Qt.AlignmentFlag.AlignCenter, _link_text())
        width = place.width() - link.width() - 4
        top = place.top() + (place.height() - 2 * line - 2) // 2
        small = QFont(opt.font)
        small.setPointSizeF(max(7.5, small.pointSizeF() * 0.92))
        one = QRect(place.left(), top, width, line)
        other = QRect(place.left(), top + line + 2, width, line)
        reason = hidden_text(left_out.reason)
        for text, room, font, role in (
            (one_line(left_out.track.name), one, opt.font, QPalette.ColorRole.Text),
            (reason, other, small, QPalette.ColorRole.PlaceholderText),
        ):
            painter.setFont(font)
            painter.setPen(palette.color(role))
            text = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine, text)
        painter.restore()


class HiddenList(QListView):
    """The tracks; a click on the link, Return or a double-click lets one in."""

    chosen = Signal(object)
    """list[int]: the tracks to let in."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = _Model(self)
        self.setModel(self.rows)
        self._delegate = _Delegate(self)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Tracks that are not in the list, and why"))
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)

    def link_of(self, row: int) -> QRect:
        """Return where the link of a row is."""
        option: Any = QStyleOptionViewItem()
        self.initViewItemOption(option)
        return self._delegate.link(self.visualRect(self.rows.index(row)), option)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let a track in by its link (Qt override)."""
        super().mouseReleaseEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        if index.isValid() and self.link_of(index.row()).contains(place):
            self._choose([index.row()])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Point at the link with a hand (Qt override)."""
        super().mouseMoveEvent(event)
        place = event.position().toPoint()
        index = self.indexAt(place)
        over = index.isValid() and self.link_of(index.row()).contains(place)
        over = over and may_be_let_in(self.rows.rows[index.row()])
        shape = Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        self.viewport().setCursor(shape)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let the selected tracks in (Qt override)."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose([index.row() for index in self.selectedIndexes()])
        else:
            super().keyPressEvent(event)

    def _choose(self, rows: Sequence[int]) -> None:
        chosen = [self.rows.rows[row] for row in rows]
        if ids := [each.track.id for each in chosen if may_be_let_in(each)]:
            self.chosen.emit(ids)


class HiddenPanel(QFrame):
    """What was hidden, and why; the number of each reason, and the first tracks one by one."""

    let_in = Signal(object)
    """list[int]: the tracks."""
    closed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("hiddenPanel")
        title = Label(tr("What was hidden, and why"))
        title.setFont(scaled_font(title, 1.05, bold=True))
        close = icon_button(tr("Close"), theme, "close")
        close.clicked.connect(self.closed)
        self._summary = Label()
        self._summary.setObjectName("dim")
        self._summary.setWordWrap(True)
        self.list = HiddenList()
        self.list.chosen.connect(self.let_in)
        top = QHBoxLayout()
        top.addWidget(title, 1)
        top.addWidget(close)
        head = QVBoxLayout()
        head.setContentsMargins(_PADDING, 8, 8, 8)
        head.setSpacing(4)
        head.addLayout(top)
        head.addWidget(self._summary)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)

    @property
    def summary(self) -> str:
        """The number of tracks that each reason hid."""
        return self._summary.text()

    def show_hidden(self, hidden: Mapping[Hidden, int], left_out: Sequence[LeftOut]) -> None:
        """Show what the rules hid."""
        counts = sorted(hidden.items(), key=lambda each: -each[1])
        lines = [f"{formats.number(count)} × {hidden_text(why)}" for why, count in counts if count]
        total = sum(hidden.values())
        if total > len(left_out) > 0:
            lines.append(tr("The first {0}:").format(formats.number(len(left_out))))
        self._summary.setText("\n".join(lines) or tr("Nothing is hidden."))
        self.list.rows.show_rows(left_out)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the list in another font (Qt override)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.list.doItemsLayout()


def may_be_let_in(left_out: LeftOut) -> bool:
    """Return whether the listener can let a track in: a ban holds until it is withdrawn."""
    return left_out.reason.rule is not Rule.BANNED


def _link_text() -> str:
    return tr("Let it in")

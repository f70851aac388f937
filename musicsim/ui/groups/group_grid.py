"""Grid of the groups' cards, which flows with the width of the window."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QHelpEvent,
    QKeySequence,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QResizeEvent,
    QTextLayout,
    QTextOption,
)
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolTip,
)

from musicsim.services.making.groups import GroupCard
from musicsim.ui.groups.group_model import GroupModel, Index, summary
from musicsim.ui.groups.mosaics import Mosaics
from musicsim.ui.kit.theme import DARK, Theme
from musicsim.ui.kit.widgets import plain_tooltip

_NARROWEST, _WIDEST = 176, 264
"""Width of a card, in pixels."""
_IN_A_ROW = 8
"""Cards in a row that is wide."""
_MARGIN, _GAP, _RADIUS = 10, 8, 10
_PLAY = 42
_NAME_LINES = 2
_GOLDEN = 0.618034
"""The golden ratio's part after the point: hues that follow each other in this step are far apart."""


class GroupDelegate(QStyledItemDelegate):
    """Delegate that draws a card: the picture, the name, and the number and length of the tracks."""

    def __init__(self, model: GroupModel, mosaics: Mosaics, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._model = model
        self._mosaics = mosaics
        self._theme = theme
        self._view = view

    def height(self, width: int) -> int:
        """Return the height of a card of a width."""
        line = self._view.fontMetrics().lineSpacing()
        return (width - 2 * _MARGIN) + _GAP + (_NAME_LINES + 1) * line + 2 * _MARGIN + 2

    def play_place(self, card: QRect) -> QRect:
        """Return the place of the play button on a card."""
        picture = self._picture_place(card)
        return QRect(picture.right() - _PLAY - 7, picture.bottom() - _PLAY - 7, _PLAY, _PLAY)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the size of the grid's cells (Qt override)."""
        return self._view.gridSize()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint the card (Qt override)."""
        opt: Any = option
        card = self._model.cards[index.row()]
        colours = self._theme.colours
        hovered = bool(opt.state & QStyle.StateFlag.State_MouseOver)
        current = self._view.hasFocus() and index == self._view.currentIndex()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        around = QRectF(opt.rect).adjusted(2, 2, -2, -2)
        if hovered or current:
            painter.setPen(QColor(colours.accent) if current else Qt.PenStyle.NoPen)
            painter.setBrush(QColor(colours.hover))
            painter.drawRoundedRect(around, _RADIUS, _RADIUS)
        place = self._picture_place(opt.rect)
        self._draw_picture(painter, card, place)
        if hovered or current:
            self._draw_play(painter, self.play_place(opt.rect))
        text = QRect(
            place.left(), place.bottom() + _GAP, place.width(), opt.rect.bottom() - place.bottom()
        )
        self._draw_text(painter, card, text, opt.font)
        painter.restore()

    def helpEvent(
        self,
        event: QHelpEvent,
        view: QAbstractItemView,
        option: QStyleOptionViewItem,
        index: Index,
    ) -> bool:
        """Show a tooltip for the play button (Qt override)."""
        opt: Any = option
        if index.isValid() and self.play_place(opt.rect).contains(event.pos()):
            name = self._model.cards[index.row()].name
            QToolTip.showText(event.globalPos(), plain_tooltip(self.tr("Play “{0}”").format(name)))
            return True
        if index.isValid() and self._picture_place(opt.rect).contains(event.pos()):
            # It would cover the picture and the button.
            QToolTip.hideText()
            return True
        return super().helpEvent(event, view, option, index)

    def _picture_place(self, card: QRect) -> QRect:
        side = card.width() - 2 * _MARGIN
        return QRect(card.left() + _MARGIN, card.top() + _MARGIN, side, side)

    def _draw_picture(self, painter: QPainter, card: GroupCard, place: QRect) -> None:
        rounded = QPainterPath()
        rounded.addRoundedRect(QRectF(place), _RADIUS, _RADIUS)
        painter.save()
        painter.setClipPath(rounded)
        picture = self._mosaics.picture(card)
        if picture.isNull():
            first, second = self._tints(card)
            gradient = QLinearGradient(QPointF(place.topLeft()), QPointF(place.bottomRight()))
            gradient.setColorAt(0, first)
            gradient.setColorAt(1, second)
            painter.fillRect(place, gradient)
            edge = place.width() // 3
            painter.setOpacity(0.55)
            self._theme.icon("note", "base").paint(
                painter, place.adjusted(edge, edge, -edge, -edge)
            )
        else:
            painter.drawPixmap(place, picture)
        painter.restore()

    def _tints(self, card: GroupCard) -> tuple[QColor, QColor]:
        """Return the colours of a group without covers, which it keeps."""
        hue = card.id * _GOLDEN % 1
        light = (0.40, 0.28) if self._theme.colours == DARK else (0.70, 0.56)
        return (
            QColor.fromHslF(hue, 0.42, light[0]),
            QColor.fromHslF((hue + 0.09) % 1, 0.46, light[1]),
        )

    def _draw_play(self, painter: QPainter, place: QRect) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.colours.accent))
        painter.drawEllipse(place)
        self._theme.icon("play", "on_accent").paint(painter, place.adjusted(10, 10, -10, -10))

    def _draw_text(self, painter: QPainter, card: GroupCard, place: QRect, font: QFont) -> None:
        colours = self._theme.colours
        line = self._view.fontMetrics().lineSpacing()
        bold = QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(QColor(colours.text))
        lines = _wrapped(card.name, bold, place.width(), _NAME_LINES, painter)
        left = Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        top = place.top()
        for text in lines:
            painter.drawText(QRect(place.left(), top, place.width(), line), left, text)
            top += line
        painter.setFont(font)
        painter.setPen(QColor(colours.dim))
        room = QRect(place.left(), top + 2, place.width(), line)
        if card.frozen:
            side = self._view.fontMetrics().ascent()
            self._theme.icon("lock", "dim").paint(
                painter, QRect(room.left(), room.top() + (line - side) // 2, side, side)
            )
            room.setLeft(room.left() + side + 5)
        text = painter.fontMetrics().elidedText(
            summary(card), Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, left, text)


class GroupGrid(QListView):
    """View of the groups; opens them, and plays them by the button that appears under the mouse."""

    opened = Signal(int)
    play_wanted = Signal(int)
    menu_wanted = Signal(int, object)
    """The group's id, and the position on the screen."""
    rename_wanted = Signal(int)

    def __init__(self, model: GroupModel, mosaics: Mosaics, theme: Theme) -> None:
        super().__init__()
        self._groups = model
        self.setObjectName("groups")
        self.setModel(model)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # Otherwise a width at which the bar comes and goes would lay out without end.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setDragEnabled(False)
        self.setMouseTracking(True)
        self.delegate = GroupDelegate(model, mosaics, theme, self)
        self.setItemDelegate(self.delegate)
        mosaics.ready.connect(model.redraw)
        theme.changed.connect(self.viewport().update)
        self.clicked.connect(self._click)
        self.extra_actions = (
            self._action(self.tr("Open group"), self.opened, "Return", "Enter"),
            self._action(self.tr("Play group"), self.play_wanted, "Shift+Return", "Shift+Enter"),
            self._action(self.tr("Rename group"), self.rename_wanted, "F2"),
        )
        """Actions for the group that the keyboard is on."""
        self._pressed_at = QPoint(-1, -1)

    @property
    def current(self) -> int | None:
        """The group that the keyboard is on."""
        index = self.currentIndex()
        return self._groups.cards[index.row()].id if index.isValid() else None

    def select(self, group_id: int) -> None:
        """Put the keyboard on a group, and scroll to it."""
        if (row := self._groups.row_of(group_id)) is not None:
            self.setCurrentIndex(self._groups.index(row))

    def start_at_first(self) -> None:
        """Give the arrow keys a place to start from, if they are used here."""
        if self.hasFocus() and not self.currentIndex().isValid() and self._groups.cards:
            self.setCurrentIndex(self._groups.index(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit as many cards into a row as are wide enough (Qt override)."""
        # By this width Qt breaks the rows; the viewport is somewhat wider.
        room = self.maximumViewportSize().width() - 1
        # On a wide screen, cards are larger rather than more.
        columns = max(1, room // min(max(_NARROWEST, room // _IN_A_ROW), _WIDEST))
        width = max(min(room // columns, _WIDEST), 1)
        size = QSize(width, self.delegate.height(width))
        if size != self.gridSize():
            self.setGridSize(size)
        super().resizeEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Fit the cards to another font (Qt override)."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self.gridSize().width() > 0:
            width = self.gridSize().width()
            self.setGridSize(QSize(width, self.delegate.height(width)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Start on the first group (Qt override)."""
        super().focusInEvent(event)
        self.start_at_first()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Take the frame off (Qt override)."""
        super().focusOutEvent(event)
        self.viewport().update()

    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Go on in the next row after the end of one, and from above a gap to the last card (Qt override)."""
        row, last = self.currentIndex().row(), len(self._groups.cards) - 1
        columns = max(1, (self.maximumViewportSize().width() - 1) // self.gridSize().width())
        step = {
            QAbstractItemView.CursorAction.MoveLeft: -1,
            QAbstractItemView.CursorAction.MoveRight: 1,
            QAbstractItemView.CursorAction.MoveUp: -columns,
            QAbstractItemView.CursorAction.MoveDown: columns,
        }.get(action)
        if step is None or row < 0:
            return super().moveCursor(action, modifiers)
        has_row_below = last // columns > row // columns
        if step == columns and has_row_below:
            return self._groups.index(min(row + step, last))
        return self._groups.index(row + step if 0 <= row + step <= last else row)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Note where the mouse was pressed (Qt override)."""
        self._pressed_at = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show that a card can be clicked (Qt override)."""
        super().mouseMoveEvent(event)
        over = self.indexAt(event.position().toPoint()).isValid()
        self.viewport().setCursor(
            Qt.CursorShape.PointingHandCursor if over else Qt.CursorShape.ArrowCursor
        )

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a group's menu (Qt override)."""
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_keyboard else self.indexAt(event.pos())
        if index.isValid():
            middle = self.viewport().mapToGlobal(self.visualRect(index).center())
            self.menu_wanted.emit(
                self._groups.cards[index.row()].id, middle if by_keyboard else event.globalPos()
            )

    def _action(self, text: str, wanted: SignalInstance, *shortcuts: str) -> QAction:
        action = QAction(text, self)
        action.setShortcuts([QKeySequence(keys) for keys in shortcuts])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)

        def do() -> None:
            if (group := self.current) is not None:
                wanted.emit(group)

        action.triggered.connect(do)
        self.addAction(action)
        return action

    def _click(self, index: Index) -> None:
        group = self._groups.cards[index.row()].id
        place = self.delegate.play_place(self.visualRect(self._groups.index(index.row())))
        if place.contains(self._pressed_at):
            self.play_wanted.emit(group)
        else:
            self.opened.emit(group)


def _wrapped(text: str, font: QFont, width: int, lines: int, painter: QPainter) -> list[str]:
    """Return a text in at most some lines, the last of which is elided."""
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    layout.beginLayout()
    starts: list[int] = []
    while len(starts) < lines and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        starts.append(line.textStart())
    layout.endLayout()
    parts = [text[i:j].rstrip() for i, j in itertools.pairwise(starts)]
    last = text[starts[-1] :] if starts else ""
    return [*parts, painter.fontMetrics().elidedText(last, Qt.TextElideMode.ElideRight, width)]

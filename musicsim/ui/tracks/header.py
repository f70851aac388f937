"""Table heading whose columns always fill the width; some are hidden when the table gets narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QPainter, QPalette
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.track_model import ICONS, NUMERIC, Column, column_name

PADDING = 10
"""Pixels at the left and right of a cell's text."""


@dataclass(frozen=True)
class ColumnLayout:
    """Behaviour of a column in one table."""

    column: Column
    width: int
    """Initial width in pixels; the columns that stretch share the difference to the table's width."""
    stretches: bool = False
    gives_way: int = 0
    """Columns with higher numbers are hidden earlier when the table gets narrow; 0 stays."""
    extra: bool = False
    """Whether it is hidden until the listener asks for it."""


class FillingHeader(QHeaderView):
    """Heading that keeps the sum of the column widths at the table's width.

    A column that is made wider takes the space from the stretching columns after it. The listener may hide columns
    through the heading's context menu.
    """

    def __init__(self, layout: Sequence[ColumnLayout], theme: Theme, table: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, table)
        self._table = table
        self._layout = tuple(layout)
        self._theme = theme
        self._unwanted = {each.column for each in layout if each.extra}
        """Columns that the listener hid, or didn't ask for."""
        self._fitting = False
        self._widths = {each.column: each.width for each in layout}
        """Preferred width of each column, kept apart from its width while the table is narrow."""
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMinimumSectionSize(28)
        self.setStretchLastSection(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.sectionResized.connect(self._resized)

    @property
    def order(self) -> list[Column]:
        """The table's columns."""
        return [each.column for each in self._layout]

    def arrange(self) -> None:
        """Put the columns in the layout's order, the others after them; call this once the table has its model."""
        for place, each in enumerate(self._layout):
            self.moveSection(self.visualIndex(each.column), place)

    def save(self) -> str:
        """Return widths and hidden columns as text for `restore`."""
        widths = ",".join(f"{column.name}={width}" for column, width in self._widths.items())
        hidden = ",".join(sorted(column.name for column in self._unwanted))
        return f"{widths};{hidden}"

    def restore(self, saved: str) -> None:
        """Apply what `save` returned; ignore what doesn't fit this table."""
        widths, _, hidden = saved.partition(";")
        known = set()
        for entry in widths.split(","):
            name, _, width = entry.partition("=")
            known.add(name)
            if name in Column.__members__ and Column[name] in self._widths and width.isdecimal():
                self._widths[Column[name]] = max(self.minimumSectionSize(), int(width))
        optional = {each.column for each in self._layout if each.gives_way}
        # An earlier version may have saved this before there were some of the columns.
        new = {each.column for each in self._layout if each.extra and each.column.name not in known}
        self._unwanted = (
            {Column[name] for name in hidden.split(",") if name in Column.__members__} | new
        ) & optional
        self.fit()

    def fit(self) -> None:
        """Share the table's width among the columns."""
        room = self._table.viewport().width()
        # Hiding a column may bring Qt back here.
        if self._fitting or room <= 0 or self.count() == 0:
            return
        shown = self._columns_for(room)
        self._fitting = True
        for column in Column:
            self.setSectionHidden(column, column not in shown)
        fixed = sum(self._widths[each.column] for each in shown.values() if not each.stretches)
        stretching = [each.column for each in shown.values() if each.stretches]
        for column in shown:
            if column not in stretching:
                self.resizeSection(column, self._widths[column])
        left, wish = room - fixed, sum(self._widths[column] for column in stretching)
        for column in stretching:
            share = left * self._widths[column] // wish if column != stretching[-1] else left
            share = max(self.minimumSectionSize(), share)
            left, wish = left - share, wish - self._widths[column]
            self.resizeSection(column, share)
        self._fitting = False

    def _columns_for(self, room: int) -> dict[Column, ColumnLayout]:
        shown = {each.column: each for each in self._layout if each.column not in self._unwanted}
        for each in sorted(self._layout, key=lambda each: -each.gives_way):
            least = sum(other.width * (0.62 if other.stretches else 1) for other in shown.values())
            if least <= room or not each.gives_way:
                break
            shown.pop(each.column, None)
        return shown

    def _resized(self, section: int, old: int, new: int) -> None:
        # A change from or to 0 is not a drag by the listener: Qt hides hidden columns again after a change of rows.
        if self._fitting or not (old and new):
            return
        # The listener drags a border: the stretching columns after it compensate, or else those before it.
        shown = [each for each in self._layout if not self.isSectionHidden(each.column)]
        places = [each.column for each in shown]
        if section not in places:
            return
        at = places.index(Column(section))
        others = [each.column for each in shown[at + 1 :] if each.stretches] or [
            each.column for each in shown[:at] if each.stretches
        ]
        self._fitting = True
        missing = new - old
        for column in others:
            size = self.sectionSize(column)
            given = max(self.minimumSectionSize() * 2, size - missing) - size
            self.resizeSection(column, size + given)
            missing += given
        if missing > 0:
            self.resizeSection(section, new - missing)
        self._fitting = False
        for each in shown:
            self._widths[each.column] = self.sectionSize(each.column)

    def sizeHint(self) -> QSize:
        """Return a height with some space above and below the text; the table decides on the width (Qt override)."""
        # Qt's own measures the text of every column, which took a tenth of the time to open the window.
        return QSize(0, self.fontMetrics().height() + 14)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open a menu that shows and hides columns (Qt override)."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for each in self._layout:
            if each.gives_way:
                action = QAction(column_name(each.column), menu)
                action.setCheckable(True)
                action.setChecked(each.column not in self._unwanted)
                action.toggled.connect(self._shower(each.column))
                menu.addAction(action)
        if not menu.isEmpty():
            menu.popup(event.globalPos())

    def _shower(self, column: Column) -> Callable[[bool], None]:
        def show(wanted: bool) -> None:
            if wanted:
                self._unwanted.discard(column)
            else:
                self._unwanted.add(column)
            self.fit()

        return show

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        """Paint a plain heading, with an arrow beside the one that sorts (Qt override)."""
        colours, column = self._theme.colours, Column(logicalIndex)
        painter.save()
        painter.fillRect(rect, self.palette().brush(QPalette.ColorRole.Base))
        painter.setPen(colours.line)
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        sorts = self.isSortIndicatorShown() and self.sortIndicatorSection() == logicalIndex
        text_rect = rect.adjusted(PADDING, 0, -PADDING, -1)
        if sorts:
            up = self.sortIndicatorOrder() is Qt.SortOrder.AscendingOrder
            arrow = QRect(0, 0, 16, 16)
            arrow.moveCenter(text_rect.center())
            if column in NUMERIC:
                arrow.moveLeft(text_rect.left() - 6)
                text_rect.setLeft(arrow.right())
            elif column not in ICONS:
                arrow.moveRight(text_rect.right() + 6)
                text_rect.setRight(arrow.left())
            self._theme.icon("sort-up" if up else "sort-down", "accent").paint(painter, arrow)
        painter.setPen(colours.text if sorts else colours.dim)
        text = str(self.model().headerData(logicalIndex, self.orientation()) or "")
        side = Qt.AlignmentFlag.AlignRight if column in NUMERIC else Qt.AlignmentFlag.AlignLeft
        painter.drawText(
            text_rect,
            side | Qt.AlignmentFlag.AlignVCenter,
            self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, text_rect.width()),
        )
        painter.restore()

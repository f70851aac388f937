"""Layout that puts widgets side by side, and goes on in the next row where there is no more room."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QSizePolicy, QWidget


class FlowLayout(QLayout):
    """Rows of widgets from left to right; a widget that may grow fills its row.

    Parameters
    ----------
    spacing
        Pixels between the widgets of a row.
    row_spacing
        Pixels between the rows; by default the same.
    """

    def __init__(self, parent: QWidget | None, spacing: int, row_spacing: int | None = None):
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._row_spacing = spacing if row_spacing is None else row_spacing
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def insert_widget(self, at: int, widget: QWidget) -> None:
        """Insert a widget before another one."""
        self.addWidget(widget)
        self._items.insert(at, self._items.pop())
        self.invalidate()

    def addItem(self, item: QLayoutItem) -> None:
        """Append an item (Qt override)."""
        self._items.append(item)

    def count(self) -> int:
        """Return the number of items (Qt override)."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item (Qt override)."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Remove an item (Qt override)."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Take no more room than needed (Qt override)."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return that the height depends on the width (Qt override)."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of all rows (Qt override)."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Place the widgets (Qt override)."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """Return the size of the widest widget (Qt override)."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Return the size of the widest widget (Qt override)."""
        margins = self.contentsMargins()
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size.grownBy(margins)

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        """Place the widgets if `move`; return the height of all rows."""
        inner = rect.marginsRemoved(self.contentsMargins())
        y = inner.top()
        rows = self._rows(inner.width())
        for row in rows:
            height = max(item.sizeHint().height() for item in row)
            if move:
                self._place(row, QRect(inner.left(), y, inner.width(), height))
            y += height + self._row_spacing
        below = self._row_spacing if rows else 0
        return y - below - rect.top() + self.contentsMargins().bottom()

    def _rows(self, width: int) -> list[list[QLayoutItem]]:
        rows: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown():
            needed = item.sizeHint().width()
            if not rows or needed > left:
                rows.append([])
                left = width
            rows[-1].append(item)
            left -= needed + self.spacing()
        return rows

    def _place(self, row: list[QLayoutItem], room: QRect) -> None:
        widths = [min(item.sizeHint().width(), room.width()) for item in row]
        left = room.width() - sum(widths) - self.spacing() * (len(row) - 1)
        for number, item in enumerate(row):
            if item.expandingDirections() & Qt.Orientation.Horizontal:
                widths[number] += max(0, left)
                break
        x = room.left()
        parent = self.parentWidget()
        backwards = bool(parent and parent.layoutDirection() is Qt.LayoutDirection.RightToLeft)
        for item, width in zip(row, widths, strict=True):
            height = item.sizeHint().height()
            stretches = item.expandingDirections() & Qt.Orientation.Vertical
            height = room.height() if stretches else min(height, room.height())
            corner = QPoint(x, room.top() + (room.height() - height) // 2)
            if backwards:
                corner.setX(room.left() + room.right() - x - width + 1)
            item.setGeometry(QRect(corner, QSize(width, height)))
            x += width + self.spacing()


def keep_rows_whole(widget: QWidget, event: QEvent) -> None:
    """Keep a widget with a flow layout at least as high as its rows; call this for each of its events.

    The layouts around it know only its least height, and would cut rows off where there is little room.
    """
    if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
        needed = widget.heightForWidth(widget.width())
        if needed != widget.minimumHeight():
            widget.setMinimumHeight(needed)


class FlowBox(QWidget):
    """Widget that is as high as the rows of its flow layout.

    Parameters
    ----------
    spacing, row_spacing
        As for `FlowLayout`.
    whole
        Whether it keeps its rows whole; needless where it can be scrolled.
    """

    def __init__(self, spacing: int, row_spacing: int | None = None, *, whole: bool = True) -> None:
        super().__init__()
        self._whole = whole
        self.flow = FlowLayout(self, spacing, row_spacing)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def event(self, event: QEvent) -> bool:
        """Keep the rows whole (Qt override)."""
        if self._whole:
            keep_rows_whole(self, event)
        return super().event(event)

    def add(self, *widgets: QWidget) -> None:
        """Append widgets."""
        for widget in widgets:
            self.flow.addWidget(widget)

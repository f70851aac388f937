"""Text field in which the listener types a name, and chooses what a list is made from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QPainter, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QLineEdit,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from musicsim.services.making.seeds import SeedKind
from musicsim.services.making.suggestions import Suggestion, Suggestions
from musicsim.ui.builder.words import SEED_ICONS, kind_name, tr
from musicsim.ui.kit import formats
from musicsim.ui.kit.theme import Theme
from musicsim.ui.tracks.track_model import one_line

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()
_SUGGESTION = int(Qt.ItemDataRole.UserRole)
_MOST_SHOWN, _WIDTH = 12, 520


class SuggestionModel(QAbstractListModel):
    """What fits the typed text."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.found: list[Suggestion] = []

    def show_found(self, found: Sequence[Suggestion]) -> None:
        """Show these."""
        self.beginResetModel()
        self.found = list(found)
        self.endResetModel()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        """Return the number of suggestions (Qt override)."""
        return 0 if parent.isValid() else len(self.found)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the name of a suggestion (Qt override)."""
        suggestion = self.found[index.row()]
        if role == _SUGGESTION:
            return suggestion
        if role == Qt.ItemDataRole.DisplayRole:
            return one_line(suggestion.name)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{suggestion.name}, {suggestion_detail(suggestion)}"
        return None


def suggestion_detail(suggestion: Suggestion) -> str:
    """Return what a suggestion is, such as "Album · The Paper Lanterns · 12 tracks"."""
    parts = [kind_name(suggestion.kind), one_line(suggestion.detail)]
    if suggestion.kind is not SeedKind.TRACK:
        parts.append(formats.counted("lists", suggestion.count, "%n track", "%n tracks"))
    return " · ".join(part for part in parts if part)


class _SuggestionDelegate(QStyledItemDelegate):
    """Delegate for a name with what it is beside it."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        opt: Any = option
        return QSize(0, opt.fontMetrics.height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        opt: Any = option
        suggestion: Suggestion = index.data(_SUGGESTION)
        palette: QPalette = opt.palette
        painter.save()
        if opt.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.fillRect(opt.rect, palette.brush(QPalette.ColorRole.Highlight))
        place: QRect = opt.rect.adjusted(8, 0, -10, 0)
        sign = QRect(place.left(), place.center().y() - 8, 17, 17)
        self._theme.icon(SEED_ICONS[suggestion.kind], "dim").paint(painter, sign)
        place.setLeft(sign.right() + 9)
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        elide, metrics = Qt.TextElideMode.ElideRight, opt.fontMetrics
        name = metrics.elidedText(one_line(suggestion.name), elide, place.width())
        painter.setPen(palette.color(QPalette.ColorRole.Text))
        painter.drawText(place, Qt.AlignmentFlag.AlignLeft | middle, name)
        place.setLeft(place.left() + metrics.horizontalAdvance(name) + 14)
        detail = metrics.elidedText(suggestion_detail(suggestion), elide, max(0, place.width()))
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(place, Qt.AlignmentFlag.AlignRight | middle, detail)
        painter.restore()


class SeedField(QLineEdit):
    """Field that offers artists, albums, genres, playlists and tracks while the listener types."""

    chosen = Signal(object)
    """Suggestion"""
    wanted = Signal()
    """The names are needed now, or newer ones."""
    left = Signal()
    """Backspace or Left at the beginning: the listener goes to the chips."""

    def __init__(self, theme: Theme, suggestions: Callable[[], Suggestions | None]) -> None:
        super().__init__()
        self._suggestions = suggestions
        self.setObjectName("seedField")
        self.setPlaceholderText(tr("Add a track, artist, album, genre or playlist"))
        self.setAccessibleName(tr("What the playlist is made from"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.model = SuggestionModel(self)
        # No window of its own, and no QCompleter: that deletes its popup a second time when the window goes.
        self.popup = QListView(self)
        self.popup.setObjectName("suggestions")
        self.popup.setAccessibleName(tr("Suggestions"))
        self.popup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.popup.setMouseTracking(True)
        self.popup.setUniformItemSizes(True)
        self.popup.setModel(self.model)
        self.popup.setItemDelegate(_SuggestionDelegate(theme, self.popup))
        self.popup.clicked.connect(self._choose)
        self.popup.hide()
        self.textEdited.connect(self._search)

    def sizeHint(self) -> QSize:
        """Return a size with room for the placeholder (Qt override)."""
        width = self.fontMetrics().horizontalAdvance(self.placeholderText()) + 24
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return a size for a few letters (Qt override)."""
        return QSize(120, super().minimumSizeHint().height())

    def refresh(self) -> None:
        """Search again: the names have arrived."""
        if self.hasFocus() and self.text():
            self._search(self.text())

    def event(self, event: QEvent) -> bool:
        """Leave undo to the page while nothing is typed (Qt override)."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and not self.text()
            and (
                event.matches(QKeySequence.StandardKey.Undo)
                or event.matches(QKeySequence.StandardKey.Redo)
            )
        ):
            event.ignore()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go to the chips, open the list, or clear the field (Qt override)."""
        at_start = not self.cursorPosition() and not self.hasSelectedText()
        key, is_open = event.key(), self.popup.isVisible()
        if is_open and key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self._go(1 if key == Qt.Key.Key_Down else -1)
        elif is_open and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.popup.currentIndex())
        elif is_open and key == Qt.Key.Key_Escape:
            self.popup.hide()
        elif at_start and key in (Qt.Key.Key_Backspace, Qt.Key.Key_Left):
            self.left.emit()
        elif key == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.text():
            self._search(self.text())
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Close the list (Qt override)."""
        super().focusOutEvent(event)
        self.popup.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Close the list, which would be elsewhere (Qt override)."""
        super().resizeEvent(event)
        self.popup.hide()

    def _search(self, text: str) -> None:
        self.wanted.emit()
        suggestions = self._suggestions()
        self.model.show_found(suggestions.find(text) if suggestions else [])
        if not self.model.found:
            self.popup.hide()
            return
        self._open()
        self.popup.setCurrentIndex(self.model.index(0))
        self.popup.scrollToTop()

    def _open(self) -> None:
        """Show the list below the field, as wide as names need and as high as there is room."""
        window = self.window()
        if self.popup.parent() is not window:
            self.popup.setParent(window)
        corner = self.mapTo(window, self.rect().bottomLeft())
        rows = min(_MOST_SHOWN, len(self.model.found))
        width = min(max(self.width(), _WIDTH), window.width() - 16)
        height = min(rows * self.popup.sizeHintForRow(0) + 10, window.height() - corner.y() - 8)
        left = max(8, min(corner.x(), window.width() - width - 8))
        self.popup.setGeometry(left, corner.y() + 4, width, height)
        self.popup.show()
        self.popup.raise_()

    def _go(self, steps: int) -> None:
        rows = self.model.rowCount()
        row = (self.popup.currentIndex().row() + steps) % rows
        self.popup.setCurrentIndex(self.model.index(row))

    def _choose(self, index: QModelIndex) -> None:
        if 0 <= index.row() < len(self.model.found):
            suggestion = self.model.found[index.row()]
            self.popup.hide()
            self.model.show_found([])
            self.clear()
            self.chosen.emit(suggestion)

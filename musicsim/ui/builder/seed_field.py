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
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPalette
from PySide6.QtWidgets import (
    QCompleter,
    QLineEdit,
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
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
_MOST_SHOWN = 12


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
        self.popup = QListView()
        self.popup.setObjectName("suggestions")
        self.popup.setMouseTracking(True)
        self.popup.setUniformItemSizes(True)
        self._completer = QCompleter(self.model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_MOST_SHOWN)
        self._completer.setPopup(self.popup)
        self.popup.setItemDelegate(_SuggestionDelegate(theme, self.popup))
        # Not setCompleter: the field would then hold the name that was chosen.
        self._completer.setWidget(self)
        self._completer.activated[QModelIndex].connect(self._choose)  # type: ignore[index]
        self.textEdited.connect(self._search)
        self.returnPressed.connect(self._choose_first)

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
        if at_start and event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Left):
            self.left.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        elif event.key() == Qt.Key.Key_Down and self.text():
            self._search(self.text())
        else:
            super().keyPressEvent(event)

    def _search(self, text: str) -> None:
        self.wanted.emit()
        suggestions = self._suggestions()
        self.model.show_found(suggestions.find(text) if suggestions else [])
        if not self.model.found:
            self.popup.hide()
            return
        # As wide as names need, also if the field is narrow.
        parent = self.parentWidget()
        width = max(self.width(), min(520, parent.width() if isinstance(parent, QWidget) else 520))
        place = self.rect()
        place.setWidth(width)
        self._completer.complete(place)
        self.popup.setCurrentIndex(self.model.index(0))

    def _choose(self, index: QModelIndex) -> None:
        # Qt reports one Return twice.
        if index.row() < len(self.model.found):
            self._take(self.model.found[index.row()])

    def _choose_first(self) -> None:
        if self.text() and self.model.found:
            self._take(self.model.found[0])

    def _take(self, suggestion: Suggestion) -> None:
        self.popup.hide()
        self.model.show_found([])
        # The completer goes on with the text when this returns.
        QTimer.singleShot(0, self.clear)
        self.clear()
        self.chosen.emit(suggestion)

"""Chips: what a list is made from, each with its name and, in a mix, its weight."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QMimeData, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDrag, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QMenu,
    QSizePolicy,
    QToolButton,
)

from musicsim.services.making.seeds import Seed
from musicsim.ui.builder.dropping import CHIP_MIME
from musicsim.ui.builder.words import (
    SEED_ICONS,
    kind_name,
    seed_summary,
    tr,
    weight_name,
    weight_sign,
)
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, Label, icon_button, plain_tooltip
from musicsim.ui.tracks.track_model import one_line

_WIDEST = 210
"""Pixels of a name; a longer one is elided."""


@dataclass(frozen=True, slots=True)
class ChipState:
    """What a chip shows beside its seed.

    Attributes
    ----------
    place
        In a journey: "From", "via" or "To".
    weighs
        Whether it has a weight.
    waits
        Whether nothing of it has been listened to yet.
    unused
        Whether this way of making a list has no use for it.
    """

    place: str = ""
    weighs: bool = False
    waits: bool = False
    unused: bool = False


class _Name(ElidedLabel):
    """Name that takes as much room as it needs, up to a limit."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = min(_WIDEST, self.fontMetrics().horizontalAdvance(self.text()) + 4)
        return QSize(width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(min(48, self.sizeHint().width()), super().minimumSizeHint().height())


class Chip(QFrame):
    """One seed. Delete removes it, + and − change its weight, Alt with an arrow key moves it."""

    removed = Signal()
    weighted = Signal(int)
    """Steps up, or down if it is below 0."""
    moved = Signal(int)
    """Places forward, or back if it is below 0."""
    left = Signal(int)
    """The listener goes to the next chip, or to the one before if it is below 0."""

    def __init__(self, theme: Theme, number: int) -> None:
        super().__init__()
        self.number = number
        self._theme = theme
        self._grabbed: QPoint | None = None
        self.setObjectName("chip")
        # It must not grow with its row.
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._place = Label()
        self._place.setObjectName("dim")
        self._sign = QToolButton()
        self._sign.setObjectName("sign")
        self._sign.setIconSize(QSize(17, 17))
        self._sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.name = _Name()
        self._weight = Label()
        self._weight.setObjectName("chipWeight")
        self.less = self._button(tr("Less of this"), "minus", lambda: self.weighted.emit(-1))
        self.more = self._button(tr("More of this"), "add", lambda: self.weighted.emit(1))
        self.remove = self._button(tr("Remove"), "close", self.removed.emit)
        row = QHBoxLayout(self)
        row.setContentsMargins(5, 1, 4, 1)
        row.setSpacing(2)
        for widget in (self._place, self._sign, self.name, self._weight):
            row.addWidget(widget)
        row.setStretch(row.indexOf(self.name), 1)
        row.addSpacing(2)
        for widget in (self.less, self.more, self.remove):
            row.addWidget(widget)

    def show_seed(self, seed: Seed, state: ChipState) -> None:
        """Show a seed."""
        name = one_line(seed.name) or kind_name(seed.kind)
        self.name.setText(name)
        self._theme.set_icon(self._sign, "pending" if state.waits else SEED_ICONS[seed.kind], "dim")
        self._place.setText(f"{state.place} " if state.place else "")
        self._place.setVisible(bool(state.place))
        for widget in (self.less, self.more):
            widget.setVisible(state.weighs)
        weighs = state.weighs or seed.weight < 0
        self._weight.setText(weight_sign(seed.weight) if weighs else "")
        self._weight.setVisible(bool(self._weight.text()))
        kind = "unused" if state.unused else "less" if seed.weight < 0 else ""
        if kind != self.property("kind"):
            self.setProperty("kind", kind)
            for part in (self, self.name, self._weight):
                self.style().unpolish(part)
                self.style().polish(part)
        notes = [name, seed_summary(seed)]
        if weighs and (weight := weight_name(seed.weight)):
            notes.append(weight)
        if state.waits:
            notes.append(tr("Not listened to yet: it counts as soon as it has been"))
        if state.unused:
            notes.append(tr("A journey has no use for what you want less of"))
        self.setToolTip(plain_tooltip("\n".join(notes)))
        self.setAccessibleName(", ".join([state.place, *notes] if state.place else notes))
        self.remove.setAccessibleName(tr("Remove {0}").format(name))
        self.less.setAccessibleName(tr("Less of {0}").format(name))
        self.more.setAccessibleName(tr("More of {0}").format(name))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Change, move or remove the seed (Qt override)."""
        key, alt = event.key(), bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        back = -1 if self.layoutDirection() is Qt.LayoutDirection.LeftToRight else 1
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            steps = back if key == Qt.Key.Key_Left else -back
            (self.moved if alt else self.left).emit(steps)
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal) and self.more.isVisible():
            self.weighted.emit(1)
        elif key == Qt.Key.Key_Minus and self.less.isVisible():
            self.weighted.emit(-1)
        elif key == Qt.Key.Key_Menu:
            self._open_menu(self.mapToGlobal(self.rect().bottomLeft()))
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Open the menu (Qt override)."""
        self._open_menu(event.globalPos())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember where a drag would begin (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton:
            self._grabbed = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Begin to move the chip among the others (Qt override)."""
        if self._grabbed is None:
            return
        way = event.position().toPoint() - self._grabbed
        if way.manhattanLength() >= QApplication.startDragDistance():
            grabbed, self._grabbed = self._grabbed, None
            drag = QDrag(self)
            drag.setMimeData(self.mime_data())
            drag.setPixmap(self.grab())
            drag.setHotSpot(grabbed)
            drag.exec(Qt.DropAction.MoveAction)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Forget the drag that did not begin (Qt override)."""
        self._grabbed = None

    def mime_data(self) -> QMimeData:
        """Return what is dragged."""
        data = QMimeData()
        data.setData(CHIP_MIME, str(self.number).encode())
        return data

    def _open_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if not self.more.isHidden():
            menu.addAction(tr("More of this")).triggered.connect(lambda: self.weighted.emit(1))
            menu.addAction(tr("Less of this")).triggered.connect(lambda: self.weighted.emit(-1))
        menu.addAction(tr("Move forward")).triggered.connect(lambda: self.moved.emit(-1))
        menu.addAction(tr("Move back")).triggered.connect(lambda: self.moved.emit(1))
        menu.addSeparator()
        menu.addAction(tr("Remove")).triggered.connect(self.removed)
        menu.popup(place)

    def _button(self, name: str, icon: str, do: object) -> QToolButton:
        made = icon_button(name, self._theme, icon)
        made.setObjectName("small")
        made.setIconSize(QSize(15, 15))
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        made.clicked.connect(do)
        return made

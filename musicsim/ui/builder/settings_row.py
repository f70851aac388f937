"""Row with the way of making the list, its size, variety and order."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)

from musicsim.playlists.arranging import Order
from musicsim.services.making import drafts
from musicsim.services.making.drafts import Draft
from musicsim.services.making.request import Mode
from musicsim.ui.builder.modes import choice_of, mode_choices, order_name
from musicsim.ui.builder.words import tr
from musicsim.ui.kit.flow_layout import FlowBox
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import Label, plain_tooltip

MOST_TRACKS = 500
MOST_MINUTES = 1440


class SettingsRow(FlowBox):
    """The settings that every list has.

    Parameters
    ----------
    further
        Widgets at the end of the row.
    """

    edited = Signal(object, str)
    """The draft after the change, and the kind of the change, if several in a row are one."""

    def __init__(self, theme: Theme, *further: QWidget) -> None:
        super().__init__(12, 6)
        self._draft = Draft()
        self.modes: dict[Mode, QToolButton] = {}
        self._group = QButtonGroup(self)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for choice in mode_choices():
            button = QToolButton()
            button.setObjectName("choice")
            button.setText(choice.name)
            button.setToolTip(plain_tooltip(choice.hint))
            button.setAccessibleName(choice.name)
            button.setAccessibleDescription(choice.hint)
            button.setCheckable(True)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            theme.set_icon(button, choice.icon)
            button.clicked.connect(self._setter(mode=choice.mode))
            self._group.addButton(button)
            self.modes[choice.mode] = button
            buttons.addWidget(button)
        self.amount = QSpinBox()
        self.amount.setFixedWidth(62)
        self.amount.setAccessibleName(tr("Size of the list"))
        self.amount.valueChanged.connect(self._resize)
        self.unit = QComboBox()
        self.unit.addItems([tr("tracks"), tr("minutes")])
        self.unit.setAccessibleName(tr("Whether the size is in tracks or in minutes"))
        self.unit.activated.connect(
            lambda at: self.edited.emit(drafts.in_minutes(self._draft, at == 1), "")
        )
        self.variety = QSlider(Qt.Orientation.Horizontal)
        self.variety.setRange(0, 100)
        self.variety.setPageStep(20)
        self.variety.setFixedWidth(96)
        # Part of a row that must not grow with it.
        self.variety.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.variety.setAccessibleName(tr("Variety"))
        self.variety.setToolTip(
            tr("From the closest tracks to a wide choice of tracks that sound unlike each other")
        )
        self.variety.valueChanged.connect(
            lambda value: self.edited.emit(
                drafts.changed(self._draft, variety=value / 100), "variety"
            )
        )
        self.order = QComboBox()
        for order in (Order.FLOW, Order.FOUND, Order.RANDOM):
            self.order.addItem(order_name(order), order)
        self.order.setAccessibleName(tr("Order"))
        self.order.setToolTip(tr("Order of the list"))
        self.order.activated.connect(
            lambda at: self._setter(order=Order(self.order.itemData(at)))()
        )
        self._size_part = _part(self.amount, self.unit)
        self._variety_part = _part(_dim(tr("Closest")), self.variety, _dim(tr("Explore")))
        self._order_part = _part(self.order)
        self._modes_part = QWidget()
        buttons.setContentsMargins(0, 0, 0, 0)
        self._modes_part.setLayout(buttons)
        self.add(self._modes_part, self._size_part, self._variety_part, self._order_part)
        self.add(*further)

    def show_draft(self, draft: Draft) -> None:
        """Show the settings of a draft."""
        self._draft = draft
        choice = choice_of(draft.mode)
        with QSignalBlocker(self.amount), QSignalBlocker(self.variety):
            self.modes[draft.mode].setChecked(True)
            in_minutes = draft.minutes is not None
            self.unit.setCurrentIndex(1 if in_minutes else 0)
            self.amount.setRange(
                5 if in_minutes else 1, MOST_MINUTES if in_minutes else MOST_TRACKS
            )
            self.amount.setSingleStep(5 if in_minutes else 1)
            self.amount.setValue(
                round(draft.minutes) if draft.minutes is not None else draft.length
            )
            self.variety.setValue(round(100 * draft.variety))
            self.order.setCurrentIndex(self.order.findData(draft.order))
        for part in (self._variety_part, self._order_part):
            part.setVisible(choice.varies)
        self.flow.invalidate()
        self.updateGeometry()

    def _resize(self, value: int) -> None:
        in_minutes = self._draft.minutes is not None
        size = {"minutes": float(value)} if in_minutes else {"length": value}
        self.edited.emit(drafts.changed(self._draft, **size), "size")

    def _setter(self, **settings: object) -> Callable[[], None]:
        return lambda: self.edited.emit(drafts.changed(self._draft, **settings), "")


def _dim(text: str) -> Label:
    made = Label(text)
    made.setObjectName("dim")
    return made


def _part(*widgets: QWidget) -> QWidget:
    """Return widgets that stay together in a row."""
    part = QWidget()
    row = QHBoxLayout(part)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        row.addWidget(widget)
    return part

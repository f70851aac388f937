"""Head of the queue while a radio is on: what it is like, how near it stays, and what it has learned from."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QToolButton, QVBoxLayout

from musicsim.services.making.radio import Strictness
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import ElidedLabel, button, plain_tooltip, scaled_font
from musicsim.ui.playback.radio_desk import RadioDesk
from musicsim.ui.playback.radio_names import learned_text


class _CalmBox(QComboBox):
    """Box that ignores the wheel, which scrolls what is around it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel (Qt override)."""
        event.ignore()


class RadioHeader(QFrame):
    """Card that shows the radio, and lets the listener change and stop it; hidden while none is on."""

    def __init__(self, desk: RadioDesk, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("card")
        self._desk = desk
        sign = QToolButton()
        sign.setObjectName("sign")
        sign.setIconSize(QSize(20, 20))
        sign.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sign.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.set_icon(sign, "radio", "accent")
        self.title = ElidedLabel()
        self.title.setFont(scaled_font(self.title, 1.0, bold=True))
        self.about = ElidedLabel()
        self.about.setObjectName("dim")
        self.stop = button(self.tr("Stop"), theme)
        self.stop.setAccessibleName(self.tr("Stop the radio"))
        self.stop.setToolTip(
            self.tr("The song that plays goes on, and nothing of the radio comes after it.")
        )
        self.strictness = _CalmBox()
        self.strictness.setAccessibleName(self.tr("How near the radio stays"))
        for strictness, name, does in (
            (
                Strictness.LOCKED_IN,
                self.tr("Locked in"),
                self.tr("Only what is nearest; your skips and likes hardly move it."),
            ),
            (Strictness.FOCUSED, self.tr("Focused"), self.tr("Near what it was started from.")),
            (
                Strictness.BALANCED,
                self.tr("Balanced"),
                self.tr("Wider around it, and to where your likes lead."),
            ),
            (
                Strictness.ADVENTUROUS,
                self.tr("Adventurous"),
                self.tr("Far around it: for discoveries."),
            ),
        ):
            self.strictness.addItem(name, strictness.value)
            self.strictness.setItemData(
                self.strictness.count() - 1, does, Qt.ItemDataRole.ToolTipRole
            )
        self.follows_vibe = QCheckBox(self.tr("Follow the vibe"))
        self.follows_vibe.setToolTip(
            self.tr("Go on from what you heard last, instead of staying near the beginning.")
        )
        names = QVBoxLayout()
        names.setSpacing(0)
        names.addWidget(self.title)
        names.addWidget(self.about)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(sign)
        head.addLayout(names, 1)
        head.addWidget(self.stop)
        choices = QHBoxLayout()
        choices.setContentsMargins(4, 0, 0, 0)
        choices.setSpacing(10)
        choices.addWidget(self.strictness)
        choices.addWidget(self.follows_vibe)
        choices.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addLayout(choices)
        self.stop.clicked.connect(desk.stop)
        self.strictness.activated.connect(self._choose)
        self.follows_vibe.clicked.connect(
            lambda on: desk.change(replace(desk.settings, follows_vibe=on))
        )
        desk.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the radio as it is now."""
        desk = self._desk
        self.setVisible(desk.is_on)
        row = self.strictness.findData(desk.settings.strictness.value)
        with QSignalBlocker(self.strictness):
            self.strictness.setCurrentIndex(row)
        tip = self.strictness.itemData(row, Qt.ItemDataRole.ToolTipRole)
        self.strictness.setToolTip(plain_tooltip(tip or ""))
        self.follows_vibe.setChecked(desk.settings.follows_vibe)
        self.title.setText(self.tr("Radio {0}").format(desk.name))
        self.about.setText(learned_text(*desk.learned_from))

    def _choose(self) -> None:
        chosen = Strictness(self.strictness.currentData())
        self._desk.change(replace(self._desk.settings, strictness=chosen))

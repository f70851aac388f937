"""Settings page: how thoroughly musicsim listens, and how much of the computer it may use."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from musicsim.audio import FIRST_PASS, SETTLED
from musicsim.base.events import EmbeddingProgress
from musicsim.services.listening.settings import QUALITY, Depth, ListeningSettings
from musicsim.ui.kit import formats
from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.widgets import Label, scaled_font
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class DepthCard(QFrame):
    """One way to listen: its name, what it does and what it costs. A click anywhere on the card selects it."""

    def __init__(self, name: str, does: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.radio = QRadioButton(name)
        self.radio.setFont(scaled_font(self.radio, 1.05, bold=True))
        self.radio.toggled.connect(self._show_chosen)
        self._does = does
        self._text = Label()
        self._text.setObjectName("dim")
        self._text.setWordWrap(True)
        self._text.setContentsMargins(22, 0, 0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(4)
        column.addWidget(self.radio)
        column.addWidget(self._text)

    @property
    def text(self) -> str:
        """Text below the name."""
        return self._text.text()

    def show_cost(self, cost: str) -> None:
        """Show cost and benefit below the description."""
        self._text.setText(f"{self._does}\n{cost}")
        self.radio.setAccessibleDescription(self._text.text())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select this way to listen (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.radio.click()

    def _show_chosen(self, chosen: bool) -> None:
        self.setProperty("chosen", chosen)
        self.style().unpolish(self)
        self.style().polish(self)


class ListeningPage(QWidget):
    """Page of the listening settings; each choice applies at once."""

    def __init__(
        self, app: Musicsim, bridge: Bridge, store: TrackStore, messages: Messages
    ) -> None:
        super().__init__()
        self._app = app
        self._store = store
        self._messages = messages
        self.cards = {
            Depth.QUICK: DepthCard(
                self.tr("Quick"),
                self.tr("Listens to {0} seconds of each track.").format(FIRST_PASS),
            ),
            Depth.SETTLED: DepthCard(
                self.tr("Thorough"),
                self.tr(
                    "Begins like Quick, then goes on in the background to {0} seconds of each track."
                ).format(SETTLED),
            ),
            Depth.EVERY: DepthCard(
                self.tr("Everything"),
                self.tr(
                    "Begins like Quick, then listens to each track from beginning to end in the background."
                ),
            ),
        }
        group = QButtonGroup(self)
        for depth, card in self.cards.items():
            group.addButton(card.radio)
            card.radio.clicked.connect(
                lambda _, depth=depth: self._set(replace(app.listening.settings, depth=depth))
            )
        self.cores = QComboBox()
        cores = os.cpu_count() or 1
        self.cores.addItem(self.tr("All ({0})").format(formats.number(cores)), None)
        for few in range(1, cores):
            self.cores.addItem(formats.number(few), few)
        self.cores.activated.connect(
            lambda: self._set(replace(app.listening.settings, threads=self.cores.currentData()))
        )
        self.gentle = QCheckBox(self.tr("Gentle: leave a core to other programs"))
        self.gentle.clicked.connect(
            lambda checked: self._set(replace(app.listening.settings, gentle=checked))
        )
        self._lay_out()
        bridge.model_changed.connect(self._refresh_if_seen)
        bridge.embedding_progress.connect(self._follow)
        self.refresh()

    def _lay_out(self) -> None:
        cores_label = Label(self.tr("&Cores to use:"))
        cores_label.setBuddy(self.cores)
        cores = QHBoxLayout()
        cores.setSpacing(10)
        cores.addWidget(cores_label)
        cores.addWidget(self.cores)
        cores.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(10)
        column.addWidget(_heading(self.tr("How thoroughly musicsim listens to your library")))
        for card in self.cards.values():
            column.addWidget(card)
        column.addSpacing(10)
        column.addWidget(_heading(self.tr("What it may take of this computer")))
        column.addLayout(cores)
        column.addWidget(self.gentle)
        column.addStretch(1)

    def showEvent(self, event: QShowEvent) -> None:
        """Update the page: the library may have grown (Qt override)."""
        super().showEvent(event)
        self.refresh()

    def refresh(self) -> None:
        """Show the current settings, and what they cost."""
        settings = self._app.listening.settings
        self.cards[settings.depth].radio.setChecked(True)
        for depth, card in self.cards.items():
            card.show_cost(self._cost(depth))
        # More cores than this computer has count as all of them.
        self.cores.setCurrentIndex(max(0, self.cores.findData(settings.threads)))
        self.gentle.setChecked(settings.gentle)

    def _refresh_if_seen(self) -> None:
        if self.isVisible():
            self.refresh()

    def _follow(self, progress: EmbeddingProgress) -> None:
        # The cost of a track is noted at the end.
        if progress.finished:
            self._refresh_if_seen()

    def _cost(self, depth: Depth) -> str:
        parts = [self._brings(depth)]
        if (seconds := self._app.listening.seconds_a_track(depth)) is not None:
            parts.append(self.tr("About {0} a track on this computer").format(_seconds(seconds)))
            if tracks := self._store.counts().tracks:
                library = self.tr("{0} for your library")
                parts[-1] += ", " + library.format(formats.span(max(1.0, seconds * tracks)))
            parts[-1] += "."
        return "\n".join(parts)

    def _brings(self, depth: Depth) -> str:
        quality = QUALITY[depth]
        if depth is Depth.EVERY:
            return self.tr("The reference for the other settings.")
        share = round(100 * quality.map_share)
        how_well = (
            self.tr("Finds what sounds alike as well as Everything")
            if share >= 100
            else self.tr("Finds what sounds alike {0} % as well as Everything").format(share)
        )
        same = self.tr("{0} of the ten nearest tracks are the same")
        return f"{how_well}; {same.format(round(10 * quality.overlap))}."

    def _set(self, settings: ListeningSettings) -> None:
        with self._messages.reporting():
            self._app.listening.set_settings(settings)
        # Also if the settings could not be saved.
        self.refresh()


def _heading(text: str) -> Label:
    label = Label(text)
    label.setFont(scaled_font(label, 1.15, bold=True))
    label.setWordWrap(True)
    return label


def _seconds(seconds: float) -> str:
    """Return a time in words, such as ``0.1 s``, ``12 s`` or ``2 min``."""
    if seconds >= 10:
        return formats.span(seconds)
    return f"{max(0.1, seconds):.1f} s"

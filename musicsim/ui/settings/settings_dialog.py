"""Settings dialog: playback, listening, models, and likes and bans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings, QSize
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from musicsim.ui.kit.bridge import Bridge
from musicsim.ui.kit.messages import Messages
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.widgets import button
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.history import History
from musicsim.ui.playback.settings_page import PlaybackPage
from musicsim.ui.settings.listening_page import ListeningPage
from musicsim.ui.settings.model_page import ModelPage
from musicsim.ui.settings.opinions_page import OpinionsPage
from musicsim.ui.tracks.store import TrackStore

if TYPE_CHECKING:
    from musicsim.app import Musicsim


class SettingsDialog(QDialog):
    """Dialog of four pages. Each choice applies at once, and the window stays usable."""

    def __init__(
        self,
        app: Musicsim,
        bridge: Bridge,
        store: TrackStore,
        messages: Messages,
        theme: Theme,
        settings: QSettings,
        controls: PlaybackControls,
        history: History,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Settings"))
        self.playback = PlaybackPage(controls, history)
        self.listening = ListeningPage(app, bridge, store, messages)
        self.model = ModelPage(app, bridge, store, messages, theme, settings)
        self.opinions = OpinionsPage(app.opinions, bridge, messages, theme)
        self.pages = QTabWidget()
        self.pages.setDocumentMode(True)
        self.pages.tabBar().setDrawBase(False)
        self.pages.addTab(_scrolling(self.playback), self.tr("Playback"))
        self.pages.addTab(_scrolling(self.listening), self.tr("Listening"))
        self.pages.addTab(self.model, self.tr("Model"))
        self.pages.addTab(self.opinions, self.tr("Likes and bans"))
        self.done_button = button(self.tr("Close"), theme)
        self.done_button.clicked.connect(self.close)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 12, 16, 0)
        buttons.addStretch(1)
        buttons.addWidget(self.done_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 16)
        column.setSpacing(0)
        column.addWidget(self.pages, 1)
        column.addLayout(buttons)
        self.resize(QSize(740, 640).boundedTo(self.screen().availableSize()))


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(page)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area

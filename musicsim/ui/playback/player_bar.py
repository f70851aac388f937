"""What plays, and the buttons for it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
)

from musicsim.library.types import Track
from musicsim.ui import formats
from musicsim.ui.covers import CoverTile
from musicsim.ui.playback.player import Player
from musicsim.ui.theme import Theme
from musicsim.ui.track_model import one_line
from musicsim.ui.widgets import ElidedLabel, action_button, icon_button, scaled_font

SEEK_MS = 5000
"""How far an arrow key goes."""


class JumpSlider(QSlider):
    """A horizontal slider whose handle comes to where it is clicked."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt's."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setSliderPosition(self._value_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Qt's."""
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Qt's."""
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def _value_at(self, x: float) -> int:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        handle = self.style().subControlRect(
            QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
        )
        room = max(1, self.width() - handle.width())
        return QStyle.sliderValueFromPosition(
            self.minimum(), self.maximum(), round(x - handle.width() / 2), room
        )


class PlayerBar(QFrame):
    """Track, transport, place in the track, volume."""

    def __init__(
        self,
        player: Player,
        cover: CoverTile,
        theme: Theme,
        *,
        previous: QAction,
        play_pause: QAction,
        following: QAction,
    ) -> None:
        super().__init__()
        self.setObjectName("playerBar")
        self._player = player
        self._theme = theme
        self._cover = cover
        self._volume_before_mute = 0.0
        self._title = ElidedLabel()
        self._title.setFont(scaled_font(self._title, 1.05, bold=True))
        self._artist = ElidedLabel()
        self._artist.setObjectName("dim")
        self.play_pause = action_button(play_pause)
        self.play_pause.setObjectName("bigButton")
        self.play_pause.setIconSize(QSize(24, 24))
        self.play_pause.setFixedSize(QSize(40, 40))
        self.seek = JumpSlider(Qt.Orientation.Horizontal)
        self.seek.setAccessibleName(self.tr("Place in the track"))
        self.seek.setSingleStep(SEEK_MS)
        self.seek.setPageStep(6 * SEEK_MS)
        self.seek.sliderMoved.connect(self._show_elapsed)
        self.seek.sliderReleased.connect(lambda: player.seek(self.seek.sliderPosition()))
        self.seek.actionTriggered.connect(self._seek_by_key)
        self._elapsed = self._time_label(Qt.AlignmentFlag.AlignRight)
        self._length = self._time_label(Qt.AlignmentFlag.AlignLeft)
        self.mute = icon_button(self.tr("Mute"), theme, "volume")
        self.mute.clicked.connect(self._toggle_mute)
        self.volume = JumpSlider(Qt.Orientation.Horizontal)
        self.volume.setAccessibleName(self.tr("Volume"))
        self.volume.setRange(0, 100)
        self.volume.setFixedWidth(96)
        self.volume.valueChanged.connect(self._set_volume)
        self.volume.setValue(round(100 * player.volume))

        names = QVBoxLayout()
        names.setSpacing(1)
        names.addStretch(1)
        names.addWidget(self._title)
        names.addWidget(self._artist)
        names.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 16, 10)
        row.setSpacing(12)
        row.addWidget(cover)
        row.addLayout(names, 3)
        transport = QHBoxLayout()
        transport.setSpacing(4)
        transport.addWidget(action_button(previous))
        transport.addWidget(self.play_pause)
        transport.addWidget(action_button(following))
        row.addLayout(transport)
        place = QHBoxLayout()
        place.setSpacing(8)
        place.addWidget(self._elapsed)
        place.addWidget(self.seek, 1)
        place.addWidget(self._length)
        row.addLayout(place, 5)
        row.addWidget(self.mute)
        row.addWidget(self.volume)

        player.track_changed.connect(self._show_track)
        player.position_changed.connect(self._show_position)
        player.duration_changed.connect(self._show_duration)
        self._show_track(player.track)

    def _time_label(self, alignment: Qt.AlignmentFlag) -> QLabel:
        label = QLabel()
        label.setObjectName("dim")
        label.setAlignment(alignment | Qt.AlignmentFlag.AlignVCenter)
        # As wide as it gets, so that the slider doesn't twitch.
        label.setMinimumWidth(label.fontMetrics().horizontalAdvance("0:00:00"))
        return label

    def _show_track(self, track: Track | None) -> None:
        self._cover.show_track(track)
        self.seek.setEnabled(track is not None)
        if track is None:
            self._title.setText(self.tr("Nothing is playing"))
            self._artist.setText("")
            self._elapsed.setText("")
            self._length.setText("")
            self.seek.setRange(0, 0)
            return
        self._title.setText(one_line(track.title))
        self._artist.setText(one_line(track.artist))
        self._show_duration(round(1000 * (track.tags.duration or 0.0)))
        self._show_position(0)

    def _show_duration(self, milliseconds: int) -> None:
        # Until the decoder knows better, the tags say how long a track is.
        if milliseconds > 0:
            self.seek.setRange(0, milliseconds)
            self._length.setText(formats.length(milliseconds // 1000))

    def _show_position(self, milliseconds: int) -> None:
        if not self.seek.isSliderDown():
            # Not setSliderPosition: that is an action of the listener's to Qt, by which the player would seek.
            self.seek.setValue(milliseconds)
            self._show_elapsed(milliseconds)

    def _show_elapsed(self, milliseconds: int) -> None:
        if self._player.track is not None:
            self._elapsed.setText(formats.length(milliseconds // 1000))

    def _seek_by_key(self, action: int) -> None:
        if not self.seek.isSliderDown():
            self._player.seek(self.seek.sliderPosition())

    def _set_volume(self, percent: int) -> None:
        self._player.set_volume(percent / 100)
        name = self.tr("Mute") if percent else self.tr("Unmute")
        self.mute.setToolTip(name)
        self.mute.setAccessibleName(name)
        self._theme.set_icon(self.mute, "volume" if percent else "muted")

    def _toggle_mute(self) -> None:
        if self.volume.value():
            self._volume_before_mute = self.volume.value()
            self.volume.setValue(0)
        else:
            self.volume.setValue(round(self._volume_before_mute) or 80)

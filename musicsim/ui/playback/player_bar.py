"""Player bar: the track in the player and its controls."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QAction, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.types import Track
from musicsim.ui.kit.theme import Theme
from musicsim.ui.kit.wheel import Notches
from musicsim.ui.kit.widgets import (
    ElidedLabel,
    action_button,
    icon_button,
    plain_tooltip,
    scaled_font,
)
from musicsim.ui.playback.commands import PlaybackCommands
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.protocol import Silence
from musicsim.ui.playback.seek_bar import SeekBar
from musicsim.ui.playback.time_labels import ElapsedLabel, LengthLabel
from musicsim.ui.tracks.covers import CoverTile
from musicsim.ui.tracks.track_model import one_line

_VOLUME_STEP = 5
"""Percent per notch of the wheel, or per press of an arrow key."""


class VolumeSlider(QSlider):
    """Horizontal slider whose handle jumps to where it is clicked."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, 100)
        self.setSingleStep(_VOLUME_STEP)
        self.setFixedWidth(96)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Move the handle to the click (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self.setSliderPosition(self._value_at(event.position().x()))
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the handle with the pointer (Qt override)."""
        if self.isSliderDown():
            self.setSliderPosition(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the drag (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the bar, which changes the volume everywhere (Qt override)."""
        event.ignore()

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


class _Names(QWidget):
    """Title and artist; a click on them, as on the cover, shows the track in its list."""

    clicked = Signal()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Emit `clicked` on a left click (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(
            event.position().toPoint()
        ):
            self.clicked.emit()


class PlayerBar(QFrame):
    """Bar with the track, transport, seek bar and volume."""

    track_clicked = Signal()
    """Request to show the track in its list."""

    def __init__(
        self,
        player: Player,
        cover: CoverTile,
        theme: Theme,
        commands: PlaybackCommands,
        *,
        previous: QAction,
        play_pause: QAction,
        following: QAction,
        like: QAction,
    ) -> None:
        super().__init__()
        self.setObjectName("playerBar")
        self._player = player
        self._theme = theme
        self._cover = cover
        self._volume_before_mute = 0
        self._notches = Notches()
        cover.clicked.connect(self.track_clicked)
        self._names = _Names()
        self._names.clicked.connect(self.track_clicked)
        self._title = ElidedLabel()
        self._title.setFont(scaled_font(self._title, 1.05, bold=True))
        self._artist = ElidedLabel()
        self._notice = ElidedLabel()
        self._notice.setObjectName("notice")
        self._artist.setObjectName("dim")
        self.play_pause = action_button(play_pause)
        self.play_pause.setObjectName("bigButton")
        self.play_pause.setIconSize(QSize(24, 24))
        self.play_pause.setFixedSize(QSize(40, 40))
        self.shuffle = _mode_button(commands.shuffle, commands)
        self.repeat = _mode_button(commands.repeat, commands)
        self.like = action_button(like)
        like.changed.connect(lambda: self.like.setAccessibleName(like.text()))
        self.seek = SeekBar()
        self.seek.seek_wanted.connect(player.seek)
        self.elapsed = ElapsedLabel()
        self.length = LengthLabel()
        self.seek.shown_changed.connect(self._show_elapsed)
        self.mute = icon_button(self.tr("Mute"), theme, "volume")
        self.mute.clicked.connect(self._toggle_mute)
        self.volume = VolumeSlider()
        self.volume.setAccessibleName(self.tr("Volume"))
        self.volume.setValue(round(100 * player.volume))
        self.volume.valueChanged.connect(lambda percent: player.set_volume(percent / 100))
        self._lay_out(action_button(previous), action_button(following))

        player.track_changed.connect(self._show_track)
        player.position_changed.connect(self._show_position)
        player.duration_changed.connect(self._show_duration)
        player.volume_changed.connect(self._show_volume)
        player.silence_changed.connect(self._show_silence)
        self._show_track(player.track)
        self._show_volume(player.volume)

    def _lay_out(self, previous: QToolButton, following: QToolButton) -> None:
        names = QVBoxLayout(self._names)
        names.setContentsMargins(0, 0, 0, 0)
        names.setSpacing(1)
        names.addStretch(1)
        for label in (self._title, self._artist, self._notice):
            names.addWidget(label)
        names.addStretch(1)
        self._notice.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 16, 10)
        row.setSpacing(12)
        row.addWidget(self._cover)
        row.addWidget(self._names, 3)
        row.addWidget(self.like)
        row.addLayout(_row(4, self.shuffle, previous, self.play_pause, following, self.repeat))
        # Time runs from left to right, whatever the language.
        place = QWidget()
        place.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        times = QHBoxLayout(place)
        times.setContentsMargins(0, 0, 0, 0)
        times.setSpacing(8)
        times.addWidget(self.elapsed)
        times.addWidget(self.seek, 1)
        times.addWidget(self.length)
        row.addWidget(place, 6)
        row.addLayout(_row(4, self.mute, self.volume))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Change the volume; the seek bar keeps its own wheel (Qt override)."""
        notches = self._notches.turn(event.angleDelta().y())
        self.volume.setValue(self.volume.value() + notches * _VOLUME_STEP)
        event.accept()

    def show_waveform(self, kept: bytes | None) -> None:
        """Show the track's waveform, see `musicsim.audio.Waveform.to_bytes`; None: a plain line."""
        if kept is None:
            self.seek.set_waveform(None)
            return
        # It needs NumPy, which the window starts without.
        from musicsim.audio import Waveform

        self.seek.set_waveform(Waveform.from_bytes(kept))

    def _show_track(self, track: Track | None) -> None:
        self._cover.show_track(track)
        self.seek.reset()
        self.seek.setEnabled(track is not None)
        pointer = Qt.CursorShape.ArrowCursor if track is None else Qt.CursorShape.PointingHandCursor
        for widget in (self._cover, self._names):
            widget.setCursor(pointer)
        if track is None:
            self._title.setText(self.tr("Nothing is playing"))
            self._artist.setText("")
            self.elapsed.set_position(None)
            self.length.set_duration(0)
            return
        self._title.setText(one_line(track.title))
        self._artist.setText(one_line(track.artist))
        self._show_duration(self._player.duration)
        self._show_position(0)

    def _show_duration(self, milliseconds: int) -> None:
        # Until the decoder knows better, the tags give the length.
        self.seek.set_duration(milliseconds)
        self.length.set_duration(milliseconds)

    def _show_position(self, milliseconds: int) -> None:
        self.seek.set_position(milliseconds)
        self._show_elapsed(self.seek.shown)

    def _show_elapsed(self, milliseconds: int) -> None:
        if self._player.track is not None:
            self.elapsed.set_position(milliseconds)
            self.length.set_position(milliseconds)

    def _show_silence(self, why: Silence | None) -> None:
        texts = {
            Silence.NO_DEVICE: self.tr("No sound device: it plays on as soon as there is one"),
            Silence.DEVICE_GONE: self.tr("Paused: the sound device was disconnected"),
            Silence.FAILED: self.tr("The sound device can’t be opened; trying again"),
            Silence.NO_ANSWER: self.tr("The sound system doesn’t answer; trying again"),
        }
        self._notice.setText("" if why is None else texts[why])
        self._notice.setVisible(why is not None)
        self._artist.setVisible(why is None)

    def _show_volume(self, volume: float) -> None:
        percent = round(100 * volume)
        # A volume set elsewhere may be finer than the slider's steps, and must stay unchanged.
        with QSignalBlocker(self.volume):
            self.volume.setValue(percent)
        name = self.tr("Mute") if percent else self.tr("Unmute")
        self.mute.setToolTip(plain_tooltip(name))
        self.mute.setAccessibleName(name)
        self._theme.set_icon(self.mute, "volume" if percent else "muted")

    def _toggle_mute(self) -> None:
        if self.volume.value():
            self._volume_before_mute = self.volume.value()
            self.volume.setValue(0)
        else:
            self.volume.setValue(self._volume_before_mute or 80)


def _mode_button(action: QAction, commands: PlaybackCommands) -> QToolButton:
    """Return a button that switches a mode; a right click or a long press opens a menu with its choices."""
    made = action_button(action)
    made.setProperty("mode", True)
    made.setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)
    menu = commands.shuffle_menu if action is commands.shuffle else commands.repeat_menu
    made.setMenu(menu)
    made.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    made.customContextMenuRequested.connect(lambda place: menu.popup(made.mapToGlobal(place)))
    return made


def _row(spacing: int, *widgets: QWidget) -> QLayout:
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget)
    return row

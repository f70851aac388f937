"""Settings page: output device, loudness, transitions between tracks, the desktop, and the history."""

from __future__ import annotations

import sys
from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtGui import QMouseEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QSizePolicy,
    QSlider,
    QSystemTrayIcon,
    QVBoxLayout,
    QWidget,
)

from musicsim.library.tags.replay_gain import GainMode
from musicsim.ui.kit import formats
from musicsim.ui.kit.widgets import Label, scaled_font
from musicsim.ui.playback.controls import PlaybackControls
from musicsim.ui.playback.history import History
from musicsim.ui.playback.protocol import Device
from musicsim.ui.playback.settings import LARGEST_PREAMP, LONGEST_CROSSFADE, PREAMP_STEP
from musicsim.ui.tracks.track_model import one_line

_MINUS = "−"
_INDENT = 22
"""Pixels of indentation, to align with the text of a radio button or checkbox."""


class DeviceBox(QComboBox):
    """Box of output devices; contains the chosen one even when it is not connected."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(16)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_devices(
        self, devices: tuple[Device, ...], chosen: bytes | None, name: str, *, known: bool
    ) -> None:
        """List the devices.

        Parameters
        ----------
        chosen, name
            The chosen device, and its name when it was chosen.
        known
            Whether the connected devices are known yet.
        """
        entries: list[tuple[str, bytes | None]] = [(self.tr("System default (follows it)"), None)]
        entries += [(label, device.id) for device, label in _labelled(devices)]
        if chosen is not None and all(device.id != chosen for device in devices):
            name = one_line(name) or self.tr("The chosen device")
            entries.append((self.tr("{0} — not connected").format(name) if known else name, chosen))
        shown = [(self.itemText(row), self.itemData(row)) for row in range(self.count())]
        if entries != shown:
            # Only then, since filling the list would close it while it is open.
            self.clear()
            for label, device_id in entries:
                self.addItem(label, device_id)
        self.setCurrentIndex([device_id for _, device_id in entries].index(chosen))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel: it scrolls the page, and must not change the choice on its way (Qt override)."""
        event.ignore()


class CalmSlider(QSlider):
    """Horizontal slider that ignores the wheel, which scrolls the page."""

    def __init__(self, name: str) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setAccessibleName(name)
        self.setMinimumWidth(120)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ignore the wheel (Qt override)."""
        event.ignore()


class Choice(QWidget):
    """Radio button with a sentence below it; a click on the sentence selects it, too."""

    def __init__(self, name: str, does: str) -> None:
        super().__init__()
        self.radio = QRadioButton(name)
        self.radio.setAccessibleDescription(does)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.radio)
        column.addWidget(_dim(does))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the radio button (Qt override)."""
        if event.button() is Qt.MouseButton.LeftButton:
            self.radio.setFocus(Qt.FocusReason.MouseFocusReason)
            self.radio.click()


class PlaybackPage(QWidget):
    """Page of the playback settings; each choice applies at once.

    Parameters
    ----------
    tray_notifies
        Whether notifications about tracks come from the tray icon; only Linux has those of the desktop.
    """

    def __init__(
        self,
        controls: PlaybackControls,
        history: History,
        *,
        tray_notifies: bool = sys.platform != "linux",
    ) -> None:
        super().__init__()
        self._controls = controls
        self._history = history
        self._tray_notifies = tray_notifies
        self._devices_known = bool(controls.engine.devices)
        self.device = DeviceBox()
        self.gains = {
            GainMode.AUTOMATIC: Choice(
                self.tr("Automatic"),
                self.tr("By album while an album plays in order, otherwise by track."),
            ),
            GainMode.TRACK: Choice(
                self.tr("By track"), self.tr("Every track is about as loud as the others.")
            ),
            GainMode.ALBUM: Choice(
                self.tr("By album"),
                self.tr(
                    "Albums are equally loud; their soft tracks stay softer than their loud ones."
                ),
            ),
            GainMode.OFF: Choice(
                self.tr("Off"), self.tr("Tracks play as loud as their files are.")
            ),
        }
        self.preamp = CalmSlider(self.tr("Pre-amp"))
        steps = round(LARGEST_PREAMP / PREAMP_STEP)
        self.preamp.setRange(-steps, steps)
        self.preamp.setPageStep(round(3 / PREAMP_STEP))
        self.preamp_value = _value(_decibels(-LARGEST_PREAMP))
        self.crossfade = CalmSlider(self.tr("Crossfade"))
        self.crossfade.setRange(0, LONGEST_CROSSFADE)
        self.crossfade.setPageStep(3)
        self.crossfade_value = _value(_decibels(-LARGEST_PREAMP))
        self.goes_on = QCheckBox(self.tr("When the queue ends, go on with similar music"))
        self.tray = QCheckBox(self.tr("Show an icon in the system tray"))
        self.no_tray = _dim(
            self.tr("This desktop shows no tray. On GNOME, the AppIndicator extension adds one.")
        )
        self.stays_in_tray = QCheckBox(self.tr("Keep running when the window is closed"))
        self.notifications = QCheckBox(self.tr("Notify me when another track begins"))
        self.about_notifications = _dim(
            self.tr(
                "The message comes from the icon in the tray, and only while you use another program."
            )
            if tray_notifies
            else self.tr("Only while you use another program.")
        )
        self.history = QCheckBox(self.tr("Remember what I play"))
        self._lay_out()
        self._connect()
        self.refresh()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 8)
        column.setSpacing(10)
        column.addWidget(_heading(self.tr("Where music comes out")))
        device_label = Label(self.tr("Output &device:"))
        device_label.setBuddy(self.device)
        device = QHBoxLayout()
        device.setSpacing(10)
        device.addWidget(device_label)
        device.addWidget(self.device, 1)
        column.addLayout(device)
        column.addSpacing(10)
        column.addWidget(_heading(self.tr("How loud tracks are (ReplayGain)")))
        card = QFrame()
        card.setObjectName("card")
        choices = QVBoxLayout(card)
        choices.setContentsMargins(16, 12, 16, 12)
        choices.setSpacing(10)
        for choice in self.gains.values():
            choices.addWidget(choice)
        column.addWidget(card)
        preamp_label, crossfade_label = Label(self.tr("&Pre-amp:")), Label(self.tr("Cross&fade:"))
        labels = preamp_label, crossfade_label
        for label in labels:
            label.setMinimumWidth(max(each.sizeHint().width() for each in labels))
        column.addLayout(
            _slider_row(
                preamp_label,
                self.preamp,
                self.preamp_value,
                self.tr("Makes all tracks louder or softer, in addition to the volume."),
            )
        )
        column.addSpacing(10)
        column.addWidget(_heading(self.tr("From one track to the next")))
        column.addLayout(
            _slider_row(
                crossfade_label,
                self.crossfade,
                self.crossfade_value,
                self.tr(
                    "Albums that play in order are never crossfaded: their tracks follow without a gap."
                ),
            )
        )
        column.addSpacing(10)
        column.addWidget(_heading(self.tr("When the queue ends")))
        column.addLayout(
            _with_hint(
                self.goes_on,
                _dim(
                    self.tr(
                        "A radio goes on from the last tracks, unless the list is repeated or playback stops after "
                        "this track."
                    )
                ),
            )
        )
        column.addSpacing(10)
        column.addWidget(_heading(self.tr("On the desktop")))
        column.addLayout(_with_hint(self.tray, self.no_tray))
        inner = QHBoxLayout()
        inner.setContentsMargins(_INDENT, 0, 0, 0)
        inner.addWidget(self.stays_in_tray)
        column.addLayout(inner)
        column.addLayout(_with_hint(self.notifications, self.about_notifications))
        column.addSpacing(10)
        column.addWidget(_heading(self.tr("What you play")))
        about_history = self.tr(
            "Counts what you play and skip, for the history and for lists. It never leaves this computer, unless you "
            "export it. The history can be cleared in its pane."
        )
        column.addLayout(_with_hint(self.history, _dim(about_history)))
        column.addStretch(1)

    def _connect(self) -> None:
        controls = self._controls
        controls.engine.devices_changed.connect(self._follow_devices)
        controls.changed.connect(self.refresh)
        self.device.activated.connect(self._choose_device)
        group = QButtonGroup(self)
        for mode, choice in self.gains.items():
            group.addButton(choice.radio)
            choice.radio.clicked.connect(lambda _, mode=mode: self._change(gain=mode))
        self.preamp.valueChanged.connect(lambda steps: self._change(preamp=steps * PREAMP_STEP))
        self.crossfade.valueChanged.connect(lambda s: self._change(crossfade=float(s)))
        self.goes_on.clicked.connect(lambda on: self._change(goes_on=on))
        self.tray.clicked.connect(lambda on: self._change(tray=on))
        self.stays_in_tray.clicked.connect(lambda on: self._change(stays_in_tray=on))
        self.notifications.clicked.connect(lambda on: self._change(notifications=on))
        self.history.clicked.connect(self._history.keep)
        self._history.kept_changed.connect(self.history.setChecked)

    def showEvent(self, event: QShowEvent) -> None:
        """Update the page: devices and the tray may have come or gone (Qt override)."""
        super().showEvent(event)
        self._controls.engine.warm_up()
        self.refresh()

    def refresh(self) -> None:
        """Show the current settings."""
        settings = self._controls.settings
        self._show_devices()
        self.gains[settings.gain].radio.setChecked(True)
        # Showing a value must not apply it: the slider would round it.
        with QSignalBlocker(self.preamp), QSignalBlocker(self.crossfade):
            self.preamp.setValue(round(settings.preamp / PREAMP_STEP))
            self.crossfade.setValue(round(settings.crossfade))
        self.preamp.setEnabled(settings.gain is not GainMode.OFF)
        self.preamp_value.setEnabled(self.preamp.isEnabled())
        self.preamp_value.setText(_decibels(settings.preamp))
        self.preamp.setAccessibleDescription(self.preamp_value.text())
        self.crossfade_value.setText(
            self.tr("{0} s").format(formats.number(round(settings.crossfade)))
            if settings.crossfade
            else self.tr("Off")
        )
        self.crossfade.setAccessibleDescription(self.crossfade_value.text())
        self.goes_on.setChecked(settings.goes_on)
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
        self.tray.setEnabled(has_tray)
        self.no_tray.setVisible(not has_tray)
        self.tray.setChecked(settings.tray)
        self.stays_in_tray.setEnabled(has_tray and settings.tray)
        self.stays_in_tray.setChecked(settings.stays_in_tray)
        can_notify = not self._tray_notifies or (has_tray and settings.tray)
        self.notifications.setEnabled(can_notify)
        self.notifications.setChecked(settings.notifications)
        self.history.setChecked(self._history.is_kept)

    def _follow_devices(self) -> None:
        self._devices_known = True
        self._show_devices()

    def _show_devices(self) -> None:
        settings, devices = self._controls.settings, self._controls.engine.devices
        self.device.show_devices(
            devices, settings.device, settings.device_name, known=self._devices_known
        )

    def _choose_device(self) -> None:
        chosen = self.device.currentData()
        names = {device.id: device.name for device in self._controls.engine.devices}
        settings = self._controls.settings
        if chosen != settings.device:
            self._change(device=chosen, device_name=names.get(chosen, ""))

    def _change(self, **values: object) -> None:
        self._controls.apply(replace(self._controls.settings, **values))  # type: ignore[arg-type]


def _labelled(devices: tuple[Device, ...]) -> list[tuple[Device, str]]:
    """Return the devices with labels; those that share a name are numbered, always in the same way."""
    labelled = []
    for device in devices:
        same = sorted(other.id for other in devices if other.name == device.name)
        number = same.index(device.id) + 1
        name = one_line(device.name)
        labelled.append((device, name if len(same) == 1 else f"{name} ({number})"))
    return labelled


def _decibels(value: float) -> str:
    """Return a gain as text, such as ``+2.5 dB``."""
    sign = "+" if value > 0 else _MINUS if value < 0 else ""
    return f"{sign}{abs(value):.1f} dB"


def _heading(text: str) -> Label:
    label = Label(text)
    label.setFont(scaled_font(label, 1.15, bold=True))
    label.setWordWrap(True)
    return label


def _dim(text: str, *, indent: int = _INDENT) -> Label:
    label = Label(text)
    label.setObjectName("dim")
    label.setWordWrap(True)
    label.setContentsMargins(indent, 0, 0, 0)
    return label


def _with_hint(box: QCheckBox, hint: Label) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(2)
    column.addWidget(box)
    column.addWidget(hint)
    return column


def _slider_row(label: Label, slider: QSlider, value: Label, hint: str) -> QGridLayout:
    """Return a slider between its name and its value, above an explanation."""
    label.setBuddy(slider)
    grid = QGridLayout()
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(2)
    grid.setColumnStretch(1, 1)
    grid.addWidget(label, 0, 0)
    grid.addWidget(slider, 0, 1)
    grid.addWidget(value, 0, 2)
    grid.addWidget(_dim(hint, indent=0), 1, 1, 1, 2)
    return grid


def _value(longest: str) -> Label:
    """Return a label beside a slider, wide enough for its longest text."""
    label = Label(longest)
    label.setMinimumWidth(label.sizeHint().width())
    label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return label

"""Audio output to a device, through QtMultimedia."""

from __future__ import annotations

import os

from PySide6.QtCore import QIODevice, QObject, Signal
from PySide6.QtMultimedia import QAudioDevice, QAudioFormat, QAudioSink, QMediaDevices, QtAudio

from musicsim.audio.signal import Stereo
from musicsim.ui.playback.protocol import Device

BUFFER = 1.5
"""Seconds of sound that Qt buffers for the device. Qt passes it on in its own thread, which never waits for Python."""
_SHARE_HELD = 0.8
"""Measured share of the requested PulseAudio latency that takes effect."""
_CHANNELS = 2
_BYTES_A_FRAME = 4 * _CHANNELS
_USUAL_RATE = 48_000


class Output(QObject):
    """One stream to one device at a time: float32 stereo at the device's preferred rate."""

    devices_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._media_devices = QMediaDevices(self)
        self._media_devices.audioOutputsChanged.connect(self.devices_changed)
        self._sink: QAudioSink | None = None
        self._channel: QIODevice | None = None
        self._device: QAudioDevice | None = None
        self._volume = 1.0
        asked = os.environ.get("PULSE_LATENCY_MSEC", "")
        self._held = _SHARE_HELD * int(asked) / 1000 if asked.isdecimal() else 0.0
        """Seconds between the sound server taking sound and the listener hearing it."""

    @staticmethod
    def devices() -> tuple[Device, ...]:
        """Return the available devices."""
        return tuple(
            Device(bytes(device.id().data()), device.description(), device.isDefault())
            for device in QMediaDevices.audioOutputs()
        )

    @property
    def device(self) -> bytes | None:
        """Id of the open device."""
        return None if self._device is None else bytes(self._device.id().data())

    @property
    def is_open(self) -> bool:
        """Whether a stream is open."""
        return self._sink is not None

    def choose(self, wanted: bytes | None) -> bytes | None:
        """Return the id of the device to play on: the wanted one if it is there, else the system's default."""
        devices = self.devices()
        for device in devices:
            if device.id == wanted:
                return device.id
        return next((d.id for d in devices if d.is_default), devices[0].id if devices else None)

    @staticmethod
    def rate_of(device_id: bytes) -> int:
        """Return the sample rate that a device prefers, in Hz."""
        device = _device(device_id)
        rate = 0 if device is None else device.preferredFormat().sampleRate()
        return rate or _USUAL_RATE

    def open(self, device_id: bytes) -> bool:
        """Open a stream on a device; return False if that fails."""
        self.close()
        device = _device(device_id)
        if device is None:
            return False
        stream_format = QAudioFormat()
        stream_format.setSampleRate(self.rate_of(device_id))
        stream_format.setChannelCount(_CHANNELS)
        stream_format.setSampleFormat(QAudioFormat.SampleFormat.Float)
        sink = QAudioSink(device, stream_format, self)
        sink.setBufferSize(round(BUFFER * stream_format.sampleRate()) * _BYTES_A_FRAME)
        sink.setVolume(self._volume)
        channel = sink.start()
        if channel is None or sink.error() is not QtAudio.Error.NoError:
            sink.deleteLater()
            return False
        self._sink, self._channel, self._device = sink, channel, device
        return True

    def close(self) -> None:
        """Close the stream; drop what the device has not played yet."""
        if self._sink is not None:
            self._sink.reset()
            self._sink.stop()
            self._sink.deleteLater()
        self._sink = self._channel = self._device = None

    def free(self) -> int:
        """Return the number of frames that can be written."""
        return 0 if self._sink is None else self._sink.bytesFree() // _BYTES_A_FRAME

    def write(self, samples: Stereo) -> int:
        """Write samples to the device; return the number of frames that it took."""
        if self._channel is None:
            return 0
        return max(0, self._channel.write(samples.tobytes())) // _BYTES_A_FRAME

    def played(self) -> int:
        """Return the number of frames heard since the stream began, accurate to some hundredths of a second."""
        if self._sink is None:
            return 0
        taken = self._sink.processedUSecs() / 1e6
        seconds = taken if self.is_idle else max(0.0, taken - self._held)
        return round(seconds * self._sink.format().sampleRate())

    @property
    def is_idle(self) -> bool:
        """Whether the device has played everything it was given."""
        return self._sink is not None and self._sink.state() is QtAudio.State.IdleState

    def pause(self) -> None:
        """Pause at once."""
        if self._sink is not None:
            self._sink.suspend()

    def resume(self) -> None:
        """Resume playback."""
        if self._sink is not None:
            self._sink.resume()

    def set_volume(self, factor: float) -> None:
        """Multiply all sound by this factor from now on, including what the device already has."""
        self._volume = factor
        if self._sink is not None:
            self._sink.setVolume(factor)


def _device(device_id: bytes) -> QAudioDevice | None:
    return next(
        (d for d in QMediaDevices.audioOutputs() if bytes(d.id().data()) == device_id), None
    )

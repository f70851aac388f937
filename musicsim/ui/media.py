"""One file at a time through QtMultimedia.

Imported when the first track plays: loading the decoders takes longer than the rest of the window.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QFile, QFileDevice, QIODevice, QObject, QUrl, Signal
from PySide6.QtMultimedia import QAudioOutput, QMediaPlayer

from musicsim.ui import formats


class Media(QObject):
    """Plays a file and says how far it is; `ended` or `failed` come once for each file."""

    playing_changed = Signal(bool)
    position_changed = Signal(int)
    """Milliseconds."""
    duration_changed = Signal(int)
    """Milliseconds."""
    ended = Signal()
    failed = Signal(str)
    """The reason, in the decoder's words."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._done = True
        self._file: QFile | None = None
        self._player = QMediaPlayer(self)
        # Without an output the position stands still, even where there is nothing to hear it on.
        self._output = QAudioOutput(self)
        self._player.setAudioOutput(self._output)
        self._player.positionChanged.connect(self.position_changed.emit)
        self._player.durationChanged.connect(self.duration_changed.emit)
        self._player.playbackStateChanged.connect(self._report_state)
        self._player.mediaStatusChanged.connect(self._follow)
        self._player.errorOccurred.connect(self._report_error)

    def load(self, path: Path) -> None:
        """Take this file; `play` starts it."""
        self.stop()
        if formats.is_text(path):
            self._player.setSource(QUrl.fromLocalFile(str(path)))
        else:
            # Qt's strings can't hold the name, but the file can be opened for it.
            try:
                descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
            except OSError as error:
                self._done = False
                self._fail(error.strerror or str(error))
                return
            self._file = QFile(self)
            self._file.open(
                descriptor,
                QIODevice.OpenModeFlag.ReadOnly,
                QFileDevice.FileHandleFlag.AutoCloseHandle,
            )
            suffix = path.suffix if formats.is_text(Path(path.suffix)) else ""
            self._player.setSourceDevice(self._file, QUrl(f"file:///track{suffix}"))
        self._done = False

    def play(self) -> None:
        """Start, or go on."""
        self._player.play()

    def pause(self) -> None:
        """Stand still."""
        self._player.pause()

    def stop(self) -> None:
        """Stop, and let go of the file."""
        self._done = True
        self._player.stop()
        self._player.setSource(QUrl())
        if self._file is not None:
            self._file.close()
            self._file.deleteLater()
            self._file = None

    def seek(self, milliseconds: int) -> None:
        """Go to a place in the file."""
        self._player.setPosition(milliseconds)

    def set_volume(self, volume: float) -> None:
        """Set how loud it is, from 0 to 1 as the ear hears it."""
        # Heard loudness grows about as the cube root of the amplitude.
        self._output.setVolume(volume**3)

    def _report_state(self, state: QMediaPlayer.PlaybackState) -> None:
        self.playing_changed.emit(state is QMediaPlayer.PlaybackState.PlayingState)

    def _follow(self, status: QMediaPlayer.MediaStatus) -> None:
        if status is QMediaPlayer.MediaStatus.EndOfMedia and not self._done:
            self._done = True
            self.ended.emit()
        elif status is QMediaPlayer.MediaStatus.InvalidMedia:
            self._fail(self._player.errorString())

    def _report_error(self, error: QMediaPlayer.Error, reason: str) -> None:
        self._fail(reason)

    def _fail(self, reason: str) -> None:
        # Qt tells of a broken file in two ways; the listener is told once.
        if not self._done:
            self._done = True
            self.failed.emit(reason)

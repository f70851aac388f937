"""Decoding by libsndfile: WAV, AIFF and FLAC, and what FFmpeg rejects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soundfile

from musicsim.audio.errors import CannotSeek, Undecodable
from musicsim.audio.files import AudioFile
from musicsim.audio.signal import BLOCK, LONGEST, Channels, check_rate


class SndfileDecoder:
    """Sound of a file, decoded by libsndfile; see `Decoder`."""

    def __init__(self, file: AudioFile, frames: int | None = None) -> None:
        file.seek(0)
        try:
            self._file = soundfile.SoundFile(file)
        except soundfile.LibsndfileError as error:
            raise Undecodable from error
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.frames: int = self._file.frames
        self.lost = 0.0
        # It cuts what encoders add by itself.
        self.delay, self.padding = 0, 0
        self.music: int | None = None
        try:
            check_rate(self.rate)
            if not 0 < self.frames < LONGEST * self.rate:
                raise Undecodable("there is no sound in it")
        except Undecodable:
            self.close()
            raise

    def blocks(self, start: int = 0, size: int = BLOCK) -> Iterator[Channels]:
        """Yield the sound from a sample on; see `Decoder.blocks`."""
        try:
            self._file.seek(start)
        except soundfile.LibsndfileError as error:
            if start:
                raise CannotSeek from error
            raise Undecodable("the file is damaged: its sound can't be decoded") from error
        buffer = np.empty((size, self.channels), np.float32)
        while True:
            try:
                frames = self._file.read(out=buffer)
            except soundfile.LibsndfileError:
                # It finds no way past damage; that the sound is too short then shows it.
                return
            if not len(frames):
                return
            yield frames.T.copy(order="C")

    def close(self) -> None:
        """Let go of the file; see `Decoder.close`."""
        self._file.close()

"""Decoding with libsndfile: WAV, AIFF and FLAC, and files that FFmpeg rejects."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import soundfile

from musicsim.audio.errors import CannotSeek, Undecodable
from musicsim.audio.files import AudioFile, start_of_last_ogg_page
from musicsim.audio.signal import BLOCK, LONGEST, Channels, check_rate
from musicsim.base.reasons import Cause, Reason

_VORBIS_PRE_ROLL = 16_384
"""Samples decoded before the requested position in Vorbis: its longest block has 8,192, and overlaps the next."""


class SndfileDecoder:
    """Sound of a file, decoded by libsndfile; see `Decoder`."""

    def __init__(
        self, file: AudioFile, frames: int | None = None, *, is_hasty: bool = False
    ) -> None:
        last_page = start_of_last_ogg_page(file)
        file.seek(0)
        try:
            self._file = soundfile.SoundFile(file)
        except soundfile.LibsndfileError as error:
            raise Undecodable from error
        self.rate: int = self._file.samplerate
        self.channels: int = self._file.channels
        self.frames: int = self._file.frames
        self._is_vorbis = self._file.subtype == "VORBIS"
        self._last_page = last_page
        self.is_estimate = False
        self.lost = 0.0
        self.is_broken_off = False
        # libsndfile cuts the encoder's padding itself.
        self.delay, self.padding = 0, 0
        self.music: int | None = None
        try:
            check_rate(self.rate)
            if not 0 < self.frames < LONGEST * self.rate:
                raise Undecodable(Reason(Cause.NO_SOUND))
        except Undecodable:
            self.close()
            raise

    def blocks(self, start: int = 0, size: int = BLOCK) -> Iterator[Channels]:
        """Yield the sound from a sample to the end; see `Decoder.blocks`."""
        begin = start
        if self._is_vorbis:
            # After a seek, up to 1,300 samples were seen to be wrong. A seek into the last page, whose end is cut, was
            # seen to arrive elsewhere.
            begin = max(0, min(start, self._last_page) - _VORBIS_PRE_ROLL)
        try:
            self._file.seek(begin)
        except soundfile.LibsndfileError as error:
            if start:
                raise CannotSeek from error
            raise Undecodable(Reason(Cause.DAMAGED)) from error
        buffer = np.empty((size, self.channels), np.float32)
        while True:
            try:
                frames = self._file.read(out=buffer)
            except soundfile.LibsndfileError:
                # libsndfile finds no way past damage.
                self.is_broken_off = True
                return
            if not len(frames):
                return
            begin += len(frames)
            if begin > start:
                yield frames[max(0, len(frames) - (begin - start)) :].T.copy(order="C")

    def close(self) -> None:
        """Release the file; see `Decoder.close`."""
        self._file.close()

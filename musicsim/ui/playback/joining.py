"""Sample-accurate joining of tracks that share a sample rate.

A track at the device's rate passes through unchanged. Others share one resampler for as long as the rate stays the
same, so that an album that was cut into tracks has no gaps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np
import soxr

from musicsim.audio.signal import Stereo
from musicsim.ui.playback.pieces import Ends, Piece, Sound, Starts
from musicsim.ui.playback.protocol import Item


class Resampler:
    """Resampler of tracks of one rate to the stream's rate; tracks at that rate pass unchanged."""

    def __init__(self, source_rate: int, rate: int) -> None:
        self.source_rate = source_rate
        self._ratio = rate / source_rate
        self._stream = None
        if source_rate != rate:
            self._stream = soxr.ResampleStream(source_rate, rate, 2, "float32")
        self._taken = 0

    def take(self, sound: Stereo) -> Stereo:
        """Return the output for this input."""
        self._taken += len(sound)
        return sound if self._stream is None else self._stream.resample_chunk(sound)

    def end(self) -> Stereo:
        """Return the remaining output after the last input."""
        nothing = np.empty((0, 2), np.float32)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)

    @property
    def frames(self) -> int:
        """Frames that the input so far yields, including those still to come."""
        return round(self._taken * self._ratio)


class Run:
    """Tracks of one sample rate, joined without a gap; labels the output with its track."""

    def __init__(self, source_rate: int, rate: int) -> None:
        self.resampler = Resampler(source_rate, rate)
        self._rate = rate
        self._at = 0
        """Frames of output so far."""
        self._item: Item | None = None
        self._position = 0
        self._marks: deque[tuple[int, Ends | Starts]] = deque()

    def start(self, starts: Starts, skipped: int = 0) -> None:
        """Assign the following input to another track, after `skipped` frames that are dropped."""
        self._marks.append((self.resampler.frames + skipped, starts))

    def end(self, ends: Ends) -> None:
        """Note that the input so far completes a track."""
        frames = self.resampler.frames
        if self._marks and self._marks[-1][0] > frames:
            # The start position is behind the track's end.
            self._marks[-1] = (frames, self._marks[-1][1])
        self._marks.append((frames, ends))

    def take(self, sound: Stereo) -> Iterator[Piece]:
        """Yield the output for this input."""
        return self._labelled(self.resampler.take(sound))

    def passed(self) -> Iterator[Piece]:
        """Yield the marks that the output has reached."""
        return self._labelled(np.empty((0, 2), np.float32))

    def flush(self) -> Iterator[Piece]:
        """Yield the remaining output after the last input."""
        yield from self._labelled(self.resampler.end())
        while self._marks:
            yield self._pass(self._marks.popleft()[1])

    def _labelled(self, sound: Stereo) -> Iterator[Piece]:
        while True:
            while self._marks and self._marks[0][0] <= self._at:
                yield self._pass(self._marks.popleft()[1])
            if not len(sound):
                return
            count = len(sound)
            if self._marks:
                count = min(count, self._marks[0][0] - self._at)
            if self._item is not None:
                samples = sound[:count]
                if self._item.gain != 1.0:
                    samples = samples * np.float32(self._item.gain)
                yield Sound(self._item.token, self._position, samples)
                self._position += count
            self._at += count
            sound = sound[count:]

    def _pass(self, mark: Ends | Starts) -> Ends | Starts:
        if isinstance(mark, Starts):
            self._item = mark.item
            self._position = round(mark.position * self._rate)
        return mark

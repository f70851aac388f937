"""One stereo stream of consecutive tracks; no Qt."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator

from musicsim.audio.errors import AudioError
from musicsim.audio.playing import StereoReader
from musicsim.audio.signal import Stereo
from musicsim.ui.playback.crossfade import Tail, crossfaded
from musicsim.ui.playback.joining import Run
from musicsim.ui.playback.limiter import Limiter
from musicsim.ui.playback.pieces import Ends, Piece, Sound, Starts, after
from musicsim.ui.playback.protocol import Item

_WARM_UP = 0.1
"""Seconds that go through the resampler before the start position, for its filter."""


class Stream:
    """Renderer of consecutive tracks.

    Parameters
    ----------
    rate
        The stream's sample rate in Hz.
    following
        Returns the track after the one with this token, or None; called when the track is needed. It may wait.
    unplayable
        Called with a track's token and the reason, if the track can't be opened. The track is left out.
    longest_crossfade
        Seconds of a track's end that are held back for a possible crossfade.
    """

    def __init__(
        self,
        rate: int,
        following: Callable[[int], Item | None],
        unplayable: Callable[[int, str], None],
        longest_crossfade: float = 0.0,
    ) -> None:
        self._rate = rate
        self._following = following
        self._unplayable = unplayable
        self._hold = round(longest_crossfade * rate)

    def render(self, first: Item, start: float, before: int | None = None) -> Iterator[Piece]:
        """Yield the sound of a track from a position, in seconds, and of the tracks that follow.

        `before` is the token of the previous track, which another stream rendered. If the first track can't be opened,
        the track after `before` is rendered instead.
        """
        return _limited(self._joined(first, start, before), self._rate)

    def _joined(self, first: Item, start: float, before: int | None) -> Iterator[Piece]:
        run: Run | None = None
        tail = Tail(self._hold)
        item: Item | None = first
        last_token = first.token if before is None else before
        while item is not None:
            try:
                reader = StereoReader(item.path)
            except AudioError as error:
                self._unplayable(item.token, str(error.reason))
                item, start = self._following(last_token), 0.0
                continue
            with reader:
                fade = self._fade_into(item, reader, tail, last_token) if run is not None else 0
                if run is not None and (fade or run.resampler.source_rate != reader.rate):
                    for piece in run.flush():
                        yield from tail.take(piece)
                    run = None
                pieces: Iterable[Piece]
                if run is None:
                    run = Run(reader.rate, self._rate)
                pieces = self._track(run, item, reader, start)
                if fade:
                    earlier, ending, news = tail.split(fade)
                    yield from earlier
                    yield from news
                    pieces = crossfaded(pieces, ending)
                for piece in pieces:
                    yield from tail.take(piece)
            last_token, start = item.token, 0.0
            item = self._following(last_token)
        if run is not None:
            for piece in run.flush():
                yield from tail.take(piece)
        yield from tail.flush()

    def _fade_into(self, item: Item, reader: StereoReader, tail: Tail, before: int) -> int:
        """Return the fade-in in frames: at most half of the track, and what is held of the previous one."""
        length = reader.frames / reader.rate * self._rate
        return int(min(item.crossfade * self._rate, tail.frames_of(before), length / 2))

    def _track(self, run: Run, item: Item, reader: StereoReader, start: float) -> Iterator[Piece]:
        """Yield the output of a run for a track, from a position on."""
        first, skipped, position = self._place(reader.rate, start)
        run.start(Starts(item, reader.frames / reader.rate, position), skipped)
        reason = None
        try:
            for sound in reader.blocks(first):
                yield from run.take(sound)
        except AudioError as error:
            reason = str(error.reason)
        run.end(Ends(item.token, reader.frames / reader.rate, reader.shortfall, reason))
        yield from run.passed()

    def _place(self, rate: int, start: float) -> tuple[int, int, float]:
        """Return the sample to decode from, the number of frames to drop, and the start position in seconds.

        In a track that is resampled, decoding starts a little earlier, at a sample that falls on a frame of the stream.
        """
        frame = round(start * self._rate)
        if rate == self._rate or not frame:
            return frame, 0, frame / self._rate
        step = math.gcd(rate, self._rate)
        samples, frames = rate // step, self._rate // step
        steps = max(0, int((start - _WARM_UP) * rate) // samples)
        return steps * samples, frame - steps * frames, frame / self._rate


def _limited(pieces: Iterable[Piece], rate: int) -> Iterator[Piece]:
    """Yield the pieces, limited to full scale."""
    limiter = Limiter(rate)
    held: deque[Piece] = deque()

    def let_go(samples: Stereo) -> Iterator[Piece]:
        while held:
            piece = held.popleft()
            if isinstance(piece, Sound):
                if not len(samples) and len(piece.samples):
                    held.appendleft(piece)
                    return
                count = min(len(samples), len(piece.samples))
                if count < len(piece.samples):
                    held.appendleft(after(piece, count))
                piece = Sound(piece.token, piece.position, samples[:count])
                samples = samples[count:]
            yield piece

    for piece in pieces:
        held.append(piece)
        if isinstance(piece, Sound):
            yield from let_go(limiter.take(piece.samples))
    yield from let_go(limiter.end())

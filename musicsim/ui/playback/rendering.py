"""One stream of stereo sound made of one track after the other; no Qt.

Tracks are joined to the sample: one whose rate is the device's goes through untouched, others through one resampler for
as long as the rate stays the same, so that an album that was cut into tracks comes out whole.
"""

from __future__ import annotations

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
import soxr

from musicsim.audio.errors import AudioError
from musicsim.audio.playing import StereoReader
from musicsim.audio.signal import Stereo
from musicsim.ui.playback.limiter import Limiter
from musicsim.ui.playback.protocol import Item

AHEAD = 8.0
"""Seconds of sound that are kept ready, beyond what the device has."""
_WARM_UP = 0.1
"""Seconds that go through the resampler before the place where playing starts, for its filter."""


@dataclass(frozen=True, slots=True)
class Sound:
    """Some of a track."""

    token: int
    position: int
    """Where in the track, in frames of the stream."""
    samples: Stereo


@dataclass(frozen=True, slots=True)
class Starts:
    """A track starts here."""

    item: Item
    seconds: float
    """How long it is, as far as the decoder knows."""
    position: float
    """Where in the track, in seconds."""
    crossfaded: bool = False
    """Whether the end of the track before is mixed with it."""


@dataclass(frozen=True, slots=True)
class Ends:
    """A track ends here, or fades out from here on."""

    token: int
    seconds: float
    """How long it was."""
    shortfall: float
    """Seconds that its header promised beyond that."""
    reason: str | None = None
    """Why it can't be played any further; None at its end."""


Piece = Sound | Starts | Ends


class _Resampler:
    """Brings a track, and those of the same rate after it, to the stream's rate, without touching one that has it."""

    def __init__(self, source_rate: int, rate: int) -> None:
        self.source_rate = source_rate
        self._ratio = rate / source_rate
        self._stream = None
        if source_rate != rate:
            self._stream = soxr.ResampleStream(source_rate, rate, 2, "float32")
        self._taken = 0

    def take(self, sound: Stereo) -> Stereo:
        """Return what comes out when this goes in."""
        self._taken += len(sound)
        return sound if self._stream is None else self._stream.resample_chunk(sound)

    def end(self) -> Stereo:
        """Return what is still to come, when nothing more goes in."""
        nothing = np.empty((0, 2), np.float32)
        return nothing if self._stream is None else self._stream.resample_chunk(nothing, last=True)

    @property
    def frames(self) -> int:
        """How many frames come out, sooner or later, for what went in."""
        return round(self._taken * self._ratio)


class _Run:
    """Tracks of one sample rate, joined without a seam: says which part of what comes out is whose."""

    def __init__(self, source_rate: int, rate: int) -> None:
        self.resampler = _Resampler(source_rate, rate)
        self._rate = rate
        self._at = 0
        """Frames that came out so far."""
        self._item: Item | None = None
        self._position = 0
        self._marks: deque[tuple[int, Ends | Starts]] = deque()

    def start(self, starts: Starts, skipped: int = 0) -> None:
        """What goes in from here on belongs to another track, but for some frames that are to be dropped."""
        self._marks.append((self.resampler.frames + skipped, starts))

    def end(self, ends: Ends) -> None:
        """What went in so far is all of a track."""
        frames = self.resampler.frames
        if self._marks and self._marks[-1][0] > frames:
            # It was to start behind its end.
            self._marks[-1] = (frames, self._marks[-1][1])
        self._marks.append((frames, ends))

    def take(self, sound: Stereo) -> Iterator[Piece]:
        """Yield what comes out when this goes in."""
        return self._labelled(self.resampler.take(sound))

    def passed(self) -> Iterator[Piece]:
        """Yield the news of what came out so far."""
        return self._labelled(np.empty((0, 2), np.float32))

    def flush(self) -> Iterator[Piece]:
        """Yield what is still to come, when nothing more goes in."""
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


class _Tail:
    """Holds back the end of what was rendered, for a crossfade."""

    def __init__(self, frames: int) -> None:
        self._frames = frames
        self._pieces: deque[Piece] = deque()
        self._held = 0

    def take(self, piece: Piece) -> Iterator[Piece]:
        """Yield what is too far from the end by now."""
        self._pieces.append(piece)
        if isinstance(piece, Sound):
            self._held += len(piece.samples)
        yield from self._down_to(self._frames)

    def flush(self) -> Iterator[Piece]:
        """Yield all of it."""
        yield from self._down_to(0)
        while self._pieces:
            yield self._pieces.popleft()

    def split(self, frames: int) -> tuple[list[Piece], Stereo, list[Piece]]:
        """Empty it: return what comes before the last frames, their samples, and the news among them."""
        before = list(self._down_to(frames))
        rest = list(self._pieces)
        self._pieces.clear()
        self._held = 0
        sounds = [piece.samples for piece in rest if isinstance(piece, Sound)]
        news: list[Piece] = [piece for piece in rest if not isinstance(piece, Sound)]
        return before, np.concatenate(sounds or [np.empty((0, 2), np.float32)]), news

    def frames_of(self, token: int) -> int:
        """Return how many frames of a track it holds."""
        return sum(
            len(p.samples) for p in self._pieces if isinstance(p, Sound) and p.token == token
        )

    def _down_to(self, frames: int) -> Iterator[Piece]:
        while self._held > frames:
            piece = self._pieces.popleft()
            if isinstance(piece, Sound):
                over = self._held - frames
                if len(piece.samples) > over:
                    self._pieces.appendleft(after(piece, over))
                    piece = Sound(piece.token, piece.position, piece.samples[:over])
                self._held -= len(piece.samples)
            yield piece


def after(sound: Sound, frames: int) -> Sound:
    """Return a sound without its first frames."""
    return Sound(sound.token, sound.position + frames, sound.samples[frames:])


class Stream:
    """Renders tracks one after the other.

    Parameters
    ----------
    rate
        The stream's, in frames a second.
    following
        Returns the track after the one with this token, None where there is none; asked when it is needed. It may wait.
    unplayable
        Called with a track's token and the reason, where it can't even be opened: it is left out.
    longest_crossfade
        Seconds of a track's end that are held back for a crossfade that may be wanted.
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
        """Yield the sound of a track from a place on, in seconds, and of those that follow.

        `before` is the token of the track that was rendered before it, by another stream: where the first one can't be
        opened, what follows that one comes instead.
        """
        return _limited(self._joined(first, start, before), self._rate)

    def _joined(self, first: Item, start: float, before: int | None) -> Iterator[Piece]:
        run: _Run | None = None
        tail = _Tail(self._hold)
        item: Item | None = first
        last_token = first.token if before is None else before
        while item is not None:
            try:
                reader = StereoReader(item.path)
            except AudioError as error:
                self._unplayable(item.token, error.reason)
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
                    run = _Run(reader.rate, self._rate)
                pieces = self._track(run, item, reader, start)
                if fade:
                    earlier, ending, news = tail.split(fade)
                    yield from earlier
                    yield from news
                    pieces = _crossfaded(pieces, ending)
                for piece in pieces:
                    yield from tail.take(piece)
            last_token, start = item.token, 0.0
            item = self._following(last_token)
        if run is not None:
            for piece in run.flush():
                yield from tail.take(piece)
        yield from tail.flush()

    def _fade_into(self, item: Item, reader: StereoReader, tail: _Tail, before: int) -> int:
        """Return the frames in which a track fades in: no more than half of it, or of the one before it."""
        length = reader.frames / reader.rate * self._rate
        return int(min(item.crossfade * self._rate, tail.frames_of(before), length / 2))

    def _track(self, run: _Run, item: Item, reader: StereoReader, start: float) -> Iterator[Piece]:
        """Yield what comes out of a run when a track goes in, from a place on."""
        first, skipped, position = self._place(reader.rate, start)
        run.start(Starts(item, reader.frames / reader.rate, position), skipped)
        reason = None
        try:
            for sound in reader.blocks(first):
                yield from run.take(sound)
        except AudioError as error:
            reason = error.reason
        run.end(Ends(item.token, reader.frames / reader.rate, reader.shortfall, reason))
        yield from run.passed()

    def _place(self, rate: int, start: float) -> tuple[int, int, float]:
        """Return from which sample of a track to decode, how many frames to drop, and where in seconds that is.

        In a track that is resampled, decoding starts a little before, at a sample that falls on a frame of the stream.
        """
        frame = round(start * self._rate)
        if rate == self._rate or not frame:
            return frame, 0, frame / self._rate
        step = math.gcd(rate, self._rate)
        samples, frames = rate // step, self._rate // step
        steps = max(0, int((start - _WARM_UP) * rate) // samples)
        return steps * samples, frame - steps * frames, frame / self._rate


def _crossfaded(pieces: Iterable[Piece], ending: Stereo) -> Iterator[Piece]:
    """Yield what begins a track mixed with the ending of the one before, at equal power."""
    angle = np.linspace(0.0, math.pi / 2, len(ending), dtype=np.float32)[:, None]
    ending = ending * np.cos(angle)
    rising = np.sin(angle)
    done = token = position = 0

    def rest() -> Iterator[Piece]:
        # The track turned out to be shorter than its header promised.
        nonlocal done
        if done < len(ending):
            yield Sound(token, position, ending[done:])
            done = len(ending)

    for piece in pieces:
        if isinstance(piece, Starts):
            piece = replace(piece, crossfaded=True)
            token, position = piece.item.token, round(piece.position)
        elif isinstance(piece, Ends):
            yield from rest()
        else:
            position = piece.position + len(piece.samples)
            if done < len(ending):
                count = min(len(piece.samples), len(ending) - done)
                samples = piece.samples.copy()
                samples[:count] = (
                    samples[:count] * rising[done : done + count] + ending[done : done + count]
                )
                piece = Sound(piece.token, piece.position, samples)
                done += count
        yield piece
    yield from rest()


def _limited(pieces: Iterable[Piece], rate: int) -> Iterator[Piece]:
    """Yield pieces within full scale."""
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


class Rendering:
    """A stream that a thread renders ahead of what is taken.

    Parameters
    ----------
    stream
        Its `following` and `unplayable` are called in that thread.
    first, start
        The track to begin with, and where in it, in seconds.
    rate
        The stream's, in frames a second.
    before
        See `Stream.render`.
    """

    def __init__(
        self, stream: Stream, first: Item, start: float, rate: int, before: int | None = None
    ) -> None:
        self._pieces: deque[Piece] = deque()
        self._ahead = 0
        self._most = round(AHEAD * rate)
        self._changed = threading.Condition()
        self._cancelled = False
        self._done = False
        self.failure: BaseException | None = None
        """What ended the thread, where that is a bug."""
        # A daemon: where a disk hangs, nobody can end it.
        self._thread = threading.Thread(
            target=self._run,
            args=(stream, first, start, before),
            name="musicsim-rendering",
            daemon=True,
        )
        self._thread.start()

    def take(self, frames: int) -> list[Piece]:
        """Return what is ready, up to so many frames."""
        taken: list[Piece] = []
        with self._changed:
            while self._pieces:
                piece = self._pieces[0]
                if isinstance(piece, Sound):
                    if not frames:
                        break
                    count = min(frames, len(piece.samples))
                    if count < len(piece.samples):
                        self._pieces[0] = after(piece, count)
                        piece = Sound(piece.token, piece.position, piece.samples[:count])
                    else:
                        self._pieces.popleft()
                    frames -= count
                    self._ahead -= count
                else:
                    self._pieces.popleft()
                taken.append(piece)
            self._changed.notify_all()
        return taken

    @property
    def is_drained(self) -> bool:
        """Whether everything was rendered and taken."""
        with self._changed:
            return self._done and not self._pieces

    def is_ready(self, frames: int) -> bool:
        """Tell whether so many frames can be taken, or all that there will be."""
        with self._changed:
            return self._done or self._ahead >= frames

    def cancel(self) -> None:
        """Render no more; does not wait for the thread, which a disk may hold up."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def cut(self, token: int) -> Starts | None:
        """Drop a track, and whatever follows it, if none of it was taken; return how it was to start."""
        with self._changed:
            if not any(isinstance(p, Starts) and p.item.token == token for p in self._pieces):
                return None
            self._cancelled = self._done = True
            while True:
                dropped = self._pieces.pop()
                if isinstance(dropped, Sound):
                    self._ahead -= len(dropped.samples)
                elif isinstance(dropped, Starts) and dropped.item.token == token:
                    break
            self._changed.notify_all()
        return dropped

    def _run(self, stream: Stream, first: Item, start: float, before: int | None) -> None:
        try:
            for piece in stream.render(first, start, before):
                with self._changed:
                    while self._ahead >= self._most and not self._cancelled:
                        self._changed.wait()
                    if self._cancelled:
                        return
                    self._pieces.append(piece)
                    if isinstance(piece, Sound):
                        self._ahead += len(piece.samples)
        except Exception as error:  # noqa: BLE001 (raised again in the process's own thread)
            self.failure = error
        finally:
            with self._changed:
                self._done = True

"""From a file to 1-s windows: the seconds of the plan that are not silent, at 48 kHz."""

from __future__ import annotations

import heapq
import math
import time
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.audio.decoder import Decoder, decoders_for, ends_early, why_undecodable
from musicsim.audio.downmix import Downmix
from musicsim.audio.errors import AudioError, CannotSeek, Undecodable
from musicsim.audio.files import AudioFile, lacks_its_end, open_audio, stated_size
from musicsim.audio.loudness import HeardSecond, MeasuredLoudness, hear_second, loudness_of
from musicsim.audio.plan import SAMPLE_LIMIT, SamplingPlan
from musicsim.audio.signal import SAMPLE_RATE, Channels, Sound, is_sane, is_silent, resample
from musicsim.base.reasons import Cause, Reason

_MARGIN = 0.05
"""Seconds decoded on both sides of a window; more than the reach of the resampling filter at every usual rate."""
_SEEKING_PAYS = 2
"""Seconds of continued decoding that cost as much as seeking to a window (benchmarks/decoding.py: 1.5 to 3)."""
_MOST_TRIED = 256
"""Seconds of a file beyond `SAMPLE_LIMIT` to try before it counts as silent."""
_LEAST_BUDGET = 60.0
"""Seconds of processor time in which any file can be sampled."""
_SLOWEST = 0.1
"""Additional processor time per second of sound, up to `SAMPLE_LIMIT`: three times that of the slowest codec."""
_LOST = 0.25
"""Seconds of undecodable sound that justify a warning: more than the frames lost where some MP3 files are joined."""


@dataclass(frozen=True, slots=True, eq=False)
class SampledAudio:
    """The windows of one track.

    Attributes
    ----------
    windows
        Mono sound at 48 kHz, shape (N, 48000), float32, in the order of the plan, so every prefix is spread evenly.
    offsets
        Their start times in seconds, shape (N,), float64.
    duration
        Seconds that can be decoded.
    warning
        A problem with the file that doesn't prevent decoding, or None.
    decoding, resampling
        Seconds spent on each.
    loudness
        The loudness of the windows, all channels together; None if they are silent.
    """

    windows: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.float64]
    duration: float
    warning: Reason | None = None
    decoding: float = 0.0
    resampling: float = 0.0
    loudness: MeasuredLoudness | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Window:
    sound: Sound
    heard: HeardSecond


def sample_windows(
    path: Path, plan: SamplingPlan, *, listened: Collection[float] = ()
) -> SampledAudio:
    """Decode a sample of a track.

    Only the sampled seconds are decoded where that is quicker. Silent seconds, and those with samples that are not
    finite, are replaced by the next in the plan's order.

    Parameters
    ----------
    path
        The file; its name says nothing about its format.
    plan
        Which seconds to take.
    listened
        The offsets of windows from earlier passes; only the remaining ones of the plan are returned.

    Returns
    -------
    SampledAudio
        At least one window, unless there are `listened` ones. A track with less than a second of sound gives one,
        padded with zeros at its end.

    Raises
    ------
    AudioError
        If the file can't be read or decoded, is silent throughout, or takes too much processor time.
    """
    with open_audio(path) as file:
        began = time.thread_time()
        best: SampledAudio | None = None
        failures: list[Undecodable] = []
        for make in decoders_for(file):
            try:
                with closing(make(file)) as decoder:
                    downmix = Downmix(path, make)
                    sampled = _Sampler(file, decoder, downmix, plan, listened, began).sample()
            except Undecodable as failure:
                failures.append(failure)
                continue
            if best is None or sampled.duration > best.duration:
                best = sampled
            if best.warning is None:
                break
            # Otherwise the other decoder may find a way past the damage.
        if best is None:
            raise AudioError(path, why_undecodable(file, failures))
        return best


class _OtherDownmixError(Exception):
    """The file's channels turn out to cancel each other out, so its windows must be taken again."""


class _Sampler:
    """Takes one sample of one file with one decoder."""

    def __init__(
        self,
        file: AudioFile,
        decoder: Decoder,
        downmix: Downmix,
        plan: SamplingPlan,
        listened: Collection[float],
        began: float,
    ) -> None:
        self._file = file
        self._decoder = decoder
        self._downmix = downmix
        self._plan = plan
        self._listened = frozenset(map(int, listened))
        self._wanted = max(0, plan.windows - len(self._listened))
        # A number of samples that is also whole at 48 kHz.
        step = decoder.rate // math.gcd(decoder.rate, SAMPLE_RATE)
        self._margin = math.ceil(_MARGIN * decoder.rate / step) * step
        order = plan.order(decoder.frames / decoder.rate)
        self._order = order[~np.isin(order, list(self._listened))]
        self._is_long = decoder.frames / decoder.rate > SAMPLE_LIMIT
        self._began = began
        length = min(decoder.frames / decoder.rate, SAMPLE_LIMIT)
        self._budget = _LEAST_BUDGET + _SLOWEST * length
        self._decoded = 0
        self._resampling = 0.0
        self._not_numbers = False

    def sample(self) -> SampledAudio:
        """Return the sample; raise `Undecodable` if there are no usable windows."""
        began = time.perf_counter()
        rate = self._decoder.rate
        try:
            windows, frames = self._windows()
            if not (windows or self._listened) and self._downmix.changes_without_sound():
                raise _OtherDownmixError
        except _OtherDownmixError:
            self._decoded = 0
            windows, frames = self._windows()
        if self._decoder.lost * rate > self._decoded / 2:
            raise Undecodable(Reason(Cause.MOSTLY_DAMAGED))
        if not windows and not self._listened:
            raise Undecodable(self._why_no_window(frames))
        sounds = [window.sound for window in windows.values()]
        return SampledAudio(
            np.stack(sounds) if sounds else np.empty((0, SAMPLE_RATE), np.float32),
            np.array(list(windows), np.float64),
            frames / rate,
            self._warning(frames / rate),
            decoding=time.perf_counter() - began - self._resampling,
            resampling=self._resampling,
            loudness=loudness_of([window.heard for window in windows.values()]),
        )

    def _windows(self) -> tuple[dict[int, _Window], int]:
        """Return the windows by second, and the number of samples of the file."""
        windows: dict[int, _Window] | None = None
        if len(self._order) >= max(1, _SEEKING_PAYS * self._wanted):
            windows = self._by_seeking()
        return self._by_streaming() if windows is None else (windows, self._decoder.frames)

    def _by_seeking(self) -> dict[int, _Window] | None:
        """Return the windows by second; None if the whole file must be decoded instead."""
        windows: dict[int, _Window] = {}
        tried = 0
        most = _MOST_TRIED if self._is_long else _SEEKING_PAYS * self._wanted
        try:
            # A truncated file fails here.
            self._window_at(int(self._order.max()))
            while len(windows) < self._wanted and tried < len(self._order):
                if tried >= most:
                    if self._is_long:
                        break
                    # If much is silent, decoding every second is quicker.
                    return None
                seconds = self._order[tried : tried + self._wanted - len(windows)]
                for second in sorted(seconds.tolist()):
                    window = self._window_at(second)
                    if window is not None:
                        windows[second] = window
                tried += len(seconds)
        except CannotSeek:
            return None
        return {second: windows[second] for second in self._order.tolist() if second in windows}

    def _window_at(self, second: int) -> _Window | None:
        """Return a second's window, None if it is unusable; raise `CannotSeek` if it isn't there."""
        self._check_budget()
        rate = self._decoder.rate
        start = max(0, second * rate - self._margin)
        length = (second + 1) * rate + self._margin - start
        parts: list[Channels] = []
        missing = length
        for block in self._decoder.blocks(start, length):
            parts.append(block[:, :missing])
            missing -= parts[-1].shape[1]
            if not missing:
                break
        if missing > rate // 4:
            raise CannotSeek
        lead = second * rate - start
        channels = np.concatenate(parts, axis=1)
        sound = self._downmix(channels)
        self._decoded += len(sound)
        if not self._is_usable(channels, sound, lead):
            return None
        return _Window(self._resampled(sound, lead), self._hear(channels, lead))

    def _by_streaming(self) -> tuple[dict[int, _Window], int]:
        """Decode the whole file; return the windows by second and the number of samples."""
        rank = {second: place for place, second in enumerate(self._order.tolist())}
        # A heap with the last second of the order on top, to make room for an earlier one.
        kept: list[tuple[int, int, Sound, int, HeardSecond]] = []
        rest: tuple[int, Sound, int, HeardSecond] | None = None
        rest_is_usable = False
        frames = 0
        for second, channels, lead in self._seconds():
            self._check_budget()
            if second >= SAMPLE_LIMIT:
                # Only if the file can't be searched. Its header knows its length better than this part.
                frames = self._decoder.frames
                break
            sound = self._downmix(channels)
            frames = second * self._decoder.rate + len(sound) - lead
            # Seconds beyond the length in the header come last.
            priority = -rank.get(second, len(rank) + second)
            full = len(kept) == self._wanted
            if len(sound) - lead < self._decoder.rate:
                rest = (second, sound, lead, self._hear(channels, lead))
                rest_is_usable = not (kept or self._listened) and self._is_usable(
                    channels, sound, lead
                )
            elif second in self._listened or not self._wanted:
                continue
            elif (not full or priority > kept[0][0]) and self._is_usable(channels, sound, lead):
                put = heapq.heapreplace if full else heapq.heappush
                put(
                    kept,
                    (
                        priority,
                        second,
                        sound,
                        lead,
                        self._hear(channels, lead),
                    ),
                )
            self._decoded += min(len(sound) - lead, self._decoder.rate)
        if rest is not None and rest_is_usable:
            kept.append((0, *rest))
        windows = {
            second: _Window(self._resampled(sound, lead), heard)
            for _, second, sound, lead, heard in sorted(kept, reverse=True)
        }
        return windows, frames

    def _seconds(self) -> Iterator[tuple[int, Channels, int]]:
        """Yield each second, its sound with margins on both sides, and the length of the left margin."""
        rate, margin = self._decoder.rate, self._margin
        sound = np.empty((self._decoder.channels, 0), np.float32)
        start = second = 0  # `sound` starts at the sample `start` of the file
        for block in self._decoder.blocks(0, rate):
            sound = np.concatenate((sound, block), axis=1)
            while (end := (second + 1) * rate + margin) <= start + sound.shape[1]:
                yield second, sound[:, : end - start], second * rate - start
                second += 1
                sound = sound[:, second * rate - margin - start :]
                start = second * rate - margin
        while second * rate < start + sound.shape[1]:
            yield second, sound, second * rate - start
            second += 1

    def _check_budget(self) -> None:
        spent = time.thread_time() - self._began
        if spent > self._budget:
            raise Undecodable(Reason(Cause.TOO_SLOW, (round(spent / 60),)))

    def _is_usable(self, channels: Channels, sound: Sound, lead: int) -> bool:
        second = slice(lead, lead + self._decoder.rate)
        if self._downmix.changes_by(channels[:, second]):
            raise _OtherDownmixError
        if not is_sane(sound):
            self._not_numbers = True
            return False
        return not is_silent(sound[second], self._plan.silence)

    def _hear(self, channels: Channels, lead: int) -> HeardSecond:
        rate = self._decoder.rate
        return hear_second(channels[:, lead : lead + rate], rate)

    def _resampled(self, sound: Sound, lead: int) -> Sound:
        began = time.perf_counter()
        window = resample(sound, self._decoder.rate, lead, SAMPLE_RATE)
        self._resampling += time.perf_counter() - began
        return window

    def _why_no_window(self, frames: int) -> Reason:
        if self._not_numbers:
            return Reason(Cause.NOT_NUMBERS)
        if not frames:
            return Reason(Cause.NO_SOUND)
        if self._is_long:
            rate = self._decoder.rate
            return Reason(Cause.LONG_SILENCE, (self._decoded // rate, frames // rate))
        return Reason(Cause.SILENT)

    def _warning(self, duration: float) -> Reason | None:
        expected = self._decoder.frames / self._decoder.rate
        expected = max(expected, duration * stated_size(self._file) / self._file.size)
        if ends_early(duration, expected):
            digits = None if expected >= 10 else 1
            return Reason(Cause.ENDS_EARLY, (round(duration, digits), round(expected, digits)))
        if lacks_its_end(self._file):
            return Reason(Cause.END_MISSING)
        decoder = self._decoder
        if decoder.lost > _LOST or decoder.is_broken_off or self._not_numbers:
            return Reason(Cause.PARTLY_DAMAGED)
        return None

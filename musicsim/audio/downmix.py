"""The downmix of a file to mono: the mean of its channels, unless they cancel each other out.

A crossed wire, a faulty adapter or an old "widening" effect turns one channel upside down. Then both loudspeakers play
the music, but the mean is nearly silent. Such a file is heard by its loudest channel alone.

This is decided once per file, not for each window. Windows of one track should differ by their music, not by their
downmix, and a wide effect that cancels for a second is no reason to leave out a channel. The decision depends only on
the same few seconds of the file, spread over it as in the first pass of a `SamplingPlan`, so every pass, seeking or
not, comes to the same result. Those seconds are decoded only once a second has been found that cancels: all other files
cost nothing, and get the mean, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import numpy.typing as npt

from musicsim.audio.decoder import Decoder, MakeDecoder
from musicsim.audio.errors import AudioError, CannotSeek, Undecodable
from musicsim.audio.files import open_audio
from musicsim.audio.plan import FIRST_PASS, SILENCE, SamplingPlan
from musicsim.audio.signal import Channels, Sound, is_sane, mono

_CANCELLED = 10**-1.0
"""Power of the channels' sum, relative to the sum of their powers, below which they cancel: -10 dB, a correlation of
-0.9 between two equal channels. Unrelated channels have 0 dB, whatever their number."""
_SILENT = 10 ** (SILENCE / 10)


class Downmix:
    """The downmix of one file.

    Parameters
    ----------
    path
        The file, which is opened once more if the decision requires it.
    make
        The decoder that decodes it.
    """

    def __init__(self, path: Path, make: MakeDecoder) -> None:
        self._path = path
        self._make = make
        self._channel: int | None = None
        self._is_decided = False
        self._cancelling: npt.NDArray[np.float64] | float = 0.0
        """The powers of the channels in the seconds seen so far that cancel."""

    def __call__(self, channels: Channels) -> Sound:
        """Return sound of shape (channels, samples) as mono, as a copy."""
        if self._channel is None or self._channel >= len(channels):
            return mono(channels)
        sound: Sound = channels[self._channel].copy()
        return sound

    def changes_by(self, channels: Channels) -> bool:
        """Return whether this part of the file makes its downmix another one than so far."""
        powers = _powers_if_cancelling(channels)
        if powers is None or self._channel is not None:
            return False
        if np.shape(self._cancelling) in ((), powers.shape):
            self._cancelling = self._cancelling + powers
        if not self._is_decided:
            self._is_decided = True
            self._channel = _channel_of(self._path, self._make)
        return self._channel is not None

    def changes_without_sound(self) -> bool:
        """Return whether the downmix becomes another one because the mean is silent throughout the file."""
        if self._channel is not None or not np.shape(self._cancelling):
            return False
        self._channel = int(np.argmax(self._cancelling))
        return True


def _channel_of(path: Path, make: MakeDecoder) -> int | None:
    """Return the channel by which to hear a file; None for the mean of all."""
    powers: list[npt.NDArray[np.float64]] = []
    sounding = 0
    try:
        with open_audio(path) as file, closing(make(file)) as decoder:
            for second in _probes(decoder):
                sounding += is_sane(second) and bool((_powers(second) > _SILENT).any())
                if (found := _powers_if_cancelling(second)) is not None:
                    powers.append(found)
    except (AudioError, Undecodable):
        return None
    if 2 * len(powers) <= sounding:
        return None
    return int(np.argmax(np.sum(powers, axis=0)))


def _probes(decoder: Decoder) -> Iterator[Channels]:
    """Yield the seconds of the first pass."""
    rate = decoder.rate
    seconds = sorted(SamplingPlan().order(decoder.frames / rate)[:FIRST_PASS].tolist())
    for place, second in enumerate(seconds):
        try:
            block = next(decoder.blocks(second * rate, rate), None)
        except CannotSeek:
            yield from _probes_by_streaming(decoder, seconds[place:])
            return
        if block is not None:
            yield block[:, :rate]


def _probes_by_streaming(decoder: Decoder, seconds: list[int]) -> Iterator[Channels]:
    """Yield about these seconds: the blocks that begin in them."""
    position = 0
    for block in decoder.blocks(0, decoder.rate):
        if seconds and position >= seconds[0] * decoder.rate:
            yield block[:, : decoder.rate]
            seconds = seconds[1:]
        if not seconds:
            return
        position += block.shape[1]


def _powers_if_cancelling(channels: Channels) -> npt.NDArray[np.float64] | None:
    """Return the powers of channels that cancel each other out; None if they don't, or are silent."""
    if len(channels) < 2 or not channels.size or not is_sane(channels):
        return None
    powers = _powers(channels)
    if not (powers > _SILENT).any():
        return None
    together = float(_powers(mono(channels)[None])[0]) * len(channels) ** 2
    return powers if together < _CANCELLED * powers.sum() else None


def _powers(channels: Channels) -> npt.NDArray[np.float64]:
    """Return the power of each channel without its mean, since a constant offset is not sound."""
    centred = channels - channels.mean(axis=1, dtype=np.float64)[:, None].astype(np.float32)
    # Several times as quick as `var` in 64 bits.
    return np.array([float(np.dot(channel, channel)) / len(channel) for channel in centred])

"""The decoder interface, and the choice of the decoder to try first."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from musicsim.audio.chain import ChainDecoder, link_starts
from musicsim.audio.coded import CodedDecoder, coded_start
from musicsim.audio.errors import Undecodable
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile, why_not_audio
from musicsim.audio.signal import Channels
from musicsim.audio.sndfile import SndfileDecoder
from musicsim.base.reasons import Reason


class Decoder(Protocol):
    """An open file whose channels are decoded at its own sample rate.

    The constructor raises `Undecodable` if it can't decode the file. Constructing it again is quicker with the `frames`
    that the first instance found. With `is_hasty`, it doesn't read a long file through to find `frames`.
    """

    rate: int
    """Samples a second."""
    channels: int
    frames: int
    """Samples per channel, according to the header or the packets."""
    is_estimate: bool
    """Whether `frames` is only an estimate."""
    lost: float
    """Seconds that could not be decoded so far, between sound that could."""
    is_broken_off: bool
    """Whether an error has ended the sound."""
    delay: int
    """Samples before the music starts: the delay of the encoder or decoder."""
    music: int | None
    """Samples of music after the delay, if the file states them exactly."""
    padding: int
    """Samples after the music ends, if `music` is None; known once everything is decoded."""

    def blocks(self, start: int = 0, size: int = ...) -> Iterator[Channels]:
        """Yield the sound from a sample to the end, in blocks of shape (channels, samples).

        A block has about `size` samples, and the caller may keep it. Damage is skipped where possible; otherwise it
        ends the sound.

        Raises
        ------
        CannotSeek
            If `start` can be reached only by decoding everything before it; never for 0.
        """

    def close(self) -> None:
        """Release the file, without closing it."""


MakeDecoder = Callable[..., Decoder]
"""Opens a file with a decoder; see `Decoder`."""


def decoders_for(file: AudioFile) -> Sequence[MakeDecoder]:
    """Return the decoders to try, the quickest for the format first."""
    return _with_links(file, _quick_first)


def exact_decoders_for(file: AudioFile) -> Sequence[MakeDecoder]:
    """Return the decoders to try, starting with the one that neither adds nor loses samples at the end."""
    return _with_links(file, _exact_first)


def _with_links(
    file: AudioFile,
    decoders: Callable[[AudioFile], Sequence[type[SndfileDecoder] | type[FFmpegDecoder]]],
) -> Sequence[MakeDecoder]:
    if link_starts(file):
        return (functools.partial(ChainDecoder, decoders_for=decoders),)
    if coded_start(file) is not None:
        # The others would return it as noise.
        return (CodedDecoder,)
    return decoders(file)


def _quick_first(file: AudioFile) -> Sequence[type[SndfileDecoder] | type[FFmpegDecoder]]:
    """Return the decoders for one stream, the quickest first.

    By benchmarks/decoding.py, libsndfile seeks in PCM and FLAC twice as fast as FFmpeg. FFmpeg decodes Vorbis and Opus
    twice as fast as libsndfile, MP3 equally fast, and is the only decoder for everything else. Unlike libsndfile, it
    doesn't cut short VBR MP3 without a header.
    """
    if file.at(0, 4) in (b"RIFF", b"RF64", b"FORM", b"fLaC"):
        return (SndfileDecoder, FFmpegDecoder)
    return (FFmpegDecoder, SndfileDecoder)


def _exact_first(file: AudioFile) -> Sequence[type[SndfileDecoder] | type[FFmpegDecoder]]:
    """Return the decoders for one stream, starting with the most exact.

    If the last blocks of a Vorbis stream are short, FFmpeg decodes up to 1,009 samples too many, or 128 too few.
    """
    quick_first = _quick_first(file)
    is_vorbis = file.at(0, 4) == b"OggS" and b"\x01vorbis" in file.at(0, 128)
    return tuple(reversed(quick_first)) if is_vorbis else quick_first


def why_undecodable(file: AudioFile, failures: Iterable[Undecodable]) -> Reason:
    """Return the most informative reason why no decoder can decode a file."""
    told = (failure.reason for failure in failures if failure.reason is not None)
    return next(told, None) or why_not_audio(file)


def ends_early(decoded: float, expected: float) -> bool:
    """Return whether far less can be decoded than expected, in seconds: more than rounding explains."""
    return expected - decoded > max(0.1, min(1.0, 0.1 * expected))

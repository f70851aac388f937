"""What a decoder is, and which one is asked first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from musicsim.audio.errors import Undecodable
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile, why_not_audio
from musicsim.audio.signal import Channels
from musicsim.audio.sndfile import SndfileDecoder
from musicsim.base.reasons import Reason


class Decoder(Protocol):
    """An open file that gives the sound of its channels at its own sample rate.

    Making one raises `Undecodable` where it can't decode the file. Making it again is quicker with the `frames` that
    the first one found. One that `is_hasty` does not read a long file through to know them.
    """

    rate: int
    """Samples a second."""
    channels: int
    frames: int
    """How many samples a channel has, as far as the header or the packets tell."""
    is_estimate: bool
    """Whether `frames` is only a guess."""
    lost: float
    """Seconds that could not be decoded so far, amid those that could."""
    delay: int
    """Samples at the start that are none of the music: the encoder's or the decoder's delay."""
    music: int | None
    """How many samples of music follow the delay, where the file says it exactly."""
    padding: int
    """Once all is decoded: samples at the end that are none of the music, where `music` does not tell."""

    def blocks(self, start: int = 0, size: int = ...) -> Iterator[Channels]:
        """Yield the sound from a sample on to the end, in blocks of shape (channels, samples).

        A block has about `size` samples, and may be kept. Damage is passed over where that is possible, and ends the
        sound where it is not.

        Raises
        ------
        CannotSeek
            If there is no way to `start` but to decode all before it; never for 0.
        """

    def close(self) -> None:
        """Let go of the file, which stays open."""


def decoders_for(file: AudioFile) -> Sequence[type[SndfileDecoder] | type[FFmpegDecoder]]:
    """Return the decoders to try, the one that is quicker for the format first.

    As measured by benchmarks/decoding.py: libsndfile seeks in PCM and FLAC in half the time that FFmpeg takes; FFmpeg
    decodes Vorbis and Opus in half the time that libsndfile takes, MP3 in the same, all else alone. Nor does it cut
    VBR MP3 without a header short, as libsndfile does.
    """
    if file.at(0, 4) in (b"RIFF", b"RF64", b"FORM", b"fLaC"):
        return (SndfileDecoder, FFmpegDecoder)
    return (FFmpegDecoder, SndfileDecoder)


def exact_decoders_for(file: AudioFile) -> Sequence[type[SndfileDecoder] | type[FFmpegDecoder]]:
    """Return the decoders to try, the one first that neither adds nor loses samples at the end.

    Of Vorbis whose last blocks are short ones, FFmpeg decodes up to 1,009 samples too many, or 128 too few.
    """
    quick_first = decoders_for(file)
    is_vorbis = file.at(0, 4) == b"OggS" and b"\x01vorbis" in file.at(0, 128)
    return tuple(reversed(quick_first)) if is_vorbis else quick_first


def why_undecodable(file: AudioFile, failures: Iterable[Undecodable]) -> Reason:
    """Return the most telling reason why no decoder can decode a file."""
    told = (failure.reason for failure in failures if failure.reason is not None)
    return next(told, None) or why_not_audio(file)


def ends_early(decoded: float, expected: float) -> bool:
    """Tell whether so much less than the header promises can be decoded, in seconds, that it can't be rounding."""
    return expected - decoded > max(0.1, min(1.0, 0.1 * expected))

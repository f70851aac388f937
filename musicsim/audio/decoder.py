"""What a decoder is, and which one is asked first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from musicsim.audio.errors import Undecodable
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile, why_not_audio
from musicsim.audio.signal import Sound
from musicsim.audio.sndfile import SndfileDecoder


class Decoder(Protocol):
    """An open file that gives mono sound at its own sample rate.

    Making one raises `Undecodable` where it can't decode the file.
    """

    rate: int
    """Samples a second."""
    frames: int
    """How many samples a channel has, as far as the header or the packets tell."""
    lost: float
    """Seconds that could not be decoded so far, amid those that could."""

    def blocks(self, start: int = 0, size: int = ...) -> Iterator[Sound]:
        """Yield the sound from a sample on to the end, as mean over the channels.

        A block has about `size` samples. Damage is passed over where that is possible, and ends the sound where it is
        not.

        Raises
        ------
        CannotSeek
            If there is no way to `start` but to decode all before it; never for 0.
        """

    def close(self) -> None:
        """Let go of the file, which stays open."""


def decoders_for(file: AudioFile) -> Sequence[Callable[[AudioFile], Decoder]]:
    """Return the decoders to try, the one that is quicker for the format first.

    As measured by benchmarks/decoding.py: libsndfile seeks in PCM and FLAC in half the time that FFmpeg takes; FFmpeg
    decodes Vorbis and Opus in half the time that libsndfile takes, MP3 in the same, all else alone. Nor does it cut
    VBR MP3 without a header short, as libsndfile does.
    """
    if file.at(0, 4) in (b"RIFF", b"RF64", b"FORM", b"fLaC"):
        return (SndfileDecoder, FFmpegDecoder)
    return (FFmpegDecoder, SndfileDecoder)


def why_undecodable(file: AudioFile, failures: Iterable[Undecodable]) -> str:
    """Return the most telling reason why no decoder can decode a file."""
    told = (failure.reason for failure in failures if failure.reason is not None)
    return next(told, None) or why_not_audio(file)


def ends_early(decoded: float, expected: float) -> bool:
    """Tell whether so much less than the header promises can be decoded, in seconds, that it can't be rounding."""
    return expected - decoded > max(0.1, min(1.0, 0.1 * expected))

"""Copies of a file in other formats and at other bit rates, as found side by side in a collection."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from musicsim.audio import AudioError
from musicsim.base.reasons import Cause, Reason


@dataclass(frozen=True, slots=True)
class Coding:
    """A format and its quality.

    Attributes
    ----------
    suffix
        The file's suffix.
    container, codec
        Their names in FFmpeg.
    rate
        Samples a second.
    bit_rate
        Bits a second; None for lossless.
    """

    suffix: str
    container: str
    codec: str
    rate: int
    bit_rate: int | None = None


COMMON = Coding(".opus", "opus", "libopus", 48_000, 96_000)
"""The coding that all files go through before they are compared, so that no codec reveals a track's origin."""
MP3_96 = Coding(".mp3", "mp3", "libmp3lame", 44_100, 96_000)
OPUS_64 = Coding(".opus", "opus", "libopus", 48_000, 64_000)
AAC_80 = Coding(".m4a", "ipod", "aac", 44_100, 80_000)
FLAC = Coding(".flac", "flac", "flac", 44_100)


def encode(source: Path, target: Path, coding: Coding) -> None:
    """Write a copy of a sound file, in stereo and without its tags.

    Raises
    ------
    AudioError
        If the source can't be decoded.
    """
    import av

    half_done = target.with_name(f".{target.name}.part")
    options = {"id3v2_version": "0"} if coding.container == "mp3" else {}
    try:
        with (
            # Tags may have any encoding, and are not needed.
            av.open(source, metadata_errors="replace") as read,
            av.open(half_done, "w", format=coding.container, container_options=options) as written,
        ):
            if not read.streams.audio:
                raise AudioError(source, Reason(Cause.NO_SOUND))
            # LAME's slower methods take five times as long at the same bit rate.
            choices = {"compression_level": "9"} if coding.codec == "libmp3lame" else {}
            stream: Any = written.add_stream(
                coding.codec, rate=coding.rate, layout="stereo", options=choices
            )
            if coding.bit_rate is not None:
                stream.bit_rate = coding.bit_rate
            resampler = av.AudioResampler(stream.format.name, "stereo", coding.rate)
            position = 0
            for frame in _frames(read):
                for part in resampler.resample(frame):
                    part.pts, part.time_base = position, Fraction(1, coding.rate)
                    position += part.samples
                    written.mux(stream.encode(part))
            written.mux(stream.encode(None))
    except (av.FFmpegError, UnicodeDecodeError, ZeroDivisionError) as error:
        half_done.unlink(missing_ok=True)
        raise AudioError(
            source, Reason(Cause.OTHER, (f"it can't be encoded ({error})",))
        ) from error
    half_done.replace(target)


def _frames(container: Any) -> Iterator[Any]:
    """Yield the undamaged frames, then None to flush the resampler."""
    import av

    for packet in container.demux(audio=0):
        try:
            frames = packet.decode()
        except av.error.InvalidDataError:
            continue
        for frame in frames:
            # The resampler would fill a gap in the timestamps with silence.
            frame.pts = None
            yield frame
    yield None

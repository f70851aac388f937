"""Decoding with FFmpeg, through PyAV: nearly every format."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from musicsim.audio.errors import CannotSeek, Undecodable
from musicsim.audio.files import (
    AudioFile,
    is_protected,
    musepack_7_seeks,
    musepack_samples,
    windows_media_duration,
)
from musicsim.audio.other_rate import OtherRate, to_float
from musicsim.audio.packets import FLAC_HEADER, flac_block_size, flac_position
from musicsim.audio.signal import BLOCK, LONGEST, Channels, Samples, check_rate, mono
from musicsim.base.reasons import Cause, Reason

if TYPE_CHECKING:
    from av import AudioFrame, AudioStream, Packet
    from av.container import InputContainer

# Only formats that contain sound themselves. FFmpeg also knows playlists and scripts, which open other files and
# addresses, and formats that accept any text.
_FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,caf,dsf,dts,dtshd,eac3,flac,iff,loas,matroska,webm,mlp,mov,mp4,m4a,3gp,3g2,mj2,"
    "mp3,mpc,mpc8,ogg,shn,tak,truehd,tta,w64,wav,wv"
)
# Streams of bare packets. FFmpeg estimates their length from the bit rate of the first packets, and that of Windows
# Media from the bit rate in the header if it finds no length there.
_WITHOUT_LENGTH = frozenset(
    {"aac", "ac3", "amr", "asf", "dts", "dtshd", "eac3", "loas", "mlp", "shn", "truehd"}
)
# Formats in which a seek was seen to arrive at the right sample, or in some at the right millisecond. ADPCM and
# DTS are known not to.
_SEEKABLE = frozenset(
    {
        "aac", "ac3", "aiff", "asf", "au", "caf", "eac3", "flac", "matroska,webm",
        "mov,mp4,m4a,3gp,3g2,mj2", "mp3", "mpc", "mpc8", "ogg", "tta", "w64", "wav", "wv",
    }
)  # fmt: skip
_SEEKABLE_IN_OGG = frozenset({"flac", "opus", "vorbis"})
_FLAC_INSIDE = frozenset({"ogg", "matroska,webm"})
"""Containers in which FLAC is located by its own frame numbers: after a seek in Ogg, FFmpeg is up to a frame off, and
Matroska timestamps are in whole ms."""
_DRM_TAGS = frozenset({"drms", "drmi", "enca", "aavd"})
_MUSEPACK = frozenset({"mpc", "mpc8"})
_MUSEPACK_DELAY = 481
"""Samples by which its filter bank delays the sound. Musepack's own decoder drops them, FFmpeg doesn't."""
_PRE_ROLL = 0.25
"""Seconds decoded before the requested position: ten MP3 frames, whose bit reservoir reaches furthest back."""
_MUSEPACK_7_PRE_ROLL = 512 * 1152
"""Samples decoded before the requested position in Musepack stream version 7, which stores scale factors as
differences: with too few, the result is loud noise. Encoders restart after 32 frames of 1,152, but one that didn't was
seen. Decoding this takes 0.02 s."""
_FURTHER_BACK = 5.0
"""Seconds before the requested position to seek to if a seek into FLAC in Ogg arrived after it: pages may be that
long."""
_GAP = 0.03
"""Seconds. A timestamp further ahead means missing packets; a nearer one is only rounded."""
_INDEX_BYTES = str(2**26)
"""Memory for the index of packet positions that FFmpeg seeks by. Beyond its default, 19 minutes of MP3, it drops so
many entries that a seek decodes half the file."""
_LONG_MP3 = 2**25
"""Bytes of an MP3 file from which counting its packets takes too long, to find its length or a position in it."""
_HEADER_WITHIN = 2**18
"""Bytes in which to look for a VBR header, after tags without a large cover."""
_READ_ERRORS = 16
"""Read errors after which the rest of a file is given up."""


class FFmpegDecoder:
    """Sound of a file, decoded by FFmpeg; see `Decoder`.

    Prints nothing: PyAV passes on FFmpeg's messages only on request.
    """

    def __init__(
        self, file: AudioFile, frames: int | None = None, *, is_hasty: bool = False
    ) -> None:
        import av

        # Broken headers also cause errors in decoding text, division by a rate of zero, numbers out of range, and
        # streams that PyAV doesn't know.
        self._failures = (av.FFmpegError, ValueError, ArithmeticError, LookupError)
        self._file = file
        self._container: InputContainer | None = None
        self._is_hasty = is_hasty
        # Seek by the bit rate, since FFmpeg would count all packets before a position. It is up to a packet (26 ms)
        # off, or more if the bit rate changes and no header says so.
        self._guesses_places = (
            is_hasty and file.size > _LONG_MP3 and b"Xing" not in file.at(0, _HEADER_WITHIN)
        )
        self.is_estimate = False
        self.lost = 0.0
        self.is_broken_off = False
        self._gave_up = False
        self.delay, self.padding = 0, 0
        self.music: int | None = None
        if is_protected(file):
            raise Undecodable(Reason(Cause.PROTECTED))
        self._stated_samples = musepack_samples(file)
        self._stated_seconds = windows_media_duration(file)
        try:
            self._open()
            found = next(self._frames(), None)
            if found is None:
                raise Undecodable(Reason(Cause.DAMAGED))
            _, packet, first = found
            self.rate = first.sample_rate
            check_rate(self.rate)
            # Not the stream's start time: the encoder's delay is already cut off the first frame.
            self._origin = first.pts or 0
            self._first_flac = self._flac_position(packet) or 0
            self.channels = len(_samples(first))  # raises now if the samples can't be converted
            self.frames = round(self._duration() * self.rate) if frames is None else frames
            self._note_delay()
        except Undecodable:
            self.close()
            raise
        except self._failures as error:
            self.close()
            raise Undecodable from error

    def _open(self) -> None:
        """Open the file from its beginning."""
        import av

        self.close()
        self._file.seek(0)
        options = {
            "format_whitelist": _FORMATS,
            "protocol_whitelist": "none",
            "indexmem": _INDEX_BYTES,
        }
        try:
            container = av.open(self._file, mode="r", options=options, metadata_errors="replace")
        except self._failures as error:
            raise Undecodable from error
        self._container = container
        if not container.streams.audio:
            raise Undecodable(Reason(Cause.NO_SOUND))
        self._stream = container.streams.audio[0]
        self._ticks_per_second = 1 / float(self._stream.time_base or 1)
        codec = self._stream.codec_context
        if codec is None:
            raise Undecodable(Reason(Cause.UNKNOWN_CODEC))
        # A tag that is a number instead of four letters makes PyAV fail; it is not one of these.
        with contextlib.suppress(UnicodeDecodeError):
            if codec.codec_tag in _DRM_TAGS:
                raise Undecodable(Reason(Cause.PROTECTED))
        if self._guesses_places and container.format.name == "mp3":
            container.flags |= cast(int, av.container.Flags.fast_seek.value)
        # The other cores are busy with other tracks and the network.
        codec.thread_count = 1
        self._flac_block = 0
        if container.format.name in _FLAC_INSIDE and codec.name == "flac":
            self._flac_block = flac_block_size(codec.extradata)

    def _note_delay(self) -> None:
        assert self._container is not None
        if self._container.format.name in _MUSEPACK:
            self.delay = _MUSEPACK_DELAY
        self.music = self._stated_samples or _samples_of_itunes(self._container.metadata)

    def _duration(self) -> float:
        """Return the length in seconds from the header or, if that isn't credible, from the packets."""
        assert self._container is not None
        name = self._container.format.name
        # If the encoder's delay of an MP3 is known, it has a header with its length too.
        stated = name not in _WITHOUT_LENGTH and not (name == "mp3" and not self._stream.start_time)
        if self._stated_samples:
            duration = self._stated_samples / self.rate
        elif self._stated_seconds:
            duration = self._stated_seconds
        elif stated and self._stream.duration:
            duration = self._stream.duration / self._ticks_per_second
        elif stated and self._container.duration:
            duration = self._container.duration / 1e6
        elif name == "mp3" and self._is_hasty and self._file.size > _LONG_MP3:
            # Estimated from the bit rate at its beginning.
            duration = (self._container.duration or 0) / 1e6
            self.is_estimate = 0 < duration < LONGEST
        else:
            duration = LONGEST
        return duration if 0 < duration < LONGEST else self._duration_of_packets()

    def _duration_of_packets(self) -> float:
        self._open()
        assert self._container is not None
        end = self._origin
        with contextlib.suppress(*self._failures):
            for packet in self._container.demux(self._stream):
                if packet.pts is not None:
                    end = max(end, packet.pts + (packet.duration or 0))
        return (end - self._origin) / self._ticks_per_second

    def blocks(self, start: int = 0, size: int = BLOCK) -> Iterator[Channels]:
        """Yield the sound from a sample to the end; see `Decoder.blocks`."""
        self._gave_up = False
        position = self._go_to(start)
        return _joined(self._pieces(position, start), size, self.channels)

    def _pieces(self, position: int | None, start: int) -> Iterator[Samples]:
        """Yield the frames from `start`, with silence in place of missing ones; the next frame is at `position`."""
        other = OtherRate(self.rate)
        for lost, packet, frame in self._frames():
            if frame.sample_rate != self.rate:
                if not other.add(frame.sample_rate, _samples(frame)):
                    continue
                if start:
                    # From here on, FFmpeg's timestamps are wrong.
                    raise CannotSeek
                for sound in other.taken():
                    position = (position or 0) + sound.shape[1]
                    yield sound
                continue
            for sound in other.ended():
                position = (position or 0) + sound.shape[1]
                yield sound
            lost += other.forgotten()
            stamp = self._position(packet, frame)
            if position is None:
                if stamp is None:
                    continue
                if stamp > start:
                    raise CannotSeek
                position = stamp
            elif position < start:
                # At a change of block size, the timestamp of a Vorbis frame is up to 448 samples late; the next is
                # right.
                position = position if stamp is None else min(position, stamp)
            else:
                # After `start`, count samples instead, since many containers round their timestamps.
                if stamp is not None and _GAP * self.rate < stamp - position < self.frames:
                    lost = max(lost, (stamp - position) / self.rate)
                    while position < stamp:
                        gap = min(BLOCK, stamp - position)
                        yield np.zeros((1, gap), np.float32)
                        position += gap
                self.lost += lost
            if position + frame.samples > start:
                yield _samples(frame)[:, max(0, start - position) :]
            position += frame.samples
        yield from other.ended()
        self.lost += other.forgotten()
        # After a seek, some formats end in errors.
        self.is_broken_off = self.is_broken_off or (self._gave_up and not start)

    def _go_to(self, start: int) -> int | None:
        """Go to a sample or before it; return the next sample's position, or None if only the next frame tells."""
        pre_roll = round(_PRE_ROLL * self.rate)
        if start <= pre_roll:
            self._open()
            return 0
        assert self._container is not None
        name = self._container.format.name
        if not self._seeks_exactly(name, self._stream.codec_context.name):
            raise CannotSeek
        if name == "mpc":
            pre_roll = _MUSEPACK_7_PRE_ROLL
            # A second seek in the same stream was seen to arrive at the end of the file.
            self._open()
            if start <= pre_roll or not musepack_7_seeks(self._file):
                return 0
        self._seek(start - pre_roll)
        if name == "mpc8":
            if (packet := self._next_packet()) is None or packet.pts == 1:
                # FFmpeg takes the second entry of the seek table for the second packet, even if it isn't.
                self._open()
                return 0
            self._seek(start - pre_roll)
        elif self._flac_block:
            packet = self._next_packet()
            position = None if packet is None else self._flac_position(packet)
            near = position is not None and position - self._first_flac <= start
            self._seek(start - (pre_roll if near else round(_FURTHER_BACK * self.rate)))
        return None

    def _next_packet(self) -> Packet[AudioStream] | None:
        assert self._container is not None
        with contextlib.suppress(*self._failures):
            return next(self._container.demux(self._stream), None)
        return None

    def _seek(self, sample: int) -> None:
        assert self._container is not None
        seconds = max(0, sample) / self.rate
        target = self._origin + int(seconds * self._ticks_per_second)
        try:
            self._container.seek(target, stream=self._stream)
        except self._failures as error:
            raise CannotSeek from error

    @staticmethod
    def _seeks_exactly(container: str, codec: str) -> bool:
        if container == "ogg":
            return codec in _SEEKABLE_IN_OGG
        return container in _SEEKABLE and not codec.startswith(("adpcm", "dca"))

    def _position(self, packet: Packet[AudioStream], frame: AudioFrame) -> int | None:
        if (position := self._flac_position(packet)) is not None:
            return position - self._first_flac
        if frame.pts is None:
            return None
        return round((frame.pts - self._origin) / self._ticks_per_second * self.rate)

    def _flac_position(self, packet: Packet[AudioStream]) -> int | None:
        """Return the first sample of a packet of FLAC in Ogg; None for all others."""
        if not self._flac_block:
            return None
        return flac_position(bytes(memoryview(packet)[:FLAC_HEADER]), self._flac_block)

    def _frames(self) -> Iterator[tuple[float, Packet[AudioStream], AudioFrame]]:
        """Yield each following frame, its packet, and the undecodable seconds before it."""
        assert self._container is not None
        lost = 0.0
        for _ in range(_READ_ERRORS):
            try:
                for packet in self._container.demux(self._stream):
                    try:
                        frames = packet.decode()
                    except self._failures:
                        lost += (packet.duration or 0) / self._ticks_per_second
                        continue
                    for frame in frames:
                        self.padding = self._padding_of(packet, frame)
                        yield lost, packet, frame
                        lost = 0.0
            except self._failures:
                continue
            return
        self._gave_up = True

    def _padding_of(self, packet: Packet[AudioStream], frame: AudioFrame) -> int:
        """Return the samples of a frame beyond its packet's duration: padding by the encoder of an MP4 file.

        FFmpeg cuts the padding of other formats itself.
        """
        assert self._container is not None
        if not packet.duration or not self._container.format.name.startswith("mov,"):
            return 0
        counted = round(packet.duration / self._ticks_per_second * frame.sample_rate)
        return max(0, frame.samples - counted)

    def close(self) -> None:
        """Release the file; see `Decoder.close`."""
        if self._container is not None:
            self._container.close()
            self._container = None


def _samples(frame: AudioFrame) -> Samples:
    """Return a frame as (channels, samples)."""
    samples = frame.to_ndarray()
    return samples if frame.format.is_planar else samples.reshape(-1, frame.layout.nb_channels).T


def _samples_of_itunes(metadata: Mapping[str, str]) -> int | None:
    """Return the samples of music according to the tag of iTunes' and similar encoders; None without it.

    It is the fourth number of the field iTunSMPB. Before it come the encoder's delay, which FFmpeg cuts, and the
    padding.
    """
    numbers = metadata.get("iTunSMPB", "").split()
    with contextlib.suppress(ValueError):
        return (int(numbers[3], 16) if len(numbers) > 3 else 0) or None
    return None


def _joined(pieces: Iterator[Samples], size: int, channels: int) -> Iterator[Channels]:
    """Join small pieces into blocks of `size` samples or more, for fewer and longer operations."""
    batch: list[Samples] = []
    samples = 0
    for piece in pieces:
        if batch and (len(piece) != len(batch[0]) or piece.dtype != batch[0].dtype):
            yield _block(batch, channels)
            batch, samples = [], 0
        batch.append(piece)
        samples += piece.shape[1]
        if samples >= size:
            yield _block(batch, channels)
            batch, samples = [], 0
    if batch:
        yield _block(batch, channels)


def _block(batch: list[Samples], channels: int) -> Channels:
    # Contiguous by channel, whether or not the decoder interleaves them.
    block = np.ascontiguousarray(to_float(np.concatenate(batch, axis=1)))
    if len(block) == channels:
        return block
    # The silence for missing packets has one channel; a frame of a damaged file may have any number.
    return np.repeat(mono(block)[None], channels, axis=0)

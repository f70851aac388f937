"""Audio files with known content, in every format that can be made here, and in some that can't."""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import av  # noqa: TID253 (these tests are about it)
import numpy as np
import soundfile as sf
import soxr

from musicsim.audio import SAMPLE_RATE

Make = Callable[..., Path]
"""The fixture that writes a file in one of the formats."""


# Most formats have the same, which takes longer to compute than to decode.
@functools.lru_cache(maxsize=8)
def known_sound(seconds: float, rate: int = 44_100, channels: int = 2) -> np.ndarray:
    """Return sound of shape (samples, channels) in which every second is another chirp; read only."""
    time = np.arange(round(seconds * rate)) / rate
    second = np.floor(time)
    low = 300 + 37 * (second * 7 % 41)
    within = time - second
    chirp = np.sin(2 * np.pi * (low * within + 400 * within**2)) * np.sin(np.pi * within) ** 0.5
    # Different enough to notice a channel that is left out.
    gains = np.linspace(0.5, 0.3, channels)
    sound = (chirp[:, None] * gains).astype(np.float32)
    sound.flags.writeable = False
    return sound


@dataclass(frozen=True)
class Format:
    """How to write a format, and how exactly its timing survives."""

    suffix: str
    codec: str = ""
    """Of PyAV; by libsndfile where empty."""
    subtype: str | None = None
    container: str | None = None
    sample_format: str | None = None
    rate: int = 44_100
    bit_rate: int | None = None
    container_options: dict[str, str] = field(default_factory=dict)
    codec_options: dict[str, str] = field(default_factory=dict)
    late: float = 0.0
    """Seconds by which the sound may be shifted: encoders' delays that the format has no field for, rounded stamps."""
    lossless: bool = False
    seconds: int = 36
    gain: float = 1.0
    stored: str = ""
    """The file in tests/data/formats, where nothing here can write the format."""

    def sound(self) -> np.ndarray:
        """Return what `known_file` holds, of shape (samples, channels)."""
        return known_sound(self.seconds, self.rate) * np.float32(self.gain)

    def heard(self) -> np.ndarray:
        """Return what should be decoded from `known_file`."""
        return soxr.resample(self.sound().mean(axis=1), self.rate, SAMPLE_RATE)


_VBR = {"global_quality": str(118 * 4), "flags": "+qscale"}
FORMATS = {
    "wav": Format(".wav", subtype="PCM_16", lossless=True),
    "wav float": Format(".wav", subtype="FLOAT", lossless=True),
    "wav 24 bit": Format(".wav", subtype="PCM_24", lossless=True),
    "aiff": Format(".aiff", subtype="PCM_16", lossless=True),
    "flac": Format(".flac", subtype="PCM_16", lossless=True),
    "vorbis": Format(".ogg", subtype="VORBIS"),
    "mp3": Format(".mp3", "libmp3lame", bit_rate=192_000),
    "mp3 vbr": Format(".mp3", "libmp3lame", codec_options=_VBR),
    "mp3 cbr without header": Format(
        ".mp3",
        "libmp3lame",
        bit_rate=192_000,
        container_options={"write_xing": "0", "id3v2_version": "0"},
        late=0.03,
    ),
    "mp3 vbr without header": Format(
        ".mp3",
        "libmp3lame",
        codec_options=_VBR,
        container_options={"write_xing": "0", "id3v2_version": "0"},
        late=0.03,
    ),
    "mp2": Format(".mp2", "mp2", bit_rate=192_000, late=0.02),
    "aac": Format(".m4a", "aac", bit_rate=192_000),
    "aac adts": Format(".aac", "aac", bit_rate=192_000, container="adts", late=0.03),
    "alac": Format(".m4a", "alac", lossless=True),
    "opus": Format(".opus", "libopus", rate=48_000, bit_rate=160_000),
    "flac in ogg": Format(".oga", "flac", container="ogg", lossless=True),
    "flac in matroska": Format(".mka", "flac", lossless=True, late=0.001),
    "pcm 8 bit in matroska": Format(".mka", "pcm_u8", late=0.001),
    "wavpack": Format(".wv", "wavpack", sample_format="s16p", lossless=True),
    "wavpack 8 bit": Format(".wv", "wavpack", sample_format="u8p"),
    "tta": Format(".tta", "tta", sample_format="s16", lossless=True),
    "wma": Format(".wma", "wmav2", bit_rate=192_000, late=0.05),
    "ac3": Format(".ac3", "ac3", rate=48_000, bit_rate=192_000, late=0.01),
}

_STORED = Path(__file__).parent / "data" / "formats"
# Short, of a low rate and quiet, to be small. Made from `sound` as WAV of 16 bits by
# - mpcenc 1.30.1 (Debian's musepack-tools 0.1~r495), `--quality 0 --ms 2`, which writes stream version 8;
# - the same with `--pns 0`, its quantised samples coded anew as stream version 7 by a program made for that, since no
#   encoder of it is to be had; mpcdec 1.0.0 decodes that to the same, give or take a bit;
# - JMAC 1.74 (Debian's libjmac-java), `c2`, which writes Monkey's Audio 3.99, level "normal": two frames of it.
_SHORT = {"seconds": 20, "gain": 1 / 16}
# FFmpeg leaves in the 481 samples by which Musepack's decoders are late.
_MUSEPACK = Format(".mpc", rate=32_000, late=0.016, **_SHORT)
STORED = {
    "musepack 7": replace(_MUSEPACK, stored="musepack-7.mpc"),
    "musepack 8": replace(_MUSEPACK, stored="musepack-8.mpc"),
    "monkey's audio": Format(
        ".ape", rate=4_000, lossless=True, stored="monkeys-audio.ape", **_SHORT
    ),
}
EVERY_FORMAT = FORMATS | STORED


def known_file(path: Path, how: Format) -> Path:
    """Write the file of a format that the tests know."""
    if how.stored:
        return Path(shutil.copyfile(_STORED / how.stored, path))
    return encode(path, how.sound(), how)


def encode(path: Path, sound: np.ndarray, how: Format, metadata: Mapping[str, str] = {}) -> Path:
    """Write sound of shape (samples, channels) in a format, with metadata if FFmpeg writes it."""
    if not how.codec:
        # In pieces: libsndfile's Vorbis encoder overflows the stack with a long one.
        with sf.SoundFile(path, "w", how.rate, sound.shape[1], how.subtype) as file:
            for start in range(0, len(sound), 65_536):
                file.write(sound[start : start + 65_536])
        return path
    layout = {1: "mono", 2: "stereo"}[sound.shape[1]]
    with av.open(str(path), "w", format=how.container, options=how.container_options) as container:
        container.metadata.update(metadata)
        stream = container.add_stream(
            how.codec, rate=how.rate, layout=layout, options=how.codec_options
        )
        if how.sample_format:
            stream.format = how.sample_format
        if how.bit_rate:
            stream.bit_rate = how.bit_rate
        converter = av.AudioResampler(stream.format, layout, how.rate)
        for start in range(0, len(sound), how.rate):
            planar = np.ascontiguousarray(sound[start : start + how.rate].T)
            frame = av.AudioFrame.from_ndarray(planar, "fltp", layout)
            frame.sample_rate = how.rate
            frame.pts = start
            for converted in converter.resample(frame):
                container.mux(stream.encode(converted))
        for converted in converter.resample(None):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return path


def with_opus_header_gain(source: Path, path: Path, decibels: float) -> Path:
    """Write a copy of an Opus file whose header has an output gain (RFC 7845, 5.1)."""
    content = bytearray(source.read_bytes())
    header = content.index(b"OpusHead")
    content[header + 16 : header + 18] = round(256 * decibels).to_bytes(2, "little", signed=True)
    # The header has the first page of its own, whose checksum counts as zeros in itself (RFC 3533, section 6).
    segments = content[26]
    end = 27 + segments + sum(content[27 : 27 + segments])
    content[22:26] = bytes(4)
    content[22:26] = _ogg_checksum(content[:end]).to_bytes(4, "little")
    path.write_bytes(content)
    return path


def _ogg_checksum(page: bytes) -> int:
    checksum = 0
    for byte in page:
        checksum ^= byte << 24
        for _ in range(8):
            checksum = checksum << 1 ^ (0x104C11DB7 if checksum & 0x80000000 else 0)
    return checksum

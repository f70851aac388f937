"""DTS and AC-3 streams in files that say that they hold PCM."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av  # noqa: TID253 (writes what libsndfile can't)
import numpy as np
import pytest
import soundfile as sf
from known_audio import FORMATS, encode

from musicsim.audio import SAMPLE_RATE, SamplingPlan, read_blocks, sample_windows, waveform
from musicsim.audio.playing import StereoReader

RATE = 44_100
SECONDS = 6
PITCH = 500
DTS = Path(__file__).parents[1] / "data" / "formats" / "tone.dts"
"""86 frames of FFmpeg's encoder, which PyAV lacks: `ffmpeg -f lavfi -i sine=f=500:r=44100 -af
volume=12dB,aformat=channel_layouts=stereo -t 1.2 -c:a dca -strict -2 -b:a 256k`."""


def frames_of(codec: str) -> list[bytes]:
    """Return a tone as DTS or AC-3, frame by frame."""
    if codec == "dca":
        content = DTS.read_bytes()
        size = ((content[5] & 3) << 12 | content[6] << 4 | content[7] >> 4) + 1
        frames = [content[at : at + size] for at in range(0, len(content), size)]
        return (frames * SECONDS)[: SECONDS * RATE // 512]
    context = av.CodecContext.create(codec, "w")
    context.sample_rate, context.layout, context.format = RATE, "stereo", "fltp"
    context.bit_rate = 448_000
    context.open()
    tone = np.sin(2 * np.pi * PITCH * np.arange(SECONDS * RATE) / RATE) * 0.4
    frame = av.AudioFrame.from_ndarray(np.tile(tone.astype(np.float32), (2, 1)), "fltp", "stereo")
    frame.sample_rate = RATE
    packets = []
    for some in av.AudioResampler(
        context.format, "stereo", RATE, frame_size=context.frame_size
    ).resample(frame):
        packets += context.encode(some)
    return [bytes(packet) for packet in packets]


def bare(frames: list[bytes]) -> bytes:
    return b"".join(frames)


def swapped(frames: list[bytes]) -> bytes:
    return np.frombuffer(bare(frames), "<u2").byteswap().tobytes()


def words_of_14_bits(frames: list[bytes]) -> bytes:
    """Return frames as on a DTS CD: 14 bits a sample, as long as the PCM would be."""
    found = b""
    for frame in frames:
        bits = np.unpackbits(np.frombuffer(frame + b"\0\0", np.uint8))
        words = bits[: len(bits) // 14 * 14].reshape(-1, 14) @ (1 << np.arange(13, -1, -1))
        words = np.where(words >= 1 << 13, words - (1 << 14), words).astype("<i2")
        found += words.tobytes().ljust(512 * 4, b"\0")
    return found


def bursts(frames: list[bytes]) -> bytes:
    """Return frames as on an S/PDIF cable: a preamble, the frame with its words swapped, and zeros."""
    kind, samples = (11, 512) if frames[0].startswith(b"\x7f\xfe") else (1, 1536)
    found = b""
    for frame in frames:
        preamble = np.array([0xF872, 0x4E1F, kind, 8 * len(frame)], "<u2").tobytes()
        found += (preamble + swapped([frame])).ljust(samples * 4, b"\0")
    return found


STREAMS: dict[str, tuple[str, Callable[[list[bytes]], bytes]]] = {
    "DTS": ("dca", bare),
    "DTS, swapped": ("dca", swapped),
    "DTS CD": ("dca", words_of_14_bits),
    "DTS in bursts": ("dca", bursts),
    "AC-3": ("ac3", bare),
    "AC-3, swapped": ("ac3", swapped),
    "AC-3 in bursts": ("ac3", bursts),
}


def write(path: Path, stream: bytes, subtype: str = "PCM_16", silence: int = 0) -> Path:
    samples = np.frombuffer(stream[: len(stream) // 4 * 4], "<i2").reshape(-1, 2)
    samples = np.concatenate([np.zeros((silence, 2), np.int16), samples])
    sf.write(path, samples, RATE, subtype=subtype)
    return path


def is_the_tone(sound: np.ndarray, rate: int) -> bool:
    middle = sound[len(sound) // 4 : -len(sound) // 4]
    spectrum = np.abs(np.fft.rfft(middle))
    pitch = spectrum.argmax() * rate / len(middle)
    # Of noise it would be next to nothing.
    near = slice(max(0, int(spectrum.argmax()) - 20), int(spectrum.argmax()) + 20)
    share = np.square(spectrum[near]).sum() / np.square(spectrum).sum()
    return abs(pitch - PITCH) < 2 and share > 0.8


@pytest.mark.parametrize("suffix", [".wav", ".aiff", ".flac"])
@pytest.mark.parametrize("name", STREAMS)
def test_the_stream_is_decoded(tmp_path: Path, name: str, suffix: str):
    codec, how = STREAMS[name]
    path = write(tmp_path / f"a{suffix}", how(frames_of(codec)))

    sampled = sample_windows(path, SamplingPlan())

    assert sampled.warning is None
    assert sampled.duration == pytest.approx(SECONDS, abs=0.1)
    assert len(sampled.windows) >= SECONDS - 1
    assert is_the_tone(np.concatenate(list(read_blocks(path))), SAMPLE_RATE)
    outline = waveform(path)
    assert outline is not None
    assert outline.duration == pytest.approx(SECONDS, abs=0.1)
    with StereoReader(path) as reader:
        length = reader.frames
        whole = np.concatenate(list(reader.blocks()))
        assert len(whole) == pytest.approx(length, abs=600)
        assert is_the_tone(whole[:, 1], reader.rate)
        np.testing.assert_array_equal(
            np.concatenate(list(reader.blocks(RATE + 7))), whole[RATE + 7 :]
        )


def test_a_stream_may_come_after_silence_and_in_24_bits(tmp_path: Path):
    stream = words_of_14_bits(frames_of("dca"))
    for path in (
        write(tmp_path / "a.wav", stream, silence=3 * RATE),
        write(tmp_path / "b.flac", stream, silence=12_345, subtype="PCM_24"),
    ):
        assert is_the_tone(np.concatenate(list(read_blocks(path))), SAMPLE_RATE)


def test_a_stream_is_found_in_other_lossless_files(tmp_path: Path):
    stream = words_of_14_bits(frames_of("dca"))
    samples = np.frombuffer(stream, "<i2").reshape(-1, 2) / np.float32(32_768)
    for name in ("wavpack", "tta"):
        path = encode(tmp_path / f"a{FORMATS[name].suffix}", samples, FORMATS[name])
        assert is_the_tone(np.concatenate(list(read_blocks(path))), SAMPLE_RATE)


@pytest.mark.parametrize("seed", range(3))
def test_noise_with_the_start_of_a_stream_in_it_is_sound(tmp_path: Path, seed: int):
    random = np.random.default_rng(seed)
    samples = random.integers(-32_768, 32_768, (3 * RATE, 2)).astype("<i2")
    data = bytearray(samples.tobytes())
    for sync in (b"\xff\x1f\x00\xe8", b"\xfe\x7f\x01\x80", b"\x72\xf8\x1f\x4e", b"\x0b\x77"):
        for place in random.integers(0, len(data) // 4, 20):
            data[4 * place : 4 * place + len(sync)] = sync
    path = write(tmp_path / "a.wav", bytes(data))

    sampled = sample_windows(path, SamplingPlan())

    expected = np.frombuffer(data, "<i2").reshape(-1, 2).astype(np.float32) / 32_768
    assert sampled.duration == 3
    assert np.std(sampled.windows) == pytest.approx(np.std(expected.mean(axis=1)), rel=0.1)

"""Measure which decoder is quicker for each format, and the cost of a first pass against the whole file.

    python benchmarks/decoding.py [SECONDS]

Makes its own files (stereo, 44.1 kHz, 4 minutes by default) in a temporary folder. The times are CPU milliseconds, the
best of three. The last two columns are what musicsim does, including resampling. The cost of seeking to a window,
against decoding a second of the whole file, gives the length from which seeking pays (`_SEEKING_PAYS` in
musicsim/audio/sampling.py).
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import av  # noqa: TID253
import numpy as np
import soundfile as sf

from musicsim.audio import (
    FIRST_PASS,
    SamplingPlan,
    read_blocks,
    sample_windows,
    silence_native_messages,
)
from musicsim.audio.decoder import Decoder
from musicsim.audio.errors import CannotSeek, Undecodable
from musicsim.audio.ffmpeg import FFmpegDecoder
from musicsim.audio.files import AudioFile, open_audio
from musicsim.audio.sndfile import SndfileDecoder

RATE = 44_100
PLAN = SamplingPlan(FIRST_PASS)
# Name to suffix and PyAV's codec, or libsndfile's subtype in capitals.
FORMATS = {
    "WAV": (".wav", "PCM_16"),
    "AIFF": (".aiff", "PCM_16"),
    "FLAC": (".flac", "PCM_16"),
    "ALAC": (".m4a", "alac"),
    "WavPack": (".wv", "wavpack"),
    "MP3": (".mp3", "libmp3lame"),
    "MP3, bare": (".mp3", "libmp3lame"),
    "AAC": (".m4a", "aac"),
    "Vorbis": (".ogg", "VORBIS"),
    "Opus": (".opus", "libopus"),
    "WMA": (".wma", "wmav2"),
}


def music(seconds: float) -> np.ndarray:
    """Return notes and beats with some noise, shape (samples, 2): silence and pure tones are too easy for codecs."""
    rng = np.random.default_rng(0)
    sound = rng.normal(0, 0.002, (round(seconds * RATE), 2)).astype(np.float32)
    time_of_note = np.arange(RATE) / RATE
    for start in range(0, len(sound) - RATE, RATE // 3):
        pitches = 110 * 2 ** (rng.integers(0, 36, 2) / 12)
        note = sum(np.sin(2 * np.pi * time_of_note[:, None] * pitches * h) / h for h in range(1, 9))
        note = note + rng.normal(0, 1, (RATE, 2)) * np.exp(-60 * time_of_note)[:, None]
        sound[start : start + RATE] += 0.1 * note * np.exp(-4 * time_of_note)[:, None]
    return sound / np.abs(sound).max()


def write(path: Path, sound: np.ndarray, codec: str, bare: bool) -> None:
    if codec.isupper() or codec.startswith("PCM"):
        with sf.SoundFile(path, "w", RATE, 2, codec) as file:
            for start in range(0, len(sound), RATE):
                file.write(sound[start : start + RATE])
        return
    options = {"write_xing": "0", "id3v2_version": "0"} if bare else {}
    rate = 48_000 if codec == "libopus" else RATE
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=rate, layout="stereo")
        if codec == "wavpack":
            stream.format = "s16p"
        elif codec != "alac":
            stream.bit_rate = 192_000
        converter = av.AudioResampler(stream.format, "stereo", rate)
        for start in range(0, len(sound), RATE):
            part = np.ascontiguousarray(sound[start : start + RATE].T)
            frame = av.AudioFrame.from_ndarray(part, "fltp", "stereo")
            frame.sample_rate = RATE
            frame.pts = start
            for converted in converter.resample(frame):
                container.mux(stream.encode(converted))
        for converted in converter.resample(None):
            container.mux(stream.encode(converted))
        container.mux(stream.encode(None))


def windows(make: Callable[[AudioFile], Decoder], path: Path) -> None:
    with open_audio(path) as file, closing(make(file)) as decoder:
        rate = decoder.rate
        for second in sorted(PLAN.offsets(decoder.frames / rate)):
            next(decoder.blocks(round((second + 0.05) * rate), round(1.1 * rate)))


def whole(make: Callable[[AudioFile], Decoder], path: Path) -> None:
    with open_audio(path) as file, closing(make(file)) as decoder:
        for _ in decoder.blocks():
            pass


def milliseconds(work: Callable[[], object]) -> str:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        try:
            work()
        except (CannotSeek, Undecodable):
            return "-"
        best = min(best, time.process_time() - start)
    return f"{1000 * best:.0f}"


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 240
    silence_native_messages()
    sound = music(seconds)
    columns = ["first pass", "whole"] * 3
    print(f"{'':12}{'libsndfile':>22}{'FFmpeg':>22}{'musicsim, at 48 kHz':>22}")
    print(f"{'CPU ms':12}" + "".join(f"{column:>11}" for column in columns))
    with tempfile.TemporaryDirectory() as folder:
        for name, (suffix, codec) in FORMATS.items():
            path = Path(folder) / f"{name}{suffix}"
            write(path, sound, codec, bare="bare" in name)
            works: list[Callable[[], object]] = [
                lambda path=path: windows(SndfileDecoder, path),
                lambda path=path: whole(SndfileDecoder, path),
                lambda path=path: windows(FFmpegDecoder, path),
                lambda path=path: whole(FFmpegDecoder, path),
                lambda path=path: sample_windows(path, PLAN),
                lambda path=path: sum(map(len, read_blocks(path))),
            ]
            print(f"{name:12}" + "".join(f"{milliseconds(work):>11}" for work in works), flush=True)
            path.unlink()


if __name__ == "__main__":
    main()

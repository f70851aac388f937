"""Decoding: from a file to 1-s windows of mono float32 sound at 48 kHz.

May import only `base` from musicsim. PyAV is imported when the first file is decoded.

`files` opens a file safely. `decoder` says which of `sndfile` and `ffmpeg` to try first, and whether the file is a
`chain` of streams, or has a `coded` stream in place of PCM. `downmix` makes mono. Then `sampling` returns the windows
of a `plan`, `reading` the whole file, `playing` the sound in stereo, and `waveform` its outline. `loudness` measures
the decoded sound, over all channels.
"""

from musicsim.audio.errors import AudioError
from musicsim.audio.fingerprint import fingerprint
from musicsim.audio.loudness import LoudnessMeter, MeasuredLoudness
from musicsim.audio.plan import (
    DENSE_HOP,
    DENSE_LIMIT,
    EVERY_WINDOW,
    FIRST_PASS,
    SAMPLE_LIMIT,
    SETTLED,
    SILENCE,
    SamplingPlan,
)
from musicsim.audio.quiet import silence_native_messages
from musicsim.audio.reading import read_blocks
from musicsim.audio.sampling import SampledAudio, sample_windows
from musicsim.audio.signal import SAMPLE_RATE
from musicsim.audio.waveform import Waveform, waveform

__all__ = [
    "DENSE_HOP",
    "DENSE_LIMIT",
    "EVERY_WINDOW",
    "FIRST_PASS",
    "SAMPLE_LIMIT",
    "SAMPLE_RATE",
    "SETTLED",
    "SILENCE",
    "AudioError",
    "LoudnessMeter",
    "MeasuredLoudness",
    "SampledAudio",
    "SamplingPlan",
    "Waveform",
    "fingerprint",
    "read_blocks",
    "sample_windows",
    "silence_native_messages",
    "waveform",
]

"""Preparing music for training: spectrograms of some windows per track, and the teachers' results there."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from musicsim.audio import (
    SAMPLE_RATE,
    SILENCE,
    AudioError,
    SamplingPlan,
    read_blocks,
    silence_native_messages,
)
from musicsim.audio.signal import is_silent
from musicsim.base.reasons import Cause, Reason
from musicsim.embedding.description import DYNAMIC_RANGE, ModelDescription
from musicsim.embedding.frontend import front_end
from musicsim.embedding.runtime import import_tensorflow, usable_cores, use_threads
from training import musicnn
from training.corpus import Track
from training.encoding import AAC_80, MP3_96, OPUS_64, Coding, encode

FloatArray = npt.NDArray[np.float32]

WINDOWS = 32
"""Largest number of windows per track."""
FRONT_END = ModelDescription("mel128", (16, 16, 32, 32, 64, 64, 128, 128), (4, 24))
"""A network with the front end in use; its convolutions do not matter here."""

_CODINGS = (MP3_96, OPUS_64, AAC_80)
# Codec artefacts at the seams between two windows stay in the margins.
_MARGIN = SAMPLE_RATE // 4


@dataclass(frozen=True, eq=False)
class Prepared:
    """The training data of one track.

    Attributes
    ----------
    spectrograms
        Of its windows, unchanged and from a copy of low bit rate; shape (2, N, 128, 199), uint8: 0 is -80 dB, 255 is 0
        dB.
    features
        The teachers' hidden features around each window, (N, 400).
    tags
        The teachers' tag probabilities, (N, 100).
    """

    spectrograms: npt.NDArray[np.uint8]
    features: FloatArray
    tags: FloatArray


def prepare(tracks: Iterable[Track], cache: Path, wheel: Path) -> Iterator[tuple[Track, str]]:
    """Prepare the tracks that the cache lacks, on all cores.

    Parameters
    ----------
    tracks
        Music of at least some seconds' length.
    cache
        Receives a file for each track.
    wheel
        musicnn's wheel, see `musicnn.fetch_wheel`.

    Yields
    ------
    Track, str
        Each finished track, and its problem, or "" without one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    missing = []
    for track in tracks:
        if path_of(track, cache).exists():
            yield track, ""
        else:
            missing.append(track)
    if not missing:
        return
    with ProcessPoolExecutor(
        usable_cores(),
        mp_context=get_context("spawn"),
        initializer=_start_worker,
        initargs=(wheel,),
    ) as pool:
        jobs = [(track, pool.submit(_prepare_one, track, cache)) for track in missing]
        for track, job in jobs:
            yield track, job.result()


def path_of(track: Track, cache: Path) -> Path:
    """Return the path of a track's prepared data."""
    return cache / f"{track.key}.npz"


def read_prepared(track: Track, cache: Path) -> Prepared:
    """Read the output of `prepare` for a track."""
    with np.load(path_of(track, cache)) as stored:
        return Prepared(**stored)


class _Worker:
    """The front end and the teachers of one process."""

    def __init__(self, wheel: Path) -> None:
        silence_native_messages()
        use_threads(1)
        self._decibels = import_tensorflow().function(
            front_end(FRONT_END), jit_compile=True, autograph=False, reduce_retracing=True
        )
        self._teachers = [musicnn.Musicnn(wheel, name) for name in musicnn.TRAINED_ON]

    def prepare(self, track: Track) -> Prepared:
        sound = np.concatenate(list(read_blocks(track.path)))
        order = SamplingPlan().order(len(sound) / SAMPLE_RATE)
        sounding = (second for second in order if not is_silent(_second(sound, second), SILENCE))
        seconds = np.fromiter(itertools.islice(sounding, WINDOWS), np.int64)
        if not len(seconds):
            raise AudioError(track.path, Reason(Cause.SILENT))
        coding = _CODINGS[int(track.key, 16) % len(_CODINGS)]
        windows = np.stack([_second(sound, second) for second in seconds])
        recoded = _recoded(sound, seconds, coding)
        whole = musicnn.log_mel(soxr.resample(sound, SAMPLE_RATE, musicnn.SAMPLE_RATE))
        patches = musicnn.patches_at(whole, seconds + 0.5)
        heard = [teacher(patches) for teacher in self._teachers]
        return Prepared(
            np.stack([self._quantised(windows), self._quantised(recoded)]),
            np.concatenate([penultimate for penultimate, _, _ in heard], axis=1),
            np.concatenate([tags for _, _, tags in heard], axis=1),
        )

    def _quantised(self, windows: FloatArray) -> npt.NDArray[np.uint8]:
        # Always the same number, for one compilation.
        filled = np.zeros((WINDOWS, SAMPLE_RATE), np.float32)
        filled[: len(windows)] = windows
        decibels = self._decibels(filled).numpy()[: len(windows)]
        return quantise(decibels)


def quantise(decibels: FloatArray) -> npt.NDArray[np.uint8]:
    """Quantise decibels from -80 to 0 in steps of a third of one, which the augmentation drowns out."""
    return np.round((decibels / DYNAMIC_RANGE + 1) * 255).astype(np.uint8)


_worker: _Worker | None = None


def _start_worker(wheel: Path) -> None:
    global _worker
    _worker = _Worker(wheel)


def _prepare_one(track: Track, cache: Path) -> str:
    assert _worker is not None
    try:
        prepared = _worker.prepare(track)
    except AudioError as error:
        return str(error)
    path = path_of(track, cache)
    half_done = path.with_suffix(".part.npz")
    np.savez(
        half_done,
        spectrograms=prepared.spectrograms,
        features=prepared.features,
        tags=prepared.tags.astype(np.float16),
    )
    half_done.replace(path)
    return ""


def _second(sound: FloatArray, second: int) -> FloatArray:
    part = sound[second * SAMPLE_RATE : (second + 1) * SAMPLE_RATE]
    return np.pad(part, (0, SAMPLE_RATE - len(part)))


def _recoded(sound: FloatArray, seconds: npt.NDArray[np.int64], coding: Coding) -> FloatArray:
    """Return the windows after a codec: encoded in a row, each with some sound around it."""
    padded = np.pad(sound, _MARGIN)
    length = SAMPLE_RATE + 2 * _MARGIN
    parts = [padded[second * SAMPLE_RATE :][:length] for second in seconds]
    parts = [np.pad(part, (0, length - len(part))) for part in parts]
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch) / "windows.wav", Path(scratch) / f"windows{coding.suffix}"
        soundfile.write(source, np.concatenate(parts), SAMPLE_RATE, subtype="FLOAT")
        encode(source, target, coding)
        decoded = np.concatenate(list(read_blocks(target)))
    decoded = np.pad(decoded, (0, max(0, len(seconds) * length - len(decoded))))
    return decoded[: len(seconds) * length].reshape(-1, length)[:, _MARGIN:-_MARGIN]

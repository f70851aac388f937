"""The features of a track, from various programs, that `quality.py` compares.

Only librosa's and pymusly's features need these libraries: `pip install 'musicsim[benchmarks]'`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import soxr
from rich.progress import track as progress

from musicsim.audio import (
    FIRST_PASS,
    SAMPLE_RATE,
    SETTLED,
    AudioError,
    SamplingPlan,
    read_blocks,
    sample_windows,
)
from musicsim.embedding import InputRepr, Model, pool, read_weights
from training import musicnn

FloatArray = npt.NDArray[np.float32]

_LIBROSA_RATE = MUSLY_RATE = 22_050
_FFT_SIZE, _HOP_SIZE = 2048, 512
_MFCCS = 20
_TEMPI = np.geomspace(30, 300, 20)
"""Beats a minute at which the tempogram is sampled."""
_MUSICNN_PATCHES = 32  # its networks run on this many at a time; fewer take as long
_MUSLY_STYLE = 1000
"""The number of tracks that Musly's documentation recommends for its statistics, at most."""


class Feature(Protocol):
    """A feature of one file.

    Attributes
    ----------
    name
        The name of its row.
    folder
        The folder of its values in the cache, which differs for anything that changes the values.
    """

    name: str
    folder: str

    def of(self, path: Path) -> npt.NDArray[Any]:
        """Return the values of a file in stored form; raises AudioError if it can't be decoded."""


@lru_cache(maxsize=1)
def hear(path: Path) -> FloatArray:
    """Return a whole file, mono at 48 kHz; the last one is cached for the next feature."""
    return np.concatenate(list(read_blocks(path)))


class MfccStatistics:
    """Mean and spread of 20 MFCCs, and the spread of their first differences."""

    name, folder = "MFCC statistics (60)", "mfcc"

    def of(self, path: Path) -> FloatArray:
        """Return the feature, shape (60,)."""
        import librosa

        sound = _resampled(path, _LIBROSA_RATE)
        return _mfcc_statistics(librosa.feature.mfcc(y=sound, sr=_LIBROSA_RATE, n_mfcc=_MFCCS))


class RichDescriptor:
    """librosa's features of timbre, harmony, rhythm and dynamics: mean and spread of each over the track."""

    name, folder = "rich librosa descriptor (137)", "rich"

    def of(self, path: Path) -> FloatArray:
        """Return the feature, shape (137,)."""
        import librosa
        from librosa import feature

        sound = _resampled(path, _LIBROSA_RATE)
        common = {"sr": _LIBROSA_RATE, "hop_length": _HOP_SIZE}
        amplitude = np.abs(librosa.stft(sound, n_fft=_FFT_SIZE, hop_length=_HOP_SIZE))
        power = amplitude**2
        mel = librosa.power_to_db(feature.melspectrogram(S=power, **common))
        level = librosa.amplitude_to_db(feature.rms(S=amplitude, frame_length=_FFT_SIZE))
        attacks = librosa.onset.onset_strength(S=mel, **common)
        tempogram = feature.tempogram(onset_envelope=attacks, **common)
        # Without the first lag, 0, whose tempo is infinite.
        tempi = librosa.tempo_frequencies(len(tempogram), **common)[:0:-1]
        levels = np.percentile(level, (5, 25, 50, 75, 95))
        parts = [
            _mfcc_statistics(feature.mfcc(S=mel, n_mfcc=_MFCCS)),
            _summary(feature.chroma_stft(S=power, **common)),
            _summary(feature.spectral_contrast(S=amplitude, **common)),
            _summary(feature.spectral_centroid(S=amplitude, **common)),
            _summary(feature.spectral_bandwidth(S=amplitude, **common)),
            _summary(feature.spectral_rolloff(S=amplitude, **common)),
            _summary(feature.spectral_flatness(S=amplitude)),
            _summary(feature.zero_crossing_rate(sound, hop_length=_HOP_SIZE)),
            np.interp(_TEMPI, tempi, tempogram.mean(axis=1)[:0:-1]),
            _summary(attacks[np.newaxis]),
            _summary(level),
            np.diff(levels),
            [level.max() - levels[2]],
        ]
        return np.concatenate(parts).astype(np.float32)


class Musly:
    """One of the methods of libmusly, the C++ library by D. Schnitzer: a Gaussian of the track's MFCCs.

    Parameters
    ----------
    method
        ``"timbre"``, whose distances include mutual proximity, or ``"mandelellis"``.
    """

    def __init__(self, method: str) -> None:
        self.name = f"Musly {method}"
        self.folder = f"musly-{method}"
        self._method = method

    def of(self, path: Path) -> npt.NDArray[np.uint8]:
        """Return the Gaussian as bytes."""
        analysed = self._jukebox.track_from_audiodata(_resampled(path, MUSLY_RATE))
        return np.frombuffer(self._jukebox.serialize_track(analysed), np.uint8)

    def distances(self, kept: Iterable[npt.NDArray[np.uint8]]) -> npt.NDArray[np.float64]:
        """Return the distances between N tracks from their Gaussians; shape (N, N)."""
        jukebox = self._new_jukebox()
        tracks = [jukebox.deserialize_track(track.tobytes()) for track in kept]
        random = np.random.default_rng(0)
        some = random.permutation(len(tracks))[:_MUSLY_STYLE]
        jukebox.set_style([tracks[i] for i in some])
        known = list(zip(jukebox.add_tracks(tracks), tracks, strict=True))
        return np.array([jukebox.compute_similarity(track, known) for track in known])

    @cached_property
    def _jukebox(self) -> Any:
        return self._new_jukebox()

    def _new_jukebox(self) -> Any:
        import pymusly

        return pymusly.MuslyJukebox(self._method, "none")


class MusicnnFeatures:
    """The last hidden layers of both of musicnn's networks, averaged over patches of three seconds.

    Parameters
    ----------
    wheel
        From `musicnn.fetch_wheel`.
    """

    name, folder = f"musicnn MTT + MSD ({2 * musicnn.PENULTIMATE_SIZE})", "musicnn"

    def __init__(self, wheel: Path) -> None:
        self._wheel = wheel

    def of(self, path: Path) -> FloatArray:
        """Return the feature, shape (400,)."""
        sound = _resampled(path, musicnn.SAMPLE_RATE)
        centres = (np.arange(_MUSICNN_PATCHES) + 0.5) / _MUSICNN_PATCHES
        patches = musicnn.patches_at(
            musicnn.log_mel(sound), centres * len(sound) / musicnn.SAMPLE_RATE
        )
        return np.concatenate([network(patches)[0].mean(axis=0) for network in self._networks])

    @cached_property
    def _networks(self) -> list[musicnn.Musicnn]:
        _use_one_thread()
        return [musicnn.Musicnn(self._wheel, trained_on) for trained_on in musicnn.TRAINED_ON]


class WindowEmbeddings:
    """A weight file's embeddings of a track's windows, of which each pass takes some.

    Parameters
    ----------
    name
        Distinguishes it from other files.
    path, input_repr, embedding_size
        As for `read_weights`.
    """

    def __init__(
        self,
        name: str,
        path: Path,
        input_repr: InputRepr | None = None,
        embedding_size: int | None = None,
    ) -> None:
        self.name = name
        self.weights = read_weights(path, input_repr=input_repr, embedding_size=embedding_size)
        self.folder = f"windows-{self.weights.identity}"

    def of(self, path: Path, windows: int = SETTLED) -> FloatArray:
        """Return the embeddings of the windows, shape (N, D), in sampling order."""
        return self._model.embed(sample_windows(path, SamplingPlan(windows)).windows)

    def pass_of(self, windows: int) -> Pass:
        """Return the first pass or the settled one, as a separate feature."""
        return Pass(self, windows)

    @cached_property
    def _model(self) -> Model:
        _use_one_thread()
        return Model(self.weights)


class Pass:
    """A track's embedding after a number of windows."""

    def __init__(self, windows_of: WindowEmbeddings, windows: int) -> None:
        kind = {FIRST_PASS: "first pass", SETTLED: "settled"}.get(windows, f"{windows} windows")
        self.name = f"{windows_of.name}, {kind}"
        self.folder = windows_of.folder
        self._windows_of = windows_of
        self._windows = windows

    def of(self, path: Path) -> FloatArray:
        """Return the embeddings of the pass's windows alone, shape (N, D)."""
        return self._windows_of.of(path, self._windows)

    def pooled(self, kept: Sequence[FloatArray]) -> FloatArray:
        """Return the tracks' embeddings (N, D) from those of their windows."""
        return np.stack([pool(embeddings[: self._windows]) for embeddings in kept])


def extract(
    features: Sequence[Feature], files: Mapping[str, Path], cache: Path, what: str
) -> dict[str, dict[str, npt.NDArray[Any]]]:
    """Compute the features that the cache lacks, and return all of them.

    Parameters
    ----------
    features
        Each with its own folder.
    files
        The files by their names in the cache.
    cache
        The folder of the features' folders.
    what
        The text of the progress bar.

    Returns
    -------
    dict
        By the feature's folder and the file's name, without files that can't be decoded.
    """
    values: dict[str, dict[str, npt.NDArray[Any]]] = {feature.folder: {} for feature in features}
    for folder in values:
        (cache / folder).mkdir(parents=True, exist_ok=True)
    for name, path in progress(files.items(), what):
        for feature in features:
            kept = cache / feature.folder / f"{name}.npy"
            if not kept.exists():
                half_done = kept.with_suffix(".part.npy")
                try:
                    np.save(half_done, feature.of(path))
                except AudioError as error:
                    print(f"{feature.name}: {error}")
                    continue
                half_done.replace(kept)
            values[feature.folder][name] = np.load(kept)
    return values


def file_properties(path: Path) -> tuple[str, int, int]:
    """Return codec, samples a second and bits a second of a file."""
    import av

    with av.open(path, metadata_errors="replace") as file:
        stream = file.streams.audio[0]
        bits = 8 * path.stat().st_size * 1_000_000 // (file.duration or 1_000_000)
        return stream.codec_context.name, stream.codec_context.sample_rate, bits


def property_distances(paths: Iterable[Path]) -> npt.NDArray[np.float64]:
    """Return the distances between files by their properties alone; shape (N, N)."""
    codecs, rates, bits = (
        np.array(values) for values in zip(*map(file_properties, paths), strict=True)
    )
    bits = np.log2(bits)
    bits = (bits - bits.mean()) / bits.std()
    differences = [
        codecs[:, np.newaxis] != codecs,
        rates[:, np.newaxis] != rates,
        bits[:, np.newaxis] - bits,
    ]
    return np.sqrt(sum(np.square(difference, dtype=np.float64) for difference in differences))


def _resampled(path: Path, rate: int) -> FloatArray:
    return soxr.resample(hear(path), SAMPLE_RATE, rate)


def _summary(frames: npt.NDArray[Any]) -> npt.NDArray[Any]:
    return np.concatenate([frames.mean(axis=1), frames.std(axis=1)])


def _mfcc_statistics(mfcc: npt.NDArray[Any]) -> FloatArray:
    return np.concatenate([_summary(mfcc), np.diff(mfcc, axis=1).std(axis=1)]).astype(np.float32)


def _use_one_thread() -> None:
    from musicsim.embedding.runtime import use_threads

    use_threads(1)

"""Large synthetic libraries: tiny files with tags, and embeddings distributed like those of real music."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import mutagen
import numpy as np
import numpy.typing as npt
import soundfile
from mutagen.mp3 import EasyMP3

from musicsim.app import Musicsim
from musicsim.audio import SETTLED
from musicsim.library.embedding_types import PooledTrack, TrackWindows
from musicsim.library.types import Tags

SIZE = 128
"""Values per embedding, as for the starter weights."""
_FALL = 56
"""Principal axes along which the standard deviations fall by e. They match the variances of the 409 tracks of
benchmarks/quality.py with the starter weights, which fall by e every 28 axes: 53 dimensions by their participation
ratio."""
_SAME_ARTIST = 0.6
"""The artist's share of a track's embedding; the rest is the track's own."""

_TRACKS_AN_ALBUM = 10
_TRACKS_AN_ARTIST = 25
_SYLLABLES = (
    *("ka", "lo", "mi", "ren", "tu", "sa", "vel", "dor", "an", "qui"),
    *("bra", "sha", "nok", "pe", "ris", "ju", "wen", "go", "lat", "fi"),
)
_FORMATS = {
    ".mp3": ("MP3", "MPEG_LAYER_III"),
    ".flac": ("FLAC", "PCM_16"),
    ".opus": ("OGG", "OPUS"),
}


def tags_of(number: int) -> Tags:
    """Return invented tags: ten tracks per album, twenty-five per artist."""
    rng = np.random.default_rng(number)

    def words(count: int, source: np.random.Generator) -> str:
        return " ".join(
            "".join(source.choice(_SYLLABLES, size=int(source.integers(2, 4)))).capitalize()
            for _ in range(count)
        )

    artist, album = number // _TRACKS_AN_ARTIST, number // _TRACKS_AN_ALBUM
    return Tags(
        title=words(int(rng.integers(1, 5)), rng),
        artist=words(2, np.random.default_rng([1, artist])),
        album=words(2, np.random.default_rng([2, album])),
        genre=words(1, np.random.default_rng([3, artist % 40])),
        year=1960 + album % 65,
        track_number=number % _TRACKS_AN_ALBUM + 1,
    )


def _silence(suffix: str) -> bytes:
    """Return 0.1 s of silence in some format."""
    container, codec = _FORMATS[suffix]
    file = io.BytesIO()
    soundfile.write(file, np.zeros(4_800), 48_000, format=container, subtype=codec)
    return file.getvalue()


def make_music(folder: Path, tracks: int) -> None:
    """Fill a folder with tagged files, one folder per album: MP3, FLAC and Opus in turn."""
    templates = {suffix: _silence(suffix) for suffix in _FORMATS}
    for number in range(tracks):
        tags = tags_of(number)
        suffix = list(_FORMATS)[number // _TRACKS_AN_ALBUM % len(_FORMATS)]
        album = folder / f"{number // _TRACKS_AN_ALBUM:05} {tags.album}"
        album.mkdir(parents=True, exist_ok=True)
        path = album / f"{tags.track_number:02} {tags.title}{suffix}"
        path.write_bytes(templates[suffix])
        file = EasyMP3(path) if suffix == ".mp3" else mutagen.File(path)
        for name in ("title", "artist", "album", "genre"):
            file[name] = getattr(tags, name)
        file["date"] = str(tags.year)
        file["tracknumber"] = str(tags.track_number)
        file.save()


def embeddings(tracks: int, size: int = SIZE) -> Iterator[npt.NDArray[np.float32]]:
    """Yield an embedding (size,) for each track, distributed like those of real music and similar within an artist."""
    rng = np.random.default_rng(0)
    artist = np.zeros(size)
    spread = np.exp(-np.arange(size) / _FALL)
    for number in range(tracks):
        if number % _TRACKS_AN_ARTIST == 0:
            artist = rng.normal(size=size)
        own = rng.normal(size=size)
        mixed = np.sqrt(_SAME_ARTIST) * artist + np.sqrt(1 - _SAME_ARTIST) * own
        yield (spread * mixed).astype(np.float32)


def embed_all(app: Musicsim, size: int = SIZE) -> None:
    """Give every track of a library an embedding, as if it had been embedded by a model."""
    pending = app.embeddings.pending.tracks(app.finding.model.identity)
    nothing = TrackWindows(np.zeros(1, np.float32), np.zeros((1, size), np.float32))
    with app.catalogue.transaction():
        for track, vector in zip(pending, embeddings(len(pending), size), strict=True):
            pooled = PooledTrack(vector, SETTLED)
            app.embeddings.store(track, app.finding.model.identity, SETTLED, nothing, pooled)
            app.catalogue.files.set_duration(track.id, 60 + track.id * 37 % 300)

"""Stand-ins for what the window stands on: a library that a test fills, an app, a player of nothing."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from musicsim.events import Events, TracksChanged, TracksRemoved
from musicsim.library.catalogue import Catalogue, ScannedFile
from musicsim.library.types import Tags, Track, TrackState
from musicsim.playlists.generate import GeneratedPlaylist, Match, SimilarTracks
from musicsim.search import NotEmbedded
from musicsim.ui.track_model import TrackModel

MODEL = "model"

SONGS = (
    Tags("Überall", "Motörnacht", "Nacht", genre="Metal", year=1987, duration=241.0),
    Tags("Quiet Harbour", "The Paper Lanterns", "Letters", genre="Indie Pop", duration=185.0),
    Tags("밤하늘의 별처럼", "김서연", "서울의 밤", genre="K-Pop", year=2019, duration=203.0),
    Tags("Don’t Wait", "Amber Okafor", "Harbour Lights", genre="Soul", year=2004, duration=3725.0),
    Tags("Último", "Tomé Ribeiro", "Maré", genre="Bossa Nova", year=1969, duration=150.0),
    Tags("Sunrise 🌅", "Amber Okafor", "Harbour Lights", genre="Soul", year=2004, duration=59.0),
)


class Library:
    """A catalogue in a folder, and what changes it as the scanner and the indexer would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.catalogue = Catalogue(folder)
        self.catalogue.set_setting("model", MODEL)
        self.events = Events()
        self.music = folder / "music"
        self.music.mkdir()

    def add(self, *tags: Tags, embedded: bool = True, folder: Path | None = None) -> list[int]:
        folder_id = self.catalogue.add_folder(folder or self.music)
        ids = []
        for number, each in enumerate(tags):
            path = self.music / f"{len(self.catalogue.tracks()):05} {number}.flac"
            key = str(path).encode()
            ids.append(self.catalogue.add_track(folder_id, ScannedFile(path, 1, 1, key, each)))
        if embedded:
            self.embed(*ids)
        return ids

    def embed(self, *ids: int) -> None:
        vector = np.zeros(4, np.float32).tobytes()
        with self.catalogue.database.transaction() as db:
            db.executemany(
                "INSERT INTO embeddings (track_id, model, windows, vector, created_at) VALUES (?, ?, 1, ?, 0)",
                [(track_id, MODEL, vector) for track_id in ids],
            )

    def retag(self, track_id: int, tags: Tags) -> None:
        (track,) = self.catalogue.tracks_by_id([track_id])
        file = ScannedFile(track.path, track.size + 1, track.mtime_ns, b"new", tags)
        self.catalogue.update_track(track_id, self.catalogue.add_folder(self.music), file)
        self.embed(track_id)


@dataclass
class FakeApp:
    """What the window needs of `Musicsim`; its futures are done at once."""

    library: Library
    calls: list[object] = field(default_factory=list)
    paused: bool = False

    def __post_init__(self) -> None:
        self.catalogue = self.library.catalogue
        self.events = self.library.events
        self.data_folder = self.library.folder

    def start(self) -> None:
        self.calls.append("start")

    def close(self) -> None:
        self.calls.append("close")

    def add_folder(self, folder: Path) -> None:
        self.calls.append(("add_folder", folder))
        self.catalogue.add_folder(folder)

    def remove_folder(self, folder: Path) -> None:
        self.events.emit(TracksRemoved(tuple(self.catalogue.remove_folder(folder))))

    def retry_failed(self) -> None:
        self.calls.append("retry_failed")
        self.events.emit(TracksChanged(tuple(self.catalogue.clear_failures())))

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def similar(self, track_id: int, *, limit: int = 50) -> Future[SimilarTracks]:
        future: Future[SimilarTracks] = Future()
        (seed,) = self.catalogue.tracks_by_id([track_id])
        if seed.state is not TrackState.EMBEDDED:
            future.set_exception(NotEmbedded(f"{seed.name} has not been listened to yet."))
        else:
            hidden = {"the same sound": 1, "more than 3 by the same artist": 2}
            future.set_result(SimilarTracks(seed, self._like(seed, limit), hidden))
        return future

    def make_playlist(
        self, seed_ids: Sequence[int], *, length: int = 25
    ) -> Future[GeneratedPlaylist]:
        future: Future[GeneratedPlaylist] = Future()
        seeds = self.catalogue.tracks_by_id(seed_ids)
        chosen = [Match(seed, 1.0) for seed in seeds]
        others = [m for m in self._like(seeds[0], length) if m.track.id not in set(seed_ids)]
        matches = (*chosen, *others)[:length]
        future.set_result(GeneratedPlaylist("similar", tuple(seeds), matches, {}))
        return future

    def _like(self, seed: Track, limit: int) -> tuple[Match, ...]:
        tracks = [
            track
            for track in self.catalogue.tracks()
            if track.id != seed.id and track.state is TrackState.EMBEDDED
        ]
        random.Random(seed.id).shuffle(tracks)
        return tuple(Match(track, 0.9 - 0.01 * i) for i, track in enumerate(tracks[:limit]))


class FakeMedia(QObject):
    """Plays nothing, and remembers what it was asked to; paths in `broken` fail as Qt's player would."""

    playing_changed = Signal(bool)
    position_changed = Signal(int)
    duration_changed = Signal(int)
    ended = Signal()
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[Path] = []
        self.broken: Callable[[Path], bool] = lambda path: False
        self.volume = 1.0
        self.sought: list[int] = []

    def load(self, path: Path) -> None:
        self.loaded.append(path)

    def play(self) -> None:
        if self.broken(self.loaded[-1]):
            self.failed.emit("Could not open file")
        else:
            self.playing_changed.emit(True)

    def pause(self) -> None:
        self.playing_changed.emit(False)

    def stop(self) -> None:
        self.playing_changed.emit(False)

    def seek(self, milliseconds: int) -> None:
        self.sought.append(milliseconds)

    def set_volume(self, volume: float) -> None:
        self.volume = volume


def titles(model: TrackModel) -> list[str]:
    """The titles in a list of tracks, from top to bottom."""
    return [model.track(row).title for row in range(model.rowCount())]

"""Stand-ins for what the window stands on: a library that a test fills, an app, a player of nothing."""

from __future__ import annotations

import functools
import random
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events, ModelChanged, TracksChanged, TracksRemoved
from musicsim.embedding import WeightFile, find_weights
from musicsim.embedding.fetching import FetchCancelled
from musicsim.embedding.sources import list_models
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.waveforms import Waveforms
from musicsim.library.embedding_types import KnownModel
from musicsim.library.tags.covers import read_cover
from musicsim.library.types import ScannedFile, Tags, Track, TrackState
from musicsim.playlists.result import GeneratedPlaylist, Match, SimilarTracks
from musicsim.playlists.rules.bans import Bans
from musicsim.playlists.rules.rules import Hidden, Rule
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints, NotEmbedded
from musicsim.services.history import PlayHistory
from musicsim.services.listening.settings import Depth, ListeningSettings
from musicsim.services.making.groups import Groups
from musicsim.services.making.request import Mode, PlaylistRequest
from musicsim.services.making.smart_lists import SmartLists
from musicsim.services.models.models import OfferedModel, read_model
from musicsim.services.opinions import Opinions
from musicsim.ui.playback.protocol import Device, Item
from musicsim.ui.tracks.track_model import TrackModel

T = TypeVar("T")

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
        self.catalogue.settings.set("model", MODEL)
        self.embeddings = EmbeddingStore(self.catalogue, folder)
        self.events = Events()
        self.music = folder / "music"
        self.music.mkdir()

    def add(self, *tags: Tags, embedded: bool = True, folder: Path | None = None) -> list[int]:
        folder_id = self.catalogue.folders.add(folder or self.music)
        ids = []
        for number, each in enumerate(tags):
            path = self.music / f"{len(self.catalogue.tracks.all()):05} {number}.flac"
            key = str(path).encode()
            ids.append(self.catalogue.files.add(folder_id, ScannedFile(path, 1, 1, key, each)))
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
        (track,) = self.catalogue.tracks.by_id([track_id])
        file = ScannedFile(track.path, track.size + 1, track.mtime_ns, b"new", tags)
        self.catalogue.files.update(track_id, self.catalogue.folders.add(self.music), file)
        self.embed(track_id)


class AtOnce(Executor):
    """Does every task at once, in the caller's thread."""

    def submit(self, task: Callable[..., T], /, *args: Any, **keywords: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(task(*args, **keywords))
        except MusicsimError as error:
            future.set_exception(error)
        return future


@functools.cache
def starter_model() -> KnownModel:
    """The starter, read once; the embeddings of `Library` are made out to be its own."""
    return replace(read_model(find_weights(Path("none"))[0]), identity=MODEL)


class FakeModels:
    """The real list of models, where `listening` and `searched` are what the test says."""

    def __init__(self, library: Library, calls: list[object]) -> None:
        self.folder = library.folder / "models"
        self.downloads = FakeDownloads(calls)
        self.chosen: Path | None = None
        self.gone: dict[str, int] = {"old-0123456789ab": 4}
        self._embeddings = library.embeddings
        self.listening = self.searched = starter_model()

    def offered(self) -> list[OfferedModel]:
        offered = []
        tracks = {**self._embeddings.models.counts(), **self.gone}
        for info in list_models(self.folder, self.chosen):
            identity = MODEL if info.file.name == "starter" else info.identity
            offered.append(
                OfferedModel(
                    info.file.name,
                    info.state,
                    identity,
                    info.file,
                    info.problem,
                    tracks.get(identity or "", 0),
                    identity == self.listening.identity,
                    identity == self.searched.identity,
                )
            )
        return offered + [
            OfferedModel(identity, "gone", identity, None, None, count, False, False)
            for identity, count in self.gone.items()
        ]


class FakeDownloads:
    """Downloads nothing; `fetching` is the last download's future."""

    def __init__(self, calls: list[object]) -> None:
        self.calls = calls
        self.fetching: Future[Path] = Future()

    def fetch(self, name: str, *, mirror: str | None, proxy: str | None) -> Future[Path]:
        self.calls.append(("fetch", name, mirror, proxy))
        self.fetching = Future()
        return self.fetching

    def cancel(self) -> None:
        self.fetching.set_exception(FetchCancelled("The download was stopped."))


class FakeListening:
    """What embeds the library; embeds nothing."""

    def __init__(self, app: FakeApp) -> None:
        self.app = app
        self.settings = ListeningSettings()
        self.paused = False

    def set_settings(self, settings: ListeningSettings) -> None:
        self.app.calls.append(settings)
        self.settings = settings

    def seconds_a_track(self, depth: Depth) -> float | None:
        return {Depth.QUICK: 0.04, Depth.SETTLED: 0.21, Depth.EVERY: 12.3}[depth]

    def use_model(self, file: WeightFile) -> None:
        self.app.calls.append(("use_model", file))
        self.app.models.listening = read_model(file)
        self.app.events.emit(ModelChanged())

    def forget_model(self, identity: str) -> int:
        self.app.calls.append(("forget_model", identity))
        del self.app.models.gone[identity]
        self.app.events.emit(ModelChanged())
        return 4

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False


class FakeCollection:
    """The music folders; looks through none of them."""

    def __init__(self, app: FakeApp) -> None:
        self.app = app
        self.covers: Executor = AtOnce()

    def add_folder(self, folder: Path) -> None:
        self.app.calls.append(("add_folder", folder))
        self.app.catalogue.folders.add(folder)

    def remove_folder(self, folder: Path) -> None:
        gone = self.app.catalogue.folders.remove(folder)
        self.app.events.emit(TracksRemoved(tuple(gone)))

    def cover(self, track: Track, decode: Callable[[bytes], T | None]) -> Future[T | None]:
        return self.covers.submit(read_cover, track.path, decode)

    def forget_missing(self) -> int:
        self.app.catalogue.folders.set_all_available()
        gone = self.app.catalogue.files.forget_missing()
        self.app.events.emit(TracksRemoved(tuple(gone)))
        return len(gone)

    def retry_failed(self) -> None:
        self.app.calls.append("retry_failed")
        again = self.app.catalogue.files.clear_failures()
        self.app.events.emit(TracksChanged(tuple(again)))


class FakeFinding:
    """Finds any embedded track similar; its futures are done at once."""

    def __init__(self, app: FakeApp) -> None:
        self.app = app

    def similar(self, track_id: int, *, limit: int = 50) -> Future[SimilarTracks]:
        future: Future[SimilarTracks] = Future()
        (seed,) = self.app.catalogue.tracks.by_id([track_id])
        if seed.state is not TrackState.EMBEDDED:
            future.set_exception(NotEmbedded(f"{seed.name} has not been listened to yet."))
        else:
            hidden = {Hidden(Rule.SAME_SOUND): 1, Hidden(Rule.ARTIST, 3): 2}
            future.set_result(SimilarTracks(seed, self.like(seed, limit), hidden))
        return future

    def bans(self) -> Future[Bans]:
        future: Future[Bans] = Future()
        future.set_result(self.app.banned.all())
        return future

    def nearest_among(self, track_id: int, ids: Sequence[int]) -> Future[int | None]:
        future: Future[int | None] = Future()
        future.set_result(max(ids, default=None))
        return future

    def like(self, seed: Track, limit: int) -> tuple[Match, ...]:
        tracks = [
            track
            for track in self.app.catalogue.tracks.all()
            if track.id != seed.id and track.state is TrackState.EMBEDDED
        ]
        random.Random(seed.id).shuffle(tracks)
        return tuple(Match(track, 0.9 - 0.01 * i) for i, track in enumerate(tracks[:limit]))


class FakePlaylistMaker:
    """Makes playlists of what `FakeFinding` finds."""

    def __init__(self, app: FakeApp) -> None:
        self.app = app

    def make(self, request: PlaylistRequest) -> Future[GeneratedPlaylist]:
        seed_ids, length = request.seeds, request.length
        future: Future[GeneratedPlaylist] = Future()
        seeds = self.app.catalogue.tracks.by_id(seed_ids)
        chosen = [Match(seed, 1.0) for seed in seeds]
        near = self.app.finding.like(seeds[0], length)
        others = [m for m in near if m.track.id not in set(seed_ids)]
        matches = (*chosen, *others)[:length]
        if request.mode is Mode.JOURNEY:
            matches = (chosen[0], *others[: length - 2], chosen[-1])
        future.set_result(GeneratedPlaylist("similar", tuple(seeds), matches, {}))
        return future

    def in_flow(
        self, track_ids: Sequence[int], *, first: int | None = 0, last: int | None = None
    ) -> Future[list[int]]:
        """By id, for a flow that a test can tell; the ends stay."""
        self.app.calls.append(("in_flow", first, last))
        middle = sorted(i for n, i in enumerate(track_ids) if n not in (first, last))
        ends = [[] if end is None else [track_ids[end]] for end in (first, last)]
        future: Future[list[int]] = Future()
        future.set_result([*ends[0], *middle, *ends[1]])
        return future


@dataclass
class FakeApp:
    """What the window needs of `Musicsim`; `calls` are what it asked for."""

    library: Library
    calls: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.catalogue = self.library.catalogue
        self.events = self.library.events
        self.data_folder = self.library.folder
        self.embeddings = self.library.embeddings
        self.models = FakeModels(self.library, self.calls)
        self.waveforms = Waveforms(self.library.folder)
        self.listening = FakeListening(self)
        self.collection = FakeCollection(self)
        self.opinions = Opinions(self.catalogue, self.events)
        self.history = PlayHistory(self.catalogue, self.events)
        self.finding = FakeFinding(self)
        self.playlists = FakePlaylistMaker(self)
        points = LibraryPoints(self.catalogue, self.embeddings, starter_model())
        nearest = Nearest(points, IndexSync(self.catalogue, points, None))
        self.banned = BannedTracks(self.catalogue, self.opinions, nearest, self.events)
        self.groups = Groups(self.catalogue, self.banned, nearest, self.events)
        self.smart_lists = SmartLists(
            self.catalogue,
            self.opinions,
            self.banned,
            nearest,
            self.events,
            thread=AtOnce(),
        )

    def start(self) -> None:
        self.calls.append("start")

    def close(self) -> None:
        self.calls.append("close")


class FakeEngine(QObject):
    """Plays nothing, and remembers what it was asked to; paths in `broken` can't be played.

    It says what the real one says, when a test has it do so: `end` and `advance`.
    """

    begun = Signal(int, float, float)
    progress = Signal(int, float)
    ended = Signal(int, float, float, object)
    unplayable = Signal(int, str)
    drained = Signal(int)
    silent = Signal(object)
    devices_changed = Signal(object)
    measured = Signal(bytes, object)

    def __init__(self) -> None:
        super().__init__()
        self.broken: Callable[[Path], bool] = lambda path: False
        self.seconds = 240.0
        self.loaded: list[Path] = []
        self.item: Item | None = None
        self.following: Item | None = None
        self.playing = False
        self.volume = 1.0
        self.sought: list[float] = []
        self.device: bytes | None = None
        self.devices: tuple[Device, ...] = ()
        self.measuring: list[tuple[Path, bytes]] = []
        self.crossfade = 0.0

    def play(
        self,
        item: Item,
        position: float,
        following: Item | None,
        *,
        paused: bool = False,
        longest_crossfade: float = 0.0,
    ) -> None:
        self.following = following
        self.playing = not paused
        self.crossfade = longest_crossfade
        self.item = item
        self._begin(item, position)

    def _begin(self, item: Item, position: float = 0.0) -> None:
        self.loaded.append(item.path)
        # The real one tells of it later, too.
        if self.broken(item.path):
            QTimer.singleShot(0, self, lambda: self._fail(item))
        else:
            QTimer.singleShot(0, self, lambda: self._tell_begun(item, position))

    def _tell_begun(self, item: Item, position: float) -> None:
        self.item = item
        self.begun.emit(item.token, self.seconds, position)

    def _fail(self, item: Item) -> None:
        self.unplayable.emit(item.token, "Could not open file")
        # What follows instead is known a moment later.
        QTimer.singleShot(1, self, self.go_on)

    def go_on(self) -> None:
        following, self.following = self.following, None
        if following is not None:
            self._begin(following)
        elif self.item is not None:
            ended, self.item = self.item, None
            self.playing = False
            self.drained.emit(ended.token)

    def end(self, shortfall: float = 0.0, reason: str | None = None) -> None:
        """The current track comes to its end, and the next one begins."""
        assert self.item is not None
        self.ended.emit(self.item.token, self.seconds, shortfall, reason)
        self.go_on()
        QApplication.processEvents()

    def advance(self, seconds: float) -> None:
        """The current track is heard to this place."""
        assert self.item is not None
        self.progress.emit(self.item.token, seconds)

    def follow(self, after: int, item: Item | None) -> None:
        if self.item is not None and self.item.token == after:
            self.following = item

    def pause(self) -> None:
        self.playing = False

    def resume(self) -> None:
        self.playing = True

    def seek(self, position: float) -> None:
        self.sought.append(position)

    def stop(self) -> None:
        self.playing = False
        self.item = self.following = None

    def set_volume(self, factor: float) -> None:
        self.volume = factor

    def use_device(self, device: bytes | None) -> None:
        self.device = device

    def measure(self, path: Path, key: bytes) -> None:
        self.measuring.append((path, key))

    def warm_up(self) -> None:
        pass

    def close(self) -> None:
        self.stop()


def titles(model: TrackModel) -> list[str]:
    """The titles in a list of tracks, from top to bottom."""
    return [model.track(row).title for row in range(model.rowCount())]

"""The one place that builds the parts and hands them to each other."""

from __future__ import annotations

import contextlib
import errno
import json
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar, cast

from filelock import BaseFileLock, FileLock, Timeout

from musicsim.audio import DENSE_HOP
from musicsim.base.data_folder import default_data_folder, models_folder_of
from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import (
    Events,
    ModelChanged,
    Notice,
    ProblemsChanged,
    ScanFinished,
    ScanStarted,
    TracksChanged,
    TracksRemoved,
)
from musicsim.embedding import InputRepr, WeightFile
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.catalogue.waveforms import Waveforms
from musicsim.library.catalogue.windows import WINDOWS_FILE, WindowStore
from musicsim.library.scanning.scanner import Scanner, check_folder
from musicsim.library.tags.covers import read_cover
from musicsim.library.types import KnownModel, ScanSummary, Track
from musicsim.playlists.generators.similar import GeneratedPlaylist, SimilarTracks
from musicsim.playlists.rules.rules import Rules
from musicsim.services.collection.upkeep import Background
from musicsim.services.finding.finder import Finder
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints
from musicsim.services.listening.listener import Indexer, IndexerSettings
from musicsim.services.listening.settings import Depth, ListeningSettings
from musicsim.services.models.downloads import Downloads
from musicsim.services.models.models import Models
from musicsim.worker.client import WorkerClient
from musicsim.worker.protocol import WorkerSettings

T = TypeVar("T")

KEEP_MISSING_SECONDS = 60 * 86_400.0
"""How long a track whose file was deleted is kept, with its embedding and its place in playlists."""


class DataFolderInUse(MusicsimError):  # noqa: N818
    """Another musicsim owns the data folder."""


def data_folder_lock(folder: Path) -> BaseFileLock:
    """Make a data folder if need be, and own it until the lock is released, or this process ends.

    Raises
    ------
    DataFolderInUse
        If another musicsim owns it.
    MusicsimError
        If it can't be made, or its disk can't lock files.
    """
    # Where a disk can't lock files, filelock would make do with a file that says so; SQLite would not.
    lock: BaseFileLock = FileLock(folder / "lock", timeout=0, fallback_to_soft=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout as error:
        raise DataFolderInUse(
            f"Another musicsim is using {display_path(folder)}: close it, or choose another data folder with --data."
        ) from error
    except OSError as error:
        reason, remedy = error.strerror or error, "check its permissions, or choose another"
        if error.errno == errno.ENOSYS:
            reason, remedy = "its disk can't lock files", "choose another"
        raise MusicsimError(
            f"The data folder {display_path(folder)} can't be used ({reason}): {remedy} with --data."
        ) from error
    return lock


class Musicsim:
    """The program without a face: what the window and the command line stand on.

    Made by `open` or `read`; `close` it, or use it in a `with` statement.
    """

    def __init__(self, data_folder: Path, *, read_only: bool, lock: BaseFileLock | None) -> None:
        self.data_folder = data_folder
        self.read_only = read_only
        self.events = Events()
        self._lock = lock
        with contextlib.ExitStack() as undo:
            self.catalogue = Catalogue(data_folder, read_only=read_only)
            undo.callback(self.catalogue.close)
            self.embeddings = EmbeddingStore(self.catalogue, data_folder, read_only=read_only)
            undo.callback(self.embeddings.close)
            self.models = Models(
                self.catalogue, self.embeddings, models_folder_of(data_folder), read_only=read_only
            )
            undo.pop_all()
        self.waveforms = Waveforms(data_folder, read_only=read_only)
        self.listening = ListeningSettings.load(self.catalogue)
        self.worker = WorkerClient(self._worker_settings(self.models.listening))
        # The index has one owner; whoever only reads searches exactly.
        points = LibraryPoints(self.catalogue, self.embeddings, self.models.searched)
        self.index = IndexSync(self.catalogue, points, None if read_only else self.worker)
        self.search = Nearest(points, self.index)
        self.finder = Finder(
            self.catalogue,
            self.models,
            self.search,
            self.worker,
            self._worker_settings,
            self._prefer,
        )
        self.downloads = Downloads(self.models.folder, self.events)
        self._identity = SoundIdentity(self.catalogue, self.embeddings)
        self.scanner = Scanner(self.catalogue, self._identity, self.events)
        self._background: Background | None = None
        self._answers = ThreadPoolExecutor(1, "musicsim-answers")
        self._covers = ThreadPoolExecutor(1, "musicsim-covers")

    @classmethod
    def open(cls, data_folder: Path | None = None, *, thorough: bool = False) -> Musicsim:
        """Own a data folder; made if missing.

        Parameters
        ----------
        thorough
            Check its databases from end to end, however large they are.

        Raises
        ------
        DataFolderInUse
            If another musicsim owns it.
        MusicsimError
            If it can't be made or opened.
        """
        folder = (data_folder or default_data_folder()).absolute()
        lock = data_folder_lock(folder)
        try:
            if thorough:
                Catalogue.suspect(folder)
                WindowStore.suspect(folder)
            return cls(folder, read_only=False, lock=lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def read(cls, data_folder: Path | None = None) -> Musicsim:
        """Look into a data folder, also beside its owner, and change nothing.

        Raises
        ------
        MusicsimError
            If there is no library in it, or it can't be read.
        """
        folder = (data_folder or default_data_folder()).absolute()
        if not Catalogue.exists(folder):
            raise MusicsimError(
                f"There is no library in {display_path(folder)} yet: make one with `musicsim scan FOLDER`."
            )
        if not WindowStore.exists(folder):
            raise MusicsimError(
                f"{display_path(folder / WINDOWS_FILE)} is missing: run `musicsim doctor`, which makes it again "
                "without loss."
            )
        return cls(folder, read_only=True, lock=None)

    @property
    def model(self) -> KnownModel:
        """The model whose embeddings are searched."""
        return self.search.model

    def _worker_settings(self, model: KnownModel) -> WorkerSettings:
        return WorkerSettings(
            weights=model.weights,
            input_repr=cast(InputRepr | None, model.input_repr),
            embedding_size=model.embedding_size,
            index_folder=self.data_folder / "index",
            log_file=self.data_folder / "worker.log",
            threads=self.listening.threads,
            gentle=self.listening.gentle,
        )

    def _indexer_settings(self) -> IndexerSettings:
        model = self.models.listening
        return IndexerSettings(
            model.identity, self.listening.depth.passes, self._worker_settings(model)
        )

    def make_indexer(self) -> Indexer:
        """What embeds the library; its `run` blocks."""
        return Indexer(
            self.catalogue,
            self.embeddings,
            self._identity,
            self._indexer_settings(),
            self.worker,
            self.index,
            self.events,
            first_pass_done=self._switch_if_complete,
        )

    def __enter__(self) -> Musicsim:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop what runs in the background and let go of the data folder; nothing is lost."""
        if self._background is not None:
            self._background.stop()
        self.worker.close()
        self._answers.shutdown(cancel_futures=True)
        self._covers.shutdown(cancel_futures=True)
        self.downloads.close()
        self.waveforms.close()
        self.embeddings.close()
        if not self.read_only:
            self.catalogue.back_up()
        self.catalogue.close()
        if self._lock is not None:
            self._lock.release()

    @property
    def mended(self) -> list[str]:
        """What was done about damaged files when this was opened."""
        return [text for text in (self.catalogue.mended, self.embeddings.windows.mended) if text]

    # --- the library, kept up to date in the background ---

    def start(self) -> None:
        """Begin to rescan, watch and embed, in threads of its own."""
        if self._background is None:
            self._background = Background(
                scan=lambda folders, cancelled: self.scan(folders, cancelled=cancelled),
                update=self.scanner.update,
                folders=self.catalogue.folders.all,
                indexer=self.make_indexer(),
                worker=self.worker,
                finished=self.catalogue.back_up,
                events=self.events,
            )
            self._background.start()
            for mended in self.mended:
                self.events.emit(Notice("storage", mended))

    def scan(
        self,
        folders: Sequence[Path] | None = None,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> ScanSummary:
        """Look through folders, or all of them, and wait for it; embeds nothing. See `Scanner.scan`."""
        self.events.emit(ScanStarted())
        finished = ScanFinished(0, 0, 0, 0, 0, 0)
        try:
            summary = self.scanner.scan(folders, cancelled=cancelled)
            self._drop(self.scanner.forget_missing(time.time() - KEEP_MISSING_SECONDS))
            finished = ScanFinished(
                summary.added,
                summary.changed,
                summary.moved,
                summary.missing,
                summary.unchanged,
                self.catalogue.tracks.counts().failed,
            )
        finally:
            # Also where it failed: nobody looks through anything any more.
            self.events.emit(finished)
        return summary

    def add_folder(self, folder: Path) -> None:
        """Add a music folder; what is in it turns up in the background.

        Raises
        ------
        FolderError
            If it can't be read.
        """
        folder = self.scanner.known_path(check_folder(folder))
        self.catalogue.folders.add(folder)
        if self._background is not None:
            self._background.scan([folder])

    def remove_folder(self, folder: Path) -> None:
        """Take a music folder and its tracks out of the library; the files stay as they are."""
        self._drop(self.scanner.remove_folder(folder))
        if self._background is not None:
            self._background.watch()

    def forget_missing(self) -> int:
        """Drop every track whose file is gone, or on a disk that is not connected; returns how many.

        Otherwise they are kept, those that were deleted for `KEEP_MISSING_SECONDS`.
        """
        gone = self.scanner.forget_missing()
        self._drop(gone)
        self.events.emit(ProblemsChanged())
        return len(gone)

    def _drop(self, gone: Sequence[int]) -> None:
        """Let everything else know of tracks that left the catalogue."""
        if gone:
            self.embeddings.prune()
            self.events.emit(TracksRemoved(tuple(gone)))

    def cover(self, track: Track, decode: Callable[[bytes], T | None]) -> Future[T | None]:
        """What `decode` makes of the image file of a track's cover, from its tags or from beside it; None without one.

        It is called in the thread that has read the file; where it returns None, the next image is tried.
        """
        return self._covers.submit(read_cover, track.path, decode)

    def rescan(self) -> None:
        """Look through every folder, in the background."""
        if self._background is not None:
            self._background.scan(None)

    def retry_failed(self) -> None:
        """Try every failed file again, in the background."""
        self.catalogue.files.clear_failures()
        self.rescan()

    def pause(self) -> None:
        """Embed no further track until `resume`."""
        if self._background is not None:
            self._background.indexer.pause()

    def resume(self) -> None:
        """Go on embedding."""
        if self._background is not None:
            self._background.indexer.resume()

    @property
    def paused(self) -> bool:
        """Whether embedding waits for `resume`."""
        return self._background is not None and self._background.indexer.paused

    # --- how musicsim listens ---

    def set_listening(self, settings: ListeningSettings) -> None:
        """Listen with other settings from the next track on, and keep them."""
        settings.save(self.catalogue)
        self.listening = settings
        self._settings_changed()

    def seconds_a_track(self, depth: Depth) -> float | None:
        """What listening that thoroughly takes for a track of this library's mean length; None before the first scan.

        As the model that listens was measured on this machine when it was last at work.
        """
        kept = self.catalogue.settings.get(f"cost {self.models.listening.identity}")
        if kept is None:
            return None
        cost = json.loads(kept)
        a_window = (cost["front_end"] + cost["network"]) / cost["windows"]
        seconds = self.catalogue.tracks.mean_duration()
        windows = min(float(depth.passes[-1]), seconds)
        if depth is Depth.EVERY:
            windows = seconds / DENSE_HOP
        decoding = (cost["decoding"] + cost["resampling"]) / cost["tracks"]
        # Decoding goes on beside the network.
        return float(max(decoding, a_window * windows))

    def use_model(self, file: WeightFile) -> None:
        """Listen with another model; the library is embedded anew in the background, and search goes on meanwhile.

        Raises
        ------
        WeightsError
            If its file can't be read.
        """
        self.models.use(file)
        self._show_searched()
        self._settings_changed()
        self.events.emit(ModelChanged())

    def forget_model(self, identity: str) -> int:
        """Delete what a model made that is not in use any more; returns of how many tracks that was."""
        forgotten = self.models.forget(identity)
        self.events.emit(ModelChanged())
        return forgotten

    def _settings_changed(self) -> None:
        if self._background is not None:
            self._background.indexer.use(self._indexer_settings())
            self._background.wake()
        else:
            self.worker.restart_with(self._worker_settings(self.models.listening))

    def _switch_if_complete(self) -> None:
        if self.models.switch_if_complete():
            self._show_searched()
            self.events.emit(ModelChanged())

    def _show_searched(self) -> None:
        """Search what `models` says is searched now, and have every track looked at anew."""
        if self.search.model != self.models.searched:
            self.search.use(self.models.searched)
            self.events.emit(TracksChanged(tuple(self.catalogue.tracks.ids())))

    def _prefer(self, track_id: int) -> None:
        if self._background is not None:
            self._background.indexer.prefer(track_id)

    # --- similar tracks and playlists ---

    def similar(
        self, track_id: int, *, rules: Rules | None = None, limit: int = 50
    ) -> Future[SimilarTracks]:
        """The tracks most similar to one of the library; `NotEmbedded` if it has not been listened to yet."""
        return self._answers.submit(self.finder.similar, track_id, rules=rules, limit=limit)

    def nearest_among(self, track_id: int, ids: Collection[int]) -> Future[int | None]:
        """The track of these that sounds most like one of the library; None if none of them was listened to."""
        return self._answers.submit(self.finder.nearest_among, track_id, ids)

    def make_playlist(
        self, seed_ids: Sequence[int], *, rules: Rules | None = None, length: int = 25
    ) -> Future[GeneratedPlaylist]:
        """A playlist of the tracks most similar to some of the library."""
        return self._answers.submit(
            self.finder.playlist, seed_ids, rules=rules or Rules(), length=length
        )

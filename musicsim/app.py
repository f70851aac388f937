"""The one place that builds the parts and hands them to each other."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import BaseFileLock

from musicsim.base.data_folder import data_folder_lock, default_data_folder, models_folder_of
from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, Notice
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.catalogue.waveforms import Waveforms
from musicsim.library.catalogue.windows import WINDOWS_FILE, WindowStore
from musicsim.library.scanning.scanner import Scanner
from musicsim.services.collection.collection import Collection
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints
from musicsim.services.listening.listening import Listening, worker_settings
from musicsim.services.listening.settings import ListeningSettings
from musicsim.services.making.playlists import PlaylistMaker
from musicsim.services.models.models import Models
from musicsim.worker.client import WorkerClient


class Musicsim:
    """The program without a face: what the window and the command line stand on.

    Made by `open` or `read`; `close` it, or use it in a `with` statement.

    Attributes
    ----------
    data_folder
        Where everything is kept.
    events
        What happens in the background.
    catalogue, embeddings, waveforms
        What is known of the music.
    models
        Which model listens.
    finding
        What sounds similar.
    playlists
        Lists from seeds.
    listening
        What embeds the library.
    collection
        The music folders.
    """

    def __init__(self, data_folder: Path, *, read_only: bool, lock: BaseFileLock | None) -> None:
        self.data_folder = data_folder
        self.events = Events()
        self._read_only = read_only
        self._lock = lock
        with contextlib.ExitStack() as undo:
            self.catalogue = Catalogue(data_folder, read_only=read_only)
            undo.callback(self.catalogue.close)
            self.embeddings = EmbeddingStore(self.catalogue, data_folder, read_only=read_only)
            undo.callback(self.embeddings.close)
            self.models = Models(
                self.catalogue,
                self.embeddings,
                models_folder_of(data_folder),
                self.events,
                read_only=read_only,
            )
            undo.pop_all()
        self.waveforms = Waveforms(data_folder, read_only=read_only)
        settings = ListeningSettings.load(self.catalogue)
        self.worker = WorkerClient(worker_settings(self.models.listening, settings, data_folder))
        points = LibraryPoints(self.catalogue, self.embeddings, self.models.searched)
        # The index has one owner; whoever only reads searches exactly.
        index = IndexSync(self.catalogue, points, None if read_only else self.worker)
        nearest = Nearest(points, index)
        self._answers = ThreadPoolExecutor(1, "musicsim-answers")
        self.finding = Finding(
            self.catalogue, self.models, nearest, index, self.worker, self.events, self._answers
        )
        self.playlists = PlaylistMaker(self.catalogue, self.finding, self._answers)
        identity = SoundIdentity(self.catalogue, self.embeddings)
        self.listening = Listening(
            self.catalogue,
            self.embeddings,
            identity,
            self.models,
            nearest,
            index,
            self.worker,
            data_folder,
            self.events,
        )
        scanner = Scanner(self.catalogue, identity, self.events)
        self.collection = Collection(
            self.catalogue, self.embeddings, scanner, self.listening, self.events
        )
        self._started = False

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

    def __enter__(self) -> Musicsim:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Begin to look through the folders, to watch them and to embed, in threads of its own."""
        if self._started:
            return
        self._started = True
        self.finding.warm_up()
        self.listening.start()
        self.collection.start()
        for mended in self.mended:
            self.events.emit(Notice("storage", mended))

    def close(self) -> None:
        """Stop what runs in the background and let go of the data folder; nothing is lost."""
        self.listening.stop()
        self.collection.close()
        self._answers.shutdown(cancel_futures=True)
        self.models.close()
        self.waveforms.close()
        self.embeddings.close()
        if not self._read_only:
            self.catalogue.back_up()
        self.catalogue.close()
        if self._lock is not None:
            self._lock.release()

    @property
    def mended(self) -> list[str]:
        """What was done about damaged files when this was opened."""
        return [text for text in (self.catalogue.mended, self.embeddings.windows.mended) if text]

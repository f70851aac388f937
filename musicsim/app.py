"""The one place that builds the parts and connects them."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from filelock import BaseFileLock

from musicsim.base.data_folder import data_folder_lock, default_data_folder, models_folder_of
from musicsim.base.events import Events, Notice
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.catalogue.stores import Stores
from musicsim.library.scanning.scanner import Scanner
from musicsim.services.collection.collection import Collection
from musicsim.services.finding.banned import BannedTracks
from musicsim.services.finding.finding import Finding
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.finding.points import LibraryPoints
from musicsim.services.history import PlayHistory
from musicsim.services.listening.listening import Listening, worker_settings
from musicsim.services.listening.settings import ListeningSettings
from musicsim.services.making.groups import Groups
from musicsim.services.making.playlists import PlaylistMaker
from musicsim.services.making.radio import RadioMaker
from musicsim.services.making.smart_lists import SmartLists
from musicsim.services.models.models import Models
from musicsim.services.opinions import Opinions
from musicsim.worker.client import WorkerClient


class Musicsim:
    """The program without a user interface; the window and the command line build on it.

    Create it with `open` or `read`. Call `close` at the end, or use it in a `with` statement.

    Attributes
    ----------
    data_folder
        The folder with everything that is stored.
    events
        Reports what happens in the background.
    stores
        The databases.
    catalogue, embeddings, waveforms
        The stored facts about the music, which `stores` opened.
    models
        The models, and which one listens.
    opinions, banned
        The listener's likes and bans, and what no list contains.
    history
        What was played.
    finding
        Finds similar tracks.
    playlists
        Makes playlists from seeds.
    radio
        Makes radios from seeds.
    groups, smart_lists
        The library's own groups, and playlists made by rules.
    listening
        Embeds the library.
    collection
        The music folders.
    """

    def __init__(self, data_folder: Path, *, read_only: bool, lock: BaseFileLock | None) -> None:
        self.data_folder = data_folder
        self.events = Events()
        self._lock = lock
        self.stores = Stores(data_folder, read_only=read_only)
        self.catalogue, self.embeddings = self.stores.catalogue, self.stores.embeddings
        with contextlib.ExitStack() as undo:
            undo.callback(self.stores.close)
            self.models = Models(
                self.catalogue,
                self.embeddings,
                models_folder_of(data_folder),
                self.events,
                read_only=read_only,
            )
            undo.pop_all()
        self.waveforms = self.stores.waveforms
        settings = ListeningSettings.load(self.catalogue)
        self.worker = WorkerClient(worker_settings(self.models.listening, settings, data_folder))
        points = LibraryPoints(self.catalogue, self.embeddings, self.models.searched)
        # The index has one owner; a read-only instance uses exact search.
        index = IndexSync(self.catalogue, points, None if read_only else self.worker)
        nearest = Nearest(points, index)
        self._answers = ThreadPoolExecutor(1, "musicsim-answers")
        self.opinions = Opinions(self.catalogue, self.events)
        self.history = PlayHistory(self.catalogue, self.events)
        self.banned = BannedTracks(self.catalogue, self.opinions, nearest, self.events)
        searched = (nearest, index, self.worker, self.events, self._answers)
        self.finding = Finding(self.catalogue, self.models, self.banned, *searched)
        self.groups = Groups(self.catalogue, self.banned, nearest, self.events)
        self.playlists = PlaylistMaker(
            self.catalogue, self.opinions, self.finding, self.groups, self._answers
        )
        self.radio = RadioMaker(self.catalogue, self.finding, self.events, self._answers)
        smart = (self.catalogue, self.opinions, self.banned, nearest, self.events)
        self.smart_lists = SmartLists(*smart, read_only=read_only)
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
        """Open a data folder as its owner; create it if missing.

        Parameters
        ----------
        thorough
            Check its databases completely, whatever their size.

        Raises
        ------
        DataFolderInUse
            If another musicsim owns it.
        MusicsimError
            If it can't be created or opened.
        """
        folder = (data_folder or default_data_folder()).absolute()
        lock = data_folder_lock(folder)
        try:
            if thorough:
                Stores.suspect(folder)
            return cls(folder, read_only=False, lock=lock)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def read(cls, data_folder: Path | None = None) -> Musicsim:
        """Open a data folder read-only, even while another process owns it.

        Raises
        ------
        MusicsimError
            If it contains no library, or can't be read.
        """
        folder = (data_folder or default_data_folder()).absolute()
        Stores.check_exist(folder)
        return cls(folder, read_only=True, lock=None)

    def __enter__(self) -> Musicsim:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Start scanning, watching and embedding in background threads."""
        if self._started:
            return
        self._started = True
        self.finding.warm_up()
        self.listening.start()
        self.collection.start()
        self.smart_lists.start()
        for mended in self.stores.mended:
            self.events.emit(Notice("storage", mended))
        if self.models.problem:
            self.events.emit(Notice("model", self.models.problem))

    def close(self) -> None:
        """Stop the background work and release the data folder; nothing is lost."""
        self.listening.stop()
        self.collection.close()
        self.groups.close()
        self.smart_lists.close()
        self._answers.shutdown(cancel_futures=True)
        self.models.close()
        self.stores.close()
        if self._lock is not None:
            self._lock.release()

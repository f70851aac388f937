"""The catalogue: the library's data in one SQLite file, the source of truth."""

from __future__ import annotations

import contextlib
from pathlib import Path

from musicsim.library.catalogue.changes import EmbeddingChanges
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.files import Files
from musicsim.library.catalogue.folders import Folders
from musicsim.library.catalogue.groups import GroupStore
from musicsim.library.catalogue.loudness import LoudnessStore
from musicsim.library.catalogue.opinions import OpinionStore
from musicsim.library.catalogue.playlist_folders import PlaylistFolders
from musicsim.library.catalogue.playlists import PlaylistStore
from musicsim.library.catalogue.plays import Plays
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.catalogue.problems import Problems
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.catalogue.settings import Settings
from musicsim.library.catalogue.smart_lists import SmartListStore
from musicsim.library.catalogue.track_facts import TrackFactsReader
from musicsim.library.catalogue.tracks import Tracks

CATALOGUE_FILE = "catalogue.sqlite3"


class Catalogue:
    """The library's database: opens the file, and provides the stores for its tables; thread-safe.

    Parameters
    ----------
    data_folder
        The folder of `catalogue.sqlite3`; created if missing.
    read_only
        Open an existing catalogue, even while its owner uses it.

    Attributes
    ----------
    database
        The file, for the modules of this package alone.
    settings
        Settings by name.
    folders
        The music folders.
    tracks
        Tracks, for reading.
    files
        Facts about the tracks' files, from scans and listening.
    problems
        Files and folders that could not be read.
    playlists
        The stored playlists.
    playlist_folders
        The folders in which they are.
    groups
        The groups found by clustering.
    smart_lists, facts
        The smart playlists, and what their rules look at.
    plays
        The playing history.
    opinions
        The listener's likes and bans.
    loudness
        The loudness of the tracks.
    changes
        The changes of embeddings.

    Raises
    ------
    CatalogueError
        If the file can't be opened or created.
    """

    def __init__(self, data_folder: Path, *, read_only: bool = False) -> None:
        self.database = Database(data_folder / CATALOGUE_FILE, MIGRATIONS, read_only=read_only)
        pooled = PooledStore(self.database)
        self.settings = Settings(self.database)
        self.files = Files(self.database, pooled)
        self.folders = Folders(self.database, self.files)
        self.tracks = Tracks(self.database)
        self.problems = Problems(self.database)
        self.playlists = PlaylistStore(self.database)
        self.playlist_folders = PlaylistFolders(self.database, self.playlists)
        self.groups = GroupStore(self.database)
        self.smart_lists = SmartListStore(self.database)
        self.facts = TrackFactsReader(self.database)
        self.plays = Plays(self.database)
        self.opinions = OpinionStore(self.database)
        self.loudness = LoudnessStore(self.database)
        self.changes = EmbeddingChanges(self.database)
        if not read_only:
            with contextlib.ExitStack() as undo:
                undo.callback(self.database.close)
                pooled.skip_ids()
                self.changes.forget_old()
                undo.pop_all()

    @staticmethod
    def exists(data_folder: Path) -> bool:
        """Return whether a data folder has a catalogue, or a backup to restore it from."""
        return Database.exists(data_folder / CATALOGUE_FILE)

    @staticmethod
    def suspect(data_folder: Path) -> None:
        """Have the file checked thoroughly, and repaired if need be, when it is next opened."""
        Database.suspect(data_folder / CATALOGUE_FILE)

    def transaction(self) -> contextlib.AbstractContextManager[object]:
        """Return a context that writes everything or nothing."""
        return self.database.transaction()

    @property
    def mended(self) -> str:
        """The repair made to a damaged file when this was opened; empty if none was necessary."""
        return self.database.mended

    def check(self) -> tuple[bool, str]:
        """Return whether the file is sound, and SQLite's report."""
        return self.database.check()

    def back_up(self, *, at_most_every: float = 0.0) -> None:
        """Back up the file if it has changed since the last backup; see `Database.back_up`."""
        self.database.back_up(at_most_every=at_most_every)

    def close(self) -> None:
        """Close the file."""
        self.database.close()

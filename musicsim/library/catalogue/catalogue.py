"""The catalogue: what the library knows, in one SQLite file that is the truth."""

from __future__ import annotations

import contextlib
from pathlib import Path

from musicsim.library.catalogue.changes import EmbeddingChanges
from musicsim.library.catalogue.database import Database
from musicsim.library.catalogue.files import Files
from musicsim.library.catalogue.folders import Folders
from musicsim.library.catalogue.loudness import LoudnessStore
from musicsim.library.catalogue.playlists import PlaylistStore
from musicsim.library.catalogue.plays import Plays
from musicsim.library.catalogue.pooled import PooledStore
from musicsim.library.catalogue.problems import Problems
from musicsim.library.catalogue.schema import MIGRATIONS
from musicsim.library.catalogue.settings import Settings
from musicsim.library.catalogue.tracks import Tracks

CATALOGUE_FILE = "catalogue.sqlite3"


class Catalogue:
    """The library's memory: opens the file, and hands out what reads and writes its tables; thread-safe.

    Parameters
    ----------
    data_folder
        Where `catalogue.sqlite3` is; made if missing.
    read_only
        Open an existing catalogue beside its owner.

    Attributes
    ----------
    database
        The file, for the modules of this package alone.
    settings
        What is kept by name.
    folders
        The music folders.
    tracks
        What is known of the tracks, to read.
    files
        What scans and listening find out about the tracks' files.
    problems
        What could not be read.
    playlists
        The kept playlists.
    plays
        What was played.
    loudness
        How loud the tracks are.
    changes
        Which embeddings changed.

    Raises
    ------
    CatalogueError
        If the file can't be opened or made.
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
        self.plays = Plays(self.database)
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
        """Whether there is a catalogue in a data folder, or a copy to make it of."""
        return Database.exists(data_folder / CATALOGUE_FILE)

    @staticmethod
    def suspect(data_folder: Path) -> None:
        """Have the file checked thoroughly, and mended if need be, when it is opened next."""
        Database.suspect(data_folder / CATALOGUE_FILE)

    def transaction(self) -> contextlib.AbstractContextManager[object]:
        """All that is written within, or nothing."""
        return self.database.transaction()

    @property
    def mended(self) -> str:
        """What was done about a damaged file when this was opened; empty if it was none."""
        return self.database.mended

    def check(self) -> tuple[bool, str]:
        """Whether the file is sound, and what SQLite says of it."""
        return self.database.check()

    def back_up(self) -> None:
        """Copy the file, if something was written since the last time; see `Database.back_up`."""
        self.database.back_up()

    def close(self) -> None:
        """Close the file."""
        self.database.close()

"""The databases of a data folder, opened and closed together."""

from __future__ import annotations

import contextlib
from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.waveforms import Waveforms
from musicsim.library.catalogue.windows import WINDOWS_FILE, WindowStore


class Stores:
    """The catalogue, the embeddings and the waveforms of a data folder.

    Parameters
    ----------
    data_folder
        The folder of the databases; missing ones are created.
    read_only
        Open existing databases without changing anything, even while their owner uses them; see `check_exist`.

    Attributes
    ----------
    catalogue, embeddings, waveforms
        The databases.

    Raises
    ------
    CatalogueError
        If the catalogue or the embeddings can't be opened or created.
    """

    def __init__(self, data_folder: Path, *, read_only: bool = False) -> None:
        self._read_only = read_only
        with contextlib.ExitStack() as undo:
            self.catalogue = Catalogue(data_folder, read_only=read_only)
            undo.callback(self.catalogue.close)
            self.embeddings = EmbeddingStore(self.catalogue, data_folder, read_only=read_only)
            undo.pop_all()
        self.waveforms = Waveforms(data_folder, read_only=read_only)

    @staticmethod
    def check_exist(data_folder: Path) -> None:
        """Raise `MusicsimError` if a data folder has no databases to read."""
        if not Catalogue.exists(data_folder):
            raise MusicsimError(
                f"There is no library in {display_path(data_folder)} yet: make one with `musicsim scan FOLDER`."
            )
        if not WindowStore.exists(data_folder):
            raise MusicsimError(
                f"{display_path(data_folder / WINDOWS_FILE)} is missing: run `musicsim doctor`, which makes it again "
                "without loss."
            )

    @staticmethod
    def suspect(data_folder: Path) -> None:
        """Have the databases checked thoroughly, and repaired if need be, when they are next opened."""
        Catalogue.suspect(data_folder)
        WindowStore.suspect(data_folder)

    @property
    def mended(self) -> list[str]:
        """The repairs made to damaged files when this was opened, in plain words."""
        return [text for text in (self.catalogue.mended, self.embeddings.windows.mended) if text]

    def close(self) -> None:
        """Back up the catalogue if it may be written, and close the databases."""
        self.waveforms.close()
        self.embeddings.close()
        if not self._read_only:
            self.catalogue.back_up()
        self.catalogue.close()

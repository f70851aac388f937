"""The listening model, the searched model, and the remains of others.

Both are the same, except while another model embeds the library: search uses the old model until the new one has
listened to every track once.
"""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from musicsim.base.errors import MusicsimError
from musicsim.base.events import Events
from musicsim.base.resources import resource
from musicsim.embedding import CheckedWeights, WeightFile, WeightsError, find_weights
from musicsim.embedding.checking import STARTER_SHA256
from musicsim.embedding.content import read_content
from musicsim.embedding.sources import list_models
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.embedding_types import KnownModel
from musicsim.services.models.downloads import Downloads

_log = logging.getLogger(__name__)

OfferedState = Literal["bundled", "installed", "available", "broken", "gone"]

_BUNDLED = "bundled"


@dataclass(frozen=True, slots=True)
class OfferedModel:
    """A model as shown to the listener.

    Attributes
    ----------
    name
        Its name for the listener.
    state
        ``"bundled"``, ``"installed"``, ``"available"`` for download, ``"broken"``, or ``"gone"`` if only its embeddings
        are left.
    identity
        Stored with its vectors; None if its file is not here or can't be read.
    file
        Its weight file; None if that is gone.
    problem
        The problem with a broken file, and what can be done.
    tracks
        The number of tracks that it has embedded.
    listening, searched
        Whether it is the listening or the searched model.
    """

    name: str
    state: OfferedState
    identity: str | None
    file: WeightFile | None
    problem: str | None
    tracks: int
    listening: bool
    searched: bool


class Models:
    """The models of one library.

    Parameters
    ----------
    catalogue, embeddings
        The library.
    folder
        The app's folder for weight files; it need not exist.
    events
        Receives the progress of downloads.
    read_only
        Use the model of the existing embeddings, beside the library's owner.

    Attributes
    ----------
    listening
        The model that embeds new tracks.
    searched
        The model whose embeddings are searched.
    downloads
        Downloads of official models.

    Raises
    ------
    WeightsError
        If the listening model can't be read, and none has listened before.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        folder: Path,
        events: Events,
        *,
        read_only: bool,
    ) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings
        self.folder = folder
        self.downloads = Downloads(folder, events)
        searched = catalogue.settings.model
        before = None if searched is None else embeddings.models.known(searched)
        # None until somebody asks.
        self._problem: str | None = None
        try:
            if read_only and before is not None:
                self.listening = before
            else:
                self.listening = self._chosen_model(read_only)
                self._problem = ""
        except WeightsError as error:
            # Its file may be on a disconnected drive. Existing embeddings can still be searched, and an attempt to
            # embed reports the error.
            if before is None:
                raise
            _log.warning("%s", error)
            self.listening = before
            self._problem = str(error)
        self.searched = self.listening
        # The path of the same model's file may have changed.
        if before is not None and before.identity != self.listening.identity:
            self.searched = before
        if not read_only:
            self._embeddings.models.remember(self.listening)
            self.switch_if_complete()

    @property
    def problem(self) -> str:
        """The problem with the listening model's weight file, and what can be done; empty if there is none."""
        if self._problem is None:
            try:
                _chosen(self._catalogue).compare()
                self._problem = ""
            except WeightsError as error:
                self._problem = str(error)
        return self._problem

    def use(self, file: WeightFile) -> KnownModel:
        """Make another model listen; `switch_if_complete` decides when it is searched.

        Raises
        ------
        WeightsError
            If its file can't be read.
        """
        checked = file.check()
        model = _known_model(file, checked)
        choose_weights(self._catalogue, file, checked.sha256)
        self._embeddings.models.remember(model)
        self.listening = model
        self._problem = ""
        self.switch_if_complete()
        return model

    def _chosen_model(self, read_only: bool) -> KnownModel:
        file = weights_in_use(self._catalogue, self.folder)
        checked = file.check()
        # A library keeps its model until the listener chooses another, even if others are downloaded, or if another
        # file takes the place of its own.
        if not read_only and not _chosen(self._catalogue).is_remembered:
            choose_weights(self._catalogue, file, checked.sha256)
        return _known_model(file, checked)

    def close(self) -> None:
        """Stop a download, and wait for it."""
        self.downloads.close()

    def switch_if_complete(self, given_up: int = 0) -> bool:
        """Search the listening model's embeddings, if it has finished or nothing else can be searched.

        Parameters
        ----------
        given_up
            The number of tracks that can't be embedded because of a bug; don't wait for them.

        Returns
        -------
        bool
            Whether this changed the searched model.
        """
        before = self._catalogue.settings.model
        if self.listening.identity != before:
            complete = self._embeddings.pending.count(self.listening.identity) <= given_up
            if before is None or complete or not len(self._embeddings.pooled.ids(before)):
                self._catalogue.settings.set("model", self.listening.identity)
                self.searched = self.listening
        return self._catalogue.settings.model != before

    def offered(self) -> list[OfferedModel]:
        """Return every model that is here, can be downloaded, or has left embeddings; reads their files."""
        choice = _chosen(self._catalogue)
        tracks = self._embeddings.models.counts()
        infos = list_models(
            self.folder, choice.path, embedding_size=choice.embedding_size, sha256=choice.sha256
        )
        offered = [
            self._offer(
                info.file.name,
                info.state,
                info.identity,
                tracks.pop(info.identity or "", 0),
                info.file,
                info.problem,
            )
            for info in infos
        ]
        offered += [self._offer(left, "gone", left, count) for left, count in tracks.items()]
        return offered

    def _offer(
        self,
        name: str,
        state: OfferedState,
        identity: str | None,
        tracks: int,
        file: WeightFile | None = None,
        problem: str | None = None,
    ) -> OfferedModel:
        return OfferedModel(
            name,
            state,
            identity,
            file,
            problem,
            tracks,
            listening=identity == self.listening.identity,
            searched=identity == self.searched.identity,
        )

    def forget(self, identity: str) -> int:
        """Delete all embeddings by a model; return the number of affected tracks.

        Raises
        ------
        MusicsimError
            If it is in use.
        """
        if identity in (self.listening.identity, self.searched.identity):
            raise MusicsimError(
                f"{identity} is in use: its embeddings can be deleted when another model has taken over."
            )
        return self._embeddings.forget(identity)


@dataclass(frozen=True, slots=True)
class _Choice:
    """The listener's choice: a file, the size of its embeddings, and the SHA-256 that it had."""

    path: Path | None
    embedding_size: int | None = None
    sha256: str | None = None
    is_bundled: bool = False

    @property
    def is_remembered(self) -> bool:
        """Whether the file would be noticed to be another one."""
        return self.is_bundled or self.sha256 is not None

    def compare(self) -> None:
        """Compare the file with the one that was chosen.

        Raises
        ------
        WeightsError
            If it can't be read, or is another one.
        """
        if self.path is not None and self.is_remembered:
            read_content(self.path, STARTER_SHA256 if self.is_bundled else self.sha256)


def weights_in_use(catalogue: Catalogue, folder: Path) -> WeightFile:
    """Return the weight file that listens: the listener's choice, else the first of `find_weights`."""
    choice = _chosen(catalogue)
    found = find_weights(
        folder, choice.path, embedding_size=choice.embedding_size, sha256=choice.sha256
    )
    return next(file for file in found if file.source != "available")


def choose_weights(catalogue: Catalogue, file: WeightFile, sha256: str) -> None:
    """Make a weight file of this SHA-256 listen from the next start."""
    # The path of a bundled file changes with an update. Any other path need not be text, but a setting must be.
    where = _BUNDLED if file.source == "bundled" else os.fsencode(file.path).decode("latin-1")
    catalogue.settings.set("weights", where)
    catalogue.settings.set("embedding_size", str(file.embedding_size or ""))
    catalogue.settings.set("weights_sha256", sha256)


def _chosen(catalogue: Catalogue) -> _Choice:
    where = catalogue.settings.get("weights")
    stored = catalogue.settings.get("embedding_size") or ""
    size = int(stored) if stored.isdecimal() else None
    if where == _BUNDLED:
        return _Choice(resource("starter.h5"), size, is_bundled=True)
    if not where:
        return _Choice(None, size)
    path = Path(os.fsdecode(where.encode("latin-1")))
    return _Choice(path, size, catalogue.settings.get("weights_sha256") or None)


def read_model(file: WeightFile) -> KnownModel:
    """Return the facts about the model in a weight file.

    Raises
    ------
    WeightsError
        If the file can't be read.
    """
    return _known_model(file, file.check())


def _known_model(file: WeightFile, checked: CheckedWeights) -> KnownModel:
    return KnownModel(
        checked.identity,
        file.path,
        file.input_repr,
        file.embedding_size,
        checked.self_standardised,
    )

"""Embedding the library, in the background or while somebody waits, with a chosen model and depth."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import cast

from musicsim.base.events import (
    Event,
    Events,
    ModelChanged,
    Notice,
    TracksChanged,
    TrackWanted,
)
from musicsim.embedding import InputRepr, WeightFile
from musicsim.embedding.content import digest_in
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity
from musicsim.library.embedding_types import KnownModel
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.finding.nearest import Nearest
from musicsim.services.listening.cost import seconds_a_track
from musicsim.services.listening.embedder import LibraryEmbedder
from musicsim.services.listening.settings import Depth, EmbedderSettings, ListeningSettings
from musicsim.services.models.models import Models
from musicsim.services.notices import Attempts
from musicsim.worker.client import WorkerClient
from musicsim.worker.protocol import Cost, WorkerSettings

_BACK_UP_SECONDS = 3600.0  # a backup copies the whole catalogue; closing makes one in any case
IDLE_SECONDS = 60.0
"""Seconds without work after which the worker, which takes half a gigabyte, is stopped."""


class Listening:
    """Embeds the library; `run` and `stop` block, everything else returns at once.

    Parameters
    ----------
    catalogue, embeddings, identity
        The library.
    models
        The models, and which one listens.
    nearest, index
        Search and its index, kept in step along the way.
    worker
        Decodes and embeds.
    data_folder
        The folder of the index and the worker's log.
    events
        Receives the progress; requests tracks that somebody waits for.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        identity: SoundIdentity,
        models: Models,
        nearest: Nearest,
        index: IndexSync,
        worker: WorkerClient,
        data_folder: Path,
        events: Events,
    ) -> None:
        self._catalogue = catalogue
        self._models = models
        self._nearest = nearest
        self._worker = worker
        self._data_folder = data_folder
        self._events = events
        self._settings = ListeningSettings.load(catalogue)
        self._embedder = LibraryEmbedder(
            catalogue,
            embeddings,
            identity,
            self._embedder_settings(),
            worker,
            index,
            events,
            first_pass_done=self._switch_if_complete,
        )
        self._index = index
        self._attempts = Attempts("worker", events)
        self._wake = threading.Condition()
        self._work_is_waiting = False
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._unsubscribe = events.subscribe(self._follow)

    # --- embedding ---

    def run(self) -> Cost:
        """Embed until nothing is pending; return the cost. Don't call this after `start`.

        Raises
        ------
        ModelUnavailable
            If the worker can't load the model.
        CatalogueError
            If an embedding can't be stored, as on a full disk.
        """
        self._embedder.run()
        return self._embedder.cost

    def start(self) -> None:
        """Start a background thread that embeds pending tracks whenever `wake` is called."""
        self._thread = threading.Thread(target=self._run_always, name="musicsim-listening")
        self._thread.start()

    def wake(self) -> None:
        """Check for tracks to embed."""
        with self._wake:
            self._work_is_waiting = True
            self._wake.notify_all()

    def stop(self) -> None:
        """Stop, and wait for it: finish and store what is in the network, but don't wait for a long decode."""
        self._unsubscribe()
        self._embedder.stop()
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._worker.close()
        if self._thread is not None:
            self._thread.join()

    def _run_always(self) -> None:
        while not self._stopping:
            if not self._wait():
                self._worker.stop()
                continue
            if not self._stopping:
                with self._attempts.told():
                    self._embedder.run()
                    self._catalogue.back_up(at_most_every=_BACK_UP_SECONDS)
                    if self._index.problem:
                        self._attempts.postpone()

    def _wait(self) -> bool:
        """Wait for work, also for what is to be tried again; return False if the worker has been idle for long."""
        pause = self._attempts.seconds_left
        idle = IDLE_SECONDS if self._worker.running else None
        timeout = min((seconds for seconds in (pause, idle) if seconds is not None), default=None)
        with self._wake:
            is_woken = self._wake.wait_for(
                lambda: self._work_is_waiting or self._stopping, timeout=timeout
            )
            self._work_is_waiting = False
        return is_woken or timeout == pause

    def pause(self) -> None:
        """Embed no further track until `resume`."""
        self._embedder.pause()

    def resume(self) -> None:
        """Continue embedding."""
        self._embedder.resume()

    @property
    def paused(self) -> bool:
        """Whether embedding waits for `resume`."""
        return self._embedder.paused

    def _follow(self, event: Event) -> None:
        if isinstance(event, TrackWanted):
            self._embedder.prefer(event.track_id)

    # --- depth ---

    @property
    def settings(self) -> ListeningSettings:
        """The listener's settings."""
        return self._settings

    def set_settings(self, settings: ListeningSettings) -> None:
        """Use and store other settings, from the next track."""
        settings.save(self._catalogue)
        self._settings = settings
        self._apply_settings()

    def seconds_a_track(self, depth: Depth) -> float | None:
        """Return the seconds that a track of this library's mean length takes at a depth; None before the first scan.

        Measured on this machine with the listening model in its last run.
        """
        return seconds_a_track(self._catalogue, self._models.listening.identity, depth)

    def _apply_settings(self) -> None:
        settings = self._embedder_settings()
        self._embedder.use(settings)
        if self._thread is None:
            # Its next requests are for the model that listens now.
            self._worker.restart_with(settings.worker)
        else:
            self.wake()

    def _embedder_settings(self) -> EmbedderSettings:
        settings, model = self._settings, self._models.listening
        worker = worker_settings(model, settings, self._data_folder)
        return EmbedderSettings(model.identity, settings.depth.passes, worker)

    # --- model ---

    def use_model(self, file: WeightFile) -> None:
        """Listen with another model; embed the library again in the background while search continues.

        Raises
        ------
        WeightsError
            If its file can't be read.
        """
        self._models.use(file)
        self._events.emit(Notice("model", ""))
        self._show_searched()
        self._apply_settings()
        self._events.emit(ModelChanged())

    def forget_model(self, identity: str) -> int:
        """Delete the embeddings of a model that is no longer in use; return the number of affected tracks."""
        forgotten = self._models.forget(identity)
        self._events.emit(ModelChanged())
        return forgotten

    def _switch_if_complete(self) -> None:
        if self._models.switch_if_complete(self._embedder.given_up):
            self._show_searched()
            self._events.emit(ModelChanged())

    def _show_searched(self) -> None:
        """Switch to the model that `models` now searches, and have every track refreshed."""
        if self._nearest.model != self._models.searched:
            self._nearest.use(self._models.searched)
            self._events.emit(TracksChanged(tuple(self._catalogue.tracks.ids())))


def worker_settings(
    model: KnownModel, settings: ListeningSettings, data_folder: Path
) -> WorkerSettings:
    """Return the settings of a worker that listens with a model."""
    return WorkerSettings(
        weights=model.weights.absolute(),
        input_repr=cast(InputRepr | None, model.input_repr),
        embedding_size=model.embedding_size,
        index_folder=data_folder / "index",
        log_file=data_folder / "worker.log",
        threads=settings.threads,
        gentle=settings.gentle,
        sha256=digest_in(model.identity),
    )

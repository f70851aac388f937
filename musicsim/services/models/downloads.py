"""Downloading official models in the background."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from musicsim.base.errors import MusicsimError, display_path
from musicsim.base.events import Events, FetchProgress, ModelChanged
from musicsim.embedding.fetching import FetchError, fetch_weights
from musicsim.embedding.official import official_model


class Downloads:
    """Downloads models, one at a time.

    Parameters
    ----------
    folder
        The folder for weight files.
    events
        Receives the progress, and models that have arrived.
    """

    def __init__(self, folder: Path, events: Events) -> None:
        self._folder = folder
        self._events = events
        self._thread = ThreadPoolExecutor(1, "musicsim-downloads")
        self._cancelled = threading.Event()

    def fetch(
        self, name: str, *, mirror: str | None = None, proxy: str | None = None
    ) -> Future[Path]:
        """Download an official model; the future returns the weight file, or raises `FetchError`."""
        model = official_model(name)
        if model is None:
            raise FetchError(f"There is no published model named {display_path(name)}.")
        self._cancelled.clear()

        def fetch() -> Path:
            def tell(done: int, total: int | None) -> None:
                self._events.emit(FetchProgress(name, done, total))

            try:
                path = fetch_weights(
                    model,
                    self._folder,
                    mirror=mirror,
                    proxy=proxy,
                    progress=tell,
                    cancelled=self._cancelled,
                )
            except MusicsimError as error:
                self._events.emit(FetchProgress(name, 0, None, finished=True, problem=str(error)))
                raise
            self._events.emit(FetchProgress(name, 0, None, finished=True))
            self._events.emit(ModelChanged())
            return path

        return self._thread.submit(fetch)

    def cancel(self) -> None:
        """Stop a download; the part so far is kept for the next time."""
        self._cancelled.set()

    def close(self) -> None:
        """Stop a download, and wait for it."""
        self.cancel()
        self._thread.shutdown(cancel_futures=True)

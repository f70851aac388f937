"""Embedding what is new: feeds the worker, stores what comes back, finds the file at fault when it crashes."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter, deque
from concurrent.futures import FIRST_COMPLETED, Future, wait

from musicsim.embedding import pool
from musicsim.errors import display_path
from musicsim.events import EmbeddingProgress, Events, ProblemsChanged, TracksChanged
from musicsim.library.catalogue import Catalogue
from musicsim.library.embeddings import EmbeddingStore, PendingTrack, TrackWindows
from musicsim.search import Search
from musicsim.worker.client import ModelUnavailable, Refused, WorkerClient, WorkerDied
from musicsim.worker.protocol import EmbeddedTrack, EmbedTrack, TryModel

_log = logging.getLogger(__name__)

_IN_FLIGHT = 4  # tracks in the worker at a time: some being decoded, one in the network
_HANG_SECONDS = 300.0  # a three-hour file takes some ten seconds to decode
_INDEX_EVERY = 256  # embeddings between two updates of the index: Chroma's writes cost by the call
_RATE_SECONDS = 30.0

CRASHED = "the decoder crashed on this file: it is damaged, or of an unusual kind"
HUNG = "the decoder did not come to an end on this file: it is damaged, or of an unusual kind"


class Indexer:
    """Embeds what the catalogue has pending; one call of `run` at a time, the other methods from any thread.

    Parameters
    ----------
    catalogue, embeddings
        Where tracks come from and embeddings go.
    model
        The identity of the model in use.
    worker
        Decodes and embeds.
    search
        Its index is brought up to date along the way.
    events
        Told of progress.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        model: str,
        worker: WorkerClient,
        search: Search,
        events: Events,
    ) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._model = model
        self._worker = worker
        self._search = search
        self._events = events
        self._condition = threading.Condition()
        self._paused = False
        self._stopping = threading.Event()
        self._preferred: deque[int] = deque()
        self._progress = _Progress()

    @property
    def paused(self) -> bool:
        """Whether it waits for `resume`."""
        return self._paused

    def pause(self) -> None:
        """Begin no further track until `resume`; those in the worker are finished."""
        self._set_paused(True)

    def resume(self) -> None:
        """Go on."""
        self._set_paused(False)

    def _set_paused(self, paused: bool) -> None:
        with self._condition:
            self._paused = paused
            self._condition.notify_all()
        self._emit_progress()

    def prefer(self, track_id: int) -> None:
        """Embed this track next: somebody is waiting for it."""
        self._preferred.append(track_id)

    def stop(self) -> None:
        """Let `run` return soon; what it has not stored stays pending."""
        with self._condition:
            self._stopping.set()
            self._condition.notify_all()

    def run(self) -> None:
        """Embed until nothing is pending, or `stop` is called. Tracks that turn up meanwhile are included.

        Raises
        ------
        ModelUnavailable
            If the worker can't load the model.
        CatalogueError
            If an embedding can't be stored, as on a full disk.
        """
        self._finish_interrupted()
        waiting: deque[PendingTrack] = deque()
        suspects: deque[PendingTrack] = deque()
        in_flight: dict[Future[EmbeddedTrack], PendingTrack] = {}
        done: set[tuple[int, bytes]] = set()
        self._progress = _Progress()
        crashes: Counter[int] = Counter()
        since_index = 0
        while not self._stopping.is_set():
            if not waiting and not suspects:
                busy = {track.id for track in in_flight.values()}
                waiting.extend(
                    track
                    for track in self._embeddings.pending(self._model)
                    if track.id not in busy and (track.id, track.content_key) not in done
                )
                self._progress.total = (
                    self._progress.done + len(waiting) + len(suspects) + len(in_flight)
                )
            if not waiting and not suspects and not in_flight:
                break
            if not self._progress.done and not in_flight:
                # Loading the model takes some seconds, in which the listener sees what is to come.
                self._emit_progress()
            self._fill(waiting, suspects, in_flight)
            if not in_flight:
                self._wait_while_paused()
                continue
            finished, _ = wait(in_flight, timeout=_HANG_SECONDS, return_when=FIRST_COMPLETED)
            if self._stopping.is_set():
                # What was in the network when it was told to stop is done, and need not be done again.
                for future in finished:
                    if not _died(future):
                        self._store(in_flight.pop(future), future)
                break
            if not finished:
                _log.warning("the worker did not answer for %.0f s", _HANG_SECONDS)
                self._worker.kill()
                self._find_culprit(list(in_flight.values()), suspects, crashes, HUNG)
                in_flight.clear()
                continue
            if any(map(_died, finished)):
                # The process is gone, so every request is answered or orphaned in a moment.
                wait(in_flight)
                finished = set(in_flight)
                victims = [in_flight.pop(future) for future in finished if _died(future)]
                self._find_culprit(victims, suspects, crashes, CRASHED)
                finished &= set(in_flight)
            for future in finished:
                track = in_flight.pop(future)
                done.add((track.id, track.content_key))
                since_index += self._store(track, future)
            if since_index >= _INDEX_EVERY:
                since_index = 0
                self._search.update_index()
        if not self._stopping.is_set():
            # After deletions alone it is not worth starting a worker.
            if self._progress.done or self._worker.running:
                self._search.update_index()
            self._emit_progress(finished=True)

    def _check_worker(self) -> None:
        """Make sure that it is the file: raise `ModelUnavailable` if a worker dies without one."""
        try:
            self._worker.request(TryModel()).result()
        except WorkerDied as error:
            raise ModelUnavailable(
                "The process that listens to the music ends as soon as it begins, so no track can be embedded. The "
                "reason may stand in worker.log in the data folder; too little memory is a common one."
            ) from error

    def _fill(
        self,
        waiting: deque[PendingTrack],
        suspects: deque[PendingTrack],
        in_flight: dict[Future[EmbeddedTrack], PendingTrack],
    ) -> None:
        """Keep the worker busy, unless paused; while there are suspects, with one at a time."""
        while not self._paused and not self._stopping.is_set():
            alone = bool(suspects)
            if alone:
                if in_flight:
                    return
                track = suspects.popleft()
            elif waiting and len(in_flight) < _IN_FLIGHT:
                track = self._next(waiting)
            else:
                return
            self._progress.current = display_path(track.path.name)
            in_flight[self._worker.request(EmbedTrack(track.path))] = track
            if alone:
                return

    def _next(self, waiting: deque[PendingTrack]) -> PendingTrack:
        while self._preferred:
            wanted = self._preferred.popleft()
            for place, track in enumerate(waiting):
                if track.id == wanted:
                    del waiting[place]
                    return track
        return waiting.popleft()

    def _wait_while_paused(self) -> None:
        with self._condition:
            self._condition.wait_for(lambda: not self._paused or self._stopping.is_set())
        self._progress.restart_clock()

    def _find_culprit(
        self,
        victims: list[PendingTrack],
        suspects: deque[PendingTrack],
        crashes: Counter[int],
        reason: str,
    ) -> None:
        """Try each of those that were in the worker alone; one with which it dies twice alone is at fault.

        Twice, since a worker may die of other things: of the memory running out, or of the index.
        """
        if len(victims) == 1:
            crashes[victims[0].id] += 1
            if crashes[victims[0].id] > 1:
                self._check_worker()
                self._fail(victims[0], reason)
                return
        suspects.extend(victims)

    def _store(self, track: PendingTrack, future: Future[EmbeddedTrack]) -> int:
        """Keep what the worker answered; returns how many embeddings that gave: 1 or 0."""
        try:
            answer = future.result()
        except Refused as refused:
            # The file may have gone or changed since it was found; then the next scan has the say.
            # os.path, unlike Path, does not mind a folder that may not be looked into.
            if os.path.exists(track.path):  # noqa: PTH110
                self._fail(track, str(refused))
            return 0
        windows = TrackWindows(answer.offsets, answer.vectors, answer.warning)
        stored = self._embeddings.store(track, self._model, windows, pool(windows.vectors))
        if stored is not None and answer.duration > 0:
            self._catalogue.set_duration(track.id, answer.duration)
        self._advance(track, problems_changed=windows.problem is not None)
        return int(stored is not None)

    def _fail(self, track: PendingTrack, reason: str) -> None:
        self._catalogue.set_problem(track.id, reason, failed=True)
        self._advance(track, problems_changed=True)

    def _advance(self, track: PendingTrack, *, problems_changed: bool) -> None:
        self._progress.step()
        self._events.emit(TracksChanged((track.id,)))
        if problems_changed:
            self._events.emit(ProblemsChanged())
        self._emit_progress()

    def _finish_interrupted(self) -> None:
        """Pool the windows that an earlier process embedded but did not live to pool."""
        finished = []
        for track, windows in self._embeddings.interrupted(self._model):
            self._embeddings.store(track, self._model, windows, pool(windows.vectors))
            finished.append(track.id)
        if finished:
            self._events.emit(TracksChanged(tuple(finished)))

    def _emit_progress(self, *, finished: bool = False) -> None:
        progress = self._progress
        rate = progress.rate()
        left = (progress.total - progress.done) / rate if rate else None
        self._events.emit(
            EmbeddingProgress(
                progress.done,
                progress.total,
                rate,
                left,
                self._paused,
                finished,
                "" if finished else progress.current,
            )
        )


class _Progress:
    """How far a run has come, and how fast it goes."""

    def __init__(self) -> None:
        self.done = 0
        self.total = 0
        self.current = ""
        self._steps: deque[float] = deque([time.monotonic()])

    def step(self) -> None:
        """One more track is done."""
        self.done += 1
        now = time.monotonic()
        self._steps.append(now)
        while len(self._steps) > 2 and now - self._steps[0] > _RATE_SECONDS:
            self._steps.popleft()

    def restart_clock(self) -> None:
        """Leave a pause out of the rate."""
        self._steps = deque([time.monotonic()])

    def rate(self) -> float:
        """Tracks a second over the last half minute."""
        elapsed = self._steps[-1] - self._steps[0]
        return (len(self._steps) - 1) / elapsed if elapsed > 0 else 0.0


def _died(future: Future[EmbeddedTrack]) -> bool:
    return future.done() and isinstance(future.exception(), WorkerDied)

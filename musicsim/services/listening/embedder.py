"""Embedding what is new: feeds the worker, and goes over the library pass by pass."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from itertools import islice

from musicsim.audio import EVERY_WINDOW
from musicsim.base.errors import display_path
from musicsim.base.events import (
    Events,
    Notice,
    ProblemsChanged,
    TracksChanged,
)
from musicsim.base.reasons import Cause, Reason
from musicsim.library.catalogue.catalogue import Catalogue
from musicsim.library.catalogue.embeddings import EmbeddingStore
from musicsim.library.catalogue.identity import SoundIdentity, may_be_copies
from musicsim.library.types import PendingTrack, PooledTrack
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.listening.cost import keep_cost
from musicsim.services.listening.patience import patience_with
from musicsim.services.listening.progress import PassProgress
from musicsim.services.listening.settings import EmbedderSettings
from musicsim.services.listening.storing import Storing
from musicsim.services.listening.suspects import Suspects
from musicsim.worker.client import Refused, WorkerBug, WorkerClient, WorkerDied
from musicsim.worker.protocol import Cost, EmbeddedTrack, EmbedTrack

_log = logging.getLogger(__name__)

_IN_FLIGHT = 4  # tracks in the worker at a time: some being decoded, one in the network
_LOOK_AHEAD = 64  # tracks, for one that is no copy of those in the worker
_INDEX_EVERY = 256  # embeddings between two updates of the index: Chroma's writes cost by the call
_MOST_BUGS = 3  # times that musicsim itself failed on a track, after which it is left alone until the next start
_LATER_PASS_SECONDS = 20.0  # then somebody else may have the worker: tracks that are new come first


@dataclass(frozen=True, slots=True)
class _Sent:
    """A track in the worker."""

    track: PendingTrack
    before: PooledTrack | None
    """What the windows of this pass are added to."""
    patience: float
    """Seconds after which it counts as hung."""


class LibraryEmbedder:
    """Embeds what the catalogue has pending; one call of `run` at a time, the other methods from any thread.

    Every track gets a first pass before any gets a longer one, so that the whole library can be searched soon.

    Parameters
    ----------
    catalogue, embeddings
        Where tracks come from and embeddings go.
    identity
        Knows what was embedded before, under whatever name.
    settings
        What embeds them.
    worker
        Decodes and embeds.
    index
        It is brought up to date along the way.
    events
        Told of progress.
    first_pass_done
        Called when every track that can be embedded has had its first pass, maybe more than once.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        embeddings: EmbeddingStore,
        identity: SoundIdentity,
        settings: EmbedderSettings,
        worker: WorkerClient,
        index: IndexSync,
        events: Events,
        first_pass_done: Callable[[], object] = lambda: None,
    ) -> None:
        self._catalogue = catalogue
        self._embeddings = embeddings
        self._identity = identity
        self._settings = self._wanted = settings
        self._worker = worker
        self._index = index
        self._events = events
        self._first_pass_done = first_pass_done
        self._condition = threading.Condition()
        self._paused = False
        self._stopping = threading.Event()
        self._preferred: deque[int] = deque()
        self._progress = PassProgress()
        self._waiting: deque[PendingTrack] = deque()
        self._suspects = Suspects(worker)
        self._storing = Storing(catalogue, embeddings, identity, events)
        self._in_flight: dict[Future[EmbeddedTrack], _Sent] = {}
        self._done: set[tuple[int, bytes, int]] = set()
        self._bugs: Counter[tuple[int, bytes]] = Counter()
        self._since_index = 0
        self.cost = Cost()
        """What the tracks of the last run cost, all together."""
        self.embedded = 0
        """How many times a track was embedded in the last run."""

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

    @property
    def given_up(self) -> int:
        """How many tracks musicsim itself failed on; they are pending still."""
        return len(self._bugs)

    def prefer(self, track_id: int) -> None:
        """Embed this track next: somebody is waiting for it."""
        self._preferred.append(track_id)

    def use(self, settings: EmbedderSettings) -> None:
        """Embed with other settings from the next track on; what is in the worker is finished and kept."""
        with self._condition:
            self._wanted = settings
            self._condition.notify_all()

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
        self._progress = PassProgress()
        self._waiting.clear()
        self._suspects.forget()
        self._in_flight.clear()
        self._done.clear()
        self._since_index = 0
        self.cost, self.embedded = Cost(), 0
        self._storing.finish_interrupted(self._settings.model)
        while not self._stopping.is_set():
            if self._wanted is not self._settings:
                self._apply(self._wanted)
            plan = self._find_work()
            if plan is None:
                break
            self._run_pass(plan)
            keep_cost(self._catalogue, self._settings.model, self.embedded, self.cost)
        if not self._stopping.is_set():
            # After deletions alone it is not worth starting a worker.
            if self._progress.done or self._worker.running:
                self._update_index()
            self._emit_progress(finished=True)

    def _apply(self, settings: EmbedderSettings) -> None:
        if settings.worker != self._settings.worker:
            self._worker.restart_with(settings.worker)
        self._settings = settings
        self._progress = PassProgress()
        self._done.clear()
        self._suspects.forget()
        self._storing.finish_interrupted(self._settings.model)

    def _find_work(self) -> int | None:
        """Find what is waiting for the first pass that has not been over everything; returns that pass."""
        for plan in self._settings.passes:
            waiting = [
                track
                for track in self._embeddings.pending.tracks(self._settings.model, plan)
                if (track.id, track.content_key, plan) not in self._done
                and self._bugs[track.id, track.content_key] < _MOST_BUGS
            ]
            if waiting:
                self._waiting.extend(waiting)
                if self._progress.plan != plan:
                    self._progress = PassProgress(plan, refining=self._is_later(plan))
                self._progress.total = self._progress.done + len(waiting)
                return plan
            if not self._is_later(plan):
                self._preferred.clear()
                self._first_pass_done()
                if self._since_index:
                    self._update_index()
        return None

    def _is_later(self, plan: int) -> bool:
        return plan != self._settings.passes[0]

    def _run_pass(self, plan: int) -> None:
        """Embed what waits; a later pass makes way after a while."""
        until = time.monotonic() + _LATER_PASS_SECONDS if self._is_later(plan) else float("inf")
        while not self._stopping.is_set():
            if self._wanted is not self._settings or (self._preferred and self._is_later(plan)):
                self._waiting.clear()
                self._suspects.clear()
            if not self._waiting and not self._suspects and not self._in_flight:
                return
            if not self._progress.done and not self._in_flight:
                # Loading the model takes some seconds, in which the listener sees what is to come.
                self._emit_progress()
            self._fill(plan)
            if time.monotonic() > until:
                self._waiting.clear()
            if self._in_flight:
                self._collect(plan)
            else:
                self._wait_while_paused()

    def _collect(self, plan: int) -> None:
        """Wait for the worker, and keep what it has finished."""
        in_flight = self._in_flight
        patience = max(sent.patience for sent in in_flight.values())
        finished, _ = wait(in_flight, timeout=patience, return_when=FIRST_COMPLETED)
        if not finished and not self._stopping.is_set():
            _log.warning("the worker did not answer for %.0f s", patience)
            self._worker.kill()
            self._accuse([sent.track for sent in in_flight.values()], plan, Reason(Cause.HUNG))
            in_flight.clear()
            return
        # What was in the network when it was told to stop is done, and need not be done again; the rest stays pending.
        if any(map(_died, finished)) and not self._stopping.is_set():
            # The process is gone, so every request is answered or orphaned in a moment.
            wait(in_flight)
            victims = [in_flight.pop(future).track for future in list(in_flight) if _died(future)]
            finished = set(in_flight)
            self._accuse(victims, plan, Reason(Cause.CRASHED))
        for future in finished:
            if not _died(future):
                sent = in_flight.pop(future)
                self._done.add((sent.track.id, sent.track.content_key, plan))
                self._store(sent, plan, future)
        if self._since_index >= _INDEX_EVERY and not self._stopping.is_set():
            self._update_index()

    def _accuse(self, victims: list[PendingTrack], plan: int, reason: Reason) -> None:
        if (culprit := self._suspects.accuse(victims)) is not None:
            self._refuse(culprit, plan, reason)

    def _update_index(self) -> None:
        self._since_index = 0
        self._index.update()
        if not self._stopping.is_set():
            self._events.emit(Notice("index", self._index.notice))

    def _fill(self, plan: int) -> None:
        """Keep the worker busy, unless paused; while there are suspects, with one at a time."""
        while not self._paused and not self._stopping.is_set():
            if self._suspects:
                if not self._in_flight:
                    self._send(self._suspects.next(), plan)
                return
            track = self._next() if len(self._in_flight) < _IN_FLIGHT else None
            if track is None:
                return
            if self._is_later(plan) and self._identity.share_pass(
                track, self._settings.model, plan
            ):
                self._since_index += 1
                self._advance(track, problems_changed=False)
            else:
                self._send(track, plan)

    def _send(self, track: PendingTrack, plan: int) -> None:
        self._progress.current = display_path(track.path.name)
        model = self._settings.model
        before = None
        offsets: tuple[float, ...] = ()
        if plan != EVERY_WINDOW:
            before = self._embeddings.pooled.of(track.id, model)
            if before is not None:
                listened = self._embeddings.windows.offsets(track.id, model, track.content_key)
                offsets = tuple(listened.tolist())
            # What can't be added to is begun again.
            if before is None or len(offsets) != before.windows:
                before, offsets = None, ()
        sounds = frozenset[bytes]()
        if not offsets and plan != EVERY_WINDOW:
            sounds = self._identity.known_sounds(track, model)
        future = self._worker.request(EmbedTrack(track.path, plan, offsets, sounds))
        self._in_flight[future] = _Sent(track, before, patience_with(track, plan))

    def _next(self) -> PendingTrack | None:
        """What is next: what somebody waits for, else in order; no copy, though, beside its original."""
        while self._preferred:
            wanted = self._preferred.pop()
            for place, track in enumerate(self._waiting):
                if track.id == wanted:
                    del self._waiting[place]
                    self._waiting.appendleft(track)
                    break
        in_flight = [sent.track for sent in self._in_flight.values()]
        for place, track in enumerate(islice(self._waiting, _LOOK_AHEAD)):
            if not any(may_be_copies(track, other) for other in in_flight):
                del self._waiting[place]
                return track
        return None

    def _wait_while_paused(self) -> None:
        with self._condition:
            self._condition.wait_for(
                lambda: (
                    not self._paused
                    or self._stopping.is_set()
                    or self._wanted is not self._settings
                )
            )
        self._progress.restart_clock()

    def _store(self, sent: _Sent, plan: int, future: Future[EmbeddedTrack]) -> None:
        """Keep what the worker answered."""
        track, model = sent.track, self._settings.model
        try:
            answer = future.result()
        except Refused as refused:
            self._refuse(track, plan, refused.reason)
            return
        except WorkerBug as bug:
            self._note_bug(track, bug)
            return
        # A bug that came and went is none to wait for.
        self._bugs.pop((track.id, track.content_key), None)
        self.cost += answer.cost
        self.embedded += 1
        _log.info("%s: %s", display_path(track.path), answer.cost)
        kept = self._storing.keep(track, sent.before, model, plan, answer)
        self._since_index += kept.embeddings
        self._advance(track, problems_changed=kept.problems_changed)

    def _refuse(self, track: PendingTrack, plan: int, reason: Reason) -> None:
        _log.info("%s: %s", display_path(track.path), reason)
        self._done.add((track.id, track.content_key, plan))
        kept = self._storing.refuse(
            track, self._settings.model, plan, reason, later=self._is_later(plan)
        )
        self._advance(track, problems_changed=kept.problems_changed)

    def _note_bug(self, track: PendingTrack, bug: WorkerBug) -> None:
        """Leave a track pending whose file is not at fault; it is tried again, but not for ever."""
        self._bugs[track.id, track.content_key] += 1
        text = f"musicsim failed on {display_path(track.path.name)}: {bug} Please report it, with worker.log."
        self._events.emit(Notice("bug", text))
        self._advance(track, problems_changed=False)

    def _advance(self, track: PendingTrack, *, problems_changed: bool) -> None:
        self._progress.step()
        self._events.emit(TracksChanged((track.id,)))
        if problems_changed:
            self._events.emit(ProblemsChanged())
        self._emit_progress()

    def _emit_progress(self, *, finished: bool = False) -> None:
        self._events.emit(self._progress.event(paused=self._paused, finished=finished))


def _died(future: Future[EmbeddedTrack]) -> bool:
    return future.done() and isinstance(future.exception(), WorkerDied)

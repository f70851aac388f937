"""Embedding new tracks: feeding the worker, and going over the library pass by pass."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from concurrent.futures import Future
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
from musicsim.library.embedding_types import PendingTrack
from musicsim.services.finding.index_sync import IndexSync
from musicsim.services.listening.cost import keep_cost
from musicsim.services.listening.in_flight import InFlight, Sent, died
from musicsim.services.listening.progress import PassProgress
from musicsim.services.listening.settings import EmbedderSettings
from musicsim.services.listening.storing import Storing
from musicsim.services.listening.suspects import Suspects
from musicsim.worker.client import Refused, WorkerBug, WorkerClient
from musicsim.worker.protocol import Cost, EmbeddedTrack, EmbedTrack

_log = logging.getLogger(__name__)

_IN_FLIGHT = 4  # tracks in the worker at a time: some being decoded, one in the network
_LOOK_AHEAD = 64  # tracks to search for one that is not a copy of those in the worker
_INDEX_EVERY = 256  # embeddings between two index updates, since each write to Chroma is costly
_MOST_BUGS = 3  # failures by a bug after which a track is skipped until the next start
_LATER_PASS_SECONDS = 20.0  # then a later pass gives way to new tracks


class LibraryEmbedder:
    """Embeds the catalogue's pending tracks; call `run` once at a time, other methods from any thread.

    Every track gets a first pass before any gets a longer one, so that the whole library can be searched soon.

    Parameters
    ----------
    catalogue, embeddings
        Source of the tracks, and store for the embeddings.
    identity
        Recognises sounds that were embedded before.
    settings
        The model, passes and worker settings.
    worker
        Decodes and embeds.
    index
        Updated along the way.
    events
        Receives the progress.
    first_pass_done
        Called when every track that can be embedded has had its first pass; possibly several times.
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
        self._in_flight = InFlight()
        self._done: set[tuple[int, bytes, int]] = set()
        self._bugs: Counter[tuple[int, bytes]] = Counter()
        self._since_index = 0
        self.cost = Cost()
        """The total cost of the last run's tracks."""
        self.embedded = 0
        """The number of tracks embedded in the last run."""

    @property
    def paused(self) -> bool:
        """Whether it waits for `resume`."""
        return self._paused

    def pause(self) -> None:
        """Start no further track until `resume`; finish those in the worker."""
        self._set_paused(True)

    def resume(self) -> None:
        """Continue after `pause`."""
        self._set_paused(False)

    def _set_paused(self, paused: bool) -> None:
        with self._condition:
            self._paused = paused
            self._condition.notify_all()
        self._emit_progress()

    @property
    def given_up(self) -> int:
        """The number of tracks that musicsim itself failed on; they are still pending."""
        return len(self._bugs)

    def prefer(self, track_id: int) -> None:
        """Embed this track next, since somebody is waiting for it."""
        self._preferred.append(track_id)

    def use(self, settings: EmbedderSettings) -> None:
        """Use other settings from the next track; tracks in the worker are finished and stored."""
        with self._condition:
            self._wanted = settings
            self._condition.notify_all()

    def stop(self) -> None:
        """Make `run` return soon; unfinished tracks stay pending."""
        with self._condition:
            self._stopping.set()
            self._condition.notify_all()

    def run(self) -> None:
        """Embed until nothing is pending, including new tracks, or until `stop` is called.

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
            # After deletions alone, starting a worker is not worthwhile.
            if self._progress.done or self._worker.running or self._index.problem:
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
        """Queue the tracks of the first unfinished pass; return that pass."""
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
        """Embed the queued tracks; a later pass gives way after a while."""
        until = time.monotonic() + _LATER_PASS_SECONDS if self._is_later(plan) else float("inf")
        while not self._stopping.is_set():
            if self._wanted is not self._settings or (self._preferred and self._is_later(plan)):
                self._waiting.clear()
                self._suspects.clear()
            if not self._waiting and not self._suspects and not self._in_flight:
                return
            if not self._progress.done and not self._in_flight:
                # Loading the model takes some seconds; show the listener what is to come.
                self._emit_progress()
            self._fill(plan)
            if time.monotonic() > until:
                self._waiting.clear()
            if self._in_flight:
                self._collect(plan)
            else:
                self._wait_while_paused()

    def _collect(self, plan: int) -> None:
        """Wait for the worker, and store its finished results."""
        in_flight = self._in_flight
        finished = in_flight.wait()
        is_hung = not finished
        # After a stop, results that the network finished are kept; the rest stays pending.
        if (is_hung or any(map(died, finished))) and not self._stopping.is_set():
            if is_hung:
                _log.warning("the worker did not answer in time")
                self._worker.kill()
            victims = in_flight.take_dead()
            finished = tuple(in_flight)
            self._accuse(victims, plan, Reason(Cause.HUNG if is_hung else Cause.CRASHED))
        for future in finished:
            if not died(future):
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
            notice = self._index.notice
            self._events.emit(
                Notice("index", notice and f"{notice} musicsim tries again by itself.")
            )

    def _fill(self, plan: int) -> None:
        """Keep the worker busy, unless paused; if there are suspects, send one at a time."""
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
        is_lost = False
        if plan != EVERY_WINDOW:
            before = self._embeddings.pooled.of(track.id, model)
            if before is not None:
                is_lost = not self._embeddings.windows.has(track.id, model)
                listened = self._embeddings.windows.offsets(track.id, model, track.content_key)
                offsets = tuple(listened.tolist())
            # If the pass can't add to earlier ones, start again.
            if before is None or len(offsets) != before.windows:
                before, offsets = None, ()
        sounds = frozenset[bytes]()
        # Lost windows are embedded again: to recognise the sound would leave the track without them.
        if not offsets and plan != EVERY_WINDOW and not is_lost:
            sounds = self._identity.known_sounds(track, model)
        future = self._worker.request(EmbedTrack(track.path, plan, offsets, sounds))
        self._in_flight.add(future, track, before, plan)

    def _next(self) -> PendingTrack | None:
        """Return the preferred track, or else the next in order. Never process two likely duplicates at once."""
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

    def _store(self, sent: Sent, plan: int, future: Future[EmbeddedTrack]) -> None:
        """Store the worker's answer."""
        track, model = sent.track, self._settings.model
        try:
            answer = future.result()
        except Refused as refused:
            self._refuse(track, plan, refused.reason)
            return
        except WorkerBug as bug:
            self._note_bug(track, bug)
            return
        if answer.model not in (None, model):
            # Such as a weight file that was replaced by another. Vectors of two models must never meet.
            self._note_bug(track, WorkerBug("the worker has loaded another model."))
            return
        # The bug no longer occurs, so the track doesn't count as given up.
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
        """Leave a track pending whose file is not at fault; it is retried a limited number of times."""
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

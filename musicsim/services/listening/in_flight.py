"""The tracks in the worker, and when it counts as hung."""

from __future__ import annotations

import time
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass

from musicsim.library.embedding_types import PendingTrack, PooledTrack
from musicsim.services.listening.patience import patience_with
from musicsim.worker.client import WorkerDied
from musicsim.worker.protocol import EmbeddedTrack


@dataclass(frozen=True, slots=True)
class Sent:
    """A track in the worker."""

    track: PendingTrack
    before: PooledTrack | None
    """The result of earlier passes, which this pass adds to."""
    patience: float
    """Seconds that the worker may take for it."""
    until: float
    """When the worker counts as hung, by the monotonic clock."""


class InFlight(dict[Future[EmbeddedTrack], Sent]):
    """The tracks in the worker, by the futures of their answers."""

    def add(
        self,
        future: Future[EmbeddedTrack],
        track: PendingTrack,
        before: PooledTrack | None,
        plan: int,
    ) -> None:
        """Note a track that was sent for the pass `plan`; the worker may finish those before it first."""
        patience = patience_with(track, plan)
        others = sum(sent.patience for sent in self.values())
        self[future] = Sent(track, before, patience, time.monotonic() + others + patience)

    def wait(self) -> Collection[Future[EmbeddedTrack]]:
        """Wait for answers and return their futures; none if the worker is hung."""
        patience = min(sent.until for sent in self.values()) - time.monotonic()
        return wait(self, timeout=max(0.0, patience), return_when=FIRST_COMPLETED)[0]

    def take_dead(self) -> list[PendingTrack]:
        """Remove and return the tracks without an answer from a worker that has died; the rest are answered."""
        # In a moment every request is answered, or has failed.
        wait(self)
        return [self.pop(future).track for future in list(self) if died(future)]


def died(future: Future[EmbeddedTrack]) -> bool:
    """Return whether the worker died before it answered."""
    return future.done() and isinstance(future.exception(), WorkerDied)

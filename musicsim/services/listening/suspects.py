"""Finding a file that makes the worker crash or hang."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from musicsim.library.embedding_types import PendingTrack
from musicsim.services.listening.patience import LEAST_PATIENCE
from musicsim.worker.client import ModelUnavailable, WorkerClient, WorkerDied
from musicsim.worker.protocol import TryModel

_CHECKS = 3
"""Deaths of a worker without a file that show that the file is not at fault."""


class Suspects:
    """Retries each track that was in a dying worker alone; a track with which it dies twice is at fault.

    Twice, since a worker may die for other reasons, such as lack of memory or the index.

    Parameters
    ----------
    worker
        The worker.
    """

    def __init__(self, worker: WorkerClient) -> None:
        self._worker = worker
        self._crashes: Counter[int] = Counter()
        self._waiting: deque[PendingTrack] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def clear(self) -> None:
        """Stop retrying tracks."""
        self._waiting.clear()

    def forget(self) -> None:
        """Start again, with other settings or in another run."""
        self._waiting.clear()
        self._crashes.clear()

    def next(self) -> PendingTrack:
        """Return the next track to retry alone."""
        return self._waiting.popleft()

    def accuse(self, victims: Sequence[PendingTrack]) -> PendingTrack | None:
        """Suspect the tracks that were in the worker when it died; return the one at fault, once known.

        Raises
        ------
        ModelUnavailable
            If a worker also dies without a track.
        """
        if len(victims) == 1:
            (victim,) = victims
            self._crashes[victim.id] += 1
            if self._crashes[victim.id] > 1:
                self._check_worker()
                return victim
        self._waiting.extend(victims)
        return None

    def _check_worker(self) -> None:
        """Check that the worker doesn't die without a file."""
        died = None
        for _ in range(_CHECKS):  # something else may kill a worker once
            try:
                self._worker.ask(TryModel(), LEAST_PATIENCE)
            except WorkerDied as error:
                died = error
            else:
                return
        raise ModelUnavailable(
            "The process that listens to the music ends or hangs as soon as it begins, so no track can be embedded. "
            "The reason may stand in worker.log in the data folder; too little memory is a common one."
        ) from died

"""Finding the file with which the worker dies."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from musicsim.library.types import PendingTrack
from musicsim.services.listening.patience import LEAST_PATIENCE
from musicsim.worker.client import ModelUnavailable, WorkerClient, WorkerDied
from musicsim.worker.protocol import TryModel

_CHECKS = 3
"""Deaths of a worker without a file, after which it is not the file."""


class Suspects:
    """Has each of the tracks that were in a worker when it died tried alone; one with which it dies twice is at fault.

    Twice, since a worker may die of other things: of the memory running out, or of the index.

    Parameters
    ----------
    worker
        What dies.
    """

    def __init__(self, worker: WorkerClient) -> None:
        self._worker = worker
        self._crashes: Counter[int] = Counter()
        self._waiting: deque[PendingTrack] = deque()

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def clear(self) -> None:
        """Try none of them any more."""
        self._waiting.clear()

    def forget(self) -> None:
        """Begin anew, with other settings or in another run."""
        self._waiting.clear()
        self._crashes.clear()

    def next(self) -> PendingTrack:
        """The one that is to be tried alone now."""
        return self._waiting.popleft()

    def accuse(self, victims: Sequence[PendingTrack]) -> PendingTrack | None:
        """Suspect those that were in the worker when it died; returns the one at fault, once that is known.

        Raises
        ------
        ModelUnavailable
            If a worker dies without any track.
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
        """Make sure that it is the file."""
        died = None
        for _ in range(_CHECKS):  # something else may kill one
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

"""Reporting errors in background threads to the listener, and trying again."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Iterator

from musicsim.base.errors import MusicsimError, TemporaryError
from musicsim.base.events import Events, Notice

_log = logging.getLogger(__name__)

FIRST_PAUSE = 5.0
"""Seconds until what failed is tried again; after each failure twice as long."""
LONGEST_PAUSE = 300.0
"""Seconds."""


class Attempts:
    """A background thread's attempts at its work, with pauses after what may end by itself, such as a full disk.

    Parameters
    ----------
    topic
        The topic of the notices.
    events
        Receives the notices.
    """

    def __init__(self, topic: str, events: Events) -> None:
        self._topic = topic
        self._events = events
        self._pause = 0.0
        """Seconds of the current pause; 0 if nothing is to be tried again."""
        self._due = 0.0
        self._is_postponed = False

    @property
    def seconds_left(self) -> float | None:
        """The seconds until the next attempt is due; None if there is nothing to try again."""
        return max(0.0, self._due - time.monotonic()) if self._pause else None

    @contextlib.contextmanager
    def told(self, *, all_of_it: bool = True) -> Iterator[None]:
        """Emit a notice about an error in the block, or withdraw an earlier one; the thread continues.

        Parameters
        ----------
        all_of_it
            Whether the block also does what failed earlier; otherwise that is still to be tried again.
        """
        self._is_postponed = False
        try:
            yield
        except TemporaryError as error:
            _log.warning("%s", error)
            self.postpone()
            self._tell(f"{error} musicsim tries again by itself, next in {_span(self._pause)}.")
        except MusicsimError as error:
            _log.warning("%s", error)
            self._tell(str(error))
        except Exception as error:  # noqa: BLE001 (a bug must not end the thread and its later work)
            _log.exception("what tells of the %s failed", self._topic)
            self._tell(f"musicsim failed: {error!r}. Please report it.")
        else:
            if all_of_it and not self._is_postponed:
                self._pause = 0.0
            if all_of_it or not self._pause:
                self._tell("")

    def postpone(self) -> None:
        """Let the next attempt be due after a pause, which grows unless this one was made early."""
        self._is_postponed = True
        now = time.monotonic()
        if now >= self._due:
            self._pause = min(2 * self._pause or FIRST_PAUSE, LONGEST_PAUSE)
            self._due = now + self._pause

    def _tell(self, text: str) -> None:
        self._events.emit(Notice(self._topic, text))


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 60 else f"{seconds / 60:.0f} min"

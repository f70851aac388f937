"""When smart playlists are found again: soon after something changed, and on a new day."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import date

from musicsim.base.errors import MusicsimError
from musicsim.base.events import (
    Event,
    Events,
    ModelChanged,
    OpinionsChanged,
    PlaylistsChanged,
    PlaysChanged,
    TracksChanged,
    TracksRemoved,
)

_log = logging.getLogger(__name__)

_CHANGES = (
    TracksChanged,
    TracksRemoved,
    PlaylistsChanged,
    ModelChanged,
    OpinionsChanged,
    PlaysChanged,
)
_CHECK_DAY_EVERY = 300.0
"""Seconds. Not until midnight: a computer that sleeps doesn't count the time."""
_SHARE = 20
"""How many times as long as a refresh took to wait for the next one, so that embedding a library isn't slowed down."""


class Refresher:
    """A thread that refreshes something a moment after `wake`; many calls in that moment are one.

    Parameters
    ----------
    refresh
        Does the work.
    today
        Returns the day; a new one is a change.
    events
        Those about tracks, playlists, opinions, plays and models are changes.
    quiet
        Seconds to wait for more changes.
    """

    def __init__(
        self,
        refresh: Callable[[], None],
        today: Callable[[], date],
        events: Events,
        *,
        quiet: float = 0.5,
    ) -> None:
        self._refresh = refresh
        self._today = today
        self._quiet = quiet
        self._changed = threading.Condition()
        self._is_due = True
        self._is_closing = False
        self._unsubscribe = events.subscribe(self._follow)
        self._thread = threading.Thread(target=self._run, name="musicsim-smart-refresh")
        self._thread.start()

    def wake(self) -> None:
        """Refresh soon; from any thread."""
        with self._changed:
            self._is_due = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop, after a refresh that is going on."""
        self._unsubscribe()
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self._thread.join()

    def _follow(self, event: Event) -> None:
        if isinstance(event, _CHANGES):
            self.wake()

    def _run(self) -> None:
        pause = self._quiet
        while self._wait(pause):
            started = time.monotonic()
            try:
                self._refresh()
            except MusicsimError as error:
                _log.warning("smart playlists can't be refreshed: %s", error)
            pause = max(self._quiet, _SHARE * (time.monotonic() - started))

    def _wait(self, pause: float) -> bool:
        """Wait until a refresh is due, and the pause over; return False when it is time to stop."""
        with self._changed:
            day = self._today()
            if pause:
                self._changed.wait_for(lambda: self._is_closing, pause)
            while not (self._is_due or self._is_closing or self._today() != day):
                self._changed.wait(_CHECK_DAY_EVERY)
            self._is_due = False
            return not self._is_closing

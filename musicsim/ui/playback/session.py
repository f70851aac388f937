"""Saved playback session: the next start continues where this one stopped, even after it was killed."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QTimer

from musicsim.base.writing import write_text
from musicsim.ui.playback.modes import Repeat, Shuffle
from musicsim.ui.playback.play_queue import QueueState
from musicsim.ui.playback.player import Player
from musicsim.ui.playback.radio_desk import RadioDesk
from musicsim.ui.playback.radio_saving import radio_as_json, radio_from_json
from musicsim.ui.tracks.store import TrackStore
from musicsim.ui.tracks.visitors import is_visitor

_log = logging.getLogger(__name__)

QUEUE_FILE, PLACE_FILE = "queue.json", "place.json"
"""Files in the data folder. The position has its own: it changes all the time, and the queue may be long."""
_EVERY_MS = 2500
"""Interval at which the position is saved during playback."""
_SETTLE_MS = 1000
"""Time without a change after which the queue is saved."""


class Session(QObject):
    """Storage of the queue and the position; saves them while they change, and restores them.

    Parameters
    ----------
    folder
        The folder of the files.
    """

    def __init__(
        self,
        folder: Path,
        store: TrackStore,
        player: Player,
        radio: RadioDesk,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._player = player
        self._radio = radio
        self._queue_file = _LatestText(folder / QUEUE_FILE)
        self._place_file = _LatestText(folder / PLACE_FILE)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SETTLE_MS)
        self._settling.timeout.connect(self._keep_queue)
        self._ticking = QTimer(self)
        self._ticking.setInterval(_EVERY_MS)
        self._ticking.timeout.connect(self._keep_place)
        player.queue.changed.connect(self._settling.start)
        radio.changed.connect(self._settling.start)
        player.playing_changed.connect(self._follow_playing)
        player.position_jumped.connect(self._keep_place)
        player.track_changed.connect(self._keep_place)

    def restore(self) -> None:
        """Restore the saved queue, track and position, paused."""
        # Read both before anything changes: changes overwrite the files.
        kept, place = self._queue_file.read(), self._place_file.read()
        try:
            state = _state_from(kept, self._visitor)
        except (ValueError, KeyError, TypeError, AttributeError):
            if kept is not None:
                _log.warning("%s can't be understood, so the queue is empty", QUEUE_FILE)
            return
        self._player.queue.restore(state)
        self._restore_radio(kept.get("station"))
        if not isinstance(place, dict) or self._player.track is None:
            return
        current, seconds = place.get("track"), place.get("seconds")
        if isinstance(current, int) and is_visitor(current):
            # A visitor gets another id each time.
            current = self._visitor(str(place.get("file")))
        # The position may be of a track that began after the queue was saved.
        if isinstance(current, int) and not isinstance(seconds, bool):
            self._player.queue.catch_up(current)
            is_there = self._player.queue.current == current
            if is_there and isinstance(seconds, int | float) and 0 <= seconds < 1e7:
                self._player.show_loaded(float(seconds))
                self._keep_place()

    def _restore_radio(self, kept: Any) -> None:
        try:
            state = None if kept is None else radio_from_json(kept)
        except (ValueError, KeyError, TypeError, AttributeError):
            _log.warning("%s has a radio that can't be understood, so it is off", QUEUE_FILE)
            state = None
        if state is not None:
            self._radio.restore(state)
        else:
            self._player.queue.stop_radio()

    def close(self) -> None:
        """Write pending changes, and wait for that."""
        self._settling.stop()
        self._ticking.stop()
        self._keep_queue()
        self._keep_place()
        self._queue_file.close()
        self._place_file.close()

    def _follow_playing(self, playing: bool) -> None:
        if playing:
            self._ticking.start()
        else:
            self._ticking.stop()
            self._keep_place()

    def _keep_queue(self) -> None:
        state = self._player.queue.state()
        store, radio = self._store, self._radio.state()
        station = None if radio is None else radio_as_json(radio)
        self._queue_file.write(lambda: json.dumps({**_as_json(state, store), "station": station}))

    def _keep_place(self) -> None:
        track = self._player.track
        place = {
            "track": None if track is None else track.id,
            "file": None if track is None else track.file,
            "seconds": self._player.position / 1000,
        }
        self._place_file.write(lambda: json.dumps(place))

    def _visitor(self, file: str) -> int:
        return self._store.take(Path(file), None).id


class _LatestText:
    """File written by another thread: always the latest text, without making the caller wait."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._changed = threading.Condition()
        self._make: Callable[[], str] | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"musicsim-{file.stem}", daemon=True)
        self._thread.start()

    def read(self) -> Any:
        """Return the file's JSON content; None if it can't be read."""
        try:
            return json.loads(self._file.read_text("utf-8"))
        except (OSError, ValueError):
            return None

    def write(self, make: Callable[[], str]) -> None:
        """Write the text that `make` returns soon, in place of any pending text."""
        with self._changed:
            self._make = make
            self._changed.notify()

    def close(self) -> None:
        """Write the pending text, then end; don't wait for a disk that hangs."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join(2.0)

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._make is None and not self._closed:
                    self._changed.wait()
                make, self._make = self._make, None
            if make is None:
                return
            try:
                write_text(self._file, make())
            except OSError as error:
                _log.warning("%s can't be written: %s", self._file.name, error)


def _as_json(state: QueueState, store: TrackStore) -> dict[str, Any]:
    lists = state.by_hand, state.rest, state.radio, state.context, state.played
    everything = {state.current, *(i for each in lists for i in each)}
    visitors = {
        str(i): track.file
        for i in everything
        if i is not None and is_visitor(i) and (track := store.get(i)) is not None
    }
    return {
        "current": state.current,
        "by_hand": state.by_hand,
        "rest": state.rest,
        "radio": state.radio,
        "heard_on_radio": sorted(state.heard_on_radio),
        "context": state.context,
        "played": state.played,
        "heard": sorted(state.heard),
        "shuffle": state.shuffle.value,
        "repeat": state.repeat.value,
        "edited": state.edited,
        "visitors": visitors,
    }


def _state_from(kept: Any, visitor: Callable[[str], int]) -> QueueState:
    """Return the saved queue.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If the content is not a queue.
    """
    visitors = {int(i): visitor(str(file)) for i, file in kept["visitors"].items()}

    def ids(name: str) -> tuple[int, ...]:
        return tuple(_known(kept[name], visitors))

    current = kept["current"]
    return QueueState(
        None if current is None else next(iter(_known([current], visitors)), None),
        ids("by_hand"),
        ids("rest"),
        ids("context"),
        ids("played"),
        Shuffle(kept["shuffle"]),
        Repeat(kept["repeat"]),
        frozenset(ids("heard")),
        bool(kept.get("edited")),
        tuple(_known(kept.get("radio", ()), visitors)),
        frozenset(_known(kept.get("heard_on_radio", ()), visitors)),
    )


def _known(ids: Iterable[Any], visitors: dict[int, int]) -> Iterable[int]:
    for track_id in map(int, ids):
        if not is_visitor(track_id):
            yield track_id
        elif track_id in visitors:
            yield visitors[track_id]
